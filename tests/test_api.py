"""Extractor, extract, pipe, load: what they take, what they refuse."""

from __future__ import annotations

import datetime as dt

import pytest
from spacy.language import Language

from conflict_extract import (
    DateError,
    InputError,
    PipelineError,
    Report,
    SettingsError,
    TextTooLongError,
    TextTypeError,
    add_to,
    load,
)
from conflict_extract.api import prepare
from tests.golden import ARTICLES, date_of, names

TEXT = (
    "The governor of Orlova said on Monday that at least 12 people had been killed by shelling. "
    "“We hit only a depot,” the rebels' spokesman Ilya Maren told reporters."
)


def test_extract_gives_a_report(extractor):
    report = extractor.extract(TEXT, date="2024-03-18", id="x")
    assert isinstance(report, Report) and report.id == "x" and report.date == "2024-03-18" and report.text == TEXT
    assert len(report.claims) >= 2


def test_default_id_depends_on_date_and_text(extractor):
    ids = {extractor.extract(TEXT, date=date).id for date in (None, "2024-03-18", "2024-03-19")}
    assert len(ids) == 3 and all(len(id) == 16 and int(id, 16) >= 0 for id in ids)


@pytest.mark.parametrize("date", ["2024-03-18", "2024-03-18T10:00:00Z", dt.date(2024, 3, 18), dt.datetime(2024, 3, 18, 5)])
def test_dates_accepted(extractor, date):
    assert extractor.extract("Nothing.", date=date).date == "2024-03-18"


@pytest.mark.parametrize("date", ["18/03/2024", "2024-02-30", "yesterday", "", 20240318, b"2024-03-18"])
def test_dates_refused(extractor, date):
    with pytest.raises(DateError):
        extractor.extract("Nothing.", date=date)


@pytest.mark.parametrize("text", [None, b"bytes", 5, ["list"]])
def test_text_must_be_a_string(extractor, text):
    with pytest.raises(TextTypeError, match=type(text).__name__):
        extractor.extract(text)


def test_too_long_is_refused(extractor):
    with pytest.raises(TextTooLongError, match="2,000,001"):
        extractor.extract("a" * 2_000_001)


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u200b", "\ufeff"])
def test_blank_text_gives_an_empty_report(extractor, text):
    report = extractor.extract(text)
    assert report.claims == () and report.quantities == () and report.text == text


def test_lone_surrogates_are_replaced_and_counted(extractor):
    text = "\ud800 The mayor said 5 people died.\udfff"
    report = extractor.extract(text)
    assert report.meta.replaced == 2 and len(report.text or "") == len(text)
    assert report.text == "� The mayor said 5 people died.�"
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_pipe_equals_extract_and_keeps_order(extractor):
    texts = [TEXT, "", "Baku has denied the claim.", {"text": TEXT, "date": "2024-03-18", "id": "d"}]
    single = [extractor.extract(**(t if isinstance(t, dict) else {"text": t})) for t in texts]
    assert list(extractor.pipe(texts)) == single


def test_pipe_returns_or_raises_errors(extractor):
    documents = ["Fine.", {"text": "x", "date": "nonsense"}, {"body": "x"}, 7, "Fine."]
    kinds = [type(item).__name__ for item in extractor.pipe(documents, errors="return")]
    assert kinds == ["Report", "DateError", "InputError", "TextTypeError", "Report"]
    with pytest.raises(DateError):
        list(extractor.pipe(documents))
    with pytest.raises(InputError, match="errors must be"):
        list(extractor.pipe(documents, errors="ignore"))


def test_unknown_setting_names_the_nearest():
    with pytest.raises(SettingsError, match="max_chars"):
        load(max_char=5)


def test_components_are_not_added_twice(extractor):
    with pytest.raises(PipelineError, match="already"):
        add_to(extractor.nlp)


@pytest.mark.parametrize("name", names()[4:8])
def test_extract_says_what_the_report_of_a_finished_doc_says(extractor, name):
    text, date = (ARTICLES / f"{name}.txt").read_text(encoding="utf-8"), date_of(name)
    doc = extractor.nlp(next(prepare(extractor.nlp, [{"text": text, "date": date}])))
    assert extractor.report(doc) == extractor.extract(text, date=date)


def test_a_component_of_somebody_else_sees_spans_and_records():
    seen = []

    def look(doc):
        seen.append((len(doc.spans["ce_said"]), [key for key in doc._.ce_records if key.startswith("said:")]))
        return doc

    Language.component("test_look", func=look)
    extractor = load()
    extractor.nlp.add_pipe("test_look")
    assert extractor.extract(TEXT, date="2024-03-18").claims
    assert seen[0][0] == len(seen[0][1]) > 0


def test_report_of_a_finished_doc(extractor):
    docs = list(extractor.nlp.pipe(prepare(extractor.nlp, [{"text": TEXT, "date": "2024-03-18"}])))
    assert extractor.report(docs[0], id="x") == extractor.extract(TEXT, date="2024-03-18", id="x")
