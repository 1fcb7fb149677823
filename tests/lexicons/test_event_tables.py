"""The tables of events and modality: complete, without contradictions, and no party in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons import events, modality
from conflict_extract.lexicons.loader import data_file, parse_lines

TYPES_WITH_TRIGGERS = set(events.EventType.__args__) - {"other"}  # type: ignore[attr-defined]


def test_triggers_are_many_and_cover_all_types() -> None:
    rows = events.triggers()
    assert len(rows) >= 700
    assert {row.type for row in rows} == TYPES_WITH_TRIGGERS | {"other"}  # figures of speech, which report nothing
    assert {row.pos for row in rows} == {"verb", "noun", "adj"}
    assert sum(len(row.lemmas) > 1 for row in rows) >= 300


def test_violence_has_codes() -> None:
    """Every word for an attack, and every verb for a killing by somebody, has a PLOVER type; most attacks an ACLED event."""
    attacks = [row for row in events.triggers() if row.type == "attack" and row.reports and row.frame != "v.undergo"]
    coded = [row for row in attacks if row.plover]
    assert len(coded) >= 0.95 * len(attacks)
    assert sum(row.acled is not None for row in coded) >= 0.95 * len(coded)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"words": "Kill", "pos": "verb", "type": "killing", "frame": "v.trans"}, "pattern"),
        ({"words": "kill", "pos": "verb", "type": "murdering", "frame": "v.trans"}, "type"),
        (
            {"words": "kill", "pos": "verb", "type": "killing", "frame": "v.trans", "plover": "ASSAULT", "mode": "arrest"},
            "no mode",
        ),
        ({"words": "kill", "pos": "verb", "type": "killing", "frame": "v.trans", "acled": ["Battles", "Attack"]}, "no sub-event"),
        ({"words": "kill", "pos": "verb", "type": "killing", "frame": "v.trans", "weight": 2}, "weight"),
        ({"words": "kill", "pos": "verb", "type": "killing", "frame": "v.trans", "colour": "red"}, "colour"),
    ],
)
def test_bad_trigger_is_an_error(line: dict[str, Any], message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        list(parse_lines(json.dumps(line), events.Trigger, "t.jsonl"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"terminators": ["nothing"]}, "unknown group"),
        ({"pattern": "a <b"}, "cannot read"),
        ({"pseudo": True, "status": "denied"}, "pseudo"),
        ({"kind": "hedge"}, "begins with the kind"),
        ({"hedge": True}, "only a hedge"),
        ({"positive": {"text": "No bread.", "target": "rice"}}, "must stand once"),
        ({"max_scope": 61}, "max_scope"),
    ],
)
def test_bad_rule_is_an_error(change: dict[str, Any], message: str) -> None:
    rule = {
        "id": "negation.test",
        "kind": "negation",
        "pattern": "not",
        "positive": {"text": "They did not fire.", "target": "fire"},
        "negative": {"text": "They did fire.", "target": "fire"},
    }
    with pytest.raises(LexiconError, match=message):
        list(parse_lines(json.dumps(rule | change), modality.ModalityRule, "m.jsonl"))


def test_rules_of_every_kind() -> None:
    rules = modality.modality_rules()
    assert {rule.kind for rule in rules} == {"negation", "hedge", "booster", "plan", "conditional", "question"}
    assert len(rules) >= 150
    for kind in ("negation", "hedge", "booster", "plan", "conditional", "question"):
        assert any(rule.pseudo for rule in rules if rule.kind == kind), kind


def test_no_entry_names_a_party() -> None:
    """No table line turns on who acts: no name of a state, group or people is in the words or conditions."""
    names: set[str] = set()
    for table in ("actors_states", "actors_groups"):
        for line in data_file(f"{table}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts = [row["name"], *(alias if isinstance(alias, str) else alias["text"] for alias in row.get("aliases", ()))]
            names.update(text.lower() for text in texts if len(text) > 3 and not text.isupper())
    assert len(names) > 100
    for row in events.triggers():
        for word in (row.words, *row.object, *row.subject, *row.oblique, *row.without):
            if not word.isupper():
                assert word not in names, row.words
    for rule in modality.modality_rules():
        for item in rule.items:
            assert not item.words & names, rule.id


def test_plover_act_prefers_the_cue() -> None:
    assert events.plover_act("statement", "say", None) is None
    assert events.plover_act("statement", "condemn", None) == "ACCUSE"
    assert events.plover_act("accusation", "say", None) == "ACCUSE"
    assert events.plover_act("denial", "reject", None) == "REJECT"
    assert events.plover_act("denial", "deny", None) is None
    assert events.plover_act("announcement", "announce", "sanction") == "SANCTION"
    assert events.plover_act("commitment", "refuse", None) == "REJECT"
    assert events.plover_act("no such act", None, None) is None


def test_every_act_has_a_row() -> None:
    acts = {row.act for row in events.plover_acts()}
    assert acts == {
        "statement", "announcement", "confirmation", "estimate", "opinion", "accusation", "denial", "demand", "commitment",
        "threat", "question", "narration",
    }  # fmt: skip
