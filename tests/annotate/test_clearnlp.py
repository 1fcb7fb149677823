"""conflict_clearnlp: hand-built trees in ClearNLP labels against their UD v2 trees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, Span

from conflict_extract.annotate.clearnlp import RENAMED, make_clearnlp
from conflict_extract.errors import PipelineError

CASES = [
    json.loads(line)
    for line in (Path(__file__).resolve().parents[2] / "fixtures/cases/clearnlp.jsonl").read_text(encoding="utf-8").splitlines()
]
UPOS = {"N": "NOUN", "NNP": "PROPN", "V": "VERB", "J": "ADJ", "R": "ADV", "IN": "ADP", "CD": "NUM", "DT": "DET", "PRP": "PRON", "W": "PRON",
        "CC": "CCONJ", "TO": "PART", "POS": "PART", "EX": "PRON", "PDT": "DET", "RP": "ADP", ".": "PUNCT", ",": "PUNCT", "WRB": "ADV"}  # fmt: skip
BE = {"is", "are", "was", "were", "been", "be", "has", "have", "did"}


@pytest.fixture(scope="module")
def nlp() -> Any:
    return spacy.blank("en")


def upos(word: str, tag: str) -> str:
    if word.lower() in BE:
        return "AUX"
    if word == "that":
        return "SCONJ"
    return UPOS.get(tag) or UPOS.get(tag[:3]) or UPOS.get(tag[:1], "X")


def build(nlp: Any, case: dict[str, Any]) -> Doc:
    pos = [upos(word, tag) for word, tag in zip(case["words"], case["tags"], strict=True)]
    doc = Doc(nlp.vocab, words=case["words"], heads=case["heads"], deps=case["deps"], tags=case["tags"], pos=pos)
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in case.get("ents", [])])
    return doc


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, id=c["id"], marks=[pytest.mark.xfail(strict=True, reason=c["xfail"])] if "xfail" in c else [])
        for c in CASES
    ],
)
def test_tree(nlp: Any, case: dict[str, Any]) -> None:
    doc = make_clearnlp(nlp, "clearnlp")(build(nlp, case))
    found = [f"{token.text} -{token.dep_}-> {token.head.text}/{token.head.i}" for token in doc]
    wanted = [
        f"{word} -{dep}-> {case['words'][head]}/{head}"
        for word, dep, head in zip(case["words"], case["ud_deps"], case["ud_heads"], strict=True)
    ]
    assert found == wanted
    assert doc._.ce_scheme == "ud2"
    assert len(list(doc.sents)) == case["ud_deps"].count("root")


def test_labels_are_covered() -> None:
    """Every relation that spaCy's English models write occurs in a case or only changes its name."""
    written = {"ROOT", "acl", "acomp", "advcl", "advmod", "agent", "amod", "appos", "attr", "aux", "auxpass", "case", "cc", "ccomp", "compound",
               "conj", "csubj", "csubjpass", "dative", "dep", "det", "dobj", "expl", "intj", "mark", "meta", "neg", "nmod", "npadvmod", "nsubj",
               "nsubjpass", "nummod", "oprd", "parataxis", "pcomp", "pobj", "poss", "preconj", "predet", "prep", "prt", "punct", "quantmod",
               "relcl", "xcomp"}  # fmt: skip
    same = {"acl", "case", "compound", "csubj", "dep", "nmod", "parataxis"}
    cased = {label for case in CASES for label in case["deps"]}
    assert written <= cased | set(RENAMED) | same


def test_no_tree(nlp: Any) -> None:
    with pytest.raises(PipelineError, match="dependency tree"):
        make_clearnlp(nlp, "c")(nlp.make_doc("Rebels fled."))


def test_ud_stays(nlp: Any) -> None:
    doc = Doc(nlp.vocab, words=["They", "fled", "to", "Goma"], heads=[1, 1, 3, 1], deps=["nsubj", "root", "case", "obl"])
    make_clearnlp(nlp, "c")(doc)
    assert [token.dep_ for token in doc] == ["nsubj", "root", "case", "obl"]
    assert doc._.ce_scheme == "ud2"


def test_empty(nlp: Any) -> None:
    assert len(make_clearnlp(nlp, "c")(nlp.make_doc(""))) == 0


def test_odd_trees_do_not_break(nlp: Any) -> None:
    """Labels in no sensible order: any tree stays a tree."""
    labels = ["prep", "pobj", "conj", "cc", "attr", "acomp", "ccomp", "nsubj", "punct", "agent", "pcomp", "quantmod"]
    for seed in range(60):
        size = 12
        heads = [0] + [(seed * 7 + index * 5) % index for index in range(1, size)]
        deps = ["ROOT"] + [labels[(seed + index * (seed + 1)) % len(labels)] for index in range(1, size)]
        words = ["is" if index % 4 == 0 else "than" if index % 5 == 0 else f"w{index}" for index in range(size)]
        pos = ["AUX" if word == "is" else "ADP" if index % 3 == 0 else "NOUN" for index, word in enumerate(words)]
        doc = Doc(nlp.vocab, words=words, heads=heads, deps=deps, tags=["NN"] * size, pos=pos)
        make_clearnlp(nlp, "c")(doc)
        for token in doc:
            steps = 0
            while token.head.i != token.i:
                token = token.head
                steps += 1
                assert steps <= size
