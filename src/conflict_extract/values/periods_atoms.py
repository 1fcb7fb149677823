"""Finds the smallest time expressions in a text: dates, months, weekdays, "last week", "two days ago", "3 pm".

A word scan with a table look-up finds trigger words; patterns are tried only in a window of `REACH` characters around each, so
the cost grows with the length of the text and not faster.
"""

from __future__ import annotations

import re
from functools import lru_cache

from conflict_extract.lexicons.times import holidays, time_names, words_of
from conflict_extract.values.periods_makers import MAKERS, Atom
from conflict_extract.values.periods_patterns import patterns

REACH = 48
"""Characters on either side of a trigger word that a pattern may use."""


_WORD = re.compile(r"[^\W_]+")
_REL = {"yesterday", "today", "tomorrow", "tonight", "morning", "afternoon", "evening", "night", "overnight"}
_UNITS = ("minute", "hour", "day", "week", "fortnight", "weekend", "month", "quarter", "year", "decade", "century")


@lru_cache(maxsize=1)
def _triggers() -> dict[str, tuple[str, ...]]:
    """Kinds of pattern to try at a word."""
    found: dict[str, list[str]] = {}

    def add(form: str, kind: str) -> None:
        kinds = found.setdefault(form, [])
        if kind not in kinds:
            kinds.append(kind)

    for kind in ("month", "season", "decade"):
        for form in words_of(kind):
            add(form, kind)
    for form, word in words_of("weekday").items():
        add(form, "weekday_short" if word.short else "weekday")
    for form in _REL:
        add(form, "relday")
    for form in _UNITS:
        add(form, "unit")
        add(form + "s", "unit")
    for form in ("quarter", "half", "months", "q1", "q2", "q3", "q4", "h1", "h2"):
        add(form, "part")
    for form in ("century", "centuries"):
        add(form, "century")
    for form in holidays():
        first = _WORD.search(form)
        if first:
            add(first.group(), "holiday")
    for form in ("noon", "midnight", "am", "pm", "m", "gmt", "utc", "clock", "hours", "hrs", "local"):
        add(form, "clock")
    for form in words_of("daypart"):
        last = _WORD.findall(form)[-1]
        add(last, "daypart")
    for form in ("night", "morning"):
        add(form, "unit")
    return {form: tuple(kinds) for form, kinds in found.items()}


_DIGITS = re.compile(r"\d{1,4}(?:s|am|pm|h\d\d)?$|\d{8}T", re.IGNORECASE)


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    forms = sorted((entry.form for entry in time_names() if not entry.after), key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)")


def _named(text: str) -> list[tuple[int, int]]:
    """Where names stand that are no times; a look behind every character would cost more than this loop."""
    found: list[tuple[int, int]] = []
    at = 0
    while (match := _names().search(text, at)) is not None:
        start, at = match.span()
        if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            at = start + 1
        else:
            found.append((start, at))
    return found


@lru_cache(maxsize=1)
def _followers() -> re.Pattern[str]:
    """Words after a date that make it a name ("March 23 Movement", "6 October City")."""
    forms = sorted((entry.form for entry in time_names() if entry.after), key=len, reverse=True)
    return re.compile(r"\s+(?:[A-Z]\w{1,20}\s+)?(?:" + "|".join(map(re.escape, forms)) + r")\b")


def find_atoms(text: str) -> list[Atom]:
    """All atoms of a text in order, not overlapping; of several at one place the longest.

    >>> [(atom.kind, text[atom.start : atom.end]) for text in ["Two died on 5 March and three last week"] for atom in find_atoms(text)]
    [('day', '5 March'), ('unit', 'last week')]
    """
    tables, triggers = patterns(), _triggers()
    blocked = _named(text)
    block = 0
    atoms: list[Atom] = []
    reached = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        if start < reached:
            continue
        form = word.group()
        kinds: tuple[str, ...]
        if form[0].isdigit():
            if len(form) > 6 or not _DIGITS.match(form):
                continue
            kinds = _digit_kinds(text, start, end, form)
        else:
            kinds = triggers.get(form.lower(), ())
        if not kinds:
            continue
        while block < len(blocked) and blocked[block][1] <= start:
            block += 1
        if block < len(blocked) and blocked[block][0] <= start:
            continue
        best = _best(text, tables, kinds, start, end, reached)
        if best is not None:
            if best.kind not in ("day", "month", "weekday", "years", "year") or not _followers().match(text, best.end):
                atoms.append(best)
            reached = best.end
    return atoms


def _digit_kinds(text: str, start: int, end: int, form: str) -> tuple[str, ...]:
    """What a number may begin."""
    kinds: list[str] = []
    after = text[end : end + 1]
    if len(form.rstrip("s")) == 4 or (after and after in "/.-"):
        kinds.append("year")
    if form.endswith("s") and text[max(0, start - 1) : start] in ("'", "\u2019"):
        kinds.append("year")
    if (after and after in ":.hH") or form[-1] in "mM" or len(form) == 4:
        kinds.append("clock")
    if text[start : start + 4] == "9/11":
        kinds.append("holiday")
    return tuple(kinds)


def _best(
    text: str,
    tables: dict[str, list[tuple[str, tuple[str, ...], re.Pattern[str]]]],
    kinds: tuple[str, ...],
    start: int,
    end: int,
    reached: int,
) -> Atom | None:
    """The longest atom over the trigger `[start, end)` that begins at or after `reached`."""
    low, high = max(reached, start - REACH), min(len(text), end + REACH)
    near = text[low:high].lower()
    best: Atom | None = None
    for kind in kinds:
        for name, needed, pattern in tables[kind]:
            for word in needed:
                if word in near:
                    break
            else:
                if needed:
                    continue
            for match in pattern.finditer(text, low, high):
                if match.start() > start:
                    break
                if match.end() < end:
                    continue
                if best is not None and match.end() - match.start() <= best.end - best.start:
                    continue
                atom = MAKERS[name](text, match)
                if atom is not None and atom.end >= end:
                    best = atom
    return best
