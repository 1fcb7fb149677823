"""What is known of a Doc, kept while the Doc lives: its text, its tokens as plain lists, its tree.

spaCy makes a new Python object for each `doc[i]` and each `for token in doc`, and joins all tokens at each `doc.text`. A dozen
components ask for the same things, so they are made once here::

    from conflict_extract.annotate.layer import text_of, tokens_of

    text = text_of(doc)             # doc.text
    tokens = tokens_of(doc)         # lists over the tokens, see `Tokens`
    for i, word in enumerate(tokens.lower): ...
    tokens.children[i]; tokens.left[i]; tokens.right[i]

The lists are shared: never change one, copy it first. Nothing is ever stale: `tokens_of` compares the Doc's own arrays with those
that the lists were made of (one pass in C) and makes new lists when a component has changed a head, a tag or an entity in between.
Lists are made when they are first asked for.

The memory hangs on the Doc by a weak reference, not in `Doc.user_data` or `Doc.user_hooks`: both travel with pickles and copies.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import DEP, ENT_TYPE, HEAD, LEMMA, ORTH, POS, SENT_START, SPACY, TAG  # type: ignore[import-not-found]  # Cython
from spacy.tokens import Doc
from spacy.vocab import Vocab

_ATTRIBUTES = [HEAD, DEP, TAG, POS, LEMMA, ENT_TYPE, SENT_START]


class Surface:
    """The words of a Doc, which no component changes.

    Attributes:
        text: the Doc's text. n: number of tokens. start, end: character offsets of each token. word: its text.
        kept: what others derive from the words alone, under a name of their own.
    """

    def __init__(self, doc: Doc) -> None:
        table = doc.to_array([ORTH, SPACY])
        self.word = _strings(doc.vocab, table[:, 0].tolist())
        self.n = len(self.word)
        spaces = table[:, 1].tolist()
        self.text = "".join([word + " " if space else word for word, space in zip(self.word, spaces, strict=True)])
        self.start: list[int] = []
        self.end: list[int] = []
        at = 0
        for word, space in zip(self.word, spaces, strict=True):
            self.start.append(at)
            at += len(word)
            self.end.append(at)
            at += space
        self.kept: dict[str, Any] = {}

    def span(self, first: int, last: int) -> str:
        """The text of tokens `[first, last)`; empty when there are none."""
        return self.text[self.start[first] : self.end[min(last, self.n) - 1]] if first < last else ""

    @cached_property
    def gap(self) -> list[bool]:
        """Whether white space follows each token."""
        following = self.start[1:] + [len(self.text)] * bool(self.start)
        return [after > end for end, after in zip(self.end, following, strict=True)]

    @cached_property
    def lower(self) -> list[str]:
        """The words in lower case."""
        return [word.lower() for word in self.word]

    @cached_property
    def starts(self) -> dict[int, int]:
        """Character offset of each token's start -> its index (of an empty token's twin: the later one)."""
        return {start: i for i, start in enumerate(self.start)}

    @cached_property
    def ends(self) -> dict[int, int]:
        """Character offset of each token's end -> its index plus one."""
        return {end: i for i, end in enumerate(self.end, 1)}


class Tokens:
    """The tokens of a Doc as lists, one item a token; share them, do not change them.

    Attributes:
        text, n, start, end, word, lower: as in `Surface`.
        head: index of the head (its own for a root).
    """

    def __init__(self, surface: Surface, vocab: Vocab, arrays: NDArray[np.uint64], state: bytes) -> None:
        self._arrays = arrays
        self._state = state
        self._vocab = vocab
        self._surface = surface
        self.text = surface.text
        self.n = surface.n
        self.start = surface.start
        self.end = surface.end
        self.word = surface.word

    @property
    def lower(self) -> list[str]:
        """The words in lower case."""
        return self._surface.lower

    @cached_property
    def head(self) -> list[int]:
        """Index of the head, its own for a root."""
        relative = self._arrays[:, 0].astype(np.int64)
        heads: list[int] = (relative + np.arange(self.n)).tolist()
        return heads

    @cached_property
    def dep(self) -> list[str]:
        """The relation, with its subtype."""
        return self._names(1)

    @cached_property
    def base(self) -> list[str]:
        """The relation without its subtype."""
        bases = {dep: dep.partition(":")[0] for dep in set(self.dep)}
        return [bases[dep] for dep in self.dep]

    @cached_property
    def tag(self) -> list[str]:
        """The fine part of speech."""
        return self._names(2)

    @cached_property
    def pos(self) -> list[str]:
        """The coarse part of speech."""
        return self._names(3)

    @cached_property
    def lemma(self) -> list[str]:
        """`Token.lemma_`: empty when no component has set it."""
        return self._names(4)

    @cached_property
    def ent(self) -> list[str]:
        """Entity type, or ''."""
        return self._names(5)

    @cached_property
    def firsts(self) -> list[int]:
        """Indices of the first tokens of the sentences; the first token of the Doc always is one."""
        starts = (self._arrays[:, 6].astype(np.int64) == 1).nonzero()[0].tolist()
        return starts if not self.n or starts[:1] == [0] else [0, *starts]

    @cached_property
    def sent(self) -> list[int]:
        """Index of the first token of the sentence."""
        return [first for first, end in self._sentences for _ in range(first, end)]

    @cached_property
    def sent_end(self) -> list[int]:
        """Index behind the last token of the sentence."""
        return [end for first, end in self._sentences for _ in range(first, end)]

    @cached_property
    def sent_number(self) -> list[int]:
        """Number of the sentence, from 0."""
        return [number for number, (first, end) in enumerate(self._sentences) for _ in range(first, end)]

    @cached_property
    def _sentences(self) -> list[tuple[int, int]]:
        firsts = self.firsts
        return list(zip(firsts, [*firsts[1:], self.n], strict=True)) if firsts else []

    @cached_property
    def children(self) -> list[list[int]]:
        """Indices of the children of each token, in order."""
        children: list[list[int]] = [[] for _ in range(self.n)]
        for i, head in enumerate(self.head):
            if head != i:
                children[head].append(i)
        return children

    @property
    def left(self) -> list[int]:
        """Index of the first token of the subtree."""
        return self._edges[0]

    @property
    def right(self) -> list[int]:
        """Index behind the last token of the subtree."""
        return self._edges[1]

    @cached_property
    def _edges(self) -> tuple[list[int], list[int]]:
        return edges(self.head, self.children)

    def _names(self, column: int) -> list[str]:
        """The strings of a column."""
        return _strings(self._vocab, self._arrays[:, column].tolist())


