"""Which place a name means: every reading of every name gets a score, and the names of a document are settled together.

A score adds up the size of the place, the kind of its name, the noun beside it ("province"), the containment phrase ("Goma, in
eastern Congo"), the countries and regions that the text speaks of, and the nearness of the text's other places. The weights are set
by hand in units of a tenfold population (1.0); none is fitted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conflict_extract.annotate._place_context import Candidate
from conflict_extract.annotate._place_readings import Floats, Group, Integers, group_names, load_readings
from conflict_extract.lexicons.gazetteer import gazetteer
from conflict_extract.lexicons.places import PlaceEntry

ANCHORS, PER_ANCHOR = 64, 6  # other names that a name is measured against, and readings of each
ROUNDS = 3
BLOCK = 2048  # readings that are measured against the anchors at a time
SHARPNESS = 1.2  # a point of score is worth this in the exponent of a probability
INSIDE, OUTSIDE, HOLDS = 8.0, -3.0, 2.5
IN_COUNTRY, NAMED_COUNTRY = 3.0, 0.8
IN_REGION, NAMED_REGION = 2.2, 0.8
DAMPING = 0.7  # added to the sum of votes, so that one vote alone does not decide
NEAR, NEIGHBOURS_KM, PROVINCE_KM = 3.0, 40.0, 250.0
BESIDE = -6.0  # a place far from the one that the text puts it beside
SMALL = 5.0  # below 10^5 people, a place in a country that the text hardly speaks of is not taken
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

    @property
    def code(self) -> str | None:
        """Alpha-2 code of its country, or None."""
        if self.entry is not None:
            return self.entry.country
        if self.row is not None:
            return gazetteer().countries[int(gazetteer().country_index[self.row])]
        return self.country


@dataclass(slots=True)
class Anchors:
    """Likely readings of all names below the level of countries: the number of the group, point, probability, second-level region."""

    group: Integers
    point: Floats
    chance: Floats
    admin2: Integers


def resolve(candidates: Sequence[Candidate], countries: Mapping[str, float]) -> list[Choice]:
    """Settle the candidates of one document.

    Args:
        candidates: in order of the text, with their links.
        countries: alpha-2 code -> weight of what else speaks for a country (actors, adjectives).

    Returns:
        One choice per candidate.
    """
    groups, of = group_names(candidates)
    load_readings(groups, candidates)
    for group in groups:
        _chances(group, group.prior)
    votes: dict[str, float] = dict(countries)
    for _ in range(ROUNDS):
        votes, regions = _votes(groups, countries)
        anchors = _anchors(groups)
        _company(groups, anchors)
        whole = (sum(votes.values()), sum(regions.values()))
        scores = [_score(groups, number, votes, regions, whole) for number in range(len(groups))]
        for group, score in zip(groups, scores, strict=True):
            _chances(group, score)
    picked = [_pick(groups, group, votes) for group in groups]
    settled: dict[str, int] = defaultdict(int)  # countries of the places below the level of countries
    for choice in picked:
        if choice.row is not None and choice.code is not None:
            settled[choice.code] += 1
    result: list[Choice] = []
    for number, item in enumerate(candidates):
        choice = picked[of[number]]
        if choice.key is None:
            neighbours = [picked[of[other]] for other in _neighbours(number, len(candidates))]
            holders = [picked[of[other]] for other in (item.within, item.near[0] if item.near else None) if other is not None]
            choice = Choice(context_country=_context_country(holders, neighbours, settled, votes))
        result.append(choice)
    return result


def _chances(group: Group, score: Floats) -> None:
    """Probabilities of a group's readings from their scores, and what the group votes for."""
    if not len(score):
        return
    weights = np.exp(np.maximum(score - score.max(), -30.0) * SHARPNESS)
    group.chance = weights / weights.sum()
    much = min(2.0, 1.0 + 0.25 * (len(group.items) - 1))
    country: dict[str, float] = defaultdict(float)
    region: dict[int, float] = defaultdict(float)
    for kind, code, one, chance in zip(group.kinds, group.country, group.admin1.tolist(), group.chance.tolist(), strict=True):
        if code is not None:
            country[code] += chance * much * (1.0 if kind in ("country", "entry", "admin1") else 0.5)
        if one:
            region[one] += chance * (1.0 if kind == "admin1" else 0.5)
    group.country_votes, group.region_votes = country, region


def _votes(groups: Sequence[Group], given: Mapping[str, float]) -> tuple[dict[str, float], dict[int, float]]:
    """Weights of countries and of first-level regions over the document."""
    country: dict[str, float] = defaultdict(float, given)
    region: dict[int, float] = defaultdict(float)
    for group in groups:
        for code, weight in group.country_votes.items():
            country[code] += weight
        for number, weight in group.region_votes.items():
            region[number] += weight
    return country, region


