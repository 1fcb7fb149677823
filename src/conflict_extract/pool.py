"""A supervised pool of spawned workers: chunks of documents in, bytes out, in order; no document can stop the others.

A worker loads its own model, works on one chunk, with the next one in its pipe, and says before each document that it begins. The
parent holds the deadline: a worker that is late, or that died, is replaced; the document it was at is marked as failed, and the
chunk is sent to the next worker, which makes an error of the marked document and works on the others. A worker that died may have been killed
for a reason outside the document (memory taken by others, an operator), so its document gets one more try alone before it
is marked. Workers are replaced after `RECYCLE` documents, because spaCy's string store only grows.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing as mp
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from importlib.metadata import distributions
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from types import ModuleType
from typing import Any, Protocol

from conflict_extract.errors import BatchError, ConflictExtractError, DocumentTimeoutError
from conflict_extract.settings import Settings

RECYCLE = 20_000
START_LIMIT = 180.0  # seconds a worker may take to load its model


class Handler(Protocol):
    """What a worker runs. Made once a process from the settings and `options`."""

    def __call__(self, items: list[Any], failed: dict[int, ConflictExtractError], beat: Callable[[int], None]) -> bytes:
        """The bytes for a chunk: one result an item, in order.

        Args:
            items: the chunk.
            failed: errors of items that must not be tried again, by position.
            beat: to be called with the position before work on an item begins.
        """


@dataclass
class Chunk:
    """Items sent to a worker at once, with the errors of those that must not be tried again and the deaths at each."""

    number: int
    items: list[Any]
    failed: dict[int, ConflictExtractError] = field(default_factory=dict)
    deaths: dict[int, int] = field(default_factory=dict)

    def died(self, at: int | None) -> None:
        """The worker died at this item (None: before the first); the second time the item fails."""
        where = at or 0
        self.deaths[where] = self.deaths.get(where, 0) + 1
        if self.deaths[where] > 1:
            self.failed[where] = BatchError("the worker process died on this document, twice")

    def expired(self, at: int, timeout: float | None) -> None:
        """This item took too long; it fails."""
        self.failed[at] = DocumentTimeoutError(f"the document took longer than {timeout:g} s")


class Worker:
    """One process, its pipe and what it is doing.

    Args:
        context: of `multiprocessing`, for "spawn".
        factory: "module:callable" that makes the `Handler`.
        settings: for the factory.
        options: for the factory.
        bare: do not import the parent's main module in the process, as "spawn" does. It costs time and memory (in a Ray actor
            that module is Ray's); only items of classes that are defined there need it.
    """

    def __init__(self, context: Any, factory: str, settings: Settings, options: dict[str, Any], *, bare: bool = False) -> None:
        self.pipe: Connection
        self.pipe, child = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_work,
            args=(child, factory, settings.model_dump(), options),
            daemon=True,
            name="conflict-extract-worker",
        )
        with _without_main() if bare else nullcontext():
            self.process.start()
        child.close()
        self.ready = False
        self.chunk: Chunk | None = None
        self.next: Chunk | None = None
        self._sender: Thread | None = None
        self.at: int | None = None
        self.since = time.monotonic()
        self.done = 0

    def give(self, chunk: Chunk) -> None:
        """Send a chunk to the worker."""
        self.chunk, self.at, self.since = chunk, None, time.monotonic()
        self.pipe.send((chunk.items, chunk.failed))

    def give_next(self, chunk: Chunk) -> None:
        """Send the chunk that follows the one in work; from a thread, since a pipe holds little and the worker reads later."""
        self.next = chunk
        self._sender = Thread(target=self._send, args=(chunk, self._sender), daemon=True)
        self._sender.start()

    def _send(self, chunk: Chunk, before: Thread | None) -> None:
        if before is not None:
            before.join()  # the chunk before may still be on its way: the worker reads while the parent goes on
        with suppress(OSError):  # the worker has ended, as the parent will see
            self.pipe.send((chunk.items, chunk.failed))

    def finish(self) -> None:
        """The chunk is done; the next one, if any, is in work."""
        self.done += len(self.chunk.items) if self.chunk else 0
        self.chunk, self.next, self.at = self.next, None, None

    def chunks(self) -> list[Chunk]:
        """The chunk in work and the one that follows, as far as there are any."""
        return [chunk for chunk in (self.chunk, self.next) if chunk is not None]

    def stop(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()
        if self._sender is not None:
            self._sender.join()
        self.pipe.close()


_main_hidden = Lock()


@contextmanager
def _without_main() -> Iterator[None]:
    """While a process is spawned: an empty main module, so that the child has none to import."""
    with _main_hidden:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class Pool:
    """Workers that turn documents into bytes; use it as a context manager.

    Args:
        settings: of the Extractors in the workers.
        processes: number of workers.
        chunk: documents in a chunk.
        timeout: seconds one document may take, or None.
        factory: "module:callable" that makes the worker's `Handler` from (Settings, options).
        options: plain data for the factory.
        bare: see `Worker`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        processes: int,
        chunk: int = 16,
        timeout: float | None = None,
        factory: str = "conflict_extract.pool:ReportHandler",
        options: dict[str, Any] | None = None,
        bare: bool = False,
    ) -> None:
        self.settings = settings
        self.processes = processes
        self.chunk = chunk
        self.timeout = timeout
        self.factory = factory
        self.options = options or {}
        self.bare = bare
        self._context = mp.get_context("spawn")
        self._workers: list[Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop all workers."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def reports(self, documents: Iterable[Any]) -> Iterator[Any]:
        """Reports, or the error of a document in its place, in order."""
        from conflict_extract.schema import Report

        for data in self.map(_chunks(documents, self.chunk)):
            for item in pickle.loads(data):
                yield item if isinstance(item, ConflictExtractError) else Report.model_validate_json(item)

    def map(self, chunks: Iterable[list[Any]]) -> Iterator[bytes]:
        """The bytes of each chunk, in order; reads at most four chunks a worker ahead.

        Raises:
            BatchError: workers cannot start.
        """
        source = iter(chunks)
        waiting: deque[Chunk] = deque()
        finished: dict[int, bytes] = {}
        issued = given_out = 0
        exhausted = False
        ahead = 4 * self.processes
        try:
            while True:
                while given_out in finished:
                    yield finished.pop(given_out)
                    given_out += 1
                while not exhausted and len(waiting) < self.processes and issued - given_out < ahead:
                    items = next(source, None)
                    if items is None:
                        exhausted = True
                    else:
                        waiting.append(Chunk(issued, items))
                        issued += 1
                if exhausted and not waiting and given_out == issued:
                    return
                self._staff(len(waiting))
                for worker in self._workers:
                    if worker.ready and worker.chunk is None and waiting:
                        worker.give(waiting.popleft())
                for worker in self._workers:
                    # not at the end, where a chunk in a busy worker's pipe would wait while another worker is idle
                    if worker.chunk and not worker.next and waiting and not exhausted and worker.done < RECYCLE - 2 * self.chunk:
                        worker.give_next(waiting.popleft())
                self._listen(waiting, finished)
        finally:
            self.close()

    def hire(self) -> None:
        """Start the first worker now, before there is work, so that it loads while the caller prepares."""
        self._staff(1)

    def _staff(self, wanted: int) -> None:
        """Start workers up to the number set, no more than there is work for."""
        busy = sum(worker.chunk is not None for worker in self._workers)
        while len(self._workers) < min(self.processes, busy + wanted):
            self._workers.append(Worker(self._context, self.factory, self.settings, self.options, bare=self.bare))

    def _listen(self, waiting: deque[Chunk], finished: dict[int, bytes]) -> None:
        """Wait for a message, a death or a deadline, and act on it."""
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe), timeout=self._patience()):
            worker = by_pipe[pipe]  # type: ignore[index]
            try:
                kind, value = worker.pipe.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                self._bury(worker, waiting)
                continue
            worker.since = time.monotonic()
            if kind == "ready":
                worker.ready = True
            elif kind == "broken":
                raise BatchError(f"a worker could not start: {value}")
            elif kind == "at":
                worker.at = value
            elif worker.chunk is not None:
                finished[worker.chunk.number] = value
                worker.finish()
                if worker.done >= RECYCLE:
                    self._workers.remove(worker)
                    waiting.extendleft(reversed(worker.chunks()))
                    worker.stop()
        now = time.monotonic()
        for worker in list(self._workers):
            if not worker.ready and now - worker.since > START_LIMIT:
                raise BatchError(f"a worker did not start within {START_LIMIT:.0f} s")
            if self._late(worker, now):
                self._expire(worker, waiting)

    def _patience(self) -> float:
        return 0.5 if self.timeout is None else max(0.01, min(0.5, self.timeout / 10))

    def _late(self, worker: Worker, now: float) -> bool:
        return self.timeout is not None and worker.at is not None and now - worker.since > self.timeout

    def _expire(self, worker: Worker, waiting: deque[Chunk]) -> None:
        self._workers.remove(worker)
        worker.stop()
        if worker.chunk is not None and worker.at is not None:
            worker.chunk.expired(worker.at, self.timeout)
        waiting.extendleft(reversed(worker.chunks()))

    def _bury(self, worker: Worker, waiting: deque[Chunk]) -> None:
        chunk, at = worker.chunk, worker.at
        self._workers.remove(worker)
        code = worker.process.exitcode
        worker.stop()
        if not worker.ready:
            raise BatchError(f"a worker died while it started (exit code {code})")
        if chunk is None:
            return
        chunk.died(at)
        waiting.extendleft(reversed(worker.chunks()))


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


