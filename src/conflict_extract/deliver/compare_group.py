"""Which events of many reports are one incident.

An item is one Event of one report, with the claims about it. Items are compared within blocks of one place and one family of event
types, so the work grows with the number of items and the size of the blocks, not with all pairs. Two items are never one incident
when their days exclude each other or when both name a different exact place; of the incidents that are left the one with the most
points takes the item, when it has `ENOUGH`. Items with an exact day come first, then by publication, so the order of the
reports does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from conflict_extract.schema import Claim, Event, Place, Report
from conflict_extract.schema.where import best_place, event_dates

# Event types that can name one incident: reports speak of the attack, the killing and the damage as one thing.
FAMILY = {
    "killing": "violence",
    "injury": "violence",
    "attack": "violence",
    "destruction": "violence",
    "rights_abuse": "violence",
    "displacement": "displacement",
    "return": "displacement",
    "abduction": "abduction",
    "missing": "abduction",
    "detention": "detention",
    "territorial_control": "control",
    "surrender": "control",
    "ceasefire": "talks",
    "negotiation": "talks",
    "agreement": "talks",
    "protest": "protest",
    "sanction": "sanction",
    "aid": "aid",
    "mobilization": "mobilization",
    "legal_action": "legal",
    "political": "political",
}
EXACT = frozenset({"facility", "settlement", "admin2"})
BACK = 3  # days before publication in which an undated event is looked for
ENOUGH = 4.0
MOST = 64  # incidents of a block that are asked, latest first
LONG = 14  # days: what spans more is no incident but a time, and its figures are a total
TOTAL = "total of "  # before the family of such items: they are compared with each other alone


@dataclass(slots=True, eq=False)
class Item:
    """An event of a report. `days`: first and last day; `dated`: whether the text gives them."""

    report: Report
    family: str
    types: frozenset[str]
    claims: list[Claim]
    event: Event | None
    place: Place | None
    days: tuple[dt.date, dt.date] | None
    dated: bool
    actors: frozenset[str]
    words: frozenset[str]
    incident: int = -1


@dataclass(slots=True)
class Incident:
    """Items that are one incident."""

    items: list[Item] = field(default_factory=list)
    place: Place | None = None
    days: tuple[dt.date, dt.date] | None = None
    dated: bool = False
    basis: list[str] = field(default_factory=list)

    def add(self, item: Item, why: str) -> None:
        """Take in an item; its day and place make the incident's more exact."""
        self.items.append(item)
        self.basis.append(why)
        if self.place is None or (item.place is not None and _exact(item.place) and not _exact(self.place)):
            self.place = item.place or self.place
        if item.days is None:
            return
        if self.days is None or (item.dated and not self.dated):
            self.days, self.dated = item.days, item.dated
        elif item.dated == self.dated:
            low, high = max(self.days[0], item.days[0]), min(self.days[1], item.days[1])
            if low <= high:
                self.days = (low, high)


def _exact(place: Place | None) -> bool:
    return place is not None and place.level in EXACT


def items_of(report: Report) -> list[Item]:
    """The items of one report: its Events of comparable types with the claims about them.

    Events of one family without a place or day of their own, or with the same ones, are the same item: a short report speaks of one
    incident in several ways ("the attack", "the blast", "17 killed").
    """
    by_event: dict[str, list[Claim]] = {}
    loose: list[Claim] = []
    items: list[Item] = []
    for claim in report.claims:
        if claim.event not in FAMILY:
            continue
        if (time := _long_time(report, claim)) is not None:
            item = _item(report, [claim], None, TOTAL + FAMILY[claim.event])
            item.days, item.dated = time, True
            items.append(item)
        elif claim.events and FAMILY.get(report.event(claim.events[0].event).type) == FAMILY[claim.event]:
            by_event.setdefault(claim.events[0].event, []).append(claim)
        else:
            loose.append(claim)
    for name, claims in by_event.items():
        event = report.event(name)
        _merge_into(items, _item(report, claims, event, FAMILY[claims[0].event]))
    for claim in loose:
        _merge_into(items, _item(report, [claim], None, FAMILY[claim.event]))
    return items


