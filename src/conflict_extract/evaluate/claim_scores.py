"""Scores of predicted claims against annotated ones, field by field.

A predicted claim can stand for an annotated one when the token F1 of their contents is at least 0.5; of all one-to-
one assignments the one with the greatest sum counts. Each field is then counted over the whole set: how often the
gold has it, how often the prediction, and how often a matched pair agrees. `docs/evaluation.md` describes each field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conflict_extract.evaluate.matching import assign, count_pairs
from conflict_extract.evaluate.names import name_key, number, same_number, unit_key

Pair = tuple[int, int]
WORD = re.compile(r"\w+")
ENOUGH = 0.5
FIELDS = (
    "claims", "claims.attributed", "claims.narrated", "content.tokens", "source.span.exact", "source.span.head",
    "source.name", "source.affiliation", "cue", "cue.exact", "act", "mode", "target", "event", "quantities",
    "quantities.value", "money", "places.name", "times", "hedges", "parent", "links", "links.denies",
    "doc.quantities", "doc.money", "doc.places", "doc.times",
)  # fmt: skip


def _pair(value: Any) -> Pair | None:
    good = isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(n, int) for n in value)
    return (value[0], value[1]) if good and value[0] < value[1] else None


def _pairs(value: Any) -> list[Pair]:
    one = _pair(value)
    if one is not None:
        return [one]
    return [pair for item in value or [] if (pair := _pair(item)) is not None]


def _where(item: dict[str, Any]) -> Pair | None:
    return _pair(item.get("span"))


def _meet(a: Pair | None, b: Pair | None) -> bool:
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value or [] if isinstance(item, dict)]


class View:
    """A claim of either side, with everything that it may lack filled in."""

    def __init__(self, raw: dict[str, Any], words: Sequence[Pair]) -> None:
        source = raw["source"] if isinstance(raw.get("source"), dict) else {}
        self.raw = raw
        self.id: str | int | None = raw.get("id")
        self.content = _pairs(raw.get("content"))
        self.tokens = frozenset(
            at for at, (start, end) in enumerate(words) if any(start < b and a < end for a, b in self.content)
        )
        self.source = _where(source)
        self.name, self.affiliation = source.get("name"), source.get("affiliation")
        self.cue = _pair(raw.get("cue"))
        self.attributed = bool(raw.get("source") or raw.get("cue"))
        self.act, self.mode = raw.get("act"), raw.get("mode")
        self.event, self.target = raw.get("event"), raw.get("target")
        self.quantities = _dicts(raw.get("quantities"))
        self.money = [item for item in self.quantities if item.get("kind") == "money"]
        self.places = sorted({name_key(item["name"]) for item in _dicts(raw.get("places")) if item.get("name")})
        self.times = _dicts(raw.get("times"))
        self.hedges = _pairs(raw.get("hedges"))
        self.parent: Any = raw["parent"] if isinstance(raw.get("parent"), str | int) else None


# -- when a field is right -------------------------------------------------------------------------------
def _value(item: dict[str, Any]) -> tuple[str, float | None, float | None]:
    if item.get("value") is not None:
        return "value", number(item["value"]), 0.0
    return "range", number(item.get("low")), number(item.get("high"))


def _same_value(a: dict[str, Any], b: dict[str, Any]) -> bool:
    one, two = _value(a), _value(b)
    return one[0] == two[0] and same_number(one[1], two[1]) and same_number(one[2], two[2])


def _same_unit(a: dict[str, Any], b: dict[str, Any]) -> bool:
    if "money" in (a.get("kind"), b.get("kind")):
        return str(a.get("unit")).upper() == str(b.get("unit")).upper()
    return unit_key(a.get("unit")) == unit_key(b.get("unit"))


def _same_quantity(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return _meet(_where(a), _where(b)) and _same_value(a, b) and a.get("comparator") == b.get("comparator") and _same_unit(a, b)


def _same_days(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return (a.get("start"), a.get("end")) == (b.get("start"), b.get("end"))


def _same_time(gold: dict[str, Any], predicted: dict[str, Any]) -> bool:
    return _same_days(gold, predicted) and (gold.get("start") is not None or _meet(_where(gold), _where(predicted)))


def _same_name(a: Any, b: Any) -> bool:
    return name_key(a) == name_key(b)


Single = tuple[str, Callable[[View], Any], Callable[[Any, Any], bool]]
SINGLES: tuple[Single, ...] = (
    ("source.span.exact", lambda c: c.source, lambda a, b: bool(a == b)),
    ("source.name", lambda c: c.name, _same_name),
    ("source.affiliation", lambda c: c.affiliation, _same_name),
    ("cue", lambda c: c.cue, _meet),
    ("cue.exact", lambda c: c.cue, lambda a, b: bool(a == b)),
    ("act", lambda c: c.act, lambda a, b: bool(a == b)),
    ("mode", lambda c: c.mode, lambda a, b: bool(a == b)),
    ("target", lambda c: c.target, _same_name),
    ("event", lambda c: c.event, lambda a, b: bool(a == b)),
)
LISTS: tuple[Single, ...] = (
    ("quantities", lambda c: c.quantities, _same_quantity),
    ("quantities.value", lambda c: c.quantities, _same_value),
    ("money", lambda c: c.money, lambda a, b: _same_value(a, b) and _same_unit(a, b)),
    ("places.name", lambda c: c.places, lambda a, b: bool(a == b)),
    ("times", lambda c: c.times, _same_time),
    ("hedges", lambda c: c.hedges, _meet),
)


# -- results ---------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Problem:
    """A miss, a false alarm or a wrong field. `claim`: the gold claim's id (the predicted one's for false claims)."""

    document: str
    claim: str
    field: str
    gold: Any
    predicted: Any


@dataclass(slots=True)
class Scores:
    """Counts, confusions and problems of a set of documents."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    confusion: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: {"act": Counter(), "event": Counter()})
    problems: list[Problem] = field(default_factory=list)

    def add(self, name: str, gold: int, pred: int, right: int) -> None:
        """Count one field."""
        self.counts[name, "gold"] += gold
        self.counts[name, "pred"] += pred
        self.counts[name, "tp"] += right

    def table(self) -> dict[str, dict[str, Any]]:
        """For each field gold, pred, tp, and p, r, f (0 where nothing was predicted, annotated or right)."""
        out = {}
        for name in FIELDS:
            gold, pred, right = (self.counts[name, key] for key in ("gold", "pred", "tp"))
            out[name] = {
                "p": right / pred if pred else 0.0,
                "r": right / gold if gold else 0.0,
                "f": 2 * right / (gold + pred) if gold + pred else 0.0,
                "gold": gold,
                "pred": pred,
                "tp": right,
            }
        return out


