"""Quantity expressions in a text: number, bound words, range, percent sign, unit, currency, age. Pure strings, linear in the text.

`scan` finds every expression and gives its value; what a bare number counts is for the components with a tree
(`annotate/counts.py`, `annotate/money.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import lru_cache

from conflict_extract.lexicons.quantities import not_counted, person_nouns, word_set
from conflict_extract.values import bounds as bound_words
from conflict_extract.values.masks import masked
from conflict_extract.values.money import Currency, currency_after, currency_before
from conflict_extract.values.numbers import Number, find_numbers, suffix_value
from conflict_extract.values.reject import (
    is_counted_noun,
    is_identifier,
    is_label,
    is_pronoun_one,
    is_year,
    word_after,
    word_before,
)
from conflict_extract.values.units import Unit, unit_after


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


@dataclass(slots=True)
class _Item:
    """A number with what is glued to it, while ranges are still open."""

    number: Number
    start: int
    end: int
    kind: str = "count"
    unit: Unit | None = None
    currency: Currency | None = None
    attached: str | None = None
    negative: bool = False
    low: Number | None = None  # set on a merged range: the first number
    connector: str = ""
    span: tuple[int, int] = (0, 0)
    before: list[bound_words.Modifier] = field(default_factory=list)
    after: bound_words.Modifier | None = None
    rule: str = "number"
    replaces: bool = False


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
    items: list[_Item] = []
    for number in find_numbers(text):
        position = bisect_right(ends, number.start)
        if position < len(masks) and masks[position][0] < number.end:
            continue
        item = _glue(text, number)
        if item is not None:
            items.append(item)
    items = _merge(text, items)
    return tuple(_finish(text, items))


# -- a number and what is glued to it ----------------------------------------------------------------


_HYPHEN_NOUN = re.compile(r"[-‑]([a-z]{2,20})((?:[-‑][a-z]{1,14}){0,3})(?![A-Za-z\d])")
_AGE_AFTER = re.compile(r"(?:[-‑\s]years?[-‑\s]olds?|\s(?:years|year)\sof\sage|[-‑\s]y/?o)\b", re.IGNORECASE)
_AGE_MONTHS = re.compile(r"[-‑\s](months?|weeks?|days?|hours?)[-‑\s]old\b", re.IGNORECASE)
_AGE_BEFORE = re.compile(
    r"(?<![^\W_])(?:aged?|ages|the age of|aged between|ages between)(?: (?:only|just|about|around|between|under|over|from))?\s$",
    re.IGNORECASE,
)
_NAME_AGE = re.compile(r"[A-Z][\w’'.-]+,?(?: [A-Z][\w’'.-]+)?,\s$|[A-Z][\w’'-]+ \($")
_MONEY_OF = word_set(
    "aid debt debts damage damages funding investment investments assistance public taxpayer taxpayers their his her the its help "
    "savings revenue losses cash compensation weapons arms goods trade budget spending support money loans credit profit profits "
    "relief exports imports property sales annual government state new extra equipment"
)


def _glue(text: str, number: Number) -> _Item | None:
    """The number with currency, unit, suffix; None when it is no quantity."""
    if number.form == "bad":
        written = text[number.start : number.end]
        plain = (written.isdigit() and len(written) > 15) or "^" in written or (number.value is None and number.scale > 1)
        if not plain or is_identifier(text, number.start, number.end):
            return None
        return _Item(number, number.start, number.end, span=(number.start, number.end), rule="no certain value")
    span = (number.start, number.end)
    digits = text[number.start].isdigit() or text[number.start] == "."
    money = currency_before(text, number.start) if digits or text[number.start] in "½¼¾⅓" else None
    end = number.end
    if number.suffix:
        number, end = _suffix(text, number, money)
        span = (span[0], end)
    if (
        money is not None
        and money.needs_scale
        and number.scale == 1.0
        and (number.value or 0) < (1000 if len(money.form) == 3 else 100)
    ):
        money = None
    start = money.start if money else number.start
    item = _Item(number, start, end, span=span, currency=money)
    if money is not None:
        item.kind = "money"
        extra = currency_after(text, end)
        if extra is not None and set(extra.codes) & set(money.codes):
            item.end = extra.end
            item.currency = extra if len(extra.codes) < len(money.codes) else money
        if text[item.end : item.end + 1].isalpha():
            return None
        return _signed(text, item)
    age = _age(text, number, end)
    if age:
        item.kind, item.end, item.rule = "age", age, "age"
        return None if digits and is_identifier(text, number.start, number.start) else item
    name = currency_after(text, end)
    unit = unit_after(text, end)
    if name is None and unit is None and number.vague and text[end : end + 4] == " of ":
        name, unit = currency_after(text, end + 3), unit_after(text, end + 3)  # "hundreds of millions of dollars"
    if unit is None and name is None and number.form == "fraction" and _HALF_A.match(text, end):
        unit = unit_after(text, end + len(_HALF_A.match(text, end)[0].rstrip()))  # type: ignore[index]
    if unit is None and name is None:
        more = _MORE.match(text, end)
        if more:
            unit = unit_after(text, more.end())
            if unit is not None and (unit.symbol or unit.kind != "duration"):
                unit = None
    if (
        name is not None
        and name.form in ("p", "c")
        and name.start == end
        and 0 < (number.value or 0) < 200
        and number.scale == 1.0
    ):
        name = replace(name, needs_scale=False)
    if (
        name is not None
        and name.needs_scale
        and name.form not in ("¢",)
        and number.scale == 1.0
        and (number.value or 0) < (100 if not unit else 1e9)
    ):
        name = None
    if name is not None and name.form in ("pound", "pounds") and _is_weight(text, start, name):
        item.kind, item.end = "measure", name.end
        item.unit = Unit(name.start, name.end, "measure", text[name.start : name.end].lower(), "pound-mass", "mass")
        return item
    if name is not None and (unit is None or name.end >= unit.end):
        item.kind, item.end, item.currency = "money", name.end, name
        return item if not (digits and _glued_left(text, number.start)) else None
    if unit is not None and not (number.form in ("words", "vague") and unit.symbol and unit.kind != "percent"):
        item.kind, item.end, item.unit = unit.kind, unit.end, unit
        if unit.written in ("second", "seconds", "minute", "quarter") and number.form == "fraction":
            return None
        if unit.written == "s" and (number.value or 0) % 10 == 0:
            return None  # "40s" is a decade
        if digits and _glued_left(text, number.start) and text[number.start - 1] not in "-−–":
            return None
        if unit.written == "stone" and (number.value or 0) > 40:
            item.kind, item.end, item.unit = "count", end, None
        else:
            return _signed(text, item)
    return _bare(text, item, digits)


_HALF_A = re.compile(r"(?: of)? an? (?=[a-z])")
_MORE = re.compile(r"\s(?:more|additional|further|extra|straight|consecutive|full|whole|long|successive|solid)(?=\s)")


def _bare(text: str, item: _Item, digits: bool) -> _Item | None:
    """A number without unit or currency: a count, a fraction, or nothing."""
    number, end = item.number, item.end
    if number.form in ("ratio", "fraction") and (number.value or 0) < 1:
        return _proportion(text, item)
    if number.form == "ratio":
        return None
    if digits and (is_identifier(text, number.start, end) or is_year(text, number)):
        return None
    if digits and text[end : end + 2] in ("'s", "’s") and not text[end + 2 : end + 3].isalnum():
        return None  # "the 60's"
    if is_label(text, number) or is_pronoun_one(text, number):
        return None
    if digits and _NAME_AGE.search(text, max(0, number.start - 40), number.start) and _plain_age(text, number, end):
        item.kind, item.rule = "age", "name and age"
        return item
    if not digits and number.start > 0 and text[number.start - 1] in "-‑" and text[number.start - 2 : number.start - 1].isalpha():
        return None
    match = _HYPHEN_NOUN.match(text, end)
    if match:
        word = match[1]
        if word in ("for", "by", "on", "against", "v", "vs") and match[2] == "":
            return None  # "4-for-5"
        if word in ("strong",):
            item.attached, item.end = "people", match.end()
        elif word in ("to", "and", "or", "odd", "plus", "something", "ish", "some", "old", "point", "million", "billion"):
            pass
        elif (
            word in not_counted("compound")
            or number.value in (None, 1.0)
            or word.endswith("ly")
            or match[2][1:] in ("hand", "sided")
        ):
            return None
        else:
            item.attached, item.end = word, match.end()
    return item


_MONEY_RANGE = re.compile(r"[$€£¥₹][\d.,]{1,8}[A-Za-z]{0,2}[-–]$")


def _suffix(text: str, number: Number, money: Currency | None) -> tuple[Number, int]:
    """Settle an ambiguous suffix: "$25m", "1.2m people" are millions; "300m (984ft)", "7.62mm" are lengths."""
    suffix = number.suffix
    stop = number.end + len(suffix)
    if money is not None:
        return number.scaled(suffix_value(suffix), stop), stop
    if suffix in ("k", "K") or _MONEY_RANGE.search(text, max(0, number.start - 12), number.start):
        return number.scaled(suffix_value(suffix), stop), stop
    name = currency_after(text, stop)
    if name is not None and not name.needs_scale:
        return number.scaled(suffix_value(suffix), stop), stop
    follow = word_after(text, stop).lower()
    if suffix == "M" or (
        suffix in ("m", "b", "B")
        and follow
        and (is_counted_noun(follow) or follow in person_nouns() or word_before(text, number.start).lower() in ("some",))
    ):
        return number.scaled(suffix_value(suffix), stop), stop
    return replace(number, suffix=""), number.end


def _age(text: str, number: Number, end: int) -> int:
    """End of the age expression that the number begins ("34-year-old", "aged 7"), or 0."""
    if number.value is None or number.value > 150:
        return 0
    match = _AGE_AFTER.match(text, end) or _AGE_MONTHS.match(text, end)
    if match:
        return match.end()
    if number.value <= 120 and _AGE_BEFORE.search(text, max(0, number.start - 26), number.start):
        if word_after(text, end).lower() in ("percent", "per", "million", "people", "men", "women", "children"):
            return 0
        return end
    return 0


def _plain_age(text: str, number: Number, end: int) -> bool:
    """Whether "Name, 34," reads as an age."""
    value = number.value or 0
    closes = text[end : end + 1]
    return (
        1 <= value <= 110
        and value == int(value)
        and (
            closes in (",", ")")
            or text[end : end + 6] in (" said ", ", said")
            or (closes == "." and not text[end + 1 : end + 2].isdigit())
        )
    )


def _glued_left(text: str, start: int) -> bool:
    """Whether a letter or joined hyphen stands before the number."""
    if start == 0:
        return False
    before = text[start - 1]
    return before.isalpha() or before == "_" or (before in "-‑" and start > 1 and text[start - 2].isalpha())


def _is_weight(text: str, start: int, name: Currency) -> bool:
    """Whether "pounds" is a weight here: "weighs 12 pounds", "500-pound bomb", "5 pounds of wheat", "lost 10 pounds"."""
    if text[name.start - 1 : name.start] in "-‑":
        return True
    left = text[max(0, start - 30) : start].lower()
    if re.search(
        r"\b(?:weigh\w*|weight of|lost|lose|losing|gained|lift\w*|shed|carrying)\s(?:(?:about|around|over|under|nearly|almost|at least|more than|up to)\s)?$",
        left,
    ):
        return True
    follow = re.match(r"\s(?:of\s([a-z]+)|(heavier|lighter|overweight))", text[name.end : name.end + 24])
    return bool(follow) and (bool(follow[2]) or (follow[1] not in _MONEY_OF)) if follow else False


def _proportion(text: str, item: _Item) -> _Item | None:
    """A fraction without unit ("two-thirds of", "half the", "by a third") as a percentage."""
    number = item.number
    written = text[number.start : number.end].lower()
    follow = word_after(text, item.end).lower()
    before = word_before(text, number.start).lower()
    if "/" in written and follow not in ("of",):
        return None
    if written in ("half", "a half") and follow not in ("of", "the", "its", "their", "his", "her", "a"):
        return None
    if written in ("half", "a half") and before in ("first", "second", "other", "latter", "one", "top", "better"):
        return None
    if (
        written in ("a quarter", "quarter", "a third", "a fifth", "a tenth", "a sixth", "a fourth", "an eighth", "a eighth")
        and follow != "of"
        and before not in ("by", "than", "about", "nearly", "almost", "only")
    ):
        return None
    item.kind, item.rule = "percent", "fraction"
    return item


def _signed(text: str, item: _Item) -> _Item:
    """Apply a minus sign before temperatures and percentages; brackets never make a number negative."""
    start = item.start
    if item.kind in ("percent", "measure") and start > 0:
        before = text[start - 1]
        lead = text[start - 2] if start > 1 else " "
        temperature = item.unit is not None and item.unit.dimension == "temperature"
        if (before == "−" or (before == "-" and (temperature or item.kind == "percent"))) and (lead.isspace() or lead in '(“"'):
            item.negative, item.start = True, start - 1
        elif temperature and text[max(0, start - 6) : start].lower() == "minus ":
            item.negative, item.start = True, start - 6
    return item


# -- ranges -------------------------------------------------------------------------------------------


_BETWEEN = re.compile(
    r"(?<![^\W_])(?:anywhere |somewhere )?between(?: (?:about|around|an estimated|some|approximately|roughly|an?))?\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?<![^\W_])from(?: (?:about|around|an estimated|some|approximately|roughly|just|over|under|nearly))?\s*$", re.IGNORECASE
)
_RANGING = re.compile(
    r"(?:rang\w+|var\w+|anywhere|aged?|ages|sentences?|terms?|anything|estimate\w*)\s(?:between\s)?from\s*$", re.IGNORECASE
)
_TO = re.compile(r"\s?(?:to|up to|and up to|–|—|-|‑|~)\s?", re.IGNORECASE)
_DASHES = ("-", "–", "—", "‑", "~")


def _merge(text: str, items: list[_Item]) -> list[_Item]:
    """Join the two numbers of a range; drop scores ("3-1")."""
    out: list[_Item] = []
    i = 0
    while i < len(items):
        left = items[i]
        right = items[i + 1] if i + 1 < len(items) else None
        if right is not None and right.start - left.end <= 14:
            between = text[left.end : right.start].lower()
            _share_unit(left, right, between)
            joined = _join(text, left, right, between)
            if joined == "drop":
                i += 2
                continue
            if isinstance(joined, _Item):
                out.append(joined)
                i += 2
                continue
            if joined == "replaces":
                right.replaces = True
                if left.kind == "count" and right.kind != "count":
                    left.kind, left.unit, left.currency = right.kind, right.unit, left.currency or right.currency
        if not (out and left.start == out[-1].end + 1 and text[out[-1].end] in "-–‑" and left.kind == "count"):
            out.append(left)  # the second part of "12-34" that is no range is no number of its own
        i += 1
    return out


def _share_unit(left: _Item, right: _Item, between: str) -> None:
    """Give a bare number the unit of the one behind "and", "or", a comma: "27 and 29 years old", "3 or 5 percent"."""
    if left.kind != "count" or right.kind not in ("age", "percent", "duration", "measure") or left.attached is not None:
        return
    if (
        between.strip() in ("and", "or", "&", ",", "or even")
        and left.number.form in ("digits", "words")
        and right.unit is not None
    ):
        left.kind, left.unit = right.kind, right.unit
    elif between.strip() in ("and", "or") and right.kind == "age" and left.number.form in ("digits", "words"):
        left.kind, left.rule = "age", "age"


def _join(text: str, left: _Item, right: _Item, between: str) -> _Item | str | None:
    """A range of the two, "drop" for a score, "replaces" for a change from one to the other, or None."""
    ratio = _ratio(text, left, right, between)
    if ratio is not None:
        return ratio
    tight = between in _DASHES
    word = between.strip()
    if not tight and word not in (
        "to",
        "and",
        "or",
        "up to",
        "and up to",
        "and as many as",
        "-",
        "–",
        "to as many as",
        "to about",
        "to around",
        "to more than",
        "and about",
        "and possibly",
        "to nearly",
        "or even",
        "or as many as",
        "and perhaps",
        "to over",
        "and more than",
        "and around",
    ):
        return None
    if left.number.value is None or right.number.value is None or left.low or (left.attached and left.attached != "to"):
        return None
    if not _compatible(left, right):
        if word == "to" and _FROM.search(text, max(0, left.start - 32), left.start):
            return None
        return None
    a, b = left.number.value, right.number.value
    has_between = bool(_BETWEEN.search(text, max(0, left.start - 34), left.start))
    has_from = bool(_FROM.search(text, max(0, left.start - 32), left.start))
    if left.number.scale == 1.0 and right.number.scale > 1.0 and left.kind != "age":
        mantissa = b / right.number.scale
        if a < mantissa or (a < 1000 and a <= mantissa * 1.0):
            a *= right.number.scale
    if word.startswith("and") and not has_between and word in ("and", "and about", "and around", "and more than", "and perhaps"):
        return None
    if tight and a >= b and left.kind == "count" and right.kind == "count":
        return "drop" if left.number.form == "digits" and left.end == right.start - 1 else None
    if word == "to" and word_before(text, left.start).lower() in ("by", "another"):
        return "replaces" if word_before(text, left.start).lower() == "by" else None
    if word.startswith("to") and has_from and not _RANGING.search(text, max(0, left.start - 48), left.start):
        return "replaces"
    if a >= b:
        return None
    if word.startswith("or") and not (b <= 2.5 * a + 1 or b - a <= 3):
        return None
    if word in ("-", "–") and not tight and not (left.number.form == "digits" and right.number.form in ("digits", "mixed")):
        return None
    low = replace(left.number, value=a)
    merged = _Item(
        right.number,
        left.start,
        right.end,
        right.kind if right.kind != "count" else left.kind,
        right.unit or left.unit,
        right.currency or left.currency,
        right.attached,
        low=low,
        connector=word,
        span=(left.span[0], right.span[1]),
        rule="range",
    )
    if left.kind == "age" and right.kind == "count":
        merged.kind = "age"
    if merged.kind == "age":
        merged.unit = None
    if has_between:
        found = _BETWEEN.search(text, max(0, left.start - 34), left.start)
        if found:
            merged.start = found.start() + (len(found[0]) - len(found[0].lstrip()))
    return merged


def _ratio(text: str, left: _Item, right: _Item, between: str) -> _Item | None:
    """ "one in three", "nine out of 10", "1 in every 5" as a percentage."""
    word = between.strip()
    if word not in ("in", "of", "out of", "in every", "out of every", "of every"):
        return None
    a, b = left.number.value, right.number.value
    if a is None or b is None or left.kind != "count" or right.kind != "count" or not 0 < a < b <= 1e6 or left.low or a > 99:
        return None
    if word == "of" and not (b in (10, 100) and right.number.form in ("digits", "words") and a != 1):
        return None
    clear = word != "in" or (a == 1 and b <= 1000 and b != 2) or (b == 10 and a <= 9) or (b == 100)
    if not clear or (right.attached is not None):
        return None
    share = replace(left.number, value=float(f"{100 * a / b:.9g}"), form="fraction", whole=False)
    return _Item(share, left.start, right.end, "percent", None, None, None, span=(left.span[0], right.span[1]), rule="ratio")


def _compatible(left: _Item, right: _Item) -> bool:
    """Whether two neighbours can be the ends of one range."""
    if left.negative != right.negative and left.kind != "measure":
        return False
    if left.kind == right.kind:
        if left.kind == "money":
            one, two = left.currency, right.currency
            return one is None or two is None or bool(set(one.codes) & set(two.codes))
        if left.unit is not None and right.unit is not None:
            return left.unit.name == right.unit.name
        return True
    if left.kind == "count" and left.attached is None and right.kind in ("money", "percent", "duration", "measure", "age"):
        return left.number.form not in ("vague", "fraction")
    if left.kind == "money" and right.kind == "count":
        return left.currency is not None and left.currency.start < left.span[0] and right.attached is None
    return left.kind == "age" and right.kind == "count"


# -- bounds and the finished expression ----------------------------------------------------------------


_PAST = re.compile(
    r"(?<![^\W_])(?:past|last|next|coming|previous|preceding|following|first|final|recent|latest|opening|closing|initial|another)\s(?:(?:about|around|nearly|almost|some)\s)?$",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\s(?:ago|later|earlier|before|after|afterwards?|hence|previously|from now|into|on from|prior|since|early|late|on\b(?=,))(?![^\W_])",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?<!\w)in (?:his|her|their|its)(?: (early|mid|late))?[ -]([2-9]0)s(?!\w)")


def _finish(text: str, items: list[_Item]) -> list[Expression]:
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


def _expression(text: str, item: _Item, floor: int) -> Expression:
    """The expression of one item."""
    number, kind = item.number, item.kind
    value, low, high = number.value, number.low, number.high
    whole = number.whole and kind == "count"
    unit, name, dimension = "", "", ""
    if item.unit is not None:
        unit, name, dimension = item.unit.written, item.unit.name, item.unit.dimension
    if kind == "percent":
        unit = "percentage points" if name == "percentage point" else "%"
    if kind == "age":
        match = _AGE_MONTHS.match(text, item.span[1])
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
        end = follow.end
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
