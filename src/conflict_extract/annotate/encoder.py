"""`conflict_encoder`: one pass of the bundled network gives tags, UD v2 tree, sentences, names and attribution spans.

Sets `tag_`, `pos_`, `morph`, `lemma_`, `dep_`, `head`, `is_sent_start`, `ents`, the layer `attribution` (labels source, cue, content, with
links from cues) and `doc._.ce_scheme = "ud2"`. Works on a Doc made from given words too; sentence boundaries that are on the
Doc already are kept. The result for a document does not depend on other documents, batches or threads.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import DEP, HEAD, LEMMA, MORPH, POS, TAG  # type: ignore[import-not-found]  # Cython
from spacy.language import Language
from spacy.symbols import IDS  # type: ignore[import-not-found]  # Cython
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from conflict_extract.annotate import layer
from conflict_extract.annotate._reader import MODEL, Reader, Reading
from conflict_extract.annotate._tokens import forget_tokens, surface_of
from conflict_extract.annotate.lemmatizer import lemmas
from conflict_extract.errors import PipelineError

SPACE_TAG = "_SP"


class ConflictEncoder:
    """The component; see the module.

    Args:
        vocab: the pipeline's vocabulary.
        overwrite_ents: whether names replace entities that are already on the Doc.
        threads: threads of one run of the network.
        model: folder of the model; default: the bundled one.
    """

    def __init__(self, vocab: Vocab, overwrite_ents: bool = True, threads: int = 1, model: str | Path | None = None) -> None:
        self.vocab, self.overwrite_ents = vocab, overwrite_ents
        self.reader = Reader(Path(model) if model is not None else MODEL, threads)
        labels = self.reader.labels
        strings = vocab.strings
        self._tags = np.array([strings.add(t) for t in labels["xpos"]], np.uint64)
        self._pos = np.array([IDS[p] for p in labels["upos"]], np.uint64)
        self._feats = np.array([vocab.morphology.add("" if f == "_" else f) for f in labels["feats"]], np.uint64)
        self._deps = np.array([strings.add("ROOT" if r == "root" else r) for r in labels["deprel"]], np.uint64)

    def warm(self) -> None:
        """Do what the first document would wait for."""
        self.reader.session()

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a Doc in place and return it."""
        surface = surface_of(doc)
        text = surface.text
        pieces = self.reader.pieces.of_all(surface.word)
        keep = [i for i, found in enumerate(pieces) if found]
        words = [surface.word[i] for i in keep]
        ids = [pieces[i] for i in keep]
        gaps = []
        end = 0
        for i in keep:
            gaps.append(text[end : surface.start[i]])
            end = surface.end[i]
        reading = self.reader.read(words, gaps, ids, _given(doc, keep)) if keep else None
        self._write(doc, words, keep, reading)
        doc._.ce_scheme = "ud2"
        return doc

    def pipe(self, stream: Any, *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate Docs one after the other."""
        for doc in stream:
            yield self(doc)

    def _write(self, doc: Doc, words: list[str], keep: list[int], reading: Reading | None) -> None:
        n = len(doc)
        surface = surface_of(doc)
        at = np.array(keep, np.int64)
        columns = np.zeros((n, 6), np.uint64)
        columns[:, 0] = self.vocab.strings.add(SPACE_TAG)
        columns[:, 2] = self.vocab.morphology.add("")
        columns[:, 3] = self.vocab.strings.add("dep")
        heads = np.arange(n) - 1
        if len(keep) < n:
            for i in set(range(n)) - set(keep):
                word = surface.word[i]
                columns[i, 1], columns[i, 5] = IDS["X" if word.strip() else "SPACE"], self.vocab.strings.add(word)
        if reading is not None:
            upos, xpos = reading.tags["upos"], reading.tags["xpos"]
            columns[at, 0] = self._tags[xpos]
            columns[at, 1] = self._pos[upos]
            columns[at, 2] = self._feats[reading.tags["feats"]]
            columns[at, 3] = self._deps[reading.relations]
            heads[at] = at[reading.heads]
            heads[: keep[0]] = keep[0]
            look, add, labels = lemmas().of, self.vocab.strings.add, self.reader.labels
            coarse, fine = labels["upos"], labels["xpos"]
            found = [add(look(w, coarse[u], fine[x])) for w, u, x in zip(words, upos.tolist(), xpos.tolist(), strict=True)]
            columns[at, 5] = np.array(found, np.uint64)
        elif n:
            heads[0] = 0
            columns[0, 3] = self._deps[self.reader.root]
        columns[:, 4] = (heads - np.arange(n)).astype(np.int64).view(np.uint64)
        if n:
            doc.from_array([TAG, POS, MORPH, DEP, HEAD, LEMMA], columns)  # type: ignore[arg-type]  # the stub knows no lists
        names, spans = (reading.names, reading.spans) if reading is not None else ([], [])
        self._name(doc, [(keep[a], keep[b - 1] + 1, kind) for a, b, kind, _ in names])
        forget_tokens(doc)
        records = []
        for number, (a, b, kind, p) in enumerate(spans, 1):
            start, end = surface.start[keep[a]], surface.end[keep[b - 1]]
            records.append(
                layer.SpanRecord(start=start, end=end, label=kind, score=p, rule="encoder", id=f"attribution:{number}")
            )
        for cue, span, p in sorted(reading.links if reading is not None else [], key=lambda link: (link[0], -link[2], link[1])):
            records[cue].links.append({"id": records[span].id, "label": records[span].label, "prob": p})
        layer.write(doc, "attribution", records)

    def _name(self, doc: Doc, names: list[tuple[int, int, str]]) -> None:
        """Set the entities; those of the user go first when they are not to be overwritten."""
        spans = [Span(doc, a, b, label=kind) for a, b, kind in names]
        if not self.overwrite_ents and doc.ents:
            held = list(doc.ents)
            taken = {i for span in held for i in range(span.start, span.end)}
            spans = held + [s for s in spans if not taken & set(range(s.start, s.end))]
        doc.set_ents(spans, default="outside")


def _given(doc: Doc, keep: list[int]) -> Any:
    """Return where sentences start when the Doc says it for every word, None when it does not."""
    if not doc.has_annotation("SENT_START", require_complete=True):
        return None
    starts = np.zeros(len(keep), bool)
    pending = True
    position = {i: k for k, i in enumerate(keep)}
    for token in doc:
        pending = pending or bool(token.is_sent_start)
        if token.i in position and pending:
            starts[position[token.i]], pending = True, False
    return starts


@Language.factory(
    "conflict_encoder",
    default_config={"overwrite_ents": True, "threads": 1, "model": None},
    assigns=[
        "token.tag",
        "token.pos",
        "token.morph",
        "token.dep",
        "token.head",
        "token.is_sent_start",
        "token.lemma",
        "doc.ents",
        "doc.spans",
    ],
)
def make_encoder(nlp: Language, name: str, overwrite_ents: bool, threads: int, model: str | None) -> ConflictEncoder:
    """Make the component for a pipeline.

    Raises:
        PipelineError: a setting does not fit.
        ModelError: the model's files are missing or broken.
    """
    if threads < 1:
        raise PipelineError(f"threads must be 1 or more, got {threads}")
    return ConflictEncoder(nlp.vocab, overwrite_ents, threads, model)
