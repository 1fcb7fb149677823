"""The tokenizer: spaCy's on ordinary text, linear on long runs, and no character lost."""

from __future__ import annotations

import pickle
import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.annotate.tokenizer import MAX_RUN, ConflictTokenizer, make_tokenizer

BLANK = spacy.blank("en")
OURS = make_tokenizer()(BLANK)

ORDINARY = [
    "Ten people weren't found near Sana'a, the U.N. said; 3,000 fled.",
    "  Two spaces  here,\tand a tab.\n\nNew paragraph (with brackets).\n",
    "https://example.org/a/very/long/address?with=queries&and=more is 70 characters",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_tokenised_as_spacy_does(text: str) -> None:
    assert [(t.text, t.idx, t.whitespace_) for t in OURS(text)] == [(t.text, t.idx, t.whitespace_) for t in BLANK.tokenizer(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('The mayor said:"We left."He added', 'The mayor said : " We left . " He added'),
        ("Pell told AFP.“It is over,”he said.", "Pell told AFP . “ It is over , ” he said ."),
        ('the "so-called"army', 'the " so - called " army'),
        ("He said«no»and left", "He said « no » and left"),
        ('"Ada Torun"<torun...@example.org> wrote', '" Ada Torun " < torun ... @example.org > wrote'),
        ("Ada Torun <torun@example.org>", "Ada Torun < torun@example.org >"),
        ("See example.org/a?b=c or torun@example.org.", "See example.org/a?b=c or torun@example.org ."),
        ('a shell of 4"x6"', 'a shell of 4"x6 "'),
    ],
)
def test_quotation_marks_without_blanks(text: str, words: str) -> None:
    doc = OURS(text)
    assert doc.text == text
    assert " ".join(token.text for token in doc) == words


@pytest.mark.parametrize("run", ["!", "(", '"', "a", "-", "…", "م", "a."])
def test_long_runs_are_cut_and_kept(run: str) -> None:
    text = f"He said {run * 1000} and left.\n{run * 700}"
    doc = OURS(text)
    assert doc.text == text
    assert max(len(t) for t in doc) <= MAX_RUN
    assert [t.text for t in doc[:2]] == ["He", "said"]


@pytest.mark.timing
@pytest.mark.parametrize("run", ["!", "(", '"', "a."])
def test_time_is_linear_in_the_length_of_a_run(run: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        OURS(run * size)
        return time.process_time() - start

    seconds(1000)
    small, large = max(seconds(4000), 0.004), seconds(40_000)
    assert large < 40 * small


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from(list(' \n\t!"(a.-“é')), max_size=400))
def test_no_character_is_lost(text: str) -> None:
    assert OURS(text).text == text


def test_it_can_be_stored() -> None:
    again = pickle.loads(pickle.dumps(OURS))
    assert isinstance(again, ConflictTokenizer)
    fresh = make_tokenizer()(spacy.blank("en")).from_bytes(OURS.to_bytes())
    text = "Don't shell " + "x" * 300
    assert [t.text for t in again(text)] == [t.text for t in OURS(text)] == [t.text for t in fresh(text)]
    assert [d.text for d in OURS.pipe(["a b", text])] == ["a b", text]


def test_it_is_found_by_its_entry_point() -> None:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "conflict_extract.Tokenizer.v1"}}})
    assert isinstance(nlp.tokenizer, ConflictTokenizer)
