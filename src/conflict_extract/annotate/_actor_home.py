"""The country that a text's place names lie in, for texts that name no state: "Zamfara … Gusau … the army"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from conflict_extract.lexicons.gazetteer import STRIPPED, fold, gazetteer, unpack

_REGION = 5.5  # a first-level region counts like a place of 10^5.5 people
_WITHIN = 0.7  # countries whose place of a name is at least a fifth as large as the largest share the name's vote
_MOST = 64  # names looked at


def country_votes(names: Iterable[str]) -> dict[str, float]:
    """How many of these place names lie in which country.

    Each distinct name has one vote, split between the countries that have a large place of that name.

    Args:
        names: names of places as written; unknown ones count nothing.

    Returns:
        Votes by ISO 3166-1 alpha-2 code.

    >>> country_votes(["Zamfara", "Gusau", "Sokoto"])["NG"]
    3.0
    """
    folded = list(dict.fromkeys(part for part in map(fold, names) if len(part) > 2))[:_MOST]
    votes: dict[str, float] = defaultdict(float)
    for packed in gazetteer().find(folded) if folded else ():
        for code, vote in _shares(unpack(packed.tolist())).items():
            votes[code] += vote
    return votes


def _shares(rows: list[tuple[int, int]]) -> dict[str, float]:
    """The votes of one name by country."""
    table = gazetteer()
    sizes: dict[str, float] = {}
    for row, kind in rows[:200]:
        level = table.level(row)
        if kind == STRIPPED and level != "admin1":
            continue
        size = _REGION if level == "admin1" else float(table.populations(np.array([row]))[0]) if level == "settlement" else 3.0
        code = table.countries[int(table.country_index[row])]
        sizes[code] = max(size, sizes.get(code, 0.0))
    best = max(sizes.values(), default=0.0)
    near = [code for code, size in sizes.items() if size >= best - _WITHIN]
    return {code: 1.0 / len(near) for code in near}
