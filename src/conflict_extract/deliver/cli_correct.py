"""The commands `conflict-extract correct`, `label-export`, `label-import` and `agree`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from conflict_extract.deliver.cli import _write, app
from conflict_extract.schema import Report

Reports = Annotated[list[Path], typer.Argument(help="Reports as .json or .jsonl, or folders of them.")]


def _read(paths: list[Path]) -> list[Report]:
    from conflict_extract.deliver.compare import read_reports

    return [report for report, _ in read_reports(paths)]


def _put(lines: Iterable[str], out: Path | None) -> None:
    text = "\n".join(lines)
    if out is None:
        if text:
            _write(text)
    else:
        out.write_text(text + "\n" if text else "", encoding="utf-8")


@app.command(
    epilog="Example:  conflict-extract correct reports.jsonl corrections.jsonl --out corrected.jsonl  ·  "
    "exit code 3: some corrections do not fit"
)
def correct(
    reports: Annotated[Path, typer.Argument(help="Reports as .json or .jsonl, or a folder of them.")],
    corrections: Annotated[Path, typer.Argument(help="Human edits, one JSON object a line (see docs/evaluation.md).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the reports here (JSONL); default: standard output.")
    ] = None,
    gold: Annotated[Path | None, typer.Option(help="Also write them as annotated documents, for `evaluate claims`.")] = None,
) -> None:
    """Replay human edits of claims (replace, delete, add, confirm) on reports; edits that no longer fit are listed."""
    from conflict_extract.deliver.correct import correct as run
    from conflict_extract.deliver.correct import read_corrections
    from conflict_extract.evaluate.claims import to_gold

    result = run(_read([reports]), read_corrections(corrections))
    _put((report.model_dump_json() for report in result.reports), out)
    if gold is not None:
        _put((json.dumps(to_gold(report), ensure_ascii=False) for report in result.reports), gold)
    for misfit in result.misfits:
        print(misfit, file=sys.stderr)
    print(f"{result.applied} corrections applied, {len(result.misfits)} do not fit", file=sys.stderr)
    if result.misfits:
        raise typer.Exit(3)


@app.command(epilog="Example:  conflict-extract label-export reports.jsonl --out tasks.json --config interface.xml")
def label_export(
    reports: Reports,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file of tasks; default: standard output.")] = None,
    config: Annotated[Path | None, typer.Option(help="Also write the labelling interface (XML) here.")] = None,
) -> None:
    """Write reports as Label Studio tasks, our claims as predictions to correct."""
    from conflict_extract.deliver import label_studio

    _put([json.dumps(label_studio.tasks(_read(reports)), ensure_ascii=False, indent=1)], out)
    if config is not None:
        config.write_text(label_studio.config(), encoding="utf-8")


@app.command(epilog="Example:  conflict-extract label-import export.json reports.jsonl --by kim --out corrections.jsonl")
def label_import(
    tasks: Annotated[Path, typer.Argument(help="Label Studio's JSON export.")],
    reports: Reports,
    by: Annotated[str | None, typer.Option(help="The annotator's name, for the evidence.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file of corrections; default: standard output.")] = None,
) -> None:
    """Turn what was changed in Label Studio into corrections for `correct`."""
    from conflict_extract.deliver import label_studio

    found = label_studio.differences(_read(reports), label_studio.read_tasks(tasks), by)
    _put((item.model_dump_json(exclude_unset=True) for item in found), out)


@app.command(epilog="Example:  conflict-extract agree kim.jsonl noor.jsonl")
def agree(
    one: Annotated[Path, typer.Argument(help="Annotated documents or reports: a folder, .json or .jsonl.")],
    two: Annotated[Path, typer.Argument(help="The same documents by somebody else.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Print Krippendorff's alpha for each field of two annotations of the same documents."""
    from conflict_extract.evaluate import agreement

    table = agreement.agree(agreement.documents(one), agreement.documents(two))
    if as_json:
        _write(json.dumps(table, indent=2))
        return
    rows = [f"{'field':<20}{'alpha':>8}{'units':>8}{'equal':>8}"]
    for name, row in table.items():
        alpha = "–" if row["alpha"] is None else f"{row['alpha']:.3f}"
        equal = "–" if row["agree"] is None else f"{100 * row['agree']:.1f}%"
        rows.append(f"{name:<20}{alpha:>8}{row['units']:>8}{equal:>8}")
    _write("\n".join(rows))
