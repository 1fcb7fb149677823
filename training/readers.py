"""Readers for every data file: each yields Documents, words with the labels that the file carries."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conflict_extract.annotate._pieces import Space, gap

Span = tuple[int, int, str]


@dataclass
class Document:
    """Words with labels; a list that is empty means that the file does not carry that label.

    Attributes:
        id: as in the file.
        words: forms.
        spaces: a Space per word.
        offsets: (start, end) of each word in ``text``, where there is a text.
        xpos, upos, feats, deprel: UD columns.
        heads: index of the head word, the word's own index at a root, -2 where unknown.
        sents: 1 where a sentence starts, 0 elsewhere, -1 unknown.
        ents: (first word, last word + 1, label), None when names are not annotated.
        unsure: words whose name label is unknown.
        spans: attribution spans (first, last + 1, label), None when not annotated.
        links: pairs of indices into ``spans``: a cue and a source or content of the same attribution.
    """

    id: str
    words: list[str] = field(default_factory=list)
    spaces: list[int] = field(default_factory=list)
    offsets: list[tuple[int, int]] = field(default_factory=list)
    text: str = ""
    xpos: list[str] = field(default_factory=list)
    upos: list[str] = field(default_factory=list)
    feats: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    deprel: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    sents: list[int] = field(default_factory=list)
    ents: list[Span] | None = None
    unsure: set[int] = field(default_factory=set)
    spans: list[Span] | None = None
    links: list[tuple[int, int]] = field(default_factory=list)


def lines(path: Path) -> Iterator[Any]:
    """Yield the objects of a (gzipped) JSONL file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def conllu(path: Path) -> Iterator[Document]:
    """Read CoNLL-U, one Document a ``newdoc``. Empty nodes are skipped; paragraph breaks are ``newpar`` comments."""
    opener = gzip.open if path.suffix == ".gz" else open
    doc = Document("")
    paragraph, base, glued, skip_to, first = True, 0, False, 0, True
    with opener(path, "rt", encoding="utf-8") as file:
        for raw in file:
            line = raw.rstrip("\n")
            if line.startswith("# newdoc"):
                if doc.words:
                    yield doc
                doc = Document(line.partition("=")[2].strip())
                paragraph, glued = True, False
            elif line.startswith("# newpar"):
                paragraph = True
            elif line.startswith("#"):
                continue
            elif not line:
                base, first, skip_to = len(doc.words), True, 0
            else:
                cells = line.split("\t")
                if "." in cells[0]:
                    continue
                if "-" in cells[0]:
                    skip_to = int(cells[0].partition("-")[2])
                    multi_glued = "SpaceAfter=No" in cells[9]
                    continue
                number = int(cells[0])
                if number == 1:
                    base = len(doc.words)
                space = Space.PARAGRAPH if paragraph else Space.GLUED if glued else Space.BLANK
                paragraph = False
                glued = (
                    (number < skip_to)
                    or (number == skip_to and multi_glued)
                    or (number > skip_to and "SpaceAfter=No" in cells[9])
                )
                doc.words.append(cells[1])
                doc.spaces.append(int(space))
                doc.lemmas.append(cells[2])
                doc.upos.append(cells[3])
                doc.xpos.append(cells[4])
                doc.feats.append(cells[5])
                head = int(cells[6])
                doc.heads.append(base + (head - 1 if head else number - 1))
                doc.deprel.append(cells[7])
                doc.sents.append(int(first))
                first = False
    if doc.words:
        yield doc


def add_names(doc: Document, record: dict[str, Any], kinds: Mapping[str, str | None]) -> bool:
    """Put a JSONL record's names on a treebank document with the same characters; False when the texts differ.

    Args:
        doc: gets ``ents`` and ``unsure``.
        record: a line of ``ner/*.jsonl``.
        kinds: the label of each type of the file; None: unknown; a type that is missing is no name.
    """
    text = record["text"]
    at = [i for i, c in enumerate(text) if not c.isspace()]
    place = {}
    pos = 0
    flat = "".join(text[i] for i in at)
    for w, word in enumerate(doc.words):
        bare = re.sub(r"\s", "", word)
        if flat[pos : pos + len(bare)] != bare:
            return False
        for k in range(pos, pos + len(bare)):
            place[at[k]] = w
        pos += len(bare)
    if pos != len(flat):
        return False
    doc.ents = []
    for start, end, kind in record["ents"]:
        inside = [place[i] for i in range(start, end) if i in place]
        if not inside or kind not in kinds:
            continue
        label = kinds[kind]
        if label is None:
            doc.unsure.update(range(inside[0], inside[-1] + 1))
        else:
            doc.ents.append((inside[0], inside[-1] + 1, label))
    for start, end, *_ in [*record.get("unsure", []), *record.get("other", [])]:
        inside = [place[i] for i in range(start, end) if i in place]
        if inside:
            doc.unsure.update(range(inside[0], inside[-1] + 1))
    taken = {w for s, e, _ in doc.ents for w in range(s, e)}
    doc.unsure -= taken
    return True


