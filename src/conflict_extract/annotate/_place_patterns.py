"""Places that words show without an entity: "the village of X", "Tabqa Dam", "al-Khani mosque", roads, buildings under attack."""

from __future__ import annotations

import re

from conflict_extract.annotate._place_context import Candidate, Context
from conflict_extract.annotate._place_names import Reading, ends, short_regions
from conflict_extract.annotate._place_words import POSSESSIVE, slot, slots
from conflict_extract.lexicons.gazetteer import MAIN, fold

ROAD_NUMBER = re.compile(r"^(?:[A-Z]-?)?\d{1,4}[A-Z]?$")
ROAD_NAMES = frozenset({"highway", "interstate", "route", "motorway", "autobahn", "road"})
LONGEST = 4  # words before a generic noun that belong to its name


def find_shorts(context: Context) -> None:
    """Printed short forms of states and provinces ("Ill.", "W.Va.", ", TX")."""
    for begin, stop, entry in short_regions(context.words.source):
        span = context.doc.char_span(begin, stop, alignment_mode="expand")
        if span is None or not context.free(span.start, span.end):
            continue
        reading = Reading(fold(entry.region))
        item = Candidate(
            span.start, span.end, context.words.source[begin:stop], reading, "short", "state", begin=begin, stop=stop
        )
        item.region = (entry.country, entry.region)
        context.shorts.add(span.start)
        context.add(item)


def find_roads(context: Context) -> None:
    """Streets and numbered roads: "Darby Street", "Highway 4", "Interstate 45"."""
    words = context.words
    nouns, short = slot("road_noun"), slot("road_short")
    for index in range(len(words)):
        if not words.cap[index]:
            continue
        lower, text = words.lower[index], words.text[index]
        if lower in ROAD_NAMES and index + 1 < len(words) and ROAD_NUMBER.match(words.text[index + 1]):
            context.add(_road(context, index, index + 2))
        elif index and (lower in nouns or text.rstrip(".") in short):
            start = index
            while start and words.cap[start - 1] and index - start < 3 and not _plain(context, start - 1):
                start -= 1
            ambiguous = text.rstrip(".") in ("St", "Dr") and not text.endswith(".")
            known = lower not in nouns and context.names.get(start, index + 1) is not None
            if start < index and not ambiguous and not known and not context.is_kind(start, index + 1, "PER"):
                context.add(_road(context, start, index + 1))


def _road(context: Context, start: int, end: int) -> Candidate:
    return Candidate(start, end, context.words.span(start, end), Reading(""), "road", level="facility")


def _plain(context: Context, index: int) -> bool:
    return context.words.stop[index] or context.words.lower[index] in slot("locative")


def naming_nouns() -> frozenset[str]:
    """The generic nouns at which the three functions below find names."""
    return slots("settlement_noun", "region_noun", "facility_noun", "area_noun", "water_noun", "big_region_noun")


def find_named_by_noun(context: Context, index: int) -> Candidate | None:
    """ "the village of X", "a town called X" at a generic noun; None when no name follows."""
    words = context.words
    if words.cap[index] or words.lower[index] not in slots("settlement_noun", "region_noun"):
        return None
    if words.at(index + 1) not in ("of", "called", "named"):
        return None
    start = index + 2 + (words.at(index + 2) == "the")
    if start >= len(words) or not words.starts(start) or context.taken[start]:
        return None
    end = _run_end(context, start)
    if context.is_kind(start, end, "ORG") and not context.whole(start, end):
        return None
    return make(context, start, end, "pattern", words.lower[index])


def big_noun(context: Context, index: int) -> tuple[int, int] | None:
    """The tokens of a name that ends in a capitalised generic noun here ("Tabqa Dam", "Masisi Territory"), or None."""
    words, lower = context.words, context.words.lower[index]
    if not words.cap[index] or lower not in slots("facility_noun", "area_noun", "water_noun", "big_region_noun"):
        return None
    start = _name_start(context, index)
    if start == index or not context.free(start, index + 1) or context.is_kind(start, index + 1, "PER"):
        return None
    if not words.starts(start) or (context.is_kind(start, index + 1, "ORG") and lower not in slot("plain_facility")):
        return None
    if lower in ("county", "parish") and context.names.get(start, index + 1) is None:
        return None
    if lower in slot("institution_noun") and not (context.locative(start) or context.hit(start)):
        return None
    if all(part in slot("plain_adjective") for part in words.lower[start:index]):
        return None
    return start, index + 1


