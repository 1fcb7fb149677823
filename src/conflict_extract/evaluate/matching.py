"""One-to-one matching of two lists: the assignment with the greatest sum of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
Weights = Mapping[int, Mapping[int, float]]


def assign(weights: Weights) -> list[tuple[int, int]]:
    """Pairs (left, right), one to one, with the greatest sum of weights; pairs without a positive weight are left out.

    Each group of connected lefts and rights is solved alone, by paths that each gain the most (successive longest
    paths), so the result is exact. Work: per group of n pairs at most n² steps for each pair found.

    Args:
        weights: for each left its possible rights with their weights.

    >>> assign({0: {0: 0.9, 1: 0.8}, 1: {0: 0.8}})
    [(0, 1), (1, 0)]
    """
    out: list[tuple[int, int]] = []
    for lefts in _groups(weights):
        out += _solve({left: {r: w for r, w in weights[left].items() if w > 0} for left in lefts})
    return sorted(out)


def _groups(weights: Weights) -> list[list[int]]:
    """Lefts that share a right, directly or through others."""
    holders: dict[int, list[int]] = {}
    for left, row in weights.items():
        for right, weight in row.items():
            if weight > 0:
                holders.setdefault(right, []).append(left)
    seen: set[int] = set()
    groups = []
    for first in weights:
        if first in seen:
            continue
        seen.add(first)
        group, stack = [], [first]
        while stack:
            left = stack.pop()
            group.append(left)
            for right, weight in weights[left].items():
                if weight > 0:
                    for other in holders[right]:
                        if other not in seen:
                            seen.add(other)
                            stack.append(other)
        groups.append(sorted(group))
    return groups


def _solve(weights: dict[int, dict[int, float]]) -> list[tuple[int, int]]:
    owner: dict[int, int] = {}  # right -> left
    mate: dict[int, int] = {}  # left -> right
    while True:
        gain = {left: 0.0 for left in weights if left not in mate}  # best gain of a path that ends at this left
        came: dict[int, tuple[int, int]] = {}  # right -> (left before it, step)
        reach: dict[int, float] = {}
        changed = True
        rounds = 0
        while changed and rounds <= len(weights) + 1:
            changed = False
            rounds += 1
            for left in list(gain):
                for right, weight in weights[left].items():
                    if mate.get(left) == right:
                        continue
                    value = gain[left] + weight
                    if value > reach.get(right, float("-inf")) + 1e-12:
                        reach[right], came[right] = value, (left, rounds)
                        holder = owner.get(right)
                        back = float("-inf") if holder is None else value - weights[holder][right]
                        if holder is not None and back > gain.get(holder, float("-inf")) + 1e-12:
                            gain[holder] = back
                            changed = True
        free = [(value, -right) for right, value in reach.items() if right not in owner and value > 1e-12]
        if not free:
            return sorted(mate.items())
        end: int | None = -max(free)[1]
        while end is not None:
            left = came[end][0]
            before = mate.get(left)
            owner[end], mate[left] = left, end
            end = before


def count_pairs(left: Sequence[A], right: Sequence[B], same: Callable[[A, B], bool]) -> int:
    """How many pairs a one-to-one matching under `same` can have at most.

    >>> count_pairs([1, 2], [2, 2, 3], lambda a, b: a == b)
    1
    """
    edges = {i: {j: 1.0 for j, b in enumerate(right) if same(a, b)} for i, a in enumerate(left)}
    return len(assign(edges))
