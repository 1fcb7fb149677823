"""Reports without texts: nothing of the article's words is left, and the article puts all of it back."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from conflict_extract.errors import TextMismatchError
from tests import golden


def strings(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, str):
        yield name, value


@pytest.mark.parametrize("name", golden.names())
def test_without_text_and_back(extractor: Any, name: str) -> None:
    text = (golden.ARTICLES / f"{name}.txt").read_text(encoding="utf-8")
    full = extractor.extract(text, date=golden.date_of(name), id=name)
    bare = full.without_text()
    assert bare.text is None
    assert bare.with_text(text) == full
    assert bare.with_text(text).model_dump_json() == full.model_dump_json()
    assert [claim.key for claim in bare.claims] == [claim.key for claim in full.claims]
    for other in (text + " ", text[:-1], text.replace("a", "e", 1), ""):
        with pytest.raises(TextMismatchError):
            bare.with_text(other)


@pytest.mark.parametrize("name", golden.names())
def test_no_words_are_left(extractor: Any, name: str) -> None:
    """No string outside `meta` has two words that follow each other in the article, but names and cues of our tables.

    Reasons (`basis`) are our own words, so only what they quote is looked at.
    """
    text = (golden.ARTICLES / f"{name}.txt").read_text(encoding="utf-8")
    full = extractor.extract(text, date=golden.date_of(name), id=name)
    known = {actor.name for actor in full.actors if actor.kb} | {place.name for place in full.places if place.geonames}
    known |= {item.entry for claim in full.claims for item in claim.evidence if item.entry}
    known |= {item.admin1 for item in full.places if item.admin1} | {item.admin2 for item in full.places if item.admin2}
    words = text.split()
    pairs = {" ".join(pair) for pair in pairwise(words)}
    dump = full.without_text().model_dump(mode="json", exclude={"meta", "id"})
    left = [
        (field, value)
        for field, whole in strings(dump)
        if field != "rule"
        for value in ([whole] if field != "basis" else re.findall("“([^”]*)”", whole))
        if value not in known and any(pair in pairs for pair in map(" ".join, pairwise(value.split())))
    ]
    assert left == []


def test_a_basis_quotes_no_words(extractor: Any) -> None:
    """What a link's reason quotes, over a line's end too, becomes references and comes back."""
    text = (golden.ARTICLES / "zamfara-school-road.txt").read_text(encoding="utf-8").replace("214 girls", "214\ngirls")
    full = extractor.extract(text, date=golden.date_of("zamfara-school-road"))
    assert any("“214 girls”" in link.basis for link in full.links)
    bare = full.without_text()
    assert not any("girls" in link.basis for link in bare.links)
    assert bare.with_text(text) == full


def test_the_check_can_fail(extractor: Any) -> None:
    """With its text, a report has such strings."""
    name = golden.names()[0]
    text = (golden.ARTICLES / f"{name}.txt").read_text(encoding="utf-8")
    dump = extractor.extract(text, date=golden.date_of(name), id=name).model_dump(mode="json", exclude={"meta"})
    assert any(value in text and len(value.split()) > 3 for field, value in strings(dump) if field == "text")
