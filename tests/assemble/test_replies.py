"""Acts and targets of one claim on short passages: answers, charges, demands, threats and promises, and near misses beside them."""

from __future__ import annotations

from typing import Any

import pytest

from conflict_extract import Extractor
from tests.conftest import cases


@pytest.mark.parametrize("case", cases("replies"))
def test_act_and_target(extractor: Extractor, case: dict[str, Any]) -> None:
    text, content = case["text"], case["content"]
    start = text.index(content)
    end = start + len(content)
    report = extractor.extract(text, date="2020-06-10")
    names = {actor.id: actor.name for actor in report.actors}

    def shared(spans: Any) -> float:
        inside = sum(max(0, min(end, span.end) - max(start, span.start)) for span in spans)
        return 2 * inside / (sum(span.end - span.start for span in spans) + end - start)

    claim = max(report.claims, key=lambda claim: (shared(claim.content), claim.act == case["act"]))
    assert shared(claim.content) > 0.5
    assert (claim.act, names.get(claim.target or "")) == (case["act"], case["target"])


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        (
            "The Georgian side and the South Ossetian side each accused the other of flying drones over the line.",
            "Georgia",
            "South Ossetia",
        ),
        ("Georgia and South Ossetia accused each other of flying drones over the line.", "Georgia", "South Ossetia"),
        ("The army and the rebels each blamed the other for the fire at the mill.", "army", "rebels"),
        ("The Armenian side and the Azerbaijani side blamed each other for the shelling.", "Armenia", "Azerbaijan"),
    ],
)
def test_each_accuses_the_other(extractor: Extractor, text: str, one: str, other: str) -> None:
    report = extractor.extract(text, date="2020-06-10")
    names = {actor.id: actor.name for actor in report.actors}
    found = [(claim.act, claim.source and claim.source.name, names.get(claim.target or "")) for claim in report.claims]
    assert found == [("accusation", one, other), ("accusation", other, one)]
