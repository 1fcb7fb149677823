"""Agreement of two annotations of the same documents: Krippendorff's alpha, field by field.

Alpha is 1 - D_o / D_e: the disagreement observed within units over that expected by chance, both from the coincidence matrix of all
values (Krippendorff, "Content Analysis", 4th edition 2018, chapter 12; "Computing Krippendorff's Alpha-Reliability", 2011). 1 is
agreement, 0 is chance, below 0 is systematic disagreement.

Where the two sides mark spans (`content`, `source`, `cue`, `hedges`), the units are the words of the text and a word is in or out.
Where they give labels or names, the units are the claims that both sides have: pairs as in scoring, by content. `numbers` compares the
figures whose spans overlap, with the ratio difference ((a - b) / (a + b))^2.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.claim_scores import WORD, View, match
from conflict_extract.evaluate.claims import read_documents, to_gold
from conflict_extract.evaluate.names import name_key
from conflict_extract.schema import Report

Difference = Callable[[Any, Any], float]
WORD_FIELDS = ("content", "source", "cue", "hedges")
CLAIM_FIELDS = ("act", "mode", "event", "source.name", "source.affiliation", "target", "times")
FIELDS = (*WORD_FIELDS, *CLAIM_FIELDS, "numbers")


def nominal(a: Hashable, b: Hashable) -> float:
    """0 for the same value, else 1."""
    return 0.0 if a == b else 1.0


def interval(a: float, b: float) -> float:
    """The squared difference of two numbers."""
    return float(a - b) ** 2


def ratio(a: float, b: float) -> float:
    """The squared difference of two numbers, relative to their sum (numbers not below 0)."""
    return ((a - b) / (a + b)) ** 2 if a + b else 0.0


def alpha(units: Iterable[Sequence[Hashable]], difference: Difference = nominal) -> float | None:
    """Krippendorff's alpha.

    Args:
        units: for each unit the values that its observers gave, without those who gave none; a unit with fewer than two is left out.
        difference: how far two values are apart (squared), 0 for equal ones.

    Returns:
        alpha, at most 1; None when no unit has two values, or all values are the same, for then nothing is expected by chance.

    >>> round(alpha(zip("0100000010", "1110010000")), 3)
    0.095
    """
    weights: dict[tuple[Hashable, Hashable], float] = {}
    totals: dict[Hashable, float] = {}
    for unit in units:
        values = Counter(unit)
        size = values.total()
        if size < 2:
            continue
        for a, n in values.items():
            totals[a] = totals.get(a, 0.0) + n
            for b, m in values.items():
                weights[a, b] = weights.get((a, b), 0.0) + n * (m - (a == b)) / (size - 1)
    whole = sum(totals.values())
    observed = sum(weight * difference(a, b) for (a, b), weight in weights.items()) / whole if whole else 0.0
    expected = _expected(totals, difference) / (whole * (whole - 1)) if whole > 1 else 0.0
    return 1.0 - observed / expected if expected > 0 else None


def _expected(totals: dict[Hashable, float], difference: Difference) -> float:
    if difference is nominal:  # without the square of the number of values: names can be many
        whole = sum(totals.values())
        return whole * whole - sum(n * n for n in totals.values())
    return sum(n * m * difference(a, b) for a, n in totals.items() for b, m in totals.items())


# -- two annotations -------------------------------------------------------------------------------------
def documents(path: str | Path) -> list[dict[str, Any]]:
    """Annotated documents of a file or folder; Reports among them are put into the annotation's format.

    Raises:
        GoldError: it cannot be read, or a Report is not valid.
    """
    out = []
    for document in read_documents(path):
        if "schema_version" in document:
            try:
                document = to_gold(Report.model_validate_json(json.dumps(document)))
            except ValueError as error:
                raise GoldError(f"{path}: {document['id']} is no report ({str(error).splitlines()[0]})") from error
        out.append(document)
    return out


def agree(one: Sequence[dict[str, Any]], two: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Alpha for each field over the documents that both sides have.

    Args:
        one: annotated documents.
        two: the same documents, annotated by somebody else.

    Returns:
        For each field {"alpha": float or None, "units": how many units both sides have a value for, "agree": share of equal units}.

    Raises:
        GoldError: no document is on both sides, or one has another text.
    """
    others = {document["id"]: document for document in two}
    units: dict[str, list[tuple[Hashable, Hashable]]] = {name: [] for name in FIELDS}
    shared = 0
    for document in one:
        other = others.get(document["id"])
        if other is None:
            continue
        if other["text"] != document["text"]:
            raise GoldError(f"{document['id']} has another text on the other side")
        shared += 1
        _document(units, document, other)
    if not shared:
        raise GoldError("the two sides have no document in common")
    out = {}
    for name, rows in units.items():
        value = alpha(rows, ratio if name == "numbers" else nominal)
        same = sum(a == b for a, b in rows) / len(rows) if rows else None
        out[name] = {"alpha": value, "units": len(rows), "agree": same}
    return out


def _document(units: dict[str, list[tuple[Hashable, Hashable]]], one: dict[str, Any], two: dict[str, Any]) -> None:
    words = [found.span() for found in WORD.finditer(one["text"])]
    left, right = ([View(raw, words) for raw in side.get("claims") or [] if isinstance(raw, dict)] for side in (one, two))
    for name in WORD_FIELDS:
        a, b = (_marked(views, name, words) for views in (left, right))
        units[name] += list(zip(a, b, strict=True))
    for i, j in match(left, right):
        for name in CLAIM_FIELDS:
            units[name].append((_value(left[i], name), _value(right[j], name)))
        units["numbers"] += _numbers(left[i], right[j])


def _marked(views: Sequence[View], name: str, words: Sequence[tuple[int, int]]) -> list[bool]:
    """For each word whether any claim marks it."""
    steps = Counter[int]()
    for view in views:
        spans = {"content": view.content, "hedges": view.hedges}.get(name)
        if spans is None:
            one = view.source if name == "source" else view.cue
            spans = [one] if one is not None else []
        for start, end in spans:
            steps[start] += 1
            steps[end] -= 1
    edges = sorted(steps)
    out, at, open_ = [], 0, 0
    for start, _ in words:
        while at < len(edges) and edges[at] <= start:
            open_ += steps[edges[at]]
            at += 1
        out.append(open_ > 0)
    return out


def _value(view: View, name: str) -> Hashable:
    if name == "times":
        return tuple(sorted((str(item.get("start")), str(item.get("end"))) for item in view.times))
    value = {"source.name": view.name, "source.affiliation": view.affiliation, "target": view.target}.get(name)
    if name in ("act", "mode", "event"):
        return str(getattr(view, name))
    return name_key(value) if value else None


def _numbers(one: View, two: View) -> list[tuple[Hashable, Hashable]]:
    """The figures of two claims whose spans overlap, each once, in order of the text."""
    out: list[tuple[Hashable, Hashable]] = []
    rest = sorted(_figures(two))
    for start, end, number in sorted(_figures(one)):
        found = next((item for item in rest if item[0] < end and start < item[1]), None)
        if found is not None:
            rest.remove(found)
            out.append((number, found[2]))
    return out


def _figures(view: View) -> list[tuple[int, int, float]]:
    out = []
    for item in view.quantities:
        span, value = item.get("span"), item.get("value")
        if value is None and item.get("low") is not None and item.get("high") is not None:
            value = (item["low"] + item["high"]) / 2
        if isinstance(span, list) and len(span) == 2 and isinstance(value, int | float) and value >= 0:
            out.append((cast(int, span[0]), cast(int, span[1]), float(value)))
    return out
