"""Where: mentions of places, the place that each means, and whether the name is an actor there.

The work is in parts: `_place_candidates` finds mentions, `_place_resolution` settles what they mean, `_place_rows` makes the rows,
`_place_roles` says what part a place plays. docs/places.md describes the rules, the tables and the conventions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._actor_use import place_or_actor
from conflict_extract.annotate._place_candidates import find_candidates
from conflict_extract.annotate._place_context import Candidate, Known
from conflict_extract.annotate._place_resolution import Choice, resolve
from conflict_extract.annotate._place_roles import place_role
from conflict_extract.annotate._place_rows import make_rows
from conflict_extract.annotate._place_words import Words, slot
from conflict_extract.annotate.layer import (
    ActorMention,
    ActorRow,
    FrameRecord,
    PlaceMention,
    read,
    read_table,
    write,
    write_table,
)
from conflict_extract.lexicons.gazetteer import fold, gazetteer
from conflict_extract.lexicons.places import PlaceTable, country_points, place_table


@Language.factory("conflict_places", default_config={"places": (), "countries": None})
def make_places(nlp: Language, name: str, places: Sequence[str], countries: str | None) -> Places:
    """Make the component; settings `places` and `countries` are files of the user's (docs/places.md)."""
    return Places(tuple(places), countries)


class Places:
    """The component `conflict_places`: writes the layer and the table `places`.

    It reads entities and the tree if they are there, and the layer `actors` if it is there; without entities it finds only what
    names and patterns prove.

    Args:
        files: tables of the user's, added to ours.
        countries: a file that replaces the country of disputed places.

    Raises:
        LexiconError: a file cannot be read or a line does not fit (at construction).
    """

    def __init__(self, files: tuple[str, ...] = (), countries: str | None = None) -> None:
        self.files, self.countries = files, countries
        if files or countries:
            place_table(files, countries)

    @property
    def table(self) -> PlaceTable:
        """The tables in use."""
        return place_table(self.files, self.countries)

    def __call__(self, doc: Doc) -> Doc:
        """Write the layer and the table."""
        words, candidates = find_candidates(doc, self.table, _known(doc))
        choices = resolve(candidates, _country_weights(doc))
        rows, keys = make_rows(candidates, choices, self.table)
        write_table(doc, "places", rows)
        mentions = _Mentions(doc, words, candidates)
        write(doc, "places", [mentions.record(number, choices[number], keys[number]) for number in range(len(candidates))])
        return doc


def _known(doc: Doc) -> Known:
    """Character spans of the states, persons, organisations and adjectives of nations that the layer `actors` names."""
    rows = {row.key: row for row in read_table(doc, "actors", ActorRow)}
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for mention in read(doc, "actors", ActorMention):
        place = (mention.start, mention.end)
        row = rows.get(mention.actor)
        kind = row.type if row is not None else ""
        if mention.form == "demonym":
            spans["adjective"].append(place)
        elif mention.form not in ("name", "acronym"):
            continue
        elif kind == "state" or (row is not None and (row.kb or "").startswith("authority/")):
            spans["state"].append(place)
        elif kind == "person":
            spans["person"].append(place)
        elif kind in ("organization", "armed_group", "media", "government_body"):
            spans["listed" if row is not None and row.kb else "organisation"].append(place)
    return Known(spans["state"], spans["listed"], spans["person"], spans["organisation"], spans["adjective"])


def _country_weights(doc: Doc) -> dict[str, float]:
    """What the actors of the text say about countries: each actor with a country counts 0.6, mentioned again up to 1.2."""
    often = Counter(mention.actor for mention in read(doc, "actors", ActorMention))
    weights: dict[str, float] = defaultdict(float)
    for row in read_table(doc, "actors", ActorRow):
        if row.country:
            weights[row.country] += min(1.2, 0.5 + 0.1 * often[row.key])
    return {code: min(weight, 3.0) for code, weight in weights.items()}


def _polity(choice: Choice) -> bool:
    """Whether the place is a state, a capital or a disputed territory, whose name can stand for a government."""
    if choice.row is not None:
        row = gazetteer().row(choice.row)
        point = country_points().get(row.country)
        return point is not None and point.capital is not None and fold(point.capital) == fold(row.name)
    return choice.country is not None or (choice.entry is not None and choice.entry.level in ("country", "area", "admin1"))


def _names_a_pact(words: Words, end: int) -> bool:
    """ "the Black Sea grain deal", "the Minsk agreements": the place only names an agreement or a meeting."""
    for index in range(end, min(end + 3, len(words))):
        if words.lower[index] in slot("pact_noun"):
            return True
        if not words.text[index].isalpha() or words.token(index).pos_ not in ("NOUN", "ADJ", "PROPN"):
            break
    return False


class _Mentions:
    """Turns candidates into records: whether the name is an actor, and its role."""

    def __init__(self, doc: Doc, words: Words, candidates: Sequence[Candidate]) -> None:
        self.doc, self.words, self.candidates = doc, words, candidates
        self.held = {item.within: number for number, item in enumerate(candidates) if item.within is not None}
        self.roles: list[str] = []
        self.earlier: dict[int, str] = {}
        self.datelines = [(record.start, record.end) for record in read(doc, "frame", FrameRecord) if record.kind == "dateline"]

    def record(self, number: int, choice: Choice, key: str) -> PlaceMention:
        """The record of one candidate; call in order."""
        item = self.candidates[number]
        role = self._role(number)
        self.roles.append(role)
        self.earlier[item.end] = role
        use = self._use(number, choice)
        pact = use != "actor" and _names_a_pact(self.words, item.end)
        country = choice.country is not None or (choice.entry is not None and choice.entry.level == "country")
        modifier = use == "modifier" or item.inside_org or pact
        begin, stop = item.begin, item.stop
        if begin < 0:
            begin, stop = self.words.begin[item.start], self.words.end[item.end - 1]
        return PlaceMention(
            start=begin,
            end=stop,
            place=key,
            as_actor=use == "actor" or item.inside_org or pact or (modifier and country),
            modifier=modifier,
            role=role,
            rule=item.rule,
            entry=choice.entry.id if choice.entry is not None else None,
            score=choice.score,
        )

    def _role(self, number: int) -> str:
        item, child = self.candidates[number], self.held.get(number)
        if child is not None and child < number and self.words.lower[self.candidates[child].end : item.start] == [","]:
            return self.roles[child]  # "fled Goma, Congo"
        return place_role(self.words, item.start, item.end, self.earlier)

    def _use(self, number: int, choice: Choice) -> str:
        item, child = self.candidates[number], self.held.get(number)
        if self._in_dateline(item):
            return "place"
        if child is not None and child < number and self.words.at(self.candidates[child].end) in (",", "in"):
            return "place"  # "Sarmada, Syria, …"
        use = place_or_actor(self.doc, item.start, item.end)
        if use == "actor" and not _polity(choice) and self.words.at(item.start - 1) in ("of", "on", "in", "at", "near"):
            return "place"
        return use

    def _in_dateline(self, item: Candidate) -> bool:
        """Whether the mention stands in a dateline: one that the frame has, or capitals at the start of a line before a dash."""
        words = self.words
        begin, stop = words.begin[item.start], words.end[item.end - 1]
        if any(first <= begin and stop <= last for first, last in self.datelines):
            return True
        opens = item.start == 0 or words.text[item.start - 1].isspace()
        shouts = words.span(item.start, item.end).isupper() and stop - begin > 3
        return opens and shouts and words.at(item.end) in (",", "–", "—", "-", "(", "--")
