"""Gives one end of a time expression its days, against an anchor and a direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from conflict_extract.lexicons.times import holidays
from conflict_extract.values.periods_calendar import (
    Days,
    easter,
    make_date,
    month_days,
    months_days,
    nth_weekday,
    shift,
    shift_months,
    week_days,
    weekday_near,
    years_days,
)
from conflict_extract.values.periods_compose import Expression
from conflict_extract.values.periods_makers import Atom


@dataclass(frozen=True, slots=True)
class Found:
    """Days and granularity of one end; other fields as in `Period`."""

    days: Days | None = None
    granularity: str = "day"
    partial: str | None = None
    readings: tuple[Days, ...] = ()
    relative: bool = False
    anaphoric: bool = False
    is_duration: bool = False
    vague: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    anchor: date | None
    direction: int
    dayfirst: bool | None
    event: Days | None


UNIT_GRANULARITY = {
    "minute": "hour", "hour": "hour", "day": "day", "night": "day", "morning": "day", "afternoon": "day", "evening": "day", "week": "week",
    "weekend": "week", "fortnight": "week", "month": "month", "quarter": "season", "half": "season", "year": "year", "decade": "longer",
    "century": "longer",
}  # fmt: skip
_BACK = frozenset({"last", "past", "previous", "preceding", "this past", "latest", "before last"})
_AHEAD = frozenset({"next", "coming", "this coming", "following", "after next"})


def resolve_main(part: Expression, anchor: date | None, direction: int, dayfirst: bool | None, event: Days | None) -> Found:
    """The days of an expression's main atom."""
    return _KINDS[part.main.kind](part, part.main, _Context(anchor, direction, dayfirst, event))


def _one(day: date | None) -> Days | None:
    return (day, day) if day else None


def _nearest(candidates: Iterable[Days | None], anchor: date, direction: int) -> Days | None:
    """The latest that begins not after the anchor, the first that ends not before it, or (direction 0) the nearest."""
    known = sorted(days for days in candidates if days)
    if direction < 0:
        past = [days for days in known if days[0] <= anchor]
        return past[-1] if past else None
    if direction > 0:
        ahead = [days for days in known if days[1] >= anchor]
        return ahead[0] if ahead else None
    return min(known, key=lambda days: (abs((days[0] - anchor).days), days[0]), default=None)


def _year_of(part: Expression, atom: Atom, context: _Context) -> int | None:
    if atom.year is not None:
        return atom.year
    return context.anchor.year + part.offset if part.offset is not None and context.anchor else None


def _day(part: Expression, atom: Atom, context: _Context) -> Found:
    month, day = atom.month or 0, atom.day or 0
    last = atom.day_to or day

    def days(year: int) -> Days | None:
        start, end = make_date(year, month, day), make_date(year, month, last)
        return (start, end) if start and end and start <= end else None

    year = _year_of(part, atom, context)
    if year is not None:
        return Found(days(year), relative=atom.year is None)
    if days(2000) is None:
        return Found(relative=True)
    if part.offset is not None or context.anchor is None:
        partial = f"XXXX-{month:02d}-{day:02d}"
        return Found(partial=partial + (f"/XXXX-{month:02d}-{last:02d}" if last != day else ""), relative=True)
    reach = 8 if (month, day) == (2, 29) else 1
    around = [days(context.anchor.year + step) for step in range(-reach, reach + 1)]
    if atom.weekday is not None:
        right = [found for found in around if found and found[0].weekday() == atom.weekday]
        around = [*right] or around
        if right:
            return Found(_nearest(right, context.anchor, 0), relative=True)
    return Found(_likeliest(around, context.anchor, context.direction), relative=True)


def _likeliest(around: list[Days | None], anchor: date, direction: int) -> Days | None:
    """As `_nearest`; with no direction the past one, unless it lies half a year back and the next is at most a month away."""
    if direction:
        return _nearest(around, anchor, direction)
    past, ahead = _nearest(around, anchor, -1), _nearest(around, anchor, 1)
    if past is None or (ahead and (ahead[0] - anchor).days <= 31 and (anchor - past[1]).days > 180):
        return ahead
    return past


