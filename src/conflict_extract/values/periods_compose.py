"""Joins atoms to whole time expressions: weekday and date, day and hour, two ends of a range, preposition and modifier."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from conflict_extract.values.periods_atoms import find_atoms
from conflict_extract.values.periods_makers import Atom
from conflict_extract.values.periods_patterns import DASH

DAYISH = frozenset({"day", "weekday", "relday", "stamp", "numeric", "holiday", "anaphor"})
_GAP = 28


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole time expression in a text.

    `start`, `end`: offsets with preposition and modifier; `core`: offset of the main atom. `main`: the atom that gives the date.
    `edge`: the preposition that bounds it (since, until, by, before, after, from, as of, in, on …). `modifier`: early, mid, late,
    start, end, earlier, later, so far, week ("the week of 4 March"). `upper`: the other end of a range. `offset`: the year of "March last year" relative to the
    anchor's (-1, 0, 1). `week`: likewise the week of "Friday of last week". `nth`: the 2 of "the second Monday of March". `length`: the three months of
    "the three months to June". `loose`: the period only names an event in it ("since last year's coup").
    """

    start: int
    end: int
    core: int
    main: Atom
    edge: str | None = None
    modifier: str | None = None
    upper: Expression | None = None
    offset: int | None = None
    week: int | None = None
    nth: int | None = None
    length: Atom | None = None
    loose: bool = False
    clock: str | None = None
    clock_to: str | None = None
    daypart: str | None = None


def _gap(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_COMMA = _gap(r",?\s+(?:the\s+)?")
_AT = _gap(r",?\s+(?:at\s+|from\s+|between\s+|by\s+|just\s+|shortly\s+|about\s+|around\s+|approximately\s+|after\s+|before\s+)*")
_ON = _gap(r"(?:,?\s+(?:(?:on|of|hours\s+of)\s+)?(?:the\s+(?:night|morning|afternoon|evening)\s+of\s+)?(?:early\s+|late\s+)?)")
_IN_THE = _gap(r",?\s+(?:(?:in|at|during)\s+)?")
_OF = _gap(r",?\s+(?:of\s+)?")
_OF_IN = _gap(r"\s+(?:of|in)\s+")
_ENDED = _gap(r",?\s+(?:to|ended|ending|through)\s+(?:the\s+end\s+of\s+)?(?:on\s+)?")
_ON_DAY = _gap(r",?\s+on\s+")
_TO = _gap(
    rf"\s*(?:{DASH}|\bto\b|\bup\s+to\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b|\binto\b)\s*(?:the\s+|late\s+|early\s+|mid[- ])*"
)
_AND = _gap(r",?\s+and\s+(?:the\s+|late\s+|early\s+|mid[- ])*")
_OPEN = _gap(r",?\s*\(\s*(?:on\s+|i\.e\.\s+)?")
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+|around\s+|the\s+|late\s+|early\s+|mid-)*$", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:postpon\w+|mov(?:ed?|ing)|delay\w*|brought\s+forward|push\w*(?:\s+back)?|chang\w+|reschedul\w+|shift\w*|put\s+back|rose|fell|"
    r"increas\w+|up|down|grew|declin\w+|dropp\w+)\s+(?:\S+\s+){0,5}from\s+$",
    re.IGNORECASE,
)
_YEAR_OFFSETS = {
    "last": -1,
    "past": -1,
    "previous": -1,
    "this": 0,
    "current": 0,
    "bare": 0,
    "next": 1,
    "coming": 1,
    "before last": -2,
}


def _between(text: str, start: int) -> bool:
    return _BETWEEN.search(text, max(0, start - 30), start) is not None


def _matches(pattern: re.Pattern[str], gap: str) -> bool:
    return pattern.fullmatch(gap) is not None


def _dayish(part: Expression) -> bool:
    return part.main.kind in DAYISH


def _draft(atom: Atom) -> Expression:
    part = Expression(atom.start, atom.end, atom.start, atom, daypart=atom.daypart)
    if atom.kind in ("clock", "stamp"):
        part = replace(part, clock=atom.clock, clock_to=atom.clock_to)
    return part


