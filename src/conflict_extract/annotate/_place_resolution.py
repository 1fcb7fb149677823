"""Which place a name means: every reading of every name gets a score, and the names of a document are settled together.

A score adds up the size of the place, the kind of its name, the noun beside it ("province"), the containment phrase ("Goma, in
eastern Congo"), the countries and regions that the text speaks of, and the nearness of the text's other places. The weights are set
by hand from what each should be worth against a tenfold population (1.0); none is fitted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.annotate._place_candidates import Candidate
from conflict_extract.lexicons.gazetteer import MAIN, fold, gazetteer
from conflict_extract.lexicons.places import PlaceEntry, country_points, place_words

MAX_ROWS = 60  # readings of one name that are compared (the largest, and those in regions that the text names)
ANCHORS = 64  # other places that a name is measured against
ROUNDS = 3
COUNTRY, ENTRY, FACILITY_ENTRY = 7.5, 6.5, 4.5  # prior of a country, of an entry of our tables
ADMIN1, ADMIN2, PER_PEOPLE = 4.6, 2.4, 0.25
UNKNOWN_PEOPLE = 2.3  # log10 of the population taken where the source has none
ALTERNATE, CAPITAL = -0.7, 0.8
NOUN, AGAINST_NOUN = 3.0, -2.0
INSIDE, OUTSIDE = 8.0, -3.0
IN_COUNTRY, NAMED_COUNTRY = 3.0, 0.8
IN_REGION, NAMED_REGION = 2.2, 0.8
NEAR = 3.0
NOT_THE_COUNTRY = -3.0  # a town called like a country
NOT_THE_ENTRY = -8.0  # a place called like a region of our tables
BESIDE = -6.0  # a place far from the one that the text puts it beside
FAR_AND_SMALL = 5.0  # below 10^5 people, a place in a country that the text hardly speaks of is not taken
EARTH = 6371.0


@dataclass(slots=True)
class Choice:
    """What a candidate was settled on: an entry, a country, a gazetteer row, or none of them with the country from the context."""

    entry: PlaceEntry | None = None
    country: str | None = None
    row: int | None = None
    context_country: str | None = None
    score: float | None = None

    @property
    def key(self) -> tuple[str, Any] | None:
        """Identity of the place, or None when it is not settled."""
        if self.entry is not None:
            return ("entry", self.entry.id)
        if self.country is not None:
            return ("country", self.country)
        return None if self.row is None else ("row", self.row)


@dataclass(slots=True)
class _Group:
    """Mentions of one name in one document that mean the same place, and its readings as parallel lists."""

    folded: str
    items: list[int] = field(default_factory=list)
    within: set[int] = field(default_factory=set)  # groups that contain it
    inside: set[int] = field(default_factory=set)  # groups that it contains
    near: dict[int, float] = field(default_factory=dict)  # groups that it lies by: kilometres
    kinds: list[str] = field(default_factory=list)  # entry, country, settlement, admin1, admin2
    values: list[Any] = field(default_factory=list)
    prior: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    point: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))  # unit vectors; zeros: no point
    country: list[str | None] = field(default_factory=list)
    admin1: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    admin2: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    chance: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    company: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # nearness to the other names, 0 to 1


def _slot(name: str) -> frozenset[str]:
    return place_words().get(name, frozenset())


@lru_cache(maxsize=1)
def _capitals() -> frozenset[tuple[str, str]]:
    """(country, folded name) of capitals."""
    return frozenset((code, fold(entry.capital)) for code, entry in country_points().items() if entry.capital)


@lru_cache(maxsize=256)
def region_row(country: str, name: str) -> int | None:
    """The gazetteer row of a first-level region, or None."""
    for row in gazetteer().rows(name):
        if row.country == country and (row.level == "admin1" or name.startswith("Washington, D")):
            return row.index
    return None


def _unit(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors of latitudes and longitudes in degrees."""
    radians = np.radians(coordinates)
    flat = np.cos(radians[:, 0])
    return np.stack([flat * np.cos(radians[:, 1]), flat * np.sin(radians[:, 1]), np.sin(radians[:, 0])], axis=1)


def _noun_class(item: Candidate) -> str:
    if item.noun in ("county", "parish", "district", "territory", "subdistrict", "borough"):
        return "admin2"
    if item.noun in _slot("region_noun"):
        return "admin1"
    return "settlement" if item.noun in _slot("settlement_noun") else ""