def _merge_into(items: list[Item], new: Item) -> None:
    for item in items:
        if item.family != new.family or _excluded(item.days if item.dated else None, new.days if new.dated else None):
            continue
        if item.place is not None and new.place is not None and not _same_place(item.place, new.place):
            continue
        item.claims += new.claims
        item.types |= new.types
        item.actors |= new.actors
        item.words |= new.words
        if item.event is None:
            item.event = new.event
        if item.place is None or (_exact(new.place) and not _exact(item.place)):
            item.place = new.place or item.place
        if new.dated and not item.dated:
            item.days, item.dated = new.days, True
        return
    items.append(new)


def _item(report: Report, claims: list[Claim], event: Event | None, family: str) -> Item:
    place: Place | None = None
    days: tuple[dt.date, dt.date] | None = None
    dated = False
    for claim in claims:
        here, _ = best_place(report, claim, event)
        if here is not None and (place is None or (_exact(here) and not _exact(place))):
            place = here
        start, end, _ = event_dates(report, claim, event)
        if not dated and start and end:
            first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
            if (last - first).days <= 14:
                days, dated = (first, last), True
    if place is None:
        place = _only_place(report)
    if days is None and report.date:
        published = dt.date.fromisoformat(report.date)
        days = (published - dt.timedelta(days=BACK), published)
    actors: set[str] = set()
    words: set[str] = set()
    for claim in claims:
        for part in claim.content:
            words |= {word for word in _words(part.text or "") if len(word) > 3}
        if claim.target:
            actors.add(_key(report, claim.target))
    if event is not None:
        actors |= {_key(report, name) for name in (*event.agents, *event.patients)}
    return Item(
        report=report,
        family=family,
        types=frozenset(claim.event for claim in claims),
        claims=claims,
        event=event,
        place=place,
        days=days,
        dated=dated,
        actors=frozenset(actors),
        words=frozenset(words),
    )


def _long_time(report: Report, claim: Claim) -> tuple[dt.date, dt.date] | None:
    """The days that a claim's figures sum up, when it is a long time ("10,000 have been killed since 2011"), else None."""
    ends = report.date
    for name in claim.quantities:
        since = report.quantity(name).since
        if since is not None and ends is not None and (begins := report.time(since).start) is not None:
            return _long(begins, ends)
    own = next((report.event(status.event) for status in claim.events[:1]), None)
    start, end, _ = event_dates(report, claim, own)
    return _long(start, end) if claim.quantities and start and end else None


def _long(start: str, end: str) -> tuple[dt.date, dt.date] | None:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return (first, last) if (last - first).days > LONG else None


def _only_place(report: Report) -> Place | None:
    """The one exact place that a report names, if it names one alone: "the town" is that one."""
    exact = [place for place in report.places if place.level in EXACT]
    return exact[0] if len(exact) == 1 else None


def _words(text: str) -> list[str]:
    return "".join(char if char.isalpha() else " " for char in text.casefold()).split()


def _key(report: Report, name: str) -> str:
    actor = report.actor(name)
    return actor.kb or actor.name.casefold()


def _excluded(a: tuple[dt.date, dt.date] | None, b: tuple[dt.date, dt.date] | None) -> bool:
    return a is not None and b is not None and (a[1] < b[0] or b[1] < a[0])


def _same_place(a: Place, b: Place) -> bool:
    if a.geonames is not None and b.geonames is not None and a.geonames == b.geonames:
        return True
    if a.name.casefold() == b.name.casefold():
        return a.country == b.country or None in (a.country, b.country)
    return False


def _goes_with(a: Place, b: Place) -> bool:
    """Whether one place can lie in the other: the wider one is a country or first-order division of the other."""
    wide, narrow = (a, b) if not _exact(a) else (b, a)
    if _exact(wide):
        return False
    if wide.level == "country":
        return wide.country is not None and wide.country == narrow.country
    return wide.admin1 is not None and wide.admin1 == narrow.admin1 and wide.country == narrow.country


