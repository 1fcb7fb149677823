"""Scores and errors of an evaluation as one HTML page without scripts or outside resources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from conflict_extract.evaluate.claims import Problem, Scores, assess, listing

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.right{font-weight:600}td.wrong{background:#c442}
"""


def page(scores: Scores, limit: int | None = None) -> str:
    """The page: scores per field, confusion of acts and events, then the errors.

    Args:
        scores: from `evaluate.claims.score`.
        limit: at most this many errors; None for all.
    """
    rows = [
        [name, *(f"{100 * row[key]:.1f}" for key in "prf"), *(str(row[key]) for key in ("gold", "pred", "tp"))]
        for name, row in scores.table().items()
    ]
    out = ["<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation of claims</title>", f"<style>{STYLE}</style>"]
    out += ["<h1>Evaluation of claims</h1>", _table(("field", "P", "R", "F1", "annotated", "predicted", "right"), rows)]
    for name in scores.confusion:
        out += [f"<h2>Confusion: {escape(name)}</h2><p>Rows: annotated. Columns: predicted.</p>", _confusion(scores, name)]
    shown: Sequence[Problem] = scores.problems[:limit]
    out.append(f"<h2>Errors</h2><p>{len(shown)} of {len(scores.problems)} shown.</p>")
    out.append(
        _table(("document", "claim", "field", "annotated", "predicted"), [_problem(item) for item in shown], numbers=False)
    )
    return "\n".join(out) + "\n"


def report_errors(gold: Sequence[Path], predictions: Path | None, limit: int | None, html: Path | None, as_json: bool) -> None:
    """What `evaluate claims` prints with `--errors` or `--html`: scores, confusions as text, errors; the page goes to a file."""
    from conflict_extract.deliver.cli import _write
    from conflict_extract.deliver.table import print_scores

    scores = assess(gold, predictions)
    if html is not None:
        html.write_text(page(scores, limit), encoding="utf-8")
    if as_json:
        problems = [asdict(item) for item in scores.problems[:limit]]
        _write(json.dumps({"scores": scores.table(), "errors": problems}, ensure_ascii=False, indent=2, default=str))
        return
    print_scores(dict(scores.table()))
    if limit is not None:
        for name, cells in scores.confusion.items():
            wrong = [(count, *pair) for pair, count in cells.items() if pair[0] != pair[1]]
            for count, annotated, predicted in sorted(wrong, key=lambda row: (-row[0], *row[1:])):
                _write(f"{name}: {annotated} taken for {predicted}: {count}")
        _write(listing(scores, limit))


def confusion_rows(scores: Scores, name: str) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Labels, and for each annotated label how often each label was predicted, for the claims that have a partner."""
    cells = scores.confusion[name]
    labels = sorted({label for pair in cells for label in pair})
    return labels, [(gold, [cells[gold, pred] for pred in labels]) for gold in labels if any(cells[gold, p] for p in labels)]


def _confusion(scores: Scores, name: str) -> str:
    labels, rows = confusion_rows(scores, name)
    out = ["<table><tr><th>", *(f"<th class=n>{escape(label)}" for label in labels)]
    for gold, counts in rows:
        out.append(f"<tr><th>{escape(gold)}")
        for label, count in zip(labels, counts, strict=True):
            kind = "right" if label == gold else "wrong" if count else ""
            out.append(f'<td class="n {kind}">{count or ""}')
    return "".join([*out, "</table>"])


def _problem(item: Problem) -> list[str]:
    return [item.document, item.claim, item.field, _words(item.gold), _words(item.predicted)]


def _words(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> str:
    kind = [""] + [" class=n" if numbers else ""] * (len(head) - 1)
    out = ["<table><tr>", *(f"<th{k}>{escape(cell)}" for k, cell in zip(kind, head, strict=True))]
    for row in rows:
        out += ["<tr>", *(f"<td{k}>{escape(cell)}" for k, cell in zip(kind, row, strict=True))]
    return "".join([*out, "</table>"])