def from_text(id_: str, text: str, tokens: Sequence[tuple[int, int]]) -> Document:
    """Make a Document of a text and its tokens' offsets; white-space tokens are dropped."""
    doc = Document(id_, text=text)
    last = None
    for start, end in tokens:
        form = text[start:end]
        if not form.strip():
            continue
        between = text[last:start] if last is not None else "\n\n"
        doc.words.append(form)
        doc.offsets.append((start, end))
        doc.spaces.append(int(gap(between, form)))
        last = end
    return doc


def words_of(doc: Document, start: int, end: int, starts: list[int] | None = None) -> tuple[int, int]:
    """Return the words that a character range touches."""
    import bisect

    begin = starts if starts is not None else [s for s, _ in doc.offsets]
    first = bisect.bisect_right(begin, start) - 1
    if first < 0 or doc.offsets[first][1] <= start:
        first += 1
    last = bisect.bisect_left(begin, end)
    return first, max(last, first)


def attribution(record: dict[str, Any], tokens: Sequence[tuple[int, int]]) -> Document:
    """Make a Document with attribution spans from a PolNeAR record. Where spans overlap, the shorter one stands."""
    doc = from_text(record["id"], record["text"], tokens)
    starts = [s for s, _ in doc.offsets]
    found: dict[Span, set[int]] = {}
    for number, item in enumerate(record["attributions"]):
        for label in ("source", "cue", "content"):
            for start, end in item[label]:
                first, last = words_of(doc, start, end, starts)
                if last > first:
                    found.setdefault((first, last, label), set()).add(number)
    taken: set[int] = set()
    kept: list[tuple[Span, set[int]]] = []
    for span in sorted(found, key=lambda s: (s[1] - s[0], s)):
        run = set(range(span[0], span[1]))
        if run & taken:
            continue
        taken |= run
        kept.append((span, found[span]))
    kept.sort()
    doc.spans = [span for span, _ in kept]
    doc.links = [
        (i, j)
        for i, (cue, numbers) in enumerate(kept)
        if cue[2] == "cue"
        for j, (other, others) in enumerate(kept)
        if other[2] != "cue" and numbers & others
    ]
    return doc


def silver_names(path: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Read the CoreNLP file: document id to (start, end, NER) of each token that has a named-entity label."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    now: list[tuple[int, int, str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for raw in file:
            if raw.startswith("# newdoc"):
                now = found.setdefault(raw.partition("=")[2].strip(), [])
            elif raw[0].isdigit() and "|NER=" in raw:
                misc = raw.rstrip("\n").split("\t")[9]
                parts = dict(part.split("=", 1) for part in misc.split("|") if "=" in part)
                start, end = parts["CharOffset"].split(":")
                now.append((int(start), int(end), parts["NER"]))
    return found


def instances(path: Path) -> Iterator[Document]:
    """Read PolNeAR dev instances: paragraphs of CoreNLP tokens with BIO labels."""
    for record in lines(path):
        doc = Document(record["id"], words=list(record["tokens"]))
        doc.spaces = [int(Space.PARAGRAPH)] + [int(Space.BLANK)] * (len(doc.words) - 1)
        doc.spans = bio_spans(record["labels"])
        yield doc


def bio_spans(labels: Sequence[str]) -> list[Span]:
    """Return the spans of a BIO sequence; an I- that continues nothing opens a span."""
    out: list[Span] = []
    start: int | None = None
    kind = ""
    for i, label in enumerate([*labels, "O"]):
        prefix, _, name = label.partition("-")
        if start is not None and (prefix != "I" or name != kind):
            out.append((start, i, kind))
            start = None
        if prefix == "B" or (prefix == "I" and start is None):
            start, kind = i, name
    return out