# -- in the worker ----------------------------------------------------------------------------------------
class ReportHandler:
    """Turns documents into pickled lists of report JSON or errors."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        from conflict_extract.api import load

        self.extractor = load(warm=True, **settings.model_dump())  # no document pays for the first calls

    def __call__(self, items: list[Any], failed: dict[int, ConflictExtractError], beat: Callable[[int], None]) -> bytes:
        """The chunk's reports (JSON bytes) or errors, pickled."""
        from conflict_extract.api import as_document

        out: list[bytes | ConflictExtractError] = []
        for number, item in enumerate(items):
            if number in failed:
                out.append(failed[number])
                continue
            beat(number)
            try:
                out.append(self.extractor.extract(**as_document(item)).model_dump_json().encode())
            except ConflictExtractError as error:
                out.append(error)
            except Exception as error:  # one document must not stop the others
                out.append(BatchError(f"{type(error).__name__}: {error}"))
        return pickle.dumps(out)


NEED_NO_TORCH = {"conflict-extract", "spacy", "spacy-legacy", "spacy-loggers", "spacy-lookups-data", "srsly", "thinc"}


def spare_torch() -> None:
    """Import thinc without PyTorch and CuPy, where they are installed: nothing here uses them, and they cost seconds and memory.

    thinc imports them only to see whether they are there. Afterwards they can be imported as ever. For processes of our own; does
    nothing where another package has plugins for spaCy or thinc, since spaCy imports all of them and they may need PyTorch.
    """
    if not {name.lower().replace("_", "-") for name in _plugin_owners()} <= NEED_NO_TORCH:
        return
    hidden = [name for name in ("torch", "cupy") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is the documented way to forbid an import
    try:
        importlib.import_module("thinc.compat")
    finally:
        for name in hidden:
            del sys.modules[name]


def _plugin_owners() -> Iterator[str]:
    """Names of the installed packages with plugins for spaCy or thinc."""
    for dist in distributions():
        points = dist.read_text("entry_points.txt") or ""
        if ("[spacy_" in points or "[thinc_" in points) and dist.name:
            yield dist.name


def spare_commands() -> None:
    """Import spaCy without the modules of its command line, which take half of that time (an HTTP client, templates, YAML files).

    spaCy imports them for one function, `spacy.info`, which still works. Afterwards `spacy.cli` can be imported as ever.
    """
    if "spacy" in sys.modules:
        return
    package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    module.info = lambda *given, **named: importlib.import_module("spacy.cli.info").info(*given, **named)  # type: ignore[attr-defined]  # of a bare module
    hidden = {"spacy.cli": package, "spacy.cli.info": module}
    sys.modules.update(hidden)
    try:
        importlib.import_module("spacy")
    finally:
        for name in hidden:
            del sys.modules[name]


def _work(pipe: Connection, factory: str, settings: dict[str, Any], options: dict[str, Any]) -> None:
    """The worker's main loop; an interrupt from the terminal is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # while the model loads: hardly anything of that is garbage
    try:
        spare_torch()
        spare_commands()
        module, name = factory.split(":")
        handler: Handler = getattr(importlib.import_module(module), name)(Settings.model_validate(settings), options)
    except Exception as error:
        pipe.send(("broken", f"{type(error).__name__}: {error}"))
        return
    gc.freeze()  # the model and the tables stay; the collector need not walk over them again and again
    gc.enable()
    pipe.send(("ready", None))
    while True:
        try:
            items, failed = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            data = handler(items, failed, lambda number: pipe.send(("at", number)))
            pipe.send(("done", data))
        except (BrokenPipeError, OSError):
            return
