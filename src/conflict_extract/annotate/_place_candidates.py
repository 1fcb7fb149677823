"""Which stretches of a text are mentions of places: entities, known names in a fitting context, and patterns.

A name of the gazetteer alone proves nothing (it has places called Of, Said and Mobile): it needs an entity, a pattern or another
mention. Names of countries and of our own tables count unless they look like a person.
"""

from __future__ import annotations

from spacy.tokens import Doc

from conflict_extract.annotate import _place_patterns as patterns
from conflict_extract.annotate._place_context import Candidate, Context, Known, is_region, people
from conflict_extract.annotate._place_links import bracketed, link
from conflict_extract.annotate._place_names import Reading, weak
from conflict_extract.annotate._place_words import Words, slot, slots
from conflict_extract.lexicons.gazetteer import MAIN, fold, gazetteer
from conflict_extract.lexicons.places import PlaceTable

# log10 of the population from which a name of the gazetteer counts after "in", "near" …: with and without a model's entities
WITH_ENTITIES, WITHOUT_ENTITIES = 4.0, 3.7
IN_ORGANISATION, AS_ORGANISATION = 4.3, 4.5  # "Alexandria Police"; an entity ORG that is just the name


def find_candidates(doc: Doc, table: PlaceTable, known: Known | None = None) -> tuple[Words, list[Candidate]]:
    """The words of the document and all candidates in order of the text, with the links between neighbours.

    Args:
        doc: the document; its entities are used if it has some.
        table: our tables and the user's.
        known: names that another component knows.
    """
    context = Context(doc, table, known or Known())
    patterns.find_shorts(context)
    patterns.find_roads(context)
    for start, end, kind in context.kinds.spans:
        if kind == "LOC":
            _entity(context, start, end)
        elif kind == "ORG":
            item = patterns.institution(context, start, end)
            if item is not None:
                context.add(item)
    _by_nouns(context)
    waiting = _known(context)
    accepted = {item.reading.folded for item in context.found if not item.inside_org}
    for item in waiting:
        if item.reading.folded in accepted:
            item.rule = "repeated"
            context.add(item)
    found = sorted(context.found, key=lambda item: (item.start, item.end))
    found = [item for number, item in enumerate(found) if not (number and bracketed(context.words, item, found[number - 1]))]
    link(context.words, found)
    return context.words, found


def _entity(context: Context, start: int, end: int) -> None:
    """An entity of the model, parted at commas, at conjunctions and hyphens between names, and at generic nouns inside it."""
    words = context.words
    whole = context.names.get(start, end) is not None
    one = words.at(start - 1) == "of" and words.at(start - 2) in slot("settlement_noun")  # "the hamlet of Sary-Beles"
    nouns = slots("settlement_noun", "region_noun", "area_noun")
    begin = start
    for index in range(start, end + 1):
        if index < end:
            word = words.lower[index]
            inner = start < index < end - 1 and not whole
            joint = word in ("and", "or", "/") or (not one and _between_names(context, index))
            noun = not words.cap[index] and (word in nouns or word == "slum")
            if not (word == "," or (inner and (joint or noun))):
                continue
        if begin < index:
            _place(context, begin, index)
        begin = index + 1


def _between_names(context: Context, index: int) -> bool:
    """Whether a hyphen joins two names that are known by themselves ("Fargo-Moorhead")."""
    if not context.words.joined(index):
        return False
    return context.names.get(index - 1, index) is not None and context.names.get(index + 1, index + 2) is not None


def _place(context: Context, start: int, end: int) -> None:
    """One place name of an entity or pattern: trim it, find what the tables know, keep it."""
    words, names = context.words, context.names
    if not context.free(start, end) or context.part_of_other(end) or words.lower[start] in slot("not_place_first"):
        return
    start = _trim(context, start, end)
    longer = names.longest(start, min(len(words), end + 2))
    if longer is not None and longer[0] > end and context.free(end, longer[0]) and _extends(context, end, longer[0]):
        end = longer[0]
    start = _past_directions(context, start, end)
    kinds = slots("drop_noun", "settlement_noun", "region_noun", "area_noun", "water_noun", "facility_noun")
    tail = end
    while tail > start + 1 and words.lower[tail - 1].isalpha() and not words.cap[tail - 1] and words.lower[tail - 1] not in kinds:
        tail -= 1
    if tail < end and names.get(start, end) is None:  # "Assad regime" is no place, "Aleppo offensive" is one for Aleppo
        if names.get(start, tail) is None:
            return
        end = tail
    reading, name_end, noun = names.get(start, end), end, None
    if reading is None:
        stop = end
        while stop > start + 1 and words.lower[stop - 1] in slots("drop_noun", "settlement_noun", "region_noun"):
            noun = noun or words.lower[stop - 1]
            stop -= 1
        shorter = names.get(start, stop)
        if shorter is not None or (noun and (not words.cap[end - 1] or noun in slot("drop_noun"))):
            reading, name_end = shorter, stop
        else:
            noun = None
            end = name_end = _known_part(context, start, end)
            reading = names.get(start, end)
    text = words.span(start, name_end)
    if not any(words.cap[start:name_end]) or context.no_place(start, name_end) or len(text) < 2 or text.isdigit():
        return
    span_end = end if words.cap[end - 1] else name_end
    if reading is None and noun is None and end < len(words) and words.lower[end] in slot("building_noun") and not words.cap[end]:
        context.add(patterns.building(context, start, end + 1))  # "al-Khani" + "mosque"
        return
    item = Candidate(start, span_end, text, reading or Reading(fold(text)), "entity", noun)
    patterns.mark_facility(context, item)
    patterns.mark_noun(context, item)
    context.add(item)


