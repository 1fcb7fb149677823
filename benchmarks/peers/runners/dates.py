"""dateparser's search on texts: `{"text", "date"}` in, found words with their day out. An argument `past` prefers days before the anchor."""

import datetime
import sys
from importlib.metadata import version
from typing import Any

from dateparser.search import search_dates
from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs

PAST = {"PREFER_DATES_FROM": "past"} if "past" in sys.argv[1:] else {}


def read(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The dates that the search finds; the two ends that it gives for one period become one reading."""
    anchor = datetime.datetime.fromisoformat(item["date"] + "T12:00:00")
    text = item["text"]
    settings: dict[str, Any] = {"RELATIVE_BASE": anchor, "RETURN_TIME_SPAN": True, **PAST}
    out: list[dict[str, Any]] = []
    at = 0
    for words, day in search_dates(text, languages=["en"], settings=settings) or ():
        plain, _, end = words.partition(" (")
        place = text.find(plain, at)
        if end == "end)" and out:
            out[-1]["readings"][0][1] = day.date().isoformat()
            continue
        if place < 0:
            continue
        at = place + len(plain) if end != "start)" else place
        out.append({"span": [place, place + len(plain)], "readings": [[day.date().isoformat()] * 2]})
    return out


serve(read, {"dateparser": version("dateparser")}, {"text": "Warm up on Monday.", "date": "2024-01-01"})
