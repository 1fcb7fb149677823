"""Records and token lists are made once for a Doc, and made anew whenever the Doc has changed."""

from __future__ import annotations

import gc
import json
import pickle
import warnings
import weakref
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from conflict_extract.annotate import layer
from conflict_extract.annotate._tokens import _memories, forget_tokens
from conflict_extract.errors import PipelineError
from tests.golden import ARTICLES, date_of, names

NLP = spacy.blank("en")


def tree() -> Doc:
    """Rebels “took” Arkeb . They left . (two sentences)"""
    words = ["Rebels", "“", "took", "”", "Arkeb", ".", "They", "left", "."]
    spaces = [True, False, False, True, False, True, True, False, False]
    heads = [2, 2, 2, 2, 2, 2, 7, 7, 7]
    deps = ["nsubj", "punct", "ROOT", "punct", "obj", "punct", "nsubj:pass", "ROOT", "punct"]
    tags = ["NNS", "``", "VBD", "''", "NNP", ".", "PRP", "VBD", "."]
    return Doc(NLP.vocab, words=words, spaces=spaces, heads=heads, deps=deps, tags=tags)


def test_token_lists_are_what_spacy_says() -> None:
    doc = tree()
    tokens = layer.tokens_of(doc)
    assert tokens.text == layer.text_of(doc) == doc.text
    assert tokens.word == [token.text for token in doc] and tokens.lower == [token.lower_ for token in doc]
    assert tokens.start == [token.idx for token in doc]
    assert tokens.end == [token.idx + len(token) for token in doc]
    assert tokens.head == [token.head.i for token in doc]
    assert tokens.dep == [token.dep_ for token in doc] and tokens.tag == [token.tag_ for token in doc]
    assert tokens.pos == [token.pos_ for token in doc] and tokens.ent == [token.ent_type_ for token in doc]
    assert tokens.base[6] == "nsubj"
    assert tokens.children == [[child.i for child in token.children] for token in doc]
    assert tokens.left == [token.left_edge.i for token in doc]
    assert tokens.right == [token.right_edge.i + 1 for token in doc]
    assert tokens.sent == [token.sent.start for token in doc] and tokens.sent_end == [token.sent.end for token in doc]
    assert tokens.sent_number == [0] * 6 + [1] * 3


@pytest.mark.parametrize("words", [[], ["a"], [" "], ["a", "\n\n", "b"]])
def test_small_docs_without_a_tree(words: list[str]) -> None:
    doc = Doc(NLP.vocab, words=words)
    tokens = layer.tokens_of(doc)
    assert tokens.text == doc.text and tokens.n == len(words)
    assert tokens.head == tokens.left == list(range(len(words)))
    assert tokens.dep == tokens.pos == tokens.tag == [""] * len(words)
    assert tokens.sent == [0] * len(words)


def test_token_lists_are_shared_until_the_doc_changes() -> None:
    doc = tree()
    first = layer.tokens_of(doc)
    assert layer.tokens_of(doc) is first
    doc[4].head = doc[0]
    doc[4].dep_ = "nmod"
    second = layer.tokens_of(doc)
    assert second is not first and second.head[4] == 0 and second.dep[4] == "nmod" and second.children[0] == [4]
    doc[4].tag_ = "NN"
    assert layer.tokens_of(doc).tag[4] == "NN"
    doc.ents = [doc.char_span(doc[4].idx, doc[4].idx + 5, label="GPE")]
    assert layer.tokens_of(doc).ent[4] == "GPE"
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:4])
    merged = layer.tokens_of(doc)
    assert merged.n == 7 and merged.word[1] == "“took”" and merged.text == doc.text
    assert merged.start == [token.idx for token in doc]


def test_records_are_shared_until_the_layer_is_written_again() -> None:
    doc = tree()
    layer.write(doc, "times", [layer.TimeRecord(start=0, end=6)])
    one = layer.read(doc, "times", layer.TimeRecord)
    layer.write(doc, "places", [layer.PlaceMention(start=14, end=19, place="p1")])
    two = layer.read(doc, "times", layer.TimeRecord)
    assert one[0] is two[0] and one is not two
    one[0].date_start = "2024-01-02"
    layer.write(doc, "times", one)
    assert layer.read(doc, "times", layer.TimeRecord)[0].date_start == "2024-01-02"
    assert doc._.ce_records["times:1"]["date_start"] == "2024-01-02"
    layer.write(doc, "times", [])
    assert layer.read(doc, "times", layer.TimeRecord) == []
    assert [place.place for place in layer.read(doc, "places", layer.PlaceMention)] == ["p1"]


def test_what_a_writer_does_to_its_records_afterwards_is_not_read() -> None:
    doc = tree()
    record = layer.TimeRecord(start=0, end=6)
    layer.write(doc, "times", [record])
    record.date_start = "2024-01-02"
    assert layer.read(doc, "times", layer.TimeRecord)[0].date_start is None


