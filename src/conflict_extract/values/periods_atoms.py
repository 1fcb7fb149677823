"""Finds the smallest time expressions in a text: dates, months, weekdays, "last week", "two days ago", "3 pm".

A word scan with a table look-up finds trigger words; patterns are tried only in a window of `REACH` characters around each, so
the cost grows with the length of the text and not faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from conflict_extract.lexicons.times import holidays, time_names, words_of

REACH = 48
"""Characters on either side of a trigger word that a pattern may use."""


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


def _alternatives(forms: list[str]) -> str:
    """A regex alternation, longest first."""
    return "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=lambda form: (-len(form), form)))


def _choose(kind: str, short: bool | None = None) -> str:
    return _alternatives([form for form, word in words_of(kind).items() if short is None or word.short == short])


DASH = r"[-\u2010-\u2015]"
YEAR = r"(?P<year>1[0-9]\d{2}|20\d{2})(?![\d%]|[.,]\d)"
DAY = r"(?:3[01]|[12]\d|0?[1-9])"
SUFFIX = r"(?:st|nd|rd|th)?"
DAYPARTS = r"early\s+morning|late\s+evening|late\s+night|morning|afternoon|evening|night|lunchtime"
PLURAL_COUNT = (
    r"(?!\s+(?:people|persons|soldiers|troops|civilians|fighters|men|women|children|militants|rebels|police|refugees|others|of\s+(?:them|"
    r"the)|were|have|million|billion|thousand|per\s?cent|percent|km|miles|houses|villages|members|prisoners|hostages)\b)"
)


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Patterns by kind of trigger; built at the first use."""
    month = rf"(?P<month>{_choose('month')})\b\.?"
    weekday = rf"(?P<weekday>{_choose('weekday', short=False)})"
    weekday_short = rf"(?P<weekday>{_choose('weekday', short=True)})\b\.?"
    number = rf"(?P<number>{_choose('number')}|\d{{1,3}}(?:\.\d)?)"
    units = r"(?P<unit>minute|hour|day|week|fortnight|weekend|month|quarter|year|decade)s?(?!-|\w)"
    ordinal = rf"(?P<ordinal>{_choose('ordinal')}|\d{{1,2}}(?:st|nd|rd|th))"
    season = rf"(?P<season>{_choose('season')})"
    plus_year = rf"(?:,?\s+(?:of\s+)?{YEAR}{PLURAL_COUNT})?"
    zone = r"(?:\s*(?P<zone>" + _alternatives([word.form for word in words_of("zone").values()]) + r")\b)?"
    local = r"(?:\s+(?:local\s+time|hours|hrs))?"
    flags = re.IGNORECASE

    def build(*rows: tuple[str, str]) -> list[tuple[str, re.Pattern[str]]]:
        return [(name, re.compile(pattern, flags)) for name, pattern in rows]

    return {
        "month": build(
            (
                "day",
                rf"\b(?:the\s+)?(?P<day>{DAY}){SUFFIX}(?:\s*(?:(?P<list>and|or)|{DASH}|to)\s*(?:the\s+)?(?P<day_to>{DAY}){SUFFIX})?"
                rf"(?:\s+of)?{DASH}?\s*{month}(?!-\d){plus_year}",
            ),
            (
                "day",
                rf"\b{month}\s+(?:the\s+)?(?P<day>{DAY}){SUFFIX}(?![\d%:]|[.,]\d|\s*[ap]\.?m\b){PLURAL_COUNT}"
                rf"(?:\s*(?:(?P<list>and|or)|{DASH}|to)\s*(?P<day_to>{DAY}){SUFFIX}(?![\d%:]|[.,]\d|\s*[ap]\.?m\b))?"
                rf"(?:(?:,\s*|\s+){YEAR}{PLURAL_COUNT})?",
            ),
            ("month", rf"\b(?:(?P<which>last|next|this|this\s+past|this\s+coming)\s+)?{month}{plus_year}(?!\w|-(?-i:[a-z])|-\d)"),
            ("month", rf"\b{month}\s*['\u2019](?P<short_year>\d{{2}})(?!\d)"),
        ),
        "weekday": build(
            (
                "weekday",
                rf"\b(?:(?P<which>last|next|this|past|this\s+past|this\s+coming|coming|previous|following)\s+)?{weekday}"
                rf"(?:\s+(?P<daypart>{DAYPARTS}))?(?!\w)(?!['\u2019](?!s\b))",
            ),
        ),
        "weekday_short": build(
            ("weekday_short", rf"\b{weekday_short}(?=,?\s+(?:\d|(?:{_choose('month')})\b))"),
        ),
        "relday": build(
            (
                "relday",
                r"\b(?:(?P<before>the\s+day\s+before\s+yesterday)|(?P<after>the\s+day\s+after\s+tomorrow)|"
                r"(?P<day>yesterday|today|tomorrow)(?:\s+(?P<daypart>morning|afternoon|evening|night))?|"
                r"(?P<this>tonight|this\s+(?P<part>morning|afternoon|evening))|(?P<last>last\s+(?:night|evening))|"
                r"(?P<over>overnight))\b",
            ),
        ),
        "unit": build(
            (
                "ago",
                rf"\b(?:(?:about|around|some|nearly|almost|more\s+than|over|roughly|at\s+least)\s+)?{number}\s+{units}\s+ago\b",
            ),
            (
                "ago",
                r"\b(?:(?:only|just)\s+)?(?P<vague>(?:a\s+few|several|some|many|a\s+couple\s+of|a\s+number\s+of)?\s*"
                r"\b(?:hour|day|week|month|year|decade|minute)s)\s+ago\b",
            ),
            ("anaphor", rf"\b{number}\s+{units}\s+(?P<which>later|earlier|previously|afterwards|before|after)(?!\w)"),
            (
                "anaphor",
                r"\b(?:the|that)\s+(?P<which>following|next|previous|preceding|same)\s+(?P<unit>day|week|weekend|month|year|night|"
                r"morning|afternoon|evening)\b(?!\s+of\b)",
            ),
            (
                "anaphor",
                r"\bthat\s+(?:very\s+)?(?P<same>(?P<unit>day|night|morning|week|weekend|month|year|afternoon|evening))\b",
            ),
            (
                "anaphor",
                r"\bthe\s+(?P<unit>day|night|week|month|year)\s+(?P<which>before|after)\b(?!\s+(?:yesterday|tomorrow|last|next))",
            ),
            ("unit", r"\bthe\s+(?P<unit>week|weekend|month|year)\s+(?:(?P<before>before\s+last)|(?P<after>after\s+next))\b"),
            (
                "rolling",
                rf"\b(?:the\s+|these\s+|this\s+)?(?P<which>past|last|previous|preceding|next|coming|following|first)\s+"
                rf"{number}\s+(?:or\s+so\s+)?{units}\b(?!\s+of\b)",
            ),
            (
                "vague",
                r"\b(?:the\s+|these\s+)?(?P<vague>(?:(?:past|last|next|coming|previous|following|recent|ensuing)\s+(?:few|several|couple\s+of|many)?"
                r"\s*|recent\s+|final\s+|early\s+|these\s+)(?:minute|hour|day|week|month|year|decade)s)\b",
            ),
            (
                "rolling",
                r"\bthe\s+(?P<which>past|last|next|coming)\s+(?P<unit>hour|day|week|fortnight|month|year|quarter|decade|century)\b"
                r"(?!-|\s+of\b)",
            ),
            (
                "unit",
                r"\b(?:the\s+)?(?P<which>last|this|next|past|previous|coming|current|this\s+past|this\s+coming|latest|present)\s+"
                r"(?:(?:calendar|working)\s+)?(?P<unit>week|weekend|fortnight|month|quarter|year|decade|century|day)(?!-|\w)(?!\s+(?:of|in)\s+"
                r"(?:the\s+)?(?:war|fighting|siege|campaign)\b)",
            ),
            ("unit", r"\bthe\s+(?P<bare>(?P<unit>weekend))\b(?!\s+of\b)"),
            ("unit", r"(?<=\bof\s)the\s+(?P<bare>(?P<unit>week|month|year|decade|day|quarter|century))\b"),
            ("unit", r"(?<=\bin\s)the\s+(?P<bare>(?P<unit>month|year|week))(?=\s+to\s+date\b)"),
            ("period", r"\bthe\s+(?:(?P<number>first)\s+)?(?P<unit>week|month|quarter|year)(?=\s+(?:to|ended|ending|through)\s)"),
            (
                "span",
                rf"\b(?:about|around|nearly|almost|more\s+than|over|some|roughly|at\s+least|less\s+than|the)?\s*{number}\s+{units}\b"
                r"(?P<time>['\u2019]?\s+time\b|\s+from\s+now\b|\s+hence\b)?",
            ),
        ),
        "season": build(
            (
                "season",
                rf"\b(?:(?P<which>last|next|this|the|this\s+past|this\s+coming|mid)(?:\s+|-))?{season}(?:,?\s+(?:of\s+)?{YEAR}"
                rf"(?:{DASH}\d{{2}}\b)?)?\b(?!\w|-)",
            ),
        ),
        "part": build(
            (
                "part",
                rf"\b(?:the\s+)?(?:(?P<fiscal>fiscal)\s+)?(?P<ordinal>first|second|third|fourth|final|last|latter|1st|2nd|3rd|4th)[- ]"
                rf"(?P<size>quarter|half)(?:\s+of\s+(?P<of>the\s+year|{YEAR}|this\s+year|last\s+year|next\s+year|"
                r"the\s+month|this\s+month|last\s+month|(?:the\s+)?fiscal\s+year))?\b",
            ),
            ("part", rf"\b(?:(?P<size_q>Q)(?P<q>[1-4])|(?P<size_h>H)(?P<h>[12]))(?:\s+(?:of\s+)?(?P<of>{YEAR}))?\b"),
        ),
        "century": build(("century", rf"\b(?:the\s+)?{ordinal}[- ](?:century|centuries)\b(?!-)")),
        "decade": build(("decade", rf"\bthe\s+(?P<decade>{_choose('decade')})\b")),
        "holiday": build(("holiday", rf"\b(?P<holiday>{_alternatives(list(holidays()))})(?!\w){plus_year}")),
        "clock": build(
            (
                "clock",
                rf"\b(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:%]|[.,/]\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?{local}{zone}{local}",
            ),
            ("clock", rf"\b(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap])(?:\.m\.|\.?m\b){local}{zone}{local}"),
            (
                "clock",
                r"\b(?P<hour>[01]\d|2[0-3])h?(?P<minute>[0-5]\d)(?:\s+(?:hours|hrs|local\s+time)|(?=\s*(?:GMT|UTC)\b))" + zone,
            ),
            ("clock", r"\b(?P<word>noon|midnight)\b"),
            ("clock", rf"\b(?P<oclock>\d{{1,2}}|{_choose('number')})\s+o['\u2019]clock\b"),
        ),
        "daypart": build(
            ("daypart", rf"\b(?:the\s+)?(?P<daypart>{_choose('daypart')})\b"),
        ),
        "year": build(
            (
                "stamp",
                r"(?<![\d/-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T\s](?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)"
                r"(?::\d{2}(?:\.\d+)?)?(?P<zone>Z|UTC|\s?[+-]\d{2}:?\d{2})?)?(?![\w/-])",
            ),
            ("numeric", r"(?<![\w/.,-])(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})(?![\w/-]|[.,]\d)"),
            ("numeric", r"(?<![\w/.,-])(?P<year>\d{4})(?P<sep>[/.])(?P<a>\d{1,2})(?P=sep)(?P<b>\d{1,2})(?![\w/-]|[.,]\d)"),
            ("years", rf"\b(?P<low>1[0-9]\d{{2}}|20\d{{2}})(?:{DASH}|/)(?P<high>\d{{4}}|\d{{2}})(?![\w/-]|[.,]\d)"),
            ("years", r"(?:\bthe\s+)?\b(?P<low>1[0-9]\d0|20\d0)['\u2019]?(?P<s>s)\b"),
            ("years", r"(?:\bthe\s+)?(?<!\w)['\u2019](?P<short>[2-9]0)s\b"),
            ("year", rf"\b{YEAR}\b(?![-/\w]|,\d)"),
        ),
    }


