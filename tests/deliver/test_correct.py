"""Corrections by people: replay by key, what no longer fits, Label Studio there and back, the commands."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from conflict_extract.deliver import cli, label_studio
from conflict_extract.deliver.correct import Correction, correct, read_corrections
from conflict_extract.deliver.correct_edit import claim_key
from conflict_extract.errors import InputError
from conflict_extract.evaluate.claims import read_documents, score, to_gold
from conflict_extract.schema import Report
from tests.conftest import FIXTURES
from tests.deliver.sample import TEXT, sample_report

cli._register()
runner = CliRunner()


def where(words):
    at = TEXT.index(words)
    return [at, at + len(words)]


def once(**what):
    """The sample after one correction, which fits."""
    result = correct([sample_report()], [Correction(**what)])
    assert result.misfits == [] and result.applied == 1
    return result.reports[0]


def misfit(**what):
    """Why one correction does not fit; the report stays as it was."""
    result = correct([sample_report()], [Correction(**what)])
    assert result.reports == [sample_report()] and result.applied == 0
    return str(result.misfits[0])


def human(claim):
    return {item.field for item in claim.evidence if item.rule == "human"}


def gold_claim(report, key):
    claim = next(claim for claim in report.claims if claim.key == key)
    return next(row for row in to_gold(report)["claims"] if row["id"] == claim.id)


# -- replace ---------------------------------------------------------------------------------------------
REPLACED = [
    ("act", "accusation"),
    ("mode", "mixed"),
    ("event", "attack"),
    ("content", [where("at least 12 people had been killed")]),
    ("cue", where("told Vesta News")),
    ("cue", None),
    ("source", None),
    ("source", {"span": where("The rebels"), "name": "Orlova Front", "affiliation": "Orlova Front"}),
    ("source.span", where("Ilya Maren, told")),
    ("source.name", "Ilya K. Maren"),
    ("source.affiliation", "Orlova"),
    ("target", "rebels"),
    ("target", "Sable Front"),
    ("hedges", [where("at least")]),
    ("quantities", []),
    ("quantities", [{"span": where("at least 12 people"), "kind": "count", "value": 13, "comparator": ">=", "unit": "people"}]),
    ("places", [{"span": where("Goma"), "name": "Goma", "country": None}]),
    ("times", [{"span": where("on Monday"), "start": "2024-03-11", "end": "2024-03-11"}]),
]


@pytest.mark.parametrize(("field", "value"), REPLACED)
def test_replace(field, value):
    report = once(action="replace", key="k1", field=field, value=value, by="kim")
    head, _, part = field.partition(".")
    new = gold_claim(report, "k1")[head]
    assert (new[part] if part else new) == value
    claim = report.claim("c1")
    assert human(claim) == {field}
    assert next(item for item in claim.evidence if item.rule == "human").entry == "kim"
    if field != "content":
        assert "content" in {item.field for item in claim.evidence}  # other evidence stays
    assert report.claims[1:] == sample_report().claims[1:]
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_what_hangs_on_a_value_follows():
    report = once(action="replace", key="k1", field="quantities", value=[
        {"span": where("at least 12 people"), "kind": "count", "value": 13, "comparator": ">", "unit": "people"},
        {"span": where("12"), "kind": "count", "value": 12, "comparator": "=", "unit": "people"},
    ])  # fmt: skip
    old, new = (report.quantity(name) for name in report.claim("c1").quantities)
    assert (old.id, old.at_least, old.best, old.category) == ("q1", 14, 14, "killed")
    assert (new.id, new.at_least, new.at_most) == ("q3", 12, 12)
    assert [item.quantity for item in report.claim("c1").figures] == ["q1", "q3"]
    report = once(action="replace", key="k1", field="target", value="Sable Front")
    assert report.actor(report.claim("c1").target).id == "a3"
    report = once(action="replace", key="k1", field="times", value=[])
    assert report.claim("c1").said == ()


def test_parent_is_given_by_key():
    report = once(action="replace", key="k3", field="parent", value="k2")
    assert report.claim("c3").parent == "c2"
    assert "inside itself" in misfit(action="replace", key="k3", field="parent", value="k3")


# -- delete, confirm, add --------------------------------------------------------------------------------
def test_delete_drops_links():
    report = once(action="delete", key="k2")
    assert [claim.id for claim in report.claims] == ["c1", "c3"] and report.links == ()


def test_confirm_makes_sure():
    claim = once(action="confirm", key="k3", by="noor").claim("c3")
    assert (claim.confidence, human(claim)) == (1.0, {"claim"})


def test_add():
    new = {"content": [where("killed near Goma")], "act": "narration", "mode": "narration", "event": "killing",
           "places": [{"span": where("Goma"), "name": "Goma", "country": "CD"}]}  # fmt: skip
    report = once(action="add", report="sample", claim=new)
    claim = report.claims[-1]
    assert (claim.id, claim.text, claim.places, human(claim), claim.confidence) == (
        "c4",
        "killed near Goma",
        ("p1",),
        {"claim"},
        1.0,
    )
    assert claim.sentence == report.claim("c1").sentence
    assert report.places == sample_report().places
    again = correct([report], [Correction(action="add", report="sample", claim={**new, "event": "attack"})])
    assert len(again.reports[0].claims) == 4 and again.reports[0].claims[-1].event == "attack"


def test_keys_are_those_of_extraction(extractor):
    report = extractor.extract((FIXTURES / "articles" / "cite-market.txt").read_text(encoding="utf-8"))
    for claim in report.claims:
        spans = [claim.source and claim.source.mention, claim.cue, *claim.content]
        source, cue, *content = [[span.start, span.end] if span else None for span in spans]
        assert claim_key(report.meta.text_sha256, source, cue, content) == claim.key


# -- what does not fit -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"action": "delete", "key": "gone"}, "no report has this claim"),
        ({"action": "confirm", "key": "gone", "report": "sample"}, "no such claim"),
        ({"action": "confirm", "key": "k1", "report": "other"}, "no such report"),
        ({"action": "replace", "key": "k1", "field": "act", "value": "denial", "was": "question"}, "is now \"statement\""),
        ({"action": "replace", "key": "k1", "field": "act", "value": "shout"}, "act:"),
        ({"action": "replace", "key": "k1", "field": "content", "value": []}, "no list of offsets"),
        ({"action": "replace", "key": "k1", "field": "content", "value": [[5, 5]]}, "no offsets"),
        ({"action": "replace", "key": "k1", "field": "content", "value": [[5, 10**6]]}, "no offsets"),
        ({"action": "replace", "key": "k1", "field": "cue", "value": [True, 2]}, "no offsets"),
        ({"action": "replace", "key": "k1", "field": "target", "value": 3}, "no name"),
        ({"action": "replace", "key": "k1", "field": "source.name", "value": None}, "no name"),
        ({"action": "replace", "key": "k1", "field": "quantities", "value": [{"span": [0, 3]}]}, "needs 'kind'"),
        ({"action": "replace", "key": "k1", "field": "places", "value": "Goma"}, ""),
        ({"action": "replace", "key": "k1", "field": "parent", "value": "k9"}, "no such claim"),
        ({"action": "add", "report": "sample", "claim": {"content": [[0, 3]], "event": "party"}}, "event:"),
        ({"action": "add", "report": "sample", "claim": {"content": [[0, 3]], "source": {"name": "x"}}}, "span"),
    ],
)  # fmt: skip
def test_misfits_are_listed_and_change_nothing(what, why):
    assert why in misfit(**what)


def test_the_value_is_there_already():
    assert once(action="replace", key="k1", field="act", value="statement", was="denial").claim("c1").act == "statement"


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "{}", '{"action": "replace", "key": "k"}', '{"action": "replace", "key": "k", "field": "id", "value": 1}',
     '{"action": "delete"}', '{"action": "add", "claim": {"content": [[0, 1]]}}', '{"action": "burn", "key": "k"}',
     '{"action": "add", "report": "r", "claim": {"content": [[0, 1]], "colour": 1}}', '{"action": "confirm", "key": "k", "x": 1}'],
)  # fmt: skip
def test_bad_lines_name_their_place(tmp_path, line):
    path = tmp_path / "edits.jsonl"
    path.write_text('{"action": "confirm", "key": "k"}\n\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3"):
        read_corrections(path)


def test_order_counts_and_corrections_can_be_replayed():
    edits = [
        Correction(action="replace", key="k1", field="act", value="denial", was="statement"),
        Correction(action="replace", key="k1", field="act", value="threat", was="denial"),
        Correction(action="delete", key="k2"),
    ]
    first = correct([sample_report()], edits)
    assert first.reports[0].claim("c1").act == "threat" and first.misfits == []
    again = correct(first.reports, edits[1:2])
    assert again.reports == first.reports


# -- Label Studio ----------------------------------------------------------------------------------------
def annotated(report):
    """The report's task as Label Studio exports it when nothing was changed."""
    task = json.loads(json.dumps(label_studio.tasks([report])[0]))
    return {"id": 1, **task, "annotations": [{"id": 9, "was_cancelled": False, "result": task["predictions"][0]["result"]}]}


