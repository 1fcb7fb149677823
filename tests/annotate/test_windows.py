"""Windows: whole paragraphs, nothing twice, nothing left out, and decisions only from windows that hold the sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.annotate._windows import LIMIT, cut, fit, pack, paragraphs, slide


def test_paragraphs_start_at_breaks() -> None:
    assert paragraphs([False, False, True, False, True]) == [(0, 2), (2, 4), (4, 5)]
    assert paragraphs([]) == []


@given(st.lists(st.integers(1, 400), max_size=60), st.integers(0, 200))
def test_packing_keeps_order_and_limit(lengths: list[int], limit: int) -> None:
    windows = pack(lengths, limit)
    assert [i for a, b in windows for i in range(a, b)] == list(range(len(lengths)))
    for a, b in windows:
        assert sum(lengths[a:b]) <= limit or b - a == 1
    for a, b in windows[:-1]:
        assert sum(lengths[a : b + 1]) > limit, "a window was closed early"


def test_fit_takes_at_least_one_word() -> None:
    assert fit([500, 1], 0, 2) == 1
    assert fit([10] * 30, 0, 30, 100) == 10


def test_a_sentence_is_cut_at_its_last_sign() -> None:
    words = ["they", "came", ",", "they", "saw", "and", "they", "left"]
    assert cut(words, 0, len(words)) == 3
    assert cut(["word"] * 9, 0, 9) == 9
    assert cut([",", *["word"] * 9], 0, 10) == 10, "a cut at the very start helps nobody"


def read(words: int, sentence: int, limit: int) -> tuple[list[tuple[int, int, int]], set[int]]:
    starts = set(range(0, words, sentence))
    forms = ["w"] * words
    return list(slide(forms, [1] * words, 0, words, lambda a, b: [i for i in range(a, b) if i in starts], limit)), starts


@given(st.integers(1, 900), st.integers(1, 60))
def test_every_word_is_decided_once_by_a_window_that_holds_its_sentence(words: int, sentence: int) -> None:
    windows, starts = read(words, sentence, 64)
    assert [i for at, _, keep in windows for i in range(at, keep)] == list(range(words))
    for at, stop, keep in windows:
        assert at in starts
        for i in range(at, keep):
            first = i - i % sentence
            assert at <= first and min(first + sentence, words) <= stop


@given(st.integers(200, 3000))
def test_a_sentence_that_no_window_holds_is_cut_and_reading_ends(words: int) -> None:
    windows, _ = read(words, 10**9, LIMIT)
    assert windows[-1][2] == words
    assert len(windows) <= words // (LIMIT // 4) + 1
