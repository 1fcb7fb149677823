"""Lemmas by form and tags."""

from __future__ import annotations

import pickle

import pytest
import spacy
from spacy.tokens import Doc

from conflict_extract.annotate.lemmatizer import Lemmas, make_lemmatizer
from conflict_extract.errors import PipelineError

LOOK = Lemmas()


@pytest.mark.parametrize(
    ("form", "upos", "xpos", "lemma"),
    [
        ("shelled", "VERB", "VBD", "shell"),
        ("fled", "VERB", "VBD", "flee"),
        ("denying", "VERB", "VBG", "deny"),
        ("denies", "VERB", "VBZ", "deny"),
        ("accuses", "VERB", "VBZ", "accuse"),
        ("clashes", "VERB", "VBZ", "clash"),
        ("stopped", "VERB", "VBN", "stop"),
        ("launching", "VERB", "VBG", "launch"),
        ("seizing", "VERB", "VBG", "seize"),
        ("lay", "VERB", "VBD", "lie"),
        ("lie", "VERB", "VB", "lie"),
        ("casualties", "NOUN", "NNS", "casualty"),
        ("houses", "NOUN", "NNS", "house"),
        ("churches", "NOUN", "NNS", "church"),
        ("buses", "NOUN", "NNS", "bus"),
        ("missiles", "NOUN", "NNS", "missile"),
        ("gunmen", "NOUN", "NNS", "gunman"),
        ("knives", "NOUN", "NNS", "knife"),
        ("children", "NOUN", "NNS", "child"),
        ("pass", "NOUN", "NN", "pass"),
        ("UN", "NOUN", "NN", "UN"),
        ("Houthis", "PROPN", "NNPS", "Houthi"),
        ("Goma", "PROPN", "NNP", "Goma"),
        ("worse", "ADJ", "JJR", "bad"),
        ("heavier", "ADJ", "JJR", "heavy"),
        ("largest", "ADJ", "JJS", "large"),
        ("fiercest", "ADJ", "JJS", "fierce"),
        ("bigger", "ADJ", "JJR", "big"),
        ("earlier", "ADV", "RBR", "early"),
        ("was", "AUX", "VBD", "be"),
        ("n't", "PART", "RB", "not"),
        ("n’t", "PART", "RB", "not"),
        ("wo", "AUX", "MD", "will"),
        ("'d", "AUX", "MD", "would"),
        ("'d", "AUX", "VBD", "have"),
        ("them", "PRON", "PRP", "they"),
        ("her", "PRON", "PRP", "she"),
        ("her", "PRON", "PRP$", "her"),
        ("An", "DET", "DT", "a"),
        ("1,200", "NUM", "CD", "1,200"),
        ("“", "PUNCT", "``", "“"),
    ],
)
def test_lemma(form: str, upos: str, xpos: str, lemma: str) -> None:
    assert LOOK.of(form, upos, xpos) == lemma


@pytest.mark.parametrize("form", ["", "s", "es", "ies", "ing", "er", "a" * 300 + "ing"])
@pytest.mark.parametrize("tags", [("VERB", "VBZ"), ("NOUN", "NNS"), ("ADJ", "JJR"), ("PROPN", "NNPS"), ("ADV", "RBS")])
def test_odd_forms_keep_something(form: str, tags: tuple[str, str]) -> None:
    assert len(LOOK.of(form, *tags)) <= len(form) + 1
    assert bool(LOOK.of(form, *tags)) == bool(form)


def test_component_needs_tags() -> None:
    nlp = spacy.blank("en")
    component = make_lemmatizer(nlp, "conflict_lemmatizer")
    with pytest.raises(PipelineError, match="needs tags"):
        component(nlp("They fled."))
    doc = Doc(nlp.vocab, words=["They", "fled"], tags=["PRP", "VBD"], pos=["PRON", "VERB"])
    assert [t.lemma_ for t in component(doc)] == ["they", "flee"]
    assert component(Doc(nlp.vocab)) is not None
    assert pickle.loads(pickle.dumps(LOOK)).of("fled", "VERB", "VBD") == "flee"
