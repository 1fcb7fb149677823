"""The batch function on Ray Data (extra `cluster`): the same records in, the same blocks out, on many machines.

Actors hold the model and ask for half a processor each: with one each, Ray's own readers starve on small machines (measured with
Ray 2.60 on two processors). Every chunk is a block of its own before `map_batches`, so that all actors have work. Order is not kept
by Ray; it is restored by the record number. A block whose node dies is made again on another node.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from conflict_extract.deliver.batch.read import Record
from conflict_extract.deliver.batch.run import Engine, Options
from conflict_extract.errors import BatchError, MissingExtraError
from conflict_extract.pool import RECYCLE, START_LIMIT, Chunk, Worker
from conflict_extract.settings import Settings, opt_out

WINDOW = 1024  # chunks in one Ray dataset; bounds the object store, costs one start of the actors each
CPUS = 0.5
FACTORY = "conflict_extract.deliver.batch.work:BlockHandler"
RECORDS = pa.schema(
    [
        ("number", pa.int64()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("id", pa.string()),
        ("text", pa.string()),
        ("date", pa.string()),
        ("title", pa.string()),
        ("keep", pa.map_(pa.string(), pa.string())),
        ("cluster", pa.string()),
        ("error", pa.string()),
        ("reason", pa.string()),
    ]
)


def record_table(records: Iterable[Record]) -> pa.Table:
    """Records as an Arrow table with the schema `RECORDS`."""
    rows = []
    for record in records:
        row = {name: getattr(record, name) for name in RECORDS.names}
        row["date"] = None if record.date is None else str(record.date)
        row["keep"] = list(record.keep.items())
        rows.append(
            {key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for key, value in row.items()}
        )
    return pa.Table.from_pylist(rows, schema=RECORDS)


def table_records(table: pa.Table) -> list[Record]:
    """The records of a table with the columns of `RECORDS`, of which only `text` must be there; others become None.

    A row without text, or with a value that is no text, becomes a record with the error `no_text`.
    """
    out = []
    for row in table.select([name for name in RECORDS.names if name in table.column_names]).to_pylist():
        record = Record(**{"number": None, "file": None, "line": None, **row, "keep": dict(row.get("keep") or [])})
        for name in ("id", "title"):
            value = row.get(name)
            setattr(record, name, None if value is None or value == "" else str(value))
        record.date = None if record.date == "" else record.date
        if record.error is None and not (isinstance(record.text, str) and record.text.strip()):
            kind = "is missing or blank" if record.text is None or isinstance(record.text, str) else "is not text"
            record.text, record.error, record.reason = "", "no_text", f"'text' {kind}"
        out.append(record)
    return out


class BlockActor:
    """The Ray actor: a table of records in, a block out.

    The model lives in a process below the actor, as with local workers: a document that takes too long, or that kills its process
    twice, becomes a row of `errors`, where Ray alone would send it to a new actor for ever.
    """

    def __init__(self, settings: dict[str, Any], options: dict[str, Any]) -> None:
        self.settings = Settings.model_validate(settings)
        self.options = options
        self.timeout: float | None = options.get("timeout")
        self.worker: Worker | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        """The block of a table of records."""
        chunk = Chunk(0, table_records(table))
        while (data := self._try(chunk)) is None:
            pass
        return pa.ipc.open_stream(data).read_all()

    def _try(self, chunk: Chunk) -> bytes | None:
        """Send the chunk to the worker; None when that ended, with the document that it was at marked in the chunk."""
        worker = self._ready()
        worker.give(chunk)
        at: int | None = None
        try:
            while worker.pipe.poll(None if at is None else self.timeout):
                kind, value = worker.pipe.recv()
                if kind == "done":
                    worker.done += len(chunk.items)
                    if worker.done >= RECYCLE:
                        self._drop()
                    return bytes(value)
                at = value
        except (EOFError, OSError):
            chunk.died(at)
        else:
            chunk.expired(at or 0, self.timeout)
        self._drop()
        return None

    def _ready(self) -> Worker:
        if self.worker is None:
            self.worker = Worker(get_context("spawn"), FACTORY, self.settings, self.options, bare=True)
            try:
                kind, value = self.worker.pipe.recv() if self.worker.pipe.poll(START_LIMIT) else ("late", START_LIMIT)
            except (EOFError, OSError):
                kind, value = "died", self.worker.process.exitcode
            if kind != "ready":
                self._drop()
                raise BatchError(f"a worker could not start: {kind}, {value}")
        return self.worker

    def _drop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None


def extract_dataset(
    dataset: Any,
    *,
    settings: Settings | None = None,
    actors: int | None = None,
    reports: bool = False,
    no_text: bool = False,
    timeout: float | None = 300.0,
) -> Any:
    """A Ray dataset of records as a Ray dataset of blocks, evaluated lazily.

    Args:
        dataset: rows with `text` and optionally `id`, `date` (text or a date), `title`, `number`, `file`, `line`; the last three
            come back in the columns `record`, `file`, `line`, which are null without them.
        settings: of the Extractors.
        actors: number of actors; default: one for each processor of the cluster, each asking for half a processor, so that a
            node that dies leaves room for its actors on the others.
        reports: put each Report's JSON into the rows of `documents`.
        no_text: without the article's words.
        timeout: seconds a document may take, or None.

    Returns:
        A Ray dataset with the schema of `batch.arrow.block_schema`: a row a document, with a list column for each table. A
        document that fails has a row in its list `errors`. The order of rows is not kept.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    ray = _ray()
    count = actors or max(1, int(ray.cluster_resources().get("CPU", 1)))
    return dataset.map_batches(
        BlockActor,
        fn_constructor_args=((settings or Settings()).model_dump(), {"reports": reports, "no_text": no_text, "timeout": timeout}),
        batch_format="pyarrow",
        batch_size=None,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=count),
        num_cpus=CPUS,
    )


