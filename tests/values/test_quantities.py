"""The pure value parsers: numbers, bounds, currencies, units, masks, expressions. No spaCy."""

from __future__ import annotations

import doctest
import importlib
import json
import math
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.values.atoms import LIMIT, parse_digits
from conflict_extract.values.bounds import bounds
from conflict_extract.values.expressions import scan
from conflict_extract.values.masks import masked
from conflict_extract.values.money import settle
from conflict_extract.values.numbers import find_numbers, parse_number

MODULES = ("atoms", "numbers", "bounds", "money", "units", "masks", "reject", "expressions")


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"conflict_extract.values.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_no_spacy(name: str) -> None:
    module = importlib.import_module(f"conflict_extract.values.{name}")
    assert not any("spacy" in str(getattr(item, "__module__", "")) for item in vars(module).values())


_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int, *, british: bool) -> str:
    """English words for 0 to 999,999,999, written here apart from the library."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_SMALL[rest]}" if rest else "")
    for scale, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= scale:
            head, rest = divmod(number, scale)
            join = " and " if british and 0 < rest < 100 else " "
            return f"{in_words(head, british=british)} {name}" + (f"{join}{in_words(rest, british=british)}" if rest else "")
    raise AssertionError(number)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 999_999_999), st.booleans())
def test_every_number_name(number: int, british: bool) -> None:
    text = in_words(number, british=british)
    parsed = parse_number(text)
    assert parsed is not None and parsed.value == number, text


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**14), st.sampled_from([",", "'", "\u00a0", "\u202f", "’"]))
def test_thousands_separators(number: int, separator: str) -> None:
    text = f"{number:,}".replace(",", separator)
    assert parse_digits(text) == number


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789.,-–$€% abcdefgmnotuyz½()'/\n", max_size=80))
def test_any_text_gives_finite_values_inside_it(text: str) -> None:
    for item in scan(text):
        assert 0 <= item.start < item.end <= len(text)
        assert item.start <= item.number[0] < item.number[1] <= item.end
        for value in (item.value, item.low, item.high):
            assert value is None or (math.isfinite(value) and abs(value) <= LIMIT)
        if item.low is not None and item.high is not None:
            assert item.low <= item.high
    for start, end, _ in masked(text):
        assert 0 <= start < end <= len(text)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    st.sampled_from(["=", "~", ">", ">=", "<", "<=", "range"]),
    st.booleans(),
    st.sampled_from([None, "nearly", "fewer than", "more than"]),
)
def test_bounds_are_ordered(value: float | None, comparator: str, whole: bool, modifier: str | None) -> None:
    found = bounds(value, comparator=comparator, whole=whole, modifier=modifier)
    known = [item for item in found if item is not None]
    assert known == sorted(known)
    assert all(math.isfinite(item) for item in known)


@pytest.mark.parametrize("bad", ["10^400", "1e999", "9" * 400, "1e-400000"])
def test_no_certain_value(bad: str) -> None:
    for number in find_numbers(f"{bad} people"):
        assert number.value is None or abs(number.value) <= LIMIT


def test_ambiguous_day_is_no_value() -> None:
    assert scan("on 31 February and 00/00/0000 at 25:00") == ()


def test_settle_keeps_candidates_when_two_countries_tie() -> None:
    assert settle(("SEK", "NOK"), None, {"SE": 2, "NO": 2}) == (None, ["SEK", "NOK"])


@pytest.mark.timing
def test_one_megabyte_of_digits_takes_seconds() -> None:
    text = "1234567890" * 100_000
    started = time.perf_counter()
    assert len(scan(text)) <= 1
    assert time.perf_counter() - started < 20


UNITS = """
import json, sys
{before}
from conflict_extract.values.units import unit_after
words = ["12 kilojoules", "3 furlongs", "40 cubic metres per second", "5 teslas", "7 arcseconds", "30km", "4 pounds per square inch"]
out = []
for text in words:
    found = unit_after(text, text.index("k") if text == "30km" else text.index(" "))
    out.append([text, found.name, found.dimension, found.source] if found else [text])
print(json.dumps([out, "quantulum3.classifier" in sys.modules, "sklearn" in sys.modules and hasattr(sys.modules["sklearn"], "__path__")]))
"""
WITHOUT = "sys.modules['sklearn'] = None; sys.modules['joblib'] = None"
FAKE = (
    "import types; fake = types.ModuleType('sklearn'); fake.__version__ = '99'\n"
    "sys.modules['sklearn'] = fake; sys.modules['joblib'] = types.ModuleType('joblib')"
)


def run_units(before: str) -> list[object]:
    code = UNITS.replace("{before}", before)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120, check=True)
    result: list[object] = json.loads(done.stdout)
    return result


@pytest.mark.slow
def test_scikit_learn_beside_us_changes_nothing() -> None:
    """Without scikit-learn, with a stand-in of another version and with the real one (where installed): the same units."""
    without, fake, real = run_units(WITHOUT), run_units(FAKE), run_units("")
    assert without[0] == fake[0] == real[0]
    assert without[1] is fake[1] is real[1] is False  # quantulum3's classifier is never imported
    assert all(len(row) == 4 for row in real[0])  # type: ignore[union-attr, attr-defined]


def test_unit_tables_are_not_loaded_for_common_units() -> None:
    """quantulum3 is not imported for texts without rare units."""
    code = (
        "import sys\nfrom conflict_extract.values.expressions import scan\n"
        "scan('The depot is 45km (28 miles) away; 12 people, $5m, 30 days, 5 per cent, 7 tonnes')\n"
        "print(any(name.startswith('quantulum3') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