def _join(text: str, left: Expression, right: Expression) -> Expression | None:
    """The two as one expression, or None when they are two."""
    gap = text[left.end : right.start]
    if len(gap) > _GAP or "\n\n" in gap:
        return None
    a, b = left.main, right.main
    bracketed = _matches(_OPEN, gap) and text[right.end : right.end + 1] == ")"
    dated = b.kind in ("day", "stamp", "numeric") and not left.upper
    if a.kind == "weekday" and dated and (bracketed or _matches(_COMMA, gap)):
        end = right.end + (1 if "(" in gap else 0)
        main = replace(b, weekday=a.weekday) if b.kind == "day" else b
        return replace(left, end=end, main=main, daypart=left.daypart or right.daypart, clock=left.clock or right.clock)
    if _dayish(left) and b.kind in ("day", "stamp", "weekday") and bracketed:
        if a.kind == "relday" or (a.kind == "anaphor" and b.kind != "weekday"):
            return replace(left, end=right.end + 1, main=b)
        if a.kind == "day" and b.kind == "weekday":
            return replace(left, end=right.end + 1, main=replace(a, weekday=b.weekday))
    joined = _join_hours(text, left, right, gap) or _join_calendar(text, left, right, gap)
    return joined or _join_range(text, left, right, gap)


def _join_hours(text: str, left: Expression, right: Expression, gap: str) -> Expression | None:
    """Clock times and parts of the day beside a day."""
    a, b = left.main, right.main
    if a.kind == "clock" and b.kind == "clock":
        if _matches(_TO, gap) or (_matches(_AND, gap) and _between(text, left.start)):
            low = left.clock
            if low and right.clock and "Z" in right.clock and "Z" not in low:
                low += "Z"
            return replace(left, end=right.end, clock=low, clock_to=right.clock)
        if _matches(_OPEN, gap) and text[right.end : right.end + 1] == ")":
            return replace(left, end=right.end + 1)
        return None
    if a.kind == "clock" and (_dayish(right) or b.kind == "daypart"):
        closing = text[right.end : right.end + 1] == ")" and "(" in text[left.start : right.start]
        if _matches(_ON, gap) or _matches(_IN_THE, gap) or _matches(_gap(r"\)?,?\s+(?:on\s+)?"), gap):
            return replace(
                right, start=left.start, clock=left.clock, clock_to=left.clock_to, end=right.end + (1 if closing else 0)
            )
    if _dayish(left) and b.kind == "clock" and left.clock and left.clock_to is None:
        if _matches(_TO, gap) or (_matches(_AND, gap) and re.search(r"\bbetween\b", text[left.start : right.start])):
            return replace(left, end=right.end, clock_to=right.clock)
        return None
    if (_dayish(left) or a.kind == "daypart") and b.kind == "clock" and left.clock is None:
        if _matches(_AT, gap):
            return replace(left, end=right.end, clock=right.clock, clock_to=right.clock_to)
        return None
    if a.kind == "daypart" and _dayish(right) and _matches(_ON, gap):
        return replace(right, start=left.start, core=right.core, daypart=left.daypart, clock=right.clock or left.clock)
    if _dayish(left) and b.kind == "daypart" and left.daypart is None and _matches(_IN_THE, gap):
        return replace(left, end=right.end, daypart=right.daypart)
    return None


def _join_calendar(text: str, left: Expression, right: Expression, gap: str) -> Expression | None:
    """Join "March last year", "Friday of last week", "the first Monday of March", "spring of 2014"."""
    a, b = left.main, right.main
    open_year = a.kind in ("month", "day", "season", "part", "holiday") and (a.year, a.which, a.offset) == (None, None, None)
    if b.kind == "unit" and b.unit == "year" and open_year and _matches(_OF, gap):
        return replace(left, end=right.end, offset=_YEAR_OFFSETS.get(b.which or "", 0))
    if b.kind == "year" and a.kind in ("season", "holiday", "part") and a.year is None and _matches(_OF, gap):
        return replace(left, end=right.end, main=replace(a, year=b.year))
    if a.kind == "weekday" and a.which is None and b.kind == "unit" and b.unit == "week" and _matches(_OF, gap):
        return replace(left, end=right.end, week=_YEAR_OFFSETS.get(b.which or "", 0))
    if a.kind == "unit" and a.unit == "week" and b.kind == "weekday" and b.which is None and _matches(_ON_DAY, gap):
        return replace(right, start=left.start, core=right.core, week=_YEAR_OFFSETS.get(a.which or "", 0))
    if a.kind == "span" and b.kind in ("day", "month", "stamp", "numeric") and _matches(_ENDED, gap):
        return replace(right, start=left.start, core=left.core, length=a)
    if a.kind == "weekday" and a.which == "last" and b.kind == "month" and _matches(_OF_IN, gap):
        the = 4 if re.search(r"\bthe\s$", text[max(0, left.start - 5) : left.start], re.IGNORECASE) else 0
        return replace(left, start=left.start - the, end=right.end, nth=-1, main=replace(b, weekday=a.weekday))
    if a.kind == "weekday" and b.kind == "month" and _matches(_OF_IN, gap):
        before = re.search(
            r"\b(?:the\s+)?(first|second|third|fourth|last)\s+$", text[max(0, left.start - 16) : left.start], re.IGNORECASE
        )
        if before:
            nth = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}[before.group(1).lower()]
            return replace(
                left, start=left.start - len(before.group()), end=right.end, nth=nth, main=replace(b, weekday=a.weekday)
            )
    return None


