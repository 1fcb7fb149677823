"""Actors, places, quantities, times and events of the document, as schema objects with ids by first offset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.limits import limits
from conflict_extract.schema import (
    Acled,
    Actor,
    Entry,
    Event,
    EventPlace,
    Frame,
    Place,
    Quantity,
    Reading,
    Span,
    Time,
    Who,
)

M = TypeVar("M", layer.ActorMention, layer.PlaceMention)
LAST = 10**12


class Ids:
    """Names of the report's parts: a letter and a number by first offset, for each record id or row key."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def give(self, letter: str, keys: Sequence[str]) -> None:
        """Number the keys in this order."""
        for number, key in enumerate(keys, 1):
            self._of[key] = f"{letter}{number}"

    def get(self, key: str | None) -> str | None:
        """The id of a key; None for an unknown key."""
        return None if key is None else self._of.get(key)

    def all(self, keys: Sequence[str | None]) -> tuple[str, ...]:
        """The ids of the keys that have one, each once, in order of the keys."""
        out: dict[str, None] = {}
        for key in keys:
            name = self.get(key)
            if name is not None:
                out[name] = None
        return tuple(out)


def span(index: Index, start: int, end: int) -> Span:
    """A Span with its words; several parts of a report share one."""
    found = index.made.get((start, end))
    if found is None:
        found = index.made[start, end] = Span(start=start, end=end, text=index.text[start:end])
    return found


def _by_row(mentions: Sequence[M], name: str) -> dict[str, list[M]]:
    out: dict[str, list[M]] = {}
    for mention in sorted(mentions, key=lambda record: (record.start, -record.end, record.id)):
        out.setdefault(getattr(mention, name), []).append(mention)
    return out


def make_actors(index: Index, ids: Ids, wanted: set[str]) -> tuple[Actor, ...]:
    """All actors that are mentioned as such, and those in `wanted` (speakers, affiliations, targets), with their
    ids.
    """
    mentions = _by_row([m for m in index.actors.records if m.use != "place"], "actor")
    rows = index.actor_rows
    keys = {key for key in rows if key in mentions or key in wanted}
    for key in sorted(keys):
        keys |= {member for member in rows[key].members if member in rows}
    ordered = sorted(keys, key=lambda key: (mentions[key][0].start if key in mentions else LAST, _number(key), key))
    ids.give("a", [f"actor/{key}" for key in ordered])
    out = []
    for key in ordered:
        row = rows[key]
        out.append(
            Actor(
                id=_known(ids, f"actor/{key}"),
                kb=row.kb,
                name=row.name,
                type=cast(Any, row.type),
                sector=row.sector,
                country=row.country,
                members=ids.all([f"actor/{member}" for member in row.members]),
                candidates=tuple(row.candidates),
                mentions=tuple(span(index, m.start, m.end) for m in mentions.get(key, [])),
            )
        )
    return tuple(out)


def _known(ids: Ids, key: str) -> str:
    name = ids.get(key)
    assert name is not None
    return name


def _number(key: str) -> int:
    digits = "".join(char for char in key if char.isdigit())
    return int(digits[:9]) if digits else 0


def make_places(index: Index, ids: Ids) -> tuple[Place, ...]:
    """All places that are mentioned as places, with their ids."""
    mentions = _by_row(index.places.records, "place")
    ordered = sorted((key for key in mentions if key in index.place_rows), key=lambda key: (mentions[key][0].start, _number(key)))
    ids.give("p", [f"place/{key}" for key in ordered])
    out = []
    for key in ordered:
        row = index.place_rows[key]
        out.append(
            Place(
                id=_known(ids, f"place/{key}"),
                name=row.name,
                country=row.country,
                geonames=row.geonames,
                latitude=row.latitude,
                longitude=row.longitude,
                admin1=row.admin1,
                admin2=row.admin2,
                level=cast(Any, row.level),
                feature=row.feature,
                disputed=row.disputed,
                claimed_by=tuple(row.claimed_by),
                mentions=tuple(span(index, m.start, m.end) for m in mentions[key]),
            )
        )
    return tuple(out)


