"""The command `conflict-extract`.

Exit codes: 0 all is well; 1 an error of ours (its message is on standard error); 2 the command line is wrong; 3 a batch ran to its
end and some documents failed; 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from conflict_extract._version import __version__
from conflict_extract.errors import ConflictExtractError, InputError

app = typer.Typer(
    name="conflict-extract",
    help="Turn conflict news into attributed claims: who said what, about whom, with which figures, where and when.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 error, 2 wrong command line, 3 some documents of a batch failed.",
)


class Format(StrEnum):
    """What `extract` prints."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    html = "html"


Actors = Annotated[list[Path] | None, typer.Option("--actors", help="A table of actors of your own (JSONL); may be given again.")]
Places = Annotated[list[Path] | None, typer.Option("--places", help="A table of places of your own (JSONL); may be given again.")]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]


def _version(value: bool) -> None:
    if value:
        print(f"conflict-extract {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Turn conflict news into attributed claims."""


def extractor(config: Path | None = None, **settings: Any) -> Any:
    """An Extractor with the settings that were given on the command line (None: not given)."""
    from conflict_extract.api import load
    from conflict_extract.pool import spare_torch

    spare_torch()
    return load(config=config, **{key: value for key, value in settings.items() if value is not None})


def paths(values: list[Path] | None) -> tuple[str, ...] | None:
    """Paths of an option that may be given several times, or None when it was not given."""
    return tuple(str(value) for value in values) if values else None


def read_text(file: Path) -> str:
    """The text of a file, or of standard input for "-".

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 (byte {error.start}); convert it first") from error


@app.command(
    epilog="Examples:  conflict-extract extract article.txt --date 2024-03-18  ·  "
    "cat article.txt | conflict-extract extract - --format jsonl"
)
def extract(
    file: Annotated[Path, typer.Argument(help="A UTF-8 text file, or - for standard input.")] = Path("-"),
    date: Annotated[str | None, typer.Option("--date", "-d", help="Document date, YYYY-MM-DD.")] = None,
    format: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Default: table on a terminal, else json.", show_default=False),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Headline, when it is not the first line.")] = None,
    id: Annotated[str | None, typer.Option(help="Id of the report; default: a hash of date and text.")] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave out the article's words; offsets stay.")] = False,
    min_confidence: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Leave out claims below this confidence.", show_default=False)
    ] = None,
    actors: Actors = None,
    places: Places = None,
    config: Config = None,
) -> None:
    """Print the claims of one article as a table, JSON, a JSON line or a page."""
    text = read_text(file)
    if format is None:
        format = Format.table if sys.stdout.isatty() else Format.json
    chosen = extractor(config, actors=paths(actors), places=paths(places), min_confidence=min_confidence)
    report = chosen.extract(text, date=date, id=id, title=title)
    if no_text:
        report = report.without_text()
    if format is Format.table:
        from conflict_extract.deliver.table import print_report

        print_report(report)
    elif format is Format.html:
        from conflict_extract.deliver.viewer import page

        _write(page(report))
    else:
        indent = 2 if format is Format.json else None
        _write(json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=indent))


@app.command(epilog="Example:  conflict-extract show article.txt --date 2024-03-18 --out page.html")
def show(
    file: Annotated[Path, typer.Argument(help="A text file, a Report as JSON, or - for standard input.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The page's file; default: standard output.")] = None,
    date: Annotated[str | None, typer.Option("--date", "-d", help="Document date, YYYY-MM-DD (for a text).")] = None,
) -> None:
    """Write a self-contained HTML page: the article with its claims, marked and linked."""
    from conflict_extract.deliver.viewer import page
    from conflict_extract.schema import Report

    text = read_text(file)
    if file.suffix == ".json" or text.lstrip().startswith('{"schema_version"'):
        try:
            report = Report.model_validate_json(text)
        except ValueError as error:
            raise InputError(f"{file} is not a report: {str(error).splitlines()[0]}") from error
    else:
        report = extractor().extract(text, date=date)
    html = page(report)
    if out is None:
        _write(html)
    else:
        out.write_text(html, encoding="utf-8")
        print(f"wrote {out}", file=sys.stderr)


class Task(StrEnum):
    """What `evaluate` measures."""

    claims = "claims"
    parse = "parse"
    ner = "ner"
    attribution = "attribution"
    quantities = "quantities"
    places = "places"


@app.command(
    epilog="Examples:  conflict-extract evaluate parse dev.conllu.gz  ·  "
    "conflict-extract evaluate claims gold/ --predictions out.jsonl  ·  "
    "conflict-extract evaluate claims gold/ --by-confidence --plot confidence.png"
)
def evaluate(
    task: Annotated[Task, typer.Argument(help="What to measure.")],
    gold: Annotated[list[Path], typer.Argument(help="Gold file; for claims a folder or several too.")],
    predictions: Annotated[Path | None, typer.Option(help="Write the predictions here, in the gold's format.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    errors: Annotated[int | None, typer.Option(min=0, help="For claims: list this many errors.", show_default=False)] = None,
    html: Annotated[
        Path | None, typer.Option(help="For claims: write scores, confusions and errors (all, or --errors many) as a page.")
    ] = None,
    by_confidence: Annotated[
        bool, typer.Option("--by-confidence", help="For claims and attribution: what is right by how sure the library was of it.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="With --by-confidence: draw it into this file (.png, .svg, .pdf).")] = None,
) -> None:
    """Measure the library on annotated data, with the field's metrics."""
    import importlib

    from conflict_extract.deliver.table import print_scores

    if len(gold) > 1 and task is not Task.claims:
        raise typer.BadParameter("several gold files are for claims")
    if plot is not None and not by_confidence:
        raise typer.BadParameter("--plot goes with --by-confidence")
    if by_confidence:
        if task not in (Task.claims, Task.attribution):
            raise typer.BadParameter("--by-confidence is for claims and attribution")
        if errors is not None or html is not None or predictions is not None:
            raise typer.BadParameter("--by-confidence goes without --errors, --html and --predictions")
        from conflict_extract.deliver.confidence_view import report_confidence

        report_confidence(gold, plot, as_json)
        return
    if errors is not None or html is not None:
        if task is not Task.claims:
            raise typer.BadParameter("--errors and --html are for claims")
        from conflict_extract.deliver.errors_page import report_errors

        report_errors(gold, predictions, errors, html, as_json)
        return
    module = importlib.import_module(f"conflict_extract.evaluate.{task.value}")
    scores: dict[str, Any] = module.run(gold if task is Task.claims else gold[0], predictions)
    if as_json:
        _write(json.dumps(scores, ensure_ascii=False, indent=2))
    else:
        print_scores(scores)


@app.command()
def info(
    actors: Actors = None,
    places: Places = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """List the version, the model, the settings in force, the lexicon tables and clashes of your own tables with ours."""
    from conflict_extract.deliver.about import about
    from conflict_extract.deliver.table import print_about

    facts = about(config=config, actors=paths(actors) or (), places=paths(places) or ())
    if as_json:
        _write(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print_about(facts)


def _write(text: str) -> None:
    """UTF-8 to standard output whatever the locale says."""
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
    sys.stdout.buffer.flush()


def _register() -> None:
    """The commands that have a file of their own."""
    from conflict_extract.deliver import (  # noqa: F401  (they register their commands)
        cli_batch,
        cli_compare,
        cli_correct,
        cli_differences,
        cli_serve,
    )


def main() -> None:
    """Run the command; errors of ours go to standard error, with exit code 1."""
    _register()
    try:
        app()
    except ConflictExtractError as error:
        print(f"conflict-extract: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
