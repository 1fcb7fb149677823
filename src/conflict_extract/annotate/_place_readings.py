"""The readings of the names of a document: mentions of one name that mean the same place, and what it could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.annotate._place_context import Candidate
from conflict_extract.annotate._place_words import slot
from conflict_extract.lexicons.gazetteer import MAIN, STRIPPED, fold, gazetteer
from conflict_extract.lexicons.places import country_points

MAX_ROWS = 60  # readings of one name that are compared (the largest, and those in regions that the text names)
COUNTRY, SMALLER_CONGO = 7.5, 7.0  # prior of a country; of CG where "Congo" may also be CD
ENTRY, FACILITY_ENTRY = 6.5, 4.5  # prior of an entry of our tables
ADMIN1, ADMIN2, PER_PEOPLE = 4.6, 2.4, 0.25
UNKNOWN_PEOPLE = 2.3  # log10 of the population taken where the source has none
ALTERNATE, CAPITAL = -0.7, 0.8
SEAT, SEAT_PEOPLE = -0.3, 4.0  # a region against the place of its name (of 10^4 people or more) inside it
NOUN, OTHER_REGION, AGAINST_NOUN = 3.0, 2.0, -2.0
NOT_THE_COUNTRY = -3.0  # a town called like a country
NOT_THE_ENTRY = -8.0  # a place called like a region of our tables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(slots=True)
class Group:
    """Mentions of one name that mean the same place, and its readings as parallel lists.

    `within`, `inside`: numbers of groups that contain it, that it contains. `near`: number of a group that it lies by -> kilometres.
    `kinds`: entry, country, settlement, admin1 or admin2; `values`: the entry, the code or the row. `point`: unit vectors, zeros
    where a reading has no point. `chance`: probabilities; `company`: nearness to the document's other places, 0 to 1.
    """

    folded: str
    items: list[int] = field(default_factory=list)
    within: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
    near: dict[int, float] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    country: list[str | None] = field(default_factory=list)
    prior: Floats = field(default_factory=lambda: np.zeros(0))
    point: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    admin1: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    admin2: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    chance: Floats = field(default_factory=lambda: np.zeros(0))
    company: Floats = field(default_factory=lambda: np.zeros(0))
    country_votes: dict[str, float] = field(default_factory=dict)
    region_votes: dict[int, float] = field(default_factory=dict)


class _Readings:
    """Collects the readings of one group."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.prior: list[float] = []
        self.points: list[tuple[float, float] | None] = []
        self.admin1: list[int] = []
        self.admin2: list[int] = []

    def add(
        self, kind: str, value: Any, prior: float, point: tuple[float, float] | None, code: str | None, one: int = 0, two: int = 0
    ) -> None:
        self.group.kinds.append(kind)
        self.group.values.append(value)
        self.group.country.append(code)
        self.prior.append(prior)
        self.points.append(point)
        self.admin1.append(one)
        self.admin2.append(two)

    def done(self) -> None:
        group = self.group
        group.prior = np.array(self.prior, dtype=np.float64)
        group.admin1 = np.array(self.admin1, dtype=np.int64)
        group.admin2 = np.array(self.admin2, dtype=np.int64)
        known = np.array([point is not None for point in self.points], dtype=np.float64).reshape(-1, 1)
        degrees = np.array([point or (0.0, 0.0) for point in self.points], dtype=np.float64).reshape(-1, 2)
        group.point = unit_vectors(degrees) * known


def unit_vectors(degrees: Floats) -> Floats:
    """Unit vectors of latitudes and longitudes: shape (n, 2) to (n, 3)."""
    radians = np.radians(degrees)
    flat = np.cos(radians[:, 0])
    return np.stack([flat * np.cos(radians[:, 1]), flat * np.sin(radians[:, 1]), np.sin(radians[:, 0])], axis=1)


@lru_cache(maxsize=256)
def region_row(country: str, name: str) -> int | None:
    """The gazetteer row of a first-level region, or None."""
    for row in gazetteer().rows(name):
        if row.country == country and (row.level == "admin1" or name.startswith("Washington, D")):
            return row.index
    return None


@lru_cache(maxsize=1)
def _capitals() -> frozenset[tuple[str, str]]:
    """(country, folded name) of capitals."""
    return frozenset((code, fold(entry.capital)) for code, entry in country_points().items() if entry.capital)


def noun_class(item: Candidate) -> str:
    """The level that the generic noun beside a name asks for: settlement, admin1, admin2 or nothing."""
    if item.noun in slot("second_level_noun"):
        return "admin2"
    if item.noun in slot("region_noun"):
        return "admin1"
    return "settlement" if item.noun in slot("settlement_noun") else ""


