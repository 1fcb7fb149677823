"""Figures of the document frame: none is asserted, and a withdrawn one is replaced by the article's own."""

from __future__ import annotations

import pytest

from tests.conftest import cases

DATE = "2024-03-14"


def at(report, words, frame):
    """The quantity whose words hold these, in the frame or outside it."""
    parts = [*report.frame.corrections, *report.frame.boilerplate]
    found = [
        q
        for q in report.quantities
        if words in report.text[q.span.start : q.span.end] and any(p.start <= q.span.start < p.end for p in parts) is frame
    ]
    assert len(found) == 1, [q.span.text for q in report.quantities]
    return found[0]


@pytest.mark.parametrize("case", cases("corrections"))
def test_figures_of_the_frame(case, extractor):
    report = extractor.extract(case["text"], date=DATE)
    in_claims = {name for claim in report.claims for name in claim.quantities}
    if "withdrawn" in case:
        assert report.meta.warnings == ("correction",)
        old = at(report, case["withdrawn"], frame=True)
        assert not old.in_claims and old.id not in in_claims and old.replaces is None
        for words in case["right"]:
            new = at(report, words, frame=False)
            assert new.in_claims and new.id in in_claims and new.replaces == old.id
        others = [q for q in report.quantities if q.replaces == old.id and q.value != new.value]
        assert not others
    elif "unclaimed" in case:
        assert not at(report, case["unclaimed"], frame=True).in_claims
    else:
        assert all(q.replaces is None or q.in_claims for q in report.quantities)
        assert {q.value for q in report.quantities if q.in_claims} >= {9, 30}


def test_the_table_of_figures_has_no_withdrawn_figure(extractor):
    pytest.importorskip("pandas")
    text = "Gunmen killed nine people in Orlan, the mayor said.\n\nCorrection: An earlier version of this article said 14 people were killed.\n"
    table = extractor.extract(text, date=DATE).figures()
    assert list(table.best) == [9.0]
