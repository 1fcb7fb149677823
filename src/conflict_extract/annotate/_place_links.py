"""Which mention contains which ("Goma, in eastern Congo"), and which lies by which ("Safina, 45 km south of Mosul")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conflict_extract.annotate._place_context import Candidate
from conflict_extract.annotate._place_words import POSSESSIVE, Words, slot, slots

CONTAINED, BESIDE = 7, 16  # tokens between two names, at most
NEAR_KM, DIRECTION_KM, MILE = 40.0, 60.0, 1.609  # supposed for "near X" and "north of X"; kilometres of a mile
_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)(.*)$")


def link(words: Words, found: Sequence[Candidate]) -> None:
    """Set `within` and `near` of neighbouring candidates."""
    filler = slots("direction", "containment_filler")
    owned = slots("direction", "settlement_noun", "region_noun", "containment_filler")
    for number in range(len(found) - 1):
        item, after = found[number], found[number + 1]
        if after.start - item.end > BESIDE:
            continue
        between = words.lower[item.end : after.start]
        item.near = _beside(words, item.end, after.start, number + 1)
        if len(between) > CONTAINED or not between:
            continue
        if between[0] == item.noun:
            between = between[1:]
        comma = between[:1] == [","]
        rest = [word for word in between[comma:] if word not in filler]
        if (comma and rest in ([], ["in"], ["near"])) or (not comma and rest == ["in"] and item.rule != "short"):
            item.within = number + 1
        elif between and between[0] in POSSESSIVE and all(word in owned for word in between[1:]):
            after.within = number


def _beside(words: Words, start: int, end: int, number: int) -> tuple[int, float] | None:
    """ "A, about 45 km south of B", "A, near B": the candidate beside which the one before lies, and how far."""
    between = words.lower[start:end]
    if between[-1:] == ["the"]:
        between = between[:-1]
    if not between or any(word in (".", ";", "and", "to", "into") or "\n" in word for word in between):
        return None
    if between[-1] in ("near", "outside") and len(between) <= 3:
        return number, NEAR_KM
    if between[-1] not in ("of", "from") or not any(word in slot("compass") or word == "away" for word in between[-3:]):
        return None
    for position, word in enumerate(between):
        match = _NUMBER.match(word.replace(",", ""))
        if match is not None:
            unit = match.group(2) or (between[position + 1] if position + 1 < len(between) else "")
            if unit.startswith(("km", "kilom")):
                return number, min(float(match.group(1)), 2000.0)
            if unit.startswith("mi"):
                return number, min(float(match.group(1)) * MILE, 2000.0)
    return number, DIRECTION_KM


def bracketed(words: Words, item: Candidate, before: Candidate) -> bool:
    """An acronym in brackets right behind the name that it stands for ("Line of Control (LoC)") is no mention of its own."""
    if item.start - before.end != 1 or words.text[before.end] != "(" or words.at(item.end) != ")":
        return False
    if item.reading.entry is not None and item.reading.entry is before.reading.entry:
        return True
    return bool(item.reading.countries) and item.reading.countries == before.reading.countries
