"""Reads corpora as a stream of records: JSONL, CSV, TSV (plain, .gz, .zst), Parquet, folders of .txt.

A record that cannot be read is still a record, with an error code and a reason, so nothing is lost. Memory does not grow with
the corpus: lines and row groups are read one after another.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from conflict_extract.errors import BatchError, MissingExtraError

GUESSES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "full_text", "fulltext", "maintext", "article_text"),
    "id": ("id", "_id", "doc_id", "document_id", "article_id", "uid", "guid", "uri", "url"),
    "date": ("date", "published", "publish_date", "published_at", "date_publish", "pub_date", "datetime", "timestamp"),
    "title": ("title", "headline"),
}
LINES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv"}
PACKED = (".gz", ".zst")
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


@dataclass
class Record:
    """One document of a corpus, or the reason why it cannot be read (`error` is a code, `reason` words)."""

    number: int
    file: str
    line: int
    id: str | None = None
    text: str = ""
    date: Any = None
    title: str | None = None
    keep: dict[str, str | None] = field(default_factory=dict)
    cluster: str | None = None
    error: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Columns:
    """Names of the columns; None: guess. `keep`: columns copied into the table `documents`."""

    text: str | None = None
    id: str | None = None
    date: str | None = None
    title: str | None = None
    keep: tuple[str, ...] = ()


def kind_of(path: Path) -> str:
    """jsonl, csv, tsv, parquet, txt or folder.

    Raises:
        BatchError: the path does not exist or its format is not known.
    """
    if path.is_dir():
        return "folder"
    if not path.exists():
        raise BatchError(f"{path} does not exist")
    suffixes = [suffix for suffix in path.suffixes if suffix not in PACKED]
    last = suffixes[-1].lower() if suffixes else ""
    if last in LINES:
        return LINES[last]
    if last == ".parquet":
        return "parquet"
    if last == ".txt":
        return "txt"
    raise BatchError(f"{path}: unknown format; possible: .jsonl .csv .tsv (also .gz .zst), .parquet, .txt, folders of them")


def expand(inputs: Sequence[Path]) -> list[Path]:
    """Files of the inputs, in order; a folder gives the readable files below it, in order of name.

    Raises:
        BatchError: an input does not exist, has an unknown format, or is a folder without readable files.
    """
    out: list[Path] = []
    for path in inputs:
        if kind_of(path) != "folder":
            out.append(path)
            continue
        found = sorted(item for item in path.rglob("*") if item.is_file() and _readable(item))
        if not found:
            raise BatchError(f"{path} has no readable files (.txt .jsonl .csv .tsv .parquet)")
        out += found
    return out


def _readable(path: Path) -> bool:
    try:
        return not path.name.startswith(".") and kind_of(path) != "folder"
    except BatchError:
        return False


class Reader:
    """A stream of records with the share of the input that is read (`progress`, 0 to 1)."""

    def __init__(self, files: Sequence[Path], columns: Columns) -> None:
        self.files = files
        self.columns = columns
        self._sizes = [path.stat().st_size for path in files]
        self._total = max(1, sum(self._sizes))
        self._before = 0
        self._raw: IO[bytes] | None = None

    @property
    def progress(self) -> float:
        """Share of the input's bytes that is read."""
        at = 0
        if self._raw is not None and not self._raw.closed:
            at = self._raw.tell()
        return min(1.0, (self._before + at) / self._total)

    def __iter__(self) -> Iterator[Record]:
        number = 0
        for path, size in zip(self.files, self._sizes, strict=True):
            for record in self._records(path):
                record.number = number
                number += 1
                yield record
            self._before += size
            self._raw = None

    def _records(self, path: Path) -> Iterator[Record]:
        kind = kind_of(path)
        if kind == "txt":
            yield _text_file(path)
        elif kind == "jsonl":
            yield from self._jsonl(path)
        elif kind == "parquet":
            yield from self._parquet(path)
        else:
            yield from self._csv(path, "\t" if kind == "tsv" else ",")

    def _open(self, path: Path) -> IO[bytes]:
        self._raw = path.open("rb")
        if path.suffix == ".gz":
            return gzip.open(self._raw)  # type: ignore[return-value]
        if path.suffix == ".zst":
            try:
                import zstandard
            except ImportError:
                raise MissingExtraError("zstandard", "batch") from None
            return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(self._raw, read_across_frames=True))
        return self._raw

    def _jsonl(self, path: Path) -> Iterator[Record]:
        names: dict[tuple[str, ...], dict[str, str]] = {}  # rows may have different keys
        with self._open(path) as stream:
            for line_number, raw in enumerate(_lines(stream, path), 1):
                if isinstance(raw, BaseException):
                    yield Record(0, path.name, line_number, error="unreadable", reason=f"the file ends here: {raw}")
                    return
                if not raw.strip():
                    continue
                record = Record(0, path.name, line_number)
                try:
                    row = json.loads(raw.decode("utf-8-sig"))
                except UnicodeDecodeError as error:
                    record.error, record.reason = "bad_encoding", f"not UTF-8 at byte {error.start} of the line"
                except (ValueError, RecursionError) as error:
                    record.error, record.reason = "bad_json", str(error)[:200]
                else:
                    if isinstance(row, dict):
                        keys = tuple(row)
                        if keys not in names:
                            if len(names) > 1000:
                                names.clear()
                            names[keys] = self._guess(keys, path, must=False)
                        self._fill(record, row, names[keys])
                    else:
                        record.error, record.reason = "bad_json", f"an object is needed, got {type(row).__name__}"
                yield record

    def _csv(self, path: Path, delimiter: str) -> Iterator[Record]:
        with self._open(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
            rows = csv.reader((line.replace("\0", "�") for line in text), delimiter=delimiter)
            try:
                header = next(rows)
            except StopIteration:
                raise BatchError(f"{path} is empty; a header line with column names is needed") from None
            names = self._guess(header, path, must=True)
            while True:
                try:
                    cells = next(rows)
                except StopIteration:
                    return
                except (csv.Error, EOFError, OSError) as error:
                    yield Record(0, path.name, rows.line_num, error="unreadable", reason=f"the file ends here: {error}")
                    return
                if not cells:
                    continue
                record = Record(0, path.name, rows.line_num)
                if len(cells) != len(header):
                    record.error = "bad_row"
                    record.reason = f"{len(cells)} cells under {len(header)} column names"
                else:
                    self._fill(record, dict(zip(header, cells, strict=True)), names)
                yield record

    def _parquet(self, path: Path) -> Iterator[Record]:
        pq = _pyarrow_parquet()
        with path.open("rb") as self._raw:
            try:
                source = pq.ParquetFile(self._raw)
            except Exception as error:
                raise BatchError(f"{path} is not a Parquet file: {error}") from error
            names = self._guess(source.schema_arrow.names, path, must=True)
            wanted = [*names.values(), *(key for key in self.columns.keep if key in source.schema_arrow.names)]
            line = 0
            for batch in source.iter_batches(batch_size=256, columns=list(dict.fromkeys(wanted))):
                for row in batch.to_pylist():
                    line += 1
                    record = Record(0, path.name, line)
                    self._fill(record, row, names)
                    yield record

    def _guess(self, present: Iterable[str], path: Path, *, must: bool) -> dict[str, str]:
        """The column of each role. With `must`, a named or needed column that is missing is an error."""
        have = list(present)
        lower = {name.strip().lower(): name for name in reversed(have)}
        names: dict[str, str] = {}
        for role, guesses in GUESSES.items():
            asked = getattr(self.columns, role)
            if asked is not None:
                if asked not in have and must:
                    raise BatchError(f"{path} has no column {asked!r}; it has: {', '.join(have)}")
                names[role] = asked
            else:
                found = next((lower[guess] for guess in guesses if guess in lower), None)
                if found is not None:
                    names[role] = found
        if "text" not in names and must:
            raise BatchError(f"{path} has no column that looks like text; name it with --text; it has: {', '.join(have)}")
        names.setdefault("text", "text")
        return names

    def _fill(self, record: Record, row: dict[str, Any], names: dict[str, str]) -> None:
        """Fill a record from a row, or say why it cannot be."""
        text = row.get(names["text"])
        id = row.get(names["id"]) if "id" in names else None
        record.id = None if id is None or id == "" else str(id)
        title = row.get(names["title"]) if "title" in names else None
        record.title = None if title is None or title == "" else str(title)
        record.keep = {key: None if row.get(key) is None else str(row[key]) for key in self.columns.keep}
        date = row.get(names["date"]) if "date" in names else None
        record.date = None if date == "" else date
        if text is None:
            record.error, record.reason = "no_text", f"no value in {names['text']!r}"
        elif not isinstance(text, str):
            record.error, record.reason = "no_text", f"{names['text']!r} holds {type(text).__name__}, not text"
        elif not text.strip():
            record.error, record.reason = "no_text", f"{names['text']!r} is blank"
        else:
            record.text = text


def _text_file(path: Path) -> Record:
    record = Record(0, path.name, 1, id=path.stem)
    try:
        record.text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        record.error, record.reason = "bad_encoding", f"not UTF-8 at byte {error.start}"
    except OSError as error:
        record.error, record.reason = "unreadable", str(error)
    else:
        if not record.text.strip():
            record.error, record.reason = "no_text", "the file is blank"
    return record


def _lines(stream: IO[bytes], path: Path) -> Iterator[bytes | BaseException]:
    """Lines of a stream; a broken archive ends it with the error as last item."""
    try:
        yield from stream
    except (EOFError, OSError, ValueError) as error:
        yield error
    except Exception as error:  # zstandard's error class is its own
        yield error


def _pyarrow_parquet() -> Any:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("pyarrow", "batch") from None
    return pq
