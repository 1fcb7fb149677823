"""Tables of the document frame: fixed phrases, news agencies, verbs of headlines, words of date stamps, commonest English words."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from conflict_extract.lexicons.loader import Entry, load_table
from conflict_extract.lexicons.times import words_of


class FramePhrase(Entry):
    """A phrase at the start of a paragraph or sentence that tells what the paragraph is; `pattern` is a regular expression.

    `withdrawn`, `set_right`, `turned`: marks inside a correction, before figures that it takes back or sets right.
    """

    kind: Literal["boilerplate", "stub", "correction", "credit", "byline", "not_dateline", "withdrawn", "set_right", "turned"]
    pattern: str


class Word(Entry):
    """A word or name."""

    form: str


class HeadlineVerb(Entry):
    """A verb of headlines with its irregular past forms (`forms`)."""

    form: str
    forms: tuple[str, ...] = ()


@cache
def frame_phrases(kind: str) -> re.Pattern[str]:
    """All phrases of one kind as one pattern."""
    rows = [row.pattern for row in load_table("frame_phrases", FramePhrase) if row.kind == kind]
    return re.compile("|".join(f"(?:{row})" for row in rows), re.IGNORECASE)


@cache
def stub_phrases() -> re.Pattern[str]:
    """The phrases of cut texts, for a search through text in lower case: several times faster than one that ignores case."""
    rows = [row.pattern for row in load_table("frame_phrases", FramePhrase) if row.kind == "stub"]
    return re.compile("|".join(f"(?:{row})" for row in rows))


@cache
def agencies() -> frozenset[str]:
    """News agencies and wire services as they sign."""
    return frozenset(row.form for row in load_table("news_agencies", Word))


@cache
def headline_verbs() -> frozenset[str]:
    """Finite forms and participles of the verbs of headlines, in lower case."""
    found: set[str] = set()
    for row in load_table("headline_verbs", HeadlineVerb):
        base = row.form
        found.update((base, *row.forms))
        if base in ("is", "are", "was", "were", "has", "have", "had", "will", "be"):
            continue
        stem = base[:-1] + "i" if base.endswith("y") and base[-2] not in "aeiou" else base
        found.add(stem + "es" if stem != base or base.endswith(("s", "sh", "ch", "x", "z", "o")) else base + "s")
        if not row.forms:
            found.add(base + "d" if base.endswith("e") else stem + "ed")
    return frozenset(found)


@cache
def english_words() -> frozenset[str]:
    """The commonest function words of English."""
    return frozenset(row.form for row in load_table("english_words", Word))


@cache
def stamp_words() -> frozenset[str]:
    """All words that a line can hold which says nothing but when the article was published or updated, in lower case."""
    return frozenset((*(row.form for row in load_table("stamp_words", Word)), *words_of("month"), *words_of("weekday")))
