"""The ASGI application: paths under /v1, health, version, metrics, and a page for people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from conflict_extract._version import __version__
from conflict_extract.deliver.service import describe, examples
from conflict_extract.deliver.service.crew import Crew
from conflict_extract.deliver.service.frame import Frame, Metrics
from conflict_extract.deliver.service.intake import Bodies, gone, read_payload
from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.pages import api_page, front_page
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.deliver.service.stream import Lines, answers
from conflict_extract.settings import Settings, make_settings


def make_app(settings: Settings | None = None, options: ServiceOptions | None = None) -> FastAPI:
    """See `create_app` of the package."""
    chosen = settings or make_settings()
    limits = options or ServiceOptions()
    metrics = Metrics()
    bodies = Bodies(limits.bodies)

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
    app.add_middleware(Frame, limits=limits, metrics=metrics, bodies=bodies)

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        request.state.problem = problem
        return problem.response(request.state.id)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        return await on_problem(request, Problem(code, headers=dict(error.headers or {})))

    _health(app, metrics, bodies)
    _extraction(app, limits, metrics)
    _pages(app)
    described = app.openapi

    def openapi() -> dict[str, Any]:
        return app.openapi_schema or describe.finish(described())

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _health(app: FastAPI, metrics: Metrics, bodies: Bodies) -> None:
    @app.get("/livez", summary="Whether the process answers", responses=describe.health({"status": "alive"}))
    async def livez() -> dict[str, str]:
        """Answers while the process lives, under load too."""
        return {"status": "alive"}

    @app.get("/readyz", summary="Whether documents are taken", responses=describe.health({"status": "ready"}, "not_ready"))
    async def readyz(request: Request) -> dict[str, str]:
        """Answers 200 once a worker has loaded and warmed every table."""
        if not request.app.state.crew.ready:
            raise Problem("not_ready", "no worker has warmed up yet")
        return {"status": "ready"}

    @app.get("/version", summary="Versions", responses=describe.health(examples.version()))
    async def version() -> dict[str, str | None]:
        """Versions of library and schema, and the model's hash."""
        return examples.version()

    @app.get("/metrics", include_in_schema=False)
    async def prometheus(request: Request) -> Response:
        metrics.waiting.set(request.app.state.crew.waiting)
        metrics.restarts.set(request.app.state.crew.restarts)
        metrics.held.set(bodies.held)
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")


def _extraction(app: FastAPI, limits: ServiceOptions, metrics: Metrics) -> None:
    async def one(request: Request, **more: Any) -> bytes:
        """The answer to a request's document; the work stops when the client goes."""
        crew: Crew = request.app.state.crew
        crew.admit()
        payload = await read_payload(request, limits)
        task = asyncio.ensure_future(crew.run({**payload, **more}))
        watch = asyncio.ensure_future(gone(request))
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, Problem):
                    await task
                raise ClientDisconnect
            data = task.result()
        finally:
            watch.cancel()
            task.cancel()
        metrics.count(len(payload["text"]))
        request.state.share.keep(len(data))
        return data

    @app.post(
        "/v1/extract",
        summary="The claims of one document",
        openapi_extra={"requestBody": describe.document_body()},
        responses=describe.document_answers(),
        response_class=Response,
    )
    async def extract(request: Request) -> Response:
        """Text in, Report out; the same request gives the same bytes."""
        return Response(await one(request), media_type="application/json")

    @app.post("/v1/page", include_in_schema=False)
    async def page(request: Request) -> Response:
        return HTMLResponse(await one(request, html=True))

    @app.post(
        "/v1/batch",
        summary="Documents as lines",
        openapi_extra={"requestBody": describe.batch_body()},
        responses=describe.batch_answers(),
        response_class=Response,
    )
    async def batch(request: Request) -> Response:
        """NDJSON in, NDJSON out, streaming; an error is a line and does not stop the others."""
        request.app.state.crew.admit()
        request.state.share.hold(limits.max_body)  # as much as it reads ahead
        return Lines(answers(request, limits, metrics))


def _pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return HTMLResponse(front_page())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(api_page(app.openapi()))
