"""Quantity expressions in a text: number, bound words, range, percent sign, unit, currency, age. Pure strings, linear in the text.

`scan` finds every expression and gives its value; what a bare number counts is for the components with a tree
(`annotate/counts.py`, `annotate/money.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache

from conflict_extract.lexicons.quantities import person_nouns
from conflict_extract.values import bounds as bound_words
from conflict_extract.values.glue import AGE_MONTHS, Item, glue
from conflict_extract.values.masks import masked
from conflict_extract.values.money import Currency
from conflict_extract.values.numbers import Number, find_numbers
from conflict_extract.values.ranges import merge
from conflict_extract.values.reject import (
    is_counted_noun,
    word_after,
    word_before,
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A quantity expression.

    Attributes:
        start, end: offsets with bound words, currency and unit, without a counted noun.
        number: offsets of the bare number (of a range: from the first to the last digit or word).
        core: end of number, currency and unit, without bound words after them.
        kind: count, money, percent, duration, measure, age.
        value, low, high: the value, or the ends of a range or vague number.
        comparator: = ~ > >= < <= range.
        modifier: the bound's words as written, None without.
        vague: the vague words in lower case, None without.
        whole: whether whole things can be counted by it.
        unit: as written ("%" for percentages, "" for counts and money).
        currency: the currency form of money.
        attached: the noun joined by a hyphen ("member" in "12-member").
        scope: "further" when the words say so ("another 12").
        time_like: a duration that only places something in time ("two days ago", "in the past 24 hours").
        rule: which rule made it.
        replaces: index (in the list that `scan` returns) of the figure that this one replaces ("from 27 to 31"), or -1.
    """

    start: int
    end: int
    number: tuple[int, int]
    core: int
    kind: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    comparator: str = "="
    modifier: str | None = None
    vague: str | None = None
    whole: bool = True
    unit: str = ""
    unit_name: str = ""
    dimension: str = ""
    currency: Currency | None = None
    attached: str | None = None
    scope: str | None = None
    time_like: bool = False
    rule: str = "number"
    form: str = "digits"
    replaces: int = -1


@lru_cache(maxsize=4)
def scan(text: str) -> tuple[Expression, ...]:
    """All quantity expressions of a text in order.

    Args:
        text: any string.

    Returns:
        Expressions with exact offsets.

    >>> text = "At least 42 villagers, 20 to 30 per cent, US$2.6bn, about 45km (28 miles) and two pickup trucks"
    >>> for e in scan(text): print(text[e.start:e.end], e.kind, e.value, e.low, e.high, e.comparator, e.unit or None)
    At least 42 count 42.0 None None >= None
    20 to 30 per cent percent None 20.0 30.0 range %
    US$2.6bn money 2600000000.0 None None = None
    about 45km measure 45.0 None None ~ km
    28 miles measure 28.0 None None = miles
    two count 2.0 None None = None
    """
    masks = masked(text)
    ends = [end for _, end, _ in masks]
    items: list[Item] = []
    for number in find_numbers(text):
        position = bisect_right(ends, number.start)
        if position < len(masks) and masks[position][0] < number.end:
            continue
        item = glue(text, number)
        if item is not None:
            items.append(item)
    items = merge(text, items)
    return tuple(_finish(text, items))


_PAST = re.compile(
    r"(?<![^\W_])(?:past|last|next|coming|previous|preceding|following|first|final|recent|latest|opening|closing|initial|another)\s(?:(?:about|around|nearly|almost|some)\s)?$",
    re.IGNORECASE,
)


_AGO = re.compile(
    r"\s(?:ago|later|earlier|before|after|afterwards?|hence|previously|from now|into|on from|prior|since|early|late|on\b(?=,))(?![^\W_])",
    re.IGNORECASE,
)


_DECADE = re.compile(r"(?<!\w)in (?:his|her|their|its)(?: (early|mid|late))?[ -]([2-9]0)s(?!\w)")


def _finish(text: str, items: list[Item]) -> list[Expression]:
    """Add bound words, and turn items into expressions."""
    out: list[Expression] = []
    for position, item in enumerate(items):
        previous = items[position - 1].end if position else 0
        expression = _expression(text, item, previous)
        if item.replaces and out:
            expression = replace(expression, replaces=len(out) - 1)
        if out and expression.comparator in ("<", "<=") and out[-1].comparator in (">", ">="):
            both = _both_bounds(text, out[-1], expression)
            if both is not None:
                out[-1] = both
                continue
        out.append(expression)
    for match in _DECADE.finditer(text):
        low = float(match[2])
        low, high = {"early": (low, low + 3), "mid": (low + 4, low + 6), "late": (low + 7, low + 9)}.get(
            match[1] or "", (low, low + 9)
        )
        at = match.start(2)
        out.append(
            Expression(
                at,
                match.end(),
                (at, match.end(2)),
                match.end(),
                "age",
                None,
                low,
                high,
                "range",
                unit="years",
                rule="decade of life",
            )
        )
    out.sort(key=lambda item: item.start)
    return out


def _both_bounds(text: str, left: Expression, right: Expression) -> Expression | None:
    """ "more than 20 but fewer than 30" as one range."""
    between = text[left.core : right.start].strip().lower().strip(",").strip()
    if (
        between not in ("but", "and", "", "but not", "and not")
        or right.start - left.core > 9
        or left.kind not in (right.kind, "count")
    ):
        return None
    if left.value is None or right.value is None or left.value >= right.value:
        return None
    words = f"{left.modifier} … {right.modifier}"
    return replace(
        right,
        start=left.start,
        number=(left.number[0], right.number[1]),
        value=None,
        low=left.value,
        high=right.value,
        comparator="range",
        modifier=words,
        rule="range",
    )


