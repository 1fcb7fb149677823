"""Krippendorff's alpha: the published examples, chance, and what alterations of an annotation do to each field."""

from __future__ import annotations

import copy
import json
import random

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.agreement import FIELDS, agree, alpha, documents, interval, ratio
from tests.conftest import FIXTURES

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units, values missing.
OBSERVERS = ("123321412...", "1233224125.3", ".333234225 1.".replace(" ", ""), "12332441251.")
UNITS = [[int(value) for value in unit if value != "."] for unit in zip(*OBSERVERS, strict=True)]


@pytest.mark.parametrize(("difference", "published"), [(None, 0.743), (interval, 0.849), (ratio, 0.797)])
def test_published_example(difference, published):
    value = alpha(UNITS, difference) if difference else alpha(UNITS)
    assert value == pytest.approx(published, abs=0.0006)


def test_chance_is_zero_and_opposition_is_below():
    rng = random.Random(7)
    units = [(rng.random() < 0.3, rng.random() < 0.3) for _ in range(20_000)]
    assert abs(alpha(units)) < 0.03
    assert alpha([(True, False), (False, True)] * 10) < -0.8


def test_nothing_to_measure():
    assert alpha([]) is None
    assert alpha([("a",), ("b",)]) is None
    assert alpha([("a", "a")] * 5) is None


def gold():
    return documents(FIXTURES / "gold")


def test_an_annotation_agrees_with_itself():
    table = agree(gold(), gold())
    assert set(table) == set(FIELDS)
    for name, row in table.items():
        assert row["units"] > 0, name
        assert row["alpha"] == pytest.approx(1.0), name


def changed(change):
    other = copy.deepcopy(gold())
    for document in other:
        for claim in document["claims"]:
            change(claim)
    return {name for name, row in agree(gold(), other).items() if row["alpha"] is None or row["alpha"] < 1 - 1e-9}


def test_each_field_feels_its_own_alteration():
    assert changed(lambda c: c.update(act="question" if c["act"] == "denial" else c["act"])) == {"act"}
    assert changed(lambda c: c.update(event="aid" if c["event"] == "killing" else c["event"])) == {"event"}
    assert changed(lambda c: c.update(hedges=[])) == {"hedges"}
    assert changed(lambda c: c.update(target=None)) == {"target"}
    assert changed(lambda c: [q.update(value=q["value"] * 2) for q in c["quantities"] if "value" in q]) == {"numbers"}
    assert changed(lambda c: c["source"] and c["source"].update(affiliation=None)) == {"source.affiliation"}


def test_a_claim_that_one_side_lacks_lowers_the_words():
    other = copy.deepcopy(gold())
    for document in other:
        document["claims"] = document["claims"][1:]
    table = agree(gold(), other)
    assert table["content"]["alpha"] < 0.95
    assert table["act"]["alpha"] == pytest.approx(1.0)
    assert agree(gold(), other)["content"]["alpha"] == pytest.approx(agree(other, gold())["content"]["alpha"])


def test_reports_are_read_too(tmp_path):
    from tests.deliver.sample import sample_report

    path = tmp_path / "reports.jsonl"
    path.write_text(sample_report().model_dump_json() + "\n", encoding="utf-8")
    assert agree(documents(path), documents(path))["act"]["units"] == len(sample_report().claims)


def test_bad_input(tmp_path):
    other = copy.deepcopy(gold())
    other[0]["text"] += " more"
    with pytest.raises(GoldError, match="another text"):
        agree(gold(), other)
    with pytest.raises(GoldError, match="in common"):
        agree(gold(), [{"id": "x", "text": "y"}])
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({"id": "r", "text": "", "schema_version": "1.0"}) + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match="no report"):
        documents(path)
