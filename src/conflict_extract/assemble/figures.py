"""Figures of different claims on the same thing: the same again, compatible, or in disagreement.

Two figures are on the same thing when category (or unit), the people counted, the incident, place and time are the
same or do not contradict each other, and neither is a part of a whole. Bounds are respected: "over 100,000" does not
disagree with 100,417. Each claim has one figure a category to compare: its total. The comparison looks back over the
last `WINDOW` claims with a figure of that category.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from conflict_extract.annotate import layer
from conflict_extract.assemble.figure_words import referring
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.limits import limits
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.slots import quantity_status
from conflict_extract.lexicons.assembly import words

SAID_TO_BE_SO = ("asserted", "possible", "background")  # denied or planned figures neither repeat nor disagree
WINDOW = 8
ONE_THING = (
    frozenset({"abduction", "missing", "detention"}),
    frozenset({"killing", "attack", "injury"}),
    frozenset({"displacement", "return"}),
)
CLOSE = 3  # sentences between figures that need no common place or date
FAR_BEYOND = 1.3  # times a lower bound ("at least 42") from which another source's figure disagrees with it
ANOTHER_MATTER = 40  # times as many are not the same people
BODIES = frozenset({"bodies", "body", "corpses"})
NEAR = 0.1  # "about 40" and 42 do not disagree: an approximate figure is taken to be this far off at most


@dataclass(slots=True)
class Figure:
    """A claim's figure: the least and most that its words allow, and the event that it hangs on."""

    draft: Draft
    quantity: layer.QuantityRecord
    low: float
    high: float
    event: layer.EventMention | None


PEOPLE_OF = {
    "killing": "killed",
    "displacement": "displaced",
    "missing": "missing",
    "detention": "detained",
    "abduction": "abducted",
}
GENERAL = frozenset({"people", "persons", "person", "others", ""})


def buckets(quantity: layer.QuantityRecord, event: str | None = None) -> list[str]:
    """What figures are compared under: the category, and the unit's noun; none for figures that are never compared.

    People without a category ("31,400 people have left the islands") are those of the event that they hang on.
    """
    if quantity.kind != "count" or quantity.part_of or not quantity.in_claims:
        return []
    out = []
    noun = _noun(quantity)
    if quantity.category and quantity.category != "other":
        out.append(quantity.category)
    elif noun in GENERAL and event in PEOPLE_OF:
        out.append(PEOPLE_OF[event])
    if noun not in GENERAL:
        out.append(f"unit/{noun}")
    return out


def figure_of(draft: Draft, quantity: layer.QuantityRecord) -> Figure | None:
    """The figure with its limits; None when it has no number."""
    low, best, high = limits(quantity)
    if low is None and best is None and high is None:
        return None
    event = next((mention for mention, _ in draft.mentions if quantity.id in mention.quantities), draft.main)
    least = float(low) if low is not None else 0.0
    most = float(high) if high is not None else float("inf")
    if best is not None and low is None:  # "about 40", "nearly 40"
        least = best * (1 - NEAR)
        most = most if high is not None else best * (1 + NEAR)
    return Figure(draft, quantity, least, most, event)


PARTS = (" of them", " of whom", "including ", "among them ", "among whom ")


def totals(index: Index, draft: Draft) -> Iterator[tuple[str, Figure]]:
    """The claim's figure for each bucket that it has exactly one whole figure of."""
    found: dict[str, list[layer.QuantityRecord]] = {}
    for quantity in draft.quantities:
        around = index.text[max(0, quantity.start - 14) : quantity.end + 9].lower()
        if found and any(part in around for part in PARTS):
            continue  # "11 people, six of them policemen"
        status = quantity_status(index, draft, quantity)
        if status == "possible" and draft.act == "opinion":
            continue  # "fears 860,000 could flee" is no count of those who have fled
        for name in buckets(quantity, draft.event if status != "possible" else None):
            if status in SAID_TO_BE_SO:
                found.setdefault(name, []).append(quantity)
    for name, quantities in found.items():
        if len(quantities) == 1:
            figure = figure_of(draft, quantities[0])
            if figure is not None:
                yield name, figure


