"""Datelines: "KHARTOUM, Oct 13 (Reuters) -", "BOGOTA, Colombia —", "Geneva, 5 March 2024 –", "Kabul (AFP) –"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from conflict_extract.annotate.layer import FrameRecord
from conflict_extract.lexicons.frame import agencies, frame_phrases
from conflict_extract.values.periods import parse_period

_CAPS = r"[A-ZÀ-Þ][A-ZÀ-Þ'’.]+(?:-[A-ZÀ-Þ'’.]+)*"
_TITLE = r"[A-ZÀ-Þ][\w'’.-]+"
_BRACKET = rf"(?: \({_TITLE}\)| \[{_TITLE}(?: {_TITLE})*\])?"
_PLACE_CAPS = (
    rf"{_CAPS}(?:[ /]{_CAPS}){{0,4}}(?:, (?:{_TITLE}|of|the|and|du|de)(?: (?:{_TITLE}|of|the|and)){{0,4}}){{0,2}}{_BRACKET}"
)
_PLACE_TITLE = rf"{_TITLE}(?:[ /-](?:{_TITLE}|of|the|al|el|de|du)){{0,4}}(?:, {_TITLE}(?: {_TITLE}){{0,3}})?{_BRACKET}"
_MONTHS = "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
_MONTH = rf"(?i:{_MONTHS})(?![^\W\d_])\.?"
_WEEKDAYS = "Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"
_WEEKDAY = rf"(?:(?i:{_WEEKDAYS})\b\.?,? )?"
_DATE = rf"(?P<date>{_WEEKDAY}(?:(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:, ?\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTH})(?:,? \d{{4}})?|\d{{4}}-\d{{2}}-\d{{2}}))"
_NAMES = "|".join(re.escape(name) for name in sorted(agencies(), key=len, reverse=True))
_AGENCY = rf"(?:\((?P<agency>[A-Za-z0-9][\w .'’/&-]{{1,40}})\)|(?P<agency_bare>{_NAMES})(?![\w-]))"
_SEPARATOR = r"(?P<separator>(?:\.?\s*)(?:--?|–|—|―)|:)(?=\s|[A-Z\"“]|$)"
_REST = rf"(?:(?:[,.]? |\s*[–—-]{{1,2}}\s+)(?:{_DATE}))?(?:,? {_AGENCY})?\s*{_SEPARATOR}"
_CAPS_LINE = re.compile(rf"(?P<place>{_PLACE_CAPS}?){_REST}")
_TITLE_LINE = re.compile(rf"(?P<place>{_PLACE_TITLE}?){_REST}")
_AGENCY_FIRST = re.compile(
    rf"\(?(?P<agency>[A-Z][A-Za-z]{{1,15}})\)?\s*[–—-]\s+(?P<place>{_CAPS}(?: {_CAPS}){{0,3}}),? (?:{_DATE})?\s*{_SEPARATOR}"
)
_DATE_FIRST = re.compile(rf"\(?(?P<place>{_PLACE_TITLE}?)[,:]? ?(?:{_DATE})\)?(?P<separator>\s*(?:--?|–|—)|:)(?=\s)")
_ALONE = re.compile(rf"(?P<place>{_PLACE_TITLE}?), (?:{_DATE})\.?$")
_BRACKETED = re.compile(rf"\((?P<place>{_PLACE_TITLE})\)(?P<separator>\s*(?:--?|–|—)|:)(?=\s)")
_DATE_PLACE = re.compile(rf"(?:{_DATE}),? (?P<place>{_PLACE_TITLE}?)(?P<separator>\s*(?:--?|–|—)|:)(?=\s)")
_SLASHED = re.compile(
    rf"(?P<place>{_PLACE_CAPS}?),? (?:{_DATE})[.,]? /(?P<agency>{_NAMES})/(?P<separator>\.|\s*[–—-]{{1,2}})(?=\s)"
)
_UNDASHED = re.compile(rf"(?P<place>{_PLACE_CAPS}?|{_PLACE_TITLE}?),? (?:{_DATE}),? \((?P<agency>{_NAMES})\)(?=\s+[A-Z\"“])")
_PIPED = re.compile(
    rf"(?P<place>{_PLACE_TITLE}?|{_PLACE_CAPS}?)\s*\|\s*(?P<agency>{_NAMES})\s*(?:\|\s*(?i:{_WEEKDAYS})\b,? (?P<numeric>\d{{1,2}}/\d{{1,2}}/\d{{4}}).*)?$"
)
_LONELY = re.compile(rf"(?P<place>{_CAPS}(?: {_CAPS}){{0,2}}, (?:{_TITLE}(?: {_TITLE}){{0,2}}))$")
_LABEL = re.compile(r"^[A-ZÀ-Þ][A-ZÀ-Þ .,'’-]{1,40}:\s", re.MULTILINE)
_COLON_LINE = re.compile(rf"(?P<place>{_CAPS}(?: {_CAPS}){{0,2}})(?P<separator>:)(?= [A-Z\"“])")
_PATTERNS = (
    (_CAPS_LINE, False),
    (_AGENCY_FIRST, False),
    (_SLASHED, False),
    (_UNDASHED, True),
    (_TITLE_LINE, True),
    (_PIPED, True),
    (_DATE_FIRST, True),
    (_ALONE, True),
    (_BRACKETED, True),
    (_DATE_PLACE, True),
    (_LONELY, True),
    (_COLON_LINE, True),
)
_LAST_WEEKDAY = re.compile(rf"[,.]? ((?i:{_WEEKDAYS}))$")
_NO_PLACE = re.compile(rf"(?i:{_WEEKDAYS}|{_MONTHS})")
_HEAD = 140
_LONG = 80
"""A place and a colon alone are a dateline only before a paragraph of so many characters."""


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline's record and its day (None when it has none, or none that can be known without a year)."""

    record: FrameRecord
    day: date | None


