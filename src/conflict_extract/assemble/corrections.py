"""Figures in the document frame: none of them is asserted, and what a correction withdraws is replaced by the article's own figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from conflict_extract.annotate.layer import UNCLAIMED, FrameRecord, QuantityRecord
from conflict_extract.lexicons.frame import frame_phrases

_STOP = re.compile(r"[.;!?](?=\s)")
_FROM, _TO = (re.compile(rf"\b{word}\s+(?:the |an? |at least |about |some |only )?$", re.IGNORECASE) for word in ("from", "to"))
_BEFORE = 24  # characters before a number in which "not", "instead of" can stand with an article or a bound


def settle_frame_figures(text: str, figures: Sequence[QuantityRecord], frame: Sequence[FrameRecord]) -> list[QuantityRecord]:
    """The figures, those in frame text with `in_claims` false; the right figure `replaces` the one that a correction withdraws.

    The right figure is the one that the notice gives, in the notice and in the article; where it gives none, the article's only figure for the
    same thing. The given records are not changed.

    Args:
        text: the document's text.
        figures: all quantities of the document, in any order.
        frame: the frame's records.
    """
    hidden = [record for record in frame if record.kind in UNCLAIMED]
    if not hidden:
        return list(figures)
    inside = {f.id for f in figures if any(part.start <= f.start and f.end <= part.end for part in hidden)}
    replaces: dict[str, str] = {}
    withdrawn: set[str] = set()
    for notice in hidden:
        if notice.kind == "correction":
            said = sorted((f for f in figures if notice.start <= f.start and f.end <= notice.end), key=lambda f: f.start)
            old = taken_back(text, notice, said)
            withdrawn |= old
            _replace(said, old, [f for f in figures if f.id not in inside], replaces)
    return [
        replace(
            f,
            in_claims=f.in_claims and f.id not in inside,
            replaces=None if f.id in withdrawn else replaces.get(f.id, f.replaces),
        )
        if f.id in inside or f.id in replaces
        else f
        for f in figures
    ]


def taken_back(text: str, notice: FrameRecord, said: Sequence[QuantityRecord]) -> set[str]:
    """Ids of the figures that a notice takes back.

    A figure after "an earlier version", "wrongly said" … is withdrawn, until "the correct figure is", "it is" … or the sentence's end;
    "not", "instead of", "rather than" right before a figure turn that round. Where one figure follows "to", one after "from" is withdrawn.
    """
    marks = [(m.start(), True) for m in frame_phrases("withdrawn").finditer(text, notice.start, notice.end)]
    marks += [(m.start(), False) for m in frame_phrases("set_right").finditer(text, notice.start, notice.end)]
    marks += [(m.start(), False) for m in _STOP.finditer(text, notice.start, notice.end)]
    marks.sort()
    found = set()
    befores = {figure.id: text[max(notice.start, figure.start - _BEFORE) : figure.start] for figure in said}
    moved = any(_TO.search(before) for before in befores.values())
    for figure in said:
        old = next((state for at, state in reversed(marks) if at < figure.start), False)
        before = befores[figure.id]
        if moved and _FROM.search(before):
            old = True
        elif frame_phrases("turned").search(before):
            old = not old
        if old:
            found.add(figure.id)
    return found


def _replace(said: Sequence[QuantityRecord], old: set[str], body: Sequence[QuantityRecord], replaces: dict[str, str]) -> None:
    """Note which figures of notice and article replace the withdrawn ones."""
    for figure in said:
        if figure.id not in old:
            continue
        right = [f for f in said if f.id not in old and f.kind == figure.kind]
        wanted = {_value(f) for f in right}
        if not wanted:
            same = [f for f in body if f.kind == figure.kind and f.category == figure.category and f.part_of is None]
            wanted = {_value(f) for f in same}
            if len(wanted) != 1 or _value(figure) in wanted:
                continue
            right = same
        for other in [*right, *(f for f in body if f.kind == figure.kind and _value(f) in wanted)]:
            replaces.setdefault(other.id, figure.id)


def _value(figure: QuantityRecord) -> tuple[float | None, float | None, float | None]:
    return figure.value, figure.low, figure.high
