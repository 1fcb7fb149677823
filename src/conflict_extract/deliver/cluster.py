"""The batch function on Ray Data (extra `cluster`): the same records in, the same blocks out, on many machines.

Actors hold the model and ask for half a processor each: with one each, Ray's own readers starve on small machines (measured with
Ray 2.60 on two processors). A run is one dataset from its first chunk to its last, with the same actors: its source is a stream that
this process feeds, a few chunks ahead of the work, so the object store holds no more of a large corpus than of a small one. A chunk
is one row of that dataset, so that Ray neither joins nor splits it. Order is not kept by Ray; it is restored by the chunk's number.
A chunk whose node dies is made again on another node.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from itertools import chain, count
from multiprocessing import AuthenticationError, get_context
from multiprocessing.connection import Client, Connection, Listener
from threading import Condition, Thread
from typing import Any

import pyarrow as pa

from conflict_extract.deliver.batch.read import Record
from conflict_extract.deliver.batch.run import Engine, Options
from conflict_extract.deliver.batch_workers import HANDLER
from conflict_extract.errors import BatchError, MissingExtraError
from conflict_extract.pool import RECYCLE, START_LIMIT, Chunk, Worker
from conflict_extract.settings import Settings, opt_out

END = b"end"
PATIENCE = 0.5  # seconds until the feed looks whether its task has ended
AHEAD = 4  # chunks on their way for each actor
CPUS = 0.5
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
        self.worker: Worker | None = self._start()

    def __call__(self, table: pa.Table) -> pa.Table:
        """The block of a table of records."""
        return pa.ipc.open_stream(self.block(table)).read_all()

    def block(self, table: pa.Table) -> bytes:
        """The block of a table of records, as an IPC stream."""
        chunk = Chunk(0, table_records(table))
        while (data := self._try(chunk)) is None:
            pass
        return data

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

    def _start(self) -> Worker:
        return Worker(get_context("spawn"), HANDLER, self.settings, self.options, bare=True)

    def _ready(self) -> Worker:
        worker = self.worker = self.worker or self._start()
        if not worker.ready:
            try:
                kind, value = worker.pipe.recv() if worker.pipe.poll(START_LIMIT) else ("late", START_LIMIT)
            except (EOFError, OSError):
                kind, value = "died", worker.process.exitcode
            if kind != "ready":
                self._drop()
                raise BatchError(f"a worker could not start: {kind}, {value}")
            worker.ready = True
        return worker

    def _drop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None


class ChunkActor(BlockActor):
    """The actor of `--engine ray`: each row is a chunk (`number`, and `records` as an IPC stream), and comes back as `number`, `block`."""

    def __call__(self, table: pa.Table) -> pa.Table:
        """The blocks of the chunks. A chunk without records is one whose block was had before (see `Feed`); its block is empty."""
        blocks = [
            self.block(pa.ipc.open_stream(records).read_all()) if records else b""
            for records in table.column("records").to_pylist()
        ]
        return pa.table({"number": table.column("number"), "block": pa.array(blocks, pa.large_binary())})


class Feed:
    """Chunks for Ray's reading task, which runs on this machine and takes them from a socket, each when it is there.

    Ray starts the task again when it died, or when a row was lost with a node, and expects the same rows from it. So chunks are kept
    until their block has come; in place of those before, a task that starts late gets empty ones, which Ray passes on to nobody.
    """

    def __init__(self) -> None:
        self.key = os.urandom(32)
        self._listener = Listener(family="AF_UNIX", authkey=self.key)
        self.address = str(self._listener.address)
        self._change = Condition()
        self._kept: dict[int, bytes] = {}
        self._given = 0
        self._ended = self._closed = False
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def put(self, records: pa.Table) -> None:
        """Add the next chunk."""
        with self._change:
            self._kept[self._given] = ipc(records)
            self._given += 1
            self._change.notify_all()

    def done(self, number: int) -> None:
        """Forget a chunk: its block has come."""
        with self._change:
            self._kept.pop(number, None)

    def end(self) -> None:
        """Say that no chunk follows."""
        with self._change:
            self._ended = True
            self._change.notify_all()

    def close(self) -> None:
        """Stop."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        with suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.connect(self.address)  # the thread may be waiting for one
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._closed:
            with suppress(OSError, EOFError, AuthenticationError):
                pipe = self._listener.accept()
                Thread(target=self._send, args=(pipe,), daemon=True).start()  # Ray may start the task anew beside the first one

    def _send(self, pipe: Connection) -> None:
        with pipe, suppress(OSError):
            for at in count():
                while (data := self._wait(at)) is None:
                    if self._closed or pipe.poll():  # the task never writes: it has ended
                        return
                pipe.send_bytes(data)
                if data is END:
                    return

    def _wait(self, at: int) -> bytes | None:
        """The chunk of this number, or the end; None when neither is there after a while."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._ended or at < self._given, PATIENCE)
            if self._closed:
                return None
            if at < self._given:
                return self._kept.get(at, b"")
            return END if self._ended else None


def receive(address: str, key: bytes) -> Iterator[pa.Table]:
    """What the reading task does: the chunks of a `Feed`, a table of one row each.

    Raises:
        EOFError: the feed was closed before its end.
    """
    with Client(address, authkey=key) as pipe:
        number = 0
        while (data := pipe.recv_bytes()) != END:
            yield pa.table({"number": pa.array([number], pa.int64()), "records": pa.array([data], pa.large_binary())})
            number += 1


def ipc(table: pa.Table) -> bytes:
    """A table as an IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


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
    wanted = actors or _processors(ray)
    return dataset.map_batches(
        BlockActor,
        fn_constructor_args=_arguments(settings, reports, no_text, timeout),
        batch_format="pyarrow",
        batch_size=None,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=wanted),
        num_cpus=CPUS,
    )


