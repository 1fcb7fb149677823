"""What stands around a name: prepositions, generic nouns, regions after a comma, words that make it part of something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from spacy.tokens import Doc

from conflict_extract.annotate._place_names import Names, Reading, weak
from conflict_extract.annotate._place_words import Words, slot, slots
from conflict_extract.lexicons.gazetteer import ALIAS, MAIN, gazetteer
from conflict_extract.lexicons.places import PlaceTable

LOC = frozenset({"LOC", "GPE", "FAC", "PLACE"})
PER = frozenset({"PER", "PERSON"})
ORG = frozenset({"ORG", "NORP"})
Spans = Sequence[tuple[int, int]]
LARGE = 4.3  # log10 of the population from which a name counts in more contexts


@dataclass(slots=True)
class Candidate:
    """A mention in the making.

    `start`, `end`: tokens. `name`: the name proper. `noun`: the generic noun at the name ("province"), in lower case. `level`: set
    by a pattern. `within`: number of the candidate that contains it by a phrase ("Goma, in eastern Congo"). `near`: number of the
    candidate that it lies by and the kilometres said or supposed. `begin`, `stop`: characters where they differ from the tokens'.
    `region`: (country, region) of a printed short form ("Ill.").
    """

    start: int
    end: int
    name: str
    reading: Reading
    rule: str
    noun: str | None = None
    level: str | None = None
    inside_org: bool = False
    facility: bool = False
    within: int | None = None
    near: tuple[int, float] | None = None
    begin: int = -1
    stop: int = -1
    region: tuple[str, str] | None = None


@dataclass(slots=True)
class Kinds:
    """What entities and other components say about tokens: LOC, PER, ORG or nothing, and adjectives of nations."""

    entity: list[str]
    adjective: list[bool]
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    exact: set[tuple[int, int]] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)  # words of names of two words or more
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Character spans that another component knows: states, groups and organisations of its tables, other persons and
    organisations, adjectives of nations ("Sudanese").
    """

    states: Spans = ()
    listed: Spans = ()
    persons: Spans = ()
    organisations: Spans = ()
    adjectives: Spans = ()


def kinds_of(doc: Doc, words: Words, known: Known) -> Kinds:
    """Names that stand in the tables of actors first, then entities, then other names where they leave room."""
    kinds = Kinds([""] * len(doc), [False] * len(doc))

    def put(start: int, end: int, kind: str) -> None:
        kinds.spans.append((start, end, kind))
        kinds.exact.add((start, end))
        for index in range(start, end):
            kinds.entity[index] = kind
        if kind == "PER" and end - start > 1:
            kinds.persons.update(words.lower[start:end])

    for kind, spans in (("LOC", known.states), ("ORG", known.listed)):
        for begin, stop in spans:
            span = doc.char_span(begin, stop)
            if span is not None and not any(kinds.entity[span.start : span.end]):
                put(span.start, span.end, kind)
    entities = doc.ents
    for ent in entities:
        if any(kinds.entity[ent.start : ent.end]):
            continue
        kind = "LOC" if ent.label_ in LOC else "PER" if ent.label_ in PER else "ORG" if ent.label_ in ORG else ""
        if kind:
            put(ent.start, ent.end, kind)
    kinds.by_model = bool(entities)
    for kind, spans in (("PER", known.persons), ("ORG", known.organisations)):
        for begin, stop in spans:
            span = doc.char_span(begin, stop, alignment_mode="expand")
            if span is not None and not any(kinds.entity[span.start : span.end]):
                put(span.start, span.end, kind)
    for begin, stop in known.adjectives:
        span = doc.char_span(begin, stop)
        for index in range(span.start, span.end) if span is not None else ():
            kinds.adjective[index] = True
    return kinds


