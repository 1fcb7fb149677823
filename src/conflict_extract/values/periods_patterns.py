"""The patterns of the smallest time expressions, by the kind of word that makes one likely."""

from __future__ import annotations

import re
from functools import lru_cache

from conflict_extract.lexicons.times import holidays, words_of


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
def patterns() -> dict[str, list[tuple[str, tuple[str, ...], re.Pattern[str]]]]:
    """Patterns by kind of trigger, each with its maker's name and with strings one of which is in all that it matches (none named:
    any text may match). Built at the first use."""
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

    def build(*rows: tuple[str, str] | tuple[str, str, str]) -> list[tuple[str, tuple[str, ...], re.Pattern[str]]]:
        return [(row[0], tuple(row[2].split()) if len(row) > 2 else (), re.compile(row[1], flags)) for row in rows]

    return {
        "month": build(
            (
                "day",
                rf"\b(?:the\s+)?(?P<day>{DAY}){SUFFIX}(?:\s*(?:(?P<list>and|or)|{DASH}|to)\s*(?:the\s+)?(?P<day_to>{DAY}){SUFFIX})?"
                rf"(?:\s+of)?{DASH}?\s*{month}(?!-\d){plus_year}",
            ),
            (
                "day",
                rf"\b{month}(?:\s+|(?<=\.))(?:the\s+)?(?P<day>{DAY}){SUFFIX}(?![\d%]|:\d|[.,]\d|\s*[ap]\.?m\b){PLURAL_COUNT}"
                rf"(?:\s*(?:(?P<list>and|or)|{DASH}|to)\s*(?P<day_to>{DAY}){SUFFIX}(?![\d%]|:\d|[.,]\d|\s*[ap]\.?m\b))?"
                rf"(?:(?:,\s*|\s+){YEAR}{PLURAL_COUNT})?",
            ),
            ("month", rf"\b(?:(?P<which>last|next|this|this\s+past|this\s+coming)\s+)?{month}{plus_year}(?!\w|-(?-i:[a-z])|-\d)"),
            ("month", rf"\b{month}\s*['\u2019](?P<short_year>\d{{2}})(?!\d)", "' \u2019"),
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
                r"\b(?:(?P<before>the\s+day\s+before\s+yesterday)|(?P<after>the\s+day\s+after\s+tomorrow)|(?P<night>the\s+night\s+before\s+last)|"
                r"(?P<day>yesterday|today|tomorrow)(?:\s+(?P<daypart>morning|afternoon|evening|night))?|"
                r"(?P<this>tonight|this\s+(?P<part>morning|afternoon|evening))|(?P<last>last\s+(?:night|evening))|"
                r"(?P<over>overnight))\b",
            ),
        ),
        "unit": build(
            (
                "ago",
                rf"\b(?:(?:about|around|some|nearly|almost|more\s+than|less\s+than|fewer\s+than|over|under|just|only|barely|roughly|at\s+least)\s+)?{number}\s+{units}\s+ago\b",
                "ago",
            ),
            (
                "ago",
                r"\b(?:(?:only|just)\s+)?(?P<vague>(?:a\s+few|several|some|many|a\s+couple\s+of|a\s+number\s+of)?\s*"
                r"\b(?:hour|day|week|month|year|decade|minute)s)\s+ago\b",
                "ago",
            ),
            (
                "anaphor",
                rf"\b{number}\s+{units}\s+(?P<which>later|earlier|previously|afterwards|before|after)(?!\w)",
                "later earlier previously before after",
            ),
            (
                "anaphor",
                r"\b(?:the|that)\s+(?P<which>following|next|previous|preceding|same)\s+(?P<unit>day|week|weekend|month|year|night|"
                r"morning|afternoon|evening)\b(?!\s+of\b)",
                "following next previous preceding same",
            ),
            (
                "anaphor",
                r"\bthat\s+(?:very\s+)?(?P<same>(?P<unit>day|night|morning|week|weekend|month|year|afternoon|evening))\b",
                "that",
            ),
            (
                "anaphor",
                r"\bthe\s+(?P<unit>day|night|week|month|year)\s+(?P<which>before|after)\b(?!\s+(?:yesterday|tomorrow|last|next))",
                "before after",
            ),
            (
                "unit",
                r"\bthe\s+(?P<unit>week|weekend|month|year)\s+(?:(?P<before>before\s+last)|(?P<after>after\s+next))\b",
                "before after",
            ),
            (
                "rolling",
                rf"\b(?:the\s+|these\s+|this\s+)?(?P<which>past|last|previous|preceding|next|coming|following|first)\s+"
                rf"{number}\s+(?:or\s+so\s+)?{units}\b(?!\s+of\b)",
                "past last previous preceding next coming following first",
            ),
            (
                "vague",
                r"\b(?:the\s+|these\s+)?(?P<vague>(?:(?:past|last|next|coming|previous|following|recent|ensuing)\s+(?:few|several|couple\s+of|many)?"
                r"\s*|recent\s+|final\s+|early\s+|these\s+)(?:minute|hour|day|week|month|year|decade)s)\b",
                "past last next coming previous following recent ensuing final early these",
            ),
            (
                "rolling",
                r"\bthe\s+(?P<which>past|last|next|coming)\s+(?P<unit>hour|day|week|fortnight|month|year|quarter|decade|century)\b"
                r"(?!-|\s+of\b)",
                "past last next coming",
            ),
            (
                "unit",
                r"\b(?:the\s+)?(?P<which>last|this|next|past|previous|coming|current|this\s+past|this\s+coming|latest|present)\s+"
                r"(?:(?:calendar|working)\s+)?(?P<unit>week|weekend|fortnight|month|quarter|year|decade|century|day)(?!-|\w)(?!\s+(?:of|in)\s+"
                r"(?:the\s+)?(?:war|fighting|siege|campaign)\b)",
                "last this next past previous coming current latest present",
            ),
            ("unit", r"\bthe\s+(?P<bare>(?P<unit>weekend))\b(?!\s+of\b)", "weekend"),
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
                rf"\b(?:the\s+)?(?P<end>first|last|final)\s+(?P<months>{_choose('number')}|\d{{1,2}})\s+months\s+of\s+"
                rf"(?P<of>the\s+year|{YEAR}|this\s+year|last\s+year)\b",
            ),
            (
                "part",
                rf"\b(?:the\s+)?(?:(?P<fiscal>fiscal)\s+)?(?P<ordinal>first|second|third|fourth|final|last|latter|1st|2nd|3rd|4th)[- ]"
                rf"(?P<size>quarter|half)(?:\s+of\s+(?P<of>the\s+year|{YEAR}|this\s+year|last\s+year|next\s+year|"
                r"the\s+month|this\s+month|last\s+month|(?:the\s+)?fiscal\s+year))?\b",
            ),
            (
                "part",
                rf"\b(?:(?P<size_q>Q)(?P<q>[1-4])|(?P<size_h>H)(?P<h>[12]))(?!\s*(?:FY|F?Y\d))(?:\s+(?:of\s+)?(?P<of>{YEAR}))?\b",
            ),
        ),
        "century": build(("century", rf"\b(?:the\s+)?{ordinal}[- ](?:century|centuries)\b(?!-)")),
        "decade": build(("decade", rf"\bthe\s+(?P<decade>{_choose('decade')})\b")),
        "holiday": build(("holiday", rf"\b(?P<holiday>{_alternatives(list(holidays()))})(?!\w){plus_year}")),
        "clock": build(
            (
                "clock",
                rf"\b(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:%]|[.,/]\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?{local}{zone}{local}",
            ),
            ("clock", rf"\b(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap])(?:\.m\.|\.?m\b){local}{zone}{local}", "am pm a.m p.m"),
            (
                "clock",
                r"\b(?P<hour>[01]\d|2[0-3])h?(?P<minute>[0-5]\d)(?:\s+(?:hours|hrs|local\s+time)|(?=\s*(?:GMT|UTC)\b))" + zone,
                "hours hrs local gmt utc",
            ),
            ("clock", r"\b(?P<word>noon|midnight)\b", "noon midnight"),
            ("clock", rf"\b(?P<oclock>\d{{1,2}}|{_choose('number')})\s+o['\u2019]clock\b", "clock"),
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
