"""Turns matches of the patterns into atoms, or into nothing when the words around say that they are no times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conflict_extract.lexicons.times import words_of
from conflict_extract.values.periods_context import group, month_is_month, stands_for_year


@dataclass(frozen=True, slots=True)
class Atom:
    """One time expression without its preposition.

    `kind`: day, month, year, years, weekday, relday, unit, rolling, ago, anaphor, span, vague, season, part, holiday, clock,
    daypart, numeric, stamp. Other fields are set as the kind needs: `which` (last, this, next, past, …), `number` of `unit`,
    `offset` (days of "yesterday", years of "March last year"), `clock` (HH:MM pairs), `low`, `high` (bare years).
    """

    start: int
    end: int
    kind: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    day_to: int | None = None
    listed: bool = False
    weekday: int | None = None
    which: str | None = None
    unit: str | None = None
    number: float | None = None
    offset: int | None = None
    high: int | None = None
    clock: str | None = None
    clock_to: str | None = None
    daypart: str | None = None
    text: str = ""


def _int(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def _amount(value: str | None) -> float | None:
    if value is None:
        return None
    word = words_of("number").get(value)
    if word is not None:
        return float(word.value)
    return float(value)


_FAR_YEAR = re.compile(r",?\s\d{5,9}(?=[.;)]|$)")


def _day(text: str, match: re.Match[str]) -> Atom | None:
    if not month_is_month(text, match):
        return None
    day, to = _int(match.group("day")), _int(match.group("day_to"))
    year, end = _int(match.group("year")), match.end() - match.group().endswith(".")
    far = _FAR_YEAR.match(text, match.end()) if year is None else None
    if far:
        year, end = 0, far.end()  # no year of the calendar: the span stays, without a value
    return Atom(
        match.start(), end, "day", year=year, month=words_of("month")[match.group("month").lower()].value,
        day=day, day_to=to, listed=match.group("list") is not None, text=match.group(),
    )  # fmt: skip


def _month(text: str, match: re.Match[str]) -> Atom | None:
    if not month_is_month(text, match):
        return None
    short = _int(match.groupdict().get("short_year"))
    year = _int(match.groupdict().get("year"))
    if short is not None:
        year = short_year(short)
    end = match.end() if year is not None else match.end("month")
    word = words_of("month")[match.group("month").lower()]
    if (
        year is None
        and text[end : end + 1] == "."
        and word.short
        and word.form not in ("may", "march")
        and not text[end + 1 : end + 3].strip()[:1].isupper()
    ):
        end += 1
    return Atom(match.start(), end, "month", year=year, month=word.value, which=group(match, "which"), text=match.group())


def _weekday(text: str, match: re.Match[str]) -> Atom | None:
    if not match.group("weekday")[0].isupper():
        return None
    return Atom(
        match.start(), match.end(), "weekday", weekday=words_of("weekday")[match.group("weekday").lower()].value,
        which=group(match, "which"), daypart=group(match, "daypart"),
    )  # fmt: skip


def _weekday_short(text: str, match: re.Match[str]) -> Atom | None:
    if not match.group("weekday")[0].isupper():
        return None
    return Atom(match.start(), match.end(), "weekday", weekday=words_of("weekday")[match.group("weekday").lower()].value)


def _relday(text: str, match: re.Match[str]) -> Atom | None:
    start, end = match.span()
    if match.group("before"):
        return Atom(start, end, "relday", offset=-2)
    if match.group("after"):
        return Atom(start, end, "relday", offset=2)
    if match.group("night"):
        return Atom(start, end, "relday", offset=-2, daypart="night")
    if match.group("over"):
        if re.match(r"-|\s+(?:bag|stay|flight|train|bus|success|rate)", text[end : end + 9]):
            return None
        return Atom(start, end, "relday", offset=0, which="overnight", daypart="night")
    if match.group("this"):
        return Atom(start, end, "relday", offset=0, daypart=group(match, "part") or "night")
    if match.group("last"):
        return Atom(start, end, "relday", offset=-1, daypart="evening" if "evening" in match.group() else "night")
    offset = {"yesterday": -1, "today": 0, "tomorrow": 1}[match.group("day").lower()]
    return Atom(start, end, "relday", offset=offset, daypart=group(match, "daypart"))


def _ago(text: str, match: re.Match[str]) -> Atom | None:
    if "vague" in match.groupdict():
        return Atom(match.start(), match.end(), "vague", which="ago")
    return Atom(match.start(), match.end(), "ago", number=_amount(group(match, "number")), unit=group(match, "unit"))


def _anaphor(text: str, match: re.Match[str]) -> Atom | None:
    which = group(match, "which") or "same"
    number = _amount(group(match, "number"))
    direction = {"later": 1, "afterwards": 1, "after": 1, "following": 1, "next": 1, "same": 0}.get(which, -1)
    return Atom(
        match.start(), match.end(), "anaphor", which=which, unit=group(match, "unit"), number=1.0 if number is None else number,
        offset=direction, text=match.group(),
    )  # fmt: skip


def _unit(text: str, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    which = group(match, "which") or ("bare" if groups.get("bare") else None)
    which = "before last" if groups.get("before") else "after next" if groups.get("after") else which
    if group(match, "unit") == "day" and which in ("this", "last", "next", "present"):
        return None
    return Atom(match.start(), match.end(), "unit", which=which, unit=group(match, "unit"))


def _rolling(text: str, match: re.Match[str]) -> Atom | None:
    number = _amount(group(match, "number"))
    which = group(match, "which")
    if which == "first":
        return None
    return Atom(
        match.start(), match.end(), "rolling", which=which, unit=group(match, "unit"), number=1.0 if number is None else number
    )


def _vague(text: str, match: re.Match[str]) -> Atom | None:
    if match.group("vague").lower().startswith(("final", "early")):
        return None
    return Atom(match.start(), match.end(), "vague")


def _span(text: str, match: re.Match[str]) -> Atom | None:
    lead = len(match.group()) - len(match.group().lstrip())
    return Atom(
        match.start() + lead, match.end(), "span", number=_amount(group(match, "number")), unit=group(match, "unit"),
        which="ahead" if match.group("time") else None,
    )  # fmt: skip


_IN_SEASON = re.compile(r"\b(?:in|during|since|by|until)\s+$", re.IGNORECASE)


def _period(text: str, match: re.Match[str]) -> Atom | None:
    """Read "the quarter ended 30 June": a length that a date must follow."""
    return Atom(match.start(), match.end(), "span", number=1.0, unit=group(match, "unit"))


def _season(text: str, match: re.Match[str]) -> Atom | None:
    word = words_of("season")[match.group("season").lower()]
    which, year = group(match, "which"), _int(match.group("year"))
    if (
        word.short
        and year is None
        and (
            which is None
            or (which == "the" and not _IN_SEASON.search(text, max(0, match.start() - 8), match.start()))
            or re.match(r"\s+(?:of|in|offensive)\b", text[match.end("season") : match.end("season") + 12])
        )
    ):
        return None
    if (
        which is None
        and year is None
        and not re.search(
            r"\b(?:in|during|since|until|by|before|after|early|late)\s+$",
            text[max(0, match.start() - 12) : match.start()],
            re.IGNORECASE,
        )
    ):
        return None
    end = match.end() if year is not None else match.end("season")
    return Atom(match.start(), end, "season", month=word.value, year=year, which=which)


def _part(text: str, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    of = group(match, "of")
    if groups.get("q") or groups.get("h"):
        number, size = int(groups.get("q") or groups.get("h") or 1), "quarter" if groups.get("q") else "half"
        if match.group()[0].islower() or (size == "half" and of is None):
            return None
    elif groups.get("months"):
        count = _amount(group(match, "months"))
        if not count or count > 11 or count != int(count):
            return None
        offset = {"this year": 0, "the year": 0, "last year": -1}.get(of or "")
        back = groups["end"].lower() != "first"
        return Atom(
            match.start(),
            match.end(),
            "part",
            number=count,
            unit="months",
            year=_int(groups.get("year")),
            offset=offset,
            which="last" if back else None,
        )
    else:
        size = match.group("size").lower()
        ordinal = match.group("ordinal").lower()
        last = 4 if size == "quarter" else 2
        number = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}.get(ordinal, last)
        if size == "half" and (of is None or number > 2):
            return None
        if ordinal == "last" and of is None:
            return None
    offset = {
        "this year": 0,
        "the year": 0,
        "last year": -1,
        "next year": 1,
        "this month": 0,
        "the month": 0,
        "last month": -1,
    }.get(of or "")
    unit = "month" if of and of.endswith("month") else size
    if groups.get("fiscal") or (of and "fiscal" in of):
        return Atom(match.start(), match.end(), "vague", which="fiscal", unit="quarter")
    return Atom(match.start(), match.end(), "part", number=number, unit=unit, year=_int(groups.get("year")), offset=offset)


def _century(text: str, match: re.Match[str]) -> Atom | None:
    written = match.group("ordinal").lower()
    number = int(written[:-2]) if written[0].isdigit() else words_of("ordinal")[written].value
    if not 1 <= number <= 21 or re.match(r"\s+(?:BC|B\.C)", text[match.end() : match.end() + 5]):
        return Atom(match.start(), match.end(), "vague", which="century")
    return Atom(match.start(), match.end(), "years", year=100 * (number - 1) + 1, high=100 * number)


def _decade(text: str, match: re.Match[str]) -> Atom | None:
    value = words_of("decade")[match.group("decade").lower()].value
    if value < 60:
        return None
    return Atom(match.start(), match.end(), "years", year=1900 + value, high=1909 + value, which="decade")


def _holiday(text: str, match: re.Match[str]) -> Atom | None:
    written = match.group("holiday")
    if not (written[0].isupper() or written[0].isdigit()):
        return None
    return Atom(match.start(), match.end(), "holiday", year=_int(match.group("year")), text=re.sub(r"\s+", " ", written).lower())


def _clock(text: str, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    before = text[max(0, match.start() - 12) : match.start()]
    if groups.get("word"):
        clock = "12:00" if groups["word"].lower() == "noon" else "00:00"
        return Atom(match.start(), match.end(), "clock", clock=clock)
    hour, minute, half = _int(groups.get("hour")), _int(groups.get("minute")) or 0, (groups.get("half") or "").lower()
    if groups.get("oclock"):
        amount = _amount(groups["oclock"].lower())
        hour = int(amount) if amount else None
    if hour is None or hour > 24 or (half and not 1 <= hour <= 12):
        return None
    zone = (groups.get("zone") or "").upper()
    named = bool(half or zone or groups.get("oclock") or re.search(r"local|hours|hrs", match.group(), re.IGNORECASE))
    if not named:
        sign = match.group()[len(groups.get("hour") or "")]
        if sign == "." or not re.search(
            r"\b(?:at|from|to|by|until|since|around|about|before|after|and|on)\s+$", before, re.IGNORECASE
        ):
            day_near = re.search(r"(?:day|\d),?\s+$", before) and sign == ":"
            if not day_near:
                return None
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return Atom(
        match.start(), match.end(), "clock", clock=f"{hour % 24:02d}:{minute:02d}" + ("Z" if zone in ("GMT", "UTC", "Z") else "")
    )


def _daypart(text: str, match: re.Match[str]) -> Atom | None:
    return Atom(match.start(), match.end(), "daypart", daypart=group(match, "daypart"))


def _stamp(text: str, match: re.Match[str]) -> Atom | None:
    clock = f"{match.group('hour')}:{match.group('minute')}" if match.group("hour") else None
    if clock and (match.group("zone") or "").strip() in ("Z", "UTC", "+00:00", "+0000"):
        clock += "Z"
    return Atom(
        match.start(), match.end(), "stamp", year=int(match.group("year")), month=int(match.group("month")), day=int(match.group("day")),
        clock=clock,
    )  # fmt: skip


def _numeric(text: str, match: re.Match[str]) -> Atom | None:
    year_first = match.start("year") == match.start()
    first, second, year = int(match.group("a")), int(match.group("b")), int(match.group("year"))
    if len(match.group("year")) == 2:
        if match.group("sep") != "/":
            return None
        year = short_year(year)
    if year_first:
        return Atom(match.start(), match.end(), "stamp", year=year, month=first, day=second)
    return Atom(match.start(), match.end(), "numeric", year=year, day=first, month=second)


def _years(text: str, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    if groups.get("short"):
        low = 1900 + int(groups["short"])
        return Atom(match.start(), match.end(), "years", year=low, high=low + 9, which="decade")
    low = int(groups["low"])
    if groups.get("s"):
        return Atom(
            match.start(), match.end(), "years", year=low, high=low + (99 if low % 100 == 0 and low < 2000 else 9), which="decade"
        )
    high = int(groups["high"])
    if len(groups["high"]) == 2:
        high += low - low % 100
        if high < low:
            high += 100
    if not low < high <= low + 200 or high > 2100:
        return None
    return Atom(match.start(), match.end(), "years", year=low, high=high)


def _year(text: str, match: re.Match[str]) -> Atom | None:
    year = int(match.group("year"))
    after = text[match.end() : match.end() + 30]
    era = re.match(r"\s*(?:BC|BCE|B\.C\.)", after)
    if era:
        return Atom(match.start(), match.end() + len(after) - len(after.lstrip()) + 2, "vague", which="era")
    return (
        Atom(match.start(), match.end(), "year", year=year) if stands_for_year(text, match.start(), match.end(), year) else None
    )


def short_year(value: int) -> int:
    """A year of two digits: 00-68 is 2000-2068, 69-99 is 1969-1999 (POSIX).

    >>> short_year(24), short_year(99)
    (2024, 1999)
    """
    return value + (2000 if value < 69 else 1900)


MAKERS: dict[str, Callable[[str, re.Match[str]], Atom | None]] = {
    "day": _day, "month": _month, "weekday": _weekday, "weekday_short": _weekday_short, "relday": _relday, "ago": _ago,
    "anaphor": _anaphor, "unit": _unit, "rolling": _rolling, "vague": _vague, "span": _span, "period": _period, "season": _season, "part": _part,
    "century": _century, "decade": _decade, "holiday": _holiday, "clock": _clock, "daypart": _daypart, "stamp": _stamp,
    "numeric": _numeric, "years": _years, "year": _year,
}  # fmt: skip
