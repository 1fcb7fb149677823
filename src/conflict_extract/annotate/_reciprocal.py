"""Reciprocal accusations: "A and B each blamed the other for P" is two sayings with sources and targets crossed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from conflict_extract.annotate._candidates import Candidate, source_span
from conflict_extract.annotate._view import View

RECIPROCALS = frozenset({("the", "other"), ("each", "other"), ("one", "another")})


def cross(view: View, candidates: list[Candidate]) -> list[Candidate]:
    """Split the reciprocal candidates; the others stay as they are."""
    out: list[Candidate] = []
    for candidate in candidates:
        pair = _pair(view, candidate)
        if pair is None:
            if candidate.target is not None and _crossed(view, candidate.target) and view.low[candidate.target - 1] != "the":
                candidate.target = None  # "the two sides accused each other": no third party is accused
            out.append(candidate)
            continue
        one, two = pair
        for source, target in ((one, two), (two, one)):
            first, last, at = source_span(view, source)
            if source == one:
                last = min(last, _end(view, source))
            out.append(
                replace(
                    candidate,
                    source=(first, last, at),
                    target=target,
                    content=[[*span] for span in candidate.content],
                    evidence=[*candidate.evidence, "reciprocal"],
                )
            )
    return out


def _pair(view: View, candidate: Candidate) -> tuple[int, int] | None:
    """The two coordinated sources of a candidate whose target is "the other" or "each other"."""
    if candidate.source is None or candidate.target is None or not _crossed(view, candidate.target):
        return None
    head = candidate.source[2]
    others = [j for j in view.children[head] if view.dep[j] == "conj" and j > head]
    return (head, others[0]) if len(others) == 1 else None


def _crossed(view: View, i: int) -> bool:
    """Whether a target is "the other", "each other" or "one another", whichever of the words heads it."""
    around = view.low[max(0, i - 1) : i + 2]
    return view.low[i] in ("other", "each", "one", "another") and any(pair in RECIPROCALS for pair in pairwise(around))


def _end(view: View, head: int) -> int:
    """The token behind the first of two coordinated names."""
    last = head + 1
    for j in view.children[head]:
        if view.dep[j] in ("flat", "compound") and j == last:
            last = j + 1
    return last