def make_times(index: Index, ids: Ids) -> tuple[Time, ...]:
    """All times, with their ids."""
    records = sorted(index.times.records, key=lambda record: (record.start, -record.end, record.id))
    ids.give("t", [record.id for record in records])
    return tuple(
        Time(
            id=_known(ids, record.id),
            span=span(index, record.start, record.end),
            start=record.date_start,
            end=record.date_end,
            clock_start=record.clock_start,
            clock_end=record.clock_end,
            granularity=cast(Any, record.granularity),
            partial=record.partial,
            date_prec=record.date_prec,
            readings=tuple(Reading.model_validate(reading) for reading in record.readings),
            basis=cast(Any, record.basis),
        )
        for record in records
    )


def make_quantities(index: Index, ids: Ids) -> tuple[Quantity, ...]:
    """All quantities, with their ids."""
    records = sorted(index.quantities.records, key=lambda record: (record.start, -record.end, record.id))
    ids.give("q", [record.id for record in records])
    out = []
    for record in records:
        who = None
        if record.who:
            words = {key: value for key, value in record.who.items() if key in ("status", "age", "sex") and value}
            who = Who.model_validate({**words, "side": _side(index, ids, record)})
        low, best, high = limits(record)
        out.append(
            Quantity(
                id=_known(ids, record.id),
                span=span(index, record.start, record.end),
                kind=cast(Any, record.kind),
                value=record.value,
                low=record.low,
                high=record.high,
                comparator=cast(Any, record.comparator),
                modifier=record.modifier,
                vague=record.vague,
                at_least=low,
                best=best,
                at_most=high,
                unit=record.unit,
                currency=record.currency,
                category=cast(Any, record.category),
                who=who,
                scope=cast(Any, record.scope),
                since=ids.get(record.since or _since(index, record)),
                part_of=ids.get(record.part_of),
                percent_of=ids.get(record.percent_of),
                replaces=ids.get(record.replaces),
                equivalent=ids.get(record.equivalent),
                candidates=tuple(record.candidates),
                in_claims=record.in_claims,
            )
        )
    return tuple(out)


def _since(index: Index, record: layer.QuantityRecord) -> str | None:
    """The time that a "since …" beside the quantity names."""
    if record.since_span is None:
        return None
    return next((time.id for time in index.times.inside([record.since_span])), None)


def _side(index: Index, ids: Ids, record: layer.QuantityRecord) -> str | None:
    """The actor whose people are counted: an actor mention inside the quantity ("12 Azerbaijani soldiers")."""
    side = (record.who or {}).get("side")
    if side and ids.get(f"actor/{side}"):
        return ids.get(f"actor/{side}")
    for mention in index.actors.inside([[record.start, record.end]]):
        if mention.use in ("modifier", "actor") and mention.form != "nominal":
            return ids.get(f"actor/{mention.actor}")
    return None


