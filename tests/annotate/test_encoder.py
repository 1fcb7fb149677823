"""The encoder on real text: what it writes, and that nothing but the document decides it."""

from __future__ import annotations

import os
import pickle
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

from conflict_extract.annotate import encoder, layer
from conflict_extract.annotate._reader import Reader, _Work, agree
from conflict_extract.annotate.tokenizer import make_tokenizer
from conflict_extract.errors import ModelError, PipelineError

ARTICLE = """Mortar fire kills three at Velm crossing

VELM, Karsia — Three customs officers were killed on Tuesday when mortar shells hit the Velm crossing, the interior ministry said.

"They fired on unarmed people," said Interior Minister Ada Torun. "We have the names of the officers who gave the order."

The army of Lorvia denied that its units had opened fire. Its spokesman, Colonel Petr Hanak, accused Karsia of staging the attack.

Witnesses said that the shelling went on for two hours."""


def make(**config: Any) -> Any:
    nlp = spacy.blank("en")
    nlp.tokenizer = make_tokenizer()(nlp)
    nlp.max_length = 10**7
    nlp.add_pipe("conflict_encoder", config=config)
    return nlp


@pytest.fixture(scope="module")
def run() -> Any:
    return make()


def facts(doc: Doc) -> bytes:
    """Everything that the encoder decides, as bytes."""
    rows = [
        (t.text, t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_, t.head.i, t.is_sent_start, t.ent_iob_, t.ent_type_) for t in doc
    ]
    return pickle.dumps((rows, layer.read(doc, "attribution", layer.SpanRecord)))


def check(doc: Doc) -> None:
    """What holds for any document."""
    assert doc._.ce_scheme == "ud2"
    for sent in doc.sents:
        roots = [t for t in sent if t.head == t]
        assert len(roots) == 1
        assert roots[0].dep_ == "ROOT"
        assert all(t.head in sent for t in sent)
        assert all((t.dep_ == "ROOT") == (t.head == t) for t in sent)
    for token in doc:
        assert token.tag_ and token.pos_
        steps = 0
        while token.head != token:
            token, steps = token.head, steps + 1
            assert steps <= len(doc)
    taken: set[int] = set()
    for record in layer.read(doc, "attribution", layer.SpanRecord):
        assert record.label in ("source", "cue", "content")
        assert record.score is not None and 0 <= record.score <= 1
        inside = set(range(record.start, record.end))
        assert inside and not inside & taken
        taken |= inside
        assert not doc.text[record.start].isspace() and not doc.text[record.end - 1].isspace()
        assert record.label == "cue" or not record.links
        assert [link["prob"] for link in record.links] == sorted((link["prob"] for link in record.links), reverse=True)
    for span in doc.ents:
        assert span.label_ in ("PER", "ORG", "LOC", "MISC")
        assert span.text.strip() == span.text


def test_an_article(run: Any) -> None:
    doc = run(ARTICLE)
    check(doc)
    assert len(list(doc.sents)) == 7
    by_text = {(doc.text[r.start : r.end], r.label) for r in layer.read(doc, "attribution", layer.SpanRecord)}
    assert {
        ("the interior ministry", "source"),
        ("Interior Minister Ada Torun", "source"),
        ("denied", "cue"),
        ("Witnesses", "source"),
    } <= by_text
    assert ("that its units had opened fire", "content") in by_text
    names = {(e.text, e.label_) for e in doc.ents}
    assert ("Ada Torun", "PER") in names or ("Petr Hanak", "PER") in names
    killed = next(t for t in doc if t.text == "killed")
    assert (killed.lemma_, killed.pos_, killed.tag_) == ("kill", "VERB", "VBN")
    officers = next(t for t in doc if t.text == "officers")
    assert (officers.dep_, officers.head.text, officers.morph.get("Number")) == ("nsubj:pass", "killed", ["Plur"])


def test_links_lead_from_a_cue_to_its_own_source_and_content(run: Any) -> None:
    doc = run(ARTICLE)
    records = {r.id: r for r in layer.read(doc, "attribution", layer.SpanRecord)}
    cue = next(r for r in records.values() if doc.text[r.start : r.end] == "denied")
    best = {}
    for link in cue.links:
        best.setdefault(link["label"], doc.text[records[link["id"]].start : records[link["id"]].end])
    assert best == {"source": "The army of Lorvia", "content": "that its units had opened fire"}
    assert cue.links[0]["prob"] > 0.8
    assert doc.spans["ce_attribution"][0].id_ in records


def test_case_matters(run: Any) -> None:
    assert [e.text for e in run("Turkey opened the border to Georgia in May.").ents] == ["Turkey", "Georgia"]
    assert not [e.text for e in run("They ate turkey and may do so again.").ents]
    doc = run("The US told us.")
    assert [(t.tag_, t.pos_) for t in doc if t.lower_ == "us"] == [("NNP", "PROPN"), ("PRP", "PRON")]


