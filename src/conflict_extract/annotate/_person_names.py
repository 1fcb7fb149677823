"""Names of persons: entities, words behind a title, later surnames; and what only looks like one."""

from __future__ import annotations

from spacy.tokens import Doc, Span

from conflict_extract.annotate._actor_draft import (
    HYPHENS,
    PLACE_LABELS,
    abbreviated_titles,
    role_at,
    roles_in,
    starts_sentence,
)
from conflict_extract.annotate._actor_names import head_of
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_use import PLACE, has_tree, lemma_of, place_or_actor, use_words
from conflict_extract.annotate._person_misread import double_surnames, inside_name, join_initials, misread
from conflict_extract.annotate._tokens import surface_of

_PARTICLES = frozenset(["al", "el", "bin", "ibn", "abu", "van", "von", "de", "der", "da", "dos", "la", "le", "bint", "ben", "ul"])


def find_persons(scene: Scene) -> None:
    """Find the names of persons: entities, words behind a title, later surnames of names found."""
    _join_titles(scene)
    join_initials(scene)
    spans = _spans(scene)
    taken = {token for first, last in spans for token in range(first, last)}
    taken |= {token.i for span in (*scene.organisations, *scene.places) for token in span}
    spans += double_surnames(scene, spans, taken)
    surnames = {scene.doc[last - 1].text for first, last in spans if last - first > 1 and len(scene.doc[last - 1].text) > 2}
    for index, text in enumerate(surface_of(scene.doc).word):
        if text in surnames and text[0].isupper() and scene.by_token.get(index) is None:
            if index in taken and not _speaks_by_surname(scene, index):
                continue
            before = scene.doc[index - 1] if index else None
            if before is None or not before.is_title or starts_sentence(before):
                spans.append((index, index + 1))
    scene.person_spans = sorted(spans)
    scene.in_person = {token: span for span in scene.person_spans for token in range(*span)}


def _join_titles(scene: Scene) -> None:
    """ "Task Force X Y": what the entities take for a person behind the noun of an organisation is a part of its name."""
    doc = scene.doc
    for number, span in enumerate(scene.organisations):
        person = next((ent for ent in scene.persons if ent.start == span.end), None) if span[-1].is_title else None
        role = role_at(doc, span.end - 1) if person is not None else None
        if person is None or role is None or role[0].kind != "group":
            continue
        if doc[span.end - 1].head.i in range(person.start, person.end):
            scene.organisations[number] = doc[span.start : person.end]
            scene.persons.remove(person)
            scene.in_organisation.update((token.i, scene.organisations[number]) for token in scene.organisations[number])


