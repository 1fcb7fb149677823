"""One batch run: reader, workers, writer; resumable, nothing lost, nothing doubled.

The reader is always read from the start, so ids and clusters come out the same after an interruption; records whose part is
complete are not extracted again. At most a few chunks a worker are in flight, so memory does not grow with the corpus.
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from conflict_extract._version import __version__
from conflict_extract.api import model_sha256
from conflict_extract.deliver.batch.arrow import ARROW_SCHEMA, explode
from conflict_extract.deliver.batch.near import Near
from conflict_extract.deliver.batch.read import Columns, Reader, Record, expand
from conflict_extract.deliver.batch.work import clean, document_id
from conflict_extract.deliver.batch.write import Writer, total, write_json
from conflict_extract.deliver.batch_workers import workers
from conflict_extract.errors import BatchError
from conflict_extract.lexicons.loader import lexicons_sha256
from conflict_extract.settings import Settings

# Maps chunks of records to blocks (tables or IPC streams), in order.
Engine = Callable[[Iterable[list[Record]]], Iterator[bytes | pa.Table]]
FINGERPRINT = 1 << 20  # bytes hashed at either end of an input file
PART_CHARACTERS = 8_000_000  # a part ends here too, so that a corpus of books needs no more memory than one of news
CHUNK_CHARACTERS = 200_000


@dataclass(frozen=True)
class Options:
    """What a run does.

    `part`: most records in a part. `chunk`: most records sent to a worker at once. `limit_length`: longest text in
    characters (default: the setting `max_chars`). `timeout`: seconds a document may take. `jsonl`: write reports as JSON lines.
    `reports`: keep each Report as JSON in the table `documents`, from which `compare` reads.
    `clusters`: find near-duplicates. `suffix_ids`: give a repeated id a suffix instead of an error.
    """

    columns: Columns = field(default_factory=Columns)
    workers: int = 1
    part: int = 512
    chunk: int = 16
    limit_length: int | None = None
    timeout: float | None = 300.0
    jsonl: bool = False
    reports: bool = True
    no_text: bool = False
    clusters: bool = True
    suffix_ids: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run is: `share` of the input read (0 to 1); totals of this run's parts."""

    share: float
    documents: int
    words: int
    claims: int
    errors: int
    resumed: int


@dataclass(frozen=True)
class Summary:
    """Totals of a finished run. `resumed`: records that an earlier run had done."""

    documents: int
    words: int
    claims: int
    errors: int
    resumed: int


def run(
    inputs: list[Path],
    out: Path,
    settings: Settings,
    options: Options,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    engine: Engine | None = None,
) -> Summary:
    """Extract a corpus into a folder; started again after an interruption it goes on.

    Args:
        inputs: files and folders.
        out: the run's folder; made when missing.
        settings: of the Extractors.
        options: what to do.
        on_progress: called after every chunk.
        engine: maps chunks of records to blocks, in order; default: a pool of local processes.

    Raises:
        BatchError: the input or the folder cannot be used; the folder holds a run with other input or settings.
    """
    files = expand(inputs)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            _check_manifest(out, manifest(files, settings, options))
            return _run(files, out, settings, options, on_progress, engine)
    except OSError as error:
        raise BatchError(f"cannot write to {out}: {error.strerror or error}; start again to go on") from error


def _run(
    files: list[Path],
    out: Path,
    settings: Settings,
    options: Options,
    on_progress: Callable[[Progress], None] | None,
    engine: Engine | None,
) -> Summary:
    with ExitStack() as held:
        if engine is None:
            pool = held.enter_context(
                workers(
                    settings,
                    count=options.workers,
                    chunk=options.chunk,
                    timeout=options.timeout,
                    reports=options.jsonl or options.reports,
                    no_text=options.no_text,
                )
            )
            engine = pool.map
        writer = Writer(out, jsonl=options.jsonl)
        reader = Reader(files, options.columns)
        stream = held.enter_context(closing(_Stream(reader, writer, settings, options, out)))
        seen = dict.fromkeys(("documents", "words", "claims", "errors"), 0)
        blocks: list[pa.Table] = []
        for data in engine(stream.chunks()):
            block = data if isinstance(data, pa.Table) else pa.ipc.open_stream(data).read_all()
            blocks.append(block)
            documents = explode(block, "documents")
            seen["documents"] += documents.num_rows
            seen["words"] += total(documents, "words")
            seen["claims"] += total(documents, "claims")
            seen["errors"] += explode(block, "errors").num_rows
            first = blocks[0].column("record")[0].as_py()
            last = block.column("record")[-1].as_py()
            if last + 1 == stream.end_of_part(first):
                writer.write(first, last, pa.concat_tables(blocks))
                blocks = []
            if on_progress:
                on_progress(Progress(share=reader.progress, resumed=stream.resumed, **seen))
    totals = writer.totals()
    write_json(out / "done.json", {**totals, "records": stream.total})
    return Summary(resumed=stream.resumed, **totals)


