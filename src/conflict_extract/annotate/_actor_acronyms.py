"""Acronyms that the text explains: "Sudan Liberation Army (SLA)", "the National Liberation Army, or ELN"."""

from __future__ import annotations

import re

from conflict_extract.annotate._actor_draft import Draft
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_use import ACTOR
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import key_of

_ACRONYM = re.compile(r"[A-Z][A-Za-z&/-]{1,9}\Z")


_FUNCTION = frozenset(["of", "the", "for", "and", "in", "on", "to", "a", "an"])


def join_acronyms(scene: Scene, drafts: list[Draft]) -> None:
    """ "Sudan Liberation Army (SLA)", "the National Liberation Army, or ELN": the acronym is the same actor."""
    text = surface_of(scene.doc).word
    known: dict[str, Draft] = {}
    by_last = {draft.last: draft for draft in drafts if draft.use == ACTOR or draft.kind == "entity"}
    by_first = {draft.first: draft for draft in drafts}
    for index, mark in enumerate(text[:-2]):
        if mark not in ("(", ","):
            continue
        opened = mark == "(" and text[index + 2] in {")", ";", ","}
        or_form = mark == "," and text[index + 1].lower() == "or"
        where = index + 1 if opened else index + 2
        if not (opened or or_form) or not _ACRONYM.match(text[where]):
            continue
        full, short = by_last.get(index), by_first.get(where)
        acronym = text[where]
        if full is None or full.kind == "person" or (full.form == "demonym") or sum(char.isupper() for char in acronym) < 2:
            continue
        if full.entry is None and not _initials(acronym, full.name) and short is None:
            continue
        if short is not None and short.entry is not None and full.entry is None:
            full.entry, full.type, full.sector = short.entry, short.entry.type, short.entry.sector
            full.country, full.source_type = short.entry.country, short.entry.source_type
            full.kind, full.candidates = "entity", []
            full.affiliation = full.affiliation or short.entry.affiliation
        known[acronym] = full
        if short is not None and short.entry is None and full.entry is None:
            short.same_as = full
        if short is None:
            scene.drafts.append(_short(full, where, acronym))
    drafts[:] = sorted(scene.drafts, key=lambda draft: (draft.first, -draft.last))
    _later_acronyms(scene, drafts, known)


def _later_acronyms(scene: Scene, drafts: list[Draft], known: dict[str, Draft]) -> None:
    """Later uses of an acronym that the text introduced."""
    if not known:
        return
    covered = {token: draft for draft in drafts for token in range(draft.first, draft.last)}
    for index, text in enumerate(surface_of(scene.doc).word):
        full = known.get(text)
        if full is None:
            continue
        here = covered.get(index)
        if here is None:
            scene.drafts.append(_short(full, index, text))
        elif (
            here is not full
            and here.kind == "entity"
            and here.last - here.first == 1
            and (here.entry is None or here.entry is not full.entry)
        ):
            here.same_as, here.entry, here.candidates = full, full.entry, []
    drafts[:] = sorted(scene.drafts, key=lambda draft: (draft.first, -draft.last))


def _short(full: Draft, index: int, acronym: str) -> Draft:
    return Draft(
        first=index,
        last=index + 1,
        head=index,
        kind="entity",
        name=acronym,
        rule="bracket",
        form="acronym",
        entry=full.entry,
        type=full.type,
        source_type=full.source_type,
        same_as=full,
    )


def _initials(acronym: str, name: str) -> bool:
    """Whether an acronym is made of a name's initials (one may be missing, as of "and")."""
    letters = [char.lower() for char in acronym if char.isalpha()]
    if not letters or not key_of(name):
        return False
    initials = [part[0] for part in key_of(name) if part not in _FUNCTION]
    everything = [part[0] for part in key_of(name)]
    return letters in (initials, everything) or (
        len(letters) > 2 and letters[:1] == initials[:1] and _subsequence(letters, everything)
    )


def _subsequence(short: list[str], long: list[str]) -> bool:
    rest = iter(long)
    return all(letter in rest for letter in short)
