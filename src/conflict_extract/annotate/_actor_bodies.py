"""What makes a phrase a body of a state, and which state a body belongs to that names none."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from functools import lru_cache

from conflict_extract.annotate._actor_draft import Draft
from conflict_extract.annotate._actor_scene import Scene, contested_state
from conflict_extract.annotate._actor_use import ACTOR, has_tree, lemma_of, use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import ActorEntry, Role, offices, roles

_NEAR = 40  # tokens
_PARAGRAPH = 60  # tokens
_INSIDE = frozenset(["in", "inside", "near", "outside"])  # "weapons in the monastery": a building, not a body
_LOCAL = frozenset(["local", "regional", "provincial", "municipal", "district", "city", "county", "village", "town", "zonal"])


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Words that a body's common name is made of."""
    return (
        use_words("np_modifier", "same") | use_words("state_institution", "actor") | frozenset(roles()) | frozenset(["of", "and"])
    )


def possessive_words() -> frozenset[str]:
    return frozenset(["its", "their", "his", "her"])


def by_office(scene: Scene, draft: Draft) -> bool:
    """ "Foreign Secretary X": whether the title alone settles the side (it may settle that there is none)."""
    if surface_of(scene.doc).lower[draft.last - 1] not in _office_ends():
        return False
    title = surface_of(scene.doc).span(draft.first, draft.last).lower().split()
    for start in range(len(title)):
        office = offices().get(" ".join(title[start:]))
        if office is None:
            continue
        if office.state is None:
            return True
        known = scene.context.entries
        if any(scene.context.countries[code] or known[code] for code in office.unless):
            return False
        if not all(any(kb.startswith(cue) for kb in known) if "/" in cue else scene.context.has(cue) for cue in office.given):
            return False
        entry = scene.index.get(office.state)
        if entry is not None:
            draft.affiliation, draft.country = entry.id, entry.country
            return True
    return False


@lru_cache(maxsize=1)
def _office_ends() -> frozenset[str]:
    """The last words of the titles in the table of offices, whole and what follows a hyphen in them."""
    return frozenset(part for title in offices() for part in (title.split()[-1], re.split(r"\W+", title)[-1]))


def local_authority(scene: Scene, draft: Draft, words: list[str]) -> str | None:
    """ "ethnic Armenian authorities", "the separatist leader": the one partially recognised entity that the text names."""
    if not set(words) & use_words("breakaway", "same") or draft.noun not in use_words("authority_noun", "same"):
        return None
    named = [kb for kb in scene.context.entries if kb.startswith("authority/") and scene.index.entries[kb].sector == "PRE"]
    return named[0] if len(named) == 1 else None


def is_army(role: Role, words: list[str]) -> bool:
    return role.source_type == "military" or bool({"army", "military", "navy"} & set(words))


def government_noun(words: list[str]) -> bool:
    return words[-1] in use_words("state_itself", "actor") or words[-1] in ("authorities", "regime", "officials", "official")


def is_state_body(draft: Draft, role: Role, words: list[str]) -> bool:
    """Whether the phrase is a body or an officer that only a state has ("army", "defence ministry", "foreign minister")."""
    if role.source_type == "media":
        return "state" in words
    if role.kind == "group" and _LOCAL & set(words[:-1]):
        return False  # "the provincial government"
    institutions = use_words("state_institution", "actor")
    pairs = {f"{one} {two}" for one, two in itertools.pairwise(words)}
    if role.kind == "group":
        return (
            words[-1] in institutions or bool(pairs & institutions) or words[-1] in use_words("state_itself", "actor") - {"side"}
        )
    return (
        bool(set(words) & institutions)
        or (role.source_type is None and bool(set(words) & {"military", "government", "presidential"}))
        or ("government" in words or "military" in words)
    )


def speaks_for_state(draft: Draft, role: Role, words: list[str]) -> bool:
    """ "Ukrainian officials" speak for Ukraine, "Ukrainian medics" do not."""
    if role.source_type in use_words("speaks_for_state", "actor") or is_state_body(draft, role, words):
        return True
    if role.source_type is None and role.kind == "person":
        return words[-1] not in ("member", "members", "figure", "worker", "workers", "founder")
    if role.source_type == "police" or (role.source_type == "media" and "state" in words):
        return True
    return words[-1] in use_words("state_itself", "actor") or words[-1] in (
        "commander",
        "commanders",
        "delegation",
        "peacekeepers",
    )


def nearest_body(scene: Scene, draft: Draft, role: Role, words: list[str]) -> str | None:
    """The state of the nearest body of the same kind before, else that of the state that spoke in the paragraph (but for armies
    and police), else the document's anchor state.
    """
    wanted = "military" if {"army", "military", "navy"} & set(words) else role.source_type
    far: str | None = None
    for other in reversed(scene.drafts):
        distance = draft.head - other.head
        if distance > 120:
            break
        if other.head >= draft.head or other.kind != "nominal" or not isinstance(other.affiliation, str):
            continue
        if other.source_type == wanted and other.affiliation.startswith(("state/", "authority/")):
            if distance <= _NEAR:
                return other.affiliation
            far = far or other.affiliation
    bound = wanted in ("military", "police")
    anchor = (None if bound else _spoke_before(scene, draft)) or scene.anchor()
    if anchor is None and not bound:
        anchor = _spoke_before(scene, draft, across=True)
    if anchor is None:
        return far
    chosen, candidates = contested_state(scene, anchor, draft.head, army=is_army(role, words))
    draft.candidates = candidates
    return chosen.id if chosen is not None else None


