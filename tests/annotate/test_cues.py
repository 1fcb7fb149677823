"""Every entry of the cue lexicon has a case and the case holds: source, content, act, target."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conflict_extract.annotate import layer
from conflict_extract.lexicons.cues import cue_index, other_cues, verb_cues
from tests.annotate.marked import differences, inject, read_marks
from tests.conftest import FIXTURES, cases

WEAK_VERBS = {entry.name for entry in verb_cues() if entry.weak}
WEAK_OTHERS = {(entry.form, entry.kind) for entry in other_cues() if entry.weak}


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FIXTURES / "cases" / "cues.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", cases("cues"))
def test_entry(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    doc = nlp.get_pipe("conflict_encoder")(nlp.make_doc(text))
    weak = case["entry"] in WEAK_VERBS if case["kind"] == "verb" else (case["entry"], case["kind"]) in WEAK_OTHERS
    if weak:
        inject(doc, parts)
    doc = nlp.get_pipe("conflict_attribution")(doc)
    assert differences(text, parts, case, layer.read(doc, "said", layer.SaidRecord)) == []


def test_every_entry_has_a_case() -> None:
    tested = {(row["entry"], row["kind"]) for row in rows()}
    entries = {(entry.name, "verb") for entry in verb_cues()} | {(entry.form, entry.kind) for entry in other_cues()}
    assert entries - tested == set()


def test_the_tables_are_large_enough() -> None:
    assert len(verb_cues()) >= 300
    assert len(other_cues()) >= 120


def test_names_are_unique() -> None:
    names = [entry.name for entry in verb_cues()]
    assert len(names) == len(set(names))
    forms = [(entry.form, entry.kind) for entry in other_cues()]
    assert len(forms) == len(set(forms))


def test_limits_and_weak_frames_are_frames_of_the_entry() -> None:
    for entry in verb_cues():
        assert set(entry.weak) <= set(entry.frames), entry.name
        assert set(entry.limits) <= set(entry.frames), entry.name


def test_forms_of_one_lemma_do_not_hide_another() -> None:
    index = cue_index()
    for entry in verb_cues():
        if not entry.particle:
            assert index.verbs[entry.lemma] is entry