class _Stream:
    """Chunks of records that are not done yet; a chunk never crosses a part."""

    def __init__(self, reader: Reader, writer: Writer, settings: Settings, options: Options, out: Path) -> None:
        self.reader = reader
        self.writer = writer
        self.options = options
        self.limit = min(options.limit_length or settings.max_chars, settings.max_chars)
        self.resumed = 0
        self.total = 0
        self._scratch = [out / ".ids.sqlite", out / ".near.sqlite"]
        self._ids = _Ids(self._scratch[0])
        self._near = Near(self._scratch[1]) if options.clusters else None
        self._ends: dict[int, int] = {}

    def end_of_part(self, first: int) -> int | None:
        """One past the last record of the part that starts at `first`; None while that is not read yet."""
        return self._ends.get(first)

    def chunks(self) -> Iterator[list[Record]]:
        """Chunks whose part is not complete, in order, each as soon as it is read."""
        records = (self._prepared(record) for record in self.reader)
        first = 0
        for chunk, ends_part in cut(records, self.options.chunk, CHUNK_CHARACTERS, self.options.part, PART_CHARACTERS):
            self.total = chunk[-1].number + 1
            if self.writer.complete(first):
                self.resumed += len(chunk)
            else:
                if ends_part:
                    self._ends[first] = self.total
                yield chunk
            if ends_part:
                first = self.total

    def _prepared(self, record: Record) -> Record:
        if record.error is None and len(record.text) > self.limit:
            record.error = "too_long"
            record.reason = f"{len(record.text):,} characters; {self.limit:,} are allowed"
            record.id = document_id(record)
            record.text = ""
        if record.error is not None:
            return record
        id = clean(document_id(record))
        times = self._ids.count(id)
        if times and self.options.suffix_ids:
            while self._ids.count(f"{id}#{times + 1}"):
                times += 1
            id = f"{id}#{times + 1}"
        elif times:
            record.error, record.reason = "duplicate_id", f"the id {id[:100]!r} stands at an earlier record"
            record.id, record.text = id, ""
            return record
        record.id = id
        if self._near is not None:
            record.cluster = self._near.assign(record.number, id, record.text)
        return record

    def close(self) -> None:
        """Delete the scratch files."""
        self._ids.close()
        if self._near is not None:
            self._near.__exit__(None, None, None)
        for path in self._scratch:
            path.unlink(missing_ok=True)


def cut(
    records: Iterable[Record], count: int, characters: int, part: int, part_characters: int
) -> Iterator[tuple[list[Record], bool]]:
    """Chunks of records, each with whether a part of the output ends with it.

    Args:
        records: in order.
        count: most records in a chunk.
        characters: a chunk that has reached so many ends too.
        part: most records in a part.
        part_characters: a part that has reached so many ends too.
    """
    chunk: list[Record] = []
    size = part_count = part_size = 0
    ahead = iter(records)
    following = next(ahead, None)
    while (record := following) is not None:
        following = next(ahead, None)  # the last record ends a part, so a record is only passed on when the next one is known
        chunk.append(record)
        size += len(record.text)
        part_count += 1
        part_size += len(record.text)
        ends_part = part_count == part or part_size >= part_characters or following is None
        if ends_part or len(chunk) == count or size >= characters:
            yield chunk, ends_part
            chunk, size = [], 0
        if ends_part:
            part_count = part_size = 0


class _Ids:
    """The ids seen so far, in an SQLite file, so that memory does not grow with the corpus."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE ids (id BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID; BEGIN"
        )

    def count(self, id: str) -> int:
        """How often the id was seen before; counts this time."""
        key = hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        row = self._db.execute("SELECT times FROM ids WHERE id = ?", (key,)).fetchone()
        times = int(row[0]) if row else 0
        self._db.execute("INSERT OR REPLACE INTO ids VALUES (?, ?)", (key, times + 1))
        return times

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def manifest(files: list[Path], settings: Settings, options: Options) -> dict[str, Any]:
    """What decides a run's output: input fingerprints, settings, versions."""
    return {
        "library": __version__,
        "arrow_schema": ARROW_SCHEMA,
        "model_sha256": model_sha256(),
        "lexicons_sha256": lexicons_sha256(),
        "settings": settings.model_dump(mode="json"),
        "tables": {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in _tables(settings)},
        "options": {
            "columns": {**vars(options.columns), "keep": list(options.columns.keep)},
            "part": options.part,
            "limit_length": options.limit_length,
            "timeout": options.timeout,
            "format": "jsonl" if options.jsonl else "parquet",
            "reports": options.jsonl or options.reports,
            "no_text": options.no_text,
            "clusters": options.clusters,
            "duplicate_ids": "suffix" if options.suffix_ids else "error",
        },
        "input": [{"file": path.name, "bytes": path.stat().st_size, "sha256_of_ends": _fingerprint(path)} for path in files],
    }


def _tables(settings: Settings) -> list[str]:
    return [*settings.actors, *settings.places, *([settings.countries] if settings.countries else [])]


def _fingerprint(path: Path) -> str:
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        digest.update(stream.read(FINGERPRINT))
        if size > FINGERPRINT:
            stream.seek(max(FINGERPRINT, size - FINGERPRINT))
            digest.update(stream.read(FINGERPRINT))
    return digest.hexdigest()


def _check_manifest(out: Path, wanted: dict[str, Any]) -> None:
    """Write the manifest of a new run, or compare with that of the run that is there.

    Raises:
        BatchError: the folder holds another run; the message names what differs.
    """
    import json

    path = out / "manifest.json"
    if not path.exists():
        others = [item.name for item in out.iterdir() if not item.name.startswith(".")]
        if others:
            raise BatchError(f"{out} is not empty ({others[0]} …) and holds no run; choose another folder")
        write_json(path, wanted)
        return
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BatchError(f"{path} is damaged ({error}); choose another folder") from error
    wanted = json.loads(json.dumps(wanted))
    differing = [key for key in wanted if found.get(key) != wanted[key]]
    if differing:
        raise BatchError(f"{out} holds a run with other {', '.join(differing)}; choose another folder")


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder's lock; it goes with the process, however that ends."""
    with (out / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BatchError(f"another run is writing to {out}") from error
        yield