_RANGE_KINDS = {
    "day": "day", "weekday": "day", "stamp": "day", "numeric": "day", "relday": "day", "month": "month", "year": "year", "season": "season",
    "part": "part", "years": "years", "holiday": "day",
}  # fmt: skip


def _join_range(text: str, left: Expression, right: Expression, gap: str) -> Expression | None:
    """Join "from Monday to Wednesday", "March-May 2023", "between 2014 and 2016"."""
    a, b = left.main, right.main
    kinds = _RANGE_KINDS.get(a.kind), _RANGE_KINDS.get(b.kind)
    if None in kinds or left.upper or right.upper:
        return None
    compatible = kinds[0] == kinds[1] or kinds in (
        ("month", "day"),
        ("day", "month"),
        ("year", "month"),
        ("month", "year"),
        ("year", "day"),
    )
    if not compatible or b.which or (a.listed and a.day_to):
        return None
    before = text[max(0, left.start - 60) : left.start]
    if _matches(_AND, gap):
        if not _between(text, left.start):
            return None
    elif not _matches(_TO, gap):
        return None
    elif re.search(r"[a-z]", gap, re.IGNORECASE):
        if _MOVED.search(before):
            return None
        if kinds[0] != kinds[1] and not re.search(r"\bfrom\s+(?:\w+\s+)?$", before, re.IGNORECASE):
            return None
    return replace(left, end=right.end, upper=right)


_MODIFIERS = {
    "early": "early", "very early": "early", "mid": "mid", "middle": "mid", "late": "late", "start": "start", "beginning": "start",
    "turn": "start", "end": "end", "close": "end", "earlier": "earlier", "later": "later", "so far": "so far", "week": "week",
}  # fmt: skip
_MOD = re.compile(
    r"\b(?:the\s+)?(?:(?P<mod>very\s+early|early|mid|late|earlier|later|so\s+far)(?:-|\s+(?:(?:on|in)\s+)?(?:the\s+)?)|"
    r"(?P<edge>middle|start|beginning|turn|end|close)(?:-|\s+of\s+)(?:the\s+)?|(?P<week>week)\s+(?:of|beginning|starting|commencing)\s+(?:the\s+)?)$",
    re.IGNORECASE,
)
_EDGE = re.compile(
    r"\b(?P<edge>(?:ever\s+)?since|up\s+until|until|till|by|before|after|prior\s+to|ahead\s+of|as\s+of|as\s+from|as\s+at|from|through|throughout|"
    r"over|during|in|on|at|within|for|between|of|to|inside|across)\s+(?:(?:the|about|around|some|nearly|almost|at\s+least|shortly|just)\s+)*$",
    re.IGNORECASE,
)
_EDGES = {
    "ever since": "since",
    "up until": "until",
    "till": "until",
    "prior to": "before",
    "ahead of": "ahead",
    "as at": "as of",
    "as from": "from",
}
_KEPT_OUT = re.compile(r"\b(?:every|each|most|any|one|no|some|another)\s+(?:other\s+)?$", re.IGNORECASE)
_NOUN_AFTER = re.compile(
    r"\s+(?!(?:in|on|at|of|to|for|and|or|but|when|that|which|who|with|from|by|after|before|was|is|has|had|as|night|morning|afternoon|evening)\b)"
    r"[A-Za-z]{3}"
)
_OF_NOUN = re.compile(r"\s+of\b")
_ARTICLE = re.compile(r"\b(?:a|an)\s+$", re.IGNORECASE)
_IN_SPAN = frozenset({"since", "until", "by", "before", "after", "ahead", "from", "as of", "through", "throughout", "over", "during", "in", "on",
                      "at", "within", "between", "for"})  # fmt: skip


