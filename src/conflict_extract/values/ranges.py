"""Two numbers that make one range, a ratio, a change from one to the other, or a score."""

from __future__ import annotations

import re
from dataclasses import replace

from conflict_extract.values.glue import Item
from conflict_extract.values.reject import (
    word_before,
)

_BETWEEN = re.compile(
    r"(?<![^\W_])(?:anywhere |somewhere )?between(?: (?:about|around|an estimated|some|approximately|roughly|an?))?\s*$",
    re.IGNORECASE,
)


_FROM = re.compile(
    r"(?<![^\W_])from(?: (?:about|around|an estimated|some|approximately|roughly|just|over|under|nearly))?\s*$", re.IGNORECASE
)


_RANGING = re.compile(
    r"(?:rang\w+|var\w+|anywhere|aged?|ages|sentences?|terms?|anything|estimate\w*|(?<!the )(?<!its )(?<!their )cost(?:s|ing)?|priced|"
    r"sell(?:s|ing)?|charg(?:es|ing)|lasting|measuring|spanning|stretching)\s(?:between\s)?from\s*$",
    re.IGNORECASE,
)


_CHANGED = re.compile(
    r"(?<![^\W_])(?:rose|rises?|rising|risen|fell|falls?|falling|fallen|gain(?:s|ed|ing)?|los[et]s?|losing|add(?:s|ed|ing)?|drop\w*|"
    r"slid|slides?|slipp?\w*|climb\w*|jump\w*|surg\w+|soar\w*|plung\w+|tumbl\w+|shed|sheds|sank|sinks?|edg\w+ (?:up|down)|"
    r"increas\w+|decreas\w+|declin\w+|advanc\w+|up|down|higher|lower|jumped|eased|dipp?\w*|rall\w+)"
    r"(?:\s(?:by|about|around|some|nearly|almost|roughly|another|a further))?\s$",
    re.IGNORECASE,
)
"""Words of change: "gained $1.20 to $84.30" gives the change and the level, no range."""


_DASHES = ("-", "–", "—", "‑", "~")


def merge(text: str, items: list[Item]) -> list[Item]:
    """Join the two numbers of a range; drop scores ("3-1")."""
    out: list[Item] = []
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
            if isinstance(joined, Item):
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


def _share_unit(left: Item, right: Item, between: str) -> None:
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


def _join(text: str, left: Item, right: Item, between: str) -> Item | str | None:
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
    if a >= b or (word == "to" and _is_change(text, left, right)):
        return None
    if word.startswith("or") and not (b <= 2.5 * a + 1 or b - a <= 3):
        return None
    if word in ("-", "–") and not tight and not (left.number.form == "digits" and right.number.form in ("digits", "mixed")):
        return None
    low = replace(left.number, value=a)
    merged = Item(
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


def _is_change(text: str, left: Item, right: Item) -> bool:
    """Whether two numbers with units of their own stand behind a word of change: by how much and up or down to what."""
    own = left.kind == right.kind == "money" or (left.unit is not None and right.unit is not None)
    if left.kind == "money" and (left.currency is None or right.currency is None):
        return False
    return own and bool(_CHANGED.search(text, max(0, left.start - 30), left.start))


def _ratio(text: str, left: Item, right: Item, between: str) -> Item | None:
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
    return Item(share, left.start, right.end, "percent", None, None, None, span=(left.span[0], right.span[1]), rule="ratio")


def _compatible(left: Item, right: Item) -> bool:
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
