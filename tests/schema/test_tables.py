"""The tables of claims and figures, and their files."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import MissingExtraError, TableError
from conflict_extract.schema import Report, tables
from conflict_extract.schema.figure_rows import FIGURE_COLUMNS, figure_rows
from tests.assemble.docs import Builder

WANTED = [
    "document_id",
    "published",
    "source",
    "source_id",
    "source_type",
    "source_affiliation_id",
    "relayed_by",
    "act",
    "status",
    "category",
    "who_status",
    "who_age",
    "who_sex",
    "who_side",
    "unit",
    "text",
    "comparator",
    "at_least",
    "best",
    "at_most",
    "part_of",
    "scope",
    "since",
    "event_id",
    "event_type",
    "agents",
    "said_on",
    "event_start",
    "event_end",
    "date_prec",
    "place",
    "place_role",
    "geonames",
    "latitude",
    "longitude",
    "admin1",
    "country",
    "where_prec",
    "hedged",
    "confidence",
    "sentence",
    "start",
    "end",
    "claim_key",
]


def report() -> Report:
    b = Builder("The army said on Monday that at least 42 men were killed near Goma on Sunday. The army said 42 men were killed. "
                "Dozens of men were killed, the army said.", date="2024-05-16")  # fmt: skip
    b.actor("a1", "army", type="government_body", source_type="military", affiliation="a2")
    b.actors.append(_state())
    b.place("p1", "Goma", country="CD", geonames=216281, latitude=-1.67, longitude=29.22, role="near")
    b.time("on Monday", "2024-05-13")
    sunday = b.time("on Sunday", "2024-05-12", date_prec=1)
    b.quantity("at least 42 men", 42, comparator=">=", modifier="at least", unit="men", category="killed", who={"sex": "male"})
    b.quantity("42 men", 42, unit="men", category="killed", who={"sex": "male"}, number_=1)
    b.quantity("Dozens of men", None, low=24, high=99, vague="dozens", comparator="range", unit="men", category="killed")
    b.said("at least 42 men were killed near Goma on Sunday", "The army", "said", speaker="a1")
    b.said("42 men were killed", "The army", "said", source_number=1, cue_number=1, number=1, speaker="a1")
    b.said("Dozens of men were killed", "the army", "said", cue_number=2, speaker="a1")
    b.event("killed", "killing", salience=1.0, places=[{"id": "places:1", "role": "near"}], times=["times:2"])
    assert sunday
    return b.report()


def _state() -> Any:
    from conflict_extract.annotate.layer import ActorRow

    return ActorRow(key="a2", name="Democratic Republic of the Congo", type="state", kb="state/CD", country="CD")


def test_columns_of_figures() -> None:
    assert list(FIGURE_COLUMNS) == [*WANTED, "times_said"]
    assert all(list(row) == list(FIGURE_COLUMNS) for row in figure_rows([report()]))


def test_a_row_has_event_place_and_codes() -> None:
    row = figure_rows([report()])[0]
    assert (row["source_id"], row["source_affiliation_id"], row["source_type"]) == (f"{report().id}#a1", "state/CD", "military")
    assert (row["said_on"], row["event_start"], row["event_end"], row["date_prec"]) == (
        "2024-05-13",
        "2024-05-12",
        "2024-05-12",
        1,
    )
    assert (row["place"], row["place_role"], row["geonames"], row["country"], row["where_prec"]) == (
        "Goma",
        "near",
        216281,
        "CD",
        2,
    )
    assert (row["at_least"], row["best"], row["at_most"]) == (42, 42, None)


def test_own_rule_for_vague_words_is_kept_with_the_table() -> None:
    pytest.importorskip("pandas")
    plain, own = report().figures(), report().figures(vague={"dozens": (24, 24, 99)})
    assert plain["best"].isna().iloc[-1] and own["best"].iloc[-1] == 24
    assert own.attrs["vague"] == {"dozens": [24, 24, 99]}
    with pytest.raises(TableError, match="dozens"):
        report().figures(vague={"dozens": (1, 2)})  # type: ignore[dict-item]


def test_the_same_figure_again_is_counted() -> None:
    b = Builder("The mayor said nine men died. The mayor said nine men died.")
    b.actor("a1", "mayor", type="person")
    for number in (0, 1):
        b.quantity("nine men", 9, unit="men", category="killed", number_=number)
        b.said("nine men died", "The mayor", "said", number=number, source_number=number, cue_number=number, speaker="a1")
    rows = figure_rows([b.report()])
    assert [row["times_said"] for row in rows] == [2]


def test_one_dtype_a_column_whatever_it_holds() -> None:
    pandas = pytest.importorskip("pandas")
    full, empty = report().figures(), tables.figures([])
    assert list(full.columns) == list(empty.columns) and (full.dtypes == empty.dtypes).all()
    assert isinstance(tables.claims_frame([report()]), pandas.DataFrame)
    assert list(tables.claims_frame([report()]).columns) == list(tables.CLAIM_COLUMNS)


FORMULAS = ["=1+1", "+1", "-1 man", "@cmd", "\tx", "\rx"]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_writes_formulas_as_text(text: str) -> None:
    cell = list(csv.reader(io.StringIO(tables.csv_text([{"text": text, "n": -3}]), newline="")))[1]
    assert cell == ["'" + text, "-3"]


def test_bom_on_request(tmp_path: Path) -> None:
    for bom in (False, True):
        tables.write_csv([{"a": "é"}], tmp_path / "t.csv", bom=bom)
        assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf") is bom


def test_xlsx_keeps_text_as_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    tables.write_xlsx([{"text": text, "n": -3.5} for text in [*FORMULAS[:4], "a\x01b"]], tmp_path / "t.xlsx")
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert [page.cell(row, 1).value for row in range(2, 6)] == FORMULAS[:4]
    assert {page.cell(row, 1).data_type for row in range(2, 7)} <= {"s", "inlineStr"}
    assert page.cell(2, 2).value == -3.5


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_value_too_long_for_a_cell_is_an_error(tmp_path: Path, suffix: str) -> None:
    tables.write_table([{"text": "x" * 32_767}], tmp_path / f"t.{suffix}")
    with pytest.raises(TableError, match="column 'text', row 1: 32,768 characters"):
        tables.write_table([{"text": "x" * 32_768}], tmp_path / f"t.{suffix}")


def test_parquet_is_lossless(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = report().figures(vague={"dozens": (24, 24, 99)})
    tables.write_table(frame, tmp_path / "t.parquet")
    back = pandas.read_parquet(tmp_path / "t.parquet")
    pandas.testing.assert_frame_equal(back, frame)
    assert back.attrs["vague"] == {"dozens": [24, 24, 99]}


def test_unknown_suffix() -> None:
    with pytest.raises(TableError, match=r"\.csv, \.xlsx or \.parquet"):
        tables.write_table([], "t.ods")


def test_missing_pandas_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"conflict-extract\[table\]"):
        report().figures()


def test_a_report_without_text_still_makes_tables() -> None:
    rows = figure_rows([report().without_text()])
    assert [row["text"] for row in rows] == [None] * len(rows) and rows[0]["best"] == 42
