"""Word pieces, case shapes and spaces."""

from __future__ import annotations

import pytest

from conflict_extract.annotate._pieces import (
    AS_LOWER,
    AS_TITLE,
    AS_UPPER,
    MAX_PIECES,
    Pieces,
    Shape,
    Space,
    arrays,
    gap,
    plain,
    shape,
)
from conflict_extract.annotate._reader import MODEL

PIECES = Pieces(MODEL / "vocabulary.txt")
PIECES_NAMES = (MODEL / "vocabulary.txt").read_text(encoding="utf-8").split("\n")


def names(word: str) -> list[str]:
    return [PIECES_NAMES[i] for i in PIECES.of(word)]


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("Ceasefire", ["ceasefire"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("``", ["“"]),
        ("''", ["”"]),
        ("don’t", ["don", "'", "t"]),
        ("Bogotá", ["bogota"]),
        ("Bogota\u0301", ["bogota"]),
    ],
)
def test_words_become_pieces(word: str, pieces: list[str]) -> None:
    assert names(word) == pieces


@pytest.mark.parametrize("word", ["\n\n", " ", "\x00", "\u200b", "\ufeff", "\u00ad", "\u0301", "\u200f", "\ufffd"])
def test_what_is_no_word_has_no_pieces(word: str) -> None:
    assert PIECES.of(word) == ()


@pytest.mark.parametrize("word", ["مرحبا", "漢字", "😀", "x" * 5000, "a-" * 900])
def test_other_words_have_a_bounded_number(word: str) -> None:
    assert 1 <= len(PIECES.of(word)) <= MAX_PIECES


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("troops", Shape.LOWER),
        ("Troops", Shape.TITLE),
        ("UNHCR", Shape.UPPER),
        ("I", Shape.LETTER),
        ("McAllen", Shape.MIXED_UPPER),
        ("eNCA", Shape.MIXED_LOWER),
        ("1,500", Shape.DIGITS),
        ("2nd", Shape.DIGITS_LOWER),
        ("T-72", Shape.DIGITS_UPPER),
        ("?!", Shape.PUNCT),
        ("U.K.", Shape.DOTTED),
        ("غزة", Shape.CASELESS),
    ],
)
def test_shapes(word: str, expected: Shape) -> None:
    assert shape(word) == expected


@pytest.mark.parametrize("word", ["troops", "Troops", "UNHCR", "McAllen", "1,500", "2nd", "?!", "غزة"])
def test_changed_case_changes_the_shape_as_the_tables_say(word: str) -> None:
    assert AS_LOWER[shape(word)] == shape(word.lower())
    assert AS_UPPER[shape(word)] == shape(word.upper())
    if word.isalpha():
        assert AS_TITLE[shape(word)] == shape(word[:1].upper() + word[1:].lower())


@pytest.mark.parametrize(
    ("between", "following", "expected"),
    [
        ("", "x", Space.GLUED),
        (" ", "x", Space.BLANK),
        ("\n", "troops", Space.LINE),
        ("\n", "Troops", Space.PARAGRAPH),
        ("\n", "“We", Space.PARAGRAPH),
        ("\n\n", "troops", Space.PARAGRAPH),
        (" \r\n", "troops", Space.LINE),
        ("\r\r", "troops", Space.PARAGRAPH),
    ],
)
def test_line_breaks(between: str, following: str, expected: Space) -> None:
    assert gap(between, following) == expected


def test_a_window_points_at_first_pieces() -> None:
    ids, forms, spaces, first = arrays(PIECES, [PIECES.of("U.S."), PIECES.of("troops")], [11, 1], [3, 1])
    assert [PIECES_NAMES[i] for i in ids] == ["[CLS]", "u", ".", "s", ".", "troops", "[SEP]"]
    assert first == [1, 5]
    assert forms == [0, 11, 11, 11, 11, 1, 0]
    assert spaces == [3, 3, 4, 4, 4, 1, 3]


def test_quotation_marks_are_read_alike() -> None:
    assert plain("``") == "“" and plain("‘tis") == "'tis"