def back(tmp_path, *tasks):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return label_studio.read_tasks(path)


def test_unchanged_tasks_confirm_every_claim(tmp_path):
    edits = label_studio.differences([sample_report()], back(tmp_path, annotated(sample_report())))
    assert [(edit.action, edit.key) for edit in edits] == [("confirm", "k1"), ("confirm", "k2"), ("confirm", "k3")]


def test_real_reports_survive_the_trip(tmp_path, extractor):
    report = extractor.extract((FIXTURES / "articles" / "hodeida-market.txt").read_text(encoding="utf-8"), date="2024-05-01")
    edits = label_studio.differences([report], back(tmp_path, annotated(report)))
    assert len(report.claims) > 5 and {edit.action for edit in edits} == {"confirm"} and len(edits) == len(report.claims)


def test_offsets_in_utf16_units_are_recognised(tmp_path):
    task = annotated(sample_report())
    emoji = TEXT.index("😀")
    for item in task["annotations"][0]["result"]:
        if item["type"] != "relation" and item["value"]["start"] > emoji:
            item["value"]["start"] += 1
            item["value"]["end"] += 1
    assert {edit.action for edit in label_studio.differences([sample_report()], back(tmp_path, task))} == {"confirm"}


def test_round_trip_by_commands(tmp_path):
    """Export, edit as an annotator would, import, correct, measure."""
    files = {
        name: tmp_path / name for name in ("reports.jsonl", "tasks.json", "ui.xml", "edits.jsonl", "new.jsonl", "gold.jsonl")
    }
    files["reports.jsonl"].write_text(sample_report().model_dump_json() + "\n", encoding="utf-8")

    def command(*words):
        result = runner.invoke(cli.app, [str(files.get(word, word)) for word in words])
        assert result.exit_code == 0, result.output
        return result

    command("label-export", "reports.jsonl", "--out", "tasks.json", "--config", "ui.xml")
    assert 'whenLabelValue="content"' in files["ui.xml"].read_text()
    task = json.loads(files["tasks.json"].read_text(encoding="utf-8"))[0]
    result = [item for item in task["predictions"][0]["result"] if not str(item.get("id", item.get("to_id"))).startswith("k2")]
    for item in result:  # another act, another name
        if (item.get("id"), item.get("from_name")) == ("k1", "act"):
            item["value"]["choices"] = ["accusation"]
        if (item.get("id"), item.get("from_name")) == ("k1/source", "name"):
            item["value"]["text"] = ["Ilya K. Maren"]
    for name, label, words in (("x1", "content", "the claim"), ("x2", "source", "The rebels"), ("x3", "cue", "denied the")):
        start, end = where(words)  # a claim of the annotator's own, a little longer cue
        value = {"start": start, "end": end, "text": words, "labels": [label]}
        result.append({"id": name, "from_name": "part", "to_name": "text", "type": "labels", "value": value})
    result += [
        {"type": "relation", "from_id": one, "to_id": two, "direction": "right"} for one, two in (("x1", "x2"), ("x3", "x1"))
    ]
    task["annotations"] = [{"was_cancelled": True, "result": []}, {"was_cancelled": False, "result": result}]
    files["tasks.json"].write_text(json.dumps([task, {"data": {"text": "not annotated", "report": "r2"}}]), encoding="utf-8")
    command("label-import", "tasks.json", "reports.jsonl", "--by", "kim", "--out", "edits.jsonl")
    actions = [json.loads(line)["action"] for line in files["edits.jsonl"].read_text(encoding="utf-8").splitlines()]
    assert sorted(actions) == ["add", "confirm", "confirm", "delete", "replace", "replace"]
    done = command("correct", "reports.jsonl", "edits.jsonl", "--out", "new.jsonl", "--gold", "gold.jsonl")
    assert "6 corrections applied, 0 do not fit" in done.stderr
    report = Report.model_validate_json(files["new.jsonl"].read_text(encoding="utf-8"))
    assert [(claim.act, claim.source.name, claim.cue.text) for claim in report.claims] == [
        ("accusation", "Ilya K. Maren", "told"), ("statement", "rebels", "said"), ("statement", "The rebels", "denied the"),
    ]  # fmt: skip
    scores = score(read_documents(files["gold.jsonl"]), [to_gold(sample_report())]).table()
    assert scores["claims"]["f"] == 1.0 and scores["act"]["tp"] == 1
    table = json.loads(command("agree", "gold.jsonl", "reports.jsonl", "--json").stdout)
    assert table["content"]["alpha"] == pytest.approx(1.0) and table["act"]["agree"] == pytest.approx(1 / 3)
    assert "source.name" in command("agree", "gold.jsonl", "reports.jsonl").stdout