def test_no_span_crosses_a_paragraph(run: Any) -> None:
    doc = run('"We will hold the pass,"\n\nsaid Colonel Ruvo\n\nBandera. He left.\n\nKarsia\n\nLorvia')
    check(doc)
    for record in layer.read(doc, "attribution", layer.SpanRecord):
        assert "\n\n" not in doc.text[record.start : record.end]
    assert all("\n" not in e.text for e in doc.ents)


def test_hard_wrapped_lines_are_one_paragraph(run: Any) -> None:
    wrapped = run("The governor said that the\nbridge had been closed by\ntroops.")
    assert len(list(wrapped.sents)) == 1
    assert len(list(run("Bridge closed\nThe governor spoke.").sents)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n\n", "\u200b", "a\x00b", "!", "...", "?!" * 400, '"' * 700, "(" * 500, "مرحبا بالعالم. كيف حالك؟", "漢字" * 200,
        "😀 🇺🇦 👩‍👩‍👧", "word " * 900, "x" * 3000, "<p>He said &amp; left</p>", "He said: “I", "\n \n\tNews\n", "e\u0301" * 300,
        "A" * 99 + " " + "b" * 101, "\u202eabc\u202c said \ufeffhe", "said " * 300 + "." * 300, "\r\n".join(["He left."] * 30),
    ],
)  # fmt: skip
def test_any_text_gets_well_formed_structure(run: Any, text: str) -> None:
    doc = run(text)
    assert doc.text == text
    check(doc)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*"ab. \n\"“”'!?\u200b\u0301é:;,", "said ", "General ", "\n\n", "that "]), max_size=80))
def test_generated_text_gets_well_formed_structure(parts: list[str]) -> None:
    check(_shared()("".join(parts)))


_KEPT: list[Any] = []


def _shared() -> Any:
    if not _KEPT:
        _KEPT.append(make())
    return _KEPT[0]


def test_spacing_tokens(run: Any) -> None:
    doc = run("\n\nThey left.\n\nHe \u200bstayed.")
    check(doc)
    spaces = [t for t in doc if t.tag_ == "_SP"]
    assert [t.pos_ for t in spaces if not t.text.strip()] == ["SPACE"] * sum(not t.text.strip() for t in spaces)
    assert all(t.head.i == t.i - 1 for t in spaces if t.i > 0 and t.text.isspace())
    assert all(t.ent_type_ == "" for t in spaces)


def test_given_words_and_sentences_are_kept(run: Any) -> None:
    words = ["They", "left", "he", "stayed", "."]
    doc = Doc(run.vocab, words=words, sent_starts=[True, False, True, False, False])
    run.get_pipe("conflict_encoder")(doc)
    assert [len(s) for s in doc.sents] == [2, 3]
    assert [t.text for t in doc] == words
    check(doc)


def test_a_long_given_sentence_stays_one_tree(run: Any) -> None:
    words = ["the", "soldiers", "left", ",", "and"] * 60
    doc = Doc(run.vocab, words=words, sent_starts=[True] + [False] * (len(words) - 1))
    run.get_pipe("conflict_encoder")(doc)
    assert len(list(doc.sents)) == 1
    check(doc)


def test_long_paragraph_is_read_by_windows_without_edges(run: Any) -> None:
    sentence = "The ministry said that two soldiers had been wounded near the dam. "
    doc = run(sentence * 40)
    check(doc)
    sents = list(doc.sents)
    assert len(sents) == 40
    assert len({tuple((t.dep_, t.head.i - s.start) for t in s) for s in sents}) == 1
    spans = [doc.text[r.start : r.end] for r in layer.read(doc, "attribution", layer.SpanRecord)]
    assert spans.count("said") == 40


def test_a_name_has_one_label_where_its_mentions_are_not_sure() -> None:
    words = ["Velm", "fell", ".", "Velm", "burned", ".", "In", "Velm", "ORG"]
    names = [(0, 1, "PER", 0.6), (3, 4, "LOC", 0.95), (7, 8, "LOC", 0.7), (8, 9, "ORG", 0.5)]
    assert [n[2] for n in agree(words, names)] == ["LOC", "LOC", "LOC", "ORG"]
    sure = [(0, 1, "PER", 0.92), (3, 4, "LOC", 0.95)]
    assert agree(words, sure) == sure
    assert agree(words, []) == []


def test_user_entities_are_kept_when_asked() -> None:
    nlp = make(overwrite_ents=False)
    nlp.add_pipe("entity_ruler", first=True).add_patterns([{"label": "WEAPON", "pattern": "Javelin"}])
    doc = nlp("Anna Berg showed a Javelin in Oslo.")
    assert ("Javelin", "WEAPON") in {(e.text, e.label_) for e in doc.ents}
    assert ("Oslo", "LOC") in {(e.text, e.label_) for e in doc.ents}
    assert ("Javelin", "WEAPON") not in {(e.text, e.label_) for e in make()("Anna Berg showed a Javelin in Oslo.").ents}


