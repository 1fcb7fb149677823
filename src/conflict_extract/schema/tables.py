"""Two tables for research: `claims` (one row a claim) and `figures` (one row for each quantity and innermost speaker).

Rows are plain dicts (`claim_rows`, `figure_rows`); `claims_frame` and `figures` make pandas DataFrames of them (extra `table`);
`write_csv`, `write_xlsx` and `write_parquet` write either. `docs/claims.md` says what each column means.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from conflict_extract.errors import MissingExtraError, TableError
from conflict_extract.schema.figure_rows import FIGURE_COLUMNS, figure_rows
from conflict_extract.schema.models import Claim
from conflict_extract.schema.report import Report
from conflict_extract.schema.where import best_place, event_dates, said_on

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[str, Any]]

CLAIM_COLUMNS = (
    "document_id", "published", "claim_id", "claim_key", "source", "source_id", "source_type", "source_role",
    "source_affiliation", "source_affiliation_id", "anonymous", "via", "cue", "act", "mode", "text", "target", "target_id",
    "event", "event_ids", "plover_act", "responsibility", "negated", "quantities", "places", "said_on", "event_start",
    "event_end", "place", "country", "hedges", "hedged", "parent", "links", "confidence", "sentence", "start", "end",
)  # fmt: skip
INTEGERS = frozenset({"start", "end", "date_prec", "where_prec", "geonames", "times_said", "copies"})
NUMBERS = frozenset({"at_least", "best", "at_most", "latitude", "longitude", "confidence"})
BOOLEANS = frozenset({"hedged", "negated", "anonymous"})
LONGEST_CELL = 32_767  # characters in a cell of Excel 2007 and later
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def claim_rows(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """One row a claim, with the columns `CLAIM_COLUMNS`."""
    return [_claim_row(report, claim) for report in reports for claim in report.claims]


def _claim_row(report: Report, claim: Claim) -> dict[str, Any]:
    source = claim.source
    target = report.actor(claim.target) if claim.target else None
    event = report.event(claim.events[0].event) if claim.events else None
    start, end, _ = event_dates(report, claim, event)
    place, _ = best_place(report, claim, event)
    links = [f"{link.kind} {link.to}" for link in report.links if link.from_ == claim.id]
    return {
        "document_id": report.id,
        "published": report.date,
        "claim_id": claim.id,
        "claim_key": claim.key,
        "source": source.name if source else None,
        "source_id": actor_ref(report, source.actor) if source else None,
        "source_type": source.type if source else None,
        "source_role": source.role if source else None,
        "source_affiliation": source.affiliation if source else None,
        "source_affiliation_id": actor_ref(report, source.affiliation_actor) if source else None,
        "anonymous": source.anonymous if source else None,
        "via": (source.via.name or source.via.kind) if source and source.via else None,
        "cue": claim.cue.text if claim.cue else None,
        "act": claim.act,
        "mode": claim.mode,
        "text": claim.text or None,
        "target": target.name if target else None,
        "target_id": actor_ref(report, claim.target),
        "event": claim.event,
        "event_ids": _join(item.event for item in claim.events),
        "plover_act": claim.plover_act,
        "responsibility": claim.responsibility,
        "negated": claim.negated,
        "quantities": _join(report.quantity(name).span.text for name in claim.quantities),
        "places": _join(report.place(name).name for name in claim.places),
        "said_on": said_on(report, claim),
        "event_start": start,
        "event_end": end,
        "place": place.name if place else None,
        "country": place.country if place else None,
        "hedges": _join(hedge.text for hedge in claim.hedges),
        "hedged": bool(claim.hedges),
        "parent": claim.parent,
        "links": _join(links),
        "confidence": claim.confidence,
        "sentence": claim.sentence.text,
        "start": claim.content[0].start if claim.content else None,
        "end": claim.content[-1].end if claim.content else None,
    }


def actor_ref(report: Report, name: str | None) -> str | None:
    """An actor's id across documents: the knowledge base's, else "<document id>#<actor id>"."""
    if name is None:
        return None
    actor = report.actor(name)
    return actor.kb or f"{report.id}#{actor.id}"


def _join(parts: Iterable[str | None]) -> str | None:
    return "; ".join(" ".join(part.split()) for part in parts if part) or None


# -- DataFrames -------------------------------------------------------------------------------------------
def claims_frame(reports: Iterable[Report]) -> pd.DataFrame:
    """The table of claims as a DataFrame with nullable dtypes.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    return frame(claim_rows(reports), CLAIM_COLUMNS)