_WORD = re.compile(r"[^\W_]+")
_REL = {"yesterday", "today", "tomorrow", "tonight", "morning", "afternoon", "evening", "night", "overnight"}
_UNITS = ("minute", "hour", "day", "week", "fortnight", "weekend", "month", "quarter", "year", "decade", "century")


@lru_cache(maxsize=1)
def _triggers() -> dict[str, tuple[str, ...]]:
    """Kinds of pattern to try at a word."""
    found: dict[str, list[str]] = {}

    def add(form: str, kind: str) -> None:
        kinds = found.setdefault(form, [])
        if kind not in kinds:
            kinds.append(kind)

    for kind in ("month", "season", "decade"):
        for form in words_of(kind):
            add(form, kind)
    for form, word in words_of("weekday").items():
        add(form, "weekday_short" if word.short else "weekday")
    for form in _REL:
        add(form, "relday")
    for form in _UNITS:
        add(form, "unit")
        add(form + "s", "unit")
    for form in ("quarter", "half", "q1", "q2", "q3", "q4", "h1", "h2"):
        add(form, "part")
    for form in ("century", "centuries"):
        add(form, "century")
    for form in holidays():
        first = _WORD.search(form)
        if first:
            add(first.group(), "holiday")
    for form in ("noon", "midnight", "am", "pm", "gmt", "utc", "clock", "hours", "hrs", "local"):
        add(form, "clock")
    for form in words_of("daypart"):
        last = _WORD.findall(form)[-1]
        add(last, "daypart")
    for form in ("night", "morning"):
        add(form, "unit")
    return {form: tuple(kinds) for form, kinds in found.items()}


