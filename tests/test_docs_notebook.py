"""The notebook in docs/ runs from first to last cell, and what it shows is what it gives now."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "docs" / "tolls.ipynb"


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell):
    """What a cell shows, without words that depend on versions of pandas or matplotlib."""
    return [sorted(output.get("data", {"text/plain": ""})) for output in cell.outputs]


@pytest.fixture(scope="module")
def run():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    return client.execute()


def test_the_notebook_runs_and_shows_a_plot(run):
    stored = nbformat.read(NOTEBOOK, as_version=4)
    assert [kinds(cell) for cell in code(run)] == [kinds(cell) for cell in code(stored)]
    assert any("image/svg+xml" in output.get("data", {}) for cell in code(run) for output in cell.outputs)


def test_the_notebook_finds_the_tolls_of_the_articles(run):
    tables = [output.data["text/plain"] for cell in code(run) for output in cell.outputs if "data" in output]
    tolls = next(table for table in tables if "comparator" in table)
    for words in (
        "at least eight people",
        "24 people",
        "40 people",
        "29 people",
        "31 people",
        "12 people",
        "15 people",
        "17 people",
    ):
        assert words in tolls


def test_the_notebook_lists_what_other_lexicons_change(run):
    """The two runs differ by `lexicons_sha256` alone, and one claim by the id of its speaker."""
    said, table = (output.get("text") or output.data["text/plain"] for output in code(run)[-1].outputs)
    before, after, counted = said.splitlines()
    assert before.split("lexicons")[0].split()[1:] == after.split("lexicons")[0].split()[1:]
    assert before.split()[-1] != after.split()[-1] and counted.startswith("11 documents in both")
    assert "source.actor" in table and "group/adf" in table and "group/iscap" in table
