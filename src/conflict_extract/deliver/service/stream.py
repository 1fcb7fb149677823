"""A batch: lines read ahead of the work, answered in order, within the limits of one body."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from conflict_extract.deliver.service.crew import Crew
from conflict_extract.deliver.service.frame import Metrics
from conflict_extract.deliver.service.intake import gone, parse
from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import Problem

Line = bytes | Problem


class Lines(Response):
    """A streamed answer that leaves the request's body to its generator.

    Starlette's own listens for the client's going by receiving, and so takes parts of a body that is still being read.
    """

    media_type = "application/x-ndjson"

    def __init__(self, lines: AsyncGenerator[bytes]) -> None:
        self.lines = lines
        self.status_code = 200
        self.background = None
        self.body = b""
        self.init_headers()
        if "content-length" in self.headers:
            del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the lines as they come."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async with aclosing(self.lines):
                async for line in self.lines:
                    await send({"type": "http.response.body", "body": line, "more_body": True})
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Incoming:
    """Lines of a batch's body, read ahead of the work; `gone` is done once the client went.

    Lines that wait, and the one that is arriving, take no more than one body's limit together (and one piece of the socket's): then
    reading waits. Reading ahead is what makes a client's going known while its documents are in work; while reading waits it is
    known once an answer could not be written to it, which is after two of them at most.
    """

    def __init__(self, request: Request, limits: ServiceOptions) -> None:
        self.limits = limits
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines: asyncio.Queue[tuple[int, Line] | None] = asyncio.Queue()
        self._open = 0  # lines that are not answered
        self._bytes = 0  # of those that are not in work
        self._room = asyncio.Event()
        self._room.set()
        self._reader = asyncio.create_task(self._read(request))
        self._reader.add_done_callback(self._ended)

    async def next(self) -> tuple[int, Line] | None:
        """The next line that is not blank, with its number; a Problem instead of a line over a limit; None after the last."""
        item = await self._lines.get()
        if item:
            self._bytes -= size(item[1])
            self._room.set()
        return item

    def answered(self) -> None:
        """A line is answered."""
        self._open -= 1

    def close(self) -> None:
        """Read no further."""
        self._reader.cancel()

    def _ended(self, reader: asyncio.Task[None]) -> None:
        if not reader.cancelled() and (error := reader.exception()):
            self.gone.set_exception(error)

    def _put(self, number: int, line: Line) -> None:
        if isinstance(line, Problem) or line.strip():
            self._open += 1
            self._bytes += size(line)
            self._lines.put_nowait((number, line))

    async def _read(self, request: Request) -> None:
        rest = bytearray()
        number, skipping, more = 1, False, True
        limit, left = self.limits.max_body, self.limits.patience
        clock = asyncio.get_running_loop().time
        try:
            while more:
                while self._bytes and self._bytes + len(rest) >= limit:
                    self._room.clear()
                    await self._room.wait()
                began = clock()
                try:
                    async with asyncio.timeout(left):
                        message = await request.receive()
                except TimeoutError:
                    if self._open and not rest and not skipping:  # the client may be waiting for answers
                        left = self.limits.patience
                        continue
                    rest = bytearray()
                    if not skipping:
                        self._put(number, Problem("slow_body", f"the line was not there within {self.limits.patience:g} s"))
                    break
                left -= clock() - began
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                rest += message.get("body", b"")
                more = message.get("more_body", False)
                while (at := rest.find(b"\n")) >= 0:
                    line = bytes(rest[:at])
                    del rest[: at + 1]
                    if not skipping:
                        self._put(number, line if len(line) <= limit else self._too_large())
                    number, skipping, left = number + 1, False, self.limits.patience
                if len(rest) > limit:
                    if not skipping:
                        self._put(number, self._too_large())
                    skipping = True
                    rest.clear()
            if not skipping:
                self._put(number, bytes(rest))  # the last line may have no end; nothing is left of a slow one
            self._lines.put_nowait(None)
            await gone(request)
        except ClientDisconnect:
            self._lines.put_nowait(None)
        self.gone.set_result(None)

    def _too_large(self) -> Problem:
        return Problem("body_too_large", f"over {self.limits.max_body:,} bytes")


def size(line: Line) -> int:
    """Bytes of a line."""
    return 0 if isinstance(line, Problem) else len(line)


async def answers(request: Request, limits: ServiceOptions, metrics: Metrics) -> AsyncGenerator[bytes]:
    """Answer lines, in order, each as soon as it is there, with one document more in work than there are workers.

    Raises:
        ClientDisconnect: the client has gone; nothing is in work any more.
    """
    crew: Crew = request.app.state.crew
    pending: deque[tuple[Line, asyncio.Task[bytes]]] = deque()

    async def work(number: int, line: Line) -> bytes:
        id = None
        try:
            if isinstance(line, Problem):
                raise line
            payload = parse(line, limits)
            id = payload["id"]
            data = await crew.run(payload)
            metrics.count(len(payload["text"]))
            return data + b"\n"
        except Problem as problem:
            row = {"error": problem.body(request.state.id), "line": number, "id": id}
            return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    incoming = Incoming(request, limits)
    coming: asyncio.Task[tuple[int, Line] | None] | None = asyncio.create_task(incoming.next())
    try:
        while coming or pending:
            awaited: set[asyncio.Future[Any]] = {incoming.gone}
            if coming and len(pending) <= limits.workers:
                awaited.add(coming)
            if pending:
                awaited.add(pending[0][1])
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if incoming.gone.done():
                incoming.gone.result()
                raise ClientDisconnect
            if pending and pending[0][1].done():
                _, task = pending.popleft()
                incoming.answered()
                yield task.result()
            elif coming and coming.done():
                item = coming.result()
                coming = asyncio.create_task(incoming.next()) if item else None
                if item:
                    pending.append((item[1], asyncio.create_task(work(*item))))
            request.state.share.keep(limits.max_body + sum(size(line) for line, _ in pending))
    finally:
        incoming.close()
        for job in (coming, *(task for _, task in pending)):
            if job:
                job.cancel()
