"""Finds modality cues and their scopes: ConText's algorithm over the rules of the table, narrowed by the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from spacy.tokens import Doc

from conflict_extract.annotate._arcs import SUBJECTS, Arcs
from conflict_extract.annotate.layer import tokens_of
from conflict_extract.lexicons.lemmas import lemma_of
from conflict_extract.lexicons.modality import TERMINATORS, Item, ModalityRule, modality_index

END = frozenset({".", "!", "?", "…"})
MANNERS = ("both", "sentence")


@dataclass(slots=True)
class Cue:
    """A cue in a text: its rule, its tokens [start, end) and its scope [low, high), both token ranges."""

    rule: ModalityRule
    start: int
    end: int
    low: int
    high: int


class Scoper:
    """Cues of one Doc.

    Args:
        doc: any Doc. With a tree (`arcs`) scopes stay inside the cue's clause; without one they end at terminators, at the end of the
            sentence and after `max_scope` tokens only.
    """

    def __init__(self, doc: Doc, arcs: Arcs | None) -> None:
        self.doc = doc
        self.arcs = arcs
        self.lower = arcs.lower if arcs else [token.lower_ for token in doc]
        self.lemma = arcs.lemma if arcs else [lemma_of(token.lower_, token.pos_, token.lemma_.lower()) for token in doc]
        self.tag = arcs.tag if arcs else [token.tag_ for token in doc]
        self.first, self.last = _sentences(doc)
        self.opens, self.closes = _barriers(arcs) if arcs else (frozenset(), frozenset())

    def cues(self) -> list[Cue]:
        """All cues, in order; of overlapping cues of one kind the longest stays, and pseudo-cues only block."""
        found: list[Cue] = []
        taken: dict[str, int] = {}
        matches: list[tuple[int, int, ModalityRule]] = []
        index = modality_index()
        for i in range(len(self.lower)):
            lower, lemma = self.lower[i], self.lemma[i]
            if lower not in index and lemma not in index:
                continue
            rows = index.get(lower, ())
            if lemma != lower:
                rows = rows + index.get(lemma, ())
            for row in rows:
                end = self._match(i, row)
                if end is not None:
                    matches.append((i, end, row))
        matches.sort(key=lambda match: (match[0], -match[1], not match[2].pseudo))
        for start, end, row in matches:
            if start < taken.get(row.kind, 0):
                continue
            taken[row.kind] = end
            if not row.pseudo:
                low, high = self._scope(start, end, row)
                found.append(Cue(row, start, end, low, high))
        return found

    def _match(self, i: int, row: ModalityRule) -> int | None:
        """End of the pattern when it begins at this token, optional items taken when they fit."""
        return self._from(i, row.items, 0, i)

    def _from(self, i: int, items: Sequence[Item], k: int, start: int) -> int | None:
        limit = self.last[start]
        while k < len(items):
            item = items[k]
            fits = i < limit and item.fits(self.lower[i], self.lemma[i], self.tag[i])
            if item.optional:
                if fits:
                    taken = self._from(i + 1, items, k + 1, start)
                    if taken is not None:
                        return taken
                k += 1
                continue
            if not fits:
                return None
            i += 1
            k += 1
        return i

    def _scope(self, start: int, end: int, row: ModalityRule) -> tuple[int, int]:
        """Token range of the scope; it holds the cue itself."""
        first, last = self.first[start], self.last[start]
        if row.direction == "sentence":
            return first, last
        words = _ends(row.terminators)
        clause_low, clause_high = first, last
        if self.arcs is not None:
            clause_low, clause_high = self._clause(start, end, row)
        low, high = start, end
        if row.direction == "clause" and self.arcs is not None and self.arcs.base[start] == "mark":
            head = self.arcs.head[start]
            return max(self.arcs.left[head], start - 1), max(
                end, self._forward(end, min(self.arcs.right[head], last), row, frozenset())
            )
        if row.direction in ("forward", "both", "clause"):
            high = max(end, self._forward(end, min(clause_high, last), row, words))
        if row.direction in ("backward", "both"):
            low = self._backward(start, max(clause_low, first), row, words)
        return low, high

    def _forward(self, i: int, limit: int, row: ModalityRule, words: frozenset[str]) -> int:
        stop = min(limit, i + row.max_scope)
        begin = i
        while i < stop:
            if self.lower[i] in words or (i > begin and i in self.opens):
                break
            i += 1
        return i

    def _backward(self, i: int, limit: int, row: ModalityRule, words: frozenset[str]) -> int:
        stop = max(limit, i - row.max_scope)
        while i > stop:
            if self.lower[i - 1] in words or i in self.closes:
                break
            i -= 1
        return i

    def _clause(self, start: int, end: int, row: ModalityRule) -> tuple[int, int]:
        """Edges of the clause that the cue stands in (with its complements); of a cue inside a noun phrase too."""
        assert self.arcs is not None
        arcs = self.arcs
        outer = next((i for i in range(start, end) if not start <= arcs.head[i] < end or arcs.head[i] == i), start)
        last = end - 1
        reach = end
        if arcs.base[last] in ("case", "mark") and arcs.head[last] >= end:
            reach = arcs.right[arcs.head[last]]
        if (
            arcs.pos[outer] == "NOUN"
            and row.direction == "forward"
            and arcs.head[outer] != outer
            and arcs.pos[last] in ("ADP", "PART", "SCONJ")
        ):
            return arcs.left[outer], max(arcs.right[outer], reach)
        node = arcs.clause(outer)
        for step in arcs.climb(node):
            node = step
            if arcs.dep[step] != "xcomp" or start <= arcs.head[step] < end:
                break
        if start <= node < end and row.direction != "forward":
            node = arcs.clause(arcs.head[node]) if arcs.head[node] != node else node
        return arcs.left[node], max(arcs.right[node], reach)


@cache
def _ends(names: tuple[str, ...]) -> frozenset[str]:
    """The words of groups of terminators."""
    return frozenset[str]().union(*(TERMINATORS[name] for name in names))


def _barriers(arcs: Arcs) -> tuple[frozenset[int], frozenset[int]]:
    """Tokens where a clause of its own begins, and where one ends: scopes from outside do not enter them."""
    opens, closes = set(), set()
    for i, dep in enumerate(arcs.dep):
        own = arcs.child(i, *SUBJECTS) is not None if dep in ("conj", "advcl", "parataxis") else False
        if dep == "acl:relcl" or own:
            opens.add(arcs.left[i])
            closes.add(arcs.right[i])
    return frozenset(opens), frozenset(closes)


def _sentences(doc: Doc) -> tuple[list[int], list[int]]:
    """First and last token (exclusive) of each token's sentence; without boundaries the text ends sentences by its marks."""
    starts = [0]
    if doc.has_annotation("SENT_START"):
        tokens = tokens_of(doc)
        return tokens.sent, tokens.sent_end
    starts += [i for i in range(1, len(doc)) if doc[i - 1].text in END]
    starts.append(len(doc))
    first: list[int] = []
    last: list[int] = []
    for a, b in pairwise(starts):
        first.extend([a] * (b - a))
        last.extend([b] * (b - a))
    return first, last
