"""Which stretches of a text are mentions of places: entities, known names in a fitting context, and patterns.

A name of the gazetteer alone proves nothing (it has places called Of, Said and Mobile): it needs an entity, a pattern or another
mention. Names of countries and of our own tables count unless they look like a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from conflict_extract.annotate._actor_use import lemma_of
from conflict_extract.annotate._place_names import (
    POSSESSIVE,
    Names,
    Reading,
    capital,
    ends,
    joined,
    short_regions,
    starts,
    weak,
)
from conflict_extract.lexicons.gazetteer import ALIAS, MAIN, fold, gazetteer
from conflict_extract.lexicons.places import PlaceTable, place_words

LOC = frozenset({"LOC", "GPE", "FAC", "PLACE"})
PER = frozenset({"PER", "PERSON"})
ORG = frozenset({"ORG", "NORP"})
ROAD_NUMBER = re.compile(r"^(?:[A-Z]-?)?\d{1,4}[A-Z]?$")
ROAD_NAMES = frozenset({"highway", "interstate", "route", "motorway", "autobahn"})


@dataclass(slots=True)
class Candidate:
    """A mention in the making.

    `start`, `end`: tokens. `name`: the name proper. `noun`: the generic noun at the name ("province"), in lower case. `level`: set
    by a pattern. `within`: number of the candidate that contains it by a phrase ("Goma, in eastern Congo"). `begin`, `stop`:
    characters when they differ from the tokens.
    """

    start: int
    end: int
    name: str
    reading: Reading
    rule: str
    noun: str | None = None
    level: str | None = None
    inside_org: bool = False
    within: int | None = None
    near: tuple[int, float] | None = None  # number of the candidate that it lies by, and the kilometres said or supposed
    begin: int = -1
    stop: int = -1
    region: tuple[str, str] | None = None  # (country, region) of a printed short form
    tags: set[str] = field(default_factory=set)


def _slot(name: str) -> frozenset[str]:
    return place_words().get(name, frozenset())


class Finder:
    """Finds the candidates of one document.

    Args:
        doc: the document; its entities are used if it has some.
        table: our tables and the user's.
        persons, organisations, adjectives: character spans of persons, organisations and adjectives of nations ("Sudanese") that
            another component knows.
    """

    def __init__(
        self,
        doc: Doc,
        table: PlaceTable,
        persons: Sequence[tuple[int, int]] = (),
        organisations: Sequence[tuple[int, int]] = (),
        adjectives: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.doc = doc
        self.names = Names(doc, table)
        self.entity: list[str] = [""] * len(doc)
        self.spans: list[tuple[int, int, str]] = []
        for ent in doc.ents:
            kind = "LOC" if ent.label_ in LOC else "PER" if ent.label_ in PER else "ORG" if ent.label_ in ORG else ""
            if kind:
                self.spans.append((ent.start, ent.end, kind))
                for index in range(ent.start, ent.end):
                    self.entity[index] = kind
        self.has_entities = bool(self.spans)
        for kind, spans in (("PER", persons), ("ORG", organisations)):
            for begin, stop in spans:
                span = doc.char_span(begin, stop, alignment_mode="expand")
                if span is not None and not any(self.entity[span.start : span.end]):
                    self.spans.append((span.start, span.end, kind))
                    for index in range(span.start, span.end):
                        self.entity[index] = kind
        self.adjective = [False] * len(doc)
        for begin, stop in adjectives:
            span = doc.char_span(begin, stop)
            for index in range(span.start, span.end) if span is not None else ():
                self.adjective[index] = True
        self.taken = [False] * len(doc)
        self.found: list[Candidate] = []
        self.persons = {
            token.lower_ for start, end, kind in self.spans if kind == "PER" and end - start > 1 for token in doc[start:end]
        }

    def run(self) -> list[Candidate]:
        """All candidates in order of the text, with their containers."""
        self._shorts()
        self._roads()
        for start, end, kind in self.spans:
            if kind == "LOC":
                self._entity(start, end)
            elif kind == "ORG":
                self._institution(start, end)
        self._nouns()
        waiting = self._known()
        accepted = {item.reading.folded for item in self.found if not item.inside_org}
        for item in waiting:
            if item.reading.folded in accepted and not any(self.taken[item.start : item.end]):
                item.rule = "repeated"
                self._add(item)
        self.found.sort(key=lambda item: (item.start, item.end))
        self.found = [item for number, item in enumerate(self.found) if not self._bracketed(number)]
        self._contain()
        return self.found

    def _bracketed(self, number: int) -> bool:
        """An acronym in brackets right behind the name that it stands for ("Line of Control (LoC)") is no mention of its own."""
        if not number:
            return False
        item, before = self.found[number], self.found[number - 1]
        if (
            item.start - before.end != 1
            or self.doc[before.end].text != "("
            or item.end >= len(self.doc)
            or self.doc[item.end].text != ")"
        ):
            return False
        same = item.reading.entry is not None and item.reading.entry is before.reading.entry
        return same or (bool(item.reading.countries) and item.reading.countries == before.reading.countries)

    # --- one source of candidates after the other

    def _add(self, item: Candidate) -> None:
        if any(self.taken[item.start : item.end]):
            return
        for index in range(item.start, item.end):
            self.taken[index] = True
        self.found.append(item)

    def _shorts(self) -> None:
        for begin, stop, entry in short_regions(self.doc):
            span = self.doc.char_span(begin, stop, alignment_mode="expand")
            if span is None or any(self.taken[span.start : span.end]):
                continue
            text = self.doc.text[begin:stop]
            item = Candidate(span.start, span.end, text, Reading(fold(entry.region)), "short", "state", begin=begin, stop=stop)
            item.region = (entry.country, entry.region)
            self._add(item)

    def _roads(self) -> None:
        """Streets and numbered roads: "Darby Street", "Highway 4", "Interstate 45"."""
        doc = self.doc
        nouns, short = _slot("road_noun"), _slot("road_short")
        for index, token in enumerate(doc):
            if not capital(token):
                continue
            if token.lower_ in ROAD_NAMES | {"road"} and index + 1 < len(doc) and ROAD_NUMBER.match(doc[index + 1].text):
                self._add(Candidate(index, index + 2, doc[index : index + 2].text, Reading(""), "road", None, "facility"))
            elif (token.lower_ in nouns or token.text.rstrip(".") in short) and index:
                start = index
                while start and capital(doc[start - 1]) and index - start < 3 and not self._stop_word(doc[start - 1]):
                    start -= 1
                if start < index and "PER" not in self.entity[start : index + 1]:
                    if token.text.rstrip(".") in ("St", "Dr", "Ct") and not token.text.endswith("."):
                        continue
                    if self.names.get(start, index + 1) and token.lower_ not in nouns:
                        continue
                    self._add(Candidate(start, index + 1, doc[start : index + 1].text, Reading(""), "road", None, "facility"))

    def _stop_word(self, token: Token) -> bool:
        return token.is_stop or token.is_punct or token.lower_ in _slot("locative")

    def _entity(self, start: int, end: int) -> None:
        """An entity of the encoder, parted at commas, at conjunctions and hyphens between names, and at generic nouns inside it."""
        doc = self.doc
        whole = self.names.get(start, end) is not None
        cuts: list[tuple[int, int]] = []
        begin = start
        for index in range(start, end):
            word = doc[index].lower_
            inner = start < index < end - 1 and not whole
            cut = word == "," or (inner and (word in ("and", "or", "/") or self._between_names(index)))
            noun = (
                inner
                and not capital(doc[index])
                and word in _slot("settlement_noun") | _slot("region_noun") | _slot("area_noun") | {"slum"}
            )
            if cut or noun:
                cuts.append((begin, index))
                begin = index + 1
        cuts.append((begin, end))
        for begin, stop in cuts:
            if begin < stop:
                self._place(begin, stop)

    def _between_names(self, index: int) -> bool:
        """Whether a hyphen joins two names that are known by themselves ("Fargo-Moorhead")."""
        if not joined(self.doc, index):
            return False
        return bool(self.names.get(index - 1, index)) and bool(self.names.get(index + 1, index + 2))

    def _place(self, start: int, end: int) -> None:
        """One place name of an entity: trim it and find what the tables know."""
        doc = self.doc
        if any(self.taken[start:end]) or self._part_of_other(end) or doc[start].lower_ in _slot("not_place_first"):
            return
        while start < end - 1 and self.adjective[start] and self.names.get(start, end) is None:
            start += 1
        if start < end - 2 and doc[start].text in ("R", "D") and joined(doc, start + 1):
            start += 2
        while start < end - 1 and (doc[start].lower_ in ("the", "a", "an", "of", "in", "near") or doc[start].is_punct):
            start += 1
        longer = self.names.longest(start, min(len(doc), end + 2))
        if longer is not None and longer[0] > end and not any(self.taken[end : longer[0]]) and self._extends(end, longer[0]):
            end = longer[0]
        if self.names.get(start, end) is None:
            step = start
            while step < end - 1 and doc[step].text.lower() in _slot("direction"):
                step += 1 + (step < end - 2 and joined(doc, step + 1))
                if self.names.get(step, end) is not None or not capital(doc[step - 1]):
                    start = step
                    break
        reading = self.names.get(start, end)
        noun = None
        if reading is None:
            stop = end
            while stop > start + 1 and doc[stop - 1].lower_ in _slot("drop_noun") | _slot("settlement_noun") | _slot(
                "region_noun"
            ):
                noun = noun or doc[stop - 1].lower_
                stop -= 1
            shorter = self.names.get(start, stop)
            if shorter is not None or (noun and not capital(doc[end - 1])) or (noun and noun in _slot("drop_noun")):
                reading = shorter
                name_end = stop
            else:
                name_end, noun = end, None
        else:
            name_end = end
        if reading is None and noun is None:
            end = name_end = self._known_part(start, end)
            reading = self.names.get(start, end)
        if not any(capital(token) for token in doc[start:name_end]) or self._no_place(start, name_end):
            return
        if len(doc[start:name_end].text) < 2 or doc[start:name_end].text.isdigit():
            return
        span_end = end if capital(doc[end - 1]) else name_end
        item = Candidate(
            start, span_end, doc[start:name_end].text, reading or Reading(fold(doc[start:name_end].text)), "entity", noun
        )
        if noun in _slot("region_noun"):
            item.tags.add("region")
        self._facility(item)
        self._noun_after(item)
        self._add(item)

    def _no_place(self, start: int, end: int) -> bool:
        """Adjectives of nations and bare directions are no places, whatever the encoder says."""
        doc = self.doc
        if all(self.adjective[start:end]):
            return True
        if end - start > 1:
            return False
        word = doc[start].lower_
        known = self.names.get(start, end)
        return word in _slot("direction") | _slot("compass") or (doc[start].pos_ == "ADJ" and known is None)

    def _known_part(self, start: int, end: int) -> int:
        """The end of the place in an unknown name: "Minnesota House" is Minnesota, "Cairo Stadium" stays whole."""
        last = self.doc[end - 1].lower_
        kinds = (
            _slot("facility_noun") | _slot("area_noun") | _slot("water_noun") | _slot("region_noun") | _slot("settlement_noun")
        )
        if end - start < 2 or last in kinds or last in _slot("road_noun") or self.doc[start].lower_ in kinds:
            return end
        known = self.names.longest(start, end - 1)
        if known is None or not capital(self.doc[end - 1]) or weak(known[1]):
            return end
        region = any(gazetteer().level(row) == "admin1" and kind == MAIN for row, kind in known[1].rows)
        return known[0] if known[1].strong or region else end

    def _institution(self, start: int, end: int) -> None:
        """An organisation that is a building here: "seized Mosul University", "the shelling of Nasser Hospital"."""
        doc = self.doc
        while start < end - 1 and doc[start].lower_ == "the":
            start += 1
        nouns = _slot("institution_noun") | _slot("facility_noun")
        if end - start < 2 or not (doc[end - 1].lower_ in nouns or doc[start].lower_ in nouns) or any(self.taken[start:end]):
            return
        if self._hit(start) or self._inside(start):
            reading = self.names.get(start, end) or Reading(fold(doc[start:end].text))
            item = Candidate(start, end, doc[start:end].text, reading, "facility", level=None if reading.strong else "facility")
            if not reading.strong:
                item.tags.add("facility")
            self._add(item)

    def _inside(self, start: int) -> bool:
        """Whether a preposition of place stands before ("in", "inside", "near"), but not "at", which institutions have too."""
        index = start - 1
        while index > 0 and (self.doc[index].lower_ == "the" or self.doc[index].lower_ in _slot("direction")):
            index -= 1
        return index >= 0 and self.doc[index].lower_ in ("in", "inside", "outside", "near", "around", "into", "toward", "towards")

    def _extends(self, end: int, longer: int) -> bool:
        """Whether the tokens after an entity belong to its name ("Laurel" + "County")."""
        words = _slot("region_noun") | _slot("area_noun") | _slot("water_noun") | {"city"}
        return all(token.lower_ in words and capital(token) for token in self.doc[end:longer])

    def _facility(self, item: Candidate) -> None:
        """A name that ends in a facility's noun is a facility: "Tabqa Dam", "Mosul University", "University of Mosul"."""
        last, first = self.doc[item.end - 1].lower_, self.doc[item.start].lower_
        nouns = _slot("facility_noun")
        if (
            item.end - item.start > 1
            and (last in nouns or (first in nouns and item.end - item.start > 2))
            and not item.reading.strong
        ):
            settled = any(kind == MAIN for _, kind in item.reading.rows)
            if not settled:
                item.level = "facility"
                item.tags.add("facility")
        elif (
            last in _slot("water_noun") | _slot("area_noun")
            and item.end - item.start > 1
            and not item.reading.strong
            and not item.reading.rows
        ):
            item.level = "area"

    def _noun_after(self, item: Candidate) -> None:
        """The generic noun beside a name: "Idlib province", "the village of Safina", "the city of Mosul", "Daquq, a town"."""
        doc = self.doc
        if item.noun is None and item.end < len(doc):
            word = doc[item.end].lower_
            if word in _slot("region_noun") | _slot("settlement_noun") | {"camp", "site"} and not doc[item.end].is_title:
                item.noun = word
            elif (word in ("refugee", "displacement", "idp", "displaced") and item.end + 1 < len(doc)) and doc[
                item.end + 1
            ].lower_ in ("camp", "site"):
                item.noun = "camp"
            if item.noun in ("camp", "site"):
                item.level = item.level or "facility"
        if item.noun is None and item.start > 1 and doc[item.start - 1].lower_ == "of":
            word = doc[item.start - 2].lower_
            if word in _slot("region_noun") | _slot("settlement_noun") | _slot("area_noun"):
                item.noun = word
        if item.noun is None and item.start > 0:
            word = doc[item.start - 1].lower_
            if word in _slot("settlement_noun") | {"province", "state"}:
                item.noun = word

    def _nouns(self) -> None:
        """Names that no entity covers but a generic noun shows: "the village of X", "X village", "Tabqa Dam", "X camp"."""
        doc = self.doc
        for index, token in enumerate(doc):
            word = token.lower_
            if self.taken[index]:
                continue
            places = word in _slot("settlement_noun") or word in _slot("region_noun")
            if places and not capital(token) and index + 2 < len(doc) and doc[index + 1].lower_ in ("of", "called", "named"):
                start = index + 2 + (doc[index + 2].lower_ == "the")
                if start < len(doc) and starts(doc, start) and not self.taken[start] and self.entity[start] in ("", "PER", "LOC"):
                    stop = self._run_end(start)
                    item = self._make(start, stop, "pattern", word)
                    self._add(item)
            if capital(token) and word in _slot("facility_noun") | _slot("area_noun") | _slot("water_noun") | {
                "county",
                "parish",
                "province",
                "district",
                "territory",
                "governorate",
                "oblast",
            }:
                start = index
                while start and self._name_part(start - 1) and index - start < 4:
                    start -= 1
                if start < index and not any(self.taken[start : index + 1]) and "PER" not in self.entity[start : index + 1]:
                    if not starts(doc, start) or (
                        self._org(start, index + 1) and word not in ("airport", "dam", "bridge", "county", "parish")
                    ):
                        continue
                    if word in ("county", "parish") and self.names.get(start, index + 1) is None:
                        continue
                    if word in _slot("institution_noun") and not (self._locative(start) or self._hit(start)):
                        continue
                    if all(part.lower_ in _slot("plain_adjective") for part in doc[start:index]):
                        continue
                    self._place(start, index + 1)
            elif word in _slot("facility_noun") and not capital(token) and index > 1 and capital(doc[index - 1]):
                self._small_facility(index)

    def _small_facility(self, index: int) -> None:
        """ "al-Khani mosque": an unknown name with a small noun is the facility; a known one stays a place ("Goma airport")."""
        doc = self.doc
        start = index
        while start and self._name_part(start - 1) and index - start < 4:
            start -= 1
        if start < index and not any(self.taken[start : index + 1]) and starts(doc, start):
            known = any(self.names.get(begin, index) for begin in range(start, index))
            if known or "PER" in self.entity[start:index] or (doc[start].is_sent_start and self._stop_word(doc[start])):
                return
            if start == index - 1 and (doc[start].pos_ == "ADJ" or doc[start].text.isupper()):
                return
            item = Candidate(
                start,
                index + 1,
                doc[start : index + 1].text,
                Reading(fold(doc[start : index + 1].text)),
                "facility",
                None,
                "facility",
            )
            item.tags.add("facility")
            self._add(item)

    def _hit(self, start: int) -> bool:
        """Whether the words before are what is done to buildings ("shelled", "seized the", "control of", "the liberation of the")."""
        index = start - 1
        while index > 0 and (self.doc[index].lower_ in ("the", "a", "an") or self.doc[index].lower_ in _slot("direction")):
            index -= 1
        if index < 0:
            return False
        if self.doc[index].lower_ in ("of", "on", "at") and index:
            return self.doc[index - 1].lower_ in _slot("facility_act_noun")
        return lemma_of(self.doc[index]) in _slot("facility_act") or self.doc[index].lower_ in _slot("facility_act")

    def _name_part(self, index: int) -> bool:
        """Whether a token can stand inside a name that ends further right."""
        doc = self.doc
        if capital(doc[index]):
            return not (doc[index].is_sent_start and doc[index].is_stop) and not self.taken[index]
        if joined(doc, index):
            return True
        return doc[index].lower_ in ("al", "el") and index + 1 < len(doc) and joined(doc, index + 1)

    def _run_end(self, start: int) -> int:
        """The end of the capitalised run from here; a known name in it wins."""
        run = [end for end in ends(self.doc, start)]
        known = self.names.longest(start, run[-1] if run else start)
        if known is not None:
            return known[0]
        for end in reversed(run):
            if not any(token.text in POSSESSIVE or token.lower_ in ("and", "in", "on") for token in self.doc[start:end]):
                return end
        return start + 1

    def _make(self, start: int, end: int, rule: str, noun: str | None = None) -> Candidate:
        text = self.doc[start:end].text
        item = Candidate(start, end, text, self.names.get(start, end) or Reading(fold(text)), rule, noun)
        self._noun_after(item)
        return item

    def _org(self, start: int, end: int) -> bool:
        return "ORG" in self.entity[start:end]

    def _known(self) -> list[Candidate]:
        """Names of the tables outside entities that name places. Returns those that wait for a better mention of the same name."""
        waiting: list[Candidate] = []
        for start in sorted(self.names.at):
            if self.taken[start]:
                continue
            for end in sorted(self.names.at[start], reverse=True):
                if any(self.taken[start:end]):
                    continue
                reading = self.names.at[start][end]
                verdict = self._judge(start, end, reading)
                if verdict == "no":
                    continue
                item = self._make(start, end, verdict)
                item.inside_org = self._org(start, end) and not self._whole(start, end)
                if verdict == "wait":
                    waiting.append(item)
                    continue
                self._add(item)
                break
        return waiting

    def _judge(self, start: int, end: int, reading: Reading) -> str:
        """ "no", "wait" (needs another mention), or the rule that accepts the name."""
        doc = self.doc
        single = end - start == 1
        kinds = set(self.entity[start:end])
        if self._no_place(start, end):
            return "no"
        if single and reading.folded in _slot("common") and not self._comma_region(end):
            return "no" if not reading.strong else "wait"
        if self._part_of_person(start, end):
            return "no"
        if "PER" in kinds:
            return "pattern" if self._whole(start, end) and self._placed(start, end) else "no"
        if self._part_of_other(end):
            return "no"
        if "ORG" in kinds:
            return self._in_organisation(start, end, reading)
        if self._fenced(start, end, reading):
            return "no"
        if reading.strong:
            return "name"
        if self._comma_region(end) or self._dateline(start, end):
            return "pattern"
        best = self._best(reading)
        if not single and best >= 2 and doc[end - 1].lower_ in _slot("region_noun"):
            return "name"
        if weak(reading):
            return "wait" if doc[end - 1].is_title or not self._generic(start, end) else "pattern"
        if self._generic(start, end):
            return "pattern"
        region = any(
            row >= gazetteer().places and kind == MAIN and gazetteer().level(row) == "admin1" for row, kind in reading.rows
        )
        if region and (self._locative(start) or not doc[start].is_sent_start or not single):
            return "name"
        if self._locative(start) and best >= (4.0 if self.has_entities else 3.7):
            return "pattern"
        return "wait"

    def _best(self, reading: Reading) -> float:
        """log10 of the largest population that bears this name (alternate names count half)."""
        import numpy as np

        rows = [row for row, kind in reading.rows if kind in (MAIN, ALIAS)][:50] or [row for row, _ in reading.rows][:50]
        if not rows:
            return 0.0
        return float(gazetteer().populations(np.array(rows, dtype=np.int64)).max())

    def _in_organisation(self, start: int, end: int, reading: Reading) -> str:
        """ "Alexandria Police", "University of Texas": a place inside an organisation's name."""
        doc = self.doc
        if self._whole(start, end):
            if reading.strong or (self._locative(start) and not doc[start].text.isupper() and self._best(reading) >= 4.5):
                return "organisation"
            return "wait"
        first = not (start and self.entity[start - 1] == "ORG")
        after_of = start > 0 and doc[start - 1].lower_ in ("of", "for", "in")
        after = doc[end].lower_ if end < len(doc) else ""
        if first and after in _slot("press_noun"):
            return "no"
        if (first and (after in _slot("org_noun") or reading.countries)) or after_of:
            region = any(gazetteer().level(row) != "settlement" and kind == MAIN for row, kind in reading.rows)
            if reading.strong or region or (self._best(reading) >= 4.3 and not weak(reading)):
                return "organisation"
            return "wait"
        return "wait" if first else "no"

    def _whole(self, start: int, end: int) -> bool:
        return any(begin == start and stop == end for begin, stop, _ in self.spans)

    def _part_of_person(self, start: int, end: int) -> bool:
        """A title before, "Jr." after, or a surname that an entity of this text shows."""
        doc = self.doc
        before = doc[start - 1].lower_.rstrip(".") if start else ""
        if before in _slot("person_title") and capital(doc[start - 1]) and end - start <= 2:
            return True
        if end < len(doc) and doc[end].lower_.rstrip(".") in _slot("person_follow"):
            return True
        if end - start == 1 and doc[start].lower_ in self.persons and not self._locative(start):
            return self.entity[start] != "LOC"
        return False

    def _part_of_other(self, end: int) -> bool:
        """ "US$ 5 million", "West Nile virus": the name belongs to something that is no place."""
        doc = self.doc
        if end >= len(doc):
            return False
        if doc[end].lower_ in _slot("disease_noun"):
            return not (doc[end - 1].ent_type_ in LOC and end > 1 and self._locative(end - 1))
        return doc[end].text == "$"

    def _placed(self, start: int, end: int) -> bool:
        """Whether a name that the encoder took for a person stands where only a place can: "resident of X", "in X", "X, Ohio"."""
        doc = self.doc
        if end - start > 2 or any(doc[index].lower_ in self.persons for index in range(start, end)):
            return False
        if self._comma_region(end):
            return True
        before = doc[start - 1].lower_ if start else ""
        back = doc[start - 2].lower_ if start > 1 else ""
        if before == "of":
            return back in (
                "resident",
                "residents",
                "mayor",
                "outskirts",
                "native",
                "city",
                "town",
                "village",
                "people",
                "streets",
                "north",
                "south",
                "east",
                "west",
            )
        if before in ("in", "near", "outside", "at") or (before == "from" and self._list_of_places(start)):
            return True
        return self._list_of_places(start)

    def _list_of_places(self, start: int) -> bool:
        """Whether the word before is "and" or a comma behind another place."""
        index = start - 1
        if index < 1 or self.doc[index].lower_ not in (",", "and"):
            return False
        index -= self.doc[index - 1].text == ","
        return any(item.end == index and item.rule != "road" for item in self.found[-40:])

    def _fenced(self, start: int, end: int, reading: Reading) -> bool:
        """Whether capitalised words that belong to no known name stand right beside it ("Jordan Pickford", "Paris Hilton")."""
        doc = self.doc
        if end < len(doc) and capital(doc[end]) and doc[end - 1].whitespace_ and not self.taken[end]:
            word = doc[end].lower_
            if not (
                doc[end].is_sent_start
                or word in _slot("org_noun") | _slot("region_noun") | _slot("facility_noun")
                or word in _slot("common")
            ):
                return not doc[end].text.isupper() or doc[start].text.isupper()
        if (
            start
            and capital(doc[start - 1])
            and doc[start - 1].whitespace_
            and not doc[start - 1].is_sent_start
            and not self.taken[start - 1]
        ):
            word = doc[start - 1].lower_
            if word not in _slot("direction") | _slot("locative") | _slot("person_title") and not doc[start - 1].is_stop:
                return True
        return bool(end < len(doc) - 1 and joined(doc, end) and capital(doc[end + 1]) and not reading.strong)

    def _locative(self, start: int) -> bool:
        """Whether a locative preposition stands before the name (articles and direction words between)."""
        doc, index = self.doc, start - 1
        while index > 0 and (doc[index].lower_ in ("the", "of") or doc[index].lower_ in _slot("direction")):
            index -= 1
        return (
            index >= 0
            and doc[index].lower_ in _slot("strict_locative")
            and not (index > 0 and doc[index - 1].lower_ == "according")
        )

    def _generic(self, start: int, end: int) -> bool:
        """Whether a generic noun stands beside the name ("the town of", "X province")."""
        doc = self.doc
        words = _slot("settlement_noun") | _slot("region_noun")
        if start > 1 and doc[start - 1].lower_ == "of" and doc[start - 2].lower_ in words:
            return True
        if start and doc[start - 1].lower_ in _slot("settlement_noun") and not capital(doc[start - 1]):
            return True
        return end < len(doc) and doc[end].lower_ in words and not capital(doc[end])

    def _comma_region(self, end: int) -> bool:
        """Whether ", Region" follows: a printed short form, a country or a first-level region."""
        doc = self.doc
        if end + 1 >= len(doc) or doc[end].text != ",":
            return False
        if any(item.rule == "short" and item.start == end + 1 for item in self.found):
            return True
        index = end + 1
        while index < len(doc) and (doc[index].lower_ in ("in", "the") or doc[index].lower_ in _slot("direction")):
            index += 1
        for reading in self.names.at.get(index, {}).values():
            if reading.countries or any(gazetteer().level(row) == "admin1" and kind == MAIN for row, kind in reading.rows):
                return True
        return False

    def _dateline(self, start: int, end: int) -> bool:
        """Whether the name in capitals opens a paragraph before a dash, a comma or a bracket."""
        doc = self.doc
        if start and not doc[start - 1].is_space and not (doc[start - 1].is_punct and doc[start - 1].text in '.!?”"'):
            return False
        if end >= len(doc) or not doc[start:end].text.isupper() or len(doc[start:end].text) < 3:
            return False
        return doc[end].text in ("—", "–", "-", "--", "(", ",")

    def _contain(self) -> None:
        """Link each candidate to the one that contains it by a phrase: "A, B", "A, in eastern B", "A in B", "B's A"."""
        doc = self.doc
        for number, item in enumerate(self.found[:-1]):
            after = self.found[number + 1]
            if after.start - item.end > 16:
                continue
            words = [token.lower_ for token in doc[item.end : after.start]]
            item.near = self._beside(item.end, after.start, number + 1)
            if len(words) > 7:
                continue
            if item.noun and words and words[0] == item.noun:
                words = words[1:]
            comma = bool(words) and words[0] == ","
            rest = [
                word
                for word in (words[1:] if comma else words)
                if word not in _slot("direction")
                and word
                not in ("the", "-", "part", "of", "state", "province", "city", "a", "town", "village", "district", "region")
            ]
            if (comma and rest in ([], ["in"], ["near"])) or (not comma and rest == ["in"] and item.rule != "short"):
                item.within = number + 1
            elif (
                words
                and words[0] in POSSESSIVE
                and all(
                    word in _slot("direction") or word in _slot("settlement_noun") | _slot("region_noun") | {"the"}
                    for word in words[1:]
                )
            ):
                after.within = number

    def _beside(self, start: int, end: int, number: int) -> tuple[int, float] | None:
        """ "A, about 45 km south of B", "A, near B": the candidate beside which the one before lies, and how far."""
        words = [token.lower_ for token in self.doc[start:end]]
        if words and words[-1] == "the":
            words.pop()
        if not words or any(word in (".", ";", "and", "to", "into") or "\n" in word for word in words):
            return None
        if words[-1] in ("near", "outside") and len(words) <= 3:
            return number, 40.0
        if words[-1] not in ("of", "from") or not any(word in _slot("compass") or word in ("away",) for word in words[-3:]):
            return None
        kilometres = 0.0
        for position, token in enumerate(self.doc[start:end]):
            match = re.match(r"^(\d+(?:\.\d+)?)(.*)$", token.text.replace(",", ""))
            if match is not None and not kilometres:
                unit = match.group(2).lower() or (words[position + 1] if position + 1 < len(words) else "")
                if unit.startswith(("km", "kilom")):
                    kilometres = float(match.group(1))
                elif unit.startswith(("mi", "mile")):
                    kilometres = float(match.group(1)) * 1.609
        return number, min(kilometres or 60.0, 2000.0)