def _month(part: Expression, atom: Atom, context: _Context) -> Found:
    month = atom.month or 1
    year = _year_of(part, atom, context)
    if part.nth is not None:
        if year is None and context.anchor is not None:
            near = _nearest(
                [month_days(context.anchor.year + step, month) for step in (-1, 0, 1)], context.anchor, context.direction or -1
            )
            year = near[0].year if near else None
        return Found(_one(nth_weekday(year, month, atom.weekday or 0, part.nth)) if year else None, relative=atom.year is None)
    if year is not None:
        return Found(month_days(year, month), "month", relative=atom.year is None)
    anchor = context.anchor
    if anchor is None:
        return Found(None, "month", partial=f"XXXX-{month:02d}", relative=True)
    around = [month_days(anchor.year + step, month) for step in (-1, 0, 1)]
    if atom.which in _BACK:
        around = [days for days in around if days and days[1] < anchor]
        return Found(_nearest(around, anchor, -1), "month", relative=True)
    if atom.which in _AHEAD:
        around = [days for days in around if days and days[0] > anchor]
        return Found(_nearest(around, anchor, 1), "month", relative=True)
    if atom.which == "this":
        return Found(month_days(anchor.year, month), "month", relative=True)
    return Found(_nearest(around, anchor, context.direction or -1), "month", relative=True)


def _year(part: Expression, atom: Atom, context: _Context) -> Found:
    return Found(years_days(atom.year or 0, atom.year or 0), "year")


def _years(part: Expression, atom: Atom, context: _Context) -> Found:
    days = years_days(atom.year or 0, atom.high or 0)
    return Found(days, "longer")


def _weekday(part: Expression, atom: Atom, context: _Context) -> Found:
    anchor, weekday = context.anchor, atom.weekday or 0
    if anchor is None:
        return Found(relative=True)
    if part.week is not None:
        week = week_days(anchor, part.week)
        return Found(_one(shift(week[0], weekday)) if week else None, relative=True)
    if atom.which == "following":
        return Found(
            _one(weekday_near(context.event[1], weekday, 1, True)) if context.event else None, relative=True, anaphoric=True
        )
    if atom.which in _BACK:
        day = weekday_near(anchor, weekday, -1, strict=True)
        if atom.which == "last" and day and (anchor - day).days == 1:
            day = shift(day, -7)  # yesterday is not "last Monday"
    elif atom.which in _AHEAD:
        day = weekday_near(anchor, weekday, 1, strict=True)
        if atom.which == "next" and day and (day - anchor).days == 1:
            day = shift(day, 7)
    elif atom.which == "this" and context.direction == 0:
        week = week_days(anchor)
        day = shift(week[0], weekday) if week else None
    else:
        day = weekday_near(anchor, weekday, context.direction or -1)
    return Found(_one(day), relative=True)


def _relday(part: Expression, atom: Atom, context: _Context) -> Found:
    if context.anchor is None:
        return Found(relative=True)
    if atom.which == "overnight":
        start, end = (
            (context.anchor, shift(context.anchor, 1)) if context.direction > 0 else (shift(context.anchor, -1), context.anchor)
        )
        return Found((start, end) if start and end else None, relative=True)
    return Found(_one(shift(context.anchor, atom.offset or 0)), relative=True)


