"""Who speaks, for whom and in what role, in passages of several sentences: fixtures/cases/speaker_passages.jsonl."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from conflict_extract import Extractor, Report
from tests.conftest import FIXTURES

PASSAGES: list[dict[str, Any]] = [
    json.loads(line) for line in (FIXTURES / "cases" / "speaker_passages.jsonl").read_text(encoding="utf-8").splitlines()
]
FIELDS = ("name", "affiliation", "role")


def speakers() -> list[Any]:
    """One parameter for each speaker: the number of the passage and what is expected."""
    out = []
    for number, passage in enumerate(PASSAGES, 1):
        for place, speaker in enumerate(passage["speakers"], 1):
            marks = [pytest.mark.xfail(reason=speaker["xfail"], strict=True)] if "xfail" in speaker else []
            out.append(pytest.param(number, speaker, id=f"passage-{number}-{place}", marks=marks))
    return out


@pytest.fixture(scope="module")
def reports(extractor: Extractor) -> Any:
    """The report of a passage, by its number; each is made once."""

    @cache
    def report(number: int) -> Report:
        passage = PASSAGES[number - 1]
        return extractor.extract(passage["text"], date=passage.get("date", "2024-03-18"))

    return report


def shared(report: Report, start: int, end: int) -> list[tuple[float, Any]]:
    """Claims and the F1 of the characters of their content and of [start, end)."""
    found = []
    for claim in report.claims:
        both = sum(max(0, min(end, span.end) - max(start, span.start)) for span in claim.content)
        size = sum(span.end - span.start for span in claim.content) + end - start
        found.append((2 * both / size, claim))
    return found


@pytest.mark.parametrize(("number", "speaker"), speakers())
def test_speaker_of_passage(number: int, speaker: dict[str, Any], reports: Any) -> None:
    report = reports(number)
    start = PASSAGES[number - 1]["text"].index(speaker["content"])
    score, claim = max(shared(report, start, start + len(speaker["content"])), key=lambda pair: pair[0])
    assert score >= 0.5 and claim.source is not None
    wanted = {field: speaker[field] for field in FIELDS if field in speaker}
    found = {field: getattr(claim.source, field) for field in wanted}
    assert {field: (value or "").lower() for field, value in found.items()} == {
        field: (value or "").lower() for field, value in wanted.items()
    }
