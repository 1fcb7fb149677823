"""From scores to well-formed structure, in numpy: label sequences and their probabilities, and one tree a sentence."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NEVER = np.float32(-1e4)
#: A word where O leads by this much (natural log) is O; it parts the sequence. On dev data no span changes by it.
SURE = 8.0
#: Cycles that are contracted properly; what is left after so many is noise, and its cycles are cut at once.
CONTRACTIONS = 24


class Chain:
    """Transition scores of a BIO head; sequences with an I- that continues nothing cannot come out.

    Args:
        labels: O, then B- and I- of each kind.
        scores: ``trans`` [labels, labels], ``start`` [labels], ``end`` [labels].
    """

    def __init__(self, labels: Sequence[str], scores: dict[str, Any]) -> None:
        self.labels = list(labels)
        n = len(self.labels)
        trans = np.array(scores["trans"], np.float32)
        start = np.array(scores["start"], np.float32)
        for j, after in enumerate(self.labels):
            if after.startswith("I-"):
                start[j] += NEVER
                for i in range(n):
                    if self.labels[i][2:] != after[2:]:
                        trans[i, j] += NEVER
        self.trans, self.start, self.end = trans, start, np.array(scores["end"], np.float32)
        self._weights = np.exp(trans.astype(np.float64))
        self._closed = np.full(n, NEVER, np.float32)
        self._closed[0] = 0
        self.inner = np.array([label.startswith("I-") for label in self.labels])

    def decode(self, emissions: Floats, closed: NDArray[np.bool_]) -> list[tuple[int, int, str, float]]:
        """Return the spans (first, last + 1, kind, probability) of the best sequence.

        Args:
            emissions: [words, labels].
            closed: [words], true where no span may run on from the word before.

        The probability is that of the span's labels, given all else: start, inner labels and end, from the marginals of
        neighbouring pairs (the chain rule; exact for a chain).
        """
        if not len(emissions):
            return []
        scores = emissions.astype(np.float32, copy=True)
        scores[np.ix_(closed, self.inner)] += NEVER
        found: list[tuple[int, int, str, float]] = []
        for start, end in self._stretches(scores):
            tags = self._viterbi(scores[start:end], start == 0, end == len(scores))
            spans = self._spans(tags)
            if spans:
                chances = self._chances(scores[start:end], start == 0, end == len(scores), spans)
                found += [(start + a, start + b, kind, p) for (a, b, kind), p in zip(spans, chances, strict=True)]
        return found

    def _stretches(self, scores: Floats) -> list[tuple[int, int]]:
        """Return the runs of words to search; between them lie words where O leads every label by `SURE` or more."""
        sure = scores[:, 0] - scores[:, 1:].max(1) >= SURE
        edges = np.flatnonzero(np.diff(np.concatenate([[True], sure, [True]]).astype(np.int8)))
        n = len(scores)
        return [(max(int(a) - 1, 0), min(int(b) + 1, n)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def _viterbi(self, scores: Floats, first: bool, last: bool) -> list[int]:
        trans = self.trans
        score = scores[0] + (self.start if first else self._closed)
        held = [score]
        for row in scores[1:]:
            score = (score[:, None] + trans).max(0) + row
            held.append(score)
        now = int((score + (self.end if last else self._closed)).argmax())
        out = [now]
        for before in held[-2::-1]:
            now = int((before + trans[:, now]).argmax())
            out.append(now)
        return out[::-1]

    def _spans(self, tags: Sequence[int]) -> list[tuple[int, int, str]]:
        out, start = [], -1
        for i, tag in enumerate([*tags, 0]):
            if start >= 0 and not self.labels[tag].startswith("I-"):
                out.append((start, i, self.labels[tags[start]][2:]))
                start = -1
            if self.labels[tag].startswith("B-"):
                start = i
        return out

    def _chances(self, scores: Floats, first: bool, last: bool, spans: Sequence[tuple[int, int, str]]) -> list[float]:
        """Return the probability of each span by the forward and backward sums."""
        n = len(scores)
        weight = np.exp(np.maximum(scores - scores.max(1, keepdims=True), -60)).astype(np.float64)
        trans = self._weights
        ahead, behind = np.empty(weight.shape), np.empty(weight.shape)
        state = weight[0] * np.exp((self.start if first else self._closed).astype(np.float64))
        ahead[0] = state
        for t in range(1, n):
            state = (state @ trans) * weight[t]
            if t % 8 == 0:
                state = state / state.sum()
            ahead[t] = state
        state = np.exp((self.end if last else self._closed).astype(np.float64))
        behind[n - 1] = state
        for t in range(n - 2, -1, -1):
            state = trans @ (weight[t + 1] * state)
            if t % 8 == 0:
                state = state / state.max()
            behind[t] = state
        out = []
        for a, b, kind in spans:
            begin, inner = self.labels.index(f"B-{kind}"), self.labels.index(f"I-{kind}")
            here = ahead[a] * behind[a]
            p = here[begin] / here.sum()
            if b - a > 1:
                step = weight[a + 1 : b] * behind[a + 1 : b] * trans[inner]
                step[0] = weight[a + 1] * behind[a + 1] * trans[begin]
                p *= (step[:, inner] / step.sum(1)).prod()
            if b < n:
                step = weight[b] * behind[b] * trans[inner if b - a > 1 else begin]
                p *= 1 - step[inner] / step.sum()
            out.append(round(float(min(max(p, 0.0), 1.0)), 4))
        return out


def tree(scores: Floats) -> NDArray[np.int64]:
    """Return the head of each word of a sentence: a tree with one root, as good as greedy choice or better.

    Args:
        scores: [words, 1 + words]; column 0 is the root, column j + 1 is word j.

    Returns:
        For each word the index of its head, its own index at the root.
    """
    n = len(scores)
    if n == 1:
        return np.zeros(1, np.int64)
    own = scores[:, 1:].astype(np.float64)
    np.fill_diagonal(own, -1e9)
    root = int((scores[:, 0] - own.max(1)).argmax())
    heads: NDArray[np.int64] = own.argmax(1)
    heads[root] = root
    if _has_cycle(heads, root):
        own[root] = -1e9
        heads = _edmonds(own, root)
    return heads


def _has_cycle(heads: NDArray[np.int64], root: int) -> bool:
    """Tell whether some word does not lead to the root: after doubling steps all must stand on it."""
    at = heads
    for _ in range(len(heads).bit_length()):
        at = at[at]
    return bool((at != root).any())


def _edmonds(scores: NDArray[np.float64], root: int, left: int = CONTRACTIONS) -> NDArray[np.int64]:
    """Return the best tree with a given root (Chu-Liu/Edmonds); scores [dependent, head]."""
    n = len(scores)
    heads: NDArray[np.int64] = scores.argmax(1)
    heads[root] = root
    cycle = _cycle(heads, root)
    if cycle is None:
        return heads
    if left == 0:
        while cycle is not None:
            heads[cycle[scores[cycle, root].argmax()]] = root
            cycle = _cycle(heads, root)
        return heads
    inside = np.zeros(n, bool)
    inside[cycle] = True
    outside = np.flatnonzero(~inside)
    m = len(outside)
    small = np.full((m + 1, m + 1), -1e9)
    small[:m, :m] = scores[np.ix_(outside, outside)]
    into = scores[np.ix_(cycle, outside)] - scores[cycle, heads[cycle]][:, None]
    enter = into.argmax(0)
    small[m, :m] = into[enter, np.arange(m)]
    leave = scores[np.ix_(outside, cycle)]
    exit_ = leave.argmax(1)
    small[:m, m] = leave[np.arange(m), exit_]
    np.fill_diagonal(small, -1e9)
    where = int(np.flatnonzero(outside == root)[0])
    small[where] = -1e9
    solved = _edmonds(small, where, left - 1)
    out = heads.copy()
    for i, word in enumerate(outside):
        if word != root:
            out[word] = cycle[exit_[i]] if solved[i] == m else outside[solved[i]]
    entry = int(solved[m])
    out[cycle[enter[entry]]] = outside[entry]
    return out


def _cycle(heads: NDArray[np.int64], root: int) -> NDArray[np.int64] | None:
    """Return the words of one cycle, None if there is none."""
    state = np.zeros(len(heads), np.int8)
    state[root] = 2
    for start in range(len(heads)):
        path = []
        at = start
        while state[at] == 0:
            state[at] = 1
            path.append(at)
            at = int(heads[at])
        if state[at] == 1:
            return np.array(path[path.index(at) :], np.int64)
        state[path] = 2
    return None