def _anchors(groups: Sequence[Group]) -> Anchors:
    """The places that others are measured against; the names mentioned most often when there are many."""
    numbers = [number for number, group in enumerate(groups) if len(group.chance)]
    if len(numbers) > ANCHORS:
        numbers = sorted(sorted(numbers, key=lambda number: -len(groups[number].items))[:ANCHORS])
    parts: list[tuple[int, Floats, float, int]] = []
    for number in numbers:
        group = groups[number]
        chance = group.chance.tolist()
        for position in np.argsort(-group.chance)[:PER_ANCHOR].tolist():
            if chance[position] > 0.05 and group.kinds[position] in ("settlement", "admin2"):
                parts.append((number, group.point[position], chance[position], int(group.admin2[position])))
    return Anchors(
        np.array([part[0] for part in parts], dtype=np.int64),
        np.array([part[1] for part in parts], dtype=np.float64).reshape(-1, 3),
        np.array([part[2] for part in parts], dtype=np.float64),
        np.array([part[3] for part in parts], dtype=np.int64),
    )


def _score(
    groups: Sequence[Group],
    number: int,
    country: Mapping[str, float],
    region: Mapping[int, float],
    whole: tuple[float, float],
) -> Floats:
    """The scores of a group's readings; `whole`: the sums of all weights of countries and of regions."""
    group = groups[number]
    if not len(group.prior):
        return group.prior
    own_country, own_region = group.country_votes, group.region_votes
    all_countries = whole[0] - sum(own_country.values()) + DAMPING
    all_regions = whole[1] - sum(own_region.values()) + DAMPING
    points: list[float] = group.prior.tolist()
    by_code: dict[str, float] = {}
    by_region: dict[int, float] = {}
    for position, (code, one) in enumerate(zip(group.country, group.admin1.tolist(), strict=True)):
        if code is not None:
            if code not in by_code:
                weight = max(0.0, country.get(code, 0.0) - own_country.get(code, 0.0))
                by_code[code] = IN_COUNTRY * weight / all_countries + NAMED_COUNTRY * min(1.0, weight)
            points[position] += by_code[code]
        if one:
            if one not in by_region:
                weight = max(0.0, region.get(one, 0.0) - own_region.get(one, 0.0))
                by_region[one] = IN_REGION * weight / all_regions + NAMED_REGION * min(1.0, weight)
            points[position] += by_region[one]
    score = np.array(points, dtype=np.float64)
    score += NEAR * group.company
    if group.within:
        score += _containment(groups, group)
    for other, said in group.near.items():
        score += np.where(_distance(group, groups[other]) > _reach(said), BESIDE, 0.0)
    for child in group.inside:
        score += _can_hold(group, groups[child])
    return score


def _company(groups: Sequence[Group], anchors: Anchors) -> None:
    """Set `company` of all groups: how close each reading lies to the likely readings of the other names, between 0 and 1."""
    sizes = [len(group.prior) for group in groups]
    if not len(anchors.group) or not sum(sizes):
        for group in groups:
            group.company = np.zeros(len(group.prior))
        return
    owner = np.repeat(np.arange(len(groups)), sizes)
    point = np.concatenate([group.point for group in groups])
    admin2 = np.concatenate([group.admin2 for group in groups])
    wide = np.array([kind in ("country", "entry") for group in groups for kind in group.kinds])
    parts = [
        _nearness(owner[at : at + BLOCK], point[at : at + BLOCK], admin2[at : at + BLOCK], anchors)
        for at in range(0, len(owner), BLOCK)
    ]
    total = np.concatenate(parts) * (np.abs(point).sum(axis=1) > 0)
    company = 1.0 - np.exp(-total * np.where(wide, 0.5, 1.0) / 1.2)
    for group, part in zip(groups, np.split(company, np.cumsum(sizes)[:-1]), strict=True):
        group.company = part


def _nearness(owner: Integers, point: Floats, admin2: Integers, anchors: Anchors) -> Floats:
    """For readings of the groups `owner`, the nearness to the best reading of each other name, summed over the names."""
    kilometres = np.arccos(np.minimum(np.maximum(point @ anchors.point.T, -1.0), 1.0)) * EARTH
    value = 0.7 * np.exp(-kilometres / NEIGHBOURS_KM) + 0.3 * np.exp(-kilometres / PROVINCE_KM)
    value = np.maximum(value, 0.9 * ((admin2[:, None] == anchors.admin2[None, :]) & (admin2[:, None] > 0)))
    value *= anchors.chance[None, :]
    value[owner[:, None] == anchors.group[None, :]] = 0.0
    first = np.flatnonzero(np.concatenate([[True], anchors.group[1:] != anchors.group[:-1]]))
    return np.asarray(np.maximum.reduceat(value, first, axis=1).sum(axis=1), dtype=np.float64)


def _reach(said: float) -> float:
    """The farthest in kilometres that a place can be from one that the text puts it `said` kilometres from."""
    return 3.0 * said + 60.0


