"""Whether a month's name or a bare number stands for a month or a year where it stands."""

from __future__ import annotations

import re

from conflict_extract.lexicons.times import words_of
from conflict_extract.values.periods_patterns import DASH


def group(match: re.Match[str], name: str) -> str | None:
    """A group in lower case with single spaces; None when it is absent or empty."""
    value = match.groupdict().get(name)
    return re.sub(r"\s+", " ", value).lower() if value else None


_STRONG = re.compile(r"\b(?:in|since|by|until|till|during|year|early|late|mid|before|after)[\s-]+$", re.IGNORECASE)
_PLAIN = re.compile(
    r"(?:\b(?:from|of|for|through|between|circa|back|fiscal|end|throughout|pre|post|spring|summer|autumn|fall|winter|christmas|easter|ramadan|"
    r"compared\s+(?:with|to))[\s-]+|\(|[;,]\s+)$",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"(?:\b(?:the|a|an|its|his|her|their|our|this|that|my|your)|['\u2019]s?)\s+(?:(?!(?:first|last|next|other|some)\s)[a-z]+\s+)?$",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\b(?:and|to|as|with|like|or|against|versus|at|on|over|about|around|than|was|is|be|said|says|that|but)\s+$", re.IGNORECASE
)
_RANGE_BEFORE = re.compile(
    r"\b(?:from|between|in)\s+(?:\w+\s+)?\d{4}\s+(?:and|to)\s+$|\b\d{4}s?,?\s+(?:and|or|to|through|until)\s+$|"
    r"(?:higher|lower|more|less|fewer|worse|better)\s+than\s+$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:resolution|flight|act|article|section|room|page|no|number|model|boeing|unit|route|highway|paragraph|channel|fm|case|law|decree|"
    r"brigade|class|block|building|squadron|some|nearly|almost|least|most|estimated|another|exactly|roughly|approximately|only|"
    r"killed|wounded|injured|displaced|detained|arrested|up\s+to|more\s+than)\.?\s+$",
    re.IGNORECASE,
)
_YEAR_VERB = re.compile(r"\s+(?:has|was|is|will|had|saw|would|marked|brought|could)\b")
_COUNTED = re.compile(
    r"\s+(?:people|persons|soldiers|troops|civilians|fighters|men|women|children|militants|rebels|police|refugees|others|dead|wounded|"
    r"km|kilomet|miles|met(?:er|re)s|feet|foot|tons|tonnes|barrels|dollars|euros|pounds|rubles|roubles|million|billion|thousand|per\s?cent|"
    r"percent|houses|homes|families|cases|members|prisoners|hostages|tanks|vehicles|villages|workers|students|villagers|residents|"
    r"hours|hrs|gmt|utc|local\s+time|hectares|acres|points|calories|times|days|years|months|weeks|households|schools|buildings|"
    r"(?:[a-z]+\s+)?(?:people|soldiers|troops|civilians|fighters|refugees|families))\b",
    re.IGNORECASE,
)


_MONTH_FOLLOWS = re.compile(
    rf"\s+(?:of\s+)?(?:last|this|next)\s+year\b|\s*(?:{DASH}|to)\s*(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)\b"
)


_MONTH_NOUN = re.compile(
    r"\s+(?!(?:in|on|at|to|for|through|from|by|with|against|and|or|was|is|has|of|that|which|toward|into|over)\b)[a-z]{3}"
)


_MONTH_BEFORE = re.compile(
    rf"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s*(?:{DASH}|to|and)\s*$"
)


def month_is_month(text: str, match: re.Match[str]) -> bool:
    """Whether a month's name that has other meanings ("may", "March") or is short stands as a month here."""
    written = match.group("month")
    word = words_of("month")[written.lower()]
    if not word.short:
        return written[0].isupper() or group(match, "day") is not None
    if written[0].islower():
        return group(match, "day") is not None and group(match, "year") is not None
    if group(match, "day") or group(match, "year") or group(match, "which"):
        return True
    if _MONTH_FOLLOWS.match(text, match.end("month")):
        return True
    before = text[max(0, match.start() - 24) : match.start()]
    if _MONTH_BEFORE.search(before):
        return True
    if _DETERMINED.search(before) and _MONTH_NOUN.match(text, match.end("month")):
        return True
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


def stands_for_year(text: str, start: int, end: int, year: int) -> bool:
    """Whether a bare number is a year: after words that go with years, never before a counted noun; a round number needs more."""
    before, after = text[max(0, start - 40) : start], text[end : end + 30]
    if _COUNTED.match(after) or before.endswith(("$", "\u20ac", "\u00a3", "#", "/")):
        return False
    if _STRONG.search(before):
        return True
    if not 1700 <= year <= 2099 or (_NUMBERED.search(before) and not _RANGE_BEFORE.search(before)):
        return False
    if not before or any(pattern.search(before) for pattern in (_PLAIN, _DETERMINED, _RANGE_BEFORE)):
        return True
    likely = 1900 <= year <= 2049 and year % 50 != 0
    return likely and bool(_SOFT.search(before) or _YEAR_VERB.match(after))
