"""Reads the mark-up of attribution cases: {source} <cue> [content] ^target^, any part in several pieces."""

from __future__ import annotations

import re
from typing import Any

from conflict_extract.annotate import layer

CLOSERS = {"}": "{", ">": "<", "]": "["}
WORD = re.compile(r"\w+")


def read_marks(marked: str) -> tuple[str, dict[str, list[list[int]]]]:
    """The plain text and the offsets of its marked parts, by opening sign."""
    text = ""
    parts: dict[str, list[list[int]]] = {"{": [], "<": [], "[": [], "^": []}
    in_target = False
    for sign in marked:
        if sign == "^":
            if in_target:
                parts["^"][-1][1] = len(text)
            else:
                parts["^"].append([len(text), len(text)])
            in_target = not in_target
        elif sign in parts:
            parts[sign].append([len(text), len(text)])
        elif sign in CLOSERS:
            parts[CLOSERS[sign]][-1][1] = len(text)
        else:
            text += sign
    return text, parts


def words(text: str, spans: list[list[int]]) -> set[int]:
    """Offsets of the words in spans."""
    return {match.start() for start, end in spans for match in WORD.finditer(text, start, end)}


def whole(spans: list[list[int]]) -> list[int] | None:
    """From the first to the last of several pieces, or None."""
    return [spans[0][0], spans[-1][1]] if spans else None


def meet(a: list[int] | None, b: list[int] | None) -> bool:
    """Whether two spans overlap."""
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def inject(doc: Any, parts: dict[str, list[list[int]]]) -> None:
    """Write the marked spans as if the encoder had found them: what weak cues need."""
    records = [
        layer.SpanRecord(start=span[0], end=span[1], label=label, score=0.9, rule="test")
        for sign, label in (("{", "source"), ("[", "content"))
        for span in ([whole(parts[sign])] if parts[sign] else [])
        if span is not None
    ]
    cue = whole(parts["<"])
    assert cue is not None
    links = []
    layer.write(doc, "attribution", records)
    for record in layer.read(doc, "attribution", layer.SpanRecord):
        links.append({"id": record.id, "label": record.label, "prob": 0.9})
    held = layer.read(doc, "attribution", layer.SpanRecord)
    layer.write(
        doc, "attribution", [*held, layer.SpanRecord(start=cue[0], end=cue[1], label="cue", score=0.9, links=links, rule="test")]
    )


def best_match(text: str, said: list[layer.SaidRecord], cue: list[int] | None, content: set[int]) -> layer.SaidRecord | None:
    """The record with this cue (any without one) whose content is nearest."""
    found = [record for record in said if (cue is None and record.cue is None) or meet(record.cue, cue)]

    def near(record: layer.SaidRecord) -> float:
        got = words(text, record.content)
        return 2 * len(got & content) / (len(got) + len(content)) if got or content else 0.0

    return max(found, key=near, default=None)


def differences(text: str, parts: dict[str, list[list[int]]], case: dict[str, Any], said: list[layer.SaidRecord]) -> list[str]:
    """What is wrong with the records for a marked case; empty when all is right."""
    content = words(text, parts["["])
    record = best_match(text, said, whole(parts["<"]), content)
    if record is None:
        return ["no record with this cue"]
    wrong = []
    if words(text, record.content) != content:
        wrong.append(f"content {[text[a:b] for a, b in record.content]}")
    source = whole(parts["{"])
    if (source is None) != (record.source is None) or (source is not None and record.source != source):
        wrong.append(f"source {text[slice(*record.source)] if record.source else None!r}")
    if parts["^"] and not meet(record.target, parts["^"][0]):
        wrong.append(f"target {text[slice(*record.target)] if record.target else None!r}")
    for name in ("act", "mode"):
        if name in case and getattr(record, name) != case[name]:
            wrong.append(f"{name} {getattr(record, name)}")
    if "rule" in case and record.rule.partition(";")[0] != case["rule"]:
        wrong.append(f"rule {record.rule}")
    return wrong