def _distance(group: Group, other: Group) -> Floats:
    """Kilometres from each reading to the likeliest reading of another group; 0 where either has no point or is a large area."""
    best = int(np.argmax(other.chance)) if len(other.chance) else -1
    if best < 0 or other.kinds[best] in ("country", "admin1") or not np.abs(other.point[best]).sum():
        return np.zeros(len(group.prior))
    kilometres = np.arccos(np.clip(group.point @ other.point[best], -1.0, 1.0)) * EARTH
    return np.asarray(np.where(np.abs(group.point).sum(axis=1) > 0, kilometres, 0.0), dtype=np.float64)


def _holds(parent: Group, position: int, child: Group, reading: int) -> float:
    """How well reading `position` of the parent contains a reading of the child: 1, 0.4 for a near place, 0."""
    kind, code = parent.kinds[position], parent.country[position]
    if kind == "country":
        return float(child.country[reading] == code and child.kinds[reading] != "country")
    if kind == "admin1":
        return float(int(child.admin1[reading]) == int(parent.admin1[position]) and child.kinds[reading] != "admin1")
    if kind == "admin2":
        return float(int(child.admin2[reading]) == int(parent.admin2[position]))
    kilometres = math.acos(max(-1.0, min(1.0, float(child.point[reading] @ parent.point[position])))) * EARTH
    if kind == "entry":
        same = code is not None and child.country[reading] == code and kilometres < 600
        return 1.0 if same else float(kilometres < 300)
    return 0.4 if kilometres < 60 and child.country[reading] == code else 0.0


def _containment(groups: Sequence[Group], group: Group) -> Floats:
    """What the containers add: much for a reading inside, less than nothing for the others once one is inside."""
    bonus = np.zeros(len(group.prior))
    for number in group.within:
        parent = groups[number]
        positions = np.argsort(-parent.chance)[:8].tolist()
        for reading in range(len(group.prior)):
            held = (_holds(parent, place, group, reading) * min(1.0, 2.0 * float(parent.chance[place])) for place in positions)
            bonus[reading] += INSIDE * max(held, default=0.0)
    if bonus.max() < 1.0:
        return np.zeros(len(group.prior))
    return np.where(bonus > 0.5, bonus, OUTSIDE)


def _can_hold(group: Group, child: Group) -> Floats:
    """A reading that can hold what the text puts into it gains."""
    bonus = np.zeros(len(group.prior))
    readings = np.argsort(-child.prior)[:40].tolist()
    for position in range(min(len(group.prior), 12)):
        if any(_holds(group, position, child, reading) == 1.0 for reading in readings):
            bonus[position] = HOLDS
    return bonus


# --- the decision


def _pick(groups: Sequence[Group], group: Group, country: Mapping[str, float]) -> Choice:
    if not len(group.prior):
        return Choice()
    best = int(np.argmax(group.chance))
    kind, value = group.kinds[best], group.values[best]
    score = round(float(group.chance[best]), 3)
    if kind == "entry":
        return Choice(entry=value, score=score)
    if kind == "country":
        return Choice(country=value, score=score)
    return Choice() if _too_far(groups, group, best, country) else Choice(row=int(value), score=score)


def _too_far(groups: Sequence[Group], group: Group, best: int, country: Mapping[str, float]) -> bool:
    """A place far from the one that the text puts it beside; a small place in a country that the text hardly speaks of."""
    if any(_distance(group, groups[other])[best] > _reach(said) for other, said in group.near.items()):
        return True
    if group.kinds[best] == "admin1" or group.within:
        return False
    others = {code: max(0.0, weight - group.country_votes.get(code, 0.0)) for code, weight in country.items()}
    total, most = sum(others.values()), max(others.values(), default=0.0)
    code = group.country[best]
    if total < 1.5 or code is None or most <= 0.4 * total:
        return False
    people = float(gazetteer().populations(np.array([group.values[best]], dtype=np.int64))[0])
    return people < SMALL and others.get(code, 0.0) < 0.25 * most and float(group.company[best]) < 0.1


def _neighbours(number: int, count: int) -> list[int]:
    """The candidates around one, nearest first."""
    near = [other for other in range(max(0, number - 3), min(count, number + 4)) if other != number]
    return sorted(near, key=lambda other: (abs(other - number), other))


def _context_country(
    holders: Sequence[Choice], neighbours: Sequence[Choice], settled: Mapping[str, int], votes: Mapping[str, float]
) -> str | None:
    """The country of an unknown place: of what contains it, else where most places of the text are, else the one that the text is
    mostly about, else of a neighbour.
    """
    for choice in holders:
        if choice.code is not None:
            return choice.code
    for weights in (settled, votes):
        if weights:
            code = max(weights, key=lambda key: weights[key])
            if weights[code] >= 0.5 * sum(weights.values()) > 0:
                return code
    return next((choice.code for choice in neighbours if choice.code is not None), None)
