"""A Doc read once into plain lists: the tree, quotations, paragraphs and frame that the attribution rules look at.

Everything is linear in the length of the document. Internal: offsets of tokens are indices, offsets of text are characters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._quotes import Quote, find_quotes, paragraphs
from conflict_extract.annotate._tokens import edges

SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "csubj", "csubj:pass"})
RELATIVES = frozenset({"who", "which", "that", "whom", "whose"})
LEFT_OF_NAME = frozenset(
    [
        "det",
        "amod",
        "nummod",
        "compound",
        "nmod:poss",
        "nmod:desc",
        "nmod:unmarked",
        "nmod",
        "flat",
        "advmod",
        "det:predet",
        "case",
        "punct",
        "appos",
        "dep",
        "obl:unmarked",
        "obl",
        "nmod:npmod",
        "obl:npmod",
        "goeswith",
        "list",
    ]
)
RIGHT_OF_NAME = frozenset({"flat", "flat:foreign", "flat:name", "compound", "goeswith", "fixed", "nummod"})


class View:
    """The lists.

    Attributes:
        doc, text, n: the Doc, its text, its number of tokens.
        start, end: character offsets of each token. word: its text; low: lower-cased. tag, pos, dep: as on the Doc.
        head: index of the head (its own for a root). children: indices in order. left, right: edges of the subtree (right exclusive).
        sent: index of the first token of its sentence. paragraph: index of its paragraph. paragraph_spans: their offsets.
        quotes: quotations; quote: index of the one that holds the token (marks included), or -1.
        masked: whether the frame says that the token makes no claim.
        mention: mention of an actor that covers the token (the longest), or None. actors: rows by key.
        inner: shorter mentions inside longer ones, by first token.
        ent: entity type of each token.
        amounts: offsets of the quantities, in order (none when the layers are missing). sum: whether a sum of money holds the token.
    """

    def __init__(self, doc: Doc) -> None:
        tokens = layer.tokens_of(doc)
        self.doc = doc
        self.text = tokens.text
        self.n = tokens.n
        self.start, self.end, self.word = tokens.start, tokens.end, tokens.word
        self.low = [word.replace("’", "'") for word in tokens.lower] if "’" in self.text else tokens.lower
        self.tag, self.pos, self.ent = tokens.tag, tokens.pos, tokens.ent
        self.head, self.dep, self.children = tokens.head, tokens.dep, tokens.children
        self._shared = True
        self.left, self.right = tokens.left, tokens.right
        self.sent, self.sent_end = tokens.sent, tokens.sent_end
        kept = layer.surface_of(doc).kept
        if "quotes" not in kept:  # the words alone decide them: the first view of a Doc finds them for all
            spans = paragraphs(self.text)
            quotes = find_quotes(self.text, spans)
            kept["quotes"] = spans, self._number(spans), quotes, self._number([(quote.open, quote.close) for quote in quotes])
        self.quotes: list[Quote]
        self.paragraph_spans, self.paragraph, self.quotes, self.quote = kept["quotes"]
        self.masked = [False] * self.n
        self.headline = [False] * self.n
        for record in layer.read(doc, "frame", layer.FrameRecord):
            hidden = record.kind in layer.UNCLAIMED or (record.kind == "headline" and not record.full_clause)
            span = self.tokens(record.start, record.end)
            for i in range(*span):
                self.masked[i] = self.masked[i] or hidden
                self.headline[i] = self.headline[i] or record.kind == "headline"
        self.amounts: list[tuple[int, int]] = []
        self.sum = [False] * self.n
        for name in ("counts", "money"):
            for quantity in layer.read(doc, name, layer.QuantityRecord):
                self.amounts.append((quantity.start, quantity.end))
                for i in range(*self.tokens(quantity.start, quantity.end)):
                    self.sum[i] = self.sum[i] or name == "money"
        self.amounts.sort()
        self.actors = {row.key: row for row in layer.read_table(doc, "actors", layer.ActorRow)}
        self.mention: list[layer.ActorMention | None] = [None] * self.n
        self.inner: dict[int, list[layer.ActorMention]] = {}
        for mention in layer.read(doc, "actors", layer.ActorMention):
            for i in range(*self.tokens(mention.start, mention.end)):
                held = self.mention[i]
                longer = held is None or held.end - held.start < mention.end - mention.start
                shorter = held if longer else mention
                if shorter is not None and self.start[i] == shorter.start:
                    self.inner.setdefault(i, []).append(shorter)
                if longer:
                    self.mention[i] = mention

    def move(self, i: int, head: int, dep: str) -> None:
        """Hang a token elsewhere; `settle` when all are moved. The first move copies the lists, which all readers of a Doc share."""
        if self._shared:
            self.head, self.dep, self.children = list(self.head), list(self.dep), [list(children) for children in self.children]
            self._shared = False
        self.children[self.head[i]].remove(i)
        self.head[i] = head
        self.dep[i] = dep
        self.children[head].append(i)
        self.children[head].sort()

    def settle(self) -> None:
        """Compute the edges of all subtrees anew, after heads were moved."""
        self.left, self.right = edges(self.head, self.children)

    def _number(self, spans: list[tuple[int, int]]) -> list[int]:
        """For each token the index of the span (sorted, disjoint) that holds its start, or -1."""
        found = [-1] * self.n
        at = 0
        for index, (start, end) in enumerate(spans):
            first = bisect_left(self.start, start, at)
            at = bisect_left(self.start, end, first)
            if first < at:
                found[first:at] = [index] * (at - first)
        return found

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """Token indices [first, last) of the tokens that overlap [start, end)."""
        first = bisect_right(self.end, start)
        return first, bisect_left(self.start, end, first)

    def child(self, i: int, *deps: str) -> int | None:
        """The first child with one of the relations (subtypes count only as given)."""
        for j in self.children[i]:
            if self.dep[j] in deps:
                return j
        return None

    def kids(self, i: int, *deps: str) -> list[int]:
        """All children with one of the relations."""
        return [j for j in self.children[i] if self.dep[j] in deps]

    def base(self, i: int) -> str:
        """The relation without its subtype."""
        return self.dep[i].partition(":")[0]

    def inside(self, i: int, top: int) -> bool:
        """Whether `i` is in the subtree of `top`; walks up at most 200 heads."""
        for _ in range(200):
            if i == top:
                return True
            if self.head[i] == i:
                return False
            i = self.head[i]
        return False

    def subtree(self, top: int, without: tuple[int, ...] = ()) -> list[int]:
        """The tokens below `top` (with it), in order, leaving out the subtrees of `without`."""
        out: list[int] = []
        stack = [top]
        skip = set(without)
        while stack:
            node = stack.pop()
            if node in skip:
                continue
            out.append(node)
            stack.extend(self.children[node])
        out.sort()
        return out

    def verbal(self, i: int) -> bool:
        """Whether a token is tagged as a verb."""
        return self.pos[i] == "VERB" or self.tag[i].startswith("VB")

    def finite(self, i: int) -> bool:
        """Whether a clause's head is finite: a finite tag of it, its auxiliary or its copula."""
        if self.tag[i] in ("VBD", "VBZ", "VBP", "MD"):
            return True
        return any(self.base(j) in ("aux", "cop") and self.tag[j] in ("VBD", "VBZ", "VBP", "MD") for j in self.children[i])

    def infinitive(self, i: int) -> bool:
        """Whether a clause's head has an infinitival "to"."""
        if self.tag[i] == "VBG" and i > 0 and self.low[i - 1] == "to":
            return False
        if any(self.low[j] == "to" and self.dep[j] in ("mark", "aux") for j in self.children[i]):
            return True
        return self.tag[i] == "VB" and i > 0 and self.tag[i - 1] == "TO"

    def passive(self, i: int) -> bool:
        """Whether a verb is passive: a passive subject or auxiliary, or a past participle after a noun."""
        if any(self.dep[j] in ("nsubj:pass", "aux:pass", "csubj:pass") for j in self.children[i]):
            return True
        participle = self.tag[i] == "VBN" or (self.tag[i] == "VBD" and self.low[i] == "asked")  # "Asked whether P, X said"
        if self.tag[i] == "VBD" and self.dep[i] == "acl" and i + 1 < self.n and self.tag[i + 1] == "TO":
            participle = True  # "the man said to lead them", read as a past tense
        return participle and self.dep[i] in ("acl", "advcl") and self.child(i, "nsubj", "aux") is None

    def negated(self, i: int) -> bool:
        """Whether a verb has a negation word of its own."""
        return any(self.low[j] in ("not", "n't", "never", "nt") and self.base(j) == "advmod" for j in self.children[i])

    def case_of(self, i: int) -> str:
        """The first preposition or marker of a phrase, lower-cased, or ''."""
        marker = self.marker(i)
        return "" if marker is None else self.low[marker]

    def marker(self, i: int) -> int | None:
        """The token of a phrase's first preposition or marker: a child, else the first word, else the word before."""
        for j in self.children[i]:
            if self.dep[j] in ("case", "mark") and j < i:
                return j
        first = self.left[i]
        if first < i and self.dep[first] in ("case", "mark") and self.tag[first] in ("IN", "TO"):
            return first
        before = first - 1
        marks = before >= 0 and self.dep[before] in ("case", "mark") and self.tag[before] in ("IN", "TO")
        return before if marks and self.head[before] == self.head[i] and self.head[i] != i else None

    def spans(self, tokens: list[int]) -> list[list[int]]:
        """Token indices as [first, last) runs."""
        runs: list[list[int]] = []
        for i in tokens:
            if runs and runs[-1][1] == i:
                runs[-1][1] = i + 1
            else:
                runs.append([i, i + 1])
        return runs
