"""Confidence: what raises and lowers it, that it is a probability, and that who speaks does not matter."""

from __future__ import annotations

import json

import pytest

from conflict_extract.annotate import layer
from conflict_extract.assemble.confidence import LEAST, MOST, probability
from conflict_extract.errors import LexiconError
from conflict_extract.lexicons import confidence as lexicon
from conflict_extract.lexicons.confidence import FEATURES, Weight, weights
from conflict_extract.lexicons.loader import data_file, parse_lines
from tests.assemble.docs import Builder
from tests.conftest import FIXTURES

TEXT = "The mayor said that rebels had promised help."


def confidence(content="rebels had promised help", score=0.95, rival=0.0, cue=0.95, quoted=False, rule="clausal-complement"):
    """Confidence of one claim whose learned spans are as given; `rival`: how likely the cue belongs to the other source."""
    b = Builder(TEXT)
    b.said("rebels had promised help", "The mayor", "said", mode="direct" if quoted else "indirect", rule=rule)
    links = [{"id": "attribution:1", "label": "source", "prob": 0.6}, {"id": "attribution:3", "label": "source", "prob": rival}]
    for words, label, chance in (
        ("The mayor", "source", 0.95),
        ("said", "cue", cue),
        ("that", "source", 0.5),
        (content, "content", score),
    ):
        start, end = b.at(words)
        b.add(
            "attribution",
            layer.SpanRecord(start=start, end=end, label=label, score=chance, links=links if label == "cue" else []),
        )
    return b.report().claims[0].confidence


def test_what_lowers_it():
    sure = confidence()
    assert 0.7 < sure < 1
    assert confidence(score=0.3) < sure
    assert confidence(cue=0.2) < sure
    assert confidence(content="help") < sure - 0.2  # the network saw other words than the rules
    assert confidence(rival=0.95) < sure - 0.2  # the network ties the cue to another source
    assert confidence(rule="learned-spans") < sure
    assert confidence(quoted=True) > sure


def test_bounds():
    for model in FEATURES:
        for value in (-1e6, 1e6):
            assert LEAST <= probability(model, dict.fromkeys(FEATURES[model], value)) <= MOST


def test_names():
    def sure(words, name):
        b = Builder(f"{words} said that rebels had promised help.")
        b.actor("a1", name, words)
        b.said("rebels had promised help", words, "said", speaker="a1")
        return b.report().claims[0].source.confidence

    full = sure("Ilya Maren", "Ilya Maren")
    assert full == sure("Samira Haddad", "Samira Haddad") == sure("The Orlova Front", "Orlova Front")
    assert sure("Maren", "Ilya Maren") < full
    assert sure("officials", "officials") < full
    assert all(0 < sure(words, "Ilya Maren") < 1 for words in ("He", "The governor"))


def test_a_claim_of_the_article_and_an_agentless_one():
    b = Builder("It was reported that two men died.")
    b.said("two men died", None, "reported")
    claim = b.report().claims[0]
    assert claim.source is None and 0 < claim.confidence < 1


def test_the_table_is_checked(monkeypatch):
    with pytest.raises(LexiconError, match="line 1"):
        list(parse_lines('{"model": "attributed", "feature": "fit", "weight": "much"}', Weight, "x.jsonl"))
    with pytest.raises(LexiconError, match="line 1"):
        list(parse_lines('{"model": "attributed", "feature": "fit", "weight": NaN}', Weight, "x.jsonl"))
    weights.cache_clear()
    monkeypatch.setattr(lexicon, "load_table", lambda name, model: (Weight(model="name", feature="bias", weight=1.0),))
    with pytest.raises(LexiconError, match="needs"):
        weights("name")
    weights.cache_clear()


def test_no_feature_is_a_party():
    """The table's features are those of the models, and none of them is made from a name."""
    rows = [json.loads(line) for line in data_file("confidence.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(row["model"], row["feature"]) for row in rows} == {(m, f) for m in FEATURES for f in ("bias", *FEATURES[m])}


def test_the_same_words_of_another_side_are_as_sure(extractor):
    """The table reads the same spans the same way: exchanging two unknown names of one shape changes little."""
    one = extractor.extract("Mr Orlov said at least 12 people were killed in the raid.").claims[0]
    two = extractor.extract("Mr Petrov said at least 12 people were killed in the raid.").claims[0]
    assert one.confidence == pytest.approx(two.confidence, abs=0.05)


def test_nothing_is_dropped_by_default(extractor):
    text = (FIXTURES / "articles" / "cite-market.txt").read_text(encoding="utf-8")
    whole = extractor.extract(text)
    kept = extractor.report(extractor.nlp(text))
    assert len(whole.claims) == len(kept.claims) and extractor.settings.min_confidence == 0
    assert min(claim.confidence for claim in whole.claims) < max(claim.confidence for claim in whole.claims)
    half = sorted(claim.confidence for claim in whole.claims)[len(whole.claims) // 2]
    part = whole.above(half)
    assert {claim.key for claim in part.claims} == {claim.key for claim in whole.claims if claim.confidence >= half}
