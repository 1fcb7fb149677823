"""Period parsers on any text; the case table is run by tests/annotate/test_times.py."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.values.periods import FUTURE, PAST, Period, parse_period, resolve
from conflict_extract.values.periods_calendar import date_precision, easter, week_days, weekday_near
from conflict_extract.values.periods_compose import find_expressions
from conflict_extract.values.periods_stamps import STAMP, parse_stamp

PIECES = ["on ", "since ", "Monday", "5 March", "March ", "2024", "the ", "past ", "last ", "week", "three ", "days", " ago", " and ", "between ", "to ",
          "03/04/2024", "at 3 pm", "overnight", "31 February", "the first quarter", "of ", "next year", "-", ", ", ". ", "(", ")", "99", "0000", "\u0661",
          "month", "Christmas", "later", "until ", "T10:00Z", "2024-03-05", "\x00", "May ", "fall ", "9/11"]  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
days = st.dates()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    text=texts, day=st.one_of(st.none(), days), direction=st.sampled_from([-1, 0, 1]), first=st.sampled_from([None, True, False])
)
def test_any_text(text: str, day: date | None, direction: int, first: bool | None) -> None:
    """Never an exception; spans in order and inside the text; an interval begins before it ends."""
    reached = 0
    for part in find_expressions(text):
        assert reached <= part.start < part.end <= len(text)
        reached = part.end
        period = resolve(part, day, direction, first, (day, day) if day else None)
        assert (period.start is None) == (period.end is None)
        if period.start and period.end:
            assert period.start <= period.end
            assert period.partial is None
            assert period.date_prec == date_precision(period.start, period.end)
        for low, high in period.readings:
            assert low <= high


@settings(max_examples=200, deadline=None, derandomize=True)
@given(day=st.dates(date(1600, 1, 1), date(4000, 1, 1)), name=st.sampled_from(["Monday", "Thursday", "Sunday"]))
def test_weekdays_surround_the_anchor(day: date, name: str) -> None:
    past, future = parse_period(name, day, PAST), parse_period(name, day, FUTURE)
    assert past and future and past.start and future.start
    assert timedelta(0) <= day - past.start < timedelta(7)
    assert timedelta(0) <= future.start - day < timedelta(7)
    assert past.start.strftime("%A") == future.start.strftime("%A") == name


@settings(max_examples=200, deadline=None, derandomize=True)
@given(day=st.dates(date(1600, 1, 1), date(4000, 1, 1)))
def test_calendar_periods_are_whole(day: date) -> None:
    for words, least, most in (
        ("last week", 7, 7),
        ("last month", 28, 31),
        ("last quarter", 90, 92),
        ("last year", 365, 366),
        ("this weekend", 2, 2),
    ):
        period = parse_period(words, day)
        assert period and period.start and period.end
        assert least <= (period.end - period.start).days + 1 <= most
        assert words == "this weekend" or period.end < day


@pytest.mark.parametrize(("year", "month", "day"), [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2038, 4, 25)])
def test_easter(year: int, month: int, day: int) -> None:
    """Dates as in almanacs, the earliest and latest of recent times among them."""
    assert easter(year) == date(year, month, day)


def test_ends_of_the_calendar() -> None:
    assert week_days(date.min, -1) is None
    assert weekday_near(date.min, 6, -1) is None
    assert weekday_near(date.max, 0, 1) is None
    assert parse_period("next century", date.max) == Period(granularity="longer", relative=True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("05-MAR-2024", date(2024, 3, 5)),
        ("5Mar2024", date(2024, 3, 5)),
        ("2024 March 5", date(2024, 3, 5)),
        ("20240305T1405Z", date(2024, 3, 5)),
        ("31-Feb-2024", None),
        ("99-MAR-2024", None),
        ("may open a second camp", None),
        ("today", None),
    ],
)
def test_stamps(text: str, wanted: date | None) -> None:
    assert parse_stamp(text) == wanted


def test_prose_never_reaches_dateparser() -> None:
    prose = "The government may open a second camp, at most a few hundred remain, and in about 30 years it will close."
    assert STAMP.search(prose) is None
