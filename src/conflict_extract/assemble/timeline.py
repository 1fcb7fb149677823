"""Dates at the heads of a timeline's entries ("Feb 8: Rebels seize the port"): no words of a claim, but the time of the first one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from conflict_extract.annotate import layer
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft

_MARK = re.compile(r"\s?[:–—-]\s+")


def cut_heads(index: Index, drafts: Sequence[Draft]) -> None:
    """Take the heads of entries out of contents that begin with them."""
    heads = _heads(index)
    starts = [time.start for time, _ in heads]
    for draft in drafts if heads else ():
        for part in draft.content:
            at = bisect_right(starts, part[0]) - 1
            if at >= 0 and part[0] < heads[at][1] < part[1]:
                part[0] = heads[at][1]
        draft.start = min(part[0] for part in (draft.source, draft.cue, *draft.content) if part)


def date_entries(index: Index, drafts: Sequence[Draft]) -> None:
    """Give the date at an entry's head to the first claim behind it, in the entry's first sentence, when no day of its own is known."""
    heads = _heads(index)
    starts = [time.start for time, _ in heads]
    first: dict[int, Draft] = {}
    for draft in drafts if heads else ():
        at = bisect_right(starts, draft.start) - 1
        if at < 0 or index.sentences.of(draft.start) != index.sentences.of(heads[at][1]):
            continue
        if at not in first or (draft.start, -draft.end) < (first[at].start, -first[at].end):
            first[at] = draft
    named = {time.id for time, _ in heads}
    for draft in drafts if heads else ():
        draft.said = [name for name in draft.said if name not in named]  # the day of the event or of the saying: it does not say
    for at, draft in first.items():
        time = heads[at][0]
        if time.id not in {held.id for held in draft.times} and not any(held.date_prec == 1 for held in draft.times):
            draft.times = sorted([*draft.times, time], key=lambda held: (held.start, held.id))


def _heads(index: Index) -> list[tuple[layer.TimeRecord, int]]:
    """The times that open a timeline's entries, and where the words behind each begin."""
    entries = {record.start for record in index.frame if record.kind == "entry" and record.rule == layer.TIMELINE}
    found = []
    for time in index.times.records if entries else ():
        mark = _MARK.match(index.text, time.end) if time.start in entries else None
        if mark is not None:
            found.append((time, mark.end()))
    return found
