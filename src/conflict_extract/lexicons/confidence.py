"""Weights of the models of confidence (`assemble/confidence.py` has what the features mean; `training/confidence.py` fits them)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import Field

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import Entry, load_table

Model = Literal["attributed", "narrated", "name"]
FEATURES: dict[Model, tuple[str, ...]] = {
    "attributed": (
        "cue", "source", "content", "no_content", "fit", "other_source", "quoted", "learned_only", "event", "event_fit", "figure",
    ),
    "narrated": ("figure", "salience", "asserted", "learned"),
    "name": ("pronoun", "short", "other", "common", "unresolved"),
}  # fmt: skip


class Weight(Entry):
    """The weight of one feature in one model; `bias` is the constant."""

    model: Model
    feature: str
    weight: float = Field(allow_inf_nan=False)


@cache
def weights(model: Model) -> dict[str, float]:
    """The weights of a model by feature, `bias` among them.

    Raises:
        LexiconError: the table lacks one, or has one that the model does not know.
    """
    found = {row.feature: row.weight for row in load_table("confidence", Weight) if row.model == model}
    if set(found) != {"bias", *FEATURES[model]}:
        raise LexiconError(f"confidence.jsonl: model {model} needs {sorted({'bias', *FEATURES[model]})}, has {sorted(found)}")
    return found
