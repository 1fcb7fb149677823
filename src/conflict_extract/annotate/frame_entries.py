"""Dated entries of live blogs and timelines.

Lines that begin with a clock time, or are nothing but a date, open an entry of a live blog; lines that begin with a date and a
colon or dash one of a timeline ("Feb 8: Rebels seize the port").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from conflict_extract.annotate.layer import TIMELINE, FrameRecord
from conflict_extract.values.periods import parse_period

MIN_ENTRIES = 3
"""So many entries make a live blog (one time at the head of a line is a schedule or an accident)."""
_MIN_DATES = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the white space at its ends."""

    start: int
    end: int


_CLOCK = re.compile(
    r"(?:\[|\()?(?:(?:Posted|Published|Updated|Update)(?: at)?:?\s+)?(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)\s*(?P<half>[ap]\.?m\.?)?\s*"
    r"(?P<zone>(?:GMT|UTC)(?:[+-]\d{1,2}(?::?\d\d)?)?|BST|CES?T|[ECMP][SD]?T|EES?T|MSK|TRT|local time|IST|PKT|AEST|SAST|[CEW]AT|JST)?(?:\]|\))?(?P<rest>\s*(?:[-–—:|•]|,|$|(?=[A-Z\"“])|\s(?=[A-Z\"“])))",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(r"(?=.{4,60}$)[\w ,./:–—-]*\d[\w ,./:–—-]*")
_DATE_THEN_CLOCK = re.compile(
    r"(?P<date>[A-Z0-9][\w ,.]{3,34}?),?\s+(?:at\s+)?(?P<clock>(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s*[ap]\.?m\.?)?)(?:\s+(?:GMT|UTC|[A-Z]{2,4}))?\s*(?:[-–—:|]|$)"
)
_DATE_AFTER = re.compile(r"\s*[,|(•–—-]\s*(?:on\s+)?(?P<date>[\w.]+,? [\w,.]+(?: \w+,?)?(?: \d{4})?)\)?\s*[.:–—-]?$")


_DATED = re.compile(r"(?:On\s)?(?P<date>[A-Z0-9][\w., ]{3,28}?)(?::|\s?[–—]|\s-)\s+(?=[A-Z\"“‘'\d])")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


def find_entries(text: str, lines: list[Line], day: date | None) -> list[FrameRecord]:
    """The entries of a live blog or timeline, each from its opening line to the next.

    Args:
        text: the article.
        lines: its lines.
        day: the document's anchor: the day of entries until a line names another.
    """
    clocks: list[tuple[int, str]] = []
    named_days: list[date] = []
    dates: list[tuple[int, date]] = []
    told: list[tuple[int, str]] = []
    current = day
    for line in lines:
        if line.end == line.start:
            continue
        head = text[line.start : min(line.end, line.start + 70)]
        if line.end - line.start <= 60 and _DATE_LINE.fullmatch(head):
            named = _only_date(head, day)
            if named is not None:
                dates.append((line.start, named))
                named_days.append(named)
                current = named
                continue
        opened = _DATED.match(head)
        if opened:
            told.append((line.start, opened.group("date")))
        both = _DATE_THEN_CLOCK.match(head)
        if both:
            named = _only_date(both.group("date"), day)
            clock = _clock(_CLOCK.match(both.group("clock") + " -"))
            if named is not None and clock:
                current = named
                named_days.append(named)
                clocks.append((line.start, f"{named.isoformat()}T{clock}"))
                continue
        found = _CLOCK.match(head)
        clock = _clock(found)
        if found and clock:
            after = _DATE_AFTER.match(head, found.start("rest")) if line.end - line.start <= 60 else None
            named = _only_date(after.group("date"), day) if after else None
            if named is not None:
                current = named
                named_days.append(named)
            clocks.append((line.start, f"{current.isoformat()}T{clock}" if current else f"T{clock}"))
    if len(clocks) >= MIN_ENTRIES:
        return _spans(text, clocks if named_days else _over_midnight(clocks, day))
    if len(dates) >= _MIN_DATES and len({named for _, named in dates}) >= _MIN_DATES:
        return _spans(text, [(start, named.isoformat()) for start, named in dates])
    days = _in_order(told, day) if len(told) >= MIN_ENTRIES else []
    return _spans(text, days, TIMELINE) if len({named for _, named in days}) >= MIN_ENTRIES else []


def _in_order(told: list[tuple[int, str]], day: date | None) -> list[tuple[int, str]]:
    """The days of a timeline's heads; one without a year is the next such day from the head before on, but not after the document."""
    found: list[tuple[int, str]] = []
    last: date | None = None
    for start, words in told:
        named = _only_date(words, day or last)
        if named is None:
            continue
        if last is not None and not _YEAR.search(words):
            years = (_in_year(named, last.year + step) for step in (0, 1))
            later = next((other for other in years if other is not None and other >= last), None)
            named = later if later is not None and (day is None or later <= day) else named
        found.append((start, named.isoformat()))
        last = named
    return found


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _over_midnight(clocks: list[tuple[int, str]], day: date | None) -> list[tuple[int, str]]:
    """Entries with clock times alone, the newest first, get the day before from where the clock jumps ahead.

    Where the oldest comes first, the document's day may be the first or the last one: from a step over midnight on, no day is given to any.
    """
    if day is None:
        return clocks
    times = [published.partition("T")[2] for _, published in clocks]
    back, forth = _elapsed(times[::-1]), _elapsed(times)
    if not any(before < after if back < forth else before > after for before, after in pairwise(times)):
        return clocks
    if forth <= back:
        return [(start, f"T{clock}") for (start, _), clock in zip(clocks, times, strict=True)]
    found, current = [clocks[0]], day
    for before, (start, _), clock in zip(times, clocks[1:], times[1:], strict=False):
        if clock > before and current > date.min:
            current -= timedelta(days=1)
        found.append((start, f"{current.isoformat()}T{clock}"))
    return found


def _elapsed(times: list[str]) -> int:
    """Minutes from the first clock time to the last, each read as the next one after the one before."""
    minutes = [int(clock[:2]) * 60 + int(clock[3:]) for clock in times]
    return sum((after - before) % (24 * 60) for before, after in pairwise(minutes))


def opens_entry(line: str) -> bool:
    """Whether a line begins with a clock time or is nothing but a date.

    >>> opens_entry("10:05 GMT"), opens_entry("12 March 2024"), opens_entry("Twelve die in raid")
    (True, True, False)
    """
    return _clock(_CLOCK.match(line)) is not None or (len(line) <= 60 and _only_date(line, date(2000, 1, 1)) is not None)


def _only_date(words: str, day: date | None) -> date | None:
    """The day of a line that is nothing but a date with its month."""
    period = parse_period(words.strip(" :–—-"), day)
    if period is None or period.start is None or period.start != period.end or period.anaphoric:
        return None
    return period.start if re.search(r"\d", words) and re.search(r"[A-Za-z]{3}|\d[-/.]\d", words) else None


def _clock(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    hour, half = int(match.group("hour")), (match.group("half") or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return f"{hour:02d}:{match.group('minute')}" if hour < 24 else None


def _spans(text: str, heads: list[tuple[int, str]], rule: str | None = None) -> list[FrameRecord]:
    found: list[FrameRecord] = []
    for index, (start, published) in enumerate(heads):
        stop = heads[index + 1][0] if index + 1 < len(heads) else len(text)
        end = start + len(text[start:stop].rstrip())
        known = None if published.startswith("T") else published
        found.append(
            FrameRecord(
                start=start, end=end, kind="entry", published=known, rule=rule or ("clock" if "T" in published else "date")
            )
        )
    return found
