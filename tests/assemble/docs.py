"""Docs built by hand: records written through the layer contract, without any component."""

from __future__ import annotations

import re
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

from conflict_extract.annotate import layer
from conflict_extract.assemble.assembler import assemble
from conflict_extract.schema import Report
from conflict_extract.settings import Settings

TOKEN = re.compile(r"\w+(?:[.,]\d+)*|[^\w\s]|\n+")


def make_doc(text: str, date: str | None = None, lemmas: dict[str, str] | None = None, pos: dict[str, str] | None = None) -> Doc:
    """A Doc of the text; a sentence starts after each full stop. `lemmas` and `pos` by word."""
    layer.register()
    words, spaces, at = [], [], 0
    for found in TOKEN.finditer(text):
        assert not text[at : found.start()].strip()
        words.append(found.group())
        at = found.end()
        spaces.append(text[at : at + 1] == " ")
    starts = [at == 0 or words[at - 1] in (".", "\n", "\n\n") for at in range(len(words))]
    doc = Doc(Vocab(), words=words, spaces=spaces, sent_starts=starts)
    assert doc.text == text
    for token in doc:
        token.lemma_ = (lemmas or {}).get(token.text, token.text.lower())
        token.pos_ = (pos or {}).get(token.text, "X")
    doc._.ce_date = date
    return doc


class Builder:
    """Finds words in the text and writes records."""

    def __init__(self, text: str, **options: Any) -> None:
        self.text = text
        self.doc = make_doc(text, **options)
        self.layers: dict[str, list[Any]] = {}
        self.actors: list[layer.ActorRow] = []
        self.places: list[layer.PlaceRow] = []
        self.incidents: list[layer.IncidentRow] = []

    def at(self, words: str, number: int = 0) -> list[int]:
        start = -1
        for _ in range(number + 1):
            start = self.text.index(words, start + 1)
        return [start, start + len(words)]

    def add(self, name: str, record: Any) -> Any:
        self.layers.setdefault(name, []).append(record)
        return record

    def said(
        self, content: str | list[str], source: str | None = None, cue: str | None = None, **fields: Any
    ) -> layer.SaidRecord:
        number = fields.pop("number", 0)
        spans = [self.at(words, number) for words in ([content] if isinstance(content, str) else content)]
        where = {
            "source": self.at(source, fields.pop("source_number", 0)) if source else None,
            "cue": self.at(cue, fields.pop("cue_number", 0)) if cue else None,
        }
        parts = [span for span in (*where.values(), *spans) if span]
        start, end = min(part[0] for part in parts), max(part[1] for part in parts)
        record = layer.SaidRecord(start=start, end=end, content=spans, **where, **fields)
        return self.add("said", record)

    def quantity(self, words: str, value: float | None = None, **fields: Any) -> layer.QuantityRecord:
        start, end = self.at(words, fields.pop("number_", 0))
        return self.add(
            "counts", layer.QuantityRecord(start=start, end=end, kind=fields.pop("kind", "count"), value=value, **fields)
        )

    def event(self, words: str, type: str, **fields: Any) -> layer.EventMention:
        start, end = self.at(words, fields.pop("number", 0))
        return self.add("events", layer.EventMention(start=start, end=end, type=type, **fields))

    def actor(self, key: str, name: str, *mentions: str, **fields: Any) -> None:
        self.actors.append(layer.ActorRow(key=key, name=name, **fields))
        for words in mentions or (name,):
            start, end = self.at(words)
            self.add("actors", layer.ActorMention(start=start, end=end, actor=key))

    def place(self, key: str, name: str, **fields: Any) -> None:
        start, end = self.at(name)
        role = fields.pop("role", "at")
        as_actor = fields.pop("as_actor", False)
        self.places.append(layer.PlaceRow(key=key, name=name, **fields))
        self.add("places", layer.PlaceMention(start=start, end=end, place=key, role=role, as_actor=as_actor))

    def time(self, words: str, start: str | None = None, end: str | None = None, **fields: Any) -> layer.TimeRecord:
        a, b = self.at(words, fields.pop("number", 0))
        return self.add("times", layer.TimeRecord(start=a, end=b, date_start=start, date_end=end or start, **fields))

    def write(self) -> Doc:
        for name, records in self.layers.items():
            layer.write(self.doc, name, records)
        layer.write_table(self.doc, "actors", self.actors)
        layer.write_table(self.doc, "places", self.places)
        layer.write_table(self.doc, "incidents", self.incidents)
        return self.doc

    def report(self, **settings: Any) -> Report:
        meta = {"library": "test", "lexicons_sha256": "0"}
        return assemble(self.write(), report_id=None, settings=Settings(**settings), replaced=0, meta=meta)
