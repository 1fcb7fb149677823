"""The scorer of claims: alterations of a gold lower what they should, and it equals the published scorer's figures."""

from __future__ import annotations

import copy
import importlib.util
import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.claims import listing, read_documents, run, score, to_gold
from conflict_extract.evaluate.matching import assign, count_pairs
from conflict_extract.evaluate.names import name_key, unit_key
from conflict_extract.schema import Report
from tests.conftest import FIXTURES

GOLD = FIXTURES / "gold"
ROOT = Path(__file__).resolve().parents[2]


def gold() -> list[dict[str, Any]]:
    return read_documents(GOLD)


def low(predicted: list[dict[str, Any]]) -> set[str]:
    """Fields in which something is missed or too much."""
    rows = score(gold(), predicted).table()
    return {name for name, row in rows.items() if not row["gold"] == row["pred"] == row["tp"]}


def test_gold_against_itself_is_perfect() -> None:
    assert low(gold()) == set()
    assert score(gold(), gold()).problems == []


def test_gold_is_large_and_varied_enough() -> None:
    documents = gold()
    assert len(documents) >= 15
    acts = {claim["act"] for document in documents for claim in document["claims"]}
    assert len(acts) == 11  # all but question
    for document in documents:
        text = document["text"]
        assert text == (FIXTURES / "articles" / f"{document['id']}.txt").read_text(encoding="utf-8")
        for claim in document["claims"]:
            for start, end in claim["content"]:
                assert text[start:end].strip() == text[start:end]


ALTERATIONS = [
    ("act", lambda c: c.update(act="question"), {"act"}),
    ("event", lambda c: c.update(event="sanction"), {"event"}),
    ("name", lambda c: c["source"].update(name="Nobody"), {"source.name"}),
    ("affiliation", lambda c: c["source"].update(affiliation="Nobody"), {"source.affiliation"}),
    ("span", lambda c: c["source"]["span"].__setitem__(1, c["source"]["span"][1] + 1), {"source.span.exact"}),
    ("cue", lambda c: c["cue"].__setitem__(1, c["cue"][1] + 1), {"cue.exact"}),
    ("no cue", lambda c: c.update(cue=None), {"cue", "cue.exact"}),
    ("hedge", lambda c: c.update(hedges=[c["content"][0]]), {"hedges"}),
    ("value", lambda c: c["quantities"][0].update(value=7), {"quantities", "quantities.value", "doc.quantities"}),
    ("comparator", lambda c: c["quantities"][0].update(comparator="<"), {"quantities", "doc.quantities"}),
    ("place", lambda c: c["places"][0].update(name="Nowhere"), {"places.name", "doc.places"}),
    ("time", lambda c: c["times"][0].update(start="1900-01-01"), {"times", "doc.times"}),
]


@pytest.mark.parametrize(("name", "change", "fields"), ALTERATIONS, ids=[row[0] for row in ALTERATIONS])
def test_an_alteration_lowers_its_field_alone(name: str, change: Any, fields: set[str]) -> None:
    documents = gold()
    claim = next(d for d in documents if d["id"] == "ridge-villages")["claims"][0]
    change(claim)
    assert low(documents) == fields


def test_missing_prediction_counts_as_missed_and_unknown_ids_are_left_out() -> None:
    row = score(gold(), [{"id": "other", "claims": [{"content": [0, 5]}]}]).table()["claims"]
    assert (row["pred"], row["tp"], row["f"]) == (0, 0, 0.0) and row["gold"] > 150


def test_predictions_without_fields_do_not_crash() -> None:
    predicted = [{"id": d["id"], "claims": [{"content": c["content"]} for c in d["claims"]] + [{}, 3]} for d in gold()]
    rows = score(gold(), predicted).table()
    assert rows["claims"]["r"] > 0.97 and rows["act"]["pred"] == 0


def test_assignment_is_the_best_one() -> None:
    rng = random.Random(5)
    for _ in range(200):
        a, b = rng.randint(1, 5), rng.randint(1, 5)
        weights = {i: {j: rng.choice([0.0, rng.random()]) for j in range(b)} for i in range(a)}
        got = assign(weights)
        assert len({i for i, _ in got}) == len({j for _, j in got}) == len(got)
        size = max(a, b)
        best = max(sum(weights[i].get(p[i], 0.0) for i in range(a)) for p in itertools.permutations(range(size)))
        assert sum(weights[i][j] for i, j in got) == pytest.approx(best)
    assert count_pairs(["a", "b"], ["b", "b"], lambda x, y: x == y) == 1