def test_a_doc_survives_storing(run: Any) -> None:
    doc = run(ARTICLE)
    data = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    again = next(iter(DocBin(store_user_data=True).from_bytes(data).get_docs(run.vocab)))
    assert layer.read(again, "attribution", layer.SpanRecord) == layer.read(doc, "attribution", layer.SpanRecord)


def test_it_can_be_sent_to_another_process(run: Any) -> None:
    component = run.get_pipe("conflict_encoder")
    run(ARTICLE)
    again = pickle.loads(pickle.dumps(component))
    assert again.reader._session is None
    fresh = spacy.blank("en")
    fresh.tokenizer = make_tokenizer()(fresh)
    other = encoder.ConflictEncoder(fresh.vocab)
    assert facts(other(fresh.make_doc(ARTICLE))) == facts(run(ARTICLE))


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="threads must be 1 or more"):
        make(threads=0)
    with pytest.raises(ModelError, match="cannot be read"):
        make(model=str(tmp_path))


def articles(count: int) -> list[str]:
    """Documents of different lengths, from a few sentence patterns."""
    rng = random.Random(5)
    people = ["Mayor Ilse Brandt", "the defence ministry", "General Oto Kern", "a UN official", "residents of Marsk"]
    cues = ["said", "denied", "claimed", "warned", "told reporters"]
    things = [
        "the bridge had been mined",
        "twelve people were missing",
        "no shells had hit the school",
        "talks would resume on 4 May",
    ]
    out = []
    for _ in range(count):
        paragraphs = []
        for _ in range(rng.randint(1, 7)):
            parts = []
            for _ in range(rng.randint(1, 5)):
                who, cue, what = rng.choice(people), rng.choice(cues), rng.choice(things)
                parts.append(
                    rng.choice(
                        [
                            f"{who[0].upper()}{who[1:]} {cue} that {what}.",
                            f"“{what[0].upper()}{what[1:]},” {who} {cue}.",
                            f"{what[0].upper()}{what[1:]}.",
                        ]
                    )
                )
            paragraphs.append(" ".join(parts))
        out.append("\n\n".join(paragraphs))
    return out


@pytest.mark.slow
def test_nothing_but_the_document_decides() -> None:
    texts = articles(int(os.environ.get("CONFLICT_EXTRACT_DOCUMENTS", "40")))
    nlp = make()
    alone = [facts(nlp(text)) for text in texts]
    assert [facts(doc) for doc in nlp.pipe(texts, batch_size=8)] == alone
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    mixed = [facts(doc) for doc in nlp.pipe([texts[i] for i in order], batch_size=64)]
    assert [mixed[order.index(i)] for i in range(len(texts))] == alone
    two = make(threads=2)
    assert [facts(two(text)) for text in texts] == alone
    results: dict[int, bytes] = {}

    def work(k: int) -> None:
        for i in range(k, len(texts), 4):
            results[i] = facts(nlp(texts[i]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[i] for i in range(len(texts))] == alone


@pytest.mark.timing
@pytest.mark.slow
def test_time_grows_with_length_only() -> None:
    import time

    nlp = make()
    nlp(ARTICLE)

    def seconds(text: str) -> float:
        start = time.process_time()
        nlp(text)
        return time.process_time() - start

    for unit in ["He said that they left. ", '"', "!", "word ", "“No,” he said "]:
        small = seconds(unit * (1500 // len(unit)))
        assert seconds(unit * (15_000 // len(unit))) < 25 * max(small, 0.05), unit


def test_the_model_has_what_the_documentation_says(run: Any) -> None:
    reader = run.get_pipe("conflict_encoder").reader
    assert {"nsubj:pass", "obl:agent", "nmod:unmarked", "root"} <= set(reader.labels["deprel"])
    assert len(reader.labels["xpos"]) == 49 and len(reader.labels["upos"]) == 17
    names = [o.name for o in reader.session().get_outputs()]
    assert names == ["xpos", "upos", "feats", "sent", "ner", "role", "arc", "rel_dep", "rel_head", "link_cue", "link_other"]
    assert np.isfinite(reader._rel).all()


def test_a_capital_after_a_full_stop_starts_a_sentence_unless_the_network_is_sure() -> None:
    words = ["They", "left", ".", "He", "said", "“", "Go", ".", "”", "She", "did", ".", "then", "Mr.", "Odo", ".", "X"]
    spaces = [3, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0]
    work = _Work(Reader(), words, [0] * len(words), spaces, [(5,)] * len(words), None)
    sent = np.zeros((len(words), 2), np.float32)
    sent[:, 0] = 1.5
    work.last = (0, len(words), {"sent": sent})
    assert [words[i] for i in work.starts_in(0, len(words))] == ["They", "He", "She"]
    sent[:, 0] = 2.5
    assert [words[i] for i in work.starts_in(0, len(words))] == ["They"]
