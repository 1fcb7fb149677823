"""Where: mentions of places, the place that each means, and whether the name is an actor there.

The work is in three parts: `_place_candidates` finds mentions, `_place_resolution` settles what they mean, `_place_roles` says
what part a place plays. docs/places.md describes the rules, the tables and the conventions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._actor_use import place_or_actor
from conflict_extract.annotate._place_candidates import find_candidates
from conflict_extract.annotate._place_context import Candidate
from conflict_extract.annotate._place_resolution import Choice, resolve
from conflict_extract.annotate._place_roles import place_role
from conflict_extract.annotate._place_words import Words
from conflict_extract.annotate.layer import (
    ActorMention,
    ActorRow,
    FrameRecord,
    PlaceMention,
    PlaceRow,
    read,
    read_table,
    write,
    write_table,
)
from conflict_extract.lexicons.gazetteer import fold, gazetteer
from conflict_extract.lexicons.places import PlaceEntry, PlaceTable, country_points, place_table, place_words

FACILITY_FEATURES = {
    "airport": "AIRP", "airfield": "AIRF", "airbase": "AIRB", "hospital": "HSP", "clinic": "HSPC", "camp": "CMP", "site": "CMP",
    "crossing": "CRSB", "checkpoint": "CRSB", "bridge": "BDG", "dam": "DAM", "prison": "PRN", "jail": "PRN", "port": "PRT",
    "harbour": "HBR", "harbor": "HBR", "refinery": "OILR", "mosque": "MSQE", "church": "CH", "cathedral": "CH", "synagogue": "SYG",
    "temple": "TMPL", "monastery": "MSTY", "university": "UNIV", "college": "SCHC", "school": "SCH", "stadium": "STDM",
    "square": "SQR", "market": "MKT", "mine": "MN", "station": "STNR", "palace": "PAL", "hotel": "HTL", "tunnel": "TNL",
    "cemetery": "CMTY", "museum": "MUS", "park": "PRK", "monument": "MNMT", "mall": "MALL", "barracks": "INSM", "base": "INSM",
    "garrison": "INSM", "ranch": "RNCH", "zoo": "ZOO",
}  # fmt: skip
LEVEL_FEATURES = {"settlement": "PPL", "admin1": "ADM1", "admin2": "ADM2", "country": "PCLI"}


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
        words, candidates = find_candidates(doc, self.table, *_actor_spans(doc))
        choices = resolve(candidates, _country_weights(doc))
        rows, keys = _rows(doc, candidates, choices, self.table)
        write_table(doc, "places", rows)
        write(doc, "places", _mentions(doc, words, candidates, choices, keys))
        return doc


Spans = list[tuple[int, int]]


def _actor_spans(doc: Doc) -> tuple[Spans, Spans, Spans]:
    """Character spans of persons, organisations and adjectives of nations that the layer `actors` names."""
    kinds = {row.key: row.type for row in read_table(doc, "actors", ActorRow)}
    persons: Spans = []
    organisations: Spans = []
    adjectives: Spans = []
    for mention in read(doc, "actors", ActorMention):
        if mention.form == "demonym":
            adjectives.append((mention.start, mention.end))
        if mention.form not in ("name", "acronym"):
            continue
        kind = kinds.get(mention.actor, "")
        if kind == "person":
            persons.append((mention.start, mention.end))
        elif kind in ("organization", "armed_group", "media", "government_body"):
            organisations.append((mention.start, mention.end))
    return persons, organisations, adjectives


def _country_weights(doc: Doc) -> dict[str, float]:
    """What the actors of the text say about countries: each actor with a country counts 0.6, mentioned again up to 1.2."""
    often = Counter(mention.actor for mention in read(doc, "actors", ActorMention))
    weights: dict[str, float] = defaultdict(float)
    for row in read_table(doc, "actors", ActorRow):
        if row.country:
            weights[row.country] += min(1.2, 0.5 + 0.1 * often[row.key])
    return {code: min(weight, 3.0) for code, weight in weights.items()}


def _place_key(candidate: Candidate, choice: Choice) -> tuple[str, Any]:
    if choice.key is not None:
        return choice.key
    words = [word for word in (candidate.reading.folded or fold(candidate.name)).split() if word not in ("of", "the")]
    return ("name", (" ".join(sorted(words)), choice.context_country))


def _rows(
    doc: Doc, candidates: Sequence[Candidate], choices: Sequence[Choice], table: PlaceTable
) -> tuple[list[PlaceRow], list[str]]:
    """The rows of table `places` and, per candidate, the key of its row."""
    members: dict[tuple[str, Any], list[int]] = {}
    for number, (candidate, choice) in enumerate(zip(candidates, choices, strict=True)):
        members.setdefault(_place_key(candidate, choice), []).append(number)
    keys = [""] * len(candidates)
    rows: list[PlaceRow] = []
    for numbers in members.values():
        key = f"p{len(rows) + 1}"
        for number in numbers:
            keys[number] = key
        rows.append(_row(key, [candidates[number] for number in numbers], choices[numbers[0]], table))
    return rows, keys


def _row(key: str, items: Sequence[Candidate], choice: Choice, table: PlaceTable) -> PlaceRow:
    first = items[0]
    if choice.entry is not None:
        entry = choice.entry
        row = PlaceRow(key=key, name=_name(items, entry.name), country=entry.country, level=entry.level, feature=entry.feature)
        row.geonames, row.latitude, row.longitude = entry.geonames, entry.latitude, entry.longitude
        row.admin1, row.admin2 = entry.admin1, entry.admin2
        row.disputed, row.claimed_by = entry.disputed, list(entry.claimed_by)
        if entry.level == "country" and entry.country:
            row.geonames = row.geonames or country_points()[entry.country].geonames
        return row
    if choice.country is not None:
        point = country_points()[choice.country]
        return PlaceRow(
            key=key, name=point.name, country=choice.country, geonames=point.geonames, latitude=point.latitude,
            longitude=point.longitude, level="country", feature="PCLI",
        )  # fmt: skip
    if choice.row is not None:
        found = gazetteer().row(choice.row)
        name = found.name if first.region is not None else _name(items, found.name)
        row = PlaceRow(
            key=key, name=name, country=found.country, geonames=found.geonames, latitude=found.latitude,
            longitude=found.longitude, admin1=found.admin1, admin2=found.admin2, level=found.level, feature=LEVEL_FEATURES[found.level],
        )  # fmt: skip
        return _disputed(row, found.admin1, table)
    level = next((item.level for item in items if item.level), None) or _level_of(first)
    last = (first.name.split() or [""])[-1].lower()
    feature = "RD" if first.rule == "road" else FACILITY_FEATURES.get(last) or FACILITY_FEATURES.get(first.noun or "")
    row = PlaceRow(
        key=key, name=_name(items, ""), country=choice.context_country, level=level, feature=feature or LEVEL_FEATURES.get(level)
    )
    return row


def _disputed(row: PlaceRow, admin1: str | None, table: PlaceTable) -> PlaceRow:
    """A settlement in a disputed first-level region is disputed as the region is."""
    entry: PlaceEntry | None = table.find(fold(admin1)) if admin1 else None
    if entry is not None and entry.disputed and entry.level == "admin1":
        row.disputed, row.claimed_by, row.country = True, list(entry.claimed_by), entry.country
    return row


def _level_of(item: Candidate) -> str:
    noun = item.noun or ""
    words = place_words()
    if noun in ("county", "parish", "district", "territory", "subdistrict"):
        return "admin2"
    if noun in words["region_noun"] and noun not in ("area", "sector", "zone", "locality", "countryside"):
        return "admin1"
    if noun in words["settlement_noun"]:
        return "settlement"
    last = (item.name.split() or [""])[-1].lower()
    if last in words["facility_noun"]:
        return "facility"
    return "area" if last in words["water_noun"] | words["area_noun"] or noun == "area" else "settlement"


def _name(items: Sequence[Candidate], table_name: str) -> str:
    """The article's own name: the fullest form that is not an acronym or in capitals throughout; generic nouns go."""
    forms = [_clean(item) for item in items]
    written = [form for form in forms if not form.isupper() or len(form) == 1]
    if not written:
        if table_name and (len(forms[0]) <= 5 or fold(table_name) == fold(forms[0])):
            return table_name
        return forms[0] if len(forms[0]) <= 4 else forms[0].title()
    first = written[0]
    acronyms = {form for form in written if len(form) <= 5 and sum(char.isupper() for char in form) > 1 and " " not in form}
    fuller = [form for form in written if form not in acronyms]
    if first in acronyms and (fuller or table_name):
        return fuller[0] if fuller else table_name
    return first


