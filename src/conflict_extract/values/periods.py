"""Time expressions as inclusive intervals of days: `parse_period("last week", anchor=date(2023, 9, 30))`.

The rules are those of news: a weekday in a report of the past is the latest one not after the anchor, "last week" is the calendar week
before (Monday to Sunday), "the past week" the seven days up to the anchor, "since X" runs to the anchor. `docs/times.md` lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from conflict_extract.lexicons.times import words_of
from conflict_extract.values.periods_calendar import date_precision, week_days
from conflict_extract.values.periods_compose import Expression, find_expressions
from conflict_extract.values.periods_resolve import UNIT_GRANULARITY, Found, resolve_main, up_to

PAST, UNKNOWN, FUTURE = -1, 0, 1
"""Direction: the expression stands with a verb of the past, with none that says, or with one of the future."""


@dataclass(frozen=True, slots=True)
class Period:
    """The value of a time expression.

    Attributes:
        start, end: inclusive dates; None when they are not known.
        clock_start, clock_end: "HH:MM", with "Z" when the text says GMT or UTC.
        granularity: hour, part_of_day, day, week, month, season, year, longer.
        partial: what is known as EDTF (ISO 8601-2), when start and end are not.
        date_prec: see `periods_calendar.date_precision`.
        readings: both intervals, when day and month or the winter's year are not settled.
        relative: the anchor was needed (or is missing).
        anaphoric: an earlier date of the text was needed (or is missing).
        is_duration: only a length of time.
        vague: no dates can be given ("in recent weeks").
    """

    start: date | None = None
    end: date | None = None
    clock_start: str | None = None
    clock_end: str | None = None
    granularity: str = "day"
    partial: str | None = None
    date_prec: int | None = None
    readings: tuple[tuple[date, date], ...] = ()
    relative: bool = False
    anaphoric: bool = False
    is_duration: bool = False
    vague: bool = False


def parse_period(
    text: str,
    anchor: date | None = None,
    direction: int = UNKNOWN,
    dayfirst: bool | None = None,
    event: tuple[date, date] | None = None,
) -> Period | None:
    """The value of a string that is one time expression and nothing else; None when it is not.

    Args:
        text: for instance "since early 2014" or "on Monday at 3 pm".
        anchor: the day that relative times count from.
        direction: PAST, UNKNOWN or FUTURE (the tense that it stands with).
        dayfirst: whether 03/04/2024 is 3 April; None: both readings.
        event: the days that "the following day" counts from.

    >>> day = date(2023, 9, 30)
    >>> last = parse_period("over the past week", day)
    >>> str(last.start), str(last.end), last.date_prec
    ('2023-09-24', '2023-09-30', 3)
    >>> parse_period("on 5 November").partial, parse_period("a second camp")
    ('XXXX-11-05', None)
    >>> parse_period("31 February 2024").start is None
    True
    """
    stripped = text.strip().rstrip(".,;")
    found = find_expressions(stripped)
    if len(found) != 1 or found[0].start > 0 or found[0].end < len(stripped):
        return None
    return resolve(found[0], anchor, direction, dayfirst, event)


def resolve(
    part: Expression,
    anchor: date | None,
    direction: int = UNKNOWN,
    dayfirst: bool | None = None,
    event: tuple[date, date] | None = None,
) -> Period:
    """The value of an expression; arguments as in `parse_period`."""
    if part.edge == "since":
        direction = PAST
    elif direction == UNKNOWN and part.edge in ("until", "by", "ahead"):
        direction = FUTURE
    found = (
        _range(part, anchor, direction, dayfirst, event) if part.upper else resolve_main(part, anchor, direction, dayfirst, event)
    )
    if part.length is not None and found.days:
        found = replace(found, days=up_to(part.length, found.days[1]), granularity=UNIT_GRANULARITY[part.length.unit or "day"])
    found = _modified(part, found, anchor)
    found = _bounded(part, found, anchor)
    return _period(part, found)


def _range(
    part: Expression, anchor: date | None, direction: int, dayfirst: bool | None, event: tuple[date, date] | None
) -> Found:
    """From the first day of the lower end to the last of the upper."""
    assert part.upper is not None
    lower = replace(part, upper=None, edge=None, modifier=None)
    upper = part.upper
    if upper.main.year is None and lower.main.year is not None and upper.main.kind in ("day", "month", "season"):
        upper = replace(upper, main=replace(upper.main, year=lower.main.year))
        low, high = (
            resolve_main(lower, anchor, direction, dayfirst, event),
            resolve_main(upper, anchor, direction, dayfirst, event),
        )
        if low.days and high.days and high.days[0] < low.days[0]:
            upper = replace(upper, main=replace(upper.main, year=(upper.main.year or 0) + 1))
            high = resolve_main(upper, anchor, direction, dayfirst, event)
    elif direction > 0 and upper.main.year is None:
        low = resolve_main(lower, anchor, 1, dayfirst, event)
        high = resolve_main(upper, low.days[1] if low.days else anchor, 1, dayfirst, event)
    else:
        high = resolve_main(upper, anchor, direction or -1, dayfirst, event)
        from_upper = high.days[0] if high.days else anchor
        low = resolve_main(lower, from_upper if lower.main.kind != "relday" else anchor, -1, dayfirst, event)
    if low.days and high.days and low.days[0] <= high.days[1]:
        return Found((low.days[0], high.days[1]), low.granularity, relative=low.relative or high.relative)
    partial = f"{low.partial}/{high.partial}" if low.partial and high.partial else None
    return Found(None, low.granularity, partial=partial, relative=low.relative or high.relative)


def _modified(part: Expression, found: Found, anchor: date | None) -> Found:
    """Let "earlier this month" end at the anchor; the end of a period is its last day where it bounds."""
    if found.days is None or part.modifier is None:
        return found
    start, end = found.days
    if part.modifier in ("earlier", "so far") and anchor and start <= anchor <= end:
        return replace(found, days=(start, anchor))
    if part.modifier == "week":
        return replace(found, days=week_days(start), granularity="week")
    if part.modifier == "later" and anchor and start <= anchor <= end:
        return replace(found, days=(anchor, end))
    if part.modifier == "end" and part.edge in ("by", "until", "since", "before", "after", "from", "as of", "through"):
        return replace(found, days=(end, end))
    if part.modifier == "start" and part.edge in ("by", "until", "since", "before", "after", "from", "as of"):
        return replace(found, days=(start, start))
    if part.edge == "since" and part.modifier in ("mid", "late"):
        third = (end - start) // 3
        return replace(found, days=(start + third * (1 if part.modifier == "mid" else 2), end))
    return found


def _bounded(part: Expression, found: Found, anchor: date | None) -> Found:
    """Let "since X" run to the anchor."""
    if part.edge != "since" or found.is_duration or found.vague or part.upper:
        return found
    if part.loose:
        return replace(found, days=None, partial=f"{_edtf(found)}/.." if found.days else None, relative=True)
    if found.days is None:
        return replace(found, partial=f"{found.partial}/.." if found.partial else None)
    start = found.days[0]
    if anchor is None:
        return replace(found, days=None, partial=f"{_edtf(found)}/..", relative=True)
    return replace(found, days=(start, anchor) if start <= anchor else None, relative=True)


def _edtf(found: Found) -> str:
    assert found.days is not None
    iso = found.days[0].isoformat()
    return {"year": iso[:4], "longer": iso[:4], "month": iso[:7], "season": iso[:7]}.get(found.granularity, iso)


def _period(part: Expression, found: Found) -> Period:
    clock_start, clock_end, granularity = part.clock, part.clock_to or part.clock, found.granularity
    if part.upper:
        clock_end = part.upper.clock
    if part.clock:
        granularity = "hour"
    elif part.daypart and granularity == "day":
        granularity = "part_of_day"
        word = words_of("daypart").get(part.daypart.removeprefix("the "))
        if word is not None:
            clock_start, clock_end = word.since, word.until
    elif part.modifier in ("early", "late") and granularity == "day":
        granularity = "part_of_day"
    start, end = found.days or (None, None)
    return Period(
        start=start,
        end=end,
        clock_start=clock_start,
        clock_end=clock_end,
        granularity=granularity,
        partial=None if found.days else found.partial,
        date_prec=date_precision(start, end) if start and end else None,
        readings=found.readings,
        relative=found.relative,
        anaphoric=found.anaphoric,
        is_duration=found.is_duration,
        vague=found.vague,
    )
