"""Date arithmetic that never leaves datetime's range: a date that does not exist is None, never an exception."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

Days = tuple[date, date]
"""An inclusive interval of days."""


def make_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when there is none.

    >>> make_date(2024, 2, 29), make_date(2023, 2, 31), make_date(0, 0, 0)
    (datetime.date(2024, 2, 29), None, None)
    """
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def shift(day: date, days: int) -> date | None:
    """The date `days` later, or None outside the years 1-9999.

    >>> shift(date(2024, 2, 28), 2), shift(date(9999, 12, 31), 1)
    (datetime.date(2024, 3, 1), None)
    """
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def shift_months(day: date, months: int) -> date | None:
    """The same day of another month, or that month's last day.

    >>> shift_months(date(2024, 3, 31), -1), shift_months(date(2023, 11, 20), -3)
    (datetime.date(2024, 2, 29), datetime.date(2023, 8, 20))
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_days(year: int, month: int) -> Days | None:
    """First and last day of a month; `month` may run over (13 is January of the next year).

    >>> month_days(2023, 14)
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def months_days(year: int, first: int, count: int) -> Days | None:
    """First and last day of `count` months from month `first`; months may run over the year's ends.

    >>> months_days(2023, 12, 3)
    (datetime.date(2023, 12, 1), datetime.date(2024, 2, 29))
    """
    begin, finish = month_days(year, first), month_days(year, first + count - 1)
    return (begin[0], finish[1]) if begin and finish else None


def years_days(first: int, last: int) -> Days | None:
    """First and last day of the years `first` to `last`.

    >>> years_days(1950, 1953)
    (datetime.date(1950, 1, 1), datetime.date(1953, 12, 31))
    """
    begin, finish = make_date(first, 1, 1), make_date(last, 12, 31)
    return (begin, finish) if begin and finish and begin <= finish else None


def week_days(day: date, weeks: int = 0) -> Days | None:
    """Monday to Sunday of the ISO week of `day`, or of a week before or after it.

    >>> week_days(date(2023, 9, 30), -1)
    (datetime.date(2023, 9, 18), datetime.date(2023, 9, 24))
    """
    monday = shift(day, 7 * weeks - day.weekday())
    sunday = shift(monday, 6) if monday else None
    return (monday, sunday) if monday and sunday else None


def weekday_near(day: date, weekday: int, direction: int, strict: bool = False) -> date | None:
    """The nearest such weekday not after `day` (direction -1) or not before it (+1); `strict`: not `day` itself.

    >>> weekday_near(date(2023, 9, 30), 5, -1), weekday_near(date(2023, 9, 30), 5, -1, strict=True)
    (datetime.date(2023, 9, 30), datetime.date(2023, 9, 23))
    """
    if direction < 0:
        back = (day.weekday() - weekday) % 7
        return shift(day, -(back or (7 if strict else 0)))
    ahead = (weekday - day.weekday()) % 7
    return shift(day, ahead or (7 if strict else 0))


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The nth such weekday of a month; -1 is the last.

    >>> nth_weekday(2023, 11, 3, 4), nth_weekday(2024, 5, 0, -1)
    (datetime.date(2023, 11, 23), datetime.date(2024, 5, 27))
    """
    days = month_days(year, month)
    if days is None:
        return None
    if nth < 0:
        return weekday_near(days[1], weekday, -1)
    first = weekday_near(days[0], weekday, 1)
    return shift(first, 7 * (nth - 1)) if first else None


def easter(year: int) -> date | None:
    """Western Easter Sunday (the anonymous Gregorian computus as printed by Meeus, Astronomical Algorithms, 1991).

    >>> easter(2024), easter(2011)
    (datetime.date(2024, 3, 31), datetime.date(2011, 4, 24))
    """
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return make_date(year, month, day + 1)


def date_precision(start: date, end: date) -> int | None:
    """How exactly an interval dates something, in the codes of `date_prec` of the UCDP Georeferenced Event Dataset.

    The codebook's codes: 1 the exact day is known; 2 a range of two to six days; 3 only the week is known; 4 a range of eight to
    thirty days, or only the month is known; 5 a range of more than a month up to a year. A longer one has no code: None.

    >>> [date_precision(date(2023, 1, 1), shift(date(2023, 1, 1), n - 1)) for n in (1, 2, 6, 7, 8, 31, 32, 365, 400)]
    [1, 2, 2, 3, 4, 4, 5, 5, None]
    """
    days = (end - start).days + 1
    for limit, code in ((1, 1), (6, 2), (7, 3), (31, 4), (366, 5)):
        if days <= limit:
            return code
    return None