def _clean(item: Candidate) -> str:
    name = " ".join(item.name.split())
    return name[4:] if name[:4].lower() == "the " else name


def _in_dateline(doc: Doc, item: Candidate, datelines: Sequence[tuple[int, int]]) -> bool:
    """Whether the mention stands in a dateline: one that the frame has, or capitals at the start of a line before a dash or comma."""
    span = doc[item.start : item.end]
    if any(begin <= span.start_char and span.end_char <= stop for begin, stop in datelines):
        return True
    first = item.start == 0 or doc[item.start - 1].is_space
    return (
        first
        and span.text.isupper()
        and len(span.text) > 3
        and item.end < len(doc)
        and doc[item.end].text in (",", "–", "—", "-", "(", "--")
    )


def _polity(choice: Choice) -> bool:
    """Whether the place is a state, a capital or a disputed territory, whose name can stand for a government."""
    if choice.row is not None:
        row = gazetteer().row(choice.row)
        point = country_points().get(row.country)
        return point is not None and point.capital is not None and fold(point.capital) == fold(row.name)
    return choice.country is not None or (choice.entry is not None and choice.entry.level in ("country", "area", "admin1"))


def _named_after(doc: Doc, end: int) -> bool:
    """ "the Black Sea grain deal", "the Minsk agreements": the place only names an agreement or a meeting."""
    for token in doc[end : end + 3]:
        if token.lower_ in place_words()["pact_noun"]:
            return True
        if not token.is_alpha or token.pos_ not in ("NOUN", "ADJ", "PROPN"):
            break
    return False


