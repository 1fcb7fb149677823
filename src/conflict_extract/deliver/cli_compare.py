"""The command `conflict-extract compare`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from conflict_extract.deliver.cli import _write, app
from conflict_extract.errors import InputError


class Output(StrEnum):
    """What `compare` prints."""

    table = "table"
    json = "json"
    html = "html"
    png = "png"


class Grouping(StrEnum):
    """By what `compare` sorts."""

    event = "event"
    place = "place"
    actor = "actor"


@app.command(
    epilog="Examples:  conflict-extract compare reports.jsonl  ·  "
    "conflict-extract compare monday/ tuesday.jsonl --by place --format png --out tolls.png"
)
def compare(
    reports: Annotated[list[Path], typer.Argument(help="Reports as .json or .jsonl, folders of them, or folders of batch runs.")],
    by: Annotated[Grouping, typer.Option(help="Sort by incident, place or source.")] = Grouping.event,
    format: Annotated[Output, typer.Option("--format", "-f", help="Text, JSON, a page or a picture.")] = Output.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file (needed for png).")] = None,
) -> None:
    """Compare what many reports say about the same incidents: who gives which figure when, what disagrees, what was revised."""
    from conflict_extract.deliver.compare import compare as run
    from conflict_extract.deliver.compare import read_reports
    from conflict_extract.deliver.compare_view import lines

    pairs = list(read_reports(reports))
    result = run([report for report, _ in pairs], [cluster for _, cluster in pairs])
    if format is Output.png:
        if out is None:
            raise InputError("--format png needs a file: --out FILE.png")
        result.plot(out, by.value)
        return
    if format is Output.json:
        text = result.model_dump_json(indent=2)
    elif format is Output.html:
        text = result.html(by.value)
    else:
        text = "\n".join(lines(result, by.value))
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        _write(text)
