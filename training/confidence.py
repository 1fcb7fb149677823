"""Fits the weights of confidence, and shows how well the estimates hold on documents that were not fitted on.

    python -m training.confidence ../shared/data/attribution/polnear_dev.jsonl.gz fixtures/gold fixtures/narrated \
        --test ../shared/eval/dev [--write]

Attributed claims: PolNeAR dev (the network's spans were learned from PolNeAR train) and our own annotated articles. Narrated clauses
and names: our own articles. Their figures are cross-fitted: documents are dealt into five parts, each part is judged by weights fitted
on the other four. Sets after `--test` are not fitted on at all. `--write` fits on all documents of the other sets and replaces
`lexicons/data/confidence.jsonl`.

Logistic regression with a ridge on standardised features, by Newton's method; no randomness but the dealing of documents (seed).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.api import load, make_doc
from conflict_extract.assemble.confidence import LEAST, MOST, claim_features, name_features
from conflict_extract.assemble.index import make_index
from conflict_extract.assemble.merge import make_drafts
from conflict_extract.evaluate.confidence import Judged, by_bin, by_threshold, calibration_error, judge, read_gold
from conflict_extract.lexicons.confidence import FEATURES, Model
from conflict_extract.lexicons.loader import data_file

Floats = NDArray[np.float64]
PARTS = 5
SEED = 0
RIDGE: dict[Model, float] = {"attributed": 2.0, "narrated": 10.0, "name": 10.0}  # more where there are few examples
LEAST_DEVIATION = 0.2  # a feature of few examples gets a weight of few examples


@dataclass(slots=True)
class Example:
    """One claim (or name): its set and document, the model's features, whether it is right."""

    group: str
    document: int
    features: dict[str, float]
    right: bool


@dataclass(slots=True)
class Data:
    """Examples by model, and how many annotated claims each set has."""

    examples: dict[Model, list[Example]]
    gold: dict[tuple[str, Model], int]


def collect(paths: Sequence[Path]) -> Data:
    """Run the pipeline over the gold and judge each claim."""
    extractor = load()
    data = Data({model: [] for model in FEATURES}, {})
    number = 0
    for path in paths:
        for document in read_gold(path):
            number += 1
            group = path.name.split(".")[0]
            date = document.get("date") if "claims" in document else None
            doc = extractor.nlp(make_doc(extractor.nlp, document["text"], date=date))
            index = make_index(doc)
            drafts = make_drafts(index)
            report = extractor.report(doc)
            features = {f"c{draft.number}": found for draft, found in zip(drafts, claim_features(index, drafts), strict=True)}
            names = {f"c{draft.number}": name_features(index, draft) for draft in drafts if draft.source is not None}
            judgement = judge(document, report)
            for item in judgement.judged:
                model = item.kind
                found = names[item.claim] if model == "name" else features[item.claim]
                data.examples[model].append(Example(group, number, found, item.right))
            for model in FEATURES:
                key = (group, model)
                data.gold[key] = data.gold.get(key, 0) + judgement.gold.get(model, 0)
    return data


def matrix(examples: Sequence[Example], model: Model) -> tuple[Floats, Floats]:
    """Features (one row an example) and outcomes."""
    names = FEATURES[model]
    x = np.array([[example.features[name] for name in names] for example in examples], np.float64).reshape(-1, len(names))
    return x, np.array([example.right for example in examples], np.float64)


def fit(x: Floats, y: Floats, ridge: float) -> Floats:
    """Weights, the bias first.

    Args:
        x: features, examples by features.
        y: 0 or 1 for each example.
        ridge: weight of the sum of squares of the standardised weights (the bias is free).
    """
    mean, deviation = x.mean(0), x.std(0)
    deviation = np.maximum(deviation, LEAST_DEVIATION)
    z = np.concatenate([np.ones((len(x), 1)), (x - mean) / deviation], 1)
    penalty = ridge * np.eye(z.shape[1])
    penalty[0, 0] = 0.0
    w = np.zeros(z.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + penalty + 1e-9 * np.eye(len(w)), z.T @ (p - y) + penalty @ w)
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    slopes = w[1:] / deviation
    return np.concatenate([[w[0] - slopes @ mean], slopes])


def predict(x: Floats, weights: Floats) -> Floats:
    """Probabilities, cut as in the library."""
    out: Floats = np.clip(1 / (1 + np.exp(-(weights[0] + x @ weights[1:]))), LEAST, MOST)
    return out


def cross_fit(examples: Sequence[Example], model: Model, parts: int = PARTS, seed: int = SEED) -> Floats:
    """For each example the estimate by weights fitted on the documents of the other parts."""
    x, y = matrix(examples, model)
    documents = np.array([example.document for example in examples])
    dealt = np.random.default_rng(seed).permutation(np.unique(documents))
    part = {int(name): at % parts for at, name in enumerate(dealt)}
    held = np.array([part[int(name)] for name in documents])
    out = np.zeros(len(y))
    for at in range(parts):
        if (held == at).any():
            out[held == at] = predict(x[held == at], fit(x[held != at], y[held != at], RIDGE[model]))
    return out


def show(title: str, examples: Sequence[Example], chances: Floats, model: Model, gold: int) -> dict[str, Any]:
    """Print and return the figures of one set."""
    judged = [Judged(model, "", float(p), example.right) for p, example in zip(chances, examples, strict=True)]
    error = calibration_error(judged)
    right = sum(item.right for item in judged) / max(1, len(judged))
    print(f"\n{title}: {len(judged)} judged, {100 * right:.1f}% right, expected calibration error {error:.3f}")
    rows = by_threshold(judged, gold)
    for row in rows:
        cells = (f"{name} {100 * value:5.1f}%" for name in ("share", "p", "r") if (value := row[name]) is not None)
        print(f"  >= {row['threshold']:.1f}  {row['kept']:5}  " + "  ".join(cells))
    bins = by_bin(judged)
    print("  " + "  ".join(f"{b['low']:.1f}: {b['confidence']:.2f}/{b['right']:.2f} ({b['claims']})" for b in bins))
    return {"judged": len(judged), "right": right, "error": error, "thresholds": rows, "bins": bins}


def main() -> None:
    """Fit, print the figures, write the table if told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path, help="what to fit on")
    parser.add_argument("--test", nargs="*", type=Path, default=[], help="what only to judge")
    parser.add_argument("--write", action="store_true", help="replace lexicons/data/confidence.jsonl")
    chosen = parser.parse_args()
    data, test = collect(chosen.gold), collect(chosen.test)
    lines = []
    for model, names in FEATURES.items():
        title = "names" if model == "name" else f"{model} claims"
        examples = data.examples[model]
        chances = cross_fit(examples, model)
        weights = fit(*matrix(examples, model), RIDGE[model])
        for group in sorted({example.group for example in examples}):
            at = [i for i, example in enumerate(examples) if example.group == group]
            show(f"{title}, {group}, cross-fitted", [examples[i] for i in at], chances[at], model, data.gold[group, model])
        for group in sorted({example.group for example in test.examples[model]}):
            others = [example for example in test.examples[model] if example.group == group]
            estimates = predict(matrix(others, model)[0], weights)
            show(f"{title}, {group}, not fitted on", others, estimates, model, test.gold[group, model])
        rows = list(zip(("bias", *names), (round(float(weight), 4) for weight in weights), strict=True))
        print("  weights: " + ", ".join(f"{name} {weight}" for name, weight in rows))
        lines += [json.dumps({"model": model, "feature": name, "weight": weight}) for name, weight in rows]
    if chosen.write:
        path = Path(str(data_file("confidence.jsonl")))
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
