"""Evaluation of claims: annotated documents in, scores out; and a Report in the annotation's format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.claim_scores import FIELDS, Problem, Scores, score
from conflict_extract.schema import Claim, Place, Quantity, Report, Span, Time

__all__ = ["FIELDS", "Problem", "Scores", "assess", "listing", "predict", "read_documents", "run", "score", "to_gold"]


# -- reading ---------------------------------------------------------------------------------------------
Gold = str | Path | Sequence[str | Path]


def read_documents(path: Gold) -> list[dict[str, Any]]:
    """Annotated documents of a folder of *.json files, a .json file (one document or a list) or a .jsonl file, or of several such.

    Raises:
        GoldError: the file cannot be read, or a document lacks `id` or `text`; the message names file and place.
    """
    paths = [path] if isinstance(path, str | Path) else path
    return [document for item in paths for document in _read(Path(item))]


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        files = sorted(item for item in path.iterdir() if item.suffix == ".json")
        if not files:
            raise GoldError(f"{path}: no *.json files here")
        for item in files:
            yield from _read(item)
        return
    try:
        data = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"cannot read {path}: {error}") from error
    if path.suffix == ".json":
        parts = [(data, str(path))]
    else:
        parts = [(line, f"{path}, line {number}") for number, line in enumerate(data.split("\n"), 1) if line.strip()]
    for text, where in parts:
        try:
            loaded = json.loads(text)
        except json.JSONDecodeError as error:
            raise GoldError(f"{where}: not JSON ({error.msg}, line {error.lineno}, column {error.colno})") from error
        for document in loaded if isinstance(loaded, list) else [loaded]:
            if (
                not isinstance(document, dict)
                or not isinstance(document.get("id"), str)
                or not isinstance(document.get("text"), str)
            ):
                raise GoldError(f"{where}: a document needs 'id' and 'text'")
            yield document


# -- a Report in the annotation's format -----------------------------------------------------------------
def to_gold(report: Report) -> dict[str, Any]:
    """A Report as an annotated document: `id`, `date`, `text`, `claims`, `links`, and the document's `quantities`,
    `places`, `times`. Actors are given by name; what claims do not list (ages, vague "several") is left out.
    """
    return {
        "id": report.id,
        "date": report.date,
        "text": report.text,
        "claims": [_claim(report, claim) for claim in report.claims],
        "links": [{"kind": link.kind, "from": link.from_, "to": link.to} for link in report.links],
        "quantities": [_quantity(item) for item in report.quantities if item.in_claims],
        "places": [_place(place, mention) for place in report.places for mention in place.mentions],
        "times": [_time(item) for item in report.times],
    }


def _claim(report: Report, claim: Claim) -> dict[str, Any]:
    source = claim.source
    quantities = [report.quantity(name) for name in claim.quantities]
    out: dict[str, Any] = {
        "id": claim.id,
        "source": source and {"span": _offsets(source.mention), "name": source.name, "affiliation": source.affiliation},
        "cue": _offsets(claim.cue) if claim.cue else None,
        "act": claim.act,
        "mode": claim.mode,
        "content": [_offsets(span) for span in claim.content],
        "target": report.actor(claim.target).name if claim.target else None,
        "event": claim.event,
        "quantities": [_quantity(item, quantities) for item in quantities],
        "places": [
            _place(place, mention)
            for name in claim.places
            for place in (report.place(name),)
            for mention in place.mentions
            if any(span.start <= (mention.start + mention.end) // 2 < span.end for span in claim.content)
        ],
        "times": [_time(report.time(name)) for name in claim.times],
        "hedges": [_offsets(span) for span in claim.hedges],
    }
    if claim.parent:
        out["parent"] = claim.parent
    return out


def _offsets(span: Span) -> list[int]:
    return [span.start, span.end]


def _quantity(item: Quantity, beside: Sequence[Quantity] = ()) -> dict[str, Any]:
    out: dict[str, Any] = {"span": _offsets(item.span), "kind": item.kind}
    if item.value is not None:
        out["value"] = item.value
    else:
        out["low"], out["high"] = item.low, item.high
    out["comparator"] = item.comparator
    out["unit"] = item.currency or item.unit if item.kind == "money" else item.unit
    at = next((number for number, other in enumerate(beside) if other.id == item.equivalent), None)
    if at is not None:
        out["equivalent"] = at
    return out


def _place(place: Place, mention: Span) -> dict[str, Any]:
    return {"span": _offsets(mention), "name": place.name, "country": place.country}


def _time(item: Time) -> dict[str, Any]:
    return {"span": _offsets(item.span), "start": item.start, "end": item.end}


# -- running ---------------------------------------------------------------------------------------------
def predict(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Our claims for annotated documents, by the default Extractor."""
    from conflict_extract.api import default_extractor

    extractor = default_extractor()
    return [to_gold(extractor.extract(item["text"], date=item.get("date"), id=item["id"])) for item in documents]


def run(gold: Gold, predictions: str | Path | None = None) -> dict[str, Any]:
    """Extract claims from the texts of annotated documents and score them.

    Args:
        gold: a folder of *.json files, a .json or a .jsonl file, or several.
        predictions: where to write our claims (JSONL), for others' scorers.

    Returns:
        For each field {"p", "r", "f", "gold", "pred", "tp"}.

    Raises:
        GoldError: the gold cannot be read.
    """
    return dict(assess(gold, predictions).table())


def assess(gold: Gold, predictions: str | Path | None = None) -> Scores:
    """The same as `run`, with confusions and problems."""
    documents = read_documents(gold)
    predicted = predict(documents)
    if predictions is not None:
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in predicted)
        Path(predictions).write_text(lines, encoding="utf-8")
    return score(documents, predicted)


def listing(scores: Scores, limit: int | None = None, fields: Sequence[str] | None = None) -> str:
    """The problems as text, one a line: document, claim, field, what is annotated and what was predicted."""
    chosen = [problem for problem in scores.problems if fields is None or problem.field in fields]
    lines = [
        f"{p.document} {p.claim} {p.field}: annotated {_short(p.gold)}, predicted {_short(p.predicted)}" for p in chosen[:limit]
    ]
    if limit is not None and len(chosen) > limit:
        lines.append(f"… and {len(chosen) - limit} more")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else text[:159] + "…"