def _strings(vocab: Vocab, hashes: list[int]) -> list[str]:
    """The strings of a column of hashes; 0 is ''."""
    strings = vocab.strings
    names = {value: strings[value] if value else "" for value in set(hashes)}
    return [names[value] for value in hashes]


def edges(head: list[int], children: list[list[int]]) -> tuple[list[int], list[int]]:
    """First token and end of every subtree: children before their heads, each token once, without recursion."""
    order = [i for i, above in enumerate(head) if above == i]
    for node in order:
        order.extend(children[node])
    left, right = list(range(len(head))), list(range(1, len(head) + 1))
    for node in reversed(order):
        above = head[node]
        if left[node] < left[above]:
            left[above] = left[node]
        if right[node] > right[above]:
            right[above] = right[node]
    return left, right


class Memory:
    """What is kept for one Doc.

    Attributes:
        surface, tokens: the lists, once asked for.
        store, tables: `doc._.ce_records` and `doc._.ce_tables` that the records and rows below were made of.
        layers: names of the layers that the store holds.
        records: (layer, type) -> its records. rows: (table, type) -> its rows.
        private: see `keep_private`.
    """

    __slots__ = ("__weakref__", "layers", "private", "records", "rows", "store", "surface", "tables", "tokens")

    def __init__(self) -> None:
        self.surface: Surface | None = None
        self.tokens: Tokens | None = None
        self.store: Any = None
        self.tables: Any = None
        self.layers: set[str] = set()
        self.records: dict[tuple[str, type[Any]], list[Any]] = {}
        self.rows: dict[tuple[str, type[Any]], list[Any]] = {}
        self.private = False


_memories: WeakKeyDictionary[Doc, Memory] = WeakKeyDictionary()


#: The Doc that was asked for last, and its memory: most questions are about the same one. Threads only take it from each other.
_last: tuple[ref[Doc], ref[Memory]] | None = None


def memory_of(doc: Doc) -> Memory:
    """What is kept for a Doc; made when it is first asked for."""
    global _last
    last = _last
    if last is not None and last[0]() is doc:
        memory = last[1]()
        if memory is not None:
            return memory
    memory = _memories.get(doc)
    if memory is None:
        memory = _memories[doc] = Memory()
    _last = ref(doc), ref(memory)
    return memory


def keep_private(doc: Doc) -> None:
    """Say that only components of this package see a Doc, from its making until it is dropped.

    Then layers are kept as the records that were written, without the plain form and the span groups that others read, and the tokens are
    read anew only after `forget_tokens`.
    """
    memory_of(doc).private = True


def forget_tokens(doc: Doc) -> None:
    """Drop the lists over the tokens: called by each component that sets tags, heads, lemmas or entities."""
    memory_of(doc).tokens = None


def surface_of(doc: Doc) -> Surface:
    """The words of a Doc and their offsets, without its tree."""
    memory = memory_of(doc)
    if memory.surface is None or memory.surface.n != len(doc):
        memory.surface = Surface(doc)
    return memory.surface


def text_of(doc: Doc) -> str:
    """`doc.text`, joined once."""
    return surface_of(doc).text


def tokens_of(doc: Doc) -> Tokens:
    """The tokens of a Doc as plain lists, as they are now."""
    surface = surface_of(doc)
    memory = memory_of(doc)
    held = memory.tokens
    if memory.private and held is not None:
        return held
    arrays = cast(NDArray[np.uint64], doc.to_array(_ATTRIBUTES))
    state = arrays.tobytes()  # comparing bytes takes a tenth of the time that comparing arrays does
    if held is None or held._surface is not surface or held._state != state:
        held = memory.tokens = Tokens(surface, doc.vocab, arrays, state)
    return held
