"""Tags, lemmas, trees and sentence boundaries against a CoNLL-U treebank.

`run` predicts with the treebank's words and sentences, as the tree is usually scored, and once more with the words alone, so that
boundaries count too. Scores: UAS, LAS (relations with their subtypes), CLAS (relations of content words), UPOS, XPOS, UFeats and lemmas
as shares of words; F1 of sentence starts within documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.spans import Tally, doc_of, open_text, pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Relations that CLAS leaves out (CoNLL 2018 shared task).
FUNCTIONAL = frozenset({"aux", "case", "cc", "clf", "cop", "det", "mark", "punct"})
#: Names of UD 2.16 for relations of older treebanks.
RENAMED = {"nmod:npmod": "nmod:unmarked", "nmod:tmod": "nmod:unmarked", "obl:npmod": "obl:unmarked", "obl:tmod": "obl:unmarked"}


@dataclass
class Treebank:
    """One document of a treebank.

    Attributes:
        lines: all lines of the file; those of words are known by `at`.
        at: line number of each word.
        cells: the ten columns of each word.
        spaces: whether a space follows the word.
        starts: whether a sentence starts at the word.
        paragraphs: whether a paragraph starts at the word.
        heads: index of the head, the word's own at a root.
    """

    lines: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    starts: list[bool] = field(default_factory=list)
    paragraphs: list[bool] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)


def read_conllu(path: Path) -> Iterator[Treebank]:
    """Yield the documents of a CoNLL-U file; without `newdoc` the whole file is one. Empty nodes and multiword lines are kept as lines.

    Raises:
        GoldError: a line has not ten columns, or a head is no word of its sentence.
    """
    doc = Treebank()
    base, paragraph, inside = 0, True, 0
    glued: dict[int, bool] = {}
    with open_text(path) as file:
        for number, raw in enumerate(file, 1):
            line = raw.rstrip("\r\n")
            if line.startswith("# newdoc") and doc.cells:
                yield _closed(doc, base, path, number)
                doc, base, paragraph = Treebank(), 0, True
            doc.lines.append(line)
            if line.startswith("# newpar"):
                paragraph = True
            if not line:
                _heads(doc, base, path, number)
                base, glued, inside = len(doc.cells), {}, 0
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 10:
                raise GoldError(f"{path}, line {number}: expected 10 columns, got {len(cells)}")
            if "-" in cells[0]:
                inside = int(cells[0].partition("-")[2])
                glued[inside] = "SpaceAfter=No" in cells[9]
                continue
            if not cells[0].isdigit():
                continue
            index = int(cells[0])
            doc.starts.append(len(doc.cells) == base)
            doc.at.append(len(doc.lines) - 1)
            doc.cells.append(cells)
            doc.paragraphs.append(paragraph)
            paragraph = False
            no_space = index < inside or glued.get(index, "SpaceAfter=No" in cells[9])
            doc.spaces.append(not no_space)
    if doc.cells:
        yield _closed(doc, base, path, 0)


def _closed(doc: Treebank, base: int, path: Path, number: int) -> Treebank:
    if base < len(doc.cells):
        _heads(doc, base, path, number)
    return doc


def _heads(doc: Treebank, base: int, path: Path, number: int) -> None:
    size = len(doc.cells) - base
    for i in range(base, len(doc.cells)):
        cell = doc.cells[i][6]
        if not cell.isdigit() or int(cell) > size:
            raise GoldError(f"{path}, sentence before line {number}: {cell!r} is no head in a sentence of {size} words")
        doc.heads.append(base + int(cell) - 1 if int(cell) else i)


def with_breaks(doc: Treebank) -> tuple[list[str], list[bool], list[int]]:
    """Return words and spaces with a blank line as a word of its own at each paragraph, and the place of each word of the treebank."""
    words: list[str] = []
    spaces: list[bool] = []
    place: list[int] = []
    for cells, space, paragraph in zip(doc.cells, doc.spaces, doc.paragraphs, strict=True):
        if paragraph and words:
            spaces[-1] = False
            words.append("\n\n")
            spaces.append(False)
        place.append(len(words))
        words.append(cells[1])
        spaces.append(space)
    return words, spaces, place


def relation(name: str) -> str:
    """Return a relation by its name of UD 2.16; spaCy's ROOT is root."""
    return "root" if name == "ROOT" else RENAMED.get(name, name)