class Resolver:
    """Settles the candidates of one document.

    Args:
        candidates: in order of the text, with their containers.
        countries: alpha-2 code -> weight of what else speaks for a country (actors, adjectives).
    """

    def __init__(self, candidates: Sequence[Candidate], countries: Mapping[str, float]) -> None:
        self.candidates = candidates
        self.given = dict(countries)
        self.gazetteer = gazetteer()
        self.groups: list[_Group] = []
        self.group_of: list[int] = []
        self._group()
        self.choices: list[Choice] = []

    def run(self) -> list[Choice]:
        """One choice per candidate."""
        self._load()
        for group in self.groups:
            self._chances(group, group.prior)
        country: dict[str, float] = {}
        for _ in range(ROUNDS):
            country, region = self._evidence()
            anchors = self._anchors()
            scores = [self._score(number, country, region, anchors) for number in range(len(self.groups))]
            for group, score in zip(self.groups, scores, strict=True):
                self._chances(group, score)
        picked = [self._pick(group, country) for group in self.groups]
        result: list[Choice] = []
        for number in range(len(self.candidates)):
            choice = picked[self.group_of[number]]
            if choice.key is None:
                choice = Choice(context_country=self._context_country(number, picked, country))
            result.append(choice)
        return result

    # --- groups and their readings

    def _group(self) -> None:
        numbers: dict[tuple[str, str, str], int] = {}
        plain: dict[tuple[str, str], int] = {}
        for item in self.candidates:
            name = item.reading.folded or fold(item.name)
            hint = _noun_class(item) if item.rule != "short" else "short" + str(item.region)
            container = ""
            if item.within is not None:
                other = self.candidates[item.within]
                container = other.reading.folded
            key = (name, hint, container)
            if not container and (name, hint) in plain:
                number = plain[name, hint]
            elif key in numbers:
                number = numbers[key]
            else:
                number = len(self.groups)
                self.groups.append(_Group(name))
                numbers[key] = number
                plain.setdefault((name, hint), number)
            self.group_of.append(number)
        for index, number in enumerate(self.group_of):
            self.groups[number].items.append(index)
        for index, item in enumerate(self.candidates):
            if item.near is not None and self.group_of[index] != self.group_of[item.near[0]]:
                self.groups[self.group_of[index]].near[self.group_of[item.near[0]]] = item.near[1]
            if item.within is not None:
                child, parent = self.group_of[index], self.group_of[item.within]
                if child != parent:
                    self.groups[child].within.add(parent)
                    self.groups[parent].inside.add(child)

    def _load(self) -> None:
        named = self._named_regions()
        for group in self.groups:
            item = next(
                (self.candidates[index] for index in group.items if self.candidates[index].noun), self.candidates[group.items[0]]
            )
            reading = item.reading
            hint = _noun_class(item)
            prior: list[float] = []
            points: list[tuple[float, float] | None] = []
            admin1: list[int] = []
            admin2: list[int] = []

            def add(
                kind: str,
                value: Any,
                score: float,
                point: tuple[float, float] | None,
                code: str | None,
                one: int = 0,
                two: int = 0,
            ) -> None:
                group.kinds.append(kind)
                group.values.append(value)
                group.country.append(code)
                prior.append(score)
                points.append(point)
                admin1.append(one)
                admin2.append(two)

            facility = "facility" in item.tags
            entry = reading.entry
            if entry is not None:
                point = (entry.latitude, entry.longitude) if entry.latitude is not None and entry.longitude is not None else None
                score = FACILITY_ENTRY if entry.level in ("facility", "settlement") else ENTRY
                add("entry", entry, score, point, entry.country)
            if entry is None or entry.level != "country":
                for code in reading.countries:
                    spot = country_points()[code]
                    add("country", code, COUNTRY - (0.5 if code == "CG" else 0.0), (spot.latitude, spot.longitude), code)
            if item.region is not None:
                row = self._region_row(*item.region)
                if row is not None:
                    self._add_rows(add, [(row, MAIN)], "", 0.0)
            elif not facility and item.rule != "road":
                less = NOT_THE_COUNTRY if reading.countries else 0.0
                if entry is not None and entry.level not in ("facility", "settlement"):
                    less = NOT_THE_ENTRY
                self._add_rows(add, self._cut(reading.rows, named), hint, less)
            group.prior = np.array(prior, dtype=np.float64)
            known = np.array([point or (0.0, 0.0) for point in points], dtype=np.float64).reshape(-1, 2)
            group.point = _unit(known)
            for position, point_or_none in enumerate(points):
                if point_or_none is None:
                    group.point[position] = 0.0
            group.admin1 = np.array(admin1, dtype=np.int64)
            group.admin2 = np.array(admin2, dtype=np.int64)

    def _region_row(self, country: str, name: str) -> int | None:
        return region_row(country, name)

    def _named_regions(self) -> set[int]:
        """First-level regions (numbers) that some candidate names without doubt."""
        found: set[int] = set()
        for item in self.candidates:
            if item.region is not None:
                row = self._region_row(*item.region)
                if row is not None:
                    found.add(int(self.gazetteer.admin1_index[row]))
            for row, kind in item.reading.rows[:MAX_ROWS]:
                if kind == MAIN and self.gazetteer.level(row) == "admin1":
                    found.add(int(self.gazetteer.admin1_index[row]))
        return found

    def _cut(self, rows: Sequence[tuple[int, int]], named: set[int]) -> list[tuple[int, int]]:
        """The readings worth comparing: the largest, all regions, and those in regions that the text names."""
        if len(rows) <= MAX_ROWS:
            return list(rows)
        ordered = sorted(rows)
        regions = [item for item in ordered if item[0] >= self.gazetteer.places]
        places = [item for item in ordered if item[0] < self.gazetteer.places]
        local = [item for item in places[MAX_ROWS:] if int(self.gazetteer.admin1_index[item[0]]) in named]
        return places[:MAX_ROWS] + local[:MAX_ROWS] + regions[: 2 * MAX_ROWS]

    def _add_rows(self, add: Any, rows: Sequence[tuple[int, int]], hint: str, less: float) -> None:
        if not rows:
            return
        numbers = np.array([row for row, _ in rows], dtype=np.int64)
        coordinates = self.gazetteer.coordinates(numbers)
        people = self.gazetteer.populations(numbers)
        for position, (row, kind) in enumerate(rows):
            level = self.gazetteer.level(row)
            code = self.gazetteer.countries[int(self.gazetteer.country_index[row])]
            size = float(people[position])
            if level == "settlement":
                score = size or UNKNOWN_PEOPLE
                if (code, fold(self.gazetteer.name(row))) in _capitals() and size > 4.0:
                    score += CAPITAL
            else:
                score = (ADMIN1 if level == "admin1" else ADMIN2) + PER_PEOPLE * size
            if kind != MAIN:
                score += ALTERNATE
            if hint:
                fits = level == hint or (hint == "admin1" and level == "admin2") or (hint == "admin2" and level == "admin1")
                score += (NOUN if level == hint else NOUN - 1.0) if fits else AGAINST_NOUN
            if less != NOT_THE_COUNTRY or level != "admin1":
                score += less
            point = (float(coordinates[position, 0]), float(coordinates[position, 1]))
            add(
                level,
                row,
                score,
                point,
                code,
                int(self.gazetteer.admin1_index[row]),
                int(self.gazetteer.admin2_index[row]) & 0x7FFF,
            )

    # --- evidence and scores

    @staticmethod
    def _chances(group: _Group, score: NDArray[np.float64]) -> None:
        if len(score):
            weights = np.exp(np.clip(score - score.max(), -30.0, 0.0) * 1.2)
            group.chance = weights / weights.sum()
        else:
            group.chance = score

    def _evidence(self) -> tuple[dict[str, float], dict[int, float]]:
        """Weights of countries and of first-level regions from all groups."""
        country: dict[str, float] = defaultdict(float, self.given)
        region: dict[int, float] = defaultdict(float)
        for group in self.groups:
            for code, weight in self._country_votes(group).items():
                country[code] += weight
            for number, weight in self._region_votes(group).items():
                region[number] += weight
        return country, region

    @staticmethod
    def _country_votes(group: _Group) -> dict[str, float]:
        votes: dict[str, float] = defaultdict(float)
        much = min(2.0, 1.0 + 0.25 * (len(group.items) - 1))
        for kind, code, chance in zip(group.kinds, group.country, group.chance, strict=True):
            if code is not None:
                votes[code] += float(chance) * much * (1.0 if kind in ("country", "entry", "admin1") else 0.5)
        return votes

    @staticmethod
    def _region_votes(group: _Group) -> dict[int, float]:
        votes: dict[int, float] = defaultdict(float)
        for kind, number, chance in zip(group.kinds, group.admin1, group.chance, strict=True):
            if number:
                votes[int(number)] += float(chance) * (1.0 if kind == "admin1" else 0.5)
        return votes

    def _anchors(self) -> list[tuple[int, NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]]:
        """The places that others are measured against: per group its likeliest readings below the level of countries."""
        found = []
        for number, group in enumerate(self.groups):
            order = np.argsort(-group.chance)[:6]
            keep = [
                position
                for position in order
                if group.chance[position] > 0.05 and group.kinds[position] in ("settlement", "admin2")
            ]
            if keep:
                found.append((number, group.point[keep], group.chance[keep], group.admin2[keep]))
        if len(found) > ANCHORS:
            found.sort(key=lambda item: -len(self.groups[item[0]].items))
            found = found[:ANCHORS]
        return found

    def _score(
        self, number: int, country: Mapping[str, float], region: Mapping[int, float], anchors: Sequence[Any]
    ) -> NDArray[np.float64]:
        group = self.groups[number]
        score = group.prior.copy()
        if not len(score):
            return score
        own_country, own_region = self._country_votes(group), self._region_votes(group)
        total = sum(country.values()) - sum(own_country.values())
        all_regions = sum(region.values()) - sum(own_region.values())
        for position, code in enumerate(group.country):
            if code is not None:
                weight = max(0.0, country.get(code, 0.0) - own_country.get(code, 0.0))
                score[position] += IN_COUNTRY * weight / (total + 0.7) + NAMED_COUNTRY * min(1.0, weight)
            one = int(group.admin1[position])
            if one:
                weight = max(0.0, region.get(one, 0.0) - own_region.get(one, 0.0))
                score[position] += IN_REGION * weight / (all_regions + 0.7) + NAMED_REGION * min(1.0, weight)
        group.company = self._nearness(number, anchors)
        score += NEAR * group.company
        if group.within:
            score += self._containment(group)
        for other, said in group.near.items():
            score += np.where(self._distance(group, self.groups[other]) > 3 * said + 60.0, BESIDE, 0.0)
        for child in group.inside:
            score += self._contains(group, self.groups[child])
        return score

    def _nearness(self, number: int, anchors: Sequence[Any]) -> NDArray[np.float64]:
        """Between 0 and 1: how close each reading lies to the likely readings of the other names."""
        group = self.groups[number]
        total = np.zeros(len(group.prior))
        for other, points, chances, admin2 in anchors:
            if other == number:
                continue
            cosine = np.clip(group.point @ points.T, -1.0, 1.0)
            kilometres = np.arccos(cosine) * EARTH
            value = 0.7 * np.exp(-kilometres / 40.0) + 0.3 * np.exp(-kilometres / 250.0)
            same = (group.admin2[:, None] == admin2[None, :]) & (group.admin2[:, None] > 0)
            value = np.maximum(value, 0.9 * same)
            total += (value * chances[None, :]).max(axis=1)
        point_less = np.linalg.norm(group.point, axis=1) < 0.5
        total[point_less] = 0.0
        for position, kind in enumerate(group.kinds):
            if kind in ("country", "entry"):
                total[position] *= 0.5
        return np.asarray(1.0 - np.exp(-total / 1.2), dtype=np.float64)

    def _holds(self, parent: _Group, position: int, child: _Group, reading: int) -> float:
        """How well reading `position` of the parent contains a reading of the child: 1, 0.4 for a near place, 0."""
        kind, code = parent.kinds[position], parent.country[position]
        if kind == "country":
            return float(child.country[reading] == code and child.kinds[reading] != "country")
        if kind == "admin1":
            return float(int(child.admin1[reading]) == int(parent.admin1[position]) and child.kinds[reading] != "admin1")
        if kind == "admin2":
            return float(int(child.admin2[reading]) == int(parent.admin2[position]))
        near = float(child.point[reading] @ parent.point[position])
        kilometres = math.acos(max(-1.0, min(1.0, near))) * EARTH
        if kind == "entry":
            return 1.0 if code is not None and child.country[reading] == code and kilometres < 600 else float(kilometres < 300)
        return 0.4 if kilometres < 60 and child.country[reading] == code else 0.0

    def _containment(self, group: _Group) -> NDArray[np.float64]:
        bonus = np.zeros(len(group.prior))
        for number in group.within:
            parent = self.groups[number]
            for reading in range(len(group.prior)):
                best = 0.0
                for position in np.argsort(-parent.chance)[:8]:
                    best = max(
                        best, self._holds(parent, int(position), group, reading) * min(1.0, 2.0 * float(parent.chance[position]))
                    )
                bonus[reading] += INSIDE * best
        if bonus.max() < 1.0:
            return np.zeros(len(group.prior))
        return np.where(bonus > 0.5, bonus, OUTSIDE)

    @staticmethod
    def _distance(group: _Group, other: _Group) -> NDArray[np.float64]:
        """Kilometres from each reading to the likeliest reading of another group; 0 where either has no point."""
        if not len(other.chance) or other.kinds[int(np.argmax(other.chance))] in ("country", "admin1"):
            return np.zeros(len(group.prior))
        point = other.point[int(np.argmax(other.chance))]
        kilometres = np.arccos(np.clip(group.point @ point, -1.0, 1.0)) * EARTH
        known = (np.linalg.norm(group.point, axis=1) > 0.5) & bool(np.linalg.norm(point) > 0.5)
        return np.asarray(np.where(known, kilometres, 0.0), dtype=np.float64)

    def _contains(self, group: _Group, child: _Group) -> NDArray[np.float64]:
        """A reading that can hold what the text puts into it gains."""
        bonus = np.zeros(len(group.prior))
        for position in range(min(len(group.prior), 12)):
            for reading in np.argsort(-child.prior)[:40] if len(child.prior) else []:
                if self._holds(group, position, child, int(reading)) == 1.0:
                    bonus[position] = 2.5
                    break
        return bonus

    # --- the decision

    def _pick(self, group: _Group, country: Mapping[str, float]) -> Choice:
        if not len(group.prior):
            return Choice()
        best = int(np.argmax(group.chance))
        kind, value, code = group.kinds[best], group.values[best], group.country[best]
        score = round(float(group.chance[best]), 3)
        if kind == "entry":
            return Choice(entry=value, score=score)
        if kind == "country":
            return Choice(country=value, score=score)
        if self._too_far(group, best, code, country):
            return Choice()
        return Choice(row=int(value), score=score)

    def _too_far(self, group: _Group, best: int, code: str | None, country: Mapping[str, float]) -> bool:
        """A place far from the one that the text puts it beside; a small place in a country that the text hardly speaks of."""
        for other, said in group.near.items():
            if self._distance(group, self.groups[other])[best] > 3 * said + 60.0:
                return True
        if group.kinds[best] == "admin1" or group.within:
            return False
        own = self._country_votes(group)
        others = {key: max(0.0, weight - own.get(key, 0.0)) for key, weight in country.items()}
        total, most = sum(others.values()), max(others.values(), default=0.0)
        if total < 1.5 or code is None or most <= 0.4 * total:
            return False
        people = float(self.gazetteer.populations(np.array([group.values[best]], dtype=np.int64))[0])
        return people < FAR_AND_SMALL and others.get(code, 0.0) < 0.25 * most and group.company[best] < 0.1

    def _context_country(self, number: int, picked: Sequence[Choice], country: Mapping[str, float]) -> str | None:
        """The country of an unknown place: of what contains it, else the one that the text is mostly about, else of a neighbour."""
        item = self.candidates[number]
        if item.within is not None:
            code = self._code(picked[self.group_of[item.within]])
            if code is not None:
                return code
        if item.near is not None:
            code = self._code(picked[self.group_of[item.near[0]]])
            if code is not None:
                return code
        total = sum(country.values())
        if total > 0:
            code, weight = max(country.items(), key=lambda pair: pair[1])
            if weight >= 0.5 * total:
                return code
        near = [
            (abs(other - number), other)
            for other in range(max(0, number - 3), min(len(self.candidates), number + 4))
            if other != number and self._code(picked[self.group_of[other]]) is not None
        ]
        return self._code(picked[self.group_of[min(near)[1]]]) if near else None

    def _code(self, choice: Choice) -> str | None:
        if choice.entry is not None:
            return choice.entry.country
        if choice.row is not None:
            return self.gazetteer.countries[int(self.gazetteer.country_index[choice.row])]
        return choice.country