def ray_engine(settings: Settings, options: Options, *, address: str | None = None, actors: int | None = None) -> Engine:
    """An engine for `batch.run`: chunks of records to blocks, in order, through Ray Data.

    Args:
        settings: of the Extractors.
        options: of the run.
        address: of a Ray cluster; default: one on this machine, with `workers` processors.
        actors: number of actors; default: `workers` on this machine, else the cluster's processors.

    Raises:
        MissingExtraError: Ray is not installed.
        BatchError: the cluster cannot be reached.
    """
    ray = _ray()
    if not ray.is_initialized():
        try:
            if address:
                ray.init(address=address, log_to_driver=False)
            else:
                ray.init(num_cpus=max(options.workers, 1) + 1, include_dashboard=False, log_to_driver=False)
        except Exception as error:
            raise BatchError(f"cannot reach the Ray cluster {address or 'here'}: {error}") from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    wanted = actors or (None if address else options.workers)

    def engine(chunks: Iterable[list[Record]]) -> Iterator[pa.Table]:
        source = iter(chunks)
        while tables := [record_table(chunk) for chunk in islice(source, WINDOW)]:
            order = [table.column("number")[0].as_py() for table in tables]
            blocks = extract_dataset(
                ray.data.from_arrow(tables),
                settings=settings,
                actors=wanted,
                reports=options.jsonl or options.reports,
                no_text=options.no_text,
                timeout=options.timeout,
            )
            yield from in_order(
                blocks.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=2),
                order,
                [table.num_rows for table in tables],
            )

    return engine


def in_order(blocks: Iterable[pa.Table], firsts: list[int], sizes: list[int]) -> Iterator[pa.Table]:
    """Blocks that come in any order, joined or split, as the chunks that went in, each as soon as those before it are there.

    Args:
        blocks: tables with a column `record`.
        firsts: the first record number of each chunk, ascending.
        sizes: rows in each chunk.

    Raises:
        BatchError: rows are missing, or came twice.
    """
    held: dict[int, list[pa.Table]] = {}
    at = 0
    for block in blocks:
        owners = [bisect_right(firsts, number) - 1 for number in block.column("record").to_pylist()]
        cuts = [0, *(place for place in range(1, len(owners)) if owners[place] != owners[place - 1]), len(owners)]
        for start, end in pairwise(cuts):
            if end > start:
                held.setdefault(owners[start], []).append(block.slice(start, end - start))
        while at < len(firsts) and sum(piece.num_rows for piece in held.get(at, ())) >= sizes[at]:
            chunk = pa.concat_tables(held.pop(at)).sort_by("record")
            if chunk.column("record").to_pylist() != list(range(firsts[at], firsts[at] + sizes[at])):
                raise BatchError("Ray gave back other records than it got")
            yield chunk
            at += 1
    if at < len(firsts) or held:
        raise BatchError("Ray gave back other records than it got")


def _ray() -> Any:
    opt_out("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its maker unless told not to
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("ray", "cluster") from None
    return ray
