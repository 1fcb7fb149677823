"""`conflict_attribution`: every rule has its own cases; quotation marks, nesting, acts, targets, bad input."""

from __future__ import annotations

import ast
import inspect
import json
import time
from typing import Any

import pytest
from tests.annotate.marked import differences, inject, read_marks
from tests.conftest import FIXTURES, cases

from conflict_extract.annotate import _direct, _other_cues, _verb_frames, layer
from conflict_extract.annotate.layer import SaidRecord
from conflict_extract.errors import PipelineError


def said_of(nlp: Any, text: str) -> list[SaidRecord]:
    """The sayings of a text, by the components up to attribution and coreference."""
    doc = nlp.make_doc(text)
    for name in ("conflict_frame", "conflict_encoder", "conflict_actors", "conflict_attribution", "conflict_coreference"):
        doc = nlp.get_pipe(name)(doc)
    return layer.read(doc, "said", SaidRecord)


@pytest.mark.parametrize("case", cases("attribution") + cases("quotes"))
def test_rule(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    assert differences(text, parts, case, said_of(nlp, text)) == []


@pytest.mark.parametrize("case", cases("acts"))
def test_act(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    assert differences(text, parts, case, said_of(nlp, text)) == []


@pytest.mark.parametrize("case", cases("nesting"))
def test_nesting(case: dict[str, Any], nlp: Any) -> None:
    text = case["text"]
    said = said_of(nlp, text)
    by_id = {record.id: record for record in said}

    def cue(record: SaidRecord) -> str:
        return text[slice(*record.cue)] if record.cue else ""

    if "inner" in case:
        inner = [record for record in said if cue(record) == case["inner"] and record.parent]
        assert [cue(by_id[record.parent]) for record in inner if record.parent] == [case["outer"]]
    elif "alone" in case:
        assert [cue(record) for record in said] == [case["alone"]]
    elif "apart" in case:
        assert sorted(cue(record) for record in said) == sorted(case["apart"])
        assert all(record.parent is None for record in said)
    else:
        depths = []
        for record in said:
            depth = 1
            node = record
            while node.parent:
                node = by_id[node.parent]
                depth += 1
            depths.append(depth)
        assert max(depths) == case["depth"]