def pairs(index: Index, drafts: Sequence[Draft]) -> Iterator[tuple[Figure, Figure]]:
    """(later, earlier) figures on the same thing, of claims that are not nested in each other."""
    recent: dict[str, list[Figure]] = {}
    for at, draft in enumerate(drafts):
        found = list(totals(index, draft))
        again = referring(index, drafts, at)
        if again is not None:
            quantity, other, meant = again
            later, earlier = figure_of(draft, quantity), figure_of(other, meant)
            if later is not None and earlier is not None:
                yield later, earlier
                later.event = earlier.event
                found = [(name, replace(later, quantity=earlier.quantity)) for name in buckets(meant, other.event)]
        for name, figure in found:
            for earlier in reversed(recent.get(name, [])[-WINDOW:]):
                if name.startswith("unit/") and _both_counted(figure, earlier):
                    continue  # their categories differ: killed and wounded soldiers
                if figure.quantity.id == earlier.quantity.id:
                    continue  # one mention that two claims share
                if not _nested(draft, earlier.draft) and same_thing(index, figure, earlier):
                    yield figure, earlier
            recent.setdefault(name, []).append(figure)


def _both_counted(a: Figure, b: Figure) -> bool:
    """Whether both figures have a category, and another one."""
    one, two = a.quantity.category, b.quantity.category
    if None in (one, two) or "other" in (one, two):
        return False
    # people who are unaccounted for can be those who were taken
    return {one, two} not in ({"missing", "abducted"}, {"missing", "captured"}, {"missing", "detained"})


def _nested(a: Draft, b: Draft) -> bool:
    for inner, outer in ((a, b), (b, a)):
        step = inner.parent
        while step is not None:
            if step is outer:
                return True
            step = step.parent
    return False


def same_thing(index: Index, a: Figure, b: Figure) -> bool:
    """Whether two figures of one bucket count the same people or things of the same incident."""
    if not _same_who(a.quantity, b.quantity) or _two_camps(a.quantity, b.quantity):
        return False
    if "further" in (a.quantity.scope, b.quantity.scope):
        return False
    if (a.quantity.scope == "cumulative") != (b.quantity.scope == "cumulative") or _long(a) != _long(b):
        return False  # a toll since 2021 or of a year, and that of one attack
    if a.event is not None and b.event is not None:
        if a.event.incident is not None and a.event.incident == b.event.incident:
            return True
        kinds = {a.event.type, b.event.type}
        if len(kinds) == 2 and "other" not in kinds and not any(kinds <= group for group in ONE_THING):
            return False
        one, two = ({agent["actor"] for agent in event.agents if agent.get("actor")} for event in (a.event, b.event))
        if one and two and not one & two:
            return False  # those whom the raiders killed, and the raiders whom the army killed
    return not _apart(a, b) and _tied(a, b)


def _tied(a: Figure, b: Figure) -> bool:
    """Whether something says that two figures without a common incident belong together: nearness, a place, a date, and their nouns."""
    one, two = (_noun(figure.quantity) for figure in (a, b))
    if one in words("dwelling") and two in words("dwelling"):
        two = one
    if one != two and not {one, two} & GENERAL and (_status(a) == "unknown" or _status(a) != _status(b)):
        return False  # "three guards" and "14 militants"
    if abs(a.draft.sentence - b.draft.sentence) <= CLOSE:
        return True
    places = [{p.place for p in figure.draft.places if p.role in ("at", "near")} for figure in (a, b)]
    return bool(places[0] & places[1]) or bool(_dates(a.draft) and _dates(b.draft))


def _long(figure: Figure) -> bool:
    """Whether the claim dates its event by more than a month."""
    dates = _dates(figure.draft)
    return dates is not None and (date.fromisoformat(dates[1]) - date.fromisoformat(dates[0])).days > 31