def test_data_put_on_the_doc_by_others_is_seen() -> None:
    doc = tree()
    layer.write(doc, "times", [layer.TimeRecord(start=0, end=6)])
    layer.write_table(doc, "places", [layer.PlaceRow(key="p1", name="Arkeb")])
    assert layer.read(doc, "times", layer.TimeRecord) and layer.read_table(doc, "places", layer.PlaceRow)
    doc._.ce_records = {"times:9": {**doc._.ce_records["times:1"], "id": "times:9", "end": 3}}
    doc._.ce_tables = {"places": [{**doc._.ce_tables["places"][0], "name": "Elsewhere"}]}
    assert [(record.id, record.end) for record in layer.read(doc, "times", layer.TimeRecord)] == [("times:9", 3)]
    assert [row.name for row in layer.read_table(doc, "places", layer.PlaceRow)] == ["Elsewhere"]


def test_copies_and_pickles_have_records_of_their_own() -> None:
    doc = tree()
    layer.write(doc, "said", [layer.SaidRecord(start=0, end=6, cue=[0, 6], content=[[14, 19]])])
    own = layer.read(doc, "said", layer.SaidRecord)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_bytes = Doc(NLP.vocab).from_bytes(doc.to_bytes())
    binned = next(DocBin(store_user_data=True, docs=[doc]).get_docs(NLP.vocab))
    for other in (doc.copy(), from_bytes, pickle.loads(pickle.dumps(doc)), binned):
        read = layer.read(other, "said", layer.SaidRecord)
        assert read == own and read[0] is not own[0]
        assert layer.tokens_of(other).text == doc.text
        layer.write(other, "said", [])
    assert layer.read(doc, "said", layer.SaidRecord) == own


def test_spans_cover_whole_tokens() -> None:
    doc = tree()
    layer.write(
        doc, "times", [layer.TimeRecord(start=1, end=9), layer.TimeRecord(start=14, end=19), layer.TimeRecord(start=3, end=3)]
    )
    assert [(span.start, span.end, span.id_) for span in doc.spans["ce_times"]] == [(0, 3, "times:1"), (4, 5, "times:3")]
    with pytest.raises(PipelineError, match="outside the text"):
        layer.write(doc, "times", [layer.TimeRecord(start=0, end=len(doc.text) + 1)])
    assert len(layer.read(doc, "times", layer.TimeRecord)) == 3


def test_the_memory_goes_with_the_doc() -> None:
    doc = tree()
    layer.write(doc, "times", [layer.TimeRecord(start=0, end=6)])
    layer.read(doc, "times", layer.TimeRecord)
    assert layer.tokens_of(doc).children[7] == [6, 8]
    gone = weakref.ref(doc)
    gc.collect()
    before = len(_memories)
    del doc
    gc.collect()
    assert gone() is None and len(_memories) == before - 1


@pytest.mark.parametrize("name", names()[:4])
def test_no_component_changes_records_without_writing_them(extractor: Any, name: str) -> None:
    from conflict_extract.api import make_doc

    doc = make_doc(extractor.nlp, (ARTICLES / f"{name}.txt").read_text(encoding="utf-8"), date=date_of(name))
    for _, component in extractor.nlp.pipeline:
        doc = component(doc)
    extractor.report(doc)
    stored = json.dumps(doc._.ce_records, sort_keys=True)
    read = {record.id: layer.plain(record) for name, kind in layer.RECORDS.items() for record in layer.read(doc, name, kind)}
    assert json.dumps(read, sort_keys=True) == stored
    tables = {key: [layer.plain(row) for row in layer.read_table(doc, key, kind)] for key, kind in layer.TABLES.items()}
    assert {key: rows for key, rows in tables.items() if rows} == {key: rows for key, rows in doc._.ce_tables.items() if rows}


def test_a_private_doc_keeps_the_records_that_were_written() -> None:
    doc = tree()
    layer.keep_private(doc)
    later, earlier = layer.TimeRecord(start=14, end=19), layer.TimeRecord(start=0, end=6)
    layer.write(doc, "times", [later, earlier])
    layer.write_table(doc, "chains", [layer.ChainRow(key="k1")])
    assert [
        record is made for record, made in zip(layer.read(doc, "times", layer.TimeRecord), [earlier, later], strict=True)
    ] == [True] * 2
    assert (earlier.id, later.id) == ("times:1", "times:2")
    assert layer.read_table(doc, "chains", layer.ChainRow) == [layer.ChainRow(key="k1")]
    assert (
        layer.has_layer(doc, "times")
        and not layer.has_layer(doc, "counts")
        and layer.read(doc, "counts", layer.QuantityRecord) == []
    )
    assert not doc.spans and doc._.ce_records is None and doc._.ce_tables is None
    with pytest.raises(PipelineError, match="outside the text"):
        layer.write(doc, "times", [layer.TimeRecord(start=0, end=len(doc.text) + 1)])


def test_the_tokens_of_a_private_doc_are_read_anew_when_a_component_says_so() -> None:
    doc = tree()
    layer.keep_private(doc)
    tokens = layer.tokens_of(doc)
    doc[0].tag_ = "NN"
    assert layer.tokens_of(doc) is tokens
    forget_tokens(doc)
    assert layer.tokens_of(doc).tag[0] == "NN"
