"""The comparison's gold sets can be read, and everybody's results are counted by the same rules."""

import doctest

import pytest

from benchmarks.peers import accuracy, gold, page, scoring, speed
from benchmarks.peers.page import markdown
from benchmarks.peers.scoring import Counts, count


def number(start, end, value=None, low=None, high=None, comparator=None, unit=None):
    return {"span": (start, end), "value": value, "low": low, "high": high, "comparator": comparator, "unit": unit}


def test_every_mark_of_the_gold_sets_is_read():
    quantities, dates, quotes = gold.quantity_sentences(), gold.date_sentences(), gold.quote_passages()
    assert (len(quantities), len(dates), len(quotes)) == (60, 50, 30)
    for marked in (*quantities, *dates, *quotes):
        assert not set("[]{}<>|") & set(marked.text), marked.text
        for item in marked.wanted:
            spans = [item["content"], *item["speaker"], *item["cue"]] if "content" in item else [item["span"]]
            assert all(0 <= start < end <= len(marked.text) for start, end in spans)
    assert all(item["speaker"] and item["cue"] for marked in quotes for item in marked.wanted)
    assert all(first <= last for marked in dates for item in marked.wanted for first, last in item["options"])
    # A label or what counts for nobody is nowhere a right answer too.
    for marked in quantities:
        for a, b in (*marked.ignored, *marked.labels):
            assert not any(start < b and a < end for start, end in (item["span"] for item in marked.wanted)), marked.text


def test_second_answers_belong_to_times_of_the_articles():
    both = [item for marked in gold.time_articles() for item in marked.wanted if len(item["options"]) > 1]
    assert len(both) == len(list(gold.rows("article_times")))


def test_sums_of_the_articles_have_their_currencies():
    units = {item["unit"] for marked in gold.figure_articles() for item in marked.wanted}
    assert {"USD", "EUR", "PHP", "CHF", "%"} <= units


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ([number(8, 10, 80.0), number(15, 18, 110.0)], 2),
        ([number(0, 18, None, 80.0, 110.0, "range")], 2),
        ([number(15, 18, 110.0)], 1),
        ([number(0, 18, 95.0)], 0),
    ],
)
def test_a_range_counts_as_its_two_ends_for_everybody(found, right):
    wanted = [{"span": (0, 25), "value": None, "low": 80.0, "high": 110.0, "bounds": ["range"], "unit": None}]
    counts = Counts(("value",))
    count(accuracy._ends(wanted), accuracy._ends(found), [], {"value": accuracy._value}, counts)
    assert (counts.wanted, counts.right["value"]) == (2, right)


def test_bounds_are_right_when_any_marked_one_is_given():
    wanted = {"span": (0, 9), **gold.quantity("<40 %/~40 %")}
    assert accuracy._bound(wanted, number(0, 9, 40.0, comparator="<"))
    assert accuracy._bound(wanted, number(0, 9, 40.0, comparator="~"))
    assert not accuracy._bound(wanted, number(0, 9, 40.0))
    assert not accuracy._bound(wanted, number(0, 9, 41.0, comparator="<"))
    assert accuracy._bound({"span": (0, 9), **gold.quantity("9")}, number(0, 9, 9.0))


def test_what_is_ignored_is_no_false_alarm_and_the_rest_is():
    wanted = [{"span": (0, 2), **gold.quantity("9")}]
    found = [number(0, 2, 9.0), number(10, 14, 2022.0), number(20, 21, 4.0)]
    counts = Counts(("value",))
    count(wanted, found, [(9, 15)], {"value": accuracy._value}, counts)
    assert (counts.wanted, counts.found, counts.right["value"]) == (1, 2, 1)


def test_one_found_item_stands_for_one_wanted():
    wanted = [{"span": (0, 2), **gold.quantity("9")}, {"span": (0, 2), **gold.quantity("9")}]
    counts = Counts(("value",))
    count(wanted, [number(0, 2, 9.0)], [], {"value": accuracy._value}, counts)
    assert counts.right["value"] == 1
    assert counts.row("value") == (100.0, 50.0, pytest.approx(66.67, abs=0.01))


def test_dates_are_right_by_any_reading():
    wanted = {"span": (0, 9), "options": [["2024-03-01", "2024-03-31"]]}
    month, day, open_end = [["2024-03-01", "2024-03-31"]], [["2024-03-18", "2024-03-18"]], [["2024-03-01", "2024-04-01"]]
    assert accuracy._exact(wanted, {"readings": open_end + month}) and not accuracy._exact(wanted, {"readings": day})
    assert accuracy._within(wanted, {"readings": day}) and not accuracy._within(wanted, {"readings": open_end})


def test_tables_set_columns_of_numbers_right():
    assert markdown([["system", "a", "b"], ["x", "1.0", "–"]]).splitlines()[1] == "|---|---:|---:|"


@pytest.mark.parametrize("module", [gold, page, scoring, speed], ids=lambda module: module.__name__)
def test_doctests(module):
    assert doctest.testmod(module).failed == 0
