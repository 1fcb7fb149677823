"""Parts of a text whose digits and number words are no quantities: dates, clock times, identifiers, scores, phone numbers, lists.

Every pattern is bounded, so that the whole is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|"
    r"Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:1[5-9]\d\d|20\d\d|21\d\d)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_JOIN = r"(?:\s?(?:,|and|or|to|until|till|through|-|–|—|&|/)\s?)"
_JOINED = rf"{_JOIN}{{1,2}}"

_DIGIT = r"[+(]|\d+"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_NUMBER = r"[Nn][or]s?\.?\s?\d|№|#\d"
_STARTS = (_DIGIT, _MONTHS, _NUMBER)
"""Cues whose matches are the only places where their patterns can begin."""

# why, cue, pattern: a pattern is tried at the matches of a cue in `_STARTS`, or over the whole text when its cue is found in it
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    # days and months
    ("date", _DIGIT, rf"(?<![\w.,]){_DAY}(?:{_JOINED}{_DAY}){{0,4}}\s(?:of\s)?{_MONTH}(?![a-z])(?:,?\s{_YEAR}(?!\d|,\d))?"),
    (
        "date",
        _MONTHS,
        rf"(?<!\w){_MONTH}\s{_DAY}(?![\d%]|[.,]\d{{3}}|[.]\d)(?:{_JOINED}{_DAY}(?![\d%]|[.,]\d)(?!\s?(?:per|pct|people|million)))"
        rf"{{0,4}}(?:,?\s{_YEAR}(?!\d|,\d))?",
    ),
    ("date", _MONTHS, rf"(?<!\w){_MONTH}(?:,?\s|\sof\s){_YEAR}(?!\d|,\d)"),
    ("date", _DIGIT, r"(?<![\w.])\d{4}-\d{1,2}-\d{1,2}(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?(?![\w-])"),
    ("date", _DIGIT, r"(?<![\w./])\d{1,2}([/.])\d{1,2}\1(?:\d{4}|\d{2})(?![\w/])"),
    ("date", _DIGIT, rf"(?<![\w,.$€£])(?:{_YEAR})\s?(?:-|–|—|/)\s?(?:{_YEAR}|\d{{2}})(?![\w,%]|\.\d)"),
    ("date", r"\ds", rf"(?<![\w,.$€£])(?:{_YEAR})s(?!\w)|(?<!\w)['’]\d0s(?!\w)|(?<!\w)(?:mid|late|early)-\d{{2,4}}s(?!\w)"),
    ("date", _DIGIT, r"(?<!\w)9/11(?!\w)|(?<!\w)24/7(?!\w)|(?<!\w)7/7(?!\w)|(?<!\w)50/50(?!\w)|(?<!\w)50-50(?!\w)"),
    # clock times
    ("clock", _DIGIT, r"(?<![\w.:,])\d{1,2}[:.]\d{2}(?::\d{2})?\s?(?:[ap]\.?\s?m\b\.?|GMT|UTC|BST|CET|EST|EDT|PST|hrs?\b|hours\b|Z\b|local time|IST)"),
    ("clock", _DIGIT, r"(?<![\w.:,])\d{1,2}:\d{2}(?::\d{2})?(?![\w:])"),
    ("clock", _DIGIT, r"(?<![\w.:,])\d{1,2}(?:\s?(?:-|–|to|and)\s?\d{1,2})?\s?[ap]\.?m\b\.?"),
    ("clock", _DIGIT, r"(?<![\w.:,])[0-2]\d[0-5]\d\s?(?:GMT|UTC|hrs?\b|hours\b|Z\b|local\stime|BST|CET)"),
    ("clock", "clock", r"(?<![\w.:,])(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s?o['’]clock"),
    ("clock", "half|quarter", r"(?<!\w)(?:half|quarter)\s(?:past|to)\s\w{1,9}"),
    # coordinates
    ("place", _DIGIT, r"(?<![\w.])\d{1,3}(?:\.\d{1,8})?°\s?(?:\d{1,2}(?:\.\d{1,6})?[′']\s?)?(?:\d{1,2}(?:\.\d{1,6})?[″\"]\s?)?[NSEWO](?![a-z])"),
    ("place", ";", r"(?<![\w.])-?\d{1,3}\.\d{3,8};\s-?\d{1,3}\.\d{3,8}(?![\w.])"),
    # identifiers
    ("id", "http|www|@", r"https?://[^\s<>\"]{1,2000}|www\.[^\s<>\"]{1,2000}|(?<![\w.@/-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.\w{2,8}){1,3}"),
    ("id", _DIGIT, r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"),
    ("id", _DIGIT, r"(?<!\w)\+\d[\d\s().-]{6,18}\d(?!\w)|(?<![\w.,])\(?0\d{2,4}\)?[\s-]\d{3,4}[\s-]?\d{3,4}(?!\w)|(?<![\w.,$])\d{3}-\d{3}-\d{4}(?!\w)|(?<![\w.,$])\d{3}-\d{4}(?![\w,])"),
    ("id", _DIGIT, r"(?<![\w.,])\(\d{3}\)\s\d{3}-\d{4}(?!\w)"),
    ("id", r"\[", r"\[\d{1,3}\]"),
    ("id", _NUMBER, r"(?<!\w)(?:[Nn]o|[Nn]os|[Nn]r|№)\.?\s?\d{1,6}(?!\w|,\d)|#\d{1,6}(?!\w)"),
    ("id", "", r"(?m:^)\s{0,4}(?:\(?\d{1,2}[.)])\s(?=\S)"),
    ("id", _DIGIT, r"(?<!\w)\d{1,2}:\d{1,2}(?:-\d{1,2})?(?!\w)"),
    # the numbers of names: ordinals, "G20", "M23", "Su-27", "AK-47", "COVID-19"
    ("ordinal", _DIGIT, r"(?<![\w.,])\d{1,3}(?:,\d{3})*(?:st|nd|rd|th)(?![\w])"),
    ("id", r"[-–‑]\d", r"(?<!\w)(?!US\$|A\$|C\$|R\$|NZ\$|HK\$)[A-Za-z]{1,12}[-–‑]\d{1,4}(?:[A-Za-z]{1,3}s?)?(?![\w%]|[.,]\d)"),
    ("id", "Group|Big|Gang", r"(?<!\w)Group\sof\s(?:\d{1,2}|Seven|Eight|Ten|Twenty|Five|Four)(?!\w)|(?<!\w)(?:Big|Gang of) (?:Three|Four|Five|Six|Eight)(?!\w)"),
    (
        "score",
        "-to-",
        r"(?<!\w)(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)-to-(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)"
        r"(?=[\s-](?:vote|ratio|margin|majority|decision|ruling|odds|advantage|split|win|defeat|lead|favou?rite)\b)",
    ),
    # scores and votes: "3-1", "won 21-14, 6-4"
    ("score", _DIGIT, r"(?<![\w.,$€£%-])\d{1,3}[-–]\d{1,3}(?=\s(?:win|victory|defeat|loss|draw|lead|vote|ruling|decision|majority|thrashing|series|record|rout|tie|margin|on aggregate|against|over|up|at half|in the)\b)"),
    ("score", _DIGIT, r"(?<=\bwon )\d{1,3}[-–]\d{1,3}|(?<=\blost )\d{1,3}[-–]\d{1,3}|(?<=\bbeat them )\d{1,3}[-–]\d{1,3}|(?<=\bvoted )\d{1,3}[-–]\d{1,3}"),
    ("score", _DIGIT, r"(?<![\w.,$€£%-])(?:\d|1\d)[-–](?:\d|1\d)(?:,\s(?:\d|1\d)[-–](?:\d|1\d)){1,4}(?![\w%])"),
)  # fmt: skip
_COMPILED = tuple((why, cue, re.compile(pattern)) for why, cue, pattern in _PATTERNS)
_CUES = {cue: re.compile(cue) for _, cue, _ in _PATTERNS}


def _matches(text: str) -> Iterator[tuple[int, int, str]]:
    """What the patterns find, as `finditer` of each would, without a look at every character."""
    starts = {cue: [match.start() for match in _CUES[cue].finditer(text)] for cue in _STARTS}
    starts[_DIGIT] = [at for at in starts[_DIGIT] if not at or not (text[at - 1].isalnum() or text[at - 1] == "_")]
    for why, cue, pattern in _COMPILED:
        if cue in _STARTS:
            end = 0
            for at in starts[cue]:
                if at >= end and (match := pattern.match(text, at)) is not None:
                    end = match.end()
                    yield at, end, why
        elif _CUES[cue].search(text):
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield match.start(), match.end(), why


def masked(text: str) -> list[tuple[int, int, str]]:
    """Offsets of what is no quantity, with the reason (date, clock, id, ordinal, score), sorted, not overlapping.

    Args:
        text: any string.

    >>> text = "On 7 October 2023 at 10:30, the 2nd Brigade fired an RPG-7 under 9/11 rules"
    >>> [(text[a:b], why) for a, b, why in masked(text)]
    [('7 October 2023', 'date'), ('10:30', 'clock'), ('2nd', 'ordinal'), ('RPG-7', 'id'), ('9/11', 'date')]
    >>> masked("12 people, 3.5 per cent, 1950 houses")
    []
    """
    found = sorted(_matches(text), key=lambda item: (item[0], -item[1]))
    out: list[tuple[int, int, str]] = []
    for start, end, why in found:
        if out and start < out[-1][1]:
            if end > out[-1][1]:
                out[-1] = (out[-1][0], end, out[-1][2])
            continue
        out.append((start, end, why))
    return out
