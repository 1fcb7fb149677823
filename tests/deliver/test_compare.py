"""Comparison across reports: grouping, revisions, disagreements, copies, outputs (fixtures/compare)."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conflict_extract.deliver.compare import Comparison, compare, read_reports
from conflict_extract.deliver.compare_view import figure, lines
from conflict_extract.errors import InputError
from conflict_extract.schema import Report

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "compare"


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def _reports() -> tuple[Report, ...]:
    from conflict_extract.api import default_extractor

    extractor = default_extractor()
    return tuple(extractor.extract(row["text"], date=row["date"], id=row["id"]) for row in _rows("articles.jsonl"))


@cache
def _result() -> Comparison:
    return compare(_reports(), [row.get("cluster") for row in _rows("articles.jsonl")])


def test_the_gold_is_large_enough() -> None:
    rows = _rows("articles.jsonl")
    assert len(rows) >= 60 and len({row["incident"] for row in rows}) >= 12


def test_pairwise_grouping_and_confusable_pairs() -> None:
    gold = {row["id"]: row["incident"] for row in _rows("articles.jsonl")}
    found = {(s.report, s.claim): incident.id for incident in _result().incidents for s in incident.sayings}
    both = right_only = found_only = 0
    for a, b in itertools.combinations(sorted(found), 2):
        same, together = gold[a[0]] == gold[b[0]], found[a] == found[b]
        both += same and together
        right_only += same and not together
        found_only += together and not same
        if together:  # same town, next day
            assert {gold[a[0]], gold[b[0]]} not in ({"beni-market", "beni-checkpoint"}, {"kherson-hospital", "kherson-market"})
    assert 2 * both / (2 * both + right_only + found_only) >= 0.85


def test_every_revision_is_found() -> None:
    gold = {row["id"]: row["incident"] for row in _rows("articles.jsonl")}
    found = {
        (gold[r.after.report], r.before.best, r.after.best)
        for incident in _result().incidents
        for series in incident.series
        for r in series.revisions
    }
    wanted = {(row["incident"], row["from"], row["to"]) for row in _rows("revisions.jsonl")}
    assert wanted <= found


def test_copies_count_once() -> None:
    assert _result().copies == 1
    copied = [p for i in _result().incidents for s in i.series for p in s.points if p.copies > 1]
    assert copied and all(point.copies == 2 for point in copied)


def test_order_of_reports_does_not_matter() -> None:
    clusters = [row.get("cluster") for row in _rows("articles.jsonl")]
    assert compare(_reports()[::-1], clusters[::-1]) == _result()


def test_bounds_are_respected() -> None:
    """At least two does not contradict three or four."""
    incident = next(i for i in _result().incidents if i.place == "Kherson" and any("market" in s.text for s in i.sayings))
    names = {name for s in incident.series for d in s.disagreements for name in (d.a.source, d.b.source)}
    assert "United Nations" not in names


def test_a_total_of_years_is_no_incident() -> None:
    """What one attack cost and what the war has cost are two things, in one report and across reports; a year and ten years are, too."""
    from conflict_extract.api import default_extractor

    texts = {
        "2024-03-12": "Gunmen killed 12 people in a market in Beni on Monday, the mayor said. More than 10,000 people have been killed in "
        "North Kivu since 2014, the governor said.",
        "2024-03-13": "Fourteen people were killed in Monday's attack in Beni, the army said. The United Nations says that 11,000 people have "
        "been killed in North Kivu since 2014.",
        "2024-03-14": "The bishop said that 400 people were killed in North Kivu in 2023.",
    }
    extractor = default_extractor()
    found = compare([extractor.extract(text, date=date, id=date) for date, text in texts.items()])
    figures = sorted(sorted({p.best or p.at_least for s in incident.series for p in s.points}) for incident in found.incidents)
    assert figures == [[12, 14], [400], [10001, 11000]]


def test_parts_are_kept_apart_from_wholes() -> None:
    assert all(
        series.part == (point.part_of is not None) for i in _result().incidents for series in i.series for point in series.points
    )


def test_outputs(tmp_path: Path) -> None:
    result = _result()
    text = "\n".join(lines(result))
    assert "revised up from 19" in text and "denied by" in text
    assert "Goma" in "\n".join(lines(result, "place")) and "police" in "\n".join(lines(result, "actor"))
    page = result.html()
    assert page.startswith("<!doctype html>") and "http" not in page
    assert Comparison.model_validate_json(result.model_dump_json()) == result
    assert len(result.frame()) == len(result.rows("place")) == len(result.rows("actor"))
    pytest.importorskip("matplotlib")
    compare(_reports()[:10]).plot(tmp_path / "tolls.png")
    assert (tmp_path / "tolls.png").read_bytes()[:4] == b"\x89PNG"


def test_nothing_to_compare(tmp_path: Path) -> None:
    empty = compare([])
    assert empty.incidents == () and lines(empty) == ["0 reports, 0 copies left out, 0 incidents"]
    pytest.importorskip("matplotlib")
    empty.plot(tmp_path / "empty.png")


def test_text_is_escaped_in_the_page() -> None:
    report = _reports()[0]
    claim = report.claims[0].model_copy(update={"act": "denial"})
    source = claim.source.model_copy(update={"name": "<script>alert(1)</script>"}) if claim.source else None
    dirty = report.model_copy(update={"claims": (claim.model_copy(update={"source": source}), *report.claims[1:])})
    assert "<script>" not in compare([dirty, *_reports()[1:3]]).html()


def test_as_many_clusters_as_reports() -> None:
    with pytest.raises(InputError, match="1 reports but 2 clusters"):
        compare(_reports()[:1], ["a", "b"])


def test_command(tmp_path: Path) -> None:
    from conflict_extract.deliver import cli, cli_compare

    assert cli_compare.compare
    file = tmp_path / "reports.jsonl"
    rows = [{**report.model_dump(mode="json"), "cluster": "same"} for report in _reports()[4:6]]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [cluster for _, cluster in read_reports([file])] == ["same", "same"]
    done = CliRunner().invoke(cli.app, ["compare", str(file), "--format", "json", "--out", str(tmp_path / "out.json")])
    assert done.exit_code == 0, done.output
    result = Comparison.model_validate_json((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (result.reports, result.copies) == (1, 1)


@pytest.mark.parametrize("content", ["{", '{"id": 1}', "[1]"])
def test_bad_files_are_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.jsonl, line 1"):
        list(read_reports([file]))


def test_figures_in_words() -> None:
    point = next(p for i in _result().incidents for s in i.series for p in s.points)
    say = lambda low, best, high: figure(point.model_copy(update={"at_least": low, "best": best, "at_most": high}))  # noqa: E731
    assert say(3.0, 3.0, 3.0) == "3" and say(42.0, 42.0, None) == "≥ 42" and say(None, 240.0, None) == "≈ 240"
    assert say(25.0, None, 28.0) == "25–28" and say(None, None, 9000.0) == "≤ 9,000" and say(None, None, None) == "?"
