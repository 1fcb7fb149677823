"""Writes a run's folder: parts that appear whole or not at all, and the manifest.

    DIR/manifest.json                      input, settings, versions; written before the first part
    DIR/<table>/part-<first>-<last>.parquet   or part-….jsonl of reports, documents, errors
    DIR/done.json                          written at the end: totals

A part covers a range of record numbers. Its files are written under temporary names, flushed to disk and renamed; the file of
`documents` (of `errors` with JSON lines) comes last and says that the part is complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from conflict_extract.deliver.batch.arrow import TABLES, explode

PARQUET_ORDER = (*(name for name in TABLES if name != "documents"), "documents")
JSONL_ORDER = ("reports", "documents", "errors")


class Writer:
    """Writes the parts of one run.

    Args:
        folder: the run's folder.
        jsonl: write reports as JSON lines instead of Parquet tables.
    """

    def __init__(self, folder: Path, *, jsonl: bool) -> None:
        self.folder = folder
        self.jsonl = jsonl
        self.tables = JSONL_ORDER if jsonl else PARQUET_ORDER
        self.suffix = "jsonl" if jsonl else "parquet"
        for name in self.tables:
            (folder / name).mkdir(parents=True, exist_ok=True)
            for leftover in (folder / name).glob("*.tmp"):
                leftover.unlink()
        parts = (folder / self.tables[-1]).glob(f"part-*.{self.suffix}")
        self._complete = {int(path.name.split("-")[1]) for path in parts}

    def path(self, name: str, first: int, last: int) -> Path:
        """The file of a table's part; `last` is inclusive."""
        return self.folder / name / f"part-{first:012d}-{last:012d}.{self.suffix}"

    def complete(self, first: int) -> bool:
        """Whether the part that starts at this record was there at the start."""
        return first in self._complete

    def write(self, first: int, last: int, block: pa.Table) -> None:
        """Write one part: all its tables, the one that says "complete" last."""
        for name in self.tables:
            target = self.path(name, first, last)
            if self.jsonl:
                lines = self._lines(name, block)
                replace_file(target, lambda stream, lines=lines: stream.write(lines))  # type: ignore[misc]
            else:
                table = explode(block, name)
                replace_file(target, lambda stream, table=table: _parquet(table, stream))  # type: ignore[misc]

    def _lines(self, name: str, block: pa.Table) -> bytes:
        if name == "reports":
            rows = explode(block, "documents").column("report").to_pylist()
        else:
            table = explode(block, name)
            plain = table.select([column for column in table.column_names if column != "report"]).to_pylist()
            rows = [
                json.dumps({**row, **({"keep": dict(row["keep"])} if "keep" in row else {})}, ensure_ascii=False) for row in plain
            ]
        return "".join(row + "\n" for row in rows).encode()

    def totals(self) -> dict[str, int]:
        """Documents, words, claims and errors of all parts that are there."""
        counts = dict.fromkeys(("documents", "words", "claims", "errors"), 0)
        if self.jsonl:
            for path in (self.folder / "documents").glob("part-*.jsonl"):
                with path.open("rb") as stream:
                    for line in stream:
                        row = json.loads(line)
                        counts["documents"] += 1
                        counts["claims"] += row["claims"]
                        counts["words"] += row["words"]
            for path in (self.folder / "errors").glob("part-*.jsonl"):
                counts["errors"] += sum(1 for _ in path.open("rb"))
            return counts
        import pyarrow.parquet as pq

        for path in (self.folder / "documents").glob("part-*.parquet"):
            table = pq.read_table(path, columns=["words", "claims"])
            counts["documents"] += table.num_rows
            counts["words"] += total(table, "words")
            counts["claims"] += total(table, "claims")
        for path in (self.folder / "errors").glob("part-*.parquet"):
            counts["errors"] += pq.read_metadata(path).num_rows
        return counts


def total(table: pa.Table, column: str) -> int:
    """The sum of a column of whole numbers without nulls."""
    return sum(table.column(column).to_pylist())


def _parquet(table: pa.Table, stream: IO[bytes]) -> None:
    import pyarrow.parquet as pq  # here, since workers import this module too and never write

    pq.write_table(table, stream, compression="zstd", write_statistics=True)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    data = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
    replace_file(path, lambda stream: stream.write(data))


def replace_file(path: Path, fill: Callable[[IO[bytes]], Any]) -> None:
    """Write a file under a temporary name, flush it to disk and rename it."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
