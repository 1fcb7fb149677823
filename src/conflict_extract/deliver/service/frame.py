"""Around every request: its id, who is let in, metrics, one log line without texts, and how long an answer waits for its client."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
import uuid
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conflict_extract.deliver.service.intake import Bodies, Share
from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.deliver.service.traces import frames

LOG = logging.getLogger("conflict_extract.service")
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
OPEN = ("/livez", "/readyz", "/version")  # paths that need no token
PIECE = 65_536  # bytes of an answer that are sent at once


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
        self.held = Gauge(name + "held_bytes", "Bytes of bodies, texts and answers in memory", registry=self.registry)
        self.restarts = Gauge(name + "worker_restarts", "Workers replaced", registry=self.registry)

    def count(self, characters: int) -> None:
        """A document was extracted."""
        self.documents.inc()
        self.characters.inc(characters)


class Frame:
    """ASGI middleware around every request."""

    def __init__(self, app: ASGIApp, limits: ServiceOptions, metrics: Metrics, bodies: Bodies) -> None:
        self.app = app
        self.limits = limits
        self.metrics = metrics
        self.bodies = bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.state.id = request_id
        share = request.state.share = Share(self.bodies)
        began = time.perf_counter()
        status = 499  # the client went before an answer began

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            for part in _parts(message):
                try:
                    async with asyncio.timeout(self.limits.patience):
                        await send(part)
                except TimeoutError:  # the client does not take it
                    raise ClientDisconnect from None

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
            share.keep(0)
            self.metrics.running.dec()
            self._note(request, status, time.perf_counter() - began)

    def _note(self, request: Request, status: int, seconds: float) -> None:
        """Count an answer and log it."""
        path = getattr(request.scope.get("route"), "path", "other")
        self.metrics.requests.labels(path, str(status)).inc()
        self.metrics.seconds.labels(path).observe(seconds)
        row: dict[str, Any] = {
            "method": request.method,
            "path": path,
            "status": status,
            "ms": round(1000 * seconds, 1),
            "request_id": request.state.id,
        }
        if found := getattr(request.state, "problem", None):
            row["code"] = found.code
            row |= {"error": found.detail, "trace": found.trace} if found.trace else {}
        LOG.info(json.dumps(row), extra={"row": row})


def _parts(message: Message) -> list[Message]:
    """A message, its body cut into pieces: a client is waited for at each of them, and no more lies in the socket's buffer."""
    body = message.get("body", b"")
    if len(body) <= PIECE:
        return [message]
    cuts = range(0, len(body), PIECE)
    more = message.get("more_body", False)
    return [{**message, "body": body[at : at + PIECE], "more_body": more or at != cuts[-1]} for at in cuts]


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
