"""Actors on real text: our case tables, and the component without entities, without a tree, on odd and long input."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import place_or_actor
from conflict_extract.annotate.actors import Actors
from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.actors import words
from tests.conftest import FIXTURES, cases

DATE = "2024-05-01"


def table(name: str) -> list[dict[str, Any]]:
    text = (FIXTURES / "cases" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def annotate(nlp: Any) -> Any:
    """Text and date to a Doc with the layer, by the pipeline up to our component."""
    from conflict_extract.api import make_doc

    @cache
    def run(text: str, date: str | None = DATE) -> Doc:
        doc = make_doc(nlp, text, date=date)
        for name, component in nlp.pipeline:
            doc = component(doc)
            if name == "conflict_actors":
                break
        return doc

    return run


def layers(doc: Doc) -> tuple[list[layer.ActorMention], dict[str, layer.ActorRow]]:
    rows = {row.key: row for row in layer.read_table(doc, "actors", layer.ActorRow)}
    return layer.read(doc, "actors", layer.ActorMention), rows


def mention_at(doc: Doc, words: str, last: bool = False, exact: bool = False) -> layer.ActorMention | None:
    """The narrowest mention that covers (or is) these words; actors before modifiers."""
    start = doc.text.rindex(words) if last else doc.text.index(words)
    end = start + len(words)
    found = [
        mention
        for mention in layers(doc)[0]
        if (mention.start, mention.end) == (start, end) or (not exact and mention.start <= start and mention.end >= end)
    ]
    return min(found, key=lambda mention: (mention.end - mention.start, mention.use != "actor"), default=None)


@pytest.mark.parametrize("case", cases("actor_use"))
def test_use_of_a_name(annotate: Any, case: dict[str, Any]) -> None:
    doc = annotate(case["text"])
    name = case["name"]
    mention = mention_at(doc, name, last=case.get("last", False), exact=True)
    kb = layers(doc)[1][mention.actor].kb if mention else None
    if case["use"] == "none":
        assert kb is None
        return
    at = doc.text.index(name)
    span = doc.char_span(at, at + len(name), alignment_mode="expand")
    assert span is not None
    use = mention.use if mention else place_or_actor(doc, span.start, span.end)
    assert use == case["use"]
    if "kb" in case:
        assert kb == case["kb"]
    else:
        assert kb is None or use != "actor"


@pytest.mark.parametrize("case", cases("rival_governments"))
def test_rival_governments(annotate: Any, case: dict[str, Any]) -> None:
    doc = annotate(case["text"], case["date"])
    mention = mention_at(doc, case["name"])
    assert mention is not None
    row = layers(doc)[1][mention.actor]
    assert row.kb == case["kb"]
    if case["kb"] is None:
        assert row.candidates and case["name"] in row.name


def test_enough_cases() -> None:
    assert len(table("actor_use")) >= 200
    assert len(table("rival_governments")) >= 40
    assert len(table("source_types")) >= 120


def test_source_types(annotate: Any) -> None:
    """Accuracy of at least 0.90 over the table, and no wrong type in more than a few."""
    wrong = []
    for case in table("source_types"):
        doc = annotate(case["text"])
        mention = mention_at(doc, case["source"])
        found = layers(doc)[1][mention.actor].source_type if mention else None
        if found != case["type"]:
            wrong.append((case["text"], case["type"], found))
    assert len(wrong) <= 0.1 * len(table("source_types")), wrong


@pytest.mark.parametrize("case", cases("actors"))
def test_actors(annotate: Any, case: dict[str, Any]) -> None:
    doc = annotate(case["text"], case.get("date", DATE))
    rows = layers(doc)[1]
    for want in case["expect"]:
        mention = mention_at(doc, want["mention"], last=want.get("last", False))
        if want.get("absent"):
            assert mention is None or rows[mention.actor].kb is None, want
            continue
        if "absent_kb" in want:
            assert mention is None or rows[mention.actor].kb != want["absent_kb"], want
            continue
        assert mention is not None, want
        row = rows[mention.actor]
        for field in ("name", "kb", "type", "sector", "source_type", "gender", "number", "role", "former", "anonymous"):
            if field in want:
                assert getattr(row, field) == want[field], (field, row)
        if "form" in want:
            assert mention.form == want["form"]
        if "affiliation" in want:
            assert (rows[row.affiliation].name if row.affiliation else None) == want["affiliation"], row
        if "members" in want:
            assert [rows[key].name for key in row.members] == want["members"]
        if "same_as" in want:
            other = mention_at(doc, want["same_as"])
            assert other is not None and other.actor == mention.actor, want


# -- Docs built by hand ---------------------------------------------------------------------------------------
VOCAB = spacy.blank("en").vocab


def built(text: str, heads: list[int] | None = None, deps: list[str] | None = None, pos: list[str] | None = None) -> Doc:
    tokens = text.split(" ")
    return Doc(VOCAB, words=tokens, heads=heads, deps=deps, pos=pos)


def run(doc: Doc, date: str | None = None, files: tuple[str, ...] = ()) -> Doc:
    doc._.ce_date = date
    return Actors(actors=files)(doc)


def test_without_entities_and_without_tree() -> None:
    doc = run(built("Baku said that UN spokesman Pieter Vandeven left for Goma with Hamas fighters ."))
    names = {row.name: row for row in layers(doc)[1].values()}
    assert names["Azerbaijan"].kb == "state/AZ"
    assert names["Hamas"].kb == "group/hamas"
    person = names["Pieter Vandeven"]
    assert person.affiliation is not None and layers(doc)[1][person.affiliation].kb == "un/un"


def test_tree_decides_without_a_model() -> None:
    doc = built("Troops entered Baku", heads=[1, 1, 1], deps=["nsubj", "ROOT", "obj"], pos=["NOUN", "VERB", "PROPN"])
    assert place_or_actor(doc, 2, 3) == "place"
    doc = built("Baku urged restraint", heads=[1, 1, 1], deps=["nsubj", "ROOT", "obj"], pos=["PROPN", "VERB", "NOUN"])
    assert place_or_actor(doc, 0, 1) == "actor"


def test_tokens_outside_the_document() -> None:
    with pytest.raises(IndexError):
        place_or_actor(built("Baku"), 0, 2)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "(", "'s", "-", "Hamas-", "the", "U.N.", "\u00ad\u200b", "“", "President", "A (B)"]
)
def test_odd_input(text: str) -> None:
    tokens = [part for part in text.split(" ") if part]
    doc = run(Doc(VOCAB, words=tokens))
    for mention in layers(doc)[0]:
        assert 0 <= mention.start < mention.end <= len(doc.text)


PIECES = [
    "Baku",
    "the",
    "army",
    "'s",
    "UN",
    "spokesman",
    "(",
    ")",
    ",",
    ".",
    "-",
    "Hamas",
    "-",
    "run",
    "Gen",
    "Pieter",
    "Vandeven",
    "of",
    "and",
    "Georgia",
    "Congo",
    "its",
    "ministry",
    "group",
    "or",
    "ELN",
    "officials",
    "said",
    "\n",
    "Sanaa",
    "government",
    "ex",
    "“",
    "Armenian",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([None, "2016-01-01", "2024-06-01", "1850-01-01"]))
@settings(max_examples=150, deadline=None)
def test_any_order_of_words(tokens: list[str], date: str | None) -> None:
    doc = run(Doc(VOCAB, words=tokens), date)
    mentions, rows = layers(doc)
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(doc.text)
        assert mention.actor in rows
    again, _ = layers(run(Doc(VOCAB, words=tokens), date))
    assert again == mentions


def test_offsets_and_keys(annotate: Any) -> None:
    for case in table("actors"):
        doc = annotate(case["text"], case.get("date", DATE))
        mentions, rows = layers(doc)
        for mention in mentions:
            assert doc.text[mention.start : mention.end].strip()
            assert mention.start <= mention.head < mention.end
            assert mention.actor in rows
            assert mention.affiliation is None or mention.affiliation in rows
        for row in rows.values():
            assert row.affiliation is None or row.affiliation in rows
            assert row.affiliation != row.key
            assert set(row.members) <= set(rows)
            assert not (row.kb and row.candidates)


@pytest.mark.timing
def test_time_grows_with_the_text() -> None:
    """Ten times the text takes about ten times as long (at most 20 times, as the machine may be busy)."""
    part = "Baku said the army of Armenia had shelled Goma , UN spokesman Pieter Vandeven told Reuters , and the group left . "

    def seconds(times: int) -> float:
        doc = Doc(VOCAB, words=(part * times).split())
        start = time.process_time()
        run(doc)
        return time.process_time() - start

    run(Doc(VOCAB, words=part.split()))
    small, large = min(seconds(20) for _ in range(3)), seconds(200)
    assert large < 20 * small


@pytest.mark.timing
def test_words_of_one_letter_runs() -> None:
    text = "the " * 20000
    start = time.process_time()
    assert sum(1 for _ in words(text)) == 20000
    assert time.process_time() - start < 5


# -- the user's tables ------------------------------------------------------------------------------------------
def test_own_table_adds_replaces_and_switches_off(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(
        '{"id": "group/ridge-front", "name": "Ridge Front", "type": "armed_group", "aliases": ["RF"], "country": "KG"}\n'
        '{"id": "group/hamas", "name": "Hamas movement of mine", "aliases": ["Hamas"], "type": "organization"}\n'
        '{"id": "media/reuters", "disabled": true}\n',
        encoding="utf-8",
    )
    doc = run(built("The Ridge Front told Reuters that Hamas had left ."), files=(str(mine),))
    rows = {row.kb: row for row in layers(doc)[1].values()}
    assert rows["group/ridge-front"].type == "armed_group"
    assert rows["group/hamas"].type == "organization"
    assert "media/reuters" not in rows


def test_bad_line_names_file_and_line(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text('{"id": "group/x", "name": "X"}\n{"id": "No Slash", "name": "Y"}\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"mine\.jsonl, line 2: id"):
        Actors(actors=[str(mine)])
