"""Confidence against annotation: what counts as right, the figures, both forms of gold, the command."""

from __future__ import annotations

import copy
import gzip
import json

import pytest
from typer.testing import CliRunner

from conflict_extract.deliver import cli
from conflict_extract.deliver.confidence_view import draw, table
from conflict_extract.errors import GoldError
from conflict_extract.evaluate.claims import read_documents, to_gold
from conflict_extract.evaluate.confidence import (
    Judged,
    Judgement,
    assess,
    by_bin,
    by_threshold,
    calibration_error,
    judge,
    read_gold,
    summary,
)
from tests.conftest import FIXTURES
from tests.deliver.sample import sample_report

cli._register()
runner = CliRunner()


def judged(*rows, kind="attributed"):
    return [Judged(kind, f"c{at}", confidence, right) for at, (confidence, right) in enumerate(rows)]


# -- figures ---------------------------------------------------------------------------------------------
def test_calibration_error():
    assert calibration_error([]) == 0.0
    assert calibration_error(judged(*[(0.75, True)] * 3, (0.75, False))) == pytest.approx(0.0)
    assert calibration_error(judged((0.9, False), (0.95, False))) == pytest.approx(0.925)
    mixed = judged((0.95, True), (0.95, True), (0.15, False), (0.15, True))  # 2/4 * 0.05 + 2/4 * 0.35
    assert calibration_error(mixed) == pytest.approx(0.2)
    assert by_bin(judged((1.0, True)))[0]["low"] == 0.9


def test_thresholds():
    rows = by_threshold(judged((0.95, True), (0.75, True), (0.75, False), (0.2, False)), gold=4)
    assert [(row["threshold"], row["kept"], row["p"], row["r"]) for row in rows] == [
        (0.0, 4, 0.5, 0.5), (0.5, 3, 2 / 3, 0.5), (0.7, 3, 2 / 3, 0.5), (0.9, 1, 1.0, 0.25),
    ]  # fmt: skip
    none = by_threshold(judged((0.5, True)), gold=0)[-1]
    assert (none["kept"], none["p"], none["r"]) == (0, None, None)


# -- judging ---------------------------------------------------------------------------------------------
def outcome(change):
    """Kind and outcome of each claim of the sample report, judged by its own annotation after a change."""
    report = sample_report()
    gold = copy.deepcopy(to_gold(report))
    change(gold["claims"])
    found = judge(gold, report)
    return {(item.kind, item.claim): item.right for item in found.judged}


def test_a_report_is_right_by_itself():
    right = outcome(lambda claims: None)
    assert right and all(right.values())
    assert {kind for kind, _ in right} >= {"attributed", "name"}


def lost(change):
    whole = outcome(lambda claims: None)
    return {key for key, right in outcome(change).items() if whole[key] and not right}


def test_each_part_counts():
    assert lost(lambda claims: claims[0].update(cue=claims[0]["content"][0])) == {("attributed", "c1")}
    assert lost(lambda claims: claims[0]["source"].update(span=claims[0]["cue"])) == {("attributed", "c1")}
    assert lost(lambda claims: claims[0]["source"].update(name="Nobody")) == {("name", "c1")}
    assert lost(lambda claims: claims[0].update(act="threat")) == set()
    assert ("attributed", "c1") in lost(lambda claims: claims.pop(0))


TEXT = "The mayor of Orlova, Ilya Maren, said that three people were missing. The army denied it. Rebels fled."
WORDS = {"source": ["The mayor of Orlova, Ilya Maren"], "cue": ["said"], "content": ["that three people were missing"]}


def attributions(**change):
    spans = {
        part: [[TEXT.index(words), TEXT.index(words) + len(words)] for words in rows] for part, rows in (WORDS | change).items()
    }
    return {"id": "x", "text": TEXT, "attributions": [spans]}


def first(extractor, gold):
    report = extractor.extract(TEXT)
    claim = next(claim for claim in report.claims if claim.cue and claim.cue.text == "said")
    return {item.claim: item.right for item in judge(gold, report).judged}.get(claim.id)


def test_attributions(extractor):
    assert first(extractor, attributions()) is True
    assert first(extractor, attributions(content=["three people"])) is True  # F1 2/3
    assert first(extractor, attributions(content=["missing"])) is False
    assert first(extractor, attributions(cue=["denied"])) is False
    assert first(extractor, attributions(source=["The army"])) is False
    assert first(extractor, attributions(source=[])) is False
    assert first(extractor, attributions() | {"discuss": [[30, 80]]}) is None
    kinds = {item.kind for item in judge(attributions(), extractor.extract(TEXT)).judged}
    assert kinds == {"attributed"}  # narrated claims and names are not judged there


