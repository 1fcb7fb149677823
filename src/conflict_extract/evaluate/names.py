"""When two names, units or numbers count as the same in an evaluation of claims."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

DASH = re.compile("[\u2010-\u2015\u2212]")
ARTICLE = re.compile(r"^(?:(?:the|an|a) +)+")
# One name for each group of spellings that annotators use side by side.
SAME_NAME = {
    "united states": ("us", "usa", "united states of america"),
    "united kingdom": ("uk", "britain", "great britain"),
    "united nations": ("un",),
    "united nations security council": ("unsc", "un security council"),
    "european union": ("eu",),
    "united arab emirates": ("uae",),
    "democratic republic of the congo": ("drc", "dr congo", "democratic republic of congo"),
    "russia": ("russian federation",),
    "north korea": ("dprk",),
    "south korea": ("republic of korea",),
    "syria": ("syrian arab republic",),
    "islamic state": ("daesh",),
    "raqqa": ("raqqah",),
}
NAMES = {other: name for name, others in SAME_NAME.items() for other in others}
UNITS = {
    word: unit
    for unit, words in {
        "km": ("kilometer", "kilometre"),
        "m": ("meter", "metre"),
        "ft": ("foot", "feet"),
        "mile": ("mi", "mile"),
        "hour": ("hr", "hrs"),
        "tonne": ("tonne",),
        "%": ("percent", "per cent"),
    }.items()
    for word in words
}


def name_key(name: Any) -> str:
    """A name without case, articles in front, full stops and typographic variants.

    >>> name_key("The U.N. refugee agency"), name_key("Britain"), name_key("Tajik Foreign Ministry")
    ('united nations refugee agency', 'united kingdom', 'tajik foreign ministry')
    """
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    text = text.replace("\u2018", "'").replace("\u2019", "'").replace(".", "")
    text = DASH.sub("-", text).strip(" \t\n\"'“”,;:")
    text = ARTICLE.sub("", " ".join(text.split()))
    text = NAMES.get(text, text)
    return "united nations " + text[3:] if text.startswith("un ") else text


def unit_key(unit: Any) -> str:
    """The last word of a unit, in the singular.

    >>> unit_key("pickup trucks"), unit_key("per cent"), unit_key("kilometres"), unit_key(None)
    ('truck', '%', 'km', '')
    """
    text = " ".join(unicodedata.normalize("NFKC", str(unit or "")).casefold().split())
    if text in UNITS:
        return UNITS[text]
    last = text.rpartition(" ")[2]
    if len(last) > 3 and last.endswith("s") and not last.endswith("ss"):
        last = last[:-1]
    return UNITS.get(last, last)


def number(value: Any) -> float | None:
    """A JSON number as float; None for anything else."""
    return float(value) if isinstance(value, int | float) else None


def same_number(a: float | None, b: float | None) -> bool:
    """Whether two numbers agree to one in a million."""
    return a is not None and b is not None and abs(a - b) <= 1e-6 * max(1.0, abs(a), abs(b))