def _spans(scene: Scene) -> list[tuple[int, int]]:
    """Token spans of persons' names, without titles, in order."""
    doc = scene.doc
    found: list[tuple[int, int]] = []
    taken: set[int] = set()
    for ent in scene.persons:
        if _only_title(scene, ent) and ent.end - ent.start > 1:
            continue
        first, last = ent.start, ent.end
        for index in range(last - 2, first - 1, -1):
            if _is_title(scene, index) or (
                not doc[index].text[0].isalnum() and doc[index].text not in HYPHENS and not inside_name(doc, index, first)
            ):
                first = index + 1
                break
        while first < last - 1 and not doc[first].text[0].isalnum():
            first += 1
        if doc[first].lower_ == "of" and first and _is_title(scene, first - 1):
            first += 1
            while first < last - 1 and doc[first].lower_ in use_words("portfolio", "same"):
                first += 1
        while last > first + 1 and (doc[last - 1].text in ("'s", "’s") or not doc[last - 1].text[0].isalnum()):
            last -= 1
        hit = scene.by_token.get(first)
        if hit is not None and hit.first == first and hit.last >= last and "person" not in hit.kinds():
            continue
        if _is_title(scene, first) and last - first == 1 and not _surname(scene, first):
            continue
        if _rather_place(scene, first, last):
            continue
        if doc[first].text[0].isalpha():
            found.append((first, last))
            taken.update(range(first, last))
    for ent in (*scene.organisations, *scene.places):
        if (ent.label_ not in PLACE_LABELS and _apposed_to_person(scene, ent)) or _has_person_apposed(scene, ent):
            found.append((ent.start, ent.end))
            taken.update(range(ent.start, ent.end))
    for first, last in misread(scene, taken):
        found.append((first, last))
        taken.update(range(first, last))
    tagged = any(ent.label_ for ent in doc.ents)
    blocked = {token.i for span in (*scene.organisations, *scene.places) for token in span}
    forms, titles = surface_of(doc), abbreviated_titles()
    for index, (word, role) in enumerate(zip(forms.lower[:-1], roles_in(doc), strict=False)):
        if role is None and (word.rstrip(".") not in titles or word == forms.word[index]):
            continue  # most words
        if index in taken or not _is_title(scene, index) or index in blocked:
            continue
        renamed = _renamed(scene, index, taken | blocked) if tagged else None
        if renamed is not None:
            found.append(renamed)
            taken.update(range(*renamed))
            continue
        plain = doc[index].lower_.rstrip(".") not in abbreviated_titles()
        if tagged and plain and not _before_proper(doc, index):
            continue
        first = index + 1
        while first < len(doc) and doc[first].text == ".":
            first += 1
        last = first
        while last < len(doc) and last not in taken | blocked and last not in scene.by_token and _name_part(scene, last, first):
            last += 1
        while last > first and (doc[last - 1].lower_ in _PARTICLES or doc[last - 1].text in HYPHENS):
            last -= 1
        if last > first and (last - first > 1 or doc[index].lower_.rstrip(".") in abbreviated_titles()):
            found.append((first, last))
            taken.update(range(first, last))
    return sorted(found)


def _renamed(scene: Scene, index: int, taken: set[int]) -> tuple[int, int] | None:
    """ "Ri Myong-guk, a North Korean general,": a name that no entity covers, with a role noun in apposition behind it."""
    doc = scene.doc
    if doc[index].dep_ != "appos" or doc[index].head.i >= index:
        return None
    first = last = doc[index].head.i
    while last < index and doc[last].text != ",":
        last += 1
    parts = doc[first:last]
    if not 2 <= len(parts) <= 6 or taken & set(range(first, last)) or any(token.i in scene.by_token for token in parts):
        return None
    proper = all((token.pos_ == "PROPN" and not token.ent_type_) or token.text in HYPHENS for token in parts)
    return (first, last) if proper and _capitalised(parts) and not _is_title(scene, last - 1) else None


def _before_proper(doc: Doc, index: int) -> bool:
    """Whether two proper nouns that no entity covers follow a title ("army spokesman Lieutenant-Colonel X Y denied")."""
    pair = doc[index + 1 : index + 3]
    return len(pair) == 2 and all(token.tag_ == "NNP" and not token.ent_type_ and token.is_title for token in pair)


def _rather_place(scene: Scene, index: int, last: int) -> bool:
    """A lone name without title, that no full name in the text ends with, where a place stands ("X was shelled")."""
    doc = scene.doc
    if last - index > 1:
        token = doc[head_of(doc, index, last)]
        titled = index > 0 and (_is_title(scene, index - 1) or _again(scene, index, last))
        return not titled and token.dep_ == "obj" and lemma_of(token.head) in use_words("object_only_place", "same")
    if not has_tree(doc) or _surname(scene, index) or (index and _is_title(scene, index - 1)):
        return False
    if index and doc[index - 1].text == "." and index > 1 and _is_title(scene, index - 2):
        return False
    return place_or_actor(doc, index, index + 1) == PLACE and (
        doc[index].dep_ in ("nsubj", "nsubj:pass", "obj") or _in_place(doc, index)
    )


def _again(scene: Scene, first: int, last: int) -> bool:
    """Whether the entities find the same person elsewhere in the text."""
    words = [token.text for token in scene.doc[first:last]]
    return any(
        ent.start != first and len(ent) >= len(words) and [token.text for token in ent][-len(words) :] == words
        for ent in scene.persons
    )