def score(gold: Iterable[dict[str, Any]], predicted: Iterable[dict[str, Any]]) -> Scores:
    """Score documents in ANNOTATION's format; a gold document without a prediction counts as all missed.

    Args:
        gold: annotated documents (`id`, `text`, `claims`, `links`).
        predicted: predictions by the same ids; of several with one id the last counts, unknown ids are left out.
    """
    by_id = {document.get("id"): document for document in predicted}
    scores = Scores()
    for document in gold:
        score_document(scores, document, by_id.get(document["id"]) or {})
    return scores


def score_document(scores: Scores, gold: dict[str, Any], predicted: dict[str, Any]) -> None:
    """Add one document to the scores."""
    words = [found.span() for found in WORD.finditer(gold["text"])]
    golds = [View(raw, words) for raw in _dicts(gold.get("claims"))]
    preds = [View(raw, words) for raw in _dicts(predicted.get("claims"))]
    pairs = match(golds, preds)
    scores.add("claims", len(golds), len(preds), len(pairs))
    for name, kind in (("claims.attributed", True), ("claims.narrated", False)):
        right = sum(golds[i].attributed == preds[j].attributed == kind for i, j in pairs)
        scores.add(name, sum(c.attributed == kind for c in golds), sum(c.attributed == kind for c in preds), right)
    name_of = str(gold["id"])
    _count_fields(scores, name_of, golds, preds, pairs, words)
    _count_document(scores, golds, preds, predicted)
    renamed = {preds[j].id: golds[i].id for i, j in pairs}
    _count_links(scores, name_of, gold, predicted, renamed)
    for views, done, which in ((golds, {i for i, _ in pairs}, "missed"), (preds, {j for _, j in pairs}, "false")):
        for at, view in enumerate(views):
            if at not in done:
                words_ = " … ".join(gold["text"][a:b] for a, b in view.content)
                both = (words_, None) if which == "missed" else (None, words_)
                scores.problems.append(Problem(name_of, str(view.id), "claims", *both))


def match(golds: Sequence[View], preds: Sequence[View]) -> list[tuple[int, int]]:
    """Indices of the matched claims. Of claims with the same content those with the same cue, source and act belong
    together.
    """
    holders: dict[int, list[int]] = {}
    for j, pred in enumerate(preds):
        for token in pred.tokens:
            holders.setdefault(token, []).append(j)
    weights: dict[int, dict[int, float]] = {}
    for i, gold in enumerate(golds):
        shared = Counter(j for token in gold.tokens for j in holders.get(token, ()))
        weights[i] = {}
        for j, common in shared.items():
            pred = preds[j]
            f1 = 2 * common / (len(gold.tokens) + len(pred.tokens))
            if f1 >= ENOUGH - 1e-12:
                f1 += 1e-4 * (gold.cue == pred.cue or _meet(gold.cue, pred.cue))
                f1 += 1e-4 * (gold.source == pred.source or _meet(gold.source, pred.source))
                weights[i][j] = f1 + 1e-5 * (gold.act == pred.act)
    return assign(weights)


