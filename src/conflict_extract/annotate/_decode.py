"""From scores to well-formed structure, in numpy: label sequences and their probabilities, and one tree a sentence."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
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
#: Scores of stretches that are searched side by side. An article has fewer; a paragraph of many pages has one stretch after the other, or
#: its longest would make the table of all others as long as itself.
CELLS = 1_000_000


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
        self._turned = np.ascontiguousarray(trans.T)
        self._weights = np.exp(trans.astype(np.float64))
        nothing = np.zeros((n, n))
        self._both_ways = np.block([[self._weights, nothing], [nothing, self._weights.T]])
        self._closed = np.full(n, NEVER, np.float32)
        self._closed[0] = 0
        self.inner = np.array([label.startswith("I-") for label in self.labels])
        self._inside = frozenset(np.flatnonzero(self.inner).tolist())
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
        scores += np.where(closed[:, None] & self.inner, NEVER, np.float32(0))
        stretches = self._stretches(scores, [(0, len(scores))] if parts is None else parts)
        out: list[tuple[int, int, str, float]] = []
        for group in self._groups(stretches):
            found = []
            for (start, _, _, _), tags in zip(group, self._viterbi(scores, group), strict=True):
                found.append([(start + a, start + b, kind) for a, b, kind in self._spans(tags)])
            with_spans = [i for i, spans in enumerate(found) if spans]
            chances = self._chances(scores, [group[i] for i in with_spans], [found[i] for i in with_spans])
            spans = [span for i in with_spans for span in found[i]]
            out += [(*span, p) for span, p in zip(spans, chances, strict=True)]
        return sorted(out)

    def _groups(self, stretches: Sequence[Stretch]) -> Iterator[Sequence[Stretch]]:
        """Yield stretches (the longest first) that are searched side by side: their table is as long as the longest of them."""
        at = 0
        while at < len(stretches):
            longest = stretches[at][1] - stretches[at][0]
            many = max(1, CELLS // (longest * len(self.labels)))
            yield stretches[at : at + many]
            at += many

    def _stretches(self, scores: Floats, parts: Sequence[tuple[int, int]]) -> list[Stretch]:
        """Return the runs of words to search, the longest first; between them lie words where O leads every label by ``sure``."""
        unsure = scores[:, 0] - scores[:, 1:].max(1) < self.sure
        out = []
        for start, end in parts:
            words = (np.flatnonzero(unsure[start:end]) + start).tolist()
            runs = [i for i, word in enumerate(words) if i == 0 or words[i - 1] != word - 1]
            for i, j in pairwise([*runs, len(words)]):
                a, b = words[i] - 1, words[j - 1] + 2
                out.append((max(a, start), min(b, end), a <= start, b >= end))
        return sorted(out, key=lambda stretch: stretch[0] - stretch[1])

    def _layers(self, scores: Floats, stretches: Sequence[Stretch]) -> tuple[Floats, NDArray[np.int64], list[int]]:
        """Return the scores of stretches (the longest first) as [words, stretches, labels], their lengths, how many have a word t."""
        lengths = np.array([end - start for start, end, _, _ in stretches])
        out = np.zeros((int(lengths[0]), len(stretches), scores.shape[1]), np.float32)
        for i, (start, end, _, _) in enumerate(stretches):
            out[: end - start, i] = scores[start:end]
        return out, lengths, np.searchsorted(-lengths, -np.arange(lengths[0]), side="left").tolist()

    def _edges(self, stretches: Sequence[Stretch]) -> tuple[Floats, Floats]:
        """Return the scores of each stretch's first and last label: inside a sequence both words are O."""
        first = np.array([self.start if s[2] else self._closed for s in stretches])
        return first, np.array([self.end if s[3] else self._closed for s in stretches])

    def _viterbi(self, scores: Floats, stretches: Sequence[Stretch]) -> list[list[int]]:
        """Return the best labels of each stretch; all stretches go on side by side."""
        if not stretches:
            return []
        held, lengths, alive = self._layers(scores, stretches)
        first, last = self._edges(stretches)
        held[0] += first
        reached = np.empty((len(self.labels), len(stretches), len(self.labels)), np.float32)  # from label, stretch, to label
        for t in range(1, len(held)):
            k = alive[t]
            here = reached[:, :k]
            np.add(held[t - 1, :k].T[:, :, None], self.trans[:, None], out=here)
            held[t, :k] += np.maximum.reduce(here)
        ends = (held[lengths - 1, np.arange(len(stretches))] + last).argmax(1).tolist()
        real = np.arange(len(held)) < lengths[:, None]
        rows = held.transpose(1, 0, 2)[real]  # the words of all stretches, one stretch after the other
        before = (rows[:, None] + self._turned).argmax(2).tolist()  # a word's best label, for each label of the next word
        out = []
        at = 0
        for tag, n in zip(ends, lengths.tolist(), strict=True):
            tags = [tag]
            for labels in reversed(before[at : at + n - 1]):
                tag = labels[tag]
                tags.append(tag)
            out.append(tags[::-1])
            at += n
        return out

    def _spans(self, tags: Sequence[int]) -> list[tuple[int, int, str]]:
        out, start = [], -1
        for i, tag in enumerate([*tags, 0]):
            if start >= 0 and tag not in self._inside:
                out.append((start, i, self.labels[tags[start]][2:]))
                start = -1
            if tag and tag not in self._inside:
                start = i
        return out

    def _chances(
        self, scores: Floats, stretches: Sequence[Stretch], spans: Sequence[Sequence[tuple[int, int, str]]]
    ) -> list[float]:
        """Return the probability of each span (document indices) of each stretch by the forward and backward sums.

        Both sums go on in one loop, the backward ones over the turned stretches; either holds the weight of the word it has reached.
        """
        if not stretches:
            return []
        rows, lengths, alive = self._layers(scores, stretches)
        first, last = self._edges(stretches)
        weight = np.exp(np.maximum(rows - rows.max(2, keepdims=True), -60)).astype(np.float64)
        turned = np.maximum(lengths - 1 - np.arange(len(weight))[:, None], 0), np.arange(len(lengths))
        sums = np.concatenate([weight, weight[turned]], 2)  # [words, stretches, labels forward and labels backward]
        sums[0] *= np.exp(np.concatenate([first, last], 1).astype(np.float64))
        n = len(self.labels)
        for t in range(1, len(sums)):
            k = alive[t]
            sums[t, :k] *= sums[t - 1, :k].dot(self._both_ways)
            if t % 8 == 0:
                sums[t, :k, :n] /= sums[t, :k, :n].sum(1, keepdims=True)
                sums[t, :k, n:] /= sums[t, :k, n:].sum(1, keepdims=True)
        return self._marginals(weight, sums[:, :, :n], sums[:, :, n:][turned], stretches, spans)

    def _marginals(
        self, weight: Sums, ahead: Sums, behind: Sums, stretches: Sequence[Stretch],
        spans: Sequence[Sequence[tuple[int, int, str]]],
    ) -> list[float]:  # fmt: skip
        """Return the probability of each span from its sums [words, stretches, labels].

        It is the chance that the span begins, times the chance of each step on: to the inner label inside, to any other behind it.
        """
        begins: list[tuple[int, int, int]] = []  # word, stretch, label
        steps: list[tuple[int, int, int, int]] = []  # word, stretch, label of the word before, inner label
        counts: list[tuple[int, bool]] = []  # steps of a span, whether the last one leaves it
        for i, ((start, end, _, _), inside) in enumerate(zip(stretches, spans, strict=True)):
            for a, b, kind in inside:
                a, b = a - start, b - start
                begin, inner = self._pairs[kind]
                leaves = b < end - start
                begins.append((a, i, begin))
                steps += [(t, i, begin if t == a + 1 else inner, inner) for t in range(a + 1, b + leaves)]
                counts.append((b - a - 1 + leaves, leaves))
        word, stretch, label = np.array(begins).T
        here = ahead[word, stretch] * behind[word, stretch] / weight[word, stretch]
        starts = (here[np.arange(len(here)), label] / here.sum(1)).tolist()
        goes_on: list[float] = []
        if steps:
            word, stretch, label, inner_label = np.array(steps).T
            step = behind[word, stretch] * self._weights[label]
            goes_on = (step[np.arange(len(step)), inner_label] / step.sum(1)).tolist()
        out = []
        at = 0
        for p, (count, leaves) in zip(starts, counts, strict=True):
            for i, q in enumerate(goes_on[at : at + count], 1):
                p *= 1 - q if leaves and i == count else q
            at += count
            out.append(round(min(max(p, 0.0), 1.0), 4))
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
    to_outside = scores[:, outside]
    small[:m, :m] = to_outside[outside]
    into = to_outside[cycle] - scores[cycle, heads[cycle]][:, None]
    enter = into.argmax(0)
    small[m, :m] = into[enter, np.arange(m)]
    leave = scores[outside[:, None], cycle]
    exit_ = leave.argmax(1)
    small[:m, m] = leave[np.arange(m), exit_]
    np.fill_diagonal(small, -1e9)
    where = int(np.flatnonzero(outside == root)[0])
    small[where] = -1e9
    solved = _edmonds(small, where, left - 1)
    out = heads.copy()
    above = solved[:m]
    out[outside] = np.where(above == m, cycle[exit_], outside[np.minimum(above, m - 1)])
    out[root] = root
    entry = int(solved[m])
    out[cycle[enter[entry]]] = outside[entry]
    return out


def _cycle(heads: NDArray[np.int64], root: int) -> NDArray[np.int64] | None:
    """Return the words of one cycle, None if there is none."""
    above = heads.tolist()
    state = [0] * len(above)  # 1: on the present path, 2: leads to no cycle
    state[root] = 2
    for start in range(len(above)):
        path = []
        at = start
        while state[at] == 0:
            state[at] = 1
            path.append(at)
            at = above[at]
        if state[at] == 1:
            return np.array(path[path.index(at) :], np.int64)
        for word in path:
            state[word] = 2
    return None
