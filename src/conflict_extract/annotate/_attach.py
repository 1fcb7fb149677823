"""Which place, time and figure belongs to which event: by the tree, then by the clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from conflict_extract.annotate._arcs import MANY, Arcs
from conflict_extract.annotate._triggers import Found
from conflict_extract.annotate.layer import PlaceMention, QuantityRecord, Record, TimeRecord

CASUALTY = {
    "killed": ("killing", "attack", "destruction"),
    "wounded": ("injury", "attack", "killing"),
    "casualties": ("injury", "killing", "attack"),
    "missing": ("missing", "abduction", "attack"),
    "captured": ("detention", "abduction", "surrender"),
    "detained": ("detention", "abduction"),
    "abducted": ("abduction", "detention"),
    "displaced": ("displacement", "aid"),
    "returned": ("return", "displacement"),
    "evacuated": ("displacement", "aid"),
}


@dataclass(slots=True)
class Attached:
    """Record ids of what belongs to an event."""

    places: list[dict[str, str]] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    quantities: list[str] = field(default_factory=list)


class Attacher:
    """Attaches records to triggers.

    Args:
        arcs: the tree. found: the triggers. salience: theirs. stops: tokens of saying cues, which no attachment passes. spoken: for
            each token, whether it is in what somebody says.
    """

    def __init__(
        self,
        arcs: Arcs,
        found: Sequence[Found],
        salience: Sequence[float],
        stops: frozenset[int],
        spoken: Sequence[bool],
    ) -> None:
        self.arcs = arcs
        self.found = found
        self.stops = stops
        self.salience = salience
        self.spoken = spoken
        self.at: dict[int, int] = {}
        self.in_clause: dict[int, list[int]] = {}
        for number, item in enumerate(found):
            for token in item.tokens:
                self.at[token] = number
            inside = self.in_clause.setdefault(arcs.clause(item.light if item.light is not None else item.token), [])
            if len(inside) < MANY:
                inside.append(number)
        for number, item in enumerate(found):
            if item.light is not None:
                self.at.setdefault(item.light, number)

    def attach(
        self, places: Iterable[PlaceMention], times: Iterable[TimeRecord], quantities: Iterable[QuantityRecord]
    ) -> list[Attached]:
        """What belongs to each trigger, in the order of the triggers."""
        result = [Attached() for _ in self.found]
        for place in places:
            if place.as_actor:
                continue
            number = self.owner(place)
            if number is not None:
                result[number].places.append({"id": place.id, "role": place.role})
        for time in times:
            if time.is_duration or not time.in_claims:
                continue
            number = self.owner(time)
            if number is not None:
                result[number].times.append(time.id)
        for quantity in quantities:
            wanted = CASUALTY.get(quantity.category or "")
            number = self.owner(quantity, wanted)
            if number is not None:
                result[number].quantities.append(quantity.id)
        return result

    def owner(self, record: Record, wanted: tuple[str, ...] | None = None) -> int | None:
        """The trigger that a record belongs to: the nearest above it in the tree, else the main one of its clause."""
        root = span_root(self.arcs, record.start, record.end)
        if root is None:
            return None
        number = self._climb(root, wanted)
        if number is None or (self.spoken[self.found[number].token] and not self.spoken[root]):
            return None  # it dates or places the saying
        return number

    def _climb(self, root: int, wanted: tuple[str, ...] | None) -> int | None:
        last = root
        for node in self.arcs.climb(root):
            last = node
            if node in self.stops:
                if not self.spoken[root]:
                    return None
                said = [number for number in self.in_clause.get(node, []) if self.spoken[self.found[number].token]]
                return self._best(said, wanted)
            number = self.at.get(node)
            if number is not None:
                return self._better(number, wanted, root)
            if self.arcs.is_clause(node):
                inside = self.in_clause.get(node)
                if inside:
                    return self._best(inside, wanted)
        return self._best(self.in_clause.get(last, []), wanted)

    def _better(self, number: int, wanted: tuple[str, ...] | None, root: int) -> int:
        """A figure of the dead goes to the killing of its clause rather than to the noun it happens to hang on."""
        if wanted is None or self.found[number].entry.type in wanted:
            return number
        arcs = self.arcs
        for node in arcs.climb(root):
            other = self.at.get(node)
            if other is not None and self.found[other].entry.type in wanted:
                return other
            if node in self.stops or arcs.is_clause(node):
                break
        return number

    def _best(self, numbers: Sequence[int], wanted: tuple[str, ...] | None) -> int | None:
        """The most salient of some triggers, those of a wanted type first."""
        fitting = [number for number in numbers if wanted is not None and self.found[number].entry.type in wanted]
        pool = fitting or numbers
        return max(pool, key=lambda number: (self.salience[number], -number), default=None)


def span_root(arcs: Arcs, start: int, end: int) -> int | None:
    """The token of a span whose head lies outside it; a bare number goes up to the noun that it counts."""
    tokens = arcs.tokens(start, end)
    if tokens is None:
        return None
    for i in range(tokens[0], min(tokens[1], tokens[0] + 60)):
        if not tokens[0] <= arcs.head[i] < tokens[1] or arcs.head[i] == i:
            if arcs.base[i] in ("punct", "case", "advmod") and tokens[1] - tokens[0] > 1:
                continue
            return i
    return tokens[0]
