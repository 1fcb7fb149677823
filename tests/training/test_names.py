"""`training.names`: documents with other names keep their other words, and a mention stays what it is."""

import random
from pathlib import Path

import pytest

pytest.importorskip("torch")

import conflict_extract  # after the check for torch
from training.names import Names, Renamer, Table
from training.readers import Document

VOCABULARY = Path(conflict_extract.__file__).parent / "model" / "vocabulary.txt"


def _renamer(doc: Document) -> Renamer:
    def table(*names: str) -> Table:
        return Table(dict.fromkeys(names, 1.0), 1.0)

    names = Names(table("Orvane Relief Fund"), table("Goma", "Perth"), table("Ruth"), table("Okafor"))

    def tokenize(text: str) -> list[tuple[int, int]]:
        at, out = 0, []
        for word in text.split(" "):
            out.append((at, at + len(word)))
            at += len(word) + 1
        return out

    return Renamer(names, [doc], VOCABULARY, tokenize)


def _document() -> Document:
    words = ["Ada", "Torun", "of", "Helmark", "left", "Goma", ";", "Torun", "slept", "at", "Miller", "House", "."]
    ents = [(0, 2, "PER"), (3, 4, "ORG"), (5, 6, "LOC"), (7, 8, "PER"), (10, 12, "LOC")]
    return Document("x", words=words, spaces=[3] + [1] * (len(words) - 1), ents=ents, unsure={9})


def test_other_words_and_labels_stay() -> None:
    doc = _document()
    renamer = _renamer(doc)
    pieces = renamer.pieces
    seen = set()
    for seed in range(60):
        found = renamer.renamed(doc, random.Random(seed))
        kept = [w for w in found if w[3] == 1]
        assert [w[0] for w in kept] == [pieces.of(w) for w in ("of", "left", ";", "slept", ".")]
        starts = [w for w in found if w[3] in (renamer.bit["B-PER"], renamer.bit["B-ORG"], renamer.bit["B-LOC"])]
        assert len(starts) == 5
        house = [w[0] for w in found[-3:-1]]
        assert house == [pieces.of("Miller"), pieces.of("House")]  # no town: stays
        first, second = starts[0][0], starts[3][0]
        if first == pieces.of("Ruth"):
            assert second in (pieces.of("Okafor"), pieces.of("Torun"))  # the last name follows the whole, or stays
        seen.add(first)
    assert seen >= {pieces.of("Ada"), pieces.of("Ruth")}


def test_batches_hold_every_window_once() -> None:
    renamer = _renamer(_document())
    (batch,) = renamer.batches(512, random.Random(3))
    words = int(batch["word_mask"].sum())
    assert batch["pieces"].shape == batch["form"].shape == batch["space"].shape == batch["piece_mask"].shape
    assert batch["ner"].shape == (*batch["word_mask"].shape, 9)
    assert batch["ner"][0, :words].any(1).all() and int(batch["ner"][0].all(1).sum()) == 1  # the unsure word
    assert (batch["pieces"][0].gather(0, batch["first"][0, :words]) > 0).all()
