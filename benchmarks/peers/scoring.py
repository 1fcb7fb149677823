"""Counting for the comparisons: one-to-one matching of spans, then which fields are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.peers.gold import Span

Check = Callable[[dict[str, Any], dict[str, Any]], bool]


class Counts:
    """Wanted, found and right items of one system, by field."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.wanted = self.found = 0
        self.right = dict.fromkeys(fields, 0)

    def row(self, name: str) -> tuple[float, float, float]:
        """Precision, recall, F1 of a field in percent."""
        right = self.right[name]
        p, r = right / max(self.found, 1), right / max(self.wanted, 1)
        return 100 * p, 100 * r, 100 * 2 * p * r / (p + r) if p + r else 0.0


def overlap(a: Span | Sequence[int], b: Span | Sequence[int]) -> bool:
    """Whether two spans share a character."""
    return a[0] < b[1] and b[0] < a[1]


def count(
    wanted: list[dict[str, Any]], found: list[dict[str, Any]], ignored: list[Span], checks: dict[str, Check], into: Counts
) -> None:
    """Match found items to wanted ones by overlap of `span` and count.

    Each pair that fulfils the first check is matched, best last field first; of two candidates the one with more fields right wins. A found
    item that matches nothing and overlaps an ignored span is dropped.
    """
    names = list(checks)
    pairs = []
    for i, gold in enumerate(wanted):
        for j, item in enumerate(found):
            if overlap(gold["span"], item["span"]):
                right = [name for name in names if checks[name](gold, item)]
                if right:
                    pairs.append((-len(right), i, j, right))
    pairs.sort()
    used_gold: set[int] = set()
    used_found: set[int] = set()
    for _, i, j, right in pairs:
        if i in used_gold or j in used_found:
            continue
        used_gold.add(i)
        used_found.add(j)
        for name in right:
            into.right[name] += 1
    into.wanted += len(wanted)
    into.found += sum(j in used_found or not any(overlap(item["span"], span) for span in ignored) for j, item in enumerate(found))


def words(text: str, span: Span | Sequence[int]) -> set[tuple[int, int]]:
    """The words in a span, as offsets."""
    return {(m.start(), m.end()) for m in re.compile(r"\w+").finditer(text, span[0], span[1])}


def token_f1(text: str, a: Span | Sequence[int], b: Span | Sequence[int]) -> float:
    """F1 of the words of two spans, 0 to 1."""
    one, two = words(text, a), words(text, b)
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 0.0


def same(a: float | None, b: float | None) -> bool:
    """Whether two numbers agree, within rounding."""
    return a is not None and b is not None and abs(a - b) <= 1e-6 * max(1.0, abs(a))
