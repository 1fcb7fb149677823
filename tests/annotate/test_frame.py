"""conflict_frame against the case table, ordinary articles without warnings, and what no input may break."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import spacy

from conflict_extract.annotate.frame import make_frame, read_frame
from conflict_extract.annotate.layer import FrameInfo, FrameRecord, read, read_table

CASES = [
    json.loads(line)
    for line in (Path(__file__).resolve().parents[2] / "fixtures/cases/frame.jsonl").read_text(encoding="utf-8").splitlines()
]


def marked(kind: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"], marks=[pytest.mark.xfail(strict=True, reason=case["xfail"])] if "xfail" in case else [])
        for case in CASES
        if case["kind"] == kind
    ]


@pytest.mark.parametrize("case", marked("frame"))
def test_frame(case: dict[str, Any]) -> None:
    text = case["text"]
    records, info = read_frame(text, case["date"], case.get("title"))
    assert [(record.kind, text[record.start : record.end]) for record in records] == [
        (wanted["kind"], wanted["words"]) for wanted in case["records"]
    ]
    for record, wanted in zip(records, case["records"], strict=True):
        expected = {name: value for name, value in wanted.items() if name not in ("kind", "words")}
        assert {name: getattr(record, name) for name in expected} == expected
    expected = case.get("info", {})
    assert {name: getattr(info, name) for name in expected} == expected


@pytest.mark.parametrize("case", marked("ordinary"))
def test_ordinary_article_has_no_warning(case: dict[str, Any]) -> None:
    _, info = read_frame(case["text"], case["date"])
    assert info.warnings == []
    assert info.date == case["date"]


def test_table_is_large_enough() -> None:
    frame = [case for case in CASES if case["kind"] == "frame"]
    assert len(frame) >= 80
    assert sum(case["kind"] == "ordinary" for case in CASES) >= 30
    kinds = {wanted["kind"] for case in frame for wanted in case["records"]}
    assert kinds == {"headline", "dateline", "byline", "credit", "correction", "boilerplate", "entry"}
    warnings = {code for case in frame for code in case.get("info", {}).get("warnings", [])}
    assert warnings == {"no_date", "date_conflict", "not_english", "markup", "stub", "live_blog", "correction"}


def test_component_alone() -> None:
    nlp = spacy.blank("en")
    doc = nlp.make_doc("ORLAN, March 13 (Reuters) - Shells fell on the town.")
    doc._.ce_date = "2024-03-14"
    make_frame(nlp, "frame")(doc)
    assert [record.kind for record in read(doc, "frame", FrameRecord)] == ["dateline"]
    assert read_table(doc, "frame", FrameInfo)[0].anchor == "2024-03-13"
    assert doc.spans["ce_frame"][0].label_ == "dateline"


@pytest.mark.parametrize(
    "text",
    ["", "\n" * 200, "A" * 5000, "A" * 5000 + " - ", "ORLAN, " * 600, "(" * 4000, "By " * 2000, "10:05 " * 900, "<p" * 3000, "&#" * 3000, "[[" * 3000,
     "\x00\ufeff\u2028", "Correction: " * 500, "AAA AAA " * 800 + "- x", "By A. B. " * 500 + "\n\nx", "99:99 GMT\n" * 50, "31 February 2024\n" * 9],
)  # fmt: skip
@pytest.mark.parametrize("given", [None, "2024-03-14", "0001-01-01", "9999-12-31", "nonsense"])
def test_bad_input(text: str, given: str | None) -> None:
    records, info = read_frame(text, given, title="")
    for record in records:
        assert 0 <= record.start <= record.end <= len(text)
    assert info.date_source in ("caller", "dateline", "none")


@pytest.mark.timing
@pytest.mark.parametrize(
    "line",
    ["Shells fell on Orlan.\n", "10:05 GMT\nShells fell.\n\n", "x" * 50, "By Ana Karsk\n", "Correction: no.\n", "5 March 2024\n"],
)
def test_linear(line: str) -> None:
    def seconds(size: int) -> float:
        text = line * (size // len(line))
        begun = time.process_time()
        read_frame(text, "2024-03-14")
        return time.process_time() - begun

    seconds(1000)
    small, large = min(seconds(4_000) for _ in range(3)), min(seconds(40_000) for _ in range(2))
    assert large < small * 25 + 0.05
