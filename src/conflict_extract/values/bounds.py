"""From a figure as written to what it asserts: `at_least`, `best`, `at_most`. The one place where this is computed.

The table (n: the value; a, b: the ends of a range):

====================================  =========  =====  =======
written                               at_least   best   at_most
====================================  =========  =====  =======
n                                     n          n      n
about n                               –          n      –
at least n                            n          n      –
more than n (whole counts)            n + 1      n + 1  –
more than n (else)                    n          n      –
nearly n, almost n                    –          n      n
fewer than n (whole counts)           –          –      n − 1
less than n (else)                    –          –      n
up to n, at most n                    –          –      n
a to b                                a          –      b
dozens (a vague word: its range)      24         –      99
at most a few hundred                 –          –      900
====================================  =========  =====  =======

A vague word with a bound keeps the side that the bound leaves: "more than a few hundred" is at least its lower end. A project may
read vague words by a rule of its own: `vague={"dozens": (24, 24, 99)}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from conflict_extract.lexicons.quantities import BoundPhrase, bound_phrases, word_set

VagueTable = Mapping[str, tuple[float | None, float | None, float | None]]
"""A project's own reading of vague words: words → (at_least, best, at_most)."""

NEARLY = frozenset(
    {
        "nearly",
        "almost",
        "not quite",
        "approaching",
        "nearing",
        "practically",
        "virtually",
        "just under",
        "just short of",
        "short of",
    }
)
"""Words of "<" that name the figure itself as the best reading (in contrast to "fewer than")."""


class Bounds(NamedTuple):
    """What a figure asserts; None where it asserts nothing."""

    at_least: float | None = None
    best: float | None = None
    at_most: float | None = None


def bounds(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    comparator: str = "=",
    whole: bool = True,
    vague: str | None = None,
    *,
    modifier: str | None = None,
    table: VagueTable | None = None,
) -> Bounds:
    """What a figure asserts, by the table in the module's docstring.

    Args:
        value: the value, None for a range.
        low, high: the ends of a range or of a vague word.
        comparator: one of = ~ > >= < <= range.
        whole: whether whole things are counted ("more than 3 people"), not a continuous quantity ("more than 3 per cent").
        vague: the vague words ("dozens"), None otherwise.
        modifier: the words of the bound; "nearly" and "almost" differ from "fewer than" although both are "<".
        table: own reading of vague words, by the words in lower case.

    Returns:
        Bounds of finite numbers or None.

    >>> bounds(12)
    Bounds(at_least=12.0, best=12.0, at_most=12.0)
    >>> bounds(240, comparator="~", modifier="about")
    Bounds(at_least=None, best=240.0, at_most=None)
    >>> bounds(42, comparator=">=", modifier="at least")
    Bounds(at_least=42.0, best=42.0, at_most=None)
    >>> bounds(50, comparator=">", modifier="more than")
    Bounds(at_least=51.0, best=51.0, at_most=None)
    >>> bounds(2.5, comparator=">", whole=False, modifier="more than")
    Bounds(at_least=2.5, best=2.5, at_most=None)
    >>> bounds(600, comparator="<", modifier="nearly")
    Bounds(at_least=None, best=600.0, at_most=600.0)
    >>> bounds(20, comparator="<", modifier="fewer than")
    Bounds(at_least=None, best=None, at_most=19.0)
    >>> bounds(3.5, comparator="<", whole=False, modifier="less than")
    Bounds(at_least=None, best=None, at_most=3.5)
    >>> bounds(9000, comparator="<=", modifier="up to")
    Bounds(at_least=None, best=None, at_most=9000.0)
    >>> bounds(None, 25, 28, "range")
    Bounds(at_least=25.0, best=None, at_most=28.0)
    >>> bounds(None, 24, 99, "=", vague="dozens")
    Bounds(at_least=24.0, best=None, at_most=99.0)
    >>> bounds(None, 200, 900, "<=", vague="a few hundred", modifier="at most")
    Bounds(at_least=None, best=None, at_most=900.0)
    >>> bounds(None, 200, 900, ">", vague="a few hundred", modifier="more than")
    Bounds(at_least=200.0, best=None, at_most=None)
    >>> bounds(None, 24, 99, "=", vague="dozens", table={"dozens": (24, 24, 99)})
    Bounds(at_least=24.0, best=24.0, at_most=99.0)
    >>> bounds(None)
    Bounds(at_least=None, best=None, at_most=None)
    """
    if vague is not None and table:
        own = table.get(vague.lower())
        if own is not None:
            return Bounds(*(_safe(x) for x in own))
    number, bottom, top = _safe(value), _safe(low), _safe(high)
    if number is None:
        if bottom is None and top is None:
            return Bounds()
        if comparator in (">", ">="):
            return Bounds(bottom, None, None)
        if comparator in ("<", "<="):
            return Bounds(None, None, top)
        return Bounds(bottom, None, top)
    counted = whole and number == math.floor(number)
    if comparator == "~":
        return Bounds(None, number, None)
    if comparator == ">=":
        return Bounds(number, number, None)
    if comparator == ">":
        more = number + 1 if counted else number
        return Bounds(more, more, None)
    if comparator == "<":
        if _is_nearly(modifier):
            return Bounds(None, number, number)
        return Bounds(None, None, number - 1 if counted else number)
    if comparator == "<=":
        return Bounds(None, None, number)
    return Bounds(number, number, number)


