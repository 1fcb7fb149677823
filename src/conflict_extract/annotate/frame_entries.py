"""Dated entries of live blogs: lines that begin with a clock time, or are nothing but a date, open an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from conflict_extract.annotate.layer import FrameRecord
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
    r"(?P<zone>GMT|UTC|BST|CET|CEST|EST|EDT|EET|EEST|MSK|local time|IST|PKT)?(?:\]|\))?(?P<rest>\s*(?:[-–—:|•]|,|$|(?=[A-Z\"“])|\s(?=[A-Z\"“])))",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(r"(?=.{4,60}$)[\w ,./:–—-]*\d[\w ,./:–—-]*")
_DATE_THEN_CLOCK = re.compile(
    r"(?P<date>[A-Z0-9][\w ,.]{3,34}?),?\s+(?:at\s+)?(?P<clock>(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s*[ap]\.?m\.?)?)(?:\s+(?:GMT|UTC|[A-Z]{3,4}))?\s*(?:[-–—:|]|$)"
)


def find_entries(text: str, lines: list[Line], day: date | None) -> list[FrameRecord]:
    """The entries of a live blog, each from its opening line to the next.

    Args:
        text: the article.
        lines: its lines.
        day: the document's anchor: the day of entries until a line names another.
    """
    clocks: list[tuple[int, str]] = []
    dates: list[tuple[int, date]] = []
    current = day
    for line in lines:
        if line.end == line.start:
            continue
        head = text[line.start : min(line.end, line.start + 70)]
        if line.end - line.start <= 60 and _DATE_LINE.fullmatch(head):
            named = _only_date(head, day)
            if named is not None:
                dates.append((line.start, named))
                current = named
                continue
        both = _DATE_THEN_CLOCK.match(head)
        if both:
            named = _only_date(both.group("date"), day)
            clock = _clock(_CLOCK.match(both.group("clock") + " -"))
            if named is not None and clock:
                current = named
                clocks.append((line.start, f"{named.isoformat()}T{clock}"))
                continue
        clock = _clock(_CLOCK.match(head))
        if clock:
            clocks.append((line.start, f"{current.isoformat()}T{clock}" if current else f"T{clock}"))
    if len(clocks) >= MIN_ENTRIES:
        return _spans(text, clocks)
    if len(dates) >= _MIN_DATES and len({named for _, named in dates}) >= _MIN_DATES:
        return _spans(text, [(start, named.isoformat()) for start, named in dates])
    return []


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


def _spans(text: str, heads: list[tuple[int, str]]) -> list[FrameRecord]:
    found: list[FrameRecord] = []
    for index, (start, published) in enumerate(heads):
        stop = heads[index + 1][0] if index + 1 < len(heads) else len(text)
        end = start + len(text[start:stop].rstrip())
        known = None if published.startswith("T") else published
        found.append(
            FrameRecord(start=start, end=end, kind="entry", published=known, rule="clock" if "T" in published else "date")
        )
    return found
