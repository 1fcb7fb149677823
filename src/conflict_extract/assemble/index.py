"""All layers of a Doc, read once, with look-ups by offset.

Every look-up is a binary search, so that assembling stays linear in the length of the document.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from spacy.tokens import Doc, Token

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import Offsets, Record

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
        text: its text (`Doc.text` joins all tokens each time).
        tree: whether it has a dependency tree.
        sentences: bounds of its sentences; white space at the edges is left out.
        paragraph_starts: offsets at which paragraphs start (after a blank line, or a line break where no line is
        hard-wrapped).
    """

    doc: Doc
    text: str
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
    _token_starts: list[int] = field(default_factory=list)
    _lemmas: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def token_at(self, offset: int) -> Token:
        """The token that holds the offset (or the last one before it)."""
        return self.doc[max(0, bisect_right(self._token_starts, offset) - 1)]

    def tokens(self, start: int, end: int) -> list[Token]:
        """The tokens that overlap `[start, end)`."""
        if end <= start or not self._token_starts:
            return []
        low = max(0, bisect_right(self._token_starts, start) - 1)
        high = bisect_left(self._token_starts, end)
        return [self.doc[i] for i in range(low, high) if self._token_starts[i] + len(self.doc[i]) > start]

    def root(self, start: int, end: int) -> Token | None:
        """The token of the span whose head lies outside it; the last token when there is no tree."""
        words = [token for token in self.tokens(start, end) if not token.is_space and not token.is_punct]
        if not words:
            return None
        if not self.tree:
            return words[-1]
        inside = {token.i for token in words}
        tops = [token for token in words if token.head.i not in inside or token.head.i == token.i]
        return tops[0] if tops else words[-1]

    def paragraph(self, offset: int) -> int:
        """The number of the paragraph that holds the offset."""
        return bisect_right(self.paragraph_starts, offset)

    def words(self, spans: Iterable[Offsets]) -> frozenset[str]:
        """Stems of the content words in the spans."""
        out: set[str] = set()
        for start, end in spans:
            known = self._lemmas.get((start, end))
            if known is None:
                known = frozenset(
                    stem(token)
                    for token in self.tokens(start, end)
                    if token.pos_ in CONTENT_POS and len(token) > 1 and not token.is_stop
                )
                self._lemmas[start, end] = known
            out |= known
        return frozenset(out)


def stem(token: Token) -> str:
    """The lemma without the endings that a noun and its verb differ by ("shelling", "to shell")."""
    word = lemma(token)
    for ending in ("ing", "ment", "ion", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 4 else word


CONTENT_POS = frozenset({"NOUN", "VERB", "PROPN", "ADJ", "NUM"})


def lemma(token: Token) -> str:
    """The token's lemma in lower case; its word when there is none."""
    return (token.lemma_ or token.text).lower()


def make_index(doc: Doc) -> Index:
    """Read all layers of `doc`. Layers that no component wrote are empty."""
    text = layer.text_of(doc)
    said = layer.read(doc, "said", layer.SaidRecord)
    counts = layer.read(doc, "counts", layer.QuantityRecord) + layer.read(doc, "money", layer.QuantityRecord)
    counts.sort(key=lambda record: (record.start, -record.end, record.id))
    times = [record for record in layer.read(doc, "times", layer.TimeRecord) if not record.is_duration]
    places = [record for record in layer.read(doc, "places", layer.PlaceMention) if not record.as_actor]
    modality = layer.read(doc, "modality", layer.ModalityRecord)
    infos = layer.read_table(doc, "frame", layer.FrameInfo)
    spans = layer.read(doc, "attribution", layer.SpanRecord)
    return Index(
        doc=doc,
        text=text,
        tree=doc.has_annotation("DEP"),
        sentences=_sentences(doc),
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
        frame=layer.read(doc, "frame", layer.FrameRecord),
        info=infos[0] if infos else layer.FrameInfo(date=doc._.ce_date, date_source="caller" if doc._.ce_date else "none"),
        spans={label: ByOffset([s for s in spans if s.label == label]) for label in ("source", "cue", "content")},
        _token_starts=[token.idx for token in doc],
    )


def _sentences(doc: Doc) -> Sentences:
    if not len(doc):
        return Sentences([0], [0])
    firsts = [token.i for token in doc if token.i == 0 or token.is_sent_start]
    starts: list[int] = []
    ends: list[int] = []
    for first, after in zip(firsts, [*firsts[1:], len(doc)], strict=True):
        last = after - 1
        while first < last and doc[first].is_space:
            first += 1
        while last > first and doc[last].is_space:
            last -= 1
        starts.append(doc[first].idx)
        ends.append(doc[last].idx + len(doc[last]))
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