def small_facility(context: Context, index: int) -> Candidate | None:
    """ "al-Khani mosque": an unknown name with a small noun is the facility; a known one stays a place ("Goma airport")."""
    words = context.words
    if words.cap[index] or words.lower[index] not in slot("facility_noun") or index < 2 or not words.cap[index - 1]:
        return None
    start = _name_start(context, index)
    if start == index or not context.free(start, index + 1) or not words.starts(start):
        return None
    known = any(context.names.get(at, index) for at in range(start, index) if not (at and words.joined(at - 1)))
    if known or context.is_kind(start, index, "PER"):
        return None
    if words.sentence_start[start] and _plain(context, start):
        return None
    if start == index - 1 and (words.token(start).pos_ == "ADJ" or words.text[start].isupper()):
        return None
    return building(context, start, index + 1)


def institution(context: Context, start: int, end: int) -> Candidate | None:
    """An organisation that is a building here ("seized Mosul University", "the shelling of Nasser Hospital"), or None."""
    words = context.words
    while start < end - 1 and words.lower[start] == "the":
        start += 1
    nouns = slots("institution_noun", "facility_noun")
    if end - start < 2 or not (words.lower[end - 1] in nouns or words.lower[start] in nouns) or not context.free(start, end):
        return None
    return building(context, start, end) if context.hit(start) or context.inside(start) else None


def building(context: Context, start: int, end: int) -> Candidate:
    """A candidate for a facility; one of the tables keeps its level."""
    text = context.words.span(start, end)
    reading = context.names.get(start, end) or Reading(fold(text))
    item = Candidate(start, end, text, reading, "facility")
    if not reading.strong:
        item.level, item.facility = "facility", True
    return item


def mark_facility(context: Context, item: Candidate) -> None:
    """A name that ends in a facility's noun is a facility: "Tabqa Dam", "Mosul University", "University of Mosul"."""
    size = item.end - item.start
    last, first = context.words.lower[item.end - 1], context.words.lower[item.start]
    nouns = slot("facility_noun")
    if size < 2 or item.reading.strong:
        return
    if last in nouns or (first in nouns and size > 2):
        if not any(kind == MAIN for _, kind in item.reading.rows):
            item.level, item.facility = "facility", True
    elif last in slots("water_noun", "area_noun") and not item.reading.rows:
        item.level = "area"


def mark_noun(context: Context, item: Candidate) -> None:
    """The generic noun beside a name: "Idlib province", "the village of Safina", "the town Safina", "Kalma camp"."""
    words = context.words
    if item.noun is None and item.end < len(words) and not words.cap[item.end]:
        word = words.lower[item.end]
        if word in slots("region_noun", "settlement_noun") or word in ("camp", "site"):
            item.noun = word
        elif word in ("refugee", "displacement", "idp", "displaced") and words.at(item.end + 1) in ("camp", "site"):
            item.noun = "camp"
        if item.noun in ("camp", "site"):
            item.level = item.level or "facility"
    if item.noun is None and words.at(item.start - 1) == "of":
        word = words.at(item.start - 2)
        if word in slots("region_noun", "settlement_noun", "area_noun"):
            item.noun = word
    if item.noun is None and (
        words.at(item.start - 1) in slot("settlement_noun") or words.at(item.start - 1) in ("province", "state")
    ):
        item.noun = words.lower[item.start - 1]


def make(context: Context, start: int, end: int, rule: str, noun: str | None = None) -> Candidate:
    """A candidate with its reading and generic noun."""
    text = context.words.span(start, end)
    item = Candidate(start, end, text, context.names.get(start, end) or Reading(fold(text)), rule, noun)
    mark_noun(context, item)
    return item


def _name_start(context: Context, index: int) -> int:
    """The start of the name that ends in the generic noun at `index`; `index` itself when none stands before it."""
    start = index
    while start and _name_part(context, start - 1) and index - start < LONGEST:
        start -= 1
    return start


def _name_part(context: Context, index: int) -> bool:
    """Whether a token can stand inside a name that ends further right."""
    words = context.words
    if words.cap[index]:
        return not (words.sentence_start[index] and words.stop[index]) and not context.taken[index]
    return words.joined(index) or (words.lower[index] in ("al", "el") and index + 1 < len(words) and words.joined(index + 1))


def _run_end(context: Context, start: int) -> int:
    """The end of the capitalised run from here; a known name in it wins."""
    run = ends(context.words, start)
    known = context.names.longest(start, run[-1] if run else start)
    if known is not None:
        return known[0]
    for end in reversed(run):
        inside = context.words.lower[start:end]
        if not any(word in POSSESSIVE or word in ("and", "in", "on") for word in inside):
            return end
    return start + 1
