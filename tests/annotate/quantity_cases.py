"""Checks a row of fixtures/cases/{counts,money,measures}.jsonl against the records of a Doc."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from spacy.tokens import Doc

from conflict_extract.annotate.layer import QuantityRecord, read

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases"
REFERENCES = ("part_of", "percent_of", "replaces", "equivalent")


def rows(*names: str) -> list[dict[str, Any]]:
    """The rows of case tables."""
    return [
        json.loads(line)
        for name in names
        for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def parameters(*names: str) -> list[Any]:
    """The rows as pytest parameters; a row with `xfail` is a strict known failure."""
    return [
        pytest.param(row, id=row["id"], marks=[pytest.mark.xfail(reason=row["xfail"], strict=True)] if "xfail" in row else [])
        for row in rows(*names)
    ]


def records(doc: Doc) -> list[QuantityRecord]:
    """All quantities of a Doc."""
    return read(doc, "counts", QuantityRecord) + read(doc, "money", QuantityRecord)


def find(found: list[QuantityRecord], text: str, words: str, kind: str | None = None) -> QuantityRecord | None:
    """The record that stands at `words` in the text: of the wanted kind, with its number there, with the nearest span."""
    at = text.index(words)
    best: tuple[tuple[bool, bool, int], QuantityRecord] | None = None
    for record in found:
        start, end = record.number or (record.start, record.end)
        if record.start < at + len(words) and at < record.end:
            key = (
                kind is not None and record.kind != kind,
                not (start < at + len(words) and at < end),
                abs(record.start - at) + abs(record.end - at - len(words)),
            )
            if best is None or key < best[0]:
                best = (key, record)
    return best[1] if best else None


def problems(case: dict[str, Any], doc: Doc, fields: frozenset[str] | None = None) -> list[str]:
    """What the Doc's records have wrong against the case; only the given fields when `fields` is given."""
    found, text, out = records(doc), case["text"], []
    for wanted in case["expect"]:
        record = find(found, text, wanted["at"], wanted.get("kind"))
        if record is None:
            out.append(f"nothing at {wanted['at']!r}")
            continue
        for field, value in wanted.items():
            if field == "at" or (fields is not None and field not in fields):
                continue
            if field in REFERENCES:
                other = find(found, text, value)
                right = other is not None and getattr(record, field) == other.id
            elif field == "since":
                right = record.since_span is not None and text[slice(*record.since_span)] == value
            elif isinstance(value, float | int) and not isinstance(value, bool):
                got = getattr(record, field)
                right = got is not None and abs(got - value) <= 1e-6 * max(1.0, abs(value))
            else:
                right = getattr(record, field) == value
            if not right:
                out.append(f"{wanted['at']!r}: {field} is {getattr(record, field, record.since_span)!r}, not {value!r}")
    for words in case.get("reject", ()):
        at = text.index(words)
        for record in found:
            start, end = record.number or (record.start, record.end)
            if start < at + len(words) and at < end:
                out.append(f"{text[record.start : record.end]!r} is read as {record.kind} {record.value}")
    return out
