"""The ASGI application: paths under /v1, health, version, metrics, and a page for people."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, Literal

from conflict_extract._version import __version__
from conflict_extract.api import iso_date, model_sha256
from conflict_extract.deliver.service.crew import Crew
from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import TITLES, Problem, ProblemBody, frames
from conflict_extract.errors import DateError, MissingExtraError
from conflict_extract.schema import SCHEMA_VERSION, Report
from conflict_extract.settings import Settings

try:
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse, Response
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
    from starlette.datastructures import MutableHeaders
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
except ImportError:
    raise MissingExtraError("fastapi", "serve") from None

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, field_validator

LOG = logging.getLogger("conflict_extract.service")
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
OPEN = ("/livez", "/readyz", "/version")  # paths that need no token
EXAMPLE: dict[str, Any] = {
    "text": "The governor of Orlova said on Monday that at least 12 people had been killed. The rebels denied shelling the town.",
    "date": "2024-03-18",
}


class ExtractRequest(BaseModel):
    """A document to extract, and how to answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    text: str = Field(description="The article, plain text.")
    date: Annotated[str, WithJsonSchema({"type": "string", "format": "date"})] | None = Field(
        None, description="Document date, YYYY-MM-DD."
    )
    id: str | None = Field(None, max_length=512, description="Id of the report; default: a hash of date and text.")
    title: str | None = Field(None, max_length=2_000, description="Headline, when it is not the first line of the text.")
    offsets: Literal["codepoint", "utf16"] = Field("codepoint", description="What offsets count.")
    include_text: bool = Field(True, description="Whether the article's words are in the answer.")
    min_confidence: float = Field(0.0, ge=0.0, le=1.0, description="Claims below this confidence are left out.")

    @field_validator("date")
    @classmethod
    def _a_date(cls, value: str | None) -> str | None:
        try:
            return iso_date(value)
        except DateError:  # its message has the value
            raise ValueError("a date must look like YYYY-MM-DD and exist") from None


class Metrics:
    """Prometheus metrics in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        name = "conflict_extract_"
        self.requests = Counter(name + "requests", "Answers", ["path", "status"], registry=self.registry)
        self.seconds = Histogram(name + "request_seconds", "Seconds an answer took", ["path"], registry=self.registry)
        self.documents = Counter(name + "documents", "Documents extracted", registry=self.registry)
        self.characters = Counter(name + "characters", "Characters extracted", registry=self.registry)
        self.running = Gauge(name + "running", "Requests being answered", registry=self.registry)
        self.waiting = Gauge(name + "waiting", "Requests waiting for a worker", registry=self.registry)
        self.restarts = Gauge(name + "worker_restarts", "Workers replaced", registry=self.registry)


def create_app(settings: Settings | None = None, options: ServiceOptions | None = None) -> FastAPI:
    """The service as an ASGI application, to run or to mount.

    Args:
        settings: of the Extractors; default: from the environment.
        options: limits of the service.
    """
    from conflict_extract.settings import make_settings

    chosen = settings or make_settings()
    limits = options or ServiceOptions()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.crew = Crew(chosen, limits)
        await app.state.crew.start()
        try:
            yield
        finally:
            await app.state.crew.stop()

    app = FastAPI(
        title="conflict-extract",
        version=__version__,
        description="Conflict news in, attributed claims out.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )

    app.add_middleware(Frame, limits=limits, metrics=metrics)

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        request.state.problem = problem
        return problem.response(request.state.id)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return await on_problem(request, Problem(code, headers=dict(error.headers or {})))

    _health(app, metrics)
    _extraction(app, limits, metrics)
    _pages(app)
    return app


class Frame:
    """ASGI middleware around every request: its id, who is let in, metrics, one log line without texts."""

    def __init__(self, app: ASGIApp, limits: ServiceOptions, metrics: Metrics) -> None:
        self.app = app
        self.limits = limits
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.state.id = request_id
        began = time.perf_counter()
        status = 499  # the client went before an answer began

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        self.metrics.running.inc()
        try:
            _admit(request, self.limits)
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:
            problem = error if isinstance(error, Problem) else Problem("failed", type(error).__name__, trace=frames(error))
            request.state.problem = problem
            if status == 499:
                await problem.response(request_id)(scope, receive, answer)
        finally:
            self.metrics.running.dec()
            seconds = time.perf_counter() - began
            path = getattr(scope.get("route"), "path", "other")
            self.metrics.requests.labels(path, str(status)).inc()
            self.metrics.seconds.labels(path).observe(seconds)
            row: dict[str, Any] = {
                "method": scope["method"],
                "path": path,
                "status": status,
                "ms": round(1000 * seconds, 1),
                "request_id": request_id,
            }
            if found := getattr(request.state, "problem", None):
                row["code"] = found.code
                row |= {"error": found.detail, "trace": found.trace} if found.trace else {}
            LOG.info(json.dumps(row), extra={"row": row})


def _admit(request: Request, limits: ServiceOptions) -> None:
    """Refuse requests without the token, compressed bodies, and bodies that say that they are too large."""
    if limits.token is not None and request.url.path not in OPEN:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), limits.token.encode())
        if scheme.lower() != "bearer" or not right:
            raise Problem("unauthorized")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem("unsupported_encoding")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limits.max_body and not request.url.path.endswith("/batch"):
        raise Problem("body_too_large", f"{int(length):,} bytes; {limits.max_body:,} are allowed")


def _problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of the problems that a path may answer: each status with an example of each of its codes."""
    out: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        status, title = TITLES[code]
        entry = out.setdefault(status, {"description": "", "content": {"application/problem+json": {"examples": {}}}})
        entry["description"] += ("; " if entry["description"] else "") + title
        entry["model"] = ProblemBody
        errors = [{"loc": ["text"], "msg": "Field required"}] if code == "invalid_request" else None
        entry["content"]["application/problem+json"]["examples"][code] = {"value": Problem(code, errors=errors).body("3f2a9c")}
    return out


