"""The command `conflict-extract batch`."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conflict_extract.deliver.cli import Actors, Config, Places, app, paths
from conflict_extract.errors import MissingExtraError

if TYPE_CHECKING:
    from conflict_extract.deliver.batch.run import Progress, Summary


class Output(StrEnum):
    """What `batch` writes."""

    parquet = "parquet"
    jsonl = "jsonl"


class Repeated(StrEnum):
    """What happens to an id that was there before."""

    error = "error"
    suffix = "suffix"


class Engine(StrEnum):
    """Where the work is done."""

    local = "local"
    ray = "ray"


@app.command(
    epilog="Examples:  conflict-extract batch news.jsonl.gz --out claims --workers 2  ·  "
    "conflict-extract batch *.parquet --text body --date published --keep url --keep outlet --out claims"
)
def batch(
    inputs: Annotated[list[Path], typer.Argument(help="JSONL, CSV, TSV (also .gz, .zst), Parquet, .txt, or folders.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run; started again, the run goes on.")],
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Worker processes.")] = 1,
    format: Annotated[Output, typer.Option("--format", "-f", help="Parquet tables, or Reports as JSON lines.")] = Output.parquet,
    text: Annotated[str | None, typer.Option(help="Column of the text; default: guessed.")] = None,
    id: Annotated[str | None, typer.Option(help="Column of the id; default: guessed, else a hash of the text.")] = None,
    date: Annotated[str | None, typer.Option(help="Column of the document date; default: guessed.")] = None,
    title: Annotated[str | None, typer.Option(help="Column of the headline; default: guessed.")] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Columns to copy into the table documents: --keep url --keep outlet or --keep url,outlet."),
    ] = None,
    duplicate_ids: Annotated[Repeated, typer.Option(help="A repeated id is an error row, or gets a suffix.")] = Repeated.error,
    limit_length: Annotated[
        int | None, typer.Option(min=1, help="Longest text, in characters; longer ones are error rows.")
    ] = None,
    timeout_per_document: Annotated[float, typer.Option(min=0.01, help="Seconds that one document may take.")] = 300.0,
    clusters: Annotated[bool, typer.Option(help="Find near-copies of one story (column cluster).")] = True,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave out the article's words; offsets stay.")] = False,
    min_confidence: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Leave out claims below this confidence.", show_default=False)
    ] = None,
    reports: Annotated[bool, typer.Option(help="Keep whole Reports too (documents.report); `compare` reads them.")] = True,
    part: Annotated[int, typer.Option(min=1, help="Documents in one output file.")] = 512,
    engine: Annotated[Engine, typer.Option(help="Local processes, or Ray (extra cluster).")] = Engine.local,
    address: Annotated[str | None, typer.Option(help="Address of a Ray cluster; default: start one here.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="A line a minute on standard error instead of a bar.")] = False,
    actors: Actors = None,
    places: Places = None,
    config: Config = None,
) -> None:
    """Extract a corpus into Parquet tables or JSON lines; nothing is lost, and an interrupted run goes on.

    Documents that fail become rows of the table `errors`, with file, line and reason. Exit code 3 says that there are some.
    """
    from conflict_extract.settings import make_settings

    given: dict[str, Any] = {"actors": paths(actors), "places": paths(places), "min_confidence": min_confidence}
    settings = make_settings(config, **{key: value for key, value in given.items() if value is not None})
    kept = tuple(name for item in keep or () for name in item.split(",") if name)
    chunk = min(8 if engine is Engine.local else 16, part)  # Ray spends about 30 ms of processor time on each
    with ExitStack() as held:
        mapper: Any = None
        if engine is Engine.local:  # before Arrow and the rest are imported, which takes as long as half a worker's start
            from conflict_extract.deliver import batch_workers

            mapper = held.enter_context(
                batch_workers.workers(
                    settings,
                    count=workers,
                    chunk=chunk,
                    timeout=timeout_per_document,
                    reports=reports or format is Output.jsonl,
                    no_text=no_text,
                )
            ).map
        try:
            from conflict_extract.deliver.batch import Options, run
            from conflict_extract.deliver.batch.read import Columns
        except ImportError:
            raise MissingExtraError("pyarrow", "batch") from None
        options = Options(
            columns=Columns(text=text, id=id, date=date, title=title, keep=kept),
            workers=workers,
            part=part,
            chunk=chunk,
            limit_length=limit_length,
            timeout=timeout_per_document,
            jsonl=format is Output.jsonl,
            reports=reports,
            no_text=no_text,
            clusters=clusters,
            suffix_ids=duplicate_ids is Repeated.suffix,
        )
        if engine is Engine.ray:
            from conflict_extract.deliver.cluster import ray_engine

            mapper = ray_engine(settings, options, address=address)
        display = held.enter_context(_Display(quiet=quiet or not sys.stderr.isatty()))
        summary = run(inputs, out, settings, options, on_progress=display.show, engine=mapper)
    _say(summary, out, display.seconds)
    if summary.errors:
        raise typer.Exit(3)


class _Display:
    """A progress bar with documents, words a second, claims, errors and time left; or a line a minute."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.began = time.monotonic()
        self._last = self.began

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def __enter__(self) -> _Display:
        if not self.quiet:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("[bold]{task.percentage:>3.0f}%"),
                BarColumn(),
                TextColumn("{task.fields[documents]:,} documents"),
                TextColumn("[cyan]{task.fields[rate]:,.0f} words/s"),
                TextColumn("{task.fields[claims]:,} claims"),
                TextColumn("{task.fields[errors]:,} errors", style="red"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task("", total=1.0, documents=0, rate=0.0, claims=0, errors=0)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self.quiet:
            self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Show how far the run is."""
        rate = progress.words / max(self.seconds, 1e-9)
        if not self.quiet:
            self._bar.update(
                self._task,
                completed=progress.share,
                documents=progress.documents + progress.resumed,
                rate=rate,
                claims=progress.claims,
                errors=progress.errors,
            )
        elif time.monotonic() - self._last >= 60:
            self._last = time.monotonic()
            print(
                f"{progress.share:.1%} read, {progress.documents} documents, {rate:.0f} words/s, {progress.claims} claims, "
                f"{progress.errors} errors",
                file=sys.stderr,
                flush=True,
            )


def _say(summary: Summary, out: Path, seconds: float) -> None:
    resumed = f" ({summary.resumed} records were done before)" if summary.resumed else ""
    print(
        f"{out}: {summary.documents:,} documents, {summary.words:,} words, {summary.claims:,} claims, {summary.errors:,} errors "
        f"in {seconds:.1f} s{resumed}",
        file=sys.stderr,
    )