def _finish(text: str, part: Expression) -> Expression | None:
    """The expression with what stands before it; None when it is no time after all."""
    start = part.start
    window = text[max(0, start - 40) : start]
    if _KEPT_OUT.search(window) and part.main.kind in ("weekday", "month", "season", "unit", "daypart", "holiday"):
        return None
    indefinite = _ARTICLE.search(window) and part.main.kind in ("weekday", "month", "season", "daypart")
    if indefinite and (part.main.kind == "daypart" or not _NOUN_AFTER.match(text, part.end)):
        return None
    if part.main.kind == "daypart" and _OF_NOUN.match(text, part.end):
        return None
    modifier = edge = None
    found = _MOD.search(window)
    if found and part.main.kind not in ("clock", "span", "ago", "vague"):
        name = re.sub(r"\s+", " ", (found.group("mod") or found.group("edge") or found.group("week")).lower())
        modifier = _MODIFIERS.get(name, name)
        if modifier == "week" and part.main.kind not in DAYISH:
            return None
        start -= len(found.group())
        window = window[: len(window) - len(found.group())]
    elif part.main.kind == "span" and re.match(
        r"about|around|nearly|almost|more|over|some|roughly|at|less|the", text[start : start + 8]
    ):
        pass
    found = _EDGE.search(window)
    if found:
        edge = re.sub(r"\s+", " ", found.group("edge").lower())
        edge = _EDGES.get(edge, edge)
        if edge in _IN_SPAN:
            start -= len(found.group())
    main = part.main
    if (
        main.kind == "anaphor"
        and main.which == "next"
        and edge in ("over", "in", "within", "during", "for", "through", "throughout")
    ):
        part = replace(part, main=replace(main, kind="rolling"))
    end = part.end
    if part.main.kind in ("weekday", "day", "relday", "month", "year", "unit", "season", "holiday", "anaphor", "years"):
        end += len(m.group()) if (m := re.match(r"['\u2019]s\b", text[end : end + 2])) else 0
    if part.main.kind == "span" and not (
        part.main.which or edge in ("in", "within", "for", "after", "over", "during", "throughout", "inside")
    ):
        return None
    undated_season = part.main.kind == "season" and part.main.which == "the" and not part.main.year and part.offset is None
    if undated_season and edge not in ("in", "during", "over", "since", "until", "by", "throughout", "before", "after"):
        return None
    bare_daypart = part.main.kind == "daypart" and part.clock is None and modifier is None
    if bare_daypart and edge not in ("in", "at", "during", "before", "after", "on", "by", "until", "since", "throughout"):
        return None
    named = text[part.core - 4 : part.core].lower() == "the " or part.main.text.lower().startswith("the ")
    loose = (
        edge == "since"
        and main.kind in ("year", "years", "month", "unit", "season")
        and (end > part.end or (named and main.kind == "year"))
    )
    return replace(part, start=start, end=end, edge=edge, modifier=modifier, loose=loose)


def find_expressions(text: str) -> list[Expression]:
    """All time expressions of a text in order, not overlapping.

    >>> text = "Troops left on Monday 19 December at 3 pm and have not been seen since early 2014, he said last week."
    >>> [text[part.start : part.end] for part in find_expressions(text)]
    ['on Monday 19 December at 3 pm', 'since early 2014', 'last week']
    """
    parts: list[Expression] = []
    for atom in find_atoms(text):
        between = _between(text, atom.start) or re.search(r"\bfrom\s+$", text[max(0, atom.start - 8) : atom.start]) is not None
        if atom.kind == "day" and atom.listed and atom.day_to and not between:
            second = re.compile(rf"(?:and|or)\s+(?:the\s+)?(?={atom.day_to})").search(text, atom.start, atom.end)
            cut = second.end() if second else atom.end
            first_end = second.start() if second else atom.end
            parts.append(_draft(replace(atom, end=max(atom.start + 1, len(text[:first_end].rstrip()) if first_end - atom.start < 60 else first_end),
                                        day_to=None, listed=False)))  # fmt: skip
            parts.append(_draft(replace(atom, start=cut, day=atom.day_to, day_to=None, listed=False)))
        else:
            parts.append(_draft(atom))
    joined: list[Expression] = []
    for part in parts:
        while joined:
            both = _join(text, joined[-1], part)
            if both is None:
                break
            joined.pop()
            part = both
        joined.append(part)
    found: list[Expression] = []
    reached = 0
    for part in joined:
        whole = _finish(text, part)
        if whole is not None:
            if whole.start < reached:
                whole = replace(whole, start=max(reached, part.start))
            found.append(whole)
            reached = whole.end
    return found
