"""What two runs over the same texts say differently (deliver/differences.py and its command)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conflict_extract import load
from conflict_extract.api import default_extractor
from conflict_extract.deliver.differences import Change, differences, lines
from conflict_extract.errors import InputError
from conflict_extract.schema import Report

ARTICLES = Path(__file__).resolve().parents[2] / "fixtures" / "articles"
TEXT = (
    "Fighters of the Allied Democratic Forces killed 12 people in Beni on Monday, the army said. "
    "A charity put the toll at 15. The Allied Democratic Forces denied the attack."
)
TABLE = [
    {"id": "group/adf", "disabled": True},
    {
        "id": "own/adf",
        "name": "Allied Democratic Forces",
        "type": "armed_group",
        "source_type": "armed_group",
        "country": "CD",
        "aliases": [],
    },
]


@cache
def report(id: str = "a", text: str = TEXT) -> Report:
    return default_extractor().extract(text, date="2024-03-18", id=id)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same text under a table that gives the group another id."""
    table = tmp_path_factory.mktemp("table") / "actors.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in TABLE), encoding="utf-8")
    return load(actors=(str(table),)).extract(TEXT, date="2024-03-18", id="a")


def edited(change: Any) -> Report:
    data = report().model_dump(mode="json")
    change(data)
    return Report.model_validate(data)


@pytest.mark.parametrize("name", sorted(path.stem for path in ARTICLES.glob("*.txt")))
def test_a_run_does_not_differ_from_itself(name: str) -> None:
    one = report(name, (ARTICLES / f"{name}.txt").read_text(encoding="utf-8"))
    for two in (one, one.without_text(), Report.model_validate_json(one.model_dump_json())):
        result = differences([one], [two])
        assert result.changes == ()
        assert result.same == result.claims_before == result.claims_after == len(one.claims) > 0
        assert result.before == result.after


def test_another_table_changes_the_ids_and_nothing_else(other: Report) -> None:
    result = differences([report()], [other])
    assert {change.kind for change in result.changes} == {"changed"}
    found = {(change.field, change.before, change.after) for change in result.changes if change.field == "source.actor"}
    assert found == {("source.actor", "group/adf", "own/adf")}
    assert {change.field for change in result.changes} <= {"source.actor", "source.affiliation", "events"}
    assert result.before[0].user_tables == () and result.after[0].user_tables[0].name == "actors.jsonl"
    bare = differences([report().without_text()], [other.without_text()])
    assert [change.model_copy(update={"words": None}) for change in result.changes] == list(bare.changes)
    assert all(change.words is None for change in bare.changes)


def test_ids_of_a_report_do_not_count() -> None:
    """All ids get other numbers: what they stand for is the same."""

    def renumber(data: dict[str, Any]) -> None:
        whole = json.dumps(data)
        for kind in "apqte":
            for number in range(20, 0, -1):
                whole = whole.replace(f'"{kind}{number}"', f'"{kind}{number + 50}"')
        data.clear()
        data.update(json.loads(whole))

    assert differences([report()], [edited(renumber)]).changes == ()


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("claims", 0, "act"), "denial", "act"),
        (("claims", 0, "negated"), True, "negated"),
        (("claims", 0, "confidence"), 0.01, "confidence"),
        (("claims", 0, "source", "type"), "media", "source.type"),
        (("claims", 0, "source", "role"), "spokesman", "source.role"),
        (("claims", 0, "figures", 0, "status"), "denied", "figures"),
        (("quantities", 0, "value"), 13, "figures"),
        (("quantities", 0, "category"), "wounded", "figures"),
        (("times", 0, "start"), "2024-03-11", "times"),
        (("places", 0, "geonames"), 1, "places"),
        (("claims", 0, "events", 0, "status"), "denied", "events"),
        (("links",), [], "links"),
    ],
)
def test_every_field_counts(path: tuple[Any, ...], value: Any, field: str) -> None:
    def change(data: Any) -> None:
        for part in path[:-1]:
            data = data[part]
        assert data[path[-1]] != value
        data[path[-1]] = value

    assert field in {found.field for found in differences([report()], [edited(change)]).changes}


def test_a_claim_more_or_less() -> None:
    def drop(data: dict[str, Any]) -> None:
        gone = data["claims"].pop(1)["id"]
        data["links"] = [link for link in data["links"] if gone not in (link["from"], link["to"])]

    short = edited(drop)
    less, more = differences([report()], [short]), differences([short], [report()])
    (gone,) = [change for change in less.changes if change.key == report().claims[1].key]
    assert gone.kind == "removed" and gone.before["figures"][0]["value"] == 15 and gone.after is None and gone.words
    assert [change.kind for change in more.changes if change.key == gone.key] == ["added"]


def test_a_moved_content_is_one_change_of_one_claim() -> None:
    """Another span gives another key; the cue tells which claim it is."""

    def move(data: dict[str, Any]) -> None:
        claim = data["claims"][0]
        claim["key"] = "0" * 16
        claim["content"][0]["end"] -= 10
        claim["content"][0]["text"] = claim["content"][0]["text"][:-10]

    moved = differences([report()], [edited(move)]).changes
    assert [(change.kind, change.key, change.field) for change in moved] == [("changed", report().claims[0].key, "content")]


def test_documents() -> None:
    here, gone, new = report("same"), report("gone"), report("new")
    other_text = report("same", TEXT + " It rained.")
    assert differences([here, gone], [here, new]).changes == (
        Change(document="new", kind="document added"),
        Change(document="gone", kind="document removed"),
    )
    (change,) = differences([here], [other_text]).changes
    assert (change.kind, change.before, change.after) == ("other text", here.meta.text_sha256, other_text.meta.text_sha256)
    for pair in (([here, here], []), ([], [here, here])):
        with pytest.raises(InputError, match="'same' stands twice"):
            differences(*pair)
    assert differences([], []).changes == ()


def test_the_command(other: Report, tmp_path: Path) -> None:
    from conflict_extract.deliver import cli

    cli._register()
    paths = []
    for name, item in (("before", report()), ("after", other)):
        paths.append(str(tmp_path / f"{name}.jsonl"))
        Path(paths[-1]).write_text(item.without_text().model_dump_json() + "\n", encoding="utf-8")
    expected = differences([report().without_text()], [other.without_text()])
    shown = CliRunner().invoke(cli.app, ["differences", *paths])
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == list(lines(expected))
    assert "source.actor: group/adf -> own/adf" in shown.stdout and "actors.jsonl" in shown.stdout
    listed = CliRunner().invoke(cli.app, ["differences", *paths, "--format", "jsonl"])
    assert [Change.model_validate_json(line) for line in listed.stdout.splitlines()] == list(expected.changes)
    out = tmp_path / "changes.json"
    assert CliRunner().invoke(cli.app, ["differences", *paths, "-f", "json", "-o", str(out)]).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8")) == expected.model_dump(mode="json")


def test_as_a_table(other: Report) -> None:
    pytest.importorskip("pandas")
    result = differences([report()], [other])
    assert list(result.to_frame().columns) == list(Change.model_fields)
    assert len(result.to_frame()) == len(result.changes)
    assert list(differences([], []).to_frame().columns) == list(Change.model_fields)