def _mentions(
    doc: Doc, words: Words, candidates: Sequence[Candidate], choices: Sequence[Choice], keys: Sequence[str]
) -> list[PlaceMention]:
    earlier: dict[int, str] = {}
    containers = {item.within: number for number, item in enumerate(candidates) if item.within is not None}
    roles: dict[int, str] = {}
    mentions: list[PlaceMention] = []
    datelines = [(record.start, record.end) for record in read(doc, "frame", FrameRecord) if record.kind == "dateline"]
    for number, (item, choice, key) in enumerate(zip(candidates, choices, keys, strict=True)):
        use = "place" if _in_dateline(doc, item, datelines) else place_or_actor(doc, item.start, item.end)
        level = choice.entry.level if choice.entry is not None else "country" if choice.country is not None else ""
        child = containers.get(number)
        if child is not None and child in roles and child < number and doc[candidates[child].end : item.start].text == ",":
            role = roles[child]
        else:
            role = place_role(words, item.start, item.end, earlier)
        roles[number] = role
        earlier[item.end] = role
        if (
            use == "actor"
            and not _polity(choice)
            and item.start
            and doc[item.start - 1].lower_ in ("of", "on", "in", "at", "near")
        ):
            use = "place"
        if use != "actor" and _named_after(doc, item.end):
            use = "modifier"
        modifier = use == "modifier" or item.inside_org
        as_actor = use == "actor" or item.inside_org or (modifier and (level == "country" or _named_after(doc, item.end)))
        span = doc[item.start : item.end]
        begin, stop = (item.begin, item.stop) if item.begin >= 0 else (span.start_char, span.end_char)
        entry = choice.entry.id if choice.entry is not None else None
        mentions.append(
            PlaceMention(
                start=begin,
                end=stop,
                place=key,
                as_actor=as_actor,
                modifier=modifier,
                role=role,
                rule=item.rule,
                entry=entry,
                score=choice.score,
            )
        )
    return mentions