def _unit(part: Expression, atom: Atom, context: _Context) -> Found:
    unit, which, anchor = atom.unit or "", atom.which or "this", context.anchor
    granularity = UNIT_GRANULARITY[unit]
    if anchor is None:
        return Found(None, granularity, relative=True)
    if unit == "weekend":
        return Found(_weekend(which, anchor, context.direction), granularity, relative=True)
    if which == "this past" or (which == "past" and unit != "fortnight"):
        return Found(_rolled(unit, 1, -1, anchor), granularity, relative=True)
    if which in ("this coming", "coming") or unit == "fortnight":
        return Found(_rolled(unit, 1, -1 if which in _BACK else 1, anchor), granularity, relative=True)
    step = {"before last": -2, "after next": 2}.get(which, -1 if which in _BACK else 1 if which in _AHEAD else 0)
    return Found(_calendar(unit, step, anchor), granularity, relative=True)


def _calendar(unit: str, step: int, day: date) -> Days | None:
    """The calendar unit of `day`, or one some steps before or after it."""
    if unit in ("day", "night", "morning", "afternoon", "evening"):
        return _one(shift(day, step))
    if unit == "week":
        return week_days(day, step)
    if unit == "weekend":
        week = week_days(day, step)
        saturday = shift(week[0], 5) if week else None
        return (saturday, week[1]) if week and saturday else None
    if unit == "month":
        return month_days(day.year, day.month + step)
    if unit in ("quarter", "half"):
        size = 3 if unit == "quarter" else 6
        return months_days(day.year, (day.month - 1) // size * size + 1 + size * step, size)
    size = {"year": 1, "decade": 10, "century": 100}.get(unit, 1)
    base = day.year - (1 if unit == "century" else 0)
    first = base // size * size + (1 if unit == "century" else 0) + size * step
    return years_days(first, first + size - 1)


def _weekend(which: str, anchor: date, direction: int) -> Days | None:
    on_it = anchor.weekday() >= 5
    if which == "bare":
        return _calendar("weekend", 0 if direction > 0 or on_it else -1, anchor)
    if which == "this" and direction < 0 and anchor.weekday() == 0:
        return _calendar("weekend", -1, anchor)
    return _calendar("weekend", -1 if which in _BACK else -2 if which == "before last" else 1 if which in _AHEAD else 0, anchor)


def _rolled(unit: str, number: float, direction: int, anchor: date) -> Days | None:
    """The `number` units up to the anchor, or after it."""
    whole = max(1, ceil(number))
    if unit in ("minute", "hour"):
        days = max(1, ceil(number / (24 if unit == "hour" else 1440)))
        other = shift(anchor, direction * days)
        return None if other is None else (other, anchor) if direction < 0 else (anchor, other)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}.get(unit)
    far: date | None
    if months:
        far = shift_months(anchor, direction * months * whole)
        far = shift(far, 1) if far and direction < 0 else far
    else:
        length = {"day": 1, "weekend": 7, "week": 7, "fortnight": 14}.get(unit, 1) * whole
        far = shift(anchor, -(length - 1) if direction < 0 else length)
    near = anchor if direction < 0 else shift(anchor, 1)
    if far is None or near is None:
        return None
    return (far, near) if direction < 0 else (near, far)


def up_to(length: Atom, last: date) -> Days | None:
    """The days of a length that ends on `last` ("the three months to 30 June")."""
    unit, number = length.unit or "day", length.number or 1.0
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    whole = month_days(last.year, last.month)
    if months and whole and whole[1] == last:
        return months_days(last.year, last.month - int(months * number) + 1, int(months * number))
    return _rolled(unit, number, -1, last)


def _rolling(part: Expression, atom: Atom, context: _Context) -> Found:
    unit, number = atom.unit or "day", atom.number or 1.0
    granularity = UNIT_GRANULARITY[unit] if number <= 1 or unit != "year" else "longer"
    if atom.which == "following":
        days = _rolled(unit, number, 1, context.event[1]) if context.event else None
        return Found(days, granularity, relative=True, anaphoric=True)
    if context.anchor is None:
        return Found(None, granularity, relative=True)
    ahead = atom.which in _AHEAD
    if unit == "quarter" and number == 1:
        return Found(_calendar(unit, 1 if ahead else -1, context.anchor), granularity, relative=True)
    return Found(_rolled(unit, number, 1 if ahead else -1, context.anchor), granularity, relative=True)