def find_dateline(text: str, start: int, end: int, given: date | None) -> Dateline | None:
    """The dateline that a line begins with, if any.

    Args:
        text: the article.
        start, end: the line.
        given: the caller's date, which settles the year of a dateline without one.
    """
    head = text[start : min(end, start + _HEAD)]
    if frame_phrases("not_dateline").match(head):
        return None
    for pattern, titled in _PATTERNS:
        match = pattern.match(head)
        if match is None:
            continue
        groups = match.groupdict()
        agency = groups.get("agency") or groups.get("agency_bare")
        unknown = agency is not None and agency not in agencies()
        if unknown and (titled or not re.fullmatch(r"[A-Z][\w .'’/&-]{1,40}", agency or "")):
            continue
        written = groups.get("date")
        place = (groups.get("place") or "").strip(" ,")
        weekday = _LAST_WEEKDAY.search(place)
        if weekday:
            place, written = place[: weekday.start()], written or weekday.group(1)
        place = place.rstrip(".") if place.count(".") == 1 else place
        if pattern is _COLON_LINE and (end - start < _LONG or len(place) < 4 or _is_transcript(text, start, end)):
            continue
        if pattern in (_ALONE, _PIPED, _LONELY) and end - start > len(head):
            continue
        if pattern is _LONELY and not _before_paragraph(text, end):
            continue
        marked = written or agency or pattern in (_BRACKETED, _COLON_LINE, _LONELY)
        if titled and not marked:
            continue
        if groups.get("separator") == ":" and not (written or pattern is _COLON_LINE):
            continue
        if not titled and not (written or agency) and (len(re.sub(r"[^A-Z]", "", place)) < 3 or not _has_space_dash(match)):
            continue
        if not place or _NO_PLACE.fullmatch(place) or place in agencies():
            continue
        if pattern is _ALONE and not re.search(r"\d{4}", written or ""):
            continue
        day = _numeric(groups["numeric"]) if groups.get("numeric") else _day(written, given)
        finish = start + match.end()
        record = FrameRecord(
            start=start,
            end=finish,
            kind="dateline",
            place=place,
            agency=agency,
            date=day.isoformat() if day else None,
            rule="dateline",
        )
        return Dateline(record, day)
    return None


def _is_transcript(text: str, start: int, end: int) -> bool:
    """Whether another line begins with a speaker's name in capitals and a colon: then this one names a speaker too."""
    return _LABEL.search(text, end) is not None or _LABEL.search(text, 0, start) is not None


def _before_paragraph(text: str, end: int) -> bool:
    """Whether the next line that is not blank is a paragraph."""
    following = text[end : end + 4 * _LONG].lstrip()
    return len(following.partition("\n")[0]) >= _LONG


def _has_space_dash(match: re.Match[str]) -> bool:
    """Whether the dash stands free: "WASHINGTON - The" and "WASHINGTON — The", not "UN-backed"."""
    separator = match.group("separator")
    before = match.string[: match.start("separator")]
    return separator[:1].isspace() or before[-1:].isspace() or separator.strip() in ("–", "—", "--")


def _numeric(written: str) -> date | None:
    """The day of "5/15/2024" where only one order of day and month is possible."""
    one, two, year = (int(part) for part in written.split("/"))
    options = {(month, day) for month, day in ((one, two), (two, one)) if month <= 12}
    if len(options) != 1:
        return None
    try:
        return date(year, *options.pop())
    except ValueError:
        return None


def _day(written: str | None, given: date | None) -> date | None:
    if written is None:
        return None
    written = written.title() if written.isupper() else written
    if weekday := re.fullmatch(rf"(?i:{_WEEKDAYS})", written):
        if given is None:
            return None
        number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(weekday.group()[:3].lower())
        return given - timedelta(days=min((given.weekday() - number) % 7, given.toordinal() - 1))
    period = parse_period(written, given)
    if period is None or period.start is None or period.start != period.end:
        return None
    if given is not None and not re.search(r"\d{4}", written):
        options = [period.start]
        for step in (-1, 1):
            try:
                options.append(period.start.replace(year=period.start.year + step))
            except ValueError:
                continue
        return min(options, key=lambda day: abs((day - given).days))
    return period.start
