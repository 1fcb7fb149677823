"""Reads Reports back from the folder of a batch run, with their clusters of near-copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from conflict_extract.errors import InputError, MissingExtraError
from conflict_extract.schema import Report


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a batch run."""
    return (folder / "manifest.json").is_file() and (folder / "documents").is_dir()


def run_reports(folder: Path) -> Iterator[tuple[Report, str | None]]:
    """The Reports of a run's complete parts, in the order of the records, each with its cluster.

    Args:
        folder: of the run, with Parquet tables or JSON lines.

    Raises:
        InputError: a file cannot be read, or the run kept no Reports.
        MissingExtraError: the tables are Parquet and pyarrow is not installed.
    """
    for part in sorted((folder / "documents").glob("part-*.*")):
        try:
            rows = _parquet(part) if part.suffix == ".parquet" else _lines(part, folder / "reports" / part.name)
            for text, cluster in rows:
                if text is None:
                    raise InputError(f"{folder} holds no Reports; the run was made with --no-reports")
                yield Report.model_validate_json(text), cluster
        except (OSError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{part}: cannot be read ({str(error).splitlines()[0]})") from error


def _parquet(part: Path) -> Iterator[tuple[str | None, str | None]]:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError("pyarrow", "batch") from None
    source = pq.ParquetFile(part)
    for batch in source.iter_batches(batch_size=64, columns=["report", "cluster"]):
        yield from zip(batch.column("report").to_pylist(), batch.column("cluster").to_pylist(), strict=True)


def _lines(documents: Path, reports: Path) -> Iterator[tuple[str | None, str | None]]:
    with documents.open(encoding="utf-8", newline="\n") as rows, reports.open(encoding="utf-8", newline="\n") as texts:
        for row, text in zip(rows, texts, strict=True):
            yield text, json.loads(row)["cluster"]
