"""Names scored against JSONL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate import ner

TEXT = "Anna Berg flew from Oslo to Kenya."


def write(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_hits_types_and_other_names_of_types(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": TEXT, "ents": [[0, 9, "person"], [20, 24, "Location"], [28, 33, "ORG"], [10, 14, "time"]]})
    out = tmp_path / "out.jsonl"
    result = ner.run(path, out)
    assert result["documents"] == 1
    assert (result["PER"]["f"], result["LOC"]["p"], result["LOC"]["r"], result["ORG"]["f"]) == (1.0, 0.5, 1.0, 0.0)
    assert result["all"] == {"p": 0.6667, "r": 0.6667, "f": 0.6667, "tp": 2, "gold": 3, "pred": 3}
    assert json.loads(out.read_text())["ents"] == [[0, 9, "PER"], [20, 24, "LOC"], [28, 33, "LOC"]]
    assert ner.run(out)["all"]["f"] == 1.0


def test_what_nobody_annotated_is_no_false_alarm(tmp_path: Path) -> None:
    path = write(tmp_path, {"text": TEXT, "ents": [[0, 9, "PER"]], "unsure": [[20, 33]]})
    assert ner.run(path)["all"] == {"p": 1.0, "r": 1.0, "f": 1.0, "tp": 1, "gold": 1, "pred": 1}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"ents": []}, "string 'text'"),
        ({"text": 3}, "string 'text'"),
        ({"text": "a", "ents": [[0, 2, "PER"]]}, "inside the text"),
        ({"text": "a", "ents": [["0", 1, "PER"]]}, "inside the text"),
        ({"text": "a", "ents": "x"}, "expected a list"),
        ([1], "expected a JSON object"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(GoldError, match=f"line 2.*{message}"):
        ner.run(write(tmp_path, {"text": "", "ents": []}, row))


def test_no_json(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{\n")
    with pytest.raises(GoldError, match="line 1"):
        ner.run(path)
