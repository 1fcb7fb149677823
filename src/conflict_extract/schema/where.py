"""When and where a claim's event happened, chosen from the claim and its Event."""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.schema.models import Claim, Event, Place, Time
from conflict_extract.schema.report import Report

# UCDP GED codebook, version 23.1, `where_prec`: 1 exact place, 2 near it, 3 second-order division, 4 first-order division,
# 5 linear feature or fuzzy region, 6 country.
WHERE_PREC = {"facility": 1, "settlement": 1, "admin2": 3, "admin1": 4, "area": 5, "country": 6}
LEVELS = ("facility", "settlement", "admin2", "admin1", "area", "country")
ROLES = ("at", "near", "to", "from", "reference")


def said_on(report: Report, claim: Claim) -> str | None:
    """The day on which it was said, when the text gives it (ISO date, the first day of a period)."""
    return next((start for name in claim.said if (start := report.time(name).start)), None)


def event_dates(report: Report, claim: Claim, event: Event | None) -> tuple[str | None, str | None, int | None]:
    """First and last day of the event and UCDP's `date_prec`: by the claim's own times, else by those of its Event."""
    own = [report.time(name) for name in claim.times if name not in claim.said]
    theirs = [report.time(name) for name in event.times] if event else []
    both = [time for time in own if time in theirs]
    for times in (both, own, theirs):
        dated = [time for time in times if time.start and time.end]
        if dated:
            return _span(dated)
    return None, None, None


def _span(times: Sequence[Time]) -> tuple[str | None, str | None, int | None]:
    """One time's own days; of several, the shortest (the most exact one, the first of equals)."""
    best = min(times, key=lambda time: (_precision(time), time.span.start))
    return best.start, best.end, best.date_prec


def _precision(time: Time) -> int:
    return ("hour", "part_of_day", "day", "week", "month", "season", "year", "longer").index(time.granularity)


def best_place(report: Report, claim: Claim, event: Event | None) -> tuple[Place | None, str | None]:
    """The most exact place of the event and its role: by the claim's own places, else by those of its Event."""
    roles = {item.place: item.role for item in event.places} if event else {}
    own = [(name, roles.get(name, "at")) for name in claim.places]
    theirs = list(roles.items())
    both = [item for item in own if item[0] in roles]
    for places in (both, own, theirs):
        if places:
            ranked = sorted(
                ((ROLES.index(role), LEVELS.index((place := report.place(name)).level), number, place, role)
                 for number, (name, role) in enumerate(places)),
                key=lambda row: row[:3],
            )  # fmt: skip
            return ranked[0][3], ranked[0][4]
    return None, None


def where_prec(place: Place | None, role: str | None) -> int | None:
    """UCDP's `where_prec` of a place in a role."""
    if place is None:
        return None
    code = WHERE_PREC[place.level]
    return 2 if code == 1 and role == "near" else code