def ray_engine(settings: Settings, options: Options, *, address: str | None = None, actors: int | None = None) -> Engine:
    """An engine for `batch.run`: chunks of records to blocks, in order, through Ray Data.

    Args:
        settings: of the Extractors.
        options: of the run.
        address: of a Ray cluster; default: one on this machine, with `workers` processors. This process must be on one of its nodes.
        actors: number of actors; default: `workers` on this machine, else the cluster's processors.

    Raises:
        MissingExtraError: Ray is not installed.
        BatchError: the cluster cannot be reached.
    """
    if address and address.startswith("ray://"):
        raise BatchError(f"{address} is a door for clients; run this on a node of the cluster, with --address auto or HOST:PORT")
    ray = _ray()
    if not ray.is_initialized():
        try:
            if address:
                ray.init(address=address, log_to_driver=False)
            else:
                ray.init("local", num_cpus=max(options.workers, 1) + 1, include_dashboard=False, log_to_driver=False)
        except Exception as error:
            raise BatchError(f"cannot reach the Ray cluster {address or 'here'}: {error}") from error
    wanted = actors or (_processors(ray) if address else options.workers)

    def engine(chunks: Iterable[list[Record]]) -> Iterator[bytes]:
        source = iter(chunks)
        first = next(source, None)
        if first is None:
            return
        with closing(Feed()) as feed:
            dataset = _source(ray, feed)
            dataset.context.enable_progress_bars = False
            dataset.context.print_on_execution_start = False
            dataset.context.target_max_block_size = 1  # every chunk is a block of its own, and is passed on when it is there
            rows = dataset.map_batches(
                ChunkActor,
                fn_constructor_args=_arguments(settings, options.jsonl or options.reports, options.no_text, options.timeout),
                batch_format="pyarrow",
                batch_size=None,
                compute=ray.data.ActorPoolStrategy(size=wanted, max_tasks_in_flight_per_actor=2),
                num_cpus=CPUS,
            ).iter_batches(batch_format="pyarrow", batch_size=None)
            try:
                yield from flow(chain([first], source), feed, _results(rows), AHEAD * wanted)
            except ray.exceptions.RayError as error:
                raise BatchError(f"Ray has stopped: {str(error).strip().splitlines()[-1]}") from error

    return engine


def flow(chunks: Iterable[list[Record]], feed: Feed, results: Iterator[tuple[int, bytes]], ahead: int) -> Iterator[bytes]:
    """Blocks in the order of their chunks; reads at most `ahead` chunks further than what was given out.

    Args:
        chunks: lists of records.
        feed: takes the chunks.
        results: numbers of chunks and their blocks, in any order; a chunk that comes twice counts once.
        ahead: chunks.

    Raises:
        BatchError: the results end before all is there, or hold a chunk that was never given.
    """
    source = iter(chunks)
    held: dict[int, bytes] = {}
    issued = given = 0
    exhausted = False
    while True:
        while not exhausted and issued - given < ahead:
            if (chunk := next(source, None)) is None:
                exhausted = True
                feed.end()
            else:
                feed.put(record_table(chunk))
                issued += 1
        if given == issued:
            break
        number, block = next(results, (issued, b""))
        if number >= issued:
            raise BatchError("Ray gave back other chunks than it got")
        if block and number >= given:
            held[number] = block
            feed.done(number)
        while given in held:
            yield held.pop(given)
            given += 1
    for _ in results:  # lets Ray end the execution in its own way
        pass


def _results(batches: Iterable[pa.Table]) -> Iterator[tuple[int, bytes]]:
    for batch in batches:
        yield from zip(batch.column("number").to_pylist(), batch.column("block").to_pylist(), strict=True)


def _source(ray: Any, feed: Feed) -> Any:
    """The Ray dataset of a feed's chunks: one reading task, on this machine, that takes no processor."""
    from ray.data import Datasource, ReadTask
    from ray.data.block import BlockMetadata

    task = partial(receive, feed.address, feed.key)

    class FeedDatasource(Datasource):
        supports_distributed_reads = False

        def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:
            return [ReadTask(task, BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None, input_files=None))]

        def estimate_inmemory_data_size(self) -> int | None:
            return None

    return ray.data.read_datasource(
        FeedDatasource(),  # type: ignore[no-untyped-call]  # Ray's Datasource has no types
        override_num_blocks=1,
        num_cpus=0,
    )


def _arguments(settings: Settings | None, reports: bool, no_text: bool, timeout: float | None) -> tuple[dict[str, Any], ...]:
    """What an actor is made from."""
    return (settings or Settings()).model_dump(), {"reports": reports, "no_text": no_text, "timeout": timeout}


def _processors(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _ray() -> Any:
    opt_out("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its maker unless told not to
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("ray", "cluster") from None
    return ray
