"""The worker processes of the service, seen from its event loop.

One document a worker at a time. A document past its deadline, or whose client has gone, costs no more processor time: its worker is
killed and replaced. Short texts go before long ones, and long ones never take the last free worker when there are several.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing as mp
import os
import pickle
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.pool import RECYCLE, START_LIMIT, Chunk, Worker
from conflict_extract.settings import Settings

LOG = logging.getLogger("conflict_extract.service")
FACTORY = "conflict_extract.deliver.service.work:RequestHandler"


PAGE = os.sysconf("SC_PAGE_SIZE")
GROWN = 0.75  # of its memory: a worker that has more when it is idle is replaced
GLANCE = 0.1  # seconds between two looks at a worker's memory and at whether its client is still there


class DiedError(Exception):
    """The worker's process ended."""


class GrownError(Exception):
    """The worker's process has more memory than it may."""


class Crew:
    """Starts, lends and replaces worker processes."""

    def __init__(self, settings: Settings, options: ServiceOptions) -> None:
        self.settings = settings
        self.options = options
        self.restarts = 0
        self._context = mp.get_context("spawn")
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._short: deque[asyncio.Future[Worker]] = deque()  # requests that wait, the first in front
        self._long: deque[asyncio.Future[Worker]] = deque()
        self._threads = ThreadPoolExecutor(max_workers=2 * options.workers + 2, thread_name_prefix="crew")
        self._closed = False
        self._opened = False  # a worker has warmed up at any time: from then on requests wait while workers are replaced
        self._watch: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Requests that wait for a worker."""
        return len(self._short) + len(self._long)

    @property
    def ready(self) -> bool:
        """Whether a warmed-up worker is there."""
        return bool(self._all)

    def admit(self) -> None:
        """Refuse a document whose body need not be read.

        Raises:
            Problem: no worker has warmed up yet, or as many wait as may.
        """
        if not self._opened:
            raise Problem("not_ready", "no worker has warmed up yet")
        self._refuse_when_full()

    def _refuse_when_full(self) -> None:
        if self.waiting >= self.options.queue:
            raise Problem("too_many_requests", f"{self.waiting} requests are waiting")

    async def start(self) -> None:
        """Begin to start all workers; `ready` turns true when the first has warmed up."""
        for _ in range(self.options.workers):
            self._hire()
        self._watch = asyncio.create_task(self._watchman())

    async def stop(self) -> None:
        """Stop all workers."""
        self._closed = True
        if self._watch:
            self._watch.cancel()
        for task in list(self._starting):
            task.cancel()
        for worker in list(self._all):
            worker.stop()
        self._all.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _hire(self) -> None:
        task = asyncio.create_task(self._bring_up())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _bring_up(self) -> None:
        """Start a worker and wait until it is warm; tries again after a failure, slower each time."""
        pause = 0.5
        while not self._closed:
            loop = asyncio.get_running_loop()
            worker = await loop.run_in_executor(self._threads, lambda: Worker(self._context, FACTORY, self.settings, {}))
            try:
                await loop.run_in_executor(self._threads, _await_ready, worker)
            except DiedError as error:
                LOG.error("a worker could not start: %s", error)
                worker.stop()
                await asyncio.sleep(pause)
                pause = min(30.0, pause * 2)
                continue
            except asyncio.CancelledError:
                worker.stop()
                raise
            if self._closed:
                worker.stop()
                return
            self._all.add(worker)
            self._opened = True
            self._give_back(worker)
            return

    def _give_back(self, worker: Worker) -> None:
        self._idle.append(worker)
        self._lend()

    def _lend(self) -> None:
        """Give idle workers to those who wait."""
        reserve = 1 if self.options.workers > 1 else 0
        for queue, kept in ((self._short, 0), (self._long, reserve)):
            while queue and len(self._idle) > kept:
                wish = queue.popleft()
                if not wish.done():
                    wish.set_result(self._idle.pop())

    def _replace(self, worker: Worker) -> None:
        self._all.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        worker.stop()
        if not self._closed:
            self.restarts += 1
            self._hire()

    async def _watchman(self) -> None:
        """Replace idle workers that died."""
        while True:
            await asyncio.sleep(1.0)
            for worker in [worker for worker in self._idle if not worker.process.is_alive()]:
                self._replace(worker)

    async def _borrow(self, long: bool) -> Worker:
        self._refuse_when_full()
        wish: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        queue = self._long if long else self._short
        queue.append(wish)
        self._lend()
        try:
            async with asyncio.timeout(self.options.wait):
                return await wish
        except (TimeoutError, asyncio.CancelledError) as error:
            if wish.done() and not wish.cancelled():  # lent in the same moment
                self._give_back(wish.result())
            if isinstance(error, TimeoutError):
                raise Problem("busy", f"no worker came free within {self.options.wait:g} s") from None
            raise
        finally:
            with suppress(ValueError):
                queue.remove(wish)

    async def run(self, payload: dict[str, Any]) -> bytes:
        """The answer to a payload.

        Raises:
            Problem: too many wait, no worker came free, the deadline passed, the memory was not enough, the document failed.
        """
        left = self.options.deadline
        for attempt in (1, 2):
            worker = await self._borrow(len(payload["text"]) >= self.options.long_text)
            cancel = Event()
            end = time.monotonic() + left
            call = asyncio.get_running_loop().run_in_executor(
                self._threads, _call, worker, payload, end, cancel, self.options.memory
            )
            try:
                code, value = await asyncio.shield(call)
            except asyncio.CancelledError:
                cancel.set()
                call.add_done_callback(lambda done: done.exception())  # nobody waits for it any more
                self._replace(worker)
                raise
            except TimeoutError:
                self._replace(worker)
                raise Problem("deadline", f"the document took longer than {self.options.deadline:g} s") from None
            except GrownError:
                left = end - time.monotonic()  # for the second try
                self._replace(worker)
                if attempt == 2 or not worker.done:  # what earlier documents left is not this one's fault
                    raise Problem("too_much_memory", f"a worker has {self.options.memory:,} MB") from None
                continue
            except DiedError:
                left = end - time.monotonic()
                self._replace(worker)
                if attempt == 2:
                    raise Problem("worker_died") from None
                continue
            worker.done += 1
            if worker.done >= RECYCLE or resident(worker) > GROWN * self.options.memory:
                self._replace(worker)
            else:
                self._give_back(worker)
            if code != "ok":
                detail, trace = value
                raise Problem(code, detail, trace=trace)
            return bytes(value)
        raise Problem("worker_died")


def _await_ready(worker: Worker) -> None:
    """Wait for the worker's first message (in a thread)."""
    try:
        if worker.pipe.poll(START_LIMIT):
            kind, value = worker.pipe.recv()
            if kind == "ready":
                worker.ready = True
                return
            raise DiedError(value)
    except (EOFError, OSError):
        raise DiedError(f"it ended with {worker.process.exitcode}") from None
    raise DiedError(f"it was not ready within {START_LIMIT:.0f} s")


def resident(worker: Worker) -> float:
    """Megabytes that a worker's process has in memory; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * PAGE / 1e6


def _call(worker: Worker, payload: dict[str, Any], end: float, cancel: Event, memory: int) -> tuple[str, Any]:
    """Send a payload and wait for the answer (in a thread).

    Raises:
        TimeoutError: the deadline passed.
        GrownError: the process has more megabytes than it may.
        DiedError: the worker ended, or the call was cancelled.
    """
    try:
        worker.give(Chunk(0, [payload]))
        while not cancel.is_set():
            if worker.pipe.poll(max(0.0, min(GLANCE, end - time.monotonic()))):
                kind, value = worker.pipe.recv()
                if kind == "done":
                    code, answer = pickle.loads(value)
                    return code, answer
            elif time.monotonic() >= end:
                raise TimeoutError
            elif resident(worker) > memory:
                raise GrownError
    except (EOFError, OSError, ValueError) as error:
        if isinstance(error, TimeoutError):
            raise
        raise DiedError from None
    raise DiedError