def test_misfits_end_with_code_3(tmp_path):
    (tmp_path / "r.jsonl").write_text(sample_report().model_dump_json() + "\n", encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"action": "delete", "key": "gone"}\n', encoding="utf-8")
    result = runner.invoke(cli.app, ["correct", str(tmp_path / "r.jsonl"), str(tmp_path / "c.jsonl")])
    assert result.exit_code == 3
    assert "correction 1 (delete claim; any report, gone): no report has this claim" in result.stderr
    assert Report.model_validate_json(result.stdout) == sample_report()


def test_bad_exports(tmp_path):
    for content in ("{}", "nonsense", "[1]", '[{"data": {"text": "a", "report": "r"}, "annotations": [{"result": [{}]}]}]'):
        path = tmp_path / "export.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError):
            label_studio.read_tasks(path)
    task = annotated(sample_report())
    task["annotations"][0]["result"][0]["value"]["text"] = "elsewhere"
    with pytest.raises(InputError, match="is not at"):
        back(tmp_path, task)
    other = annotated(sample_report().model_copy(update={"id": "other"}))
    with pytest.raises(InputError, match="no such report"):
        label_studio.differences([sample_report()], back(tmp_path, other))
    with pytest.raises(InputError, match="without its text"):
        label_studio.tasks([sample_report().without_text()])