COMMON = (
    "bad_request",
    "unauthorized",
    "body_too_large",
    "text_too_long",
    "unsupported_encoding",
    "invalid_request",
    "too_many_requests",
    "not_ready",
    "busy",
    "worker_died",
    "failed",
    "deadline",
)


def _health(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/livez", summary="Whether the process answers", responses=_problems("unsupported_encoding", "body_too_large"))
    async def livez() -> dict[str, str]:
        """Answers while the process lives, under load too."""
        return {"status": "alive"}

    @app.get(
        "/readyz",
        summary="Whether documents are taken",
        responses=_problems("not_ready", "unsupported_encoding", "body_too_large"),
    )
    async def readyz(request: Request) -> dict[str, str]:
        """Answers 200 once a worker has loaded and warmed every table."""
        if not request.app.state.crew.ready:
            raise Problem("not_ready", "no worker has warmed up yet")
        return {"status": "ready"}

    @app.get("/version", summary="Versions", responses=_problems("unsupported_encoding", "body_too_large"))
    async def version() -> dict[str, str | None]:
        """Versions of library and schema, and the model's hash."""
        return {"version": __version__, "schema_version": SCHEMA_VERSION, "model_sha256": model_sha256()}

    @app.get("/metrics", include_in_schema=False)
    async def prometheus(request: Request) -> Response:
        metrics.waiting.set(request.app.state.crew.waiting)
        metrics.restarts.set(request.app.state.crew.restarts)
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")


def _extraction(app: FastAPI, limits: ServiceOptions, metrics: Metrics) -> None:
    body = {
        "required": True,
        "content": {"application/json": {"schema": ExtractRequest.model_json_schema(), "example": EXAMPLE}},
    }
    answer: dict[int | str, dict[str, Any]] = {
        200: {"description": "The report", "model": Report},
    }

    async def one(request: Request, payload: dict[str, Any]) -> bytes:
        """Run a payload; stop when the client goes."""
        task = asyncio.ensure_future(request.app.state.crew.run(payload))
        watch = asyncio.ensure_future(_gone(request))
        try:
            done, _ = await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if task not in done:
                task.cancel()
                with suppress(asyncio.CancelledError, Problem):
                    await task
                raise ClientDisconnect
            data: bytes = task.result()
        finally:
            watch.cancel()
            task.cancel()
        metrics.documents.inc()
        metrics.characters.inc(len(payload["text"]))
        return data

    @app.post(
        "/v1/extract",
        summary="The claims of one document",
        openapi_extra={"requestBody": body},
        responses={**answer, **_problems(*COMMON)},
        response_class=Response,
    )
    async def extract(request: Request) -> Response:
        """Text in, Report out; the same request gives the same bytes."""
        _opened(request)
        payload = _parse(await _read(request, limits), limits)
        return Response(await one(request, payload), media_type="application/json")

    @app.post("/v1/page", include_in_schema=False)
    async def page(request: Request) -> Response:
        _opened(request)
        payload = _parse(await _read(request, limits), limits)
        return HTMLResponse(await one(request, {**payload, "html": True}))

    @app.post(
        "/v1/batch",
        summary="Documents as lines",
        openapi_extra={"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
        responses={
            200: {
                "description": 'One line a document, in order: a Report, or {"error": problem, "line": number}',
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            },
            **_problems("unauthorized", "unsupported_encoding", "bad_request", "not_ready"),
        },
        response_class=Response,
    )
    async def batch(request: Request) -> Response:
        """NDJSON in, NDJSON out, streaming; an error is a line and does not stop the others."""
        _opened(request)
        return Lines(_answers(request, limits, metrics))


class Lines(Response):
    """A streamed answer that leaves the request's body to its generator.

    Starlette's own listens for the client's going by receiving, and so takes parts of a body that is still being read.
    """

    media_type = "application/x-ndjson"

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
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
            async for line in self.lines:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _opened(request: Request) -> None:
    """Refuse documents as long as no worker has warmed up."""
    if not request.app.state.crew.opened:
        raise Problem("not_ready", "no worker has warmed up yet")


async def _gone(request: Request) -> None:
    """Return when the client has disconnected."""
    while not await request.is_disconnected():
        await asyncio.sleep(0.25)


async def _read(request: Request, limits: ServiceOptions) -> bytes:
    """The body, read no further than the limit."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limits.max_body:
            raise Problem("body_too_large", f"more than {limits.max_body:,} bytes")
    return bytes(data)


def _parse(data: bytes, limits: ServiceOptions) -> dict[str, Any]:
    """A checked payload."""
    try:
        wanted = ExtractRequest.model_validate_json(data)
    except ValidationError as error:
        errors = [
            {"loc": [part if part in ExtractRequest.model_fields else "(unknown)" for part in item["loc"]], "msg": item["msg"]}
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise Problem("invalid_request", str(errors[0]["msg"]), errors=errors[:20]) from None
    if len(wanted.text) > limits.max_text:
        raise Problem("text_too_long", f"{len(wanted.text):,} characters; {limits.max_text:,} are allowed")
    return wanted.model_dump()


class Incoming:
    """Lines of a batch's body, read ahead of the work by no more than one body's limit; `gone` is done once the client went.

    Reading ahead is what makes a client's going known while its documents are in work; with more unread than that it is known
    once room is made.
    """

    def __init__(self, request: Request, limit: int) -> None:
        self.limit = limit
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines: asyncio.Queue[tuple[int, bytes | Problem] | None] = asyncio.Queue()
        self._held = 0
        self._room = asyncio.Event()
        self._room.set()
        self._reader = asyncio.create_task(self._read(request))

    async def __aiter__(self) -> AsyncIterator[tuple[int, bytes | Problem]]:
        """Numbers and lines that are not blank; a line over the limit is a Problem."""
        while (item := await self._lines.get()) is not None:
            self._held -= 0 if isinstance(item[1], Problem) else len(item[1])
            if self._held < self.limit:
                self._room.set()
            yield item

    def close(self) -> None:
        """Read no further."""
        self._reader.cancel()

    def _put(self, number: int, line: bytes | Problem) -> None:
        if isinstance(line, Problem) or line.strip():
            self._held += 0 if isinstance(line, Problem) else len(line)
            self._lines.put_nowait((number, line))
            if self._held >= self.limit:
                self._room.clear()

    async def _read(self, request: Request) -> None:
        rest = bytearray()
        number, skipping = 1, False
        try:
            async for chunk in request.stream():
                rest += chunk
                while (at := rest.find(b"\n")) >= 0:
                    line = bytes(rest[:at])
                    del rest[: at + 1]
                    if not skipping:
                        self._put(number, line if len(line) <= self.limit else self._too_large())
                    number, skipping = number + 1, False
                if len(rest) > self.limit:
                    if not skipping:
                        self._put(number, self._too_large())
                    skipping = True
                    rest.clear()
                await self._room.wait()
            if not skipping:
                self._put(number, bytes(rest))
            self._lines.put_nowait(None)
            await _gone(request)
        except ClientDisconnect:
            self._lines.put_nowait(None)
        self.gone.set_result(None)

    def _too_large(self) -> Problem:
        return Problem("body_too_large", f"over {self.limit:,} bytes")


async def _answers(request: Request, limits: ServiceOptions, metrics: Metrics) -> AsyncIterator[bytes]:
    """Answer lines, in order, with one document more in work than there are workers; none once the client has gone."""
    crew: Crew = request.app.state.crew
    pending: list[asyncio.Task[bytes]] = []

    async def work(number: int, line: bytes | Problem) -> bytes:
        id = None
        try:
            if isinstance(line, Problem):
                raise line
            payload = _parse(line, limits)
            id = payload["id"]
            data = await crew.run(payload)
            metrics.documents.inc()
            metrics.characters.inc(len(payload["text"]))
            return data + b"\n"
        except Problem as problem:
            row = {"error": problem.body(request.state.id), "line": number, "id": id}
            return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    async def first() -> bytes:
        either: set[asyncio.Future[Any]] = {pending[0], incoming.gone}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if incoming.gone.done():
            raise ClientDisconnect
        return await pending.pop(0)

    incoming = Incoming(request, limits.max_body)
    try:
        async for number, line in incoming:
            pending.append(asyncio.create_task(work(number, line)))
            while len(pending) > limits.workers or (pending and pending[0].done()):
                yield await first()
        while pending:
            yield await first()
    finally:
        incoming.close()
        for task in pending:
            task.cancel()


def _pages(app: FastAPI) -> None:
    from conflict_extract.deliver.service.pages import api_page, front_page

    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return HTMLResponse(front_page())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(api_page(app.openapi()))