def _apposed_to_person(scene: Scene, ent: Span) -> bool:
    """ "a teacher, Daw Nwe Ni, told": names that the entities take for an organisation."""
    doc = scene.doc
    if (
        ent.end - ent.start < 2
        or ent.start < 2
        or ent.end >= len(doc)
        or doc[ent.start - 1].text != ","
        or doc[ent.end].text != ","
    ):
        return False
    found = role_at(doc, ent.start - 2)
    known = any(token in scene.by_token for token in range(ent.start, ent.end))
    return found is not None and found[0].kind == "person" and not found[1] and not known


def _has_person_apposed(scene: Scene, ent: Span) -> bool:
    """ "Azamat T., a border official, said": names that the entities take for a place or organisation."""
    doc = scene.doc
    if (
        ent.end - ent.start < 2
        or ent.end + 2 >= len(doc)
        or doc[ent.end].text != ","
        or doc[ent.end + 1].lower_ not in ("a", "an")
    ):
        return False
    if any(token in scene.by_token for token in range(ent.start, ent.end)) or not _capitalised(ent):
        return False
    ending = role_at(doc, ent.end - 1)
    if ending is not None and ending[0].kind == "group":
        return False  # "Galway Observatory, a monitor,"
    for token in doc[ent.end + 2 : ent.end + 8]:  # the head of the noun phrase stands before the next comma or verb
        found = role_at(doc, token.i)
        after = doc[token.i + 1] if token.i + 1 < len(doc) else None
        if found is not None and found[0].kind == "person" and not found[1] and (after is None or after.text in ",.;"):
            return True
        if token.is_punct and token.text not in HYPHENS:
            return False
    return False


def _capitalised(ent: Span) -> bool:
    """Whether all words have capitals, but for those behind a hyphen ("Sun-ok")."""
    return ent[0].is_title and all(
        token.is_title or token.text in HYPHENS or (token.is_alpha and token.nbor(-1).text in HYPHENS) for token in ent[1:]
    )


def _speaks_by_surname(scene: Scene, index: int) -> bool:
    """Whether a surname of the text that the entities take for a place stands where only somebody can: "Toledo said"."""
    span = scene.in_place.get(index)
    return (
        span is not None
        and span.end - span.start == 1
        and has_tree(scene.doc)
        and place_or_actor(scene.doc, index, index + 1) != PLACE
    )


def _in_place(doc: Doc, index: int) -> bool:
    """Whether "in", "near" or their like stand before the name."""
    return index > 0 and doc[index - 1].lower_ in ("in", "near", "outside", "around", "across", "towards", "toward", "into")


def _surname(scene: Scene, index: int) -> bool:
    """Whether a person's full name in the text ends, or begins, with this word."""
    if not scene.surnames:
        full = [ent for ent in scene.persons if ent.end - ent.start > 1 and not _only_title(scene, ent)]
        scene.surnames = {""} | {ent[-1].text for ent in full} | {ent[0].text for ent in full}
    return scene.doc[index].text in scene.surnames


def _only_title(scene: Scene, ent: Span) -> bool:
    """ "Deputy Spokesperson", "Special Representative": a title that the entities take for a person."""
    modifiers = use_words("np_modifier", "same")
    return _is_title(scene, ent.end - 1) and all(
        token.lower_ in modifiers or token.text in HYPHENS or role_at(scene.doc, token.i) is not None for token in ent
    )


def _is_title(scene: Scene, index: int) -> bool:
    forms = surface_of(scene.doc)
    if forms.lower[index].rstrip(".") in abbreviated_titles() and forms.word[index][0].isupper():
        return True
    found = role_at(scene.doc, index)
    return found is not None and found[0].kind == "person" and not found[1]


def _name_part(scene: Scene, index: int, first: int) -> bool:
    """Whether a token can belong to a name that starts at `first`."""
    token = scene.doc[index]
    if index - first > 5:
        return False
    if token.text in HYPHENS or token.lower_ in _PARTICLES:
        return index > first or token.lower_ in _PARTICLES
    if index == first and starts_sentence(token):
        return False
    return token.is_alpha and token.text[0].isupper() and not token.is_upper and not _is_title(scene, index)