def _away(unit: str, number: float, direction: int, anchor: date) -> Days | None:
    """The calendar unit that lies so many units away: "two days ago" a day, "two weeks ago" a week."""
    if unit in ("minute", "hour"):
        return _rolled(unit, number, direction, anchor)
    if number != int(number):
        return None
    if unit == "fortnight":
        unit, number = "week", number * 2
    return _calendar(unit, direction * int(number), anchor)


def _ago(part: Expression, atom: Atom, context: _Context) -> Found:
    unit = atom.unit or "day"
    if context.anchor is None or atom.number is None:
        return Found(None, UNIT_GRANULARITY[unit], relative=True)
    return Found(_away(unit, atom.number, -1, context.anchor), UNIT_GRANULARITY[unit], relative=True)


def _span(part: Expression, atom: Atom, context: _Context) -> Found:
    unit = atom.unit or "day"
    if atom.which == "ahead" or (part.edge == "in" and context.direction > 0):
        days = _away(unit, atom.number or 1, 1, context.anchor) if context.anchor else None
        return Found(days, UNIT_GRANULARITY[unit], relative=True)
    return Found(None, UNIT_GRANULARITY[unit], is_duration=True)


def _anaphor(part: Expression, atom: Atom, context: _Context) -> Found:
    unit, number, direction = atom.unit or "day", atom.number or 1.0, atom.offset or 0
    granularity = UNIT_GRANULARITY[unit] if atom.which in ("following", "next", "previous", "preceding", "same") else "day"
    if unit in ("month", "year", "decade") and atom.which not in ("same",):
        granularity = UNIT_GRANULARITY[unit]
    event = context.event
    if event is None or unit in ("minute", "hour") or number != int(number):
        return Found(None, granularity, relative=True, anaphoric=True)
    base = event[1] if direction > 0 else event[0]
    if atom.which in ("following", "next", "previous", "preceding", "same") or unit in ("month", "year", "decade"):
        days = _calendar(unit, direction * int(number), base) if direction or unit not in ("day", "night") else event
    else:
        days = _one(shift(base, direction * int(number) * {"week": 7, "fortnight": 14, "weekend": 7}.get(unit, 1)))
    return Found(days, granularity, relative=True, anaphoric=True)


_SEASON_MONTH = {21: 3, 22: 6, 23: 9, 24: 12}


def _season(part: Expression, atom: Atom, context: _Context) -> Found:
    """Meteorological seasons of the northern half of the earth: winter is December to February."""
    code = atom.month or 21
    first = _SEASON_MONTH[code]
    year = _year_of(part, atom, context)
    if year is not None:
        if code == 24:
            both = [days for days in (months_days(year - 1, 12, 3), months_days(year, 12, 3)) if days]
            return Found(None, "season", partial=f"{year:04d}-24", readings=tuple(both), relative=atom.year is None)
        return Found(months_days(year, first, 3), "season", relative=atom.year is None)
    anchor = context.anchor
    if anchor is None:
        return Found(None, "season", partial=f"XXXX-{code}", relative=True)
    around = [months_days(anchor.year + step, first, 3) for step in (-2, -1, 0, 1)]
    if atom.which in _BACK:
        return Found(_nearest([days for days in around if days and days[1] < anchor], anchor, -1), "season", relative=True)
    if atom.which in _AHEAD:
        return Found(_nearest([days for days in around if days and days[0] > anchor], anchor, 1), "season", relative=True)
    if atom.which == "this" and context.direction == 0:
        current = [days for days in around if days and days[1] >= anchor and days[0].year in (anchor.year, anchor.year - 1)]
        same_year = months_days(anchor.year, first, 3)
        return Found(current[0] if current and current[0][0] <= anchor else same_year, "season", relative=True)
    return Found(_nearest(around, anchor, context.direction or -1), "season", relative=True)


