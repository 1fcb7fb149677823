"""Units of time and measure beside a number.

Common units come from our own table (`lexicons/data/units.jsonl`). Rarer ones (`lexicons/data/unit_words.jsonl`) are looked up in
quantulum3's unit tables. Only its tables are used: its module with the classifier is never imported, so that scikit-learn beside us
changes nothing, and its tables (seconds to build) are read at the first rare unit, not before.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conflict_extract.lexicons.quantities import unit_words, units

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit beside a number.

    Attributes:
        start, end: offsets of the unit in the text.
        kind: duration, measure, percent.
        written: the unit as written, in lower case for words ("kilometres"), as it stands for symbols ("km").
        name: the unit's name in the singular ("kilometre").
        dimension: "length", "mass" …
        symbol: whether a symbol was matched.
        source: which table knew it: "units" or "quantulum3".
    """

    start: int
    end: int
    kind: str
    written: str
    name: str
    dimension: str
    symbol: bool = False
    source: str = "units"


@lru_cache(maxsize=1)
def _by_words() -> Mapping[tuple[str, ...], tuple[str, str, str]]:
    return {
        tuple(word.lower().replace("-", " ").split()): (entry.kind, entry.name, entry.dimension)
        for entry in units()
        for word in entry.words
    }


@lru_cache(maxsize=1)
def _by_symbol() -> Mapping[str, tuple[str, str, str]]:
    return {symbol: (entry.kind, entry.name, entry.dimension) for entry in units() for symbol in entry.symbols}


@lru_cache(maxsize=1)
def _rare() -> Mapping[tuple[str, ...], str]:
    return {tuple(word.replace("-", " ").split()): word for word in unit_words()}


@lru_cache(maxsize=1)
def _longest() -> Mapping[str, int]:
    """First word of a unit's names -> the number of words of the longest one, at most four."""
    longest: dict[str, int] = {}
    for key in (*_by_words(), *_rare()):
        longest[key[0]] = min(4, max(longest.get(key[0], 0), len(key)))
    return longest


_RISKY = frozenset(
    {
        "m",
        "s",
        "h",
        "g",
        "l",
        "L",
        "A",
        "V",
        "W",
        "J",
        "C",
        "F",
        "t",
        "mb",
        "MP",
        "bar",
    }
)
"""Symbols of one or two letters that need care: they must follow digits directly, or after a space stand before no letter."""

_WORD = re.compile(r"[ \u00a0\u202f\u2009\n-]{0,2}([^\W\d_]+(?:[./'’][^\W\d_]+)*[²³]?\.?)")
_TIGHT = re.compile(r"[ \u00a0\u202f\u2009]?([°º] ?[CF]?|[%％٪]|[′″]|[^\W\d_]{1,5}(?:/[a-z]{1,3})?[²³23]?)(?![^\W_])")


def unit_after(text: str, position: int) -> Unit | None:
    """The unit that starts at `position` (a space or hyphen between); the longest one.

    >>> found = unit_after("12 square miles", 2); found.name, found.dimension
    ('square mile', 'area')
    >>> unit_after("30km south", 2).name, unit_after("28 per cent", 2).kind, unit_after("72-hour", 2).written
    ('kilometre', 'percent', 'hour')
    >>> unit_after("-5°C", 2).name, unit_after("12 people", 2) is None
    ('degree Celsius', True)
    """
    if position >= len(text):
        return None
    words: list[tuple[str, int, int]] = []
    at, longest = position, 1
    while len(words) < longest:
        match = _WORD.match(text, at)
        if not match or (match.end() == match.start(1)):
            break
        if not words:
            first = match[1].lower()
            longest = max(_longest().get(first, 0), _longest().get(first.rstrip("."), 0))
            if not longest:
                break
        words.append((match[1], match.start(1), match.end(1)))
        at = match.end()
    longer = _rare_unit(text, words)
    table = _by_words()
    for size in range(len(words), 0, -1):
        key = tuple(word.lower() for word, _, _ in words[:size])
        for stripped in ((key, 0), ((*key[:-1], key[-1].rstrip(".")), 1)):
            found = table.get(stripped[0])
            if found is None or (stripped[1] and not key[-1].endswith(".")):
                continue
            end = words[size - 1][2] - stripped[1]
            if longer is not None and longer[1] > size and (unit := _looked_up(text, words, *longer)) is not None:
                return unit
            return Unit(words[0][1], end, found[0], text[words[0][1] : end].lower(), found[1], found[2])
    match = _TIGHT.match(text, position)
    if match and match[1]:
        symbol = match[1]
        hit = _by_symbol().get(symbol)
        if hit is None and symbol[-1:] in "23":
            hit = None
        glued = match.start(1) == position
        if hit is not None and (glued or symbol not in _RISKY or _in_context(text, symbol, match.end())):
            return Unit(match.start(1), match.end(1), hit[0], symbol, hit[1], hit[2], True)
    return _looked_up(text, words, *longer) if longer is not None else None


def _rare_unit(text: str, words: list[tuple[str, int, int]]) -> tuple[str, int] | None:
    """The longest rare unit word that the words begin with, and how many of them it takes."""
    rare = _rare()
    for size in range(min(4, len(words)), 0, -1):
        found = rare.get(tuple(word.lower().rstrip(".") for word, _, _ in words[:size]))
        if found is not None:
            return found, size
    return None


def _looked_up(text: str, words: list[tuple[str, int, int]], word: str, size: int) -> Unit | None:
    """The rare unit as quantulum3 knows it."""
    known = lookup(word)
    if known is None:
        return None
    start = words[0][1]
    end = start + len(text[start : words[size - 1][2]].rstrip("."))
    return Unit(start, end, "measure", text[start:end], known[0], known[1], source="quantulum3")


def _in_context(text: str, symbol: str, end: int) -> bool:
    """Whether a risky symbol behind a space is a unit by the words that follow: "300 m wide", "300 g of meat"."""
    if symbol == "m" and _length_context(text, end):
        return True
    return symbol in ("g", "l", "L", "t") and bool(re.match(r" of [a-z]|[,.;)](?:\s|$)", text[end : end + 5]))


def _length_context(text: str, position: int) -> bool:
    """Whether what follows "300 m" speaks of a length."""
    return bool(
        re.match(
            r"\s+(?:from|away|long|high|tall|deep|wide|above|below|north|south|east|west|off|apart|race|under|across|thick|ahead|behind)\b|\s*[(),.;]|$",
            text[position : position + 16],
        )
    )


@lru_cache(maxsize=4096)
def lookup(word: str) -> tuple[str, str] | None:
    """Name and dimension of a unit word in quantulum3's tables, None when they do not know it.

    Of several units with the word the first by name is taken, so that the answer never depends on what is installed.

    Args:
        word: a unit word or symbol.
    """
    tables = _tables()
    found = tables.surfaces.get(word) or tables.surfaces_lower.get(word.lower()) or tables.symbols.get(word)
    if not found:
        return None
    unit = min(found, key=lambda item: str(item.name))
    return str(unit.name), str(unit.entity.name)


@lru_cache(maxsize=1)
def _tables() -> Any:
    """quantulum3's unit tables; its classifier module is not imported by this."""
    with _LOCK:
        from quantulum3 import load

        return load.units("en_US")
