"""A number with what is glued to it: currency, unit, suffix, age, hyphenated noun, sign. Numbers that are no quantities end here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from conflict_extract.lexicons.quantities import not_counted, person_nouns, word_set
from conflict_extract.values import bounds as bound_words
from conflict_extract.values.money import Currency, currency_after, currency_before, rate_currency
from conflict_extract.values.numbers import Number, suffix_value
from conflict_extract.values.reject import (
    is_counted_noun,
    is_identifier,
    is_label,
    is_pronoun_one,
    is_year,
    looks_plural,
    word_after,
    word_before,
)
from conflict_extract.values.units import Unit, unit_after


@dataclass(slots=True)
class Item:
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


_HYPHEN_NOUN = re.compile(r"[-‑]([a-z]{2,20})((?:[-‑][a-z]{1,14}){0,3})(?![A-Za-z\d])")


_AGE_AFTER = re.compile(r"(?:[-‑\s]years?[-‑\s]olds?|\s(?:years|year)\sof\sage|[-‑\s]y/?o)\b", re.IGNORECASE)


AGE_MONTHS = re.compile(r"[-‑\s](months?|weeks?|days?|hours?)[-‑\s]old\b", re.IGNORECASE)


_AGE_BEFORE = re.compile(
    r"(?<![^\W_])(?:aged?|ages|the age of|as young as|as old as|aged between|ages between)(?: (?:only|just|about|around|between|under|over|from))?\s$",
    re.IGNORECASE,
)


_FURTHER_AGE = re.compile(
    r"(?<![^\W_])aged\s\d{1,3}(?:,\s\d{1,3}){0,6}(?:,\s|,?\s(?:and|or)\s)$",
    re.IGNORECASE,
)


_ORDINALS = frozenset({"third", "fourth", "fifth", "sixth", "eighth", "tenth"})


_NAME_AGE = re.compile(r"[A-Z][\w’'.-]+,?(?: [A-Z][\w’'.-]+)?,\s$|[A-Z][\w’'-]+ \($")


_PERSON_AGE = re.compile(r"(?<![^\W_])([a-z]{2,20})(?:,\s| \()$")


_MONEY_OF = word_set(
    "aid debt debts damage damages funding investment investments assistance public taxpayer taxpayers their his her the its help "
    "savings revenue losses cash compensation weapons arms goods trade budget spending support money loans credit profit profits "
    "relief exports imports property sales annual government state new extra equipment"
)


def glue(text: str, number: Number) -> Item | None:
    """The number with currency, unit, suffix; None when it is no quantity."""
    if number.form == "bad":
        written = text[number.start : number.end]
        plain = (written.isdigit() and len(written) > 15) or "^" in written or (number.value is None and number.scale > 1)
        if not plain or is_identifier(text, number.start, number.end):
            return None
        return Item(number, number.start, number.end, span=(number.start, number.end), rule="no certain value")
    span = (number.start, number.end)
    digits = text[number.start].isdigit() or text[number.start] == "."
    money = currency_before(text, number.start) if digits or text[number.start] in "½¼¾⅓" else None
    end = number.end
    if number.suffix:
        number, end = _suffix(text, number, money)
        span = (span[0], end)
    if money is not None and money.form == "R" and _is_price(text, number.start, end):
        money = replace(money, needs_scale=False)
    if money is not None and money.needs_scale and number.scale == 1.0 and not _certain(text, number, money.form):
        money = None
    start = money.start if money else number.start
    item = Item(number, start, end, span=span, currency=money)
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
    part = number.form == "fraction" or (digits and number.value is not None and 0 < number.value < 1)
    if unit is None and name is None and part and _HALF_A.match(text, end):
        unit = unit_after(text, end + len(_HALF_A.match(text, end)[0].rstrip()))  # type: ignore[index]
    if unit is None and name is None:
        more = _MORE.match(text, end)
        if more:
            unit = unit_after(text, more.end())
            if unit is not None and (unit.symbol or unit.kind != "duration"):
                unit = None
    if name is not None and name.needs_scale and name.form in ("p", "c", "kn", "R") and _is_price(text, number.start, name.end):
        name = replace(name, needs_scale=False)
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
        if number.form == "fraction" and (
            unit.written in ("second", "seconds", "minute", "quarter")
            or text[number.start : number.end].lower().split()[-1] in _ORDINALS
        ):
            return None  # "a fifth day"
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


_MORE = re.compile(
    r"(?:-plus|-odd|\+)(?=\s)|\s(?:more|additional|further|extra|straight|consecutive|full|whole|long|successive|solid)(?=\s)"
)


def _bare(text: str, item: Item, digits: bool) -> Item | None:
    """A number without unit or currency: a count, a fraction, or nothing."""
    number, end = item.number, item.end
    if number.form in ("ratio", "fraction") and (number.value or 0) < 1:
        return _proportion(text, item)
    if number.form == "ratio":
        return None
    if digits and is_identifier(text, number.start, end):
        return None
    quoted = rate_currency(text, number.start, end) if digits else None
    if quoted is not None:
        item.kind, item.currency, item.rule = "money", quoted, "exchange rate"
        return item
    if digits and is_year(text, number):
        return None
    if digits and text[end : end + 2] in ("'s", "’s") and not text[end + 2 : end + 3].isalnum():
        return None  # "the 60's"
    if is_label(text, number) or is_pronoun_one(text, number):
        return None
    if digits and _plain_age(text, number, end) and _behind_person(text, number.start):
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


def _certain(text: str, number: Number, form: str) -> bool:
    """Whether a number without a scale word is large enough for a doubtful currency sign before it: "P300,000", no "P2P"."""
    if form in ("N", "P"):
        return "," in text[number.start : number.end] and (number.value or 0) >= 1000
    return (number.value or 0) >= (1000 if len(form) == 3 else 100)


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
    match = _AGE_AFTER.match(text, end) or AGE_MONTHS.match(text, end)
    if match:
        return match.end()
    if number.value <= 120 and _AGE_BEFORE.search(text, max(0, number.start - 26), number.start):
        if word_after(text, end).lower() in ("percent", "per", "million", "people", "men", "women", "children"):
            return 0
        return end
    if (
        number.value <= 120
        and not is_counted_noun(word_after(text, end).lower())
        and word_after(text, end).lower() not in ("others", "other", "more")
        and _FURTHER_AGE.search(text, max(0, number.start - 48), number.start)
    ):
        return end  # "aged 6, 9 and 12"
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


def _behind_person(text: str, start: int) -> bool:
    """Whether a name or a noun for one person stands before a comma or bracket ("Ana Ruiz, 34", "the suspect, 27")."""
    if _NAME_AGE.search(text, max(0, start - 40), start):
        return True
    match = _PERSON_AGE.search(text, max(0, start - 24), start)
    return match is not None and match[1] in person_nouns() and not looks_plural(match[1])


def _glued_left(text: str, start: int) -> bool:
    """Whether a letter or joined hyphen stands before the number."""
    if start == 0:
        return False
    before = text[start - 1]
    return before.isalpha() or before == "_" or (before in "-‑" and start > 1 and text[start - 2].isalpha())


_PRICE = re.compile(
    r"(?<![^\W_])(?:costs?|costing|priced?|prices|charg\w+|paid|pays?|paying|spen[dt]|spending|sold|sells?|selling|fees?|fares?|worth|buy\w*|"
    r"bought|tickets?|tolls?|tax|rent|wages?|bills?|sale)(?![^\W_])",
    re.IGNORECASE,
)


def _is_price(text: str, start: int, end: int) -> bool:
    """Whether the words around speak of a price, so that a letter beside the number is a currency's."""
    return bool(_PRICE.search(text, max(0, start - 70), start) or _PRICE.search(text, end, end + 24))


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


def _proportion(text: str, item: Item) -> Item | None:
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


def _signed(text: str, item: Item) -> Item:
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
