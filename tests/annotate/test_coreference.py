"""`conflict_coreference`: pronouns and descriptions, and speakers with affiliation, role, channel, members, targets."""

from __future__ import annotations

from typing import Any

import pytest

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import ActorRow, ChainRow, CorefMention, SaidRecord
from tests.annotate.marked import best_match, read_marks, whole, words
from tests.conftest import cases

STAGES = (
    "conflict_frame",
    "conflict_encoder",
    "conflict_actors",
    "conflict_places",
    "conflict_attribution",
    "conflict_coreference",
)


def annotated(nlp: Any, text: str) -> Any:
    doc = nlp.make_doc(text)
    for name in STAGES:
        doc = nlp.get_pipe(name)(doc)
    return doc


@pytest.mark.parametrize("case", cases("speakers"))
def test_speaker(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    doc = annotated(nlp, text)
    rows = {row.key: row for row in layer.read_table(doc, "actors", ActorRow)}
    record = best_match(text, layer.read(doc, "said", SaidRecord), whole(parts["<"]), words(text, parts["["]))
    assert record is not None and record.speaker is not None
    row = rows[record.speaker]
    found: dict[str, Any] = {
        "name": row.name,
        "affiliation": rows[record.affiliation].name if record.affiliation else None,
        "role": record.role,
        "anonymous": record.anonymous,
        "former": record.former,
        "via": {"kind": record.via["kind"], "name": record.via["name"]} if record.via else None,
        "members": sorted(_party(rows, rows[key]) for key in row.members),
    }
    wanted = {key: value for key, value in case.items() if key != "text"}
    assert {key: found[key] for key in wanted} == wanted


def _party(rows: dict[str, ActorRow], row: ActorRow) -> str:
    return rows[row.affiliation].name if row.affiliation in rows and row.type == "population" else row.name


@pytest.mark.parametrize("case", cases("targets"))
def test_target(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    doc = annotated(nlp, text)
    rows = {row.key: row for row in layer.read_table(doc, "actors", ActorRow)}
    record = best_match(text, layer.read(doc, "said", SaidRecord), whole(parts["<"]), words(text, parts["["]))
    assert record is not None
    name = rows[record.target_actor].name if record.target_actor in rows else None
    if name is None and record.target is not None:
        name = text[slice(*record.target)].removeprefix("his ").removeprefix("its ")
    assert name == case["target"]


@pytest.mark.parametrize("case", cases("coreference"))
def test_mention(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    doc = annotated(nlp, text)
    rows = {row.key: row for row in layer.read_table(doc, "actors", ActorRow)}
    chains = {row.key: row for row in layer.read_table(doc, "chains", ChainRow)}
    mention = parts["["][0]
    found = [record for record in layer.read(doc, "coreference", CorefMention) if [record.start, record.end] == mention]
    actors = {chains[record.chain].actor for record in found if record.form != "name"}
    assert [rows[key].name for key in actors if key] == ([case["name"]] if case["name"] else [])