def _part(part: Expression, atom: Atom, context: _Context) -> Found:
    unit, number = atom.unit or "quarter", int(atom.number or 1)
    anchor, year = context.anchor, atom.year
    if unit == "month":
        days = month_days(anchor.year, anchor.month + (atom.offset or 0)) if anchor else None
        if days:
            middle = days[0].replace(day=15)
            days = (days[0], middle) if number == 1 else (middle.replace(day=16), days[1])
        return Found(days, "week", relative=True)
    size = number if unit == "months" else 3 if unit == "quarter" else 6
    step = atom.offset if atom.offset is not None else part.offset
    if year is None and step is not None and anchor is not None:
        year = anchor.year + step
    if year is not None:
        first = (number - 1) * size + 1
        if unit == "months":
            first = 13 - number if atom.which == "last" else 1
        return Found(months_days(year, first, size), "season", relative=atom.year is None)
    if anchor is None:
        return Found(None, "season", partial=f"XXXX-{32 + number if unit == 'quarter' else 39 + number}", relative=True)
    around = [months_days(anchor.year + back, (number - 1) * size + 1, size) for back in (-1, 0, 1)]
    return Found(_nearest(around, anchor, context.direction or -1), "season", relative=True)


def _holiday(part: Expression, atom: Atom, context: _Context) -> Found:
    entry = holidays()[atom.text]

    def day(year: int) -> Days | None:
        if entry.easter is not None:
            sunday = easter(year) if 1583 <= year <= 4099 else None
            return _one(shift(sunday, entry.easter)) if sunday else None
        if entry.month and entry.weekday is not None and entry.nth is not None:
            return _one(nth_weekday(year, entry.month, entry.weekday, entry.nth))
        return _one(make_date(year, entry.month, entry.day)) if entry.month and entry.day else None

    year = entry.year or _year_of(part, atom, context)
    if year is not None:
        return Found(day(year), relative=entry.year is None and atom.year is None)
    if entry.easter is None and entry.month is None:
        return Found(relative=True)
    if context.anchor is None:
        fixed = entry.month and entry.day
        return Found(partial=f"XXXX-{entry.month:02d}-{entry.day:02d}" if fixed else None, relative=True)
    return Found(
        _likeliest([day(context.anchor.year + step) for step in (-1, 0, 1)], context.anchor, context.direction), relative=True
    )


def _numeric(part: Expression, atom: Atom, context: _Context) -> Found:
    first, second, year = atom.day or 0, atom.month or 0, atom.year or 0
    day_first, month_first = _one(make_date(year, second, first)), _one(make_date(year, first, second))
    if day_first and month_first and first != second and context.dayfirst is None:
        return Found(readings=(day_first, month_first))
    if day_first and (month_first is None or context.dayfirst is not False):
        return Found(day_first)
    return Found(month_first)


def _stamp(part: Expression, atom: Atom, context: _Context) -> Found:
    return Found(_one(make_date(atom.year or 0, atom.month or 0, atom.day or 0)))


def _clock(part: Expression, atom: Atom, context: _Context) -> Found:
    """An hour or part of a day alone: on the day that the text is at, if it named one."""
    return Found(context.event if context.event and context.event[0] == context.event[1] else None, anaphoric=True, relative=True)


def _vague(part: Expression, atom: Atom, context: _Context) -> Found:
    return Found(None, UNIT_GRANULARITY.get(atom.unit or "", "longer"), relative=True, vague=True)


_KINDS: dict[str, Callable[[Expression, Atom, _Context], Found]] = {
    "day": _day, "month": _month, "year": _year, "years": _years, "weekday": _weekday, "relday": _relday, "unit": _unit,
    "rolling": _rolling, "ago": _ago, "anaphor": _anaphor, "span": _span, "vague": _vague, "season": _season, "part": _part,
    "holiday": _holiday, "clock": _clock, "daypart": _clock, "stamp": _stamp, "numeric": _numeric,
}  # fmt: skip