def _spoke_before(scene: Scene, draft: Draft, *, across: bool = False) -> ActorEntry | None:
    """The state that the paragraph's previous sentence has speak or act by its name or capital: "Berlin denied it. A finance
    ministry spokesperson said …". `across`: the sentence may stand in the paragraph before.
    """
    doc = scene.doc
    if not has_tree(doc):
        return None
    place = bisect_left(scene.entities, draft.first, key=lambda other: other.first)
    for other in reversed(scene.entities[max(0, place - 12) : place]):
        gap = surface_of(doc).word[other.last : draft.first]
        if len(gap) > _PARAGRAPH or sum("\n" in word for word in gap) > int(across):
            return None
        token = doc[other.head]
        if other.use == ACTOR and token.dep_ == "nsubj" and lemma_of(token.head) in use_words("subject_strong", ACTOR):
            return scene.state(other.entry)
    return None


def _opens_sentence(scene: Scene, draft: Draft) -> bool:
    """Whether a phrase, with its "its", stands at the start of its sentence."""
    return scene.doc[draft.first].sent.start >= draft.first - 1


def _second_subject(scene: Scene, draft: Draft) -> bool:
    """Whether a phrase is the subject of a clause that "and" or "but" joins to the one before."""
    token = scene.doc[draft.head]
    clause = token.head
    joined = clause.dep_ == "conj" and any(child.dep_ == "cc" and child.i < draft.first for child in clause.children)
    return joined and token.dep_ == "nsubj" and clause.head.i < draft.first


def _subject(scene: Scene, draft: Draft) -> bool:
    return scene.doc[draft.head].dep_ == "nsubj"


def seat_before(scene: Scene, first: int) -> int | None:
    """The last token of what stands before "," and a phrase: "In Hanoi, the X Office"; None without a comma there."""
    doc = scene.doc
    cursor = first - 1
    if cursor > 0 and doc[cursor].lower_ == "the":
        cursor -= 1
    return cursor - 1 if cursor > 0 and doc[cursor].text == "," else None


def _inside(one: Draft, other: Draft) -> bool:
    """Whether a name is a part of another's ("NATO's KFOR mission")."""
    return one is not other and other.first <= one.first and one.last < other.last


def possessor(scene: Scene, draft: Draft, pronoun: str) -> Draft | str | None:
    """ "its spokesman": the nearest organisation, group or state that acted before; "his men": the nearest person's side."""
    if pronoun in ("his", "her"):
        people = (
            other
            for other in reversed(scene.drafts[-30:])
            if other.last <= draft.first
            and (other.kind == "person" or (other.kind == "nominal" and other.type == "person" and other.affiliation is not None))
        )
        person = next(people, None)
        return person.affiliation if person is not None and draft.first - person.last < 60 else None
    bodies = ("government_body", "armed_group", "organization", "media")
    lower = surface_of(scene.doc).lower
    recent = (
        one
        for one in reversed(scene.drafts[-12:])
        if one.kind == "nominal"
        and one.type in bodies
        and (pronoun != "its" or one.number != "plural")
        and not _INSIDE & set(lower[max(0, one.first - 2) : one.first])
    )
    bodies_before = [one for one in recent if one.last <= draft.first and one.use == ACTOR]
    place = bisect_left(scene.entities, draft.first, key=lambda other: other.first)
    before = scene.entities[max(0, place - 20) : place]
    before += [
        one for one in scene.drafts[-12:] if one.kind == "entity" and one.rule == "name and noun" and one.last <= draft.first
    ]
    before.sort(key=lambda one: -one.first)
    named = [one for one in before if one.use == ACTOR and not any(_inside(one, other) for other in before)]
    opens = has_tree(scene.doc) and (_opens_sentence(scene, draft) or _second_subject(scene, draft))
    if opens:  # "Its spokesman": of what the sentence before is about; "X accused Y, and its minister warned": of X
        subjects = [one for one in sorted((*bodies_before, *named), key=lambda one: -one.first) if _subject(scene, one)]
        if subjects and draft.first - subjects[0].last <= 60:
            bodies_before, named = (
                [one for one in bodies_before if one is subjects[0]],
                [one for one in named if one is subjects[0]],
            )
    body, best = next(iter(bodies_before), None), next(iter(named), None)
    if body is not None and body.first > (best.first if best is not None else -1) and draft.first - body.last <= 60:
        return body.affiliation or body
    if best is None or draft.first - best.last > 60:
        return None
    if best.entry is None:
        return best.affiliation if isinstance(best.affiliation, str) and best.affiliation.startswith("state/") else best
    return best.entry.affiliation or best.entry.id if best.entry.type != "media" else best.entry.id
