"""Wordings that decide the act of what a neutral cue ("said", "told", "according to") reports.

Table: `data/wordings.jsonl`, written for this library and listed in SOURCES.md. The rows are tried in order; the first whose
pattern is found in the content and whose condition holds decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pydantic import Field, field_validator

from conflict_extract.lexicons.cues import Act
from conflict_extract.lexicons.loader import Entry, load_table

Condition = Literal["any", "direct", "own", "other", "party"]


class Wording(Entry):
    """A wording.

    Attributes:
        name: its name in evidence.
        act: the act that it makes.
        pattern: a regular expression, searched in the content in lower case; it has no capitals of its own.
        condition: `direct` only inside quotation marks; `own` when the subject of the content is the speaker; `other` when it is not;
            `party` when the speaker is a state, an army or a group, or speaks for one.
    """

    name: str
    act: Act
    pattern: str = Field(min_length=3)
    condition: Condition = "any"

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        """A pattern must compile."""
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if re.search("[A-Z]", re.sub(r"\\.", "", value)):
            raise ValueError("a pattern over words in lower case has no capitals")
        return value


@lru_cache(maxsize=1)
def wordings() -> tuple[tuple[Wording, re.Pattern[str]], ...]:
    """The table with its compiled patterns, in order."""
    return tuple((row, re.compile(row.pattern)) for row in load_table("wordings", Wording))