_DIGITS = re.compile(r"\d{1,4}(?:s|am|pm|h\d\d)?$|\d{8}T", re.IGNORECASE)


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    forms = sorted((entry.form for entry in time_names() if not entry.after), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)")


@lru_cache(maxsize=1)
def _followers() -> re.Pattern[str]:
    """Words after a date that make it a name ("March 23 Movement", "6 October City")."""
    forms = sorted((entry.form for entry in time_names() if entry.after), key=len, reverse=True)
    return re.compile(r"\s+(?:[A-Z]\w{1,20}\s+)?(?:" + "|".join(map(re.escape, forms)) + r")\b")


def find_atoms(text: str) -> list[Atom]:
    """All atoms of a text in order, not overlapping; of several at one place the longest.

    >>> [(atom.kind, text[atom.start : atom.end]) for text in ["Two died on 5 March and three last week"] for atom in find_atoms(text)]
    [('day', '5 March'), ('unit', 'last week')]
    """
    patterns, triggers = _patterns(), _triggers()
    blocked = [match.span() for match in _names().finditer(text)]
    block = 0
    atoms: list[Atom] = []
    reached = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        if start < reached:
            continue
        form = word.group()
        kinds: tuple[str, ...]
        if form[0].isdigit():
            if len(form) > 6 or not _DIGITS.match(form):
                continue
            kinds = _digit_kinds(text, start, end, form)
        else:
            kinds = triggers.get(form.lower(), ())
        if not kinds:
            continue
        while block < len(blocked) and blocked[block][1] <= start:
            block += 1
        if block < len(blocked) and blocked[block][0] <= start:
            continue
        best = _best(text, patterns, kinds, start, end, reached)
        if best is not None:
            if best.kind not in ("day", "month", "weekday", "years", "year") or not _followers().match(text, best.end):
                atoms.append(best)
            reached = best.end
    return atoms


