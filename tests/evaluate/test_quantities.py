"""`evaluate quantities`: matching, bad files, a small gold file of our own through the whole pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.deliver.table import print_scores
from conflict_extract.errors import GoldError
from conflict_extract.evaluate import quantities
from conflict_extract.evaluate.quantities import matched, rates, read_gold, run

GOLD: list[dict[str, Any]] = [
    {
        "id": "a",
        "text": "Revenue at Orlo Mills rose 12 percent to $4.5 billion, while at least 300 workers left.",
        "quantities": [
            {"span": [27, 37], "kind": "percent", "value": 12, "comparator": "=", "unit": "%"},
            {"span": [41, 53], "kind": "money", "value": 4.5e9, "comparator": "=", "unit": "USD", "currency": "USD"},
            {"span": [61, 81], "kind": "count", "value": 300, "comparator": ">=", "unit": "workers"},
        ],
    },
    {
        "id": "b",
        "text": "Between 20 and 30 boats lay within 5 kilometres of the cape.",
        "quantities": [
            {"kind": "count", "low": 20, "high": 30, "comparator": "range", "unit": "boats"},
            {"kind": "measure", "value": 5, "comparator": "<=", "unit": "km"},
        ],
    },
    {"id": "c", "text": "Lena Orlo, 34, paid 75 cents."},
]


def test_run_scores_and_writes(tmp_path: Path, extractor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantities, "load", lambda **_: extractor)
    gold, out = tmp_path / "gold.jsonl", tmp_path / "out.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in GOLD), encoding="utf-8")
    result = run(gold, out)
    assert result["documents"] == 3
    assert result["gold"] == 5
    assert result["value"]["f1"] == result["value+unit"]["f1"] == result["value+bound"]["f1"] == 1.0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    assert {(item["kind"], item["value"], item["unit"]) for item in lines[2]["quantities"]} == {
        ("age", 34.0, "years"),
        ("money", 75.0, "cents"),
    }
    assert set(lines[0]["quantities"][0]) == {"span", "kind", "value", "low", "high", "comparator", "unit", "currency"}


def test_matching_is_one_to_one_and_knows_spans() -> None:
    gold = [{"value": 3, "span": [0, 1]}, {"value": 3, "span": [5, 6]}]
    assert matched(gold, [{"value": 3, "span": [5, 6]}], "value") == 1
    assert matched(gold, [{"value": 3, "span": [8, 9]}], "value") == 0
    assert matched([{"value": 3, "comparator": ">"}], [{"value": 3, "comparator": ">="}], "value+bound") == 1
    assert matched([{"value": 3, "comparator": ">"}], [{"value": 3, "comparator": "<"}], "value+bound") == 0
    assert matched([{"value": 3, "unit": "kilometers"}], [{"value": 3, "unit": "km"}], "value+unit") == 1
    assert rates(0, 0, 0) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": "x"}', '{"text": 5}', '{"text": "x", "quantities": [1]}'])
def test_bad_lines_are_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "ok", "text": "ok"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 2"):
        list(read_gold(path))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="cannot read"):
        list(read_gold(tmp_path / "none.jsonl"))


def test_the_terminal_table_shows_the_rates(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores({"documents": 1, "value": rates(1, 2, 1), "value+unit": rates(0, 2, 1)})
    printed = capsys.readouterr().out
    assert "100.0" in printed and "50.0" in printed and "66.7" in printed and "value+unit" in printed
