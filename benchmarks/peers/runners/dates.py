"""dateparser's search on texts: `{"text", "date"}` in, found words with their day out. An argument `past` prefers days before the anchor."""

import datetime
import sys
from importlib.metadata import version
from typing import Any

from dateparser.search import search_dates
from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs

PAST = {"PREFER_DATES_FROM": "past"} if "past" in sys.argv[1:] else {}


def read(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The dates that the search finds; the two ends that it gives for one period become one more reading of it."""
    anchor = datetime.datetime.fromisoformat(item["date"] + "T12:00:00")
    text = item["text"]
    settings: dict[str, Any] = {"RELATIVE_BASE": anchor, "RETURN_TIME_SPAN": True, **PAST}
    out: list[dict[str, Any]] = []
    at = 0
    first = ""
    for words, found in search_dates(text, languages=["en"], settings=settings) or ():
        plain, _, end = words.partition(" (")
        day = found.date().isoformat()
        if end == "start)":
            first = day
            continue
        if end == "end)":  # a period: "Last week the", "Last week (start)", "Last week (end)", or the last two alone
            if out and text[slice(*out[-1]["span"])].startswith(plain):
                out[-1]["readings"].append([first, day])
                continue
            readings = [[first, day]]
        else:
            readings = [[day, day]]
        place = text.find(plain, at)
        if place >= 0:
            at = place + len(plain)
            out.append({"span": [place, at], "readings": readings})
    return out


serve(read, {"dateparser": version("dateparser")}, {"text": "Warm up on Monday.", "date": "2024-01-01"})