def _digit_kinds(text: str, start: int, end: int, form: str) -> tuple[str, ...]:
    """What a number may begin."""
    kinds: list[str] = []
    after = text[end : end + 1]
    if len(form.rstrip("s")) == 4 or (after and after in "/.-"):
        kinds.append("year")
    if form.endswith("s") and text[max(0, start - 1) : start] in ("'", "\u2019"):
        kinds.append("year")
    if (after and after in ":.hH") or form[-1] in "mM" or len(form) == 4:
        kinds.append("clock")
    if text[start : start + 4] == "9/11":
        kinds.append("holiday")
    return tuple(kinds)


def _best(
    text: str, patterns: dict[str, list[tuple[str, re.Pattern[str]]]], kinds: tuple[str, ...], start: int, end: int, reached: int
) -> Atom | None:
    """The longest atom over the trigger `[start, end)` that begins at or after `reached`."""
    low, high = max(reached, start - REACH), min(len(text), end + REACH)
    best: Atom | None = None
    for kind in kinds:
        for name, pattern in patterns[kind]:
            for match in pattern.finditer(text, low, high):
                if match.start() > start:
                    break
                if match.end() < end:
                    continue
                if best is not None and match.end() - match.start() <= best.end - best.start:
                    continue
                atom = MAKERS[name](text, match)
                if atom is not None and atom.end >= end:
                    best = atom
    return best