_ABOVE = (">", ">=", "<", "<=")


def _expression(text: str, item: Item, floor: int) -> Expression:
    """The expression of one item."""
    number, kind = item.number, item.kind
    value, low, high = number.value, number.low, number.high
    whole = number.whole and kind == "count"
    unit, name, dimension = "", "", ""
    if item.unit is not None:
        unit, name, dimension = item.unit.written, item.unit.name, item.unit.dimension
        unit = {"′": "feet", "″": "inches"}.get(unit, unit)
    if kind == "percent":
        unit = "percentage points" if name == "percentage point" else "%"
    if kind == "age":
        match = AGE_MONTHS.match(text, item.span[1])
        unit = (match[1].lower().rstrip("s") + "s") if match else "years"
    if item.rule == "fraction" and value is not None:
        value = float(f"{100 * value:.9g}")
    comparator = "="
    if item.low is not None:
        low, high, value, comparator = item.low.value, number.value, None, "range"
        whole = whole and item.low.whole
    if item.negative:
        value = None if value is None else -value
        if low is not None and high is not None:
            low, high = -high, -low
    start, modifier, strength, scope = item.start, None, comparator, None
    at = item.start
    for _ in range(3):
        found = bound_words.before(text, at)
        if found is None or found.start < floor:
            break
        entry = found.entry
        if entry.needs and kind not in entry.needs:
            break
        words = text[found.start : found.end].lower()
        if not _fits(text, words, kind, found.start, number):
            break
        at = found.start
        if entry.comparator is None:
            scope = entry.scope or scope
            if entry.scope:
                start = found.start
            continue
        if entry.comparator in _ABOVE or strength == "=":
            if strength == "range" and entry.comparator == "~":
                pass
            elif strength != "range":
                strength = entry.comparator
            modifier = (
                text[found.start : found.end]
                if modifier is None
                else text[found.start : found.start + (found.end - found.start)] + " " + modifier
            )
        start = found.start
        if entry.comparator in _ABOVE:
            break
    comparator = strength
    end = core = item.end
    follow = bound_words.after(text, end)
    if follow is None and item.unit is not None and item.unit.start > item.span[1] + 1:
        follow = bound_words.after(text, item.span[1])  # "20-plus months"
    if (
        follow is not None
        and not (follow.entry.phrase == "plus" and re.match(r"\s\d", text[follow.end : follow.end + 2]))
        and not (
            follow.entry.phrase in ("minimum", "maximum", "odd")
            and kind == "count"
            and word_after(text, follow.end)[:1].islower()
            and follow.entry.phrase != "odd"
        )
    ):
        if comparator in ("=", "~"):
            comparator = follow.entry.comparator or comparator
        modifier = " ".join(
            filter(None, (modifier, text[follow.start : follow.end].strip("-+ ") or text[follow.start : follow.end]))
        )
        end = max(end, follow.end)
    some = re.match(r"-something(?![a-z])", text[end : end + 12])
    if some and value is not None and value % 10 == 0 and value >= 20 and kind == "count":
        low, high, value, comparator, modifier = value + 1, value + 9, None, "range", "something"
        end = core = end + len("-something")
    time_like = kind == "duration" and bool(
        _PAST.search(text, max(0, start - 24), start)
        or _PAST.search(text, max(0, item.start - 24), item.start)
        or _AGO.match(text, core)
    )
    if number.vague and value is not None and comparator == "=":
        comparator = "~"
    if (
        kind == "count"
        and modifier
        and modifier.lower() in ("under", "over", "above", "below")
        and _age_of_persons(text, start, end, value)
    ):
        kind, unit, whole = "age", "years", False
    if value is None and low is not None and comparator in ("=", "~"):
        comparator = "range"
    return Expression(
        start,
        end,
        item.span,
        core,
        kind,
        value,
        low,
        high,
        comparator,
        modifier,
        number.vague,
        whole,
        unit,
        name,
        dimension,
        item.currency,
        item.attached,
        scope,
        time_like,
        item.rule,
        number.form,
    )


def _age_of_persons(text: str, start: int, end: int, value: float | None) -> bool:
    """Whether "under five" behind a noun for people is an age."""
    noun = word_before(text, start).lower()
    follow = word_after(text, end).lower()
    return (
        value is not None
        and 0 < value <= 110
        and noun in person_nouns()
        and not (follow and (is_counted_noun(follow) or follow in ("of", "percent", "per")))
    )


def _fits(text: str, words: str, kind: str, start: int, number: Number) -> bool:
    """Whether an ambiguous bound word is one here ("over three days" and "near 12 villages" are not)."""
    if words in ("near", "near to") and kind not in ("percent", "money", "measure"):
        return False
    if words == "over" and kind == "duration":
        return word_before(text, start).lower() in (
            "for",
            "lasted",
            "of",
            "takes",
            "took",
            "in",
            "lasting",
            "spent",
            "after",
            "well",
            "just",
            "slightly",
        )
    if words in ("under", "over", "above", "below") and kind == "count" and number.form == "fraction":
        return False
    return not (words in ("plus", "other") and kind != "count")
