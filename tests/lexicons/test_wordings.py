"""The table of wordings: its patterns are searched in lower case."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from conflict_extract.annotate._said_acts import wording_act
from conflict_extract.lexicons.wordings import Wording


@pytest.mark.parametrize("pattern", [r"\bWe will\b", r"[A-Z]\w+ must", "(unclosed"])
def test_a_pattern_that_finds_nothing_in_lower_case_is_refused(pattern):
    with pytest.raises(ValidationError):
        Wording(name="x", act="threat", pattern=pattern)


def test_capitals_of_escapes_are_none():
    assert Wording(name="x", act="threat", pattern=r"\bor\s\S+\b").pattern


@pytest.mark.parametrize(
    "piece", ["we will not hesitate to answer", "WE WILL NOT HESITATE TO ANSWER", "We Will Not Hesitate to Answer"]
)
def test_case_does_not_matter(piece):
    assert wording_act(piece, direct=True, own=True) == ("threat", "not-hesitate")
