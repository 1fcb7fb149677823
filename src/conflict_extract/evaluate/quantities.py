"""Quantities against a gold file: value, value and unit, value and bound.

Gold and prediction are JSONL: a line is `{"id", "text", "quantities": [{"span": [start, end], "kind", "value", "low", "high",
"comparator", "unit", "currency"}]}`; a gold line without `quantities` is only predicted, not scored. A quantity is right when its
value (or low and high) is; where both sides give spans these must overlap. Matching is one to one within a line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conflict_extract.api import load
from conflict_extract.errors import GoldError

FIELDS = ("value", "value+unit", "value+bound")
_UNITS = {
    "percent": "%", "per cent": "%", "percentage": "%", "pct": "%", "km": "kilometre", "kilometer": "kilometre", "m": "metre",
    "meter": "metre", "cm": "centimetre", "centimeter": "centimetre", "mm": "millimetre", "millimeter": "millimetre", "kg": "kilogram",
    "kilo": "kilogram", "g": "gram", "lb": "pound", "ft": "foot", "feet": "foot", "mi": "mile", "hr": "hour", "min": "minute",
    "sec": "second", "liter": "litre", "l": "litre", "inches": "inch", "person": "people", "men": "man", "women": "woman",
    "children": "child", "mph": "mile per hour", "°c": "degree celsius", "celsius": "degree celsius", "degrees celsius": "degree celsius",
    "ton": "ton", "tonne": "tonne", "yr": "year",
}  # fmt: skip
_BOUNDS = {">=": ">", "<=": "<"}


def run(gold: Path, predictions: Path | None = None) -> dict[str, Any]:
    """Predict the quantities of a gold file and score them.

    Args:
        gold: JSONL with `id`, `text` and, to be scored, `quantities`.
        predictions: where to write the predictions (JSONL), or None.

    Returns:
        `documents`, `gold`, `predicted`, and for each of value, value+unit, value+bound its precision, recall and F1 (None without gold).

    Raises:
        GoldError: the file cannot be read or a line has no string `text`.
    """
    extractor = load(narrated=False)
    counts = dict.fromkeys(FIELDS, 0)
    documents = total_gold = total_predicted = 0
    scored = False
    lines: list[str] = []
    rows = list(read_gold(gold))
    reports = extractor.pipe([row["text"] for row in rows])
    for row, report in zip(rows, reports, strict=True):
        documents += 1
        found = [as_line(quantity.model_dump(mode="json")) for quantity in report.quantities]
        found = [item for item in found if item["value"] is not None or item["low"] is not None]
        lines.append(json.dumps({"id": row.get("id"), "quantities": found}, ensure_ascii=False))
        wanted = row.get("quantities")
        if wanted is None:
            continue
        scored = True
        total_gold += len(wanted)
        total_predicted += len(found)
        for field in FIELDS:
            counts[field] += matched(wanted, found, field)
    if predictions is not None:
        try:
            predictions.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise GoldError(f"cannot write {predictions}: {error}") from error
    out: dict[str, Any] = {"documents": documents, "gold": total_gold, "predicted": total_predicted}
    for field in FIELDS:
        out[field] = rates(counts[field], total_gold, total_predicted) if scored else None
    return out


def read_gold(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a gold file.

    Raises:
        GoldError: the file cannot be read, or a line is not an object with a string `text` and well-formed quantities.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise GoldError(f"{path}, line {number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise GoldError(f"{path}, line {number}: needs an object with a string 'text'")
        quantities = row.get("quantities")
        if quantities is not None and not (isinstance(quantities, list) and all(isinstance(item, dict) for item in quantities)):
            raise GoldError(f"{path}, line {number}: 'quantities' must be a list of objects")
        yield row


def as_line(quantity: Mapping[str, Any]) -> dict[str, Any]:
    """A quantity of a Report in the file's form."""
    span = quantity["span"]
    return {
        "span": [span["start"], span["end"]],
        "kind": quantity["kind"],
        "value": quantity["value"],
        "low": quantity["low"],
        "high": quantity["high"],
        "comparator": quantity["comparator"],
        "unit": quantity["unit"],
        "currency": quantity["currency"],
    }


def matched(gold: list[dict[str, Any]], found: list[dict[str, Any]], field: str) -> int:
    """Size of the greatest one-to-one matching of two lists of quantities under one field.

    >>> gold = [{"value": 3, "unit": "people"}, {"value": 3, "unit": "cars"}]
    >>> matched(gold, [{"value": 3.0, "unit": "cars"}], "value+unit")
    1
    """
    edges = [[j for j, item in enumerate(found) if _same(wanted, item, field)] for wanted in gold]
    owner: dict[int, int] = {}

    def augment(i: int, seen: set[int]) -> bool:
        for j in edges[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or augment(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    return sum(augment(i, set()) for i in range(len(gold)))


def rates(right: int, gold: int, predicted: int) -> dict[str, float]:
    """Precision, recall, F1.

    >>> rates(1, 2, 1)
    {'precision': 1.0, 'recall': 0.5, 'f1': 0.6667}
    """
    precision = right / predicted if predicted else 0.0
    recall = right / gold if gold else 0.0
    f1 = 2 * right / (gold + predicted) if gold + predicted else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _same(gold: Mapping[str, Any], found: Mapping[str, Any], field: str) -> bool:
    one, two = _span(gold), _span(found)
    if one and two and not (one[0] < two[1] and two[0] < one[1]):
        return False
    if not _same_value(gold, found):
        return False
    if field == "value+unit":
        return _unit(gold) == _unit(found)
    if field == "value+bound":
        return _bound(gold) == _bound(found)
    return True


def _span(item: Mapping[str, Any]) -> tuple[int, int] | None:
    span = item.get("span")
    if isinstance(span, list) and len(span) == 2 and all(isinstance(x, int) for x in span):
        return span[0], span[1]
    return None


def _same_value(gold: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    if gold.get("value") is not None:
        return found.get("value") is not None and math.isclose(
            float(gold["value"]), float(found["value"]), rel_tol=1e-6, abs_tol=1e-9
        )
    ends = [(gold.get(key), found.get(key)) for key in ("low", "high")]
    return found.get("value") is None and all(
        (a is None and b is None)
        or (a is not None and b is not None and math.isclose(float(a), float(b), rel_tol=1e-6, abs_tol=1e-9))
        for a, b in ends
    )


def _unit(item: Mapping[str, Any]) -> str:
    """The unit without case, plural and spelling differences; for money its currency."""
    if item.get("currency"):
        return str(item["currency"]).upper()
    words = str(item.get("unit") or "").casefold().strip()
    words = _UNITS.get(words, words)
    last = words.split(" ")[-1] if words and words not in _UNITS.values() else words
    if len(last) > 3 and last.endswith("s") and not last.endswith("ss"):
        last = last[:-1]
    return _UNITS.get(last, last)


def _bound(item: Mapping[str, Any]) -> str:
    comparator = str(item.get("comparator") or "=")
    return _BOUNDS.get(comparator, comparator)
