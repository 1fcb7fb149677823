"""Attribution spans (source, cue, content) against gold: exact match, match of the start, and overlap (Jaccard).

Gold: JSONL with `tokens` and BIO `labels` (an instance a line, the unit of the literature), or with `text` and `attributions`
({source, cue, content}, each a list of [start, end]). In the second form links count too: `pairs` compares (cue, source) and (cue,
content) pairs of exact spans, with the links of probability 0.5 or more and each cue's best.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.spans import Tally, doc_of, pipeline, rows

if TYPE_CHECKING:
    from spacy.language import Language

KINDS = ("source", "cue", "content")
Span = tuple[int, int, str]


def bio_spans(labels: Sequence[str]) -> set[Span]:
    """Return (start, end, kind) of a BIO sequence; an I- that continues nothing opens a span.

    >>> sorted(bio_spans(["B-source", "I-source", "B-cue", "O", "I-content"]))
    [(0, 2, 'source'), (2, 3, 'cue'), (4, 5, 'content')]
    """
    found: set[Span] = set()
    start, kind = -1, ""
    for i, label in enumerate([*labels, "O"]):
        prefix, _, name = label.partition("-")
        if start >= 0 and (prefix != "I" or name != kind):
            found.add((start, i, kind))
            start = -1
        if prefix == "B" or (prefix == "I" and start < 0):
            start, kind = i, name
    return found


def bio_labels(size: int, spans: Sequence[Span]) -> list[str]:
    """Return the BIO sequence of spans that do not overlap."""
    out = ["O"] * size
    for start, end, kind in spans:
        out[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    return out


def run(gold: Path, predictions: Path | None = None, model: str | None = None) -> dict[str, Any]:
    """Predict the attribution spans of a gold file and score them.

    Args:
        gold: JSONL of instances or of texts, gzipped or not.
        predictions: where to write the predictions in the gold's own form, or None.
        model: folder of another model; default: the bundled one.

    Returns:
        `instances`; for source, cue, content the exact match (p, r, f, tp, gold, pred), and with `.begin` the match of starts, with
        `.jaccard` the mean overlap (0 to 1); for texts also `pairs`.

    Raises:
        GoldError: a line has neither tokens and labels nor text and attributions.
    """
    nlp = pipeline(model)
    scores = {kind: _Score() for kind in KINDS}
    pairs = Tally()
    out: list[str] = []
    instances, texts = 0, False
    for number, row in rows(gold):
        where = f"{gold}, line {number}"
        instances += 1
        if isinstance(row.get("tokens"), list):
            wanted, said, line = _instance(nlp, row, where)
        elif isinstance(row.get("text"), str):
            texts = True
            wanted, said, line = _text(nlp, row, where, pairs)
        else:
            raise GoldError(f"{where}: expected 'tokens' and 'labels', or 'text' and 'attributions'")
        out.append(json.dumps(line, ensure_ascii=False))
        for kind, score in scores.items():
            score.compare({s[:2] for s in wanted if s[2] == kind}, {s[:2] for s in said if s[2] == kind})
    if predictions is not None:
        predictions.write_text("".join(line + "\n" for line in out), encoding="utf-8")
    result: dict[str, Any] = {"instances": instances}
    for kind, score in scores.items():
        result.update({kind + tail: value for tail, value in score.result().items()})
    if texts:
        result["pairs"] = pairs.scores()
    return result


class _Score:
    """Exact, begin and overlap of one kind."""

    def __init__(self) -> None:
        self.exact, self.begin = Tally(), Tally()
        self.overlaps: list[float] = []

    def compare(self, gold: set[tuple[int, int]], said: set[tuple[int, int]]) -> None:
        self.exact.compare(gold, said)
        starts, other = {s for s, _ in gold}, {s for s, _ in said}
        self.begin.compare(starts, other)
        self.overlaps += [max((_jaccard(g, s) for s in said), default=0.0) for g in gold]
        self.overlaps += [0.0 for s in said if not any(_jaccard(g, s) > 0 for g in gold)]

    def result(self) -> dict[str, Any]:
        mean = sum(self.overlaps) / len(self.overlaps) if self.overlaps else 0.0
        return {"": self.exact.scores(), ".begin": self.begin.scores(), ".jaccard": round(mean, 4)}


def _jaccard(a: tuple[int, int], b: tuple[int, int]) -> float:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared / (max(a[1], b[1]) - min(a[0], b[0])) if shared > 0 else 0.0


def _instance(nlp: Language, row: dict[str, Any], where: str) -> tuple[set[Span], set[Span], dict[str, Any]]:
    """Score a line of tokens and labels."""
    from conflict_extract.annotate.layer import SpanRecord, read

    tokens, labels = row["tokens"], row.get("labels")
    good = all(isinstance(t, str) and t for t in tokens) and isinstance(labels, list) and len(labels) == len(tokens)
    if not good:
        raise GoldError(f"{where}: 'tokens' must be strings with as many 'labels'")
    said: set[Span] = set()
    if tokens:
        doc = doc_of(nlp, tokens, [True] * len(tokens))
        for record in read(doc, "attribution", SpanRecord):
            span = doc.char_span(record.start, record.end)
            assert span is not None
            said.add((span.start, span.end, record.label))
    line = {**row, "labels": bio_labels(len(tokens), sorted(said))}
    return bio_spans(row["labels"]), said, line


def _text(nlp: Language, row: dict[str, Any], where: str, pairs: Tally) -> tuple[set[Span], set[Span], dict[str, Any]]:
    """Score a line of text and attributions; predictions are written as attributions, one a cue."""
    from conflict_extract.annotate.layer import SpanRecord, read

    wanted: set[Span] = set()
    wanted_pairs: set[tuple[Span, Span]] = set()
    try:
        for item in row["attributions"]:
            parts = {kind: [(int(s), int(e), kind) for s, e in item.get(kind, [])] for kind in KINDS}
            wanted |= {span for spans in parts.values() for span in spans}
            wanted_pairs |= {(cue, other) for cue in parts["cue"] for kind in ("source", "content") for other in parts[kind]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GoldError(f"{where}: 'attributions' must be a list of {{source, cue, content}}: {error!r}") from error
    records = read(nlp(row["text"]), "attribution", SpanRecord)
    by_id = {r.id: r for r in records}
    said = {(r.start, r.end, r.label) for r in records}
    said_pairs: set[tuple[Span, Span]] = set()
    found = []
    for cue in (r for r in records if r.label == "cue"):
        best: dict[str, Any] = {"source": [], "cue": [[cue.start, cue.end]], "content": []}
        for link in cue.links:
            other = by_id[link["id"]]
            if link["prob"] >= 0.5 or not best[other.label]:
                best[other.label].append([other.start, other.end])
                said_pairs.add(((cue.start, cue.end, "cue"), (other.start, other.end, other.label)))
        found.append(best)
    pairs.compare(wanted_pairs, said_pairs)
    return wanted, said, {**row, "attributions": found}