def figures(
    reports: Iterable[Report], vague: Mapping[str, tuple[int | None, int | None, int | None]] | None = None
) -> pd.DataFrame:
    """The table of figures as a DataFrame with nullable dtypes.

    Args:
        reports: any number of reports.
        vague: rules of your own for vague numbers, {"dozens": (at_least, best, at_most)}; kept in `DataFrame.attrs["vague"]`.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    out = frame(figure_rows(reports, vague), FIGURE_COLUMNS)
    out.attrs["vague"] = {word: list(rule) for word, rule in (vague or {}).items()}
    return out


def frame(rows: Rows, columns: Sequence[str]) -> pd.DataFrame:
    """A DataFrame of rows, with one dtype for each column whatever it holds (Int64, Float64, boolean, string)."""
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError("pandas", "table") from error
    data = {name: pandas.array([row.get(name) for row in rows], dtype=cast(Any, dtype_of(name))) for name in columns}
    return pandas.DataFrame(data, columns=list(columns))


def dtype_of(column: str) -> str:
    """The pandas dtype of a column."""
    if column in INTEGERS:
        return "Int64"
    if column in NUMBERS:
        return "Float64"
    return "boolean" if column in BOOLEANS else "string"


# -- files ------------------------------------------------------------------------------------------------
def _as_rows(table: Rows | pd.DataFrame) -> tuple[list[str], list[list[Any]]]:
    """Columns and cells of rows or a DataFrame; missing values are None."""
    if isinstance(table, Sequence):
        columns = list(dict.fromkeys(name for row in table for name in row))
        return columns, [[row.get(name) for name in columns] for row in table]
    cells = table.astype(object).where(table.notna(), None)
    return [str(name) for name in table.columns], cells.to_numpy().tolist()


def _cell(value: Any, column: str, row: int) -> Any:
    """A cell's value, checked: never longer than a spreadsheet's cell.

    Raises:
        TableError: it is too long; the message names column and row.
    """
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        raise TableError(
            f"column {column!r}, row {row}: {len(value):,} characters do not fit into a spreadsheet cell (at most "
            f"{LONGEST_CELL:,}); write Parquet or JSON instead"
        )
    return value


def csv_text(table: Rows | pd.DataFrame) -> str:
    """The table as CSV (RFC 4180). Text that a spreadsheet would read as a formula gets an apostrophe in front."""
    columns, rows = _as_rows(table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        cells = [_cell(value, name, number) for name, value in zip(columns, row, strict=True)]
        writer.writerow(["'" + value if isinstance(value, str) and value.startswith(FORMULA) else value for value in cells])
    return out.getvalue()


def write_csv(table: Rows | pd.DataFrame, path: str | Path, *, bom: bool = False) -> None:
    """Write CSV in UTF-8.

    Args:
        table: rows or a DataFrame.
        path: the file.
        bom: begin with a byte order mark, by which Excel knows UTF-8.

    Raises:
        TableError: a value is too long for a spreadsheet cell.
    """
    Path(path).write_text(csv_text(table), encoding="utf-8-sig" if bom else "utf-8", newline="")


def write_xlsx(table: Rows | pd.DataFrame, path: str | Path, *, sheet: str = "table") -> None:
    """Write an Excel workbook of one sheet. Text stays text, whatever it starts with.

    Raises:
        TableError: a value is too long for a cell.
        MissingExtraError: openpyxl is not installed.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils.escape import escape
    except ImportError as error:
        raise MissingExtraError("openpyxl", "table") from error
    columns, rows = _as_rows(table)
    for number, row in enumerate(rows, 1):
        for name, value in zip(columns, row, strict=True):
            _cell(escape(value) if isinstance(value, str) else value, name, number)
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(columns)
    for row in rows:
        cells = []
        for value in row:
            if isinstance(value, str):
                cell = WriteOnlyCell(page, value=escape(value))
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(FORMULA)
                cells.append(cell)
            else:
                cells.append(value)
        page.append(cells)
    book.save(Path(path))


def write_parquet(table: Rows | pd.DataFrame, path: str | Path) -> None:
    """Write Parquet; `DataFrame.attrs` (the rules for vague numbers) goes into the file's metadata.

    Raises:
        MissingExtraError: pandas or pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtraError("pyarrow", "table") from error
    whole = frame(table, list(dict.fromkeys(n for row in table for n in row))) if isinstance(table, Sequence) else table
    whole.to_parquet(Path(path), engine="pyarrow", index=False)
    del pyarrow


def write_table(table: Rows | pd.DataFrame, path: str | Path, *, bom: bool = False) -> None:
    """Write a table in the format that the file's suffix names: .csv, .xlsx or .parquet.

    Raises:
        TableError: the suffix is another one, or a value is too long for a cell.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_csv(table, path, bom=bom)
    elif suffix == ".xlsx":
        write_xlsx(table, path)
    elif suffix == ".parquet":
        write_parquet(table, path)
    else:
        raise TableError(f"a table's file must end in .csv, .xlsx or .parquet, got {Path(path).name!r}")
