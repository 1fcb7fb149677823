"""Reciprocal accusations: "A and B each blamed the other for P" is two sayings with sources and targets crossed."""

from __future__ import annotations

from dataclasses import replace

from conflict_extract.annotate._candidates import Candidate, source_span
from conflict_extract.annotate._view import View


def cross(view: View, candidates: list[Candidate]) -> list[Candidate]:
    """Split the reciprocal candidates; the others stay as they are."""
    out: list[Candidate] = []
    for candidate in candidates:
        pair = _pair(view, candidate)
        if pair is None:
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
    if candidate.source is None or candidate.target is None or view.low[candidate.target] != "other":
        return None
    before = view.low[candidate.target - 1] if candidate.target else ""
    if before not in ("the", "each"):
        return None
    head = candidate.source[2]
    others = [j for j in view.children[head] if view.dep[j] == "conj" and j > head]
    return (head, others[0]) if len(others) == 1 else None


def _end(view: View, head: int) -> int:
    """The token behind the first of two coordinated names."""
    last = head + 1
    for j in view.children[head]:
        if view.dep[j] in ("flat", "compound") and j == last:
            last = j + 1
    return last
