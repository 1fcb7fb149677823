"""`at_least`, `best`, `at_most` of a quantity record, by the bounds table of the value layer."""

from __future__ import annotations

from conflict_extract.annotate.layer import QuantityRecord
from conflict_extract.values.bounds import Bounds, bounds


def limits(record: QuantityRecord) -> Bounds:
    """The least, best and greatest number that the words allow; None where they leave it open."""
    return bounds(
        record.value,
        record.low,
        record.high,
        record.comparator,
        whole=record.whole or record.kind == "count",
        vague=record.vague,
        modifier=record.modifier,
    )
