"""Rival governments: who is meant by a name that several authorities claim at the document date."""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.annotate._actor_match import Context
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.lexicons.actors import (
    _SKIPPED,
    Rival,
    key_of,
    rivals,
    words,
)


def contest(
    context: Context, country: str | None, near: str, around: str, *, seat: str | None = None, army: bool = False
) -> tuple[str | None, list[str]] | None:
    """Who is meant by a name of a state's government that several authorities claim at the document's date.

    Words beside the mention decide ("Houthi-run", "in Aden"). Words elsewhere in the sentence decide only where nobody is set
    against anybody: in "the Houthis accused the Yemeni government" the rival's name says nothing about the government.

    Args:
        context: the document's context.
        country: ISO code of the state.
        near: the words of the mention and of what is attached to it.
        around: the sentence.
        seat: the city that stands for the government, when that is the mention; else the mention is an institution.
        army: the institution is an army.

    Returns:
        None when nothing is contested then; else (kb id or None, candidates).
    """
    day = context.date
    active = [
        row
        for row in rivals().get(country or "", ())
        if (row.institutions or seat is not None)
        and (row.armies or not army)
        and (day is None or ((row.since is None or row.since <= day) and (row.until is None or day <= row.until)))
    ]
    holders = active
    if seat is not None:
        wanted = key_of(seat)
        holders = [row for row in active if any(wanted == key_of(name) for name in row.seats)]
        if not holders:
            return None
    if not active:
        return None
    ids = list(dict.fromkeys(row.authority for row in active))
    if day is None and f"state/{country}" not in ids:
        ids.append(f"state/{country}")
    beside = _supported_by(near, active)
    if len(beside) == 1 and beside[0] in {row.authority for row in holders}:
        return beside[0], []
    if not beside:
        lone = len({row.authority for row in holders}) == 1
        others = _supported_by(around, active)
        if len(others) == 1 and others[0] in {row.authority for row in holders} and ((lone and seat) or not _adverse(around)):
            return others[0], []
    if len(ids) == 1 and seat is None and day is not None:
        return ids[0], []
    return None, ids


def _plain(text: str) -> str:
    return " " + " ".join(word.form for word in words(text) if word.form not in _SKIPPED) + " "


def _supported_by(text: str, rows: Sequence[Rival]) -> list[str]:
    """The authorities whose cues are among these words."""
    folded = _plain(text)
    found = (row.authority for row in rows if any(f" {' '.join(key_of(cue))} " in folded for cue in row.cues))
    return list(dict.fromkeys(found))


def _adverse(text: str) -> bool:
    """Whether a sentence sets one side against another."""
    return bool(use_words("adverse", "same") & set(_plain(text).split()))
