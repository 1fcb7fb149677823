"""`at_least`, `best`, `at_most` of a quantity record, by the bounds table of the value layer."""

from __future__ import annotations

from conflict_extract.annotate.layer import QuantityRecord

Limit = int | float | None


def limits(record: QuantityRecord) -> tuple[Limit, Limit, Limit]:
    """The least, best and greatest number that the words allow; None where they leave it open."""
    v, low, high, comp = record.value, record.low, record.high, record.comparator
    if v is None:
        return (low, None, high) if comp != "<=" else (None, None, high)
    whole = record.kind == "count" and float(v).is_integer()
    if comp == "=":
        return v, v, v
    if comp == "~":
        return None, v, None
    if comp == ">=":
        return v, v, None
    if comp == ">":
        return (v + 1, v + 1, None) if whole else (v, v, None)
    if comp == "<=":
        return None, None, v
    if comp == "<":
        if (record.modifier or "").lower() in ("nearly", "almost"):
            return None, v, v
        return (None, None, v - 1) if whole else (None, None, v)
    return low, None, high
