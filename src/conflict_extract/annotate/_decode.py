"""From scores to well-formed structure, in numpy: label sequences and their probabilities, and one tree a sentence."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Sums = NDArray[np.float64]
#: First word, last word + 1, whether the first and the last word are a sequence's own first and last.
Stretch = tuple[int, int, bool, bool]
NEVER = np.float32(-1e4)
#: With this lead of O no span changes on dev data.
SURE = 8.0
#: Cycles that are contracted properly; what is left after so many is noise, and its cycles are cut at once.
CONTRACTIONS = 24


class Chain:
    """Transition scores of a BIO head; sequences with an I- that continues nothing cannot come out.

    Args:
        labels: O, then B- and I- of each kind.
        scores: ``trans`` [labels, labels], ``start`` [labels], ``end`` [labels].
        sure: a word where O leads by this much (natural log) is O; it parts the sequence.
    """

    def __init__(self, labels: Sequence[str], scores: dict[str, Any], sure: float = SURE) -> None:
        self.sure = sure
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
        places = {label: i for i, label in enumerate(self.labels)}
        self._pairs = {label[2:]: (i, places[f"I-{label[2:]}"]) for label, i in places.items() if label.startswith("B-")}

    def decode(
        self, emissions: Floats, closed: NDArray[np.bool_], parts: Sequence[tuple[int, int]] | None = None
    ) -> list[tuple[int, int, str, float]]:
        """Return the spans (first, last + 1, kind, probability) of the best sequences.

        Args:
            emissions: [words, labels].
            closed: [words], true where no span may run on from the word before.
            parts: word ranges that are sequences of their own; all of them are searched side by side. Default: one, the whole.

        The probability is that of the span's labels, given all else: start, inner labels and end, from the marginals of
        neighbouring pairs (the chain rule; exact for a chain).
        """
        if not len(emissions):
            return []
        scores = emissions.astype(np.float32, copy=True)
        scores[np.ix_(closed, self.inner)] += NEVER
        stretches = self._stretches(scores, [(0, len(scores))] if parts is None else parts)
        found = []
        for (start, _, _, _), tags in zip(stretches, self._viterbi(scores, stretches), strict=True):
            found.append([(start + a, start + b, kind) for a, b, kind in self._spans(tags)])
        with_spans = [i for i, spans in enumerate(found) if spans]
        chances = self._chances(scores, [stretches[i] for i in with_spans], [found[i] for i in with_spans])
        spans = [span for i in with_spans for span in found[i]]
        return sorted((*span, p) for span, p in zip(spans, chances, strict=True))

    def _stretches(self, scores: Floats, parts: Sequence[tuple[int, int]]) -> list[Stretch]:
        """Return the runs of words to search, the longest first; between them lie words where O leads every label by ``sure``."""
        sure = scores[:, 0] - scores[:, 1:].max(1) >= self.sure
        out = []
        for start, end in parts:
            edges = np.flatnonzero(np.diff(np.concatenate([[True], sure[start:end], [True]]).astype(np.int8))) + start
            for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
                out.append((max(a - 1, start), min(b + 1, end), a - 1 <= start, b + 1 >= end))
        return sorted(out, key=lambda stretch: stretch[0] - stretch[1])

    def _layers(self, scores: Floats, stretches: Sequence[Stretch]) -> tuple[Floats, list[int]]:
        """Return the scores of stretches (the longest first) as [words, stretches, labels], and how many are at least so long."""
        lengths = np.array([end - start for start, end, _, _ in stretches])
        out = np.zeros((int(lengths[0]), len(stretches), scores.shape[1]), np.float32)
        for i, (start, end, _, _) in enumerate(stretches):
            out[: end - start, i] = scores[start:end]
        return out, np.searchsorted(-lengths, -np.arange(lengths[0]), side="left").tolist()

    def _edges(self, stretches: Sequence[Stretch]) -> tuple[Floats, Floats]:
        """Return the scores of each stretch's first and last label: inside a sequence both words are O."""
        first = np.array([self.start if s[2] else self._closed for s in stretches])
        return first, np.array([self.end if s[3] else self._closed for s in stretches])

    def _viterbi(self, scores: Floats, stretches: Sequence[Stretch]) -> list[list[int]]:
        """Return the best labels of each stretch; all stretches go on side by side."""
        if not stretches:
            return []
        rows, alive = self._layers(scores, stretches)
        first, last = self._edges(stretches)
        turned = np.ascontiguousarray(self.trans.T)
        held = rows
        held[0] += first
        for t in range(1, len(rows)):
            k = alive[t]
            held[t, :k] += (held[t - 1, :k, None, :] + turned).max(2)
        best = np.zeros(held.shape[:2], np.int64)
        going = 0
        for t in range(len(rows) - 1, -1, -1):
            k = alive[t]
            if going:
                best[t, :going] = (held[t, :going] + turned[best[t + 1, :going]]).argmax(1)
            if k > going:
                best[t, going:k] = (held[t, going:k] + last[going:k]).argmax(1)
            going = k
        return [best[: end - start, i].tolist() for i, (start, end, _, _) in enumerate(stretches)]

    def _spans(self, tags: Sequence[int]) -> list[tuple[int, int, str]]:
        out, start = [], -1
        for i, tag in enumerate([*tags, 0]):
            if start >= 0 and not self.inner[tag]:
                out.append((start, i, self.labels[tags[start]][2:]))
                start = -1
            if tag and not self.inner[tag]:
                start = i
        return out

    def _chances(
        self, scores: Floats, stretches: Sequence[Stretch], spans: Sequence[Sequence[tuple[int, int, str]]]
    ) -> list[float]:
        """Return the probability of each span (document indices) of each stretch by the forward and backward sums."""
        if not stretches:
            return []
        rows, alive = self._layers(scores, stretches)
        first, last = self._edges(stretches)
        weight = np.exp(np.maximum(rows - rows.max(2, keepdims=True), -60)).astype(np.float64)
        ahead, behind = np.ones(weight.shape), np.ones(weight.shape)
        trans = self._weights
        back = np.ascontiguousarray(trans.T)
        ahead[0] = weight[0] * np.exp(first.astype(np.float64))
        for t in range(1, len(weight)):
            k = alive[t]
            state = (ahead[t - 1, :k] @ trans) * weight[t, :k]
            ahead[t, :k] = state / state.sum(1, keepdims=True) if t % 8 == 0 else state
        ends = np.exp(last.astype(np.float64))
        going = 0
        for t in range(len(weight) - 1, -1, -1):
            k = alive[t]
            if going:
                state = (weight[t + 1, :going] * behind[t + 1, :going]) @ back
                behind[t, :going] = state / state.max(1, keepdims=True) if t % 8 == 0 else state
            behind[t, going:k] = ends[going:k]
            going = k
        out = []
        for i, ((start, end, _, _), inside) in enumerate(zip(stretches, spans, strict=True)):
            for a, b, kind in inside:
                out.append(self._chance(weight[:, i], ahead[:, i], behind[:, i], (a - start, b - start, kind), end - start))
        return out

    def _chance(self, weight: Sums, ahead: Sums, behind: Sums, span: tuple[int, int, str], n: int) -> float:
        """Return the probability of one span of a stretch of ``n`` words from its sums [words, labels]."""
        a, b, kind = span
        begin, inner = self._pairs[kind]
        here = ahead[a] * behind[a]
        p = here[begin] / here.sum()
        if b - a > 1:
            step = weight[a + 1 : b] * behind[a + 1 : b] * self._weights[inner]
            step[0] = weight[a + 1] * behind[a + 1] * self._weights[begin]
            p *= (step[:, inner] / step.sum(1)).prod()
        if b < n:
            step = weight[b] * behind[b] * self._weights[inner if b - a > 1 else begin]
            p *= 1 - step[inner] / step.sum()
        return round(float(min(max(p, 0.0), 1.0)), 4)


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
    if (leading_to(heads) != root).any():
        own[root] = -1e9
        heads = _edmonds(own, root)
    return heads


def leading_to(heads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each word's chain of heads ends (its root), by doubling steps; a word of a cycle ends on some word of it."""
    at = heads
    for _ in range(len(heads).bit_length()):
        at = at[at]
    return at


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
