"""The fit of confidence: known weights come back, estimates of a part do not see that part."""

from __future__ import annotations

import numpy as np
import pytest

from conflict_extract.lexicons.confidence import FEATURES
from training import confidence as training


def made(size: int, seed: int = 3):
    """Examples of the model of names whose outcomes follow known weights."""
    rng = np.random.default_rng(seed)
    names = FEATURES["name"]
    x = rng.integers(0, 2, (size, len(names))).astype(float)
    weights = np.array([0.5, -1.0, 1.0, 0.0, 2.0])
    y = rng.random(size) < 1 / (1 + np.exp(-(0.3 + x @ weights)))
    examples = [
        training.Example("set", at % 40, dict(zip(names, row, strict=True)), bool(right))
        for at, (row, right) in enumerate(zip(x, y, strict=True))
    ]
    return examples, weights


def test_known_weights_come_back():
    examples, weights = made(20_000)
    found = training.fit(*training.matrix(examples, "name"), 0.1)
    assert found == pytest.approx([0.3, *weights], abs=0.15)


def test_few_and_equal_examples_do_no_harm():
    x, y = np.ones((3, 2)), np.array([1.0, 1.0, 1.0])
    found = training.fit(x, y, 2.0)
    assert np.isfinite(found).all() and training.predict(x, found).max() <= 0.99


def test_estimates_do_not_see_their_own_part():
    """A document whose outcomes are turned round keeps its estimates."""
    examples, _ = made(400)
    before = training.cross_fit(examples, "name")
    for example in examples:
        if example.document == 7:
            example.right = not example.right
    after = training.cross_fit(examples, "name")
    own = [at for at, example in enumerate(examples) if example.document == 7]
    assert (before[own] == after[own]).all() and (before != after).any()
    assert len(set(np.round(before, 6))) > 2