def _group(match: re.Match[str], name: str) -> str | None:
    value = match.groupdict().get(name)
    return re.sub(r"\s+", " ", value).lower() if value else None


def _int(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def _amount(value: str | None) -> float | None:
    if value is None:
        return None
    word = words_of("number").get(value)
    if word is not None:
        return float(word.value)
    return float(value)


_MONTH_FOLLOWS = re.compile(
    rf"\s+(?:of\s+)?(?:last|this|next)\s+year\b|\s*(?:{DASH}|to)\s*(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\b"
)


def _month_is_month(text: str, match: re.Match[str]) -> bool:
    """Whether a month's name that has other meanings ("may", "March") or is short stands as a month here."""
    written = match.group("month")
    word = words_of("month")[written.lower()]
    if not word.short:
        return written[0].isupper() or _group(match, "day") is not None
    if written[0].islower():
        return _group(match, "day") is not None and _group(match, "year") is not None
    if _group(match, "day") or _group(match, "year") or _group(match, "which"):
        return True
    if _MONTH_FOLLOWS.match(text, match.end("month")):
        return True
    before = text[max(0, match.start() - 24) : match.start()]
    if re.search(
        r"\b(?:in|since|until|till|by|from|of|during|before|after|between|to|and|early|late|mid|through|for|or|about|around|last|next|this|"
        r"on)[\s-]+$",
        before,
        re.IGNORECASE,
    ):
        follow = text[match.end("month") : match.end("month") + 24]
        if len(written) > 3 or written == "May":
            return not re.match(r"\s+(?:[A-Z][a-z]+|be|have|not|also|well|still)\b", follow)
        return True
    return False


def _day(text: str, match: re.Match[str]) -> Atom | None:
    if not _month_is_month(text, match):
        return None
    day, to = _int(match.group("day")), _int(match.group("day_to"))
    return Atom(
        match.start(), match.end() - match.group().endswith("."), "day", year=_int(match.group("year")), month=words_of("month")[match.group("month").lower()].value,
        day=day, day_to=to, listed=match.group("list") is not None, text=match.group(),
    )  # fmt: skip


def _month(text: str, match: re.Match[str]) -> Atom | None:
    if not _month_is_month(text, match):
        return None
    short = _int(match.groupdict().get("short_year"))
    year = _int(match.groupdict().get("year"))
    if short is not None:
        year = short_year(short)
    end = match.end() if year is not None else match.end("month")
    word = words_of("month")[match.group("month").lower()]
    if text[end : end + 1] == "." and word.short and len(word.form) < 5 and not text[end + 1 : end + 3].strip()[:1].isupper():
        end += 1
    return Atom(match.start(), end, "month", year=year, month=word.value, which=_group(match, "which"), text=match.group())


def _weekday(text: str, match: re.Match[str]) -> Atom | None:
    if not match.group("weekday")[0].isupper():
        return None
    return Atom(
        match.start(), match.end(), "weekday", weekday=words_of("weekday")[match.group("weekday").lower()].value,
        which=_group(match, "which"), daypart=_group(match, "daypart"),
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
    if match.group("over"):
        if re.match(r"-|\s+(?:bag|stay|flight|train|bus|success|rate)", text[end : end + 9]):
            return None
        return Atom(start, end, "relday", offset=0, which="overnight", daypart="night")
    if match.group("this"):
        return Atom(start, end, "relday", offset=0, daypart=_group(match, "part") or "night")
    if match.group("last"):
        return Atom(start, end, "relday", offset=-1, daypart="evening" if "evening" in match.group() else "night")
    offset = {"yesterday": -1, "today": 0, "tomorrow": 1}[match.group("day").lower()]
    return Atom(start, end, "relday", offset=offset, daypart=_group(match, "daypart"))


def _ago(text: str, match: re.Match[str]) -> Atom | None:
    if "vague" in match.groupdict():
        return Atom(match.start(), match.end(), "vague", which="ago")
    return Atom(match.start(), match.end(), "ago", number=_amount(_group(match, "number")), unit=_group(match, "unit"))


def _anaphor(text: str, match: re.Match[str]) -> Atom | None:
    which = _group(match, "which") or "same"
    number = _amount(_group(match, "number"))
    direction = {"later": 1, "afterwards": 1, "after": 1, "following": 1, "next": 1, "same": 0}.get(which, -1)
    return Atom(
        match.start(), match.end(), "anaphor", which=which, unit=_group(match, "unit"), number=1.0 if number is None else number,
        offset=direction, text=match.group(),
    )  # fmt: skip


def _unit(text: str, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    which = _group(match, "which") or ("bare" if groups.get("bare") else None)
    which = "before last" if groups.get("before") else "after next" if groups.get("after") else which
    if _group(match, "unit") == "day" and which in ("this", "last", "next", "present"):
        return None
    return Atom(match.start(), match.end(), "unit", which=which, unit=_group(match, "unit"))


def _rolling(text: str, match: re.Match[str]) -> Atom | None:
    number = _amount(_group(match, "number"))
    which = _group(match, "which")
    if which == "first":
        return None
    return Atom(
        match.start(), match.end(), "rolling", which=which, unit=_group(match, "unit"), number=1.0 if number is None else number
    )


def _vague(text: str, match: re.Match[str]) -> Atom | None:
    if match.group("vague").lower().startswith(("final", "early")):
        return None
    return Atom(match.start(), match.end(), "vague")


def _span(text: str, match: re.Match[str]) -> Atom | None:
    lead = len(match.group()) - len(match.group().lstrip())
    return Atom(
        match.start() + lead, match.end(), "span", number=_amount(_group(match, "number")), unit=_group(match, "unit"),
        which="ahead" if match.group("time") else None,
    )  # fmt: skip


_IN_SEASON = re.compile(r"\b(?:in|during|since|by|until)\s+$", re.IGNORECASE)


def _period(text: str, match: re.Match[str]) -> Atom | None:
    """"the quarter ended 30 June": a length that a date must follow."""
    return Atom(match.start(), match.end(), "span", number=1.0, unit=_group(match, "unit"))


def _season(text: str, match: re.Match[str]) -> Atom | None:
    word = words_of("season")[match.group("season").lower()]
    which, year = _group(match, "which"), _int(match.group("year"))
    if word.short and year is None and (
        which is None or (which == "the" and not _IN_SEASON.search(text, max(0, match.start() - 8), match.start()))
        or re.match(r"\s+(?:of|in|offensive)\b", text[match.end("season") : match.end("season") + 12])
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
    of = _group(match, "of")
    if groups.get("q") or groups.get("h"):
        number, size = int(groups.get("q") or groups.get("h") or 1), "quarter" if groups.get("q") else "half"
        if match.group()[0].islower() or (size == "half" and of is None):
            return None
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
    return Atom(match.start(), match.end(), "daypart", daypart=_group(match, "daypart"))


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


_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|since|by|until|till|from|during|of|for|before|after|to|through|between|and|than|year|early|late|mid|around|about|circa|"
    r"back|fiscal|or|at|end|spring|summer|autumn|fall|winter|than|against|versus|over|on|throughout|as|with|like|pre|post|[A-Z][a-z]+)"
    r"[\s-]+|(?:\b(?:the|a|an|its|his|her|their|our|this|that)|['\u2019]s)\s+|\(|^|[;,]\s+)$"
)
_NUMBERED = re.compile(
    r"\b(?:resolution|flight|act|article|section|room|page|no|number|model|boeing|unit|route|highway|some|about|nearly|almost|least|"
    r"than|over|around|paragraph|channel|fm|case|law|decree|brigade|class|block|building|squadron|estimated|another|with|as|like|"
    r"killed|wounded|injured|displaced|detained|arrested|and|to|or|against|versus|at|on)\.?\s+$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s+(?:people|persons|soldiers|troops|civilians|fighters|men|women|children|militants|rebels|police|refugees|others|dead|wounded|"
    r"km|kilomet|miles|met(?:er|re)s|feet|foot|tons|tonnes|barrels|dollars|euros|pounds|rubles|roubles|million|billion|thousand|per\s?cent|"
    r"percent|houses|homes|families|cases|members|prisoners|hostages|tanks|vehicles|villages|workers|students|villagers|residents|"
    r"hours|hrs|gmt|utc|local\s+time|hectares|acres|points|calories|times|days|years|months|weeks|households|schools|buildings|"
    r"(?:[a-z]+\s+)?(?:people|soldiers|troops|civilians|fighters|refugees|families))\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(?:in|since|by|until|till|during|year|early|late|mid|before|after)[\s-]+$", re.IGNORECASE)


def _year(text: str, match: re.Match[str]) -> Atom | None:
    """A bare number as a year: only after words that go with years, and never before a counted noun."""
    year = int(match.group("year"))
    before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 30]
    if _COUNTED.match(after) or before.endswith(("$", "\u20ac", "\u00a3", "#", "/")):
        return None
    if re.match(r"\s*(?:BC|BCE|B\.C\.)", after):
        return Atom(match.start(), match.end() + len(after) - len(after.lstrip()) + 2, "vague", which="era")
    strong = _STRONG.search(before)
    if strong is None:
        if not _YEAR_BEFORE.search(before) and match.start() > 0:
            return None
        if not 1700 <= year <= 2099:
            return None
        if _NUMBERED.search(before) and not re.search(
            r"\b(?:from|between|in)\s+(?:\w+\s+)?\d{4}\s+(?:and|to)\s+$|\b\d{4}s?,?\s+(?:and|or|to)\s+$|\d{4}\s+to\s+$|compared\s+with\s+$|"
            r"(?:higher|lower|more|less|fewer|worse|better)\s+than\s+$",
            before[-40:],
            re.IGNORECASE,
        ):
            return None
        if re.search(r"\b[A-Z][a-z]+\s+$", before) and not re.search(
            r"\b(?:In|Since|By|From|During|The|Until|Before|After|Of|(?:Spring|Summer|Autumn|Winter|Year|Christmas|Easter|Ramadan))\s+$",
            before,
        ):
            return None
    return Atom(match.start(), match.end(), "year", year=year)


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