def _count_fields(
    scores: Scores,
    document: str,
    golds: Sequence[View],
    preds: Sequence[View],
    pairs: Sequence[tuple[int, int]],
    words: Sequence[Pair],
) -> None:
    def head_in(gold: Pair, pred: Pair) -> bool:
        inside = [word for word in words if gold[0] <= word[0] and word[1] <= gold[1]]
        return bool(inside) and pred[0] <= inside[-1][0] and inside[-1][1] <= pred[1]

    common = sum(len(golds[i].tokens & preds[j].tokens) for i, j in pairs)
    scores.add("content.tokens", sum(len(c.tokens) for c in golds), sum(len(c.tokens) for c in preds), common)
    head: Single = ("source.span.head", lambda c: c.source, head_in)
    for name, get, same in (*SINGLES, head):
        right = 0
        for i, j in pairs:
            a, b = get(golds[i]), get(preds[j])
            good = a is not None and b is not None and same(a, b)
            right += good
            if not good and (a is not None or b is not None):
                scores.problems.append(Problem(document, str(golds[i].id), name, a, b))
            if name in scores.confusion and a is not None and b is not None:
                scores.confusion[name][str(a), str(b)] += 1
        scores.add(name, sum(get(c) is not None for c in golds), sum(get(c) is not None for c in preds), right)
    for name, get, same in LISTS:
        right = 0
        for i, j in pairs:
            a, b = get(golds[i]), get(preds[j])
            good_ones = count_pairs(a, b, same)
            right += good_ones
            if good_ones < max(len(a), len(b)):
                scores.problems.append(Problem(document, str(golds[i].id), name, a, b))
        scores.add(name, sum(len(get(c)) for c in golds), sum(len(get(c)) for c in preds), right)
    to_gold = {preds[j].id: golds[i].id for i, j in pairs}
    right = 0
    for i, j in pairs:
        a, b = golds[i].parent, preds[j].parent
        good = a is not None and b is not None and to_gold.get(b) == a
        right += good
        if not good and (a is not None or b is not None):
            scores.problems.append(Problem(document, str(golds[i].id), "parent", a, to_gold.get(b)))
    scores.add("parent", sum(c.parent is not None for c in golds), sum(c.parent is not None for c in preds), right)


def _count_document(scores: Scores, golds: Sequence[View], preds: Sequence[View], predicted: dict[str, Any]) -> None:
    """Quantities, places and times of the whole document, whatever claim they are in."""
    area = [span for c in golds for span in c.content] + [s for c in golds for t in c.times if (s := _where(t)) is not None]

    def distinct(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return list({span: row for row in rows if (span := _where(row)) is not None}.values())

    def same_place(a: dict[str, Any], b: dict[str, Any]) -> bool:
        return _meet(_where(a), _where(b)) and _same_name(a.get("name"), b.get("name"))

    def same_time(a: dict[str, Any], b: dict[str, Any]) -> bool:
        return _meet(_where(a), _where(b)) and _same_days(a, b)

    for name, key, same in (
        ("doc.quantities", "quantities", _same_quantity),
        ("doc.money", "quantities", _same_quantity),
        ("doc.places", "places", same_place),
        ("doc.times", "times", same_time),
    ):
        gold = distinct(row for c in golds for row in _dicts(c.raw.get(key)))
        listed = predicted.get(key)
        rows = listed if isinstance(listed, list) else [row for c in preds for row in _dicts(c.raw.get(key))]
        pred = [row for row in distinct(_dicts(rows)) if any(_meet(_where(row), span) for span in area)]
        if name == "doc.money":
            gold, pred = ([row for row in side if row.get("kind") == "money"] for side in (gold, pred))
        scores.add(name, len(gold), len(pred), count_pairs(gold, pred, same))


def _count_links(scores: Scores, document: str, gold: dict[str, Any], predicted: dict[str, Any], renamed: dict[Any, Any]) -> None:
    def key(link: dict[str, Any], rename: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
        a, b = rename(link.get("from")), rename(link.get("to"))
        swap = link.get("kind") == "disagrees" and str(a) > str(b)
        return (link.get("kind"), b, a) if swap else (link.get("kind"), a, b)

    def to_gold(name: Any) -> Any:
        return renamed.get(name, ("unmatched", name)) if isinstance(name, str | int) else "none"

    golds = {key(link, lambda name: name) for link in _dicts(gold.get("links"))}
    preds = {key(link, to_gold) for link in _dicts(predicted.get("links"))}
    scores.add("links", len(golds), len(preds), len(golds & preds))
    a, b = ({link for link in side if link[0] == "denies"} for side in (golds, preds))
    scores.add("links.denies", len(a), len(b), len(a & b))
    for link in sorted(golds - preds, key=str):
        scores.problems.append(Problem(document, str(link[1]), "links", link, None))
    for link in sorted(preds - golds, key=str):
        scores.problems.append(Problem(document, str(link[1]), "links", None, link))
