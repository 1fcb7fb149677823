"""The tables of time words: complete, without doubles, strict."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.frame import agencies, english_words, frame_phrases, headline_verbs
from conflict_extract.lexicons.loader import parse_lines
from conflict_extract.lexicons.times import Holiday, TenseWord, TimeWord, holidays, tense_words, time_names, time_words, words_of


def test_calendar_is_complete() -> None:
    assert {word.value for word in words_of("weekday").values()} == set(range(7))
    assert {word.value for word in words_of("month").values()} == set(range(1, 13))
    assert {word.value for word in words_of("season").values()} == {21, 22, 23, 24}
    assert set(range(1, 21)) <= {word.value for word in words_of("number").values()}


def test_no_form_twice_in_a_kind() -> None:
    assert [pair for pair, times in Counter((word.kind, word.form) for word in time_words()).items() if times > 1] == []
    assert [form for form, times in Counter(entry.form for entry in time_names()).items() if times > 1] == []


def test_clock_times_of_dayparts_are_clock_times() -> None:
    for word in words_of("daypart").values():
        for clock in (word.since, word.until):
            assert clock is None or re.fullmatch(r"(?:[01]\d|2[0-4]):00", clock)


def test_holidays_have_one_rule_or_none() -> None:
    for entry in holidays().values():
        rules = [entry.easter is not None, entry.day is not None, entry.nth is not None]
        assert sum(rules) <= 1, entry.form


def test_tense_kinds_are_filled() -> None:
    for kind in ("auxiliary", "governor", "deadline", "planned", "scheduled"):
        assert len(tense_words(kind)) >= 5


def test_frame_tables() -> None:
    for kind in ("boilerplate", "stub", "correction", "credit", "byline", "not_dateline"):
        assert frame_phrases(kind).pattern
    assert {"AFP", "Reuters", "AP"} <= agencies()
    assert {"kills", "killed", "denies", "fled", "says"} <= headline_verbs()
    assert 40 <= len(english_words()) <= 60


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ('{"form": "monday", "kind": "weekday"}', TimeWord),
        ('{"form": "monday", "kind": "dayofweek", "value": 0}', TimeWord),
        ('{"form": "x", "month": "May"}', Holiday),
        ('{"form": "x", "kind": "governor", "direction": 1, "tense": "past"}', TenseWord),
        ("{", TenseWord),
    ],
)
def test_a_bad_line_is_named(line: str, model: type) -> None:
    with pytest.raises(LexiconError, match="table, line 2"):
        list(parse_lines("\n" + line, model, "table"))