def test_names_and_units() -> None:
    assert name_key("the U.S.") == name_key("United States") and name_key("A Council") == "council"
    assert unit_key("civilians") == "civilian" and unit_key("miles") == "mile" and unit_key("feet") == "ft"


def test_listing_names_document_claim_and_field() -> None:
    documents = gold()
    documents[0]["claims"][0]["act"] = "threat" if documents[0]["claims"][0]["act"] != "threat" else "denial"
    text = listing(score(gold(), documents), limit=5)
    assert text.startswith(f"{documents[0]['id']} c1 act: annotated")
    result = score(gold(), documents)
    assert sum(result.confusion["act"].values()) == sum(len(d["claims"]) for d in documents)


def test_to_gold_has_the_format_of_the_annotation(extractor: Any) -> None:
    document = next(d for d in gold() if d["id"] == "ridge-villages")
    report: Report = extractor.extract(document["text"], date=document["date"], id=document["id"])
    made = to_gold(report)
    keys = {"id", "source", "cue", "act", "mode", "content", "target", "event", "quantities", "places", "times", "hedges"}
    assert all(keys <= set(claim) <= keys | {"parent"} for claim in made["claims"])
    assert json.loads(json.dumps(made)) == made
    assert score([made], [made]).table()["claims"]["f"] == 1.0


def test_run_writes_predictions(extractor: Any, tmp_path: Path) -> None:
    scores = run(GOLD / "ridge-villages.json", tmp_path / "out.jsonl")
    assert scores["claims"]["f"] > 0.8
    assert [d["id"] for d in read_documents(tmp_path / "out.jsonl")] == ["ridge-villages"]


@pytest.mark.parametrize("content", ["{", '{"id": "a"}', "[3]"])
def test_bad_gold_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "gold.jsonl"
    file.write_text(content + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 1"):
        read_documents(file)
    with pytest.raises(GoldError):
        read_documents(tmp_path / "missing.json")


@pytest.mark.shared
def test_equal_to_the_published_scorer(shared: Path) -> None:
    """The same counts in every field as ../shared/eval/score.py, on the gold and on altered copies of it."""
    spec = importlib.util.spec_from_file_location("published_score", shared / "eval" / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    documents = read_documents(shared / "eval" / "dev")
    rng = random.Random(7)
    for turn in range(3):
        predicted = copy.deepcopy(documents)
        for document in predicted if turn else ():
            document["claims"] = [claim for claim in document["claims"] if rng.random() > 0.1]
            for claim in document["claims"]:
                if rng.random() < 0.3:
                    span = claim["content"][-1]
                    span[1] -= rng.randint(0, (span[1] - span[0]) // 2)
                if rng.random() < 0.2:
                    claim["act"] = "threat"
                if rng.random() < 0.2:
                    claim["quantities"] = claim["quantities"][1:]
                if rng.random() < 0.2 and claim["source"]:
                    claim["source"]["name"] = "Nobody"
        theirs = module.score(documents, predicted, lambda words: None)["fields"]
        ours = score(documents, predicted).table()
        for field, row in theirs.items():
            assert tuple(ours[field][key] for key in ("gold", "pred", "tp")) == tuple(
                row[key] for key in ("gold", "pred", "tp")
            ), field


@pytest.mark.shared
@pytest.mark.slow
def test_equal_to_the_published_scorer_on_our_claims(shared: Path, tmp_path: Path) -> None:
    """The same counts as ../shared/eval/score.py for what the library says about the development documents."""
    spec = importlib.util.spec_from_file_location("published_score", shared / "eval" / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ours = run(shared / "eval" / "dev", tmp_path / "out.jsonl")
    theirs = module.score(read_documents(shared / "eval" / "dev"), read_documents(tmp_path / "out.jsonl"), lambda words: None)
    for field, row in theirs["fields"].items():
        assert tuple(ours[field][key] for key in ("gold", "pred", "tp")) == tuple(row[key] for key in ("gold", "pred", "tp")), (
            field
        )


def test_several_files(extractor: Any) -> None:
    one, two = GOLD / "ridge-villages.json", GOLD / "cite-market.json"
    assert [d["id"] for d in read_documents([one, str(two)])] == ["ridge-villages", "cite-market"]
    both, parts = run([one, two]), [run(path) for path in (one, two)]
    assert both["claims"]["gold"] == sum(part["claims"]["gold"] for part in parts)
