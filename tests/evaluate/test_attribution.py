"""Attribution spans scored on instances and on texts."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate import attribution

TOKENS = ["The", "mayor", "said", "that", "three", "people", "were", "missing", "."]
LABELS = ["B-source", "I-source", "B-cue", "B-content", "I-content", "I-content", "I-content", "I-content", "O"]
TEXT = "The mayor said that three people were missing. The army denied firing."
ATTRIBUTIONS = [
    {"source": [[0, 9]], "cue": [[10, 14]], "content": [[15, 45]]},
    {"source": [[47, 55]], "cue": [[56, 62]], "content": [[63, 69]]},
]


def write(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_instances(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    path = write(tmp_path, {"tokens": TOKENS, "labels": LABELS, "id": "x"}, {"tokens": [], "labels": []})
    result = attribution.run(path, out)
    assert result["instances"] == 2
    assert [result[k]["f"] for k in attribution.KINDS] == [1.0, 1.0, 1.0]
    line = json.loads(out.read_text().splitlines()[0])
    assert line == {"tokens": TOKENS, "labels": LABELS, "id": "x"}


def test_partial_overlap(tmp_path: Path) -> None:
    shorter = [*LABELS[:7], "O", "O"]
    result = attribution.run(write(tmp_path, {"tokens": TOKENS, "labels": shorter}))
    assert result["content"]["f"] == 0.0
    assert result["content.begin"]["f"] == 1.0
    assert result["content.jaccard"] == 0.8


def test_texts_and_pairs(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = attribution.run(write(tmp_path, {"text": TEXT, "attributions": ATTRIBUTIONS}), out)
    assert [result[k]["f"] for k in attribution.KINDS] == [1.0, 1.0, 1.0]
    assert result["pairs"] == {"p": 1.0, "r": 1.0, "f": 1.0, "tp": 4, "gold": 4, "pred": 4}
    assert json.loads(out.read_text())["attributions"] == ATTRIBUTIONS


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "expected 'tokens'"),
        ({"tokens": ["a"], "labels": []}, "as many 'labels'"),
        ({"tokens": ["a"]}, "as many 'labels'"),
        ({"tokens": [1], "labels": ["O"]}, "must be strings"),
        ({"text": "a"}, "'attributions' must be"),
        ({"text": "a", "attributions": [{"source": [3]}]}, "'attributions' must be"),
        ({"text": "a", "attributions": ["x"]}, "'attributions' must be"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(GoldError, match=f"line 1.*{message}"):
        attribution.run(write(tmp_path, row))


def test_bio_round_trip() -> None:
    spans = [(0, 2, "source"), (2, 3, "cue"), (3, 4, "content"), (6, 8, "content")]
    assert attribution.bio_spans(attribution.bio_labels(8, spans)) == set(spans)
    assert attribution.bio_spans(["I-cue", "I-source", "O"]) == {(0, 1, "cue"), (1, 2, "source")}


@pytest.mark.shared
def test_scores_equal_those_of_the_reference_scorer(shared: Path, tmp_path: Path) -> None:
    rng = random.Random(2)
    choices = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"]
    gold = [[rng.choice(choices) for _ in range(12)] for _ in range(60)]
    said = [[label if rng.random() < 0.8 else rng.choice(choices) for label in line] for line in gold]
    for name, lines in (("g", gold), ("p", said)):
        (tmp_path / name).write_text("".join(json.dumps({"labels": line}) + "\n" for line in lines))
    command = [sys.executable, str(shared / "eval/score_bio.py"), str(tmp_path / "g"), str(tmp_path / "p"), "--json"]
    reference = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for kind in attribution.KINDS:
        score = attribution._Score()
        for g, p in zip(gold, said, strict=True):
            score.compare(*({s[:2] for s in attribution.bio_spans(x) if s[2] == kind} for x in (g, p)))
        ours = score.result()
        assert 100 * ours[""]["f"] == pytest.approx(reference[kind]["exact"]["f1"], abs=0.01)
        assert 100 * ours[".begin"]["f"] == pytest.approx(reference[kind]["begin"]["f1"], abs=1.5)
        assert 100 * ours[".jaccard"] == pytest.approx(reference[kind]["jaccard"], abs=0.01)