def _is_nearly(modifier: str | None) -> bool:
    """Whether the words name the figure as the best reading.

    >>> _is_nearly("Nearly"), _is_nearly("fewer than"), _is_nearly(None)
    (True, False, False)
    """
    words = (modifier or "").lower()
    return any(f" {phrase} " in f" {words} " for phrase in NEARLY)


def _safe(value: float | None) -> float | None:
    """A finite float or None."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


class Modifier(NamedTuple):
    """A bound phrase found beside a number: its offsets, the table's line and the kinds of quantity it needs."""

    start: int
    end: int
    entry: BoundPhrase


DEGREE = word_set(
    "just well slightly little far significantly considerably substantially much bit way somewhat marginally fractionally "
    "comfortably easily only even possibly perhaps currently already still now altogether reportedly potentially probably"
)
"""Adverbs before a bound phrase that belong to it ("just over", "well below")."""

_LONGEST = 6


def before(text: str, position: int) -> Modifier | None:
    """The bound phrase that ends directly before `position` (white space between), the longest one; else None.

    >>> before("with at least 12", 14).entry.comparator
    '>='
    >>> text = "killed well over 100"; found = before(text, 17); text[found.start : found.end], found.entry.comparator
    ('well over', '>')
    >>> before("the 12", 4) is None
    True
    """
    table = bound_phrases("before")
    last = _words_before(text, position, 1)
    if not last or text[last[0][0] : last[0][1]].lower() not in _outer_words("before"):
        return None
    spans = _words_before(text, position)
    for size in range(min(_LONGEST, len(spans)), 0, -1):
        entry = table.get(tuple(text[a:b].lower() for a, b in spans[-size:]))
        if entry is None:
            continue
        start = spans[-size][0]
        if entry.comparator in (">", "<", ">=", "<="):
            for a, b in reversed(spans[:-size]):
                if text[a:b].lower() not in DEGREE:
                    break
                start = a
            head = text[max(0, start - 2) : start].lower()
            if (text[start : start + 6].lower() == "little" and head == "a ") or (
                text[start : start + 3].lower() == "bit" and head == "a "
            ):
                start -= 2
        return Modifier(start, spans[-1][1], entry)
    return None


@lru_cache(maxsize=2)
def _outer_words(position: str) -> frozenset[str]:
    """The words of the bound phrases that stand next to the number."""
    return frozenset(words[-1 if position == "before" else 0] for words in bound_phrases(position))


def _words_before(text: str, position: int, most: int = 8) -> list[tuple[int, int]]:
    """Offsets of up to `most` words (or signs) before `position`, stopping at other punctuation."""
    spans: list[tuple[int, int]] = []
    end = position
    floor = max(0, position - 80)
    while len(spans) < most:
        while end > floor and text[end - 1] in " \t\u00a0\n\u202f\u2009":
            end -= 1
        if end <= floor:
            break
        start = end
        if text[end - 1] in "~≈<>≥≤=":
            while start > floor and text[start - 1] in "~≈<>≥≤=":
                start -= 1
        else:
            while start > floor and (
                text[start - 1].isalpha()
                or (text[start - 1] in ".-'’" and start < end and text[start].isalpha())
                or (text[start - 1] == "." and start == end and _abbreviation(text, floor, start))
            ):
                start -= 1
        if start == end:
            break
        spans.append((start, end))
        end = start
    spans.reverse()
    return spans


def _abbreviation(text: str, floor: int, end: int) -> bool:
    """Whether "c.", "ca." or "approx." ends at `end`."""
    return text[max(floor, end - 7) : end].lower().endswith(("approx.", " c.", " ca.", "(c.", "(ca."))


_AFTER_LONGEST = 5


def after(text: str, position: int) -> Modifier | None:
    """The bound phrase that starts at `position` (a comma or white space between), the longest one; else None.

    >>> after("12 or more", 2).entry.comparator, after("20-odd", 2).entry.comparator, after("60 and counting", 2).entry.comparator
    ('>=', '~', '>=')
    >>> after("12 men", 2) is None
    True
    """
    table = bound_phrases("after")
    for sign in ("+", "-plus", "-odd", "-ish"):
        stop = position + len(sign)
        if text[position:stop].lower() == sign and not text[stop : stop + 1].isalnum():
            return Modifier(position, stop, table[(sign,)])
    words: list[tuple[int, int]] = []
    start = position
    if text[start : start + 2] == ", ":
        start += 1
    ceiling = min(len(text), position + 48)
    while len(words) < _AFTER_LONGEST:
        while start < ceiling and text[start] in " \u00a0\n":
            start += 1
        end = start
        while end < ceiling and text[end].isalpha():
            end += 1
        if end == start or not (words or text[start:end].lower() in _outer_words("after")):
            break
        words.append((start, end))
        start = end
    for size in range(len(words), 0, -1):
        entry = table.get(tuple(text[a:b].lower() for a, b in words[:size]))
        if entry is not None and words[0][0] > position:
            if text[words[size - 1][1] : words[size - 1][1] + 4] == " of ":
                return None  # "three trucks and upwards of 200 men": the next figure's
            return Modifier(words[0][0], words[size - 1][1], entry)
    return None
