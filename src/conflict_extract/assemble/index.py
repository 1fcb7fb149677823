"""All layers of a Doc, read once, with look-ups by offset.

Every look-up is a binary search, so that assembling stays linear in the length of the document.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import Offsets, Record, Tokens
from conflict_extract.assemble.corrections import settle_frame_figures
from conflict_extract.schema import Span

R = TypeVar("R", bound=Record)


class ByOffset(Generic[R]):
    """Records in order of offset, found by the middle of their words.

    A record belongs to a stretch of text when its middle lies there: content spans are learned and can miss a word at
    an edge.
    """

    def __init__(self, records: Sequence[R], core: Iterable[Offsets | None] | None = None) -> None:
        cores = list(core) if core is not None else [None] * len(records)
        rows = []
        for record, inner in zip(records, cores, strict=True):
            start, end = inner or (record.start, record.end)
            rows.append(((start + end) // 2 if end > start else start, record))
        rows.sort(key=lambda row: (row[0], row[1].id))
        self.records: list[R] = [record for _, record in rows]
        self._middles = [middle for middle, _ in rows]

    def inside(self, spans: Iterable[Offsets]) -> list[R]:
        """The records whose middle lies in one of the spans, in order, each once."""
        found: dict[str, R] = {}
        for start, end in spans:
            low, high = bisect_left(self._middles, start), bisect_left(self._middles, end)
            for record in self.records[low:high]:
                found[record.id] = record
        return list(found.values())


@dataclass(slots=True)
class Sentences:
    """Sentence bounds in characters."""

    starts: list[int]
    ends: list[int]

    def of(self, offset: int) -> int:
        """The number of the sentence that holds the offset."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def bounds(self, number: int) -> tuple[int, int]:
        """The sentence's offsets."""
        return self.starts[number], self.ends[number]


@dataclass(slots=True)
class Index:
    """The layers of one Doc.

    Attributes:
        doc: the Doc.
        text: its text.
        tokens: its tokens as lists; the methods below speak of tokens by index.
        tree: whether it has a dependency tree.
        sentences: bounds of its sentences; white space at the edges is left out.
        paragraph_starts: offsets at which paragraphs start (after a blank line, or a line break where no line is
        hard-wrapped).
    """

    doc: Doc
    text: str
    tokens: Tokens
    tree: bool
    sentences: Sentences
    paragraph_starts: list[int]
    said: list[layer.SaidRecord]
    acts: dict[str, layer.ActRecord]
    narrated: list[layer.NarratedRecord]
    quantities: ByOffset[layer.QuantityRecord]
    times: ByOffset[layer.TimeRecord]
    places: ByOffset[layer.PlaceMention]
    actors: ByOffset[layer.ActorMention]
    hedges: ByOffset[layer.ModalityRecord]
    scopes: ByOffset[layer.ModalityRecord]
    negations: ByOffset[layer.ModalityRecord]
    events: ByOffset[layer.EventMention]
    actor_rows: dict[str, layer.ActorRow]
    place_rows: dict[str, layer.PlaceRow]
    incidents: list[layer.IncidentRow]
    frame: list[layer.FrameRecord]
    info: layer.FrameInfo
    spans: dict[str, ByOffset[layer.SpanRecord]]
    sides: dict[tuple[Any, ...], frozenset[str]] = field(default_factory=dict)
    anaphors: dict[tuple[int, int], str | None] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)  # keys of actors outside the knowledge base, once one was asked for
    made: dict[tuple[int, int], Span] = field(default_factory=dict)  # the report's spans, by offsets
    _flags: list[list[bool]] = field(default_factory=list)
    _stems: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)
    _roots: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def within(self, start: int, end: int) -> range:
        """The tokens that overlap `[start, end)`."""
        starts = self.tokens.start
        if end <= start or not starts:
            return range(0)
        low = max(0, bisect_right(starts, start) - 1)
        if self.tokens.end[low] <= start:
            low += 1
        return range(low, bisect_left(starts, end, low))

    def words_within(self, start: int, end: int) -> list[int]:
        """The tokens that overlap `[start, end)`, without white space and punctuation."""
        spaces, points, _ = self._flags
        return [i for i in self.within(start, end) if not spaces[i] and not points[i]]

    def is_space(self, i: int) -> bool:
        """Whether a token is white space."""
        return self._flags[0][i]

    def lemma(self, i: int) -> str:
        """A token's lemma in lower case; its word when there is none."""
        return self.tokens.lemma[i].lower() or self.tokens.lower[i]

    def root(self, start: int, end: int) -> int | None:
        """The token of the span whose head lies outside it; the last token when there is no tree."""
        key = (start, end)
        if key not in self._roots:
            self._roots[key] = self._root(start, end)
        return self._roots[key]

    def _root(self, start: int, end: int) -> int | None:
        words = self.words_within(start, end)
        if not words:
            return None
        if not self.tree:
            return words[-1]
        head, inside = self.tokens.head, set(words)
        return next((i for i in words if head[i] not in inside or head[i] == i), words[-1])

    def paragraph(self, offset: int) -> int:
        """The number of the paragraph that holds the offset."""
        return bisect_right(self.paragraph_starts, offset)

    def words(self, spans: Iterable[Offsets]) -> frozenset[str]:
        """Stems of the content words in the spans."""
        out: set[str] = set()
        pos, stops = self.tokens.pos, self._flags[2]
        for start, end in spans:
            known = self._stems.get((start, end))
            if known is None:
                known = frozenset(
                    stem(self.lemma(i))
                    for i in self.within(start, end)
                    if pos[i] in CONTENT_POS and len(self.tokens.word[i]) > 1 and not stops[i]
                )
                self._stems[start, end] = known
            out |= known
        return frozenset(out)


