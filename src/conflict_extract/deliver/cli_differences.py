"""The command `conflict-extract differences`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from conflict_extract.deliver.cli import _write, app


class Listing(StrEnum):
    """What `differences` prints."""

    table = "table"
    json = "json"
    jsonl = "jsonl"


@app.command(
    epilog="Examples:  conflict-extract differences claims-1.0/ claims-1.1/  ·  "
    "conflict-extract differences before.jsonl after.jsonl --format jsonl --out changes.jsonl"
)
def differences(
    before: Annotated[Path, typer.Argument(help="Reports of one run: .json, .jsonl, a folder of them or of a batch run.")],
    after: Annotated[Path, typer.Argument(help="Reports of another run over the same texts, with the same ids.")],
    format: Annotated[
        Listing, typer.Option("--format", "-f", help="Text, one JSON object, or a change a line as JSON.")
    ] = Listing.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")] = None,
) -> None:
    """List what two runs over the same texts say differently: another release, other tables, other settings.

    Claims are paired by their key. Runs without texts are compared too.
    """
    from conflict_extract.deliver.compare import read_reports
    from conflict_extract.deliver.differences import differences as run
    from conflict_extract.deliver.differences import lines

    result = run(*((report for report, _ in read_reports([path])) for path in (before, after)))
    if format is Listing.json:
        text = result.model_dump_json(indent=2)
    elif format is Listing.jsonl:
        text = "\n".join(json.dumps(change.model_dump(mode="json"), ensure_ascii=False) for change in result.changes)
    else:
        text = "\n".join(lines(result))
    if out is not None:
        out.write_text(text + "\n" if text else "", encoding="utf-8")
    else:
        _write(text)