def group(reports: Iterable[Report]) -> list[Incident]:
    """The incidents of many reports, in order of day, place and report."""
    items = [item for report in reports for item in items_of(report)]
    items.sort(
        key=lambda item: (not item.dated, not _exact(item.place), item.report.date or "9", item.report.id, item.claims[0].id)
    )
    blocks: dict[tuple[str, str], list[Incident]] = {}
    incidents: list[Incident] = []
    for item in items:
        candidates: dict[int, Incident] = {}
        for key in _keys(item):
            for incident in blocks.get(key, [])[-MOST:]:
                candidates[id(incident)] = incident
        best: tuple[float, Incident, str] | None = None
        for incident in candidates.values():
            points, why = _points(incident, item)
            if points >= ENOUGH and (best is None or points > best[0] + 1e-9):
                best = (points, incident, why)
        if best is None:
            incident = Incident()
            incident.add(item, "the first report of it")
            incidents.append(incident)
        else:
            incident = best[1]
            incident.add(item, best[2])
        for key in _keys(item):
            block = blocks.setdefault(key, [])
            if not any(held is incident for held in block[-MOST:]):
                block.append(incident)
    incidents.sort(key=_order)
    for number, incident in enumerate(incidents):
        for item in incident.items:
            item.incident = number
    return incidents


def _order(incident: Incident) -> tuple[str, str, str, str]:
    first = min(incident.items, key=lambda item: (item.report.date or "9", item.report.id))
    day = incident.days[0].isoformat() if incident.days else "9"
    return day, incident.place.name if incident.place else "", first.report.id, first.claims[0].id


def _keys(item: Item) -> list[tuple[str, str]]:
    """The blocks of an item: its family with its place (id and name), or with its country for wide places."""
    place = item.place
    if place is None:
        return []  # without any place nothing says which incident it is
    keys = [(item.family, f"name/{place.name.casefold()}")]
    if place.geonames is not None:
        keys.append((item.family, f"id/{place.geonames}"))
    if place.country is not None:
        keys.append((item.family, f"country/{place.country}"))
    return keys


def _points(incident: Incident, item: Item) -> tuple[float, str]:
    """How well the item fits; negative when something excludes it."""
    if incident.place is None or item.place is None:
        return -1.0, ""
    if _same_place(incident.place, item.place):
        points, why = 3.0, f"same place ({item.place.name})"
    elif _goes_with(incident.place, item.place):
        points, why = 1.0, f"{item.place.name} and {incident.place.name} can be the same place"
    else:
        return -1.0, ""
    if incident.days is None or item.days is None:
        return -1.0, ""
    shared = min(incident.days[1], item.days[1]) - max(incident.days[0], item.days[0])
    if shared.days < 0:
        return -1.0, ""
    if item.family.startswith(TOTAL) and 2 * shared < max(incident.days[1] - incident.days[0], item.days[1] - item.days[0]):
        return -1.0, ""  # a year and ten years
    both = incident.dated and item.dated
    points += 2.0 if both else 0.5
    why += f", {'same day' if both else 'days that can be the same'} ({item.days[0]})"
    types = frozenset().union(*(held.types for held in incident.items[:MOST]))
    if item.types & types:
        points += 0.5
        why += ", same type of event"
    actors = frozenset().union(*(held.actors for held in incident.items[:MOST]))
    if item.actors & actors:
        points += 0.5
        why += ", shared actors"
    likeness = max((_alike(held.words, item.words) for held in incident.items[:MOST]), default=0.0)
    points += 2 * likeness
    if likeness >= 0.2:
        why += ", like words"
    return points, why


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def clusters_of(reports: Sequence[Report], clusters: Sequence[str | None]) -> list[tuple[Report, int]]:
    """The reports without copies: of each cluster (or of the same text and date) the earliest, with the number of copies."""
    chosen: dict[str, tuple[Report, int]] = {}
    for report, cluster in zip(reports, clusters, strict=True):
        key = f"cluster/{cluster}" if cluster else f"text/{report.date}/{report.meta.text_sha256}"
        held = chosen.get(key)
        if held is None:
            chosen[key] = (report, 1)
        else:
            first = min((held[0], report), key=lambda r: (r.date or "9", r.id))
            chosen[key] = (first, held[1] + 1)
    return sorted(chosen.values(), key=lambda row: (row[0].date or "9", row[0].id))