def stem(word: str) -> str:
    """A lemma without the endings that a noun and its verb differ by ("shelling", "to shell")."""
    for ending in ("ing", "ment", "ion", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 4 else word


CONTENT_POS = frozenset({"NOUN", "VERB", "PROPN", "ADJ", "NUM"})


def make_index(doc: Doc) -> Index:
    """Read all layers of `doc`. Layers that no component wrote are empty."""
    tokens = layer.tokens_of(doc)
    text = tokens.text
    flags = doc.to_array(["IS_SPACE", "IS_PUNCT", "IS_STOP"]).reshape(-1, 3).astype(np.bool_).T.tolist()
    said = layer.read(doc, "said", layer.SaidRecord)
    counts = layer.read(doc, "counts", layer.QuantityRecord) + layer.read(doc, "money", layer.QuantityRecord)
    frame = layer.read(doc, "frame", layer.FrameRecord)
    counts = settle_frame_figures(text, counts, frame)
    counts.sort(key=lambda record: (record.start, -record.end, record.id))
    times = [record for record in layer.read(doc, "times", layer.TimeRecord) if not record.is_duration]
    places = [record for record in layer.read(doc, "places", layer.PlaceMention) if not record.as_actor]
    modality = layer.read(doc, "modality", layer.ModalityRecord)
    infos = layer.read_table(doc, "frame", layer.FrameInfo)
    spans = layer.read(doc, "attribution", layer.SpanRecord)
    return Index(
        doc=doc,
        text=text,
        tokens=tokens,
        tree=doc.has_annotation("DEP"),
        sentences=_sentences(tokens, flags[0]),
        paragraph_starts=_paragraphs(text),
        said=said,
        acts={record.said: record for record in layer.read(doc, "acts", layer.ActRecord)},
        narrated=layer.read(doc, "narrated", layer.NarratedRecord),
        quantities=ByOffset(counts, [record.number for record in counts]),
        times=ByOffset(times),
        places=ByOffset(places),
        actors=ByOffset(layer.read(doc, "actors", layer.ActorMention)),
        hedges=ByOffset([record for record in modality if record.kind == "hedge" and record.is_hedge_span]),
        scopes=ByOffset([record for record in modality if record.kind in ("plan", "conditional", "question")]),
        negations=ByOffset([record for record in modality if record.kind == "negation"]),
        events=ByOffset(layer.read(doc, "events", layer.EventMention)),
        actor_rows={row.key: row for row in layer.read_table(doc, "actors", layer.ActorRow)},
        place_rows={row.key: row for row in layer.read_table(doc, "places", layer.PlaceRow)},
        incidents=layer.read_table(doc, "incidents", layer.IncidentRow),
        frame=frame,
        info=infos[0] if infos else layer.FrameInfo(date=doc._.ce_date, date_source="caller" if doc._.ce_date else "none"),
        spans={label: ByOffset([s for s in spans if s.label == label]) for label in ("source", "cue", "content")},
        _flags=flags,
    )


def _sentences(tokens: Tokens, spaces: Sequence[bool]) -> Sentences:
    if not tokens.n:
        return Sentences([0], [0])
    firsts = tokens.firsts
    starts: list[int] = []
    ends: list[int] = []
    for first, after in zip(firsts, [*firsts[1:], tokens.n], strict=True):
        last = after - 1
        while first < last and spaces[first]:
            first += 1
        while last > first and spaces[last]:
            last -= 1
        starts.append(tokens.start[first])
        ends.append(tokens.end[last])
    return Sentences(starts, ends)


def _paragraphs(text: str) -> list[int]:
    """Offsets after each line break that ends a paragraph: a blank line, or a break before something else than a
    lower-case letter.
    """
    starts = []
    at = text.find("\n")
    while at >= 0:
        after = at + 1
        if after < len(text) and not text[after].islower():
            starts.append(after)
        at = text.find("\n", after)
    return starts
