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
