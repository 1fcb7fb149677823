"""Names of persons that the entities split, take for a place, or leave out: "Th. Debajit", "X-Y" after "Jane X-Y", "P-0487"."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Span

from conflict_extract.annotate._actor_draft import HYPHENS, PLACE_LABELS, abbreviated_titles, role_at
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_unseen import large_place
from conflict_extract.annotate._actor_use import PLACE, has_tree, place_or_actor, use_words
from conflict_extract.annotate._tokens import surface_of

_CODE = re.compile(r"[A-Z]{1,4}\d?-\d{2,5}$")
_INITIAL = 4  # letters of an abbreviated given name
_TITLE_BEFORE = 9  # tokens from a title to the name behind it


def join_initials(scene: Scene) -> None:
    """ "Th. Debajit", "Kh. Joykishan": an abbreviated given name that the entities take for a person of its own."""
    doc = scene.doc
    joined: list[Span] = []
    for span in scene.persons:
        before = joined[-1] if joined else None
        first = span.start
        if before is not None and before.end == first and _abbreviated(doc, before):
            joined.pop()
            first = before.start
        elif first > 1 and doc[first - 1].text == "." and _given(doc[first - 2].text):  # "Kh" and "." outside the entity
            first -= 2
            if before is not None and before.end > first:
                joined.pop()
        joined.append(doc[first : span.end])
    scene.persons[:] = joined


def _abbreviated(doc: Doc, span: Span) -> bool:
    """Whether an entity is nothing but an abbreviation that is no title."""
    word = span[0].text.rstrip(".")
    stop = span[0].text != word if len(span) == 1 else len(span) == 2 and span[1].text == "."
    return stop and len(word) <= _INITIAL and word[:1].isupper() and word.lower() not in abbreviated_titles()


def _given(word: str) -> bool:
    """Whether a word before a full stop can only be an abbreviated name: two or three consonants."""
    return (
        len(word) in (2, 3)
        and word.istitle()
        and not set(word.lower()) & set("aeiouy")
        and word.lower() not in abbreviated_titles()
    )


def inside_name(doc: Doc, index: int, first: int) -> bool:
    """Whether the full stop at a token only ends an abbreviated given name ("Th." in two tokens)."""
    if doc[index].text != "." or index <= first:
        return False
    word = doc[index - 1]
    return len(word.text) <= _INITIAL and word.text[0].isupper() and word.lower_ not in abbreviated_titles()


def misread(scene: Scene, taken: set[int]) -> list[tuple[int, int]]:
    """Token spans of persons that the entities take for places or organisations, or do not find.

    Args:
        scene: the document. taken: tokens of persons found so far.
    """
    found: list[tuple[int, int]] = []
    for ent in (*scene.organisations, *scene.places):
        if not taken & set(range(ent.start, ent.end)) and _between_commas(scene, ent):
            found.append((ent.start, ent.end))
    return found + [span for span in _codes(scene.doc) if span[0] not in taken]


def _between_commas(scene: Scene, ent: Span) -> bool:
    """ "The governor of X province, Hashim Qaderi, said": a name in apposition to the noun of one person, no region or large town."""
    doc = scene.doc
    if len(ent) < 2 or ent.start < 2 or doc[ent.start - 1].text != "," or not has_tree(doc):
        return False
    if ent.end < len(doc) and doc[ent.end].text not in {",", "."} and doc[ent.end].pos_ not in ("VERB", "AUX"):
        return False
    if not all(token.is_title and token.is_alpha for token in ent) or any(token.i in scene.by_token for token in ent):
        return False
    ending = role_at(doc, ent.end - 1)
    if ending is not None and ending[0].kind == "group":
        return False
    governor, role = ent.root.head, role_at(doc, ent.root.head.i)
    for _ in range(3):  # the place in the title, which the name hangs on: "the governor of X province"
        if role is not None or governor.dep_ not in ("nmod", "flat", "compound"):
            break
        governor = governor.head
        role = role_at(doc, governor.i)
    if ent.root.dep_ != "appos" or not 0 < ent.start - governor.i <= _TITLE_BEFORE:
        return False
    title = role is not None and role[0].kind == "person" and not role[1]
    place = ent.label_ in PLACE_LABELS and (ent[-1].lower_ in use_words("region_head", PLACE) or large_place(ent.text))
    return title and not place


def _codes(doc: Doc) -> list[tuple[int, int]]:
    """ "Witness P-0487", "under the pseudonym P-0487": codes for protected witnesses, wherever they stand once one is so called."""
    forms = surface_of(doc)
    spans = [
        (index, end)
        for index, word in enumerate(forms.word)
        if word[:1].isupper()
        for end in (index + 1, index + 3)
        if end <= len(forms.word) and _CODE.match("".join(forms.word[index:end]))
    ]
    codes = {"".join(forms.word[first:last]) for first, last in spans if _so_called(forms.lower, first)}
    return [(first, last) for first, last in spans if "".join(forms.word[first:last]) in codes] if codes else []


def _so_called(lower: list[str], index: int) -> bool:
    """Whether "witness", "under the pseudonym" or "the alias of" stands right before a token."""
    before = index - 1
    while before > 0 and index - before < 3 and lower[before] in (",", "as", "of", '"', "“"):
        before -= 1
    return before >= 0 and lower[before] in use_words("code_name", "same")


def double_surnames(scene: Scene, spans: list[tuple[int, int]], taken: set[int]) -> list[tuple[int, int]]:
    """Later mentions of hyphened surnames: "X-Y said" after "Jane X-Y".

    Args:
        scene: the document. spans: persons' names. taken: tokens of persons and other entities.
    """
    doc, word = scene.doc, surface_of(scene.doc).word
    names: set[tuple[str, ...]] = set()
    for first, last in spans:
        start = last - 1
        while start - 2 > first and word[start - 1] in HYPHENS:
            start -= 2
        if start < last - 1 and word[start][:1].isupper():
            names.add(tuple(word[start:last]))
    found: list[tuple[int, int]] = []
    inside = {token for first, last in spans for token in range(first, last)}
    for name in names:
        for index in range(len(doc) - len(name) + 1):
            if word[index] != name[0] or tuple(word[index : index + len(name)]) != name:
                continue
            span = range(index, index + len(name))
            if inside & set(span) or (taken & set(span) and place_or_actor(doc, index, span.stop) == PLACE):
                continue
            found.append((span.start, span.stop))
    return found
