"""The terminal table."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from conflict_extract.deliver.table import figure, print_report, print_scores, when
from conflict_extract.schema import Quantity, Span, Time
from tests.deliver.sample import sample_report


def shown(width=100):
    out = io.StringIO()
    print_report(sample_report(), Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def test_table_says_who_what_and_how_much():
    text = shown()
    for words in (
        "Ilya Maren",
        "via Vesta News",
        "≥ 12 people killed",
        "denial → Ilya Maren",
        "↳ denies c1",
        "↳ denied by c2",
        "where Goma",
    ):
        assert words in text, words


@pytest.mark.parametrize("width", [40, 60, 200])
def test_lines_fit(width):
    assert max(len(line) for line in shown(width).splitlines()) <= width


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": 12, "unit": "people"}, "12 people"),
        ({"value": 12, "comparator": "<=", "unit": "soldiers", "category": "wounded"}, "≤ 12 soldiers wounded"),
        ({"low": 24, "high": 99, "comparator": "range", "unit": "people"}, "24–99 people"),
        ({"value": 100000, "comparator": ">", "unit": "people"}, "> 100,000 people"),
        ({"kind": "percent", "value": 4.5}, "4.5%"),
        ({"kind": "money", "value": 20000000, "currency": "CHF", "unit": "CHF"}, "20,000,000 CHF"),
        ({"unit": "people"}, "several people"),
    ],
)
def test_figure(fields, words):
    quantity = Quantity(**{"id": "q", "kind": "count", "span": Span(start=0, end=7, text="several"), **fields})
    assert figure(quantity) == words


def test_when():
    base = {"id": "t", "span": Span(start=0, end=1, text="x")}
    assert when(Time(**base, start="2024-03-01", end="2024-03-01")) == "1 Mar 2024"
    assert when(Time(**base, start="2024-03-01", end="2024-03-05")) == "1 Mar 2024 – 5 Mar 2024"
    assert when(Time(**base, partial="XXXX-11-05")) == "XXXX-11-05"
    assert when(Time(**base)) == ""


def test_scores_are_a_table():
    out = io.StringIO()
    print_scores(
        {"cue": {"p": 0.5, "r": 0.25, "f": 1 / 3, "tp": 1, "gold": 4, "pred": 2}, "UAS": 0.9}, Console(file=out, width=90)
    )
    assert "33.3" in out.getvalue() and "UAS  90.0" in out.getvalue()