# -- events -----------------------------------------------------------------------------------------------
def make_events(index: Index, ids: Ids) -> tuple[Event, ...]:
    """One Event for each incident (all mentions together), with ids; mentions that no incident takes up are Events
    alone.
    """
    mentions = {mention.id: mention for mention in index.events.records}
    groups: list[tuple[layer.IncidentRow, list[layer.EventMention]]] = []
    taken: set[str] = set()
    for row in index.incidents:
        members = [mentions[key] for key in row.mentions if key in mentions and key not in taken]
        taken.update(member.id for member in members)
        if members:
            groups.append((row, sorted(members, key=lambda m: (m.start, m.id))))
    for key, mention in mentions.items():
        if key not in taken and mention.reports:
            groups.append((layer.IncidentRow(key=key, type=mention.type, basis="one mention"), [mention]))
    groups.sort(key=lambda group: (group[1][0].start, group[1][0].id))
    ids.give("e", [f"incident/{row.key}" for row, _ in groups])
    places = {mention.id: mention.place for mention in index.places.records}
    out = []
    for row, members in groups:
        for member in members:
            ids._of[f"mention/{member.id}"] = _known(ids, f"incident/{row.key}")
        first = next((m for m in members if m.plover), members[0])
        coded = next((m for m in members if m.acled_event), None)
        where: dict[str, str] = {}
        for member in members:
            for place in member.places:
                name = ids.get(f"place/{places.get(place['id'], '')}")
                if name is not None and where.get(name, "reference") == "reference":
                    where[name] = place.get("role") or "at"
        out.append(
            Event(
                id=_known(ids, f"incident/{row.key}"),
                type=cast(Any, row.type or members[0].type),
                plover=cast(Any, first.plover),
                plover_mode=first.plover_mode,
                acled=Acled(event=coded.acled_event, sub_event=coded.acled_sub_event) if coded and coded.acled_event else None,
                mentions=tuple(span(index, m.start, m.end) for m in members),
                agents=ids.all([_role_actor(index, role) for m in members for role in m.agents]),
                patients=ids.all([_role_actor(index, role) for m in members for role in m.patients]),
                places=tuple(EventPlace(place=name, role=cast(Any, role)) for name, role in where.items()),
                times=ids.all([time for m in members for time in m.times]),
                quantities=ids.all([quantity for m in members for quantity in m.quantities]),
                basis=row.basis,
            )
        )
    return tuple(out)


def _role_actor(index: Index, role: dict[str, Any]) -> str | None:
    """The key of the actor that fills a role: the one the record names, else the mention at the head of its words."""
    if role.get("actor"):
        return f"actor/{role['actor']}"
    inside = index.actors.inside([[role["start"], role["end"]]])
    whole = [mention for mention in inside if mention.use == "actor"]
    return f"actor/{whole[-1].actor}" if whole else None


# -- frame ------------------------------------------------------------------------------------------------
def make_frame(index: Index, ids: Ids) -> Frame:
    """The document frame."""
    first: dict[str, layer.FrameRecord] = {}
    for record in index.frame:
        first.setdefault(record.kind, record)

    def one(kind: str) -> Span | None:
        record = first.get(kind)
        return span(index, record.start, record.end) if record else None

    def many(kind: str) -> tuple[Span, ...]:
        return tuple(span(index, record.start, record.end) for record in index.frame if record.kind == kind)

    dateline, credit = first.get("dateline"), first.get("credit")
    agency = None
    for named in (dateline, credit):
        if named is not None and named.agency and agency is None:
            agency = _actor_named(index, ids, named.agency, [named.start, named.end])
    return Frame(
        headline=one("headline"),
        dateline=one("dateline"),
        byline=one("byline"),
        credit=one("credit"),
        dateline_place=_place_in(index, ids, dateline),
        dateline_date=dateline.date if dateline else None,
        agency=agency,
        corrections=many("correction"),
        boilerplate=many("boilerplate"),
        entries=tuple(
            Entry(span=span(index, record.start, record.end), published=record.published)
            for record in index.frame
            if record.kind == "entry"
        ),
    )


def _place_in(index: Index, ids: Ids, record: layer.FrameRecord | None) -> str | None:
    if record is None:
        return None
    for mention in index.places.inside([[record.start, record.end]]):
        return ids.get(f"place/{mention.place}")
    return None


def _actor_named(index: Index, ids: Ids, name: str, where: Offsets) -> str | None:
    for mention in index.actors.inside([where]):
        row = index.actor_rows.get(mention.actor)
        if row is not None and (row.type == "media" or row.name.casefold() == name.casefold()):
            return ids.get(f"actor/{mention.actor}")
    for key, row in index.actor_rows.items():
        if row.name.casefold() == name.casefold():
            return ids.get(f"actor/{key}")
    return None
