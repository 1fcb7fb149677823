"""Dates in the shapes of stamps and logs ("05-MAR-24 14:05", "20240305T1405Z"), read by dateparser.

dateparser is never let search prose: it finds dates in "may open a second camp". It only gets strings that `STAMP` matched, with its
language fixed to English, relative times off, and every part of a date required.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

STAMP = re.compile(
    r"(?<![\w/.-])(?:\d{1,2}[-./]?(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}[-./]?(?:\d{4}|\d{2})"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[-./]\d{1,2}[-./]\d{4}"
    r"|\d{4}[-./ ](?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}[-./ ]\d{1,2}"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T[0-2]\d[0-5]\d(?:[0-5]\d)?Z?)(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _parser() -> Any:
    """dateparser's `parse`, imported at the first stamp (its import takes longer than reading a page)."""
    import dateparser

    return dateparser.parse


@lru_cache(maxsize=4096)
def parse_stamp(text: str, dayfirst: bool | None = None) -> date | None:
    """The day of a stamp, or None.

    Args:
        text: a string that `STAMP` matches as a whole.
        dayfirst: for stamps of digits alone; the month is a word in the others.

    >>> parse_stamp("05-MAR-2024"), parse_stamp("20240305T1405Z"), parse_stamp("31-Feb-2024"), parse_stamp("a second camp")
    (datetime.date(2024, 3, 5), datetime.date(2024, 3, 5), None, None)
    """
    if STAMP.fullmatch(text) is None:
        return None
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?Z?", text, re.IGNORECASE)
    if compact:
        text = "-".join(compact.group(1, 2, 3))
    else:
        text = re.sub(r"(?<=\d)[-./]?(?=[A-Za-z])|(?<=[A-Za-z])[-./]?(?=\d)", " ", text)
    settings = {
        "STRICT_PARSING": True,
        "PARSERS": ["absolute-time"],
        "DATE_ORDER": "YMD" if compact else "DMY" if dayfirst is not False else "MDY",
    }
    try:
        found = _parser()(text, languages=["en"], settings=settings)
    except (ValueError, OverflowError):
        return None
    return found.date() if found else None
