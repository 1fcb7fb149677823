"""The command `conflict-extract serve`."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from conflict_extract.deliver.cli import Actors, Config, Places, app, paths
from conflict_extract.errors import MissingExtraError


@app.command(epilog="Example:  conflict-extract serve --port 8000 --workers 2")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Worker processes; default: the processors this process may use.", show_default=False),
    ] = None,
    deadline: Annotated[float, typer.Option(min=0.1, help="Seconds that one document may take.")] = 60.0,
    max_text: Annotated[int, typer.Option(min=1, help="Longest text, in characters.")] = 200_000,
    memory: Annotated[int, typer.Option(min=300, help="Megabytes of memory that a worker process may have.")] = 600,
    queue: Annotated[int, typer.Option(min=1, help="Requests that may wait for a worker.")] = 64,
    wait: Annotated[float, typer.Option(min=0.1, help="Seconds that a request may wait for a worker.")] = 30.0,
    patience: Annotated[
        float,
        typer.Option(
            min=0.1,
            help="Seconds that a request's head, its body or a line of a batch may take to arrive, and an answer to be taken.",
        ),
    ] = 30.0,
    token_file: Annotated[Path | None, typer.Option(help="File with a bearer token that requests must carry.")] = None,
    actors: Actors = None,
    places: Places = None,
    config: Config = None,
) -> None:
    """Serve the HTTP API (/v1/extract, /v1/batch) and a page for people at /."""
    try:
        import uvicorn
    except ImportError:
        raise MissingExtraError("uvicorn", "serve") from None
    from conflict_extract.deliver.cli import read_text
    from conflict_extract.deliver.service import ServiceOptions, create_app
    from conflict_extract.deliver.service.connections import closing_after
    from conflict_extract.deliver.service.options import available_cpus
    from conflict_extract.settings import make_settings

    given = {key: value for key, value in (("actors", paths(actors)), ("places", paths(places))) if value}
    max_body = max(ServiceOptions.max_body, 6 * max_text)
    options = ServiceOptions(
        workers=workers or available_cpus(),
        deadline=deadline,
        max_text=max_text,
        memory=memory,
        max_body=max_body,
        bodies=max(ServiceOptions.bodies, 4 * max_body),
        queue=queue,
        wait=wait,
        patience=patience,
        token=read_text(token_file).strip() if token_file else None,
    )
    uvicorn.run(
        create_app(make_settings(config, **given), options),  # type: ignore[arg-type]
        host=host,
        port=port,
        http=closing_after(patience),
        log_config=LOGGING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(deadline) + 5,
    )


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, and a request's fields. An exception's message is left out: it may quote."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        when = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        row: dict[str, Any] = {"time": when, "level": record.levelname, "logger": record.name, "event": "request"}
        row |= record.row if hasattr(record, "row") else {"event": record.getMessage()}
        if record.exc_info and (error := record.exc_info[1]) is not None:
            from conflict_extract.deliver.service.traces import frames

            row |= {"error": type(error).__name__, "trace": frames(error)}
        return json.dumps(row, ensure_ascii=False)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": JsonLines}},
    "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
    "loggers": {
        "uvicorn": {"handlers": ["error"], "level": "INFO", "propagate": False},
        "conflict_extract": {"handlers": ["error"], "level": "INFO", "propagate": False},
    },
}
