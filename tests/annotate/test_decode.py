"""Decoding, held against the slow and certain way on small inputs."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conflict_extract.annotate import _decode
from conflict_extract.annotate._decode import Chain, tree

LABELS = ["O", "B-cue", "I-cue", "B-source", "I-source"]


def chain(seed: int) -> Chain:
    rng = np.random.default_rng(seed)
    return Chain(LABELS, {"trans": rng.normal(size=(5, 5)), "start": rng.normal(size=5), "end": rng.normal(size=5)})


def all_sequences(crf: Chain, emissions: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every sequence."""
    scores = {}
    for tags in itertools.product(range(len(LABELS)), repeat=len(emissions)):
        score = crf.start[tags[0]] + crf.end[tags[-1]] + sum(float(emissions[t, tag]) for t, tag in enumerate(tags))
        score += sum(float(crf.trans[a, b]) for a, b in itertools.pairwise(tags))
        if score > -1000:
            scores[tags] = float(score)
    top = max(scores.values())
    weights = {tags: float(np.exp(score - top)) for tags, score in scores.items()}
    return {tags: weight / sum(weights.values()) for tags, weight in weights.items()}


@pytest.mark.parametrize("seed", range(12))
def test_spans_and_probabilities_are_those_of_all_sequences(seed: int) -> None:
    crf = chain(seed)
    emissions = (np.random.default_rng(100 + seed).normal(size=(5, 5)) * 2).astype(np.float32)
    every = all_sequences(crf, emissions)
    best = max(every, key=lambda tags: every[tags])
    found = crf.decode(emissions, np.zeros(5, bool))
    assert [span[:3] for span in found] == crf._spans(best)
    for start, end, kind, p in found:
        assert p == pytest.approx(sum(v for tags, v in every.items() if (start, end, kind) in crf._spans(tags)), abs=2e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_spans_do_not_overlap_and_stop_where_they_must(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    closed = rng.random(size) < 0.3
    found = chain(seed).decode((rng.normal(size=(size, 5)) * 4).astype(np.float32), closed)
    for (_, end, _, _), (start, _, _, _) in itertools.pairwise(found):
        assert end <= start
    for start, end, _, p in found:
        assert not closed[start + 1 : end].any()
        assert 0 <= p <= 1


def test_sure_words_part_the_search_and_change_nothing() -> None:
    rng = np.random.default_rng(3)
    emissions = rng.normal(size=(80, 5)).astype(np.float32) * 2
    quiet = rng.random(80) < 0.7
    emissions[quiet, 0] += 14
    emissions[~quiet, 1] += 4
    crf = chain(3)
    parted = crf.decode(emissions, np.zeros(80, bool))
    crf.sure = 1e9
    whole = crf.decode(emissions, np.zeros(80, bool))
    assert [s[:3] for s in parted] == [s[:3] for s in whole] != []
    assert [s[3] for s in parted] == pytest.approx([s[3] for s in whole], abs=1e-2)


def test_nothing_to_decode() -> None:
    assert chain(0).decode(np.zeros((0, 5), np.float32), np.zeros(0, bool)) == []


def is_tree(heads: np.ndarray) -> bool:
    roots = [i for i, h in enumerate(heads) if h == i]
    if len(roots) != 1:
        return False
    for i in range(len(heads)):
        at, steps = i, 0
        while heads[at] != at:
            at, steps = int(heads[at]), steps + 1
            if steps > len(heads):
                return False
    return True


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([0.001, 1.0, 30.0]))
def test_any_scores_give_a_tree_with_one_root(seed: int, size: int, spread: float) -> None:
    scores = (np.random.default_rng(seed).normal(size=(size, size + 1)) * spread).astype(np.float32)
    assert is_tree(tree(scores))


def value(scores: np.ndarray, heads: tuple[int, ...] | np.ndarray) -> float:
    return float(sum(scores[i, 0] if h == i else scores[i, h + 1] for i, h in enumerate(heads)))


@pytest.mark.parametrize("seed", range(25))
def test_no_tree_with_the_same_root_is_better(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(5, 6)).astype(np.float32)
    heads = tree(scores)
    root = next(i for i, h in enumerate(heads) if h == i)
    others = (h for h in itertools.product(range(5), repeat=5) if h[root] == root and is_tree(np.array(h)))
    assert value(scores, heads) == pytest.approx(max(value(scores, h) for h in others), abs=1e-5)


def test_a_clear_tree_is_found() -> None:
    scores = np.full((3, 4), -5, np.float32)
    scores[1, 0] = scores[0, 2] = scores[2, 2] = 5
    assert tree(scores).tolist() == [1, 1, 1]


@pytest.mark.timing
@pytest.mark.parametrize("same", [True, False])
def test_noise_takes_bounded_time(same: bool) -> None:
    import time

    rng = np.random.default_rng(0)
    scores = np.zeros((190, 191), np.float32) if same else rng.normal(size=(190, 191)).astype(np.float32)
    start = time.process_time()
    assert is_tree(tree(scores))
    assert time.process_time() - start < 2


def stretched(words: int) -> np.ndarray:
    """Emissions: the first half has no word that is surely O, in the second half every twelfth is."""
    emissions = (np.random.default_rng(4).normal(size=(words, 5)) * 2).astype(np.float32)
    emissions[words // 2 :: 12, 0] += 40
    return emissions


def test_a_long_stretch_beside_many_short_ones_takes_memory_in_proportion() -> None:
    """All in one table would take 240 MB for the scores alone here."""
    emissions = stretched(24_000)
    tracemalloc.start()
    spans = chain(3).decode(emissions, np.zeros(len(emissions), bool))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(spans) > 1000 and peak < 60e6, peak


def test_groups_of_stretches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    emissions = stretched(600)
    closed = np.zeros(len(emissions), bool)
    together = chain(3).decode(emissions, closed)
    monkeypatch.setattr(_decode, "CELLS", 200)
    assert chain(3).decode(emissions, closed) == together and len(together) > 50