def _same_who(a: layer.QuantityRecord, b: layer.QuantityRecord) -> bool:
    """Whether nothing says that different people are counted. A general word ("people") goes with any."""
    one, two = a.who or {}, b.who or {}
    for key in ("status", "age", "sex", "side"):
        x, y = one.get(key) or "unknown", two.get(key) or "unknown"
        if x != y and "unknown" not in (x, y):
            return False
        if x != y and key in ("age", "sex") and not _men(a, b):  # "three children" are not the total that "12 people" is
            return False
    return True


def _two_camps(a: layer.QuantityRecord, b: layer.QuantityRecord) -> bool:
    """Whether one counts soldiers or policemen and the other fighters."""
    one, two = (_noun(quantity) for quantity in (a, b))
    return (one in words("regular") and two in words("irregular")) or (one in words("irregular") and two in words("regular"))


def _noun(quantity: layer.QuantityRecord) -> str:
    return quantity.unit.lower().split(" ")[-1] if quantity.unit else ""


def _men(a: layer.QuantityRecord, b: layer.QuantityRecord) -> bool:
    """Whether one counts "men" and the other soldiers or policemen: no other sex or age is meant."""
    status = {(quantity.who or {}).get("status") for quantity in (a, b) if quantity.unit != "men"}
    return "men" in (a.unit, b.unit) and bool(status) and status <= {"combatant", "police"}


def _apart(a: Figure, b: Figure) -> bool:
    """Whether places or dates of the two claims contradict each other."""
    one = {p.place for p in a.draft.places if p.role in ("at", "near")}
    two = {p.place for p in b.draft.places if p.role in ("at", "near")}
    if one and two and not one & two:
        return True
    first, second = _dates(a.draft), _dates(b.draft)
    return bool(first and second and (first[1] < second[0] or second[1] < first[0]))


def _dates(draft: Draft) -> tuple[str, str] | None:
    """First and last day of the times that date the claim's event."""
    said = set(draft.said)
    found = [t for t in draft.times if t.id not in said and t.date_start and t.date_end]
    if not found:
        return None
    return min(t.date_start or "" for t in found), max(t.date_end or "" for t in found)


def equal(a: Figure, b: Figure) -> bool:
    """Whether two figures are the same (value, bounds and comparator)."""
    return (a.low, a.high, a.quantity.comparator) == (b.low, b.high, b.quantity.comparator)


def compatible(a: Figure, b: Figure) -> bool:
    """Whether both can be right: one number fulfils both, or the smaller one can be a part ("seven people", "four villagers")."""
    if max(a.low, b.low) <= min(a.high, b.high):
        return not _far_beyond(a, b)
    less, more = sorted((a, b), key=lambda figure: figure.low)
    if less.quantity.unit in BODIES and more.quantity.unit not in BODIES:
        return True  # "received 17 bodies": part of those killed
    if less.high and more.low / less.high > ANOTHER_MATTER:
        return True  # the dead of a day, and those of the war
    general = [_status(figure) == "unknown" for figure in (a, b)]
    if general[0] == general[1]:
        return False
    whole, narrow = (a, b) if general[0] else (b, a)
    return narrow.low <= whole.high


def _far_beyond(a: Figure, b: Figure) -> bool:
    """Whether an open bound is left far behind: "at least 42" and "67" are two answers to one question, "over 100" and "104" are not."""
    less, more = sorted((a, b), key=lambda figure: figure.low)
    if less.high != float("inf") or less.low <= 0 or (_status(a) != _status(b) and "unknown" not in (_status(a), _status(b))):
        return False
    if more.quantity.unit in BODIES or more.low < FAR_BEYOND * less.low:
        return False
    return more.low / less.low <= ANOTHER_MATTER


def _status(figure: Figure) -> str:
    return (figure.quantity.who or {}).get("status") or "unknown"