def run(gold: Path, predictions: Path | None = None, model: str | None = None) -> dict[str, Any]:
    """Predict trees for a treebank and score them.

    Args:
        gold: a CoNLL-U file, gzipped or not.
        predictions: where to write the predicted CoNLL-U (the treebank's words and sentences), or None.
        model: folder of another model; default: the bundled one.

    Returns:
        `words`, `sentences`; shares of words with sentences given: `uas`, `las`, `clas`, `upos`, `xpos`, `ufeats`, `lemmas`; the same
        for predicted sentences with `raw.` before the name; `sentence_starts` (p, r, f, tp, gold, pred).

    Raises:
        GoldError: the file is not CoNLL-U.
    """
    nlp = pipeline(model)
    given, raw, starts = _Counts(), _Counts(), Tally()
    sentences = 0
    out: list[str] = []
    for bank in read_conllu(gold):
        words, spaces, place = with_breaks(bank)
        full = [False] * len(words)
        for i, start in zip(place, bank.starts, strict=True):
            full[i] = start
        doc = doc_of(nlp, words, spaces, full)
        given.count(bank, doc, place)
        if predictions is not None:
            out.extend(_lines(bank, doc, place))
        free = doc_of(nlp, words, spaces)
        raw.count(bank, free, place)
        sentences += sum(bank.starts)
        starts.compare({i for i, s in enumerate(bank.starts) if s}, _starts(free, place))
    if predictions is not None:
        predictions.write_text("\n".join(out) + "\n", encoding="utf-8")
    return {
        "words": given.words,
        "sentences": sentences,
        **given.scores(),
        **{f"raw.{k}": v for k, v in raw.scores().items()},
        "sentence_starts": starts.scores(),
    }  # fmt: skip


def _starts(doc: Doc, place: list[int]) -> set[int]:
    """Return the treebank words at which a predicted sentence starts."""
    found, pending = set(), True
    back = {token: i for i, token in enumerate(place)}
    for token in doc:
        pending = pending or bool(token.is_sent_start)
        if pending and token.i in back:
            found.add(back[token.i])
            pending = False
    return found


class _Counts:
    """Right words by column."""

    def __init__(self) -> None:
        self.words = self.content = 0
        self.right = dict.fromkeys(("uas", "las", "clas", "upos", "xpos", "ufeats", "lemmas"), 0)

    def count(self, bank: Treebank, doc: Doc, place: list[int]) -> None:
        """Compare a predicted Doc with its treebank document."""
        for i, cells in enumerate(bank.cells):
            token = doc[place[i]]
            arc = token.head.i == place[bank.heads[i]]
            named = arc and relation(token.dep_) == relation(cells[7])
            content = cells[7].partition(":")[0] not in FUNCTIONAL
            self.words += 1
            self.content += content
            same = {
                "uas": arc, "las": named, "clas": named and content, "upos": token.pos_ == cells[3], "xpos": token.tag_ == cells[4],
                "ufeats": (str(token.morph) or "_") == cells[5], "lemmas": token.lemma_ == cells[2] or cells[2] == "_",
            }  # fmt: skip
            for key, value in same.items():
                self.right[key] += value

    def scores(self) -> dict[str, float]:
        """Return shares."""
        base = {k: self.content if k == "clas" else self.words for k in self.right}
        return {k: round(v / max(base[k], 1), 4) for k, v in self.right.items()}


def _lines(bank: Treebank, doc: Doc, place: list[int]) -> list[str]:
    """Return the document's lines with predicted columns."""
    lines = list(bank.lines)
    back = {token: i for i, token in enumerate(place)}
    base = 0
    for i, cells in enumerate(bank.cells):
        if bank.starts[i]:
            base = i
        token = doc[place[i]]
        head = back.get(token.head.i, i)
        number = 0 if head == i else head - base + 1
        row = [cells[0], cells[1], token.lemma_ or "_", token.pos_, token.tag_, str(token.morph) or "_", str(number)]
        lines[bank.at[i]] = "\t".join([*row, relation(token.dep_), "_", cells[9]])
    return lines
