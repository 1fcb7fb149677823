"""Events of contents without a trigger: from what they point back at; nothing from an unrelated claim."""

from __future__ import annotations

from typing import Any

import pytest

from conflict_extract import Extractor
from tests.conftest import cases


@pytest.mark.parametrize("case", cases("inherit"))
def test_event_of_a_content_without_a_trigger(extractor: Extractor, case: dict[str, Any]) -> None:
    report = extractor.extract(case["text"], date="2020-06-10")
    claim = next(claim for claim in report.claims if any(case["content"] in span.text for span in claim.content))
    assert claim.event == case["event"]
    rules = [evidence.rule for evidence in claim.evidence if evidence.field == "event"]
    if case["rule"] is not None:
        assert any(case["rule"] in (rule or "") for rule in rules), rules
    if case["event"] == "other":
        assert rules in ([], [None])
