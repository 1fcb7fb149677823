"""How central an event is to what its sentence says: a weight from the tree, between 0 and 1.

A walk from the trigger to the root of its sentence multiplies the weight of the entry by a factor for each arc. Arcs below a
saying verb's content cost nothing, so events of one content compare whatever it hangs on. An event noun that a light verb governs
("launched an attack", "fighting resumed") stands at the light verb's place.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.annotate._arcs import Arcs
from conflict_extract.annotate._triggers import Found

FACTORS = {
    "conj": 0.75,
    "parataxis": 0.95,
    "ccomp": 0.9,
    "xcomp": 0.9,
    "csubj": 0.8,
    "obj": 0.8,
    "iobj": 0.6,
    "nsubj": 0.75,
    "nsubj:pass": 0.75,
    "advcl": 0.6,
    "obl": 0.55,
    "nmod": 0.55,
    "nmod:poss": 0.5,
    "acl": 0.5,
    "acl:relcl": 0.45,
    "appos": 0.6,
    "compound": 0.4,
    "amod": 0.5,
    "nmod:desc": 0.4,
}
OTHER = 0.6


def saliences(arcs: Arcs, found: Sequence[Found], stops: frozenset[int]) -> list[float]:
    """Salience of each trigger.

    Args:
        arcs: the tree. found: the triggers. stops: tokens of saying cues.
    """
    return [round(min(1.0, _one(arcs, item, stops)), 4) for item in found]


def _one(arcs: Arcs, item: Found, stops: frozenset[int]) -> float:
    value = item.entry.weight
    node = item.token
    if item.light is not None and _above(arcs, item.token, item.light):
        value *= 0.97
        node = item.light
    for step in arcs.climb(node):
        if arcs.head[step] == step or value < 0.01:
            break
        if arcs.head[step] in stops and arcs.base[step] in ("ccomp", "xcomp", "parataxis", "advcl", "obj"):
            break
        value *= FACTORS.get(arcs.dep[step], FACTORS.get(arcs.base[step], OTHER))
    return value


def _above(arcs: Arcs, token: int, light: int) -> bool:
    """Whether the light verb stands above the noun (it may be a participle below it)."""
    return any(node == light for node in list(arcs.climb(token))[:4])
