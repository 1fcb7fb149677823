"""Figures that speak of an earlier one: "put the number at 33", "the true toll could be twice as high".

What the noun or pronoun stands for is the figure of the nearest earlier claim that has one of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.annotate import layer
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.assembly import words

BACK = 3  # claims looked back over
SENTENCES = 2
BEFORE = 6  # words that can stand before the figure
COMPARED = ("count", "money")


def referring(index: Index, drafts: Sequence[Draft], at: int) -> tuple[layer.QuantityRecord, Draft, layer.QuantityRecord] | None:
    """The figure of a content like "the number at 33", with the claim and the figure that "the number" stands for."""
    draft = drafts[at]
    if draft.narrated:
        return None
    quantity = next((quantity for quantity in draft.quantities if quantity.kind in COMPARED), None)
    if quantity is None or not _stands_first(index, draft, quantity):
        return None
    for other in reversed(drafts[max(0, at - BACK) : at]):
        if draft.sentence - other.sentence > SENTENCES:
            return None
        if _related(draft, other):
            continue
        same = [found for found in other.quantities if found.kind == quantity.kind and not found.part_of]
        if quantity.kind == "money":
            same = [found for found in same if found.unit == quantity.unit]
        if len(same) == 1:
            return quantity, other, same[0]
        if same:
            return None
    return None


def exceeded(index: Index, drafts: Sequence[Draft], at: int) -> Draft | None:
    """The claim whose figure a content without a number contradicts: "the toll is far higher", "the real figure is twice as high"."""
    draft = drafts[at]
    if draft.narrated or any(quantity.unit != "times" for quantity in draft.quantities):
        return None
    tokens = [i for span in draft.content for i in index.words_within(*span)]
    lower = [index.tokens.lower[i] for i in tokens]
    if len(lower) > 14 or words("figure").isdisjoint(lower) or words("exceeding").isdisjoint(lower):
        return None
    for other in reversed(drafts[max(0, at - BACK) : at]):
        if draft.sentence - other.sentence > SENTENCES:
            return None
        if not _related(draft, other) and any(quantity.kind in COMPARED for quantity in other.quantities):
            return other
    return None


def _related(a: Draft, b: Draft) -> bool:
    """Whether one claim lies in the other."""
    return b.parent is a or a.parent is b


def _stands_first(index: Index, draft: Draft, quantity: layer.QuantityRecord) -> bool:
    """Whether nothing but "the number", "it", "the total of those" and the like stands before the figure."""
    start = draft.content[0][0]
    if not start <= quantity.start < draft.content[0][1]:
        return False
    lower = index.tokens.lower
    before = [i for i in index.words_within(start, quantity.start) if index.tokens.end[i] <= quantity.start]
    if not before or len(before) > BEFORE:
        return False
    known = words("figure") | words("total")
    return any(lower[i] in known and (n == 0 or lower[before[n - 1]] in ("the", "that")) for n, i in enumerate(before))
