"""Datelines: "KHARTOUM, Oct 13 (Reuters) -", "BOGOTA, Colombia —", "Geneva, 5 March 2024 –", "Kabul (AFP) –"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from conflict_extract.annotate.layer import FrameRecord
from conflict_extract.lexicons.frame import agencies, frame_phrases
from conflict_extract.values.periods import parse_period

_CAPS = r"[A-ZÀ-Þ][A-ZÀ-Þ'’.]+(?:-[A-ZÀ-Þ'’.]+)*"
_TITLE = r"[A-ZÀ-Þ][\w'’.-]+"
_PLACE_CAPS = rf"{_CAPS}(?:[ /]{_CAPS}){{0,4}}(?:, (?:{_TITLE}|of|the|and|du|de)(?: (?:{_TITLE}|of|the|and)){{0,4}}){{0,2}}"
_PLACE_TITLE = rf"{_TITLE}(?:[ /-](?:{_TITLE}|of|the|al|el|de|du)){{0,4}}(?:, {_TITLE}(?: {_TITLE}){{0,3}})?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?|(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)[A-Z]{0,6}\.?"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? )?"
_DATE = rf"(?P<date>{_WEEKDAY}(?:(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:, ?\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTH})(?:,? \d{{4}})?|\d{{4}}-\d{{2}}-\d{{2}}))"
_AGENCY = (
    r"(?:\((?P<agency>[A-Za-z0-9][\w .'’/&-]{1,40})\)|(?P<agency_bare>"
    + "|".join(re.escape(name) for name in sorted(agencies(), key=len, reverse=True))
    + r")(?![\w-]))"
)
_SEPARATOR = r"(?P<separator>\s*(?:--?|–|—|―)|:)(?=\s|[A-Z\"“])"
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
_COLON_LINE = re.compile(rf"(?P<place>{_CAPS}(?: {_CAPS}){{0,2}})(?P<separator>:)(?= [A-Z\"“])")
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
    for pattern, titled in (
        (_CAPS_LINE, False),
        (_AGENCY_FIRST, False),
        (_TITLE_LINE, True),
        (_DATE_FIRST, True),
        (_ALONE, True),
        (_BRACKETED, True),
        (_DATE_PLACE, True),
        (_COLON_LINE, True),
    ):
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
        place = place.rstrip(".") if place.count(".") == 1 else place
        if pattern is _COLON_LINE and (end - start < _LONG or len(place) < 4):
            continue
        marked = written or agency or pattern in (_BRACKETED, _COLON_LINE)
        if titled and not marked:
            continue
        if groups.get("separator", "").strip() == ":" and not (written or pattern is _COLON_LINE):
            continue
        if not titled and not (written or agency) and (len(re.sub(r"[^A-Z]", "", place)) < 3 or not _has_space_dash(match)):
            continue
        if _weekday_only(place) or not place:
            continue
        if pattern is _ALONE and not re.search(r"\d{4}", written or ""):
            continue
        day = _day(written, given)
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


def _has_space_dash(match: re.Match[str]) -> bool:
    """Whether the dash stands free: "WASHINGTON - The" and "WASHINGTON — The", not "UN-backed"."""
    separator = match.group("separator")
    before = match.string[: match.start("separator")]
    return separator[:1].isspace() or before[-1:].isspace() or separator.strip() in ("–", "—", "--")


def _weekday_only(place: str) -> bool:
    return re.fullmatch(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:" + _MONTH + ")", place) is not None


def _day(written: str | None, given: date | None) -> date | None:
    if written is None:
        return None
    written = written.title() if written.isupper() else written
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