# -- reading ---------------------------------------------------------------------------------------------
def test_gold_of_both_forms(tmp_path):
    path = tmp_path / "gold.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps(attributions()) + "\n")
    assert read_gold(path) == [attributions()]
    assert len(read_gold(FIXTURES / "gold")) == len(read_documents(FIXTURES / "gold"))
    path.write_bytes(b"no gzip")
    with pytest.raises(GoldError, match="cannot read"):
        read_gold(path)
    plain = tmp_path / "gold.jsonl"
    plain.write_text('{"id": "a", "text": "b"}\n', encoding="utf-8")
    with pytest.raises(GoldError, match="'claims' or 'attributions'"):
        read_gold(plain)
    with pytest.raises(GoldError, match="attributions"):
        judge({"id": "a", "text": "b", "attributions": [{"source": 3}]}, sample_report())


def test_narrated_articles(extractor):
    """Ten articles that nobody looked at while writing rules: narrated clauses and sentences beside them that are none."""
    documents = read_gold(FIXTURES / "narrated")
    for document in documents:
        for claim in document["claims"]:
            for start, end in claim["content"]:
                words = document["text"][start:end]
                assert words and words == words.strip(" .,")
    found = summary(assess(FIXTURES / "narrated"))["narrated"]
    assert found["judged"] >= 30 and found["right"] >= 0.85
    assert found["error"] <= 0.1


# -- the command -----------------------------------------------------------------------------------------
def test_command(extractor, tmp_path):
    pytest.importorskip("matplotlib")
    gold = FIXTURES / "gold" / "ridge-villages.json"
    done = runner.invoke(cli.app, ["evaluate", "claims", str(gold), "--by-confidence", "--plot", str(tmp_path / "x.png")])
    assert done.exit_code == 0, done.output
    assert "expected calibration error" in done.output and ">= 0.9" in done.output and "█" in done.output
    assert (tmp_path / "x.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    done = runner.invoke(cli.app, ["evaluate", "claims", str(gold), "--by-confidence", "--json"])
    figures = json.loads(done.output)
    assert figures["attributed"]["thresholds"][0]["kept"] == figures["attributed"]["judged"] > 5
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(attributions()) + "\n", encoding="utf-8")
    done = runner.invoke(cli.app, ["evaluate", "attribution", str(path), "--by-confidence"])
    assert done.exit_code == 0 and "narrated" not in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("parse", "--by-confidence"),
        ("claims", "--plot", "x.png"),
        ("claims", "--by-confidence", "--errors", "3"),
    ],
)
def test_what_does_not_go_together(arguments):
    done = runner.invoke(cli.app, ["evaluate", arguments[0], str(FIXTURES / "gold"), *arguments[1:]])
    assert done.exit_code == 2


def test_unknown_picture(tmp_path):
    pytest.importorskip("matplotlib")
    done = runner.invoke(
        cli.app, ["evaluate", "claims", str(FIXTURES / "gold"), "--by-confidence", "--plot", str(tmp_path / "x.doc")]
    )
    assert done.exit_code == 1 and "picture" in str(done.exception)


def test_nothing_to_draw(tmp_path):
    pytest.importorskip("matplotlib")
    assert table(summary([])) == ""
    draw([Judgement("a", judged((0.4, False)), {"attributed": 0, "narrated": 0})], tmp_path / "x.svg")
    assert (tmp_path / "x.svg").stat().st_size > 1000


@pytest.mark.slow
def test_batch_leaves_out_what_is_unsure(tmp_path):
    pytest.importorskip("pyarrow")
    text = (FIXTURES / "articles" / "cite-market.txt").read_text(encoding="utf-8")
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "text": text}) + "\n", encoding="utf-8")
    counts = []
    for least in ("0", "0.9"):
        out = tmp_path / least
        done = runner.invoke(
            cli.app, ["batch", str(tmp_path / "in.jsonl"), "--out", str(out), "--format", "jsonl", "--min-confidence", least]
        )
        assert done.exit_code == 0, done.output
        lines = [
            json.loads(line) for path in sorted(out.rglob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()
        ]
        claims = [claim for line in lines if "schema_version" in line for claim in line["claims"]]
        assert all(claim["confidence"] >= float(least) for claim in claims)
        counts.append(len(claims))
    assert counts[0] > counts[1] > 0


@pytest.mark.shared
@pytest.mark.slow
def test_polnear_dev(shared):
    """The figures that docs/evaluation.md states, for the weights as they are (cross-fitted: `training.confidence`)."""
    found = summary(assess(shared / "data" / "attribution" / "polnear_dev.jsonl.gz"))["attributed"]
    assert found["error"] <= 0.05
    precision = [row["p"] for row in found["thresholds"]]
    assert precision == sorted(precision)
    assert found["thresholds"][-1]["share"] >= 0.4
