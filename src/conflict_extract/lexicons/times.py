"""Tables of time words, holidays and names that only look like dates.

`time_words.jsonl`, `holidays.jsonl` and `time_names.jsonl`, written for this project; their sources are in SOURCES.md.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

from conflict_extract.lexicons.loader import Entry, load_table


class TimeWord(Entry):
    """A word of the calendar.

    `kind` and `value`: weekday (0 Monday … 6 Sunday), month (1-12), unit (order of size: minute 0 … century 9), number and
    ordinal (the number), decade ("nineties": 90), season (EDTF codes 21 spring … 24 winter), daypart (0, with the clock times
    `since` and `until` that it stands for, if any), zone (0: UTC, 1: another zone). `short`: an abbreviation or a word with
    another meaning ("may", "sat", "fall"): only beside a day, a year or a word such as "last" is it a time.
    """

    form: str
    kind: Literal["weekday", "month", "unit", "number", "ordinal", "decade", "season", "daypart", "zone"]
    value: int
    short: bool = False
    since: str | None = None
    until: str | None = None


class Holiday(Entry):
    """A named day: a fixed day, a number of days from (Western) Easter Sunday, or the nth weekday of a month (-1: the last).

    One without any of these moves with the moon or differs between countries: it is kept as a span without a value.
    """

    form: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    easter: int | None = None
    weekday: int | None = None
    nth: int | None = None
    country: str | None = None


class TimeName(Entry):
    """A name that holds a time word and is no time ("Black September").

    `after`: a word that makes a name of a date before it ("Movement": "the March 23 Movement").
    """

    form: str
    after: bool = False


def time_words() -> tuple[TimeWord, ...]:
    """All words of the calendar."""
    return load_table("time_words", TimeWord)


@cache
def words_of(kind: str) -> dict[str, TimeWord]:
    """The words of one kind by their lower-case form."""
    return {word.form.lower(): word for word in time_words() if word.kind == kind}


@cache
def names_of(kind: str) -> frozenset[str]:
    """The full names of one kind ("monday", not "mon"), in lower case: the longest form of each value."""
    longest: dict[object, str] = {}
    for form, word in words_of(kind).items():
        longest[word.value] = max(longest.get(word.value, ""), form, key=len)
    return frozenset(longest.values())


@lru_cache(maxsize=1)
def holidays() -> dict[str, Holiday]:
    """Named days by their lower-case form."""
    return {entry.form: entry for entry in load_table("holidays", Holiday)}


@lru_cache(maxsize=1)
def time_names() -> tuple[TimeName, ...]:
    """Names that are no times."""
    return load_table("time_names", TimeName)


class TenseWord(Entry):
    """A word that tells past from future for a time beside it.

    `kind`: auxiliary; governor (its infinitive lies ahead: "expected to meet on Friday"); deadline ("gave them until Friday");
    begins (so does what its participle opens: "a truce starting on Friday"); planned (its own time lies ahead: "a vote scheduled for
    Friday"); scheduled (its simple present lies ahead: "talks resume on Friday"); happened (a noun for what is over: "asked about
    the killing in June"); titled (a year before it belongs to its name: "the 2024 response plan"). `forms`: irregular forms.
    """

    form: str
    kind: Literal["auxiliary", "governor", "deadline", "begins", "happened", "titled", "planned", "scheduled"]
    direction: int
    forms: tuple[str, ...] = ()


@cache
def tense_words(kind: str) -> frozenset[str]:
    """The lemmas of one kind."""
    return frozenset(word.form for word in load_table("time_tense", TenseWord) if word.kind == kind)


@cache
def tense_forms() -> dict[str, str]:
    """Irregular forms of all tense words, with their lemma."""
    return {form: word.form for word in load_table("time_tense", TenseWord) for form in word.forms}