# -- errors of an evaluation -----------------------------------------------------------------------------
def test_errors_as_text_and_page(tmp_path, monkeypatch):
    gold = to_gold(sample_report())
    predicted = json.loads(json.dumps(gold))
    predicted["claims"][0]["act"] = "denial"
    predicted["claims"][1]["source"]["name"] = "<b>nobody</b>"
    monkeypatch.setattr("conflict_extract.evaluate.claims.predict", lambda documents: [predicted])
    path, page = tmp_path / "gold.json", tmp_path / "errors.html"
    path.write_text(json.dumps(gold), encoding="utf-8")
    result = runner.invoke(cli.app, ["evaluate", "claims", str(path), "--errors", "1", "--html", str(page)])
    assert result.exit_code == 0, result.output
    assert "act: statement taken for denial: 1" in result.stdout and "… and 1 more" in result.stdout
    runner.invoke(cli.app, ["evaluate", "claims", str(path), "--html", str(page)])
    html = page.read_text(encoding="utf-8")
    assert "2 of 2 shown" in html and "&lt;b&gt;nobody" in html and "<b>nobody" not in html and 'class="n wrong">1' in html
    result = runner.invoke(cli.app, ["evaluate", "claims", str(path), "--errors", "5", "--json"])
    assert len(json.loads(result.stdout)["errors"]) == 2
    assert runner.invoke(cli.app, ["evaluate", "ner", str(path), "--errors", "5"]).exit_code == 2
