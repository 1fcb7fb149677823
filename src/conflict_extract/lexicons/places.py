"""Place tables beside the gazetteer: conflict regions, waters, camps, crossings, disputed areas, countries' centres, words.

`places.jsonl` and `disputed_places.jsonl` share the model `PlaceEntry`, which is also the schema of a user's table
(`load(places="mine.jsonl")`). `where_precision` gives UCDP GED's precision code of a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, model_validator

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.gazetteer import fold
from conflict_extract.lexicons.loader import Entry, load_table, read_table

Level = Literal["facility", "settlement", "admin2", "admin1", "country", "area"]
Role = Literal["at", "near", "from", "to", "reference"]


class PlaceEntry(Entry):
    """A line of `places.jsonl`, `disputed_places.jsonl` or a user's table.

    `id`: stable ("place/donbas"). `feature`: a GeoNames feature code (https://www.geonames.org/export/codes.html). `country`: ISO
    3166-1 alpha-2 or null for regions that span states and areas without an agreed state. `claimed_by`: states that claim it.
    `controlled_by`: the state that administers it, where one does. `disabled`: switches an entry of ours with this id off.
    """

    id: str = Field(pattern=r"^place/[a-z0-9]+(?:-[a-z0-9]+)*$")
    name: str = Field("", max_length=80)
    aliases: tuple[str, ...] = ()
    level: Level = "area"
    feature: str | None = Field(None, pattern=r"^[A-Z0-9]{2,6}$")
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    geonames: int | None = Field(None, ge=1)
    admin1: str | None = None
    admin2: str | None = None
    disputed: bool = False
    claimed_by: tuple[str, ...] = ()
    controlled_by: str | None = None
    disabled: bool = False

    @model_validator(mode="after")
    def _complete(self) -> PlaceEntry:
        if not self.disabled and not fold(self.name):
            raise ValueError("name: a place needs a name unless it is disabled")
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude: give both or neither")
        return self


class CountryEntry(Entry):
    """A line of `countries_of_places.jsonl`: a country or territory as a place: names, point, capital, neighbours (alpha-2 codes)."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    name: str
    aliases: tuple[str, ...] = ()
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    geonames: int
    capital: str | None = None
    neighbours: tuple[str, ...] = ()


class RegionShort(Entry):
    """A line of `region_abbreviations.jsonl`: printed short forms and the postal code of a first-level region."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    region: str
    short: tuple[str, ...] = ()
    postal: str = Field(pattern=r"^[A-Z]{2,3}$")


class PlaceWords(Entry):
    """A line of `place_words.jsonl`: words that play one part in finding places or their roles (docs/places.md lists the slots)."""

    slot: str
    words: tuple[str, ...]


class CountryRule(Entry):
    """A line of a user's `countries=` file: which state a disputed place is filed under. `place`: an id or a name of our tables."""

    place: str
    country: str | None = Field(pattern=r"^[A-Z]{2}$")


class PlaceTable:
    """The tables as one lookup by folded name; later tables win over earlier ones. Immutable after construction."""

    def __init__(
        self, entries: Iterable[PlaceEntry], rules: Iterable[CountryRule] = (), own: frozenset[str] = frozenset()
    ) -> None:
        by_id: dict[str, PlaceEntry] = {}
        for entry in entries:
            by_id.pop(entry.id, None)
            if not entry.disabled:
                by_id[entry.id] = entry
        names: dict[str, PlaceEntry] = {}
        for entry in by_id.values():
            for name in (*entry.aliases, entry.name):
                names[fold(name)] = entry
        for rule in rules:
            found = by_id.get(rule.place) or names.get(fold(rule.place))
            if found is None:
                raise LexiconError(f"the country convention names {rule.place!r}, which is no place of the tables")
            changed = by_id[found.id].model_copy(update={"country": rule.country})
            by_id[found.id] = changed
            for name in (*changed.aliases, changed.name):
                if names.get(fold(name), changed).id == changed.id:
                    names[fold(name)] = changed
        self.entries = MappingProxyType(by_id)
        self.names = MappingProxyType(names)
        self.own = frozenset(item for item in own if item in by_id)
        self.longest = max((len(name.split()) for name in names), default=1)

    def find(self, folded: str) -> PlaceEntry | None:
        """The entry that bears this folded name, or None."""
        return self.names.get(folded)


def place_table(files: Sequence[str] = (), countries: str | None = None) -> PlaceTable:
    """Our tables with the user's added; read once per process for the same paths.

    Raises:
        LexiconError: a file cannot be read, a line does not fit, or a rule names an unknown place.
    """
    return _place_table(tuple(str(path) for path in files), countries)


@lru_cache(maxsize=16)
def _place_table(files: tuple[str, ...], countries: str | None) -> PlaceTable:
    own: list[PlaceEntry] = []
    for path in files:
        own += read_table(path, PlaceEntry)
    rules = read_table(countries, CountryRule) if countries else ()
    return PlaceTable((*bundled_places(), *own), rules, frozenset(entry.id for entry in own))


def bundled_places() -> tuple[PlaceEntry, ...]:
    """The entries of our two tables."""
    return (*load_table("places", PlaceEntry), *load_table("disputed_places", PlaceEntry))


def place_clashes(path: str | Path) -> list[str]:
    """For `info`: where a user's table meets ours: entries replaced or switched off, and names that already are another's.

    Raises:
        LexiconError: the file cannot be read or a line does not fit.
    """
    ours = {entry.id: entry for entry in bundled_places()}
    names = {fold(name): entry.id for entry in ours.values() for name in (entry.name, *entry.aliases)}
    notes: list[str] = []
    for entry in read_table(path, PlaceEntry):
        if entry.id in ours:
            notes.append(f"{entry.id}: {'switches off' if entry.disabled else 'replaces'} our entry")
        elif entry.disabled:
            notes.append(f"{entry.id}: switches off an entry that does not exist")
        for name in (entry.name, *entry.aliases):
            other = names.get(fold(name))
            if not entry.disabled and other is not None and other != entry.id:
                notes.append(f"{entry.id}: the name {name!r} is also a name of {other}; yours wins")
    return notes


@lru_cache(maxsize=1)
def country_points() -> MappingProxyType[str, CountryEntry]:
    """Countries and territories by alpha-2 code."""
    return MappingProxyType({entry.country: entry for entry in load_table("countries_of_places", CountryEntry)})


@lru_cache(maxsize=1)
def country_names() -> MappingProxyType[str, str]:
    """Alpha-2 code by folded name. "us", "car" and other words that are names only in capitals are among them."""
    found: dict[str, str] = {}
    for entry in country_points().values():
        for name in (*entry.aliases, entry.name):
            found[fold(name)] = entry.country
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def region_shorts() -> MappingProxyType[str, RegionShort]:
    """First-level regions by printed short form ("W.Va.") and, with a leading comma, by postal code (",WV")."""
    found: dict[str, RegionShort] = {}
    for entry in load_table("region_abbreviations", RegionShort):
        for short in entry.short:
            found[short.replace(" ", "")] = entry
        found.setdefault("," + entry.postal, entry)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def place_words() -> MappingProxyType[str, frozenset[str]]:
    """Words by slot."""
    return MappingProxyType({row.slot: frozenset(row.words) for row in load_table("place_words", PlaceWords)})


WHERE_PRECISION = MappingProxyType({"facility": 1, "settlement": 1, "admin2": 3, "admin1": 4, "country": 6, "area": 5})
WATERS = frozenset({"OCN", "SEA", "GULF", "BAY", "STRT", "CHN"})


def where_precision(level: str, role: str = "at", *, feature: str | None = None) -> int:
    """The precision code of a place after UCDP GED's `where_prec`.

    1 exact location; 2 within about 25 km of a known point; 3 second-level region; 4 first-level region; 5 part of a country or a
    line without an own administration ("the Donbas", a border, a river); 6 the country only; 7 international waters or airspace.

    Args:
        level: a level of the schema's Place.
        role: at, near, from, to, reference. A point that the event is only near to is 2.
        feature: GeoNames feature code; seas and oceans are 7.

    Raises:
        ValueError: the level or role is unknown.

    Source: Stina Högbladh, UCDP GED Codebook version 24.1 (2024), variable `where_prec`.

    >>> where_precision("settlement"), where_precision("settlement", "near"), where_precision("area", feature="SEA")
    (1, 2, 7)
    """
    if level not in WHERE_PRECISION:
        raise ValueError(f"unknown level {level!r}; known: {', '.join(WHERE_PRECISION)}")
    if role not in ("at", "near", "from", "to", "reference"):
        raise ValueError(f"unknown role {role!r}; known: at, near, from, to, reference")
    if feature in WATERS:
        return 7
    code = WHERE_PRECISION[level]
    return 2 if code == 1 and role in ("near", "reference") else code