class Context:
    """The document with its names and entities, and questions about the surroundings of a stretch of tokens."""

    def __init__(self, doc: Doc, table: PlaceTable, known: Known) -> None:
        self.doc = doc
        self.words = Words(doc)
        self.names = Names(self.words, table)
        self.kinds = kinds_of(doc, self.words, known)
        self.taken = [False] * len(doc)
        self.found: list[Candidate] = []
        self.ends_at: dict[int, str] = {}  # end of a candidate -> its rule
        self.shorts: set[int] = set()  # starts of printed short forms of regions

    def add(self, item: Candidate) -> None:
        """Keep a candidate unless its tokens are taken."""
        if any(self.taken[item.start : item.end]):
            return
        self.taken[item.start : item.end] = [True] * (item.end - item.start)
        self.found.append(item)
        self.ends_at[item.end] = item.rule

    def free(self, start: int, end: int) -> bool:
        """Whether no candidate has any of the tokens."""
        return not any(self.taken[start:end])

    def is_kind(self, start: int, end: int, kind: str) -> bool:
        """Whether any of the tokens is in an entity of this kind."""
        return kind in self.kinds.entity[start:end]

    def whole(self, start: int, end: int) -> bool:
        """Whether the tokens are exactly one entity."""
        return (start, end) in self.kinds.exact

    def locative(self, start: int) -> bool:
        """Whether a locative preposition stands before the name (articles and direction words between)."""
        index = self.words.back_over(start - 1, "of")
        return index >= 0 and self.words.lower[index] in slot("strict_locative") and self.words.at(index - 1) != "according"

    def inside(self, start: int) -> bool:
        """Whether "in", "inside", "near" or the like stands before, but not "at", which institutions have too."""
        index = self.words.back_over(start - 1)
        return self.words.at(index) in slot("inside_preposition")

    def hit(self, start: int) -> bool:
        """Whether the words before are what is done to buildings ("shelled", "seized the", "control of", "the liberation of the")."""
        index = self.words.back_over(start - 1)
        if index < 0:
            return False
        if self.words.lower[index] in ("of", "on", "at"):
            return self.words.at(index - 1) in slot("facility_act_noun")
        return self.words.is_act(index, "facility_act")

    def generic(self, start: int, end: int) -> bool:
        """Whether a generic noun stands beside the name ("the town of X", "X province")."""
        words, kinds = self.words, slots("settlement_noun", "region_noun")
        if words.at(start - 1) == "of" and words.at(start - 2) in kinds:
            return True
        if start and words.lower[start - 1] in slot("settlement_noun") and not words.cap[start - 1]:
            return True
        return words.at(end) in kinds and not words.cap[end]

    def comma_region(self, end: int) -> bool:
        """Whether ", Region" or "in Region" follows: a printed short form, a country or a first-level region."""
        words = self.words
        if words.at(end) not in (",", "in"):
            return False
        if end + 1 in self.shorts:
            return True
        index = end + 1
        while index < len(words) and (words.lower[index] in ("in", "the") or words.lower[index] in slot("direction")):
            index += 1
        return any(reading.countries or is_region(reading) for reading in self.names.at.get(index, {}).values())

    def dateline(self, start: int, end: int) -> bool:
        """Whether the name in capitals opens a paragraph before a dash, a comma or a bracket."""
        words = self.words
        text = words.span(start, end)
        if end >= len(words) or not text.isupper() or len(text) < 3:
            return False
        opens = start == 0 or words.text[start - 1].isspace() or words.text[start - 1] in '.!?”"'
        return opens and words.text[end] in ("—", "–", "-", "--", "(", ",")

    def part_of_person(self, start: int, end: int) -> bool:
        """A title before, "Jr." after, or a word of a person's full name in this text."""
        words = self.words
        if start and words.lower[start - 1].rstrip(".") in slot("person_title") and words.cap[start - 1] and end - start <= 2:
            return True
        if words.at(end).rstrip(".") in slot("person_follow"):
            return True
        surname = end - start == 1 and words.lower[start] in self.kinds.persons and not self.locative(start)
        return surname and self.kinds.entity[start] != "LOC"

    def part_of_other(self, end: int) -> bool:
        """ "US$ 5 million", "West Nile virus": the name belongs to something that is no place."""
        if self.words.at(end) in slot("disease_noun"):
            return not (self.kinds.entity[end - 1] == "LOC" and self.locative(end - 1))
        return self.words.at(end) == "$"

    def no_place(self, start: int, end: int) -> bool:
        """Adjectives of nations and bare directions are no places, whatever the model says."""
        if all(self.kinds.adjective[start:end]):
            return True
        if end - start > 1:
            return False
        adjective = self.words.token(start).pos_ == "ADJ" and self.names.get(start, end) is None
        return adjective or self.words.lower[start] in slots("direction", "compass")

    def placed(self, start: int, end: int, reading: Reading) -> bool:
        """Whether a name that the model took for a person stands where only a place can: "resident of X", "in X", "X, Ohio".

        Places of 20,000 people or more, regions and countries count in more contexts ("reached X", "from X", "attacks on X").
        """
        words = self.words
        if end - start == 1 and words.lower[start] in self.kinds.persons:
            return False
        if self.comma_region(end) or self.listed(start):
            return True
        index = words.back_over(start - 1)
        before, back = words.at(index), words.at(index - 1)
        if before == "of":
            return back in slot("of_place") or back in slots("settlement_noun", "region_noun", "compass", "near_noun")
        if before in slot("strict_locative") and before not in ("around", "through"):
            return back != "according"
        if before == "to" and back in slots("close_adjective", "compass"):
            return True
        large = reading.strong or is_region(reading) or people(reading) >= LARGE
        if not large or weak(reading):
            return False
        if before == "on" and (words.is_act(index - 1, "to_verb_on") or back in slot("facility_act_noun")):
            return True
        if before in ("from", "between", "for", "via") or (
            before == "to" and end - start <= 3 and words.at(index - 1) in slot("moved")
        ):
            return True
        return any(words.is_act(index, name) for name in ("from_verb", "to_verb", "facility_act"))

    def listed(self, start: int) -> bool:
        """Whether the word before is "and" or a comma behind another place."""
        index = start - 1
        if self.words.at(index) not in (",", "and"):
            return False
        index -= self.words.at(index - 1) == ","
        return self.ends_at.get(index, "road") != "road"

    def fenced(self, start: int, end: int, reading: Reading) -> bool:
        """Whether capitalised words that belong to no known name stand right beside it ("Jordan Pickford", "Paris Hilton")."""
        words = self.words
        if end < len(words) and words.cap[end] and words.gap[end - 1] and not self.taken[end]:
            known = words.lower[end] in slots("org_noun", "region_noun", "facility_noun", "common")
            if not (words.sentence_start[end] or known):
                return not words.text[end].isupper() or words.text[start].isupper()
        before = start - 1
        if (
            before >= 0
            and words.cap[before]
            and words.gap[before]
            and not words.sentence_start[before]
            and not self.taken[before]
        ):
            known = words.lower[before] in slots("direction", "locative", "person_title")
            if not known and not words.stop[before]:
                return True
        return bool(end < len(words) - 1 and words.joined(end) and words.cap[end + 1] and not reading.strong)


def is_region(reading: Reading) -> bool:
    """Whether a first-level region has this as its main name."""
    return any(kind == MAIN and gazetteer().level(row) == "admin1" for row, kind in reading.rows)


def people(reading: Reading) -> float:
    """log10 of the largest population that bears this name; 0 when none is known."""
    rows = [row for row, kind in reading.rows if kind in (MAIN, ALIAS)][:50] or [row for row, _ in reading.rows][:50]
    return float(gazetteer().populations(np.array(rows, dtype=np.int64)).max()) if rows else 0.0