def _trim(context: Context, start: int, end: int) -> int:
    """The start without adjectives of nations, party letters ("R-Elbow Lake"), articles and punctuation."""
    words = context.words
    while start < end - 1 and context.kinds.adjective[start] and context.names.get(start, end) is None:
        start += 1
    if start < end - 2 and words.text[start] in ("R", "D") and words.joined(start + 1):
        start += 2
    while start < end - 1 and (words.lower[start] in ("the", "a", "an", "of", "in", "near") or not words.text[start].isalnum()):
        if words.cap[start] and words.lower[start] != "the":
            break
        start += 1
    return start


def _past_directions(context: Context, start: int, end: int) -> int:
    """The start without direction words; capitalised ones go only before a known name ("West Prince" stays)."""
    words = context.words
    if context.names.get(start, end) is not None:
        return start
    step = start
    while step < end - 1 and words.lower[step] in slot("direction"):
        step += 1 + (step < end - 2 and words.joined(step + 1))
        if context.names.get(step, end) is not None or not words.cap[step - 1]:
            return step
    return start


def _extends(context: Context, end: int, longer: int) -> bool:
    """Whether the tokens after an entity belong to its name ("Laurel" + "County")."""
    kinds = slots("region_noun", "area_noun", "water_noun")
    return all(
        context.words.cap[index] and (context.words.lower[index] in kinds or context.words.lower[index] == "city")
        for index in range(end, longer)
    )


def _known_part(context: Context, start: int, end: int) -> int:
    """The end of the place in an unknown name: "Minnesota House" is Minnesota, "Cairo Stadium" stays whole."""
    words = context.words
    kinds = slots("facility_noun", "area_noun", "water_noun", "region_noun", "settlement_noun", "road_noun")
    if end - start < 2 or words.lower[end - 1] in kinds or words.lower[start] in kinds:
        return end
    known = context.names.longest(start, end - 1)
    if known is None or not words.cap[end - 1] or weak(known[1]):
        return end
    return known[0] if known[1].strong or is_region(known[1]) else end


def _by_nouns(context: Context) -> None:
    """Names that no entity covers but a generic noun shows."""
    nouns = patterns.naming_nouns()
    for index, lower in enumerate(context.words.lower):
        if lower not in nouns or context.taken[index]:
            continue
        item = patterns.find_named_by_noun(context, index) or patterns.small_facility(context, index)
        if item is not None:
            context.add(item)
            continue
        span = patterns.big_noun(context, index)
        if span is not None:
            _place(context, *span)


def _known(context: Context) -> list[Candidate]:
    """Names of the tables outside entities that name places. Returns those that wait for a better mention of the same name."""
    waiting: list[Candidate] = []
    for start in sorted(context.names.at):
        if context.taken[start]:
            continue
        for end, reading in sorted(context.names.at[start].items(), reverse=True):
            if not context.free(start, end):
                continue
            verdict = _judge(context, start, end, reading)
            if verdict == "no":
                continue
            item = patterns.make(context, start, end, verdict)
            item.inside_org = context.is_kind(start, end, "ORG") and not context.whole(start, end)
            if verdict == "wait":
                waiting.append(item)
                continue
            context.add(item)
            break
    return waiting


def _judge(context: Context, start: int, end: int, reading: Reading) -> str:
    """ "no", "wait" (needs another mention), or the rule that accepts the name."""
    words = context.words
    single = end - start == 1
    if context.no_place(start, end):
        return "no"
    if single and reading.folded in slot("common") and not context.comma_region(end):
        return "wait" if reading.strong else "no"
    if context.part_of_person(start, end):
        return "no"
    if context.is_kind(start, end, "PER"):
        return "pattern" if context.whole(start, end) and context.placed(start, end, reading) else "no"
    if context.part_of_other(end):
        return "no"
    if context.is_kind(start, end, "ORG"):
        return _in_organisation(context, start, end, reading)
    if context.fenced(start, end, reading):
        return "no"
    if reading.strong:
        return "name"
    if context.comma_region(end) or context.dateline(start, end):
        return "pattern"
    size = people(reading)
    if not single and size >= 2 and words.lower[end - 1] in slot("region_noun"):
        return "name"
    generic = context.generic(start, end)
    if weak(reading):
        return "pattern" if generic and not words.cap[end - 1] else "wait"
    if generic:
        return "pattern"
    locative = context.locative(start)
    if is_region(reading) and (locative or not single or not words.sentence_start[start]):
        return "name"
    return "pattern" if locative and size >= (WITH_ENTITIES if context.kinds.by_model else WITHOUT_ENTITIES) else "wait"


def _in_organisation(context: Context, start: int, end: int, reading: Reading) -> str:
    """ "Alexandria Police", "University of Texas": a place inside an organisation's name."""
    words = context.words
    if context.whole(start, end):
        if context.generic(start, end) or (not words.text[start].isupper() and context.placed(start, end, reading)):
            return "pattern"
        big = context.locative(start) and not words.text[start].isupper() and people(reading) >= AS_ORGANISATION
        return "organisation" if reading.strong or big else "wait"
    first = not (start and context.kinds.entity[start - 1] == "ORG")
    after = words.at(end)
    if first and after in slot("press_noun"):
        return "no"
    if (first and (after in slot("org_noun") or reading.countries)) or words.at(start - 1) in ("of", "for", "in"):
        region = any(kind == MAIN and gazetteer().level(row) != "settlement" for row, kind in reading.rows)
        known = reading.strong or region or (people(reading) >= IN_ORGANISATION and not weak(reading))
        return "organisation" if known else "wait"
    return "wait" if first else "no"