def group_names(candidates: Sequence[Candidate]) -> tuple[list[Group], list[int]]:
    """Groups of mentions, and the number of each candidate's group.

    One name is one place in a document unless its nouns ("Kirkuk", "Kirkuk province") or containers ("Paris, Texas"; "Paris,
    France") differ; a mention without a container joins the first group of its name.
    """
    groups: list[Group] = []
    of: list[int] = []
    numbers: dict[tuple[str, str, str], int] = {}
    plain: dict[tuple[str, str], int] = {}
    for item in candidates:
        name = item.reading.folded or fold(item.name)
        hint = noun_class(item) if item.region is None else f"short {item.region}"
        container = "" if item.within is None else candidates[item.within].reading.folded
        number = plain.get((name, hint)) if not container else numbers.get((name, hint, container))
        if number is None:
            number = len(groups)
            groups.append(Group(name))
            numbers[name, hint, container] = number
            plain.setdefault((name, hint), number)
        of.append(number)
    for index, item in enumerate(candidates):
        group = groups[of[index]]
        group.items.append(index)
        if item.near is not None and of[item.near[0]] != of[index]:
            group.near[of[item.near[0]]] = item.near[1]
        if item.within is not None and of[item.within] != of[index]:
            group.within.add(of[item.within])
            groups[of[item.within]].inside.add(of[index])
    return groups, of


def load_readings(groups: Sequence[Group], candidates: Sequence[Candidate]) -> None:
    """Fill the readings of all groups from tables and gazetteer, with their priors."""
    named = _named_regions(candidates)
    for group in groups:
        items = [candidates[index] for index in group.items]
        item = next((other for other in items if other.noun), items[0])
        readings = _Readings(group)
        entry = item.reading.entry
        if entry is not None:
            known = entry.latitude is not None and entry.longitude is not None
            point = (entry.latitude or 0.0, entry.longitude or 0.0) if known else None
            prior = FACILITY_ENTRY if entry.level in ("facility", "settlement") else ENTRY
            readings.add("entry", entry, prior, point, entry.country)
        if entry is None or entry.level != "country":
            for code in item.reading.countries:
                spot = country_points()[code]
                prior = SMALLER_CONGO if code == "CG" else COUNTRY
                readings.add("country", code, prior, (spot.latitude, spot.longitude), code)
        if item.region is not None:
            row = region_row(*item.region)
            if row is not None:
                _add_rows(readings, [(row, MAIN)], "", 0.0)
        elif not item.facility and item.rule != "road":
            less = NOT_THE_COUNTRY if item.reading.countries else 0.0
            if entry is not None and entry.level not in ("facility", "settlement"):
                less = NOT_THE_ENTRY
            _add_rows(readings, _cut(item.reading.rows, named), noun_class(item), less)
        readings.done()


def _named_regions(candidates: Sequence[Candidate]) -> set[int]:
    """First-level regions (numbers) that some candidate names."""
    found: set[int] = set()
    for item in candidates:
        row = region_row(*item.region) if item.region is not None else None
        if row is not None:
            found.add(int(gazetteer().admin1_index[row]))
        for other, kind in item.reading.rows[:MAX_ROWS]:
            if kind == MAIN and gazetteer().level(other) == "admin1":
                found.add(int(gazetteer().admin1_index[other]))
    return found


def _cut(rows: Sequence[tuple[int, int]], named: set[int]) -> list[tuple[int, int]]:
    """The rows worth comparing: the largest places, those in regions that the text names, and regions."""
    if len(rows) <= MAX_ROWS:
        return list(rows)
    ordered = sorted(rows)
    regions = [item for item in ordered if item[0] >= gazetteer().places]
    places = [item for item in ordered if item[0] < gazetteer().places]
    local = [item for item in places[MAX_ROWS:] if int(gazetteer().admin1_index[item[0]]) in named]
    return places[:MAX_ROWS] + local[:MAX_ROWS] + regions[: 2 * MAX_ROWS]


def _add_rows(readings: _Readings, rows: Sequence[tuple[int, int]], hint: str, less: float) -> None:
    if not rows:
        return
    table = gazetteer()
    numbers = np.array([row for row, _ in rows], dtype=np.int64)
    points, people = table.coordinates(numbers).tolist(), table.populations(numbers).tolist()
    countries, regions = table.country_index[numbers].tolist(), table.admin1_index[numbers].tolist()
    seconds = (table.admin2_index[numbers] & 0x7FFF).tolist()
    seats: dict[int, float] = {}
    for (row, kind), size, region in zip(rows, people, regions, strict=True):
        if kind != STRIPPED and row < table.places and size >= SEAT_PEOPLE:
            seats[region] = max(size + (0.0 if kind == MAIN else ALTERNATE), seats.get(region, 0.0))
    for (row, kind), size, region, second, country, (latitude, longitude) in zip(
        rows, people, regions, seconds, countries, points, strict=True
    ):
        level = table.level(row)
        code = table.countries[country]
        if level == "settlement":
            prior = size or UNKNOWN_PEOPLE
            if size > 4.0 and (code, fold(table.name(row))) in _capitals():
                prior += CAPITAL
        else:
            prior = (ADMIN1 if level == "admin1" else ADMIN2) + PER_PEOPLE * size
            if level == "admin1" and region in seats:  # "Marib" alone is the town, "Marib province" the region
                prior = min(prior, seats[region] + SEAT)
        if kind != MAIN:
            prior += ALTERNATE
        if hint:
            wider = level != "settlement" and hint != "settlement"
            prior += NOUN if level == hint else OTHER_REGION if wider else AGAINST_NOUN
        if less != NOT_THE_COUNTRY or level != "admin1":
            prior += less
        readings.add(level, row, prior, (latitude, longitude), code, region, second)
