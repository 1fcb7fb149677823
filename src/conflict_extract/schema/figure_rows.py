"""Rows of the table `figures`: one for each quantity and innermost speaker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conflict_extract.errors import TableError
from conflict_extract.schema.models import Actor, Claim, Event, Quantity
from conflict_extract.schema.report import Report
from conflict_extract.schema.where import best_place, event_dates, said_on, where_prec

FIGURE_COLUMNS = (
    "document_id", "published", "source", "source_id", "source_type", "source_affiliation_id", "relayed_by", "act", "status",
    "category", "who_status", "who_age", "who_sex", "who_side", "unit", "text", "comparator", "at_least", "best", "at_most",
    "part_of", "scope", "since", "event_id", "event_type", "agents", "said_on", "event_start", "event_end", "date_prec",
    "place", "place_role", "geonames", "latitude", "longitude", "admin1", "country", "where_prec", "hedged", "confidence",
    "sentence", "start", "end", "claim_key", "times_said",
)  # fmt: skip
Vague = Mapping[str, tuple[int | None, int | None, int | None]]


def figure_rows(reports: Iterable[Report], vague: Vague | None = None) -> list[dict[str, Any]]:
    """One row for each quantity and innermost speaker, with the columns `FIGURE_COLUMNS`.

    The same figure said again by the same source (number, bounds, thing counted, status, and no other place) adds to
    `times_said`.

    Args:
        reports: any number of reports.
        vague: rules of your own for vague numbers, {"dozens": (at_least, best, at_most)}.

    Raises:
        TableError: a rule is not three numbers or None.
    """
    rules = {word.casefold(): _rule(word, rule) for word, rule in (vague or {}).items()}
    return [row for report in reports for row in _rows(report, rules)]


def _rule(word: str, rule: Any) -> tuple[Any, Any, Any]:
    if not isinstance(rule, tuple | list) or len(rule) != 3 or any(not isinstance(n, int | float | None) for n in rule):
        raise TableError(f"the rule for {word!r} must be (at_least, best, at_most), numbers or None, got {rule!r}")
    return rule[0], rule[1], rule[2]


def _rows(report: Report, rules: dict[str, tuple[Any, Any, Any]]) -> Iterator[dict[str, Any]]:
    claims = {claim.id: claim for claim in report.claims}
    nested: dict[str, set[str]] = {}  # quantities of the claims nested in a claim
    for claim in report.claims:
        if claim.parent:
            nested.setdefault(claim.parent, set()).update(claim.quantities)
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    seen: set[tuple[Any, ...]] = set()
    for claim in report.claims:
        for name in claim.quantities:
            if name in nested.get(claim.id, ()):
                continue
            row = _row(report, claims, claim, report.quantity(name), rules)
            key = (*(row[part] for part in SAME), row["source_id"] or row["source"], row["part_of"] is None)
            group = groups.setdefault(key, [])
            held = next(
                (other for other in group if None in (other["place"], row["place"]) or other["place"] == row["place"]), None
            )
            if held is None:
                group.append(row)
                rows.append(row)
            elif (key, row["start"]) not in seen:
                held["times_said"] += 1
            seen.add((key, row["start"]))
    yield from rows


SAME = ("category", "who_status", "who_age", "who_sex", "who_side", "unit", "comparator", "at_least", "best", "at_most", "status")


def _outer(claims: dict[str, Claim], claim: Claim) -> list[str]:
    """Names of those who relay the claim: its channel and the speakers of the claims around it, from the inside out."""
    out: dict[str, None] = {}
    if claim.source and claim.source.via and claim.source.via.name and claim.source.via.kind in ("agency", "broadcast"):
        out[claim.source.via.name] = None
    step = claims.get(claim.parent or "")
    while step is not None:
        if step.source is not None:
            out[step.source.name] = None
        step = claims.get(step.parent or "")
    return list(out)


def _status(claim: Claim, name: str) -> str:
    return next((figure.status for figure in claim.figures if figure.quantity == name), "asserted")


def _event_of(report: Report, claim: Claim, quantity: Quantity) -> Event | None:
    """The Event that the figure hangs on, else the claim's main event."""
    events = [report.event(item.event) for item in claim.events]
    return next((event for event in events if quantity.id in event.quantities), events[0] if events else None)


def _row(
    report: Report, claims: dict[str, Claim], claim: Claim, quantity: Quantity, rules: dict[str, tuple[Any, Any, Any]]
) -> dict[str, Any]:
    source, who = claim.source, quantity.who
    event = _event_of(report, claim, quantity)
    start, end, date_prec = event_dates(report, claim, event)
    place, role = best_place(report, claim, event)
    limits: tuple[Any, Any, Any] = quantity.at_least, quantity.best, quantity.at_most
    if quantity.vague and quantity.vague.casefold() in rules:
        limits = rules[quantity.vague.casefold()]

    def ref(name: str | None) -> str | None:
        if name is None:
            return None
        actor: Actor = report.actor(name)
        return actor.kb or f"{report.id}#{actor.id}"

    return {
        "document_id": report.id,
        "published": report.date,
        "source": source.name if source else None,
        "source_id": ref(source.actor) if source else None,
        "source_type": source.type if source else None,
        "source_affiliation_id": ref(source.affiliation_actor) if source else None,
        "relayed_by": "; ".join(_outer(claims, claim)) or None,
        "act": claim.act,
        "status": _status(claim, quantity.id),
        "category": quantity.category,
        "who_status": who.status if who else None,
        "who_age": who.age if who else None,
        "who_sex": who.sex if who else None,
        "who_side": ref(who.side) if who else None,
        "unit": quantity.unit or None,
        "text": _one_line(quantity.span.text),
        "comparator": quantity.comparator,
        "at_least": limits[0],
        "best": limits[1],
        "at_most": limits[2],
        "part_of": _one_line(report.quantity(quantity.part_of).span.text) if quantity.part_of else None,
        "scope": quantity.scope,
        "since": report.time(quantity.since).start if quantity.since else None,
        "event_id": event.id if event else None,
        "event_type": event.type if event else claim.event,
        "agents": "; ".join(report.actor(name).name for name in event.agents) or None if event else None,
        "said_on": said_on(report, claim),
        "event_start": start,
        "event_end": end,
        "date_prec": date_prec,
        "place": place.name if place else None,
        "place_role": role,
        "geonames": place.geonames if place else None,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "admin1": place.admin1 if place else None,
        "country": place.country if place else None,
        "where_prec": where_prec(place, role),
        "hedged": bool(claim.hedges),
        "confidence": claim.confidence,
        "sentence": _one_line(claim.sentence.text),
        "start": quantity.span.start,
        "end": quantity.span.end,
        "claim_key": claim.key,
        "times_said": 1,
    }


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text is not None else None
