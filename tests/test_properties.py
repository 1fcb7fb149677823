"""Properties that hold for any text (Hypothesis)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conflict_extract import Report

PIECES = [
    "The governor of Orlova", "Baku", "he", "the ministry", " said ", " denied ", " has accused ", "that ", "at least ",
    "12 people", "3.5 million", "$25m", "were killed", "on Monday", "in Goma", ". ", ", ", "\n\n", "“", "”", '"', "’", "(", ")",
    "according to ", "10^400", "31 February", "½", "١٢٣", "é", "😀", "\ud800", "\x00", "\u200b", "\u202e", "المتحدث", "—", "!",
    "KHARTOUM, Oct 13 (Reuters) - ", "1,00,00,000", "as many as ", "dozens of ", "the claim", " urged ", "to ", "leave",
]  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)


def spans(value: Any):
    if isinstance(value, dict):
        if value.keys() == {"start", "end", "text"}:
            yield value
        else:
            for item in value.values():
                yield from spans(item)
    elif isinstance(value, list):
        for item in value:
            yield from spans(item)


@relaxed
@given(text=texts)
def test_any_text_gives_a_report_whose_spans_slice_back(extractor, text):
    report = extractor.extract(text, date="2024-03-18")
    assert report.text is not None and len(report.text) == len(text)
    dump = report.model_dump(mode="json")
    for span in spans(dump):
        assert report.text[span["start"] : span["end"]] == span["text"]
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert extractor.extract(text, date="2024-03-18") == report


@relaxed
@given(text=texts)
def test_ids_resolve_and_offsets_are_in_order(extractor, text):
    report = extractor.extract(text)
    for claim in report.claims:
        for quantity in claim.quantities:
            report.quantity(quantity)
        for place in claim.places:
            report.place(place)
        for time in claim.times:
            report.time(time)
        assert set(claim.said) <= set(claim.times)
        for event in claim.events:
            report.event(event.event)
        if claim.target:
            report.actor(claim.target)
        if claim.parent:
            report.claim(claim.parent)
        if claim.source and claim.source.actor:
            report.actor(claim.source.actor)
    for link in report.links:
        report.claim(link.from_), report.claim(link.to)
    starts = [claim.content[0].start for claim in report.claims]
    assert len({claim.key for claim in report.claims}) == len(report.claims)
    assert len(starts) == len(report.claims)


@relaxed
@given(text=texts)
def test_without_text_and_back(extractor, text):
    report = extractor.extract(text, date="2024-03-18")
    bare = report.without_text()
    assert bare.text is None
    assert bare.with_text(text) == report


@pytest.mark.parametrize(
    "text",
    [
        "!" * 20_000,
        "“" * 5_000,
        "a" * 20_000,
        "المتحدث باسم الجيش " * 500,
        "<p>The army said</p> <b>12</b> &amp; more\n" * 300,
        '“He said ‘she said "they said «no»"’.” ' * 300,
        "1" * 20_000,
        "word " * 5_000,
        "\x00" * 5_000,
    ],
    ids=["bangs", "opening", "one-word", "arabic", "html", "nested", "digits", "words", "nul"],
)
def test_hostile_text_ends_soon(extractor, text):
    report = extractor.extract(text, date="2024-03-18")
    assert report.text == text
