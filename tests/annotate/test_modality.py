"""Modality: every rule on its own sentences, scopes without a tree, and the status that scopes give to events."""

from __future__ import annotations

import time

import pytest
import spacy
from spacy.language import Language

from conflict_extract.annotate.layer import EventMention, ModalityRecord, read
from conflict_extract.annotate.modality import find_modality
from conflict_extract.lexicons.modality import modality_rules
from tests.conftest import cases


def cues_over(nlp: Language, text: str, target: str, kind: str) -> list[str]:
    """Names of the rules of a kind whose scope holds the target."""
    at = text.index(target)
    return [
        record.entry or ""
        for record in read(nlp(text), "modality", ModalityRecord)
        if record.kind == kind and record.scope[0] <= at < record.scope[1]
    ]


@pytest.mark.parametrize("kind", ["negation", "hedge", "booster", "plan", "conditional", "question"])
def test_rules(nlp: Language, kind: str) -> None:
    """A cue reaches its positive target and not its negative one; a pseudo-cue keeps its kind off the positive target only."""
    failures = []
    rules = [rule for rule in modality_rules() if rule.kind == kind]
    for rule in rules:
        positive = cues_over(nlp, rule.positive.text, rule.positive.target, rule.kind)
        negative = cues_over(nlp, rule.negative.text, rule.negative.target, rule.kind)
        right = (not positive and negative) if rule.pseudo else (rule.id in positive and rule.id not in negative)
        if not right:
            failures.append((rule.id, positive, negative))
    assert failures == []


def test_status(nlp: Language) -> None:
    """The status that an event gets from the scopes; a tree gone wrong in one sentence or two is no failure."""
    failures = []
    rows = [parameter.values[0] for parameter in cases("modality")]
    for case in rows:
        doc = nlp(case["text"])
        low, high = case["trigger"]
        statuses = [event.status for event in read(doc, "events", EventMention) if event.start < high and low < event.end]
        if statuses[:1] != [case["status"]]:
            failures.append((case["text"], statuses, case["status"]))
    assert len(failures) <= 0.05 * len(rows), failures


def test_scope_without_a_tree() -> None:
    """On a blank pipeline a scope ends at a terminator, at the sentence's end and after its longest reach."""
    doc = spacy.blank("en")("They did not shell the mill, but they burned it. Rebels fled.")
    records = [record for record in find_modality(doc) if record.kind == "negation"]
    assert [doc.text[slice(*record.scope)] for record in records] == ["not shell the mill,"]


def test_records_are_exact(nlp: Language) -> None:
    doc = nlp("The governor may, reportedly, have fled.")
    for record in read(doc, "modality", ModalityRecord):
        assert record.scope[0] <= record.start < record.end <= record.scope[1]
    hedges = [doc.text[r.start : r.end] for r in read(doc, "modality", ModalityRecord) if r.is_hedge_span]
    assert hedges == ["may", "reportedly"]


@pytest.mark.parametrize("text", ["", " ", "?", "not", "not not not", "\n\n", "if if if ?"])
def test_odd_text(text: str) -> None:
    find_modality(spacy.blank("en")(text))


@pytest.mark.timing
@pytest.mark.parametrize("unit", ["not ", "if they ", "may not be ", "no one said that ", "? ", "so - called "])
def test_linear_time(unit: str) -> None:
    nlp = spacy.blank("en")
    find_modality(nlp("not a word"))
    times = []
    for size in (150, 1500):
        doc = nlp(unit * size)
        best = 9.9
        for _ in range(2):
            begin = time.process_time()
            find_modality(doc)
            best = min(best, time.process_time() - begin)
        times.append(best)
    assert times[1] < 20 * times[0] + 0.05
