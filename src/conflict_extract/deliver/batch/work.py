"""What a worker does with a chunk: records in, one Arrow block out. The same function serves local processes and Ray Data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from conflict_extract.api import Extractor, iso_date, load
from conflict_extract.deliver.batch.arrow import TABLES, block_schema, report_rows
from conflict_extract.deliver.batch.read import Record
from conflict_extract.errors import (
    ConflictExtractError,
    DateError,
    DocumentTimeoutError,
    TextTooLongError,
)
from conflict_extract.settings import Settings

Row = dict[str, Any]


def document_id(record: Record) -> str:
    """The record's id, or "sha256:" and the SHA-256 of its text."""
    if record.id is not None:
        return record.id
    return "sha256:" + hashlib.sha256(record.text.encode("utf-8", "surrogatepass")).hexdigest()


def error_row(record: Record, code: str, reason: str) -> Row:
    """A row of the table `errors`."""
    id = clean(record.id) if record.id is not None else (document_id(record) if record.text else None)
    return {
        "record": record.number, "file": record.file, "line": record.line, "document_id": id, "code": code,
        "reason": clean(reason)[:500],
    }  # fmt: skip


def clean(text: str) -> str:
    """Text that can be written as UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def code_of(error: Exception) -> str:
    """The stable code of an error in the table `errors`."""
    if isinstance(error, TextTooLongError):
        return "too_long"
    if isinstance(error, DateError):
        return "bad_date"
    if isinstance(error, DocumentTimeoutError):
        return "timeout"
    if isinstance(error, ConflictExtractError):
        return "worker_died" if "process died" in str(error) else "bad_input"
    return "failed"


class BlockHandler:
    """Makes blocks in a worker process.

    Args:
        settings: of the Extractor.
        options: `reports` (bool): put each Report's JSON into `documents`; `no_text`: without the article's words.
    """

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.extractor: Extractor = load(warm=True, **settings.model_dump())  # no document pays for the first calls
        self.reports = bool(options.get("reports"))
        self.no_text = bool(options.get("no_text"))

    def __call__(self, items: list[Record], failed: dict[int, ConflictExtractError], beat: Callable[[int], None]) -> bytes:
        """The Arrow block (IPC stream) of a chunk."""
        table = self.block(items, failed, beat)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    def block(
        self,
        items: Iterable[Record],
        failed: dict[int, ConflictExtractError] | None = None,
        beat: Callable[[int], None] | None = None,
    ) -> pa.Table:
        """The Arrow block of records: one row each, in order.

        Args:
            items: the records.
            failed: errors of records that must not be tried again, by position.
            beat: called with the position before work on a record begins.
        """
        rows = []
        for number, record in enumerate(items):
            if failed and number in failed:
                rows.append(self.failure(record, code_of(failed[number]), str(failed[number])))
                continue
            if beat:
                beat(number)
            rows.append(self.row(record))
        return pa.Table.from_pylist(rows, schema=block_schema())

    def failure(self, record: Record, code: str, reason: str) -> Row:
        """The block row of a record that gives an error."""
        row: Row = {"record": record.number} | {name: [] for name in TABLES}
        row["errors"] = [error_row(record, code, reason)]
        return row

    def row(self, record: Record) -> Row:
        """The block row of a record."""
        if record.error is not None:
            return self.failure(record, record.error, record.reason or "")
        try:
            report = self.extractor.extract(
                record.text, date=record_date(record.date), id=clean(document_id(record)), title=record.title
            )
        except Exception as error:  # one document must not stop the others
            reason = str(error) if isinstance(error, ConflictExtractError) else f"{type(error).__name__}: {error}"
            return self.failure(record, code_of(error), reason)
        if self.no_text:
            report = report.without_text()
        document = {
            "document_id": report.id, "record": record.number, "file": record.file, "line": record.line,
            "published": report.date, "title": record.title and clean(record.title),
            "text_sha256": report.meta.text_sha256, "cluster": record.cluster, "characters": len(record.text),
            "words": len(record.text.split()), "claims": len(report.claims), "date_source": report.meta.date_source,
            "warnings": list(report.meta.warnings), "replaced": report.meta.replaced,
            "keep": [(key, value and clean(value)) for key, value in record.keep.items()],
            "report": report.model_dump_json() if self.reports else None,
        }  # fmt: skip
        return {"record": record.number, "documents": [document], "errors": [], **report_rows(report)}


def record_date(value: Any) -> Any:
    """A date cell: None, a date, or its text (a date and time is cut to the date by `extract`).

    Raises:
        DateError: it cannot be read.
    """
    if isinstance(value, int | float):
        raise DateError(f"date must look like 'YYYY-MM-DD', got the number {value}")
    return value if value is None or not isinstance(value, str) else iso_date(value)
