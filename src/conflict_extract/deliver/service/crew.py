"""The worker processes of the service, seen from its event loop.

One document a worker at a time. A document past its deadline, or whose client has gone, costs no more processor time: its worker is
killed and replaced. Long texts never take the last free worker when there are several.
"""

from __future__ import annotations

import asyncio
import multiprocessing as mp
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.pool import RECYCLE, START_LIMIT, Chunk, Worker
from conflict_extract.settings import Settings

FACTORY = "conflict_extract.deliver.service.work:RequestHandler"


class DiedError(Exception):
    """The worker's process ended."""


class Crew:
    """Starts, lends and replaces worker processes."""

    def __init__(self, settings: Settings, options: ServiceOptions) -> None:
        self.settings = settings
        self.options = options
        self.waiting = 0
        self.restarts = 0
        self._context = mp.get_context("spawn")
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._free = asyncio.Condition()
        self._threads = ThreadPoolExecutor(max_workers=2 * options.workers + 2, thread_name_prefix="crew")
        self._closed = False
        self._opened = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        """Whether a warmed-up worker is there."""
        return bool(self._all)

    @property
    def opened(self) -> bool:
        """Whether a worker has warmed up at any time: from then on requests wait while workers are replaced."""
        return self._opened

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
            except DiedError:
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
            await self._give_back(worker)
            return

    async def _give_back(self, worker: Worker) -> None:
        async with self._free:
            self._idle.append(worker)
            self._free.notify_all()

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
        if self.waiting >= self.options.queue:
            raise Problem("too_many_requests", f"{self.waiting} requests are waiting")
        reserve = 1 if long and self.options.workers > 1 else 0
        self.waiting += 1
        try:
            async with asyncio.timeout(self.options.wait):
                async with self._free:
                    await self._free.wait_for(lambda: len(self._idle) > reserve)
                    return self._idle.pop()
        except TimeoutError:
            raise Problem("busy", f"no worker came free within {self.options.wait:g} s") from None
        finally:
            self.waiting -= 1

    async def run(self, payload: dict[str, Any]) -> bytes:
        """The answer to a payload.

        Raises:
            Problem: too many wait, no worker came free, the deadline passed, the document failed.
        """
        for attempt in (1, 2):
            worker = await self._borrow(len(payload["text"]) >= self.options.long_text)
            cancel = Event()
            call = asyncio.get_running_loop().run_in_executor(
                self._threads, _call, worker, payload, self.options.deadline, cancel
            )
            try:
                code, value = await asyncio.shield(call)
            except asyncio.CancelledError:
                cancel.set()
                self._replace(worker)
                raise
            except TimeoutError:
                self._replace(worker)
                raise Problem("deadline", f"the document took longer than {self.options.deadline:g} s") from None
            except DiedError:
                self._replace(worker)
                if attempt == 2:
                    raise Problem("worker_died") from None
                continue
            worker.done += 1
            if worker.done >= RECYCLE:
                self._replace(worker)
            else:
                await self._give_back(worker)
            if code != "ok":
                raise Problem(code, str(value))
            return bytes(value)
        raise Problem("worker_died")


def _await_ready(worker: Worker) -> None:
    """Wait for the worker's first message (in a thread)."""
    try:
        if worker.pipe.poll(START_LIMIT):
            kind, _ = worker.pipe.recv()
            if kind == "ready":
                worker.ready = True
                return
    except (EOFError, OSError):
        pass
    raise DiedError


def _call(worker: Worker, payload: dict[str, Any], deadline: float, cancel: Event) -> tuple[str, Any]:
    """Send a payload and wait for the answer (in a thread).

    Raises:
        TimeoutError: the deadline passed.
        DiedError: the worker ended, or the call was cancelled.
    """
    end = time.monotonic() + deadline
    try:
        worker.give(Chunk(0, [payload]))
        while not cancel.is_set():
            if worker.pipe.poll(max(0.0, min(0.2, end - time.monotonic()))):
                kind, value = worker.pipe.recv()
                if kind == "done":
                    code, answer = pickle.loads(value)
                    return code, answer
            elif time.monotonic() >= end:
                raise TimeoutError
    except (EOFError, OSError, ValueError) as error:
        if isinstance(error, TimeoutError):
            raise
        raise DiedError from None
    raise DiedError
