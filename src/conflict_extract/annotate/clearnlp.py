"""conflict_clearnlp: turns trees with ClearNLP labels (those of spaCy's English pipelines) into Universal Dependencies v2.

The differences are of three kinds: who is head (prepositions and copulas are heads there, function words here), where conjunctions hang, and
names of relations. Labels after the ClearNLP guidelines (Choi and Palmer 2012) and https://universaldependencies.org/u/dep/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._tokens import forget_tokens
from conflict_extract.errors import PipelineError

RENAMED = {
    "ROOT": "root", "auxpass": "aux:pass", "nsubjpass": "nsubj:pass", "csubjpass": "csubj:pass", "dobj": "obj", "dative": "iobj",
    "relcl": "acl:relcl", "rcmod": "acl:relcl", "neg": "advmod", "prt": "compound:prt", "poss": "nmod:poss", "possessive": "case",
    "quantmod": "advmod", "predet": "det:predet", "preconj": "cc:preconj", "intj": "discourse", "meta": "dep", "oprd": "xcomp", "acomp": "xcomp",
    "attr": "xcomp", "nn": "compound", "num": "nummod", "number": "compound", "complm": "mark", "infmod": "acl", "partmod": "acl",
    "hmod": "amod", "hyph": "punct", "pobj": "obl", "pcomp": "advcl", "agent": "obl:agent",
}  # fmt: skip
"""Relations that only change their name, and what is left of the others when no rule applied."""
CLEARNLP_ONLY = frozenset(
    {"prep", "pobj", "dobj", "nsubjpass", "auxpass", "attr", "acomp", "relcl", "npadvmod", "poss", "pcomp", "agent", "prt", "neg"}
)
UD_ONLY = frozenset({"obl", "obj", "nsubj:pass", "aux:pass", "cop", "nmod:poss", "acl:relcl", "compound:prt", "flat", "fixed"})
_BE = frozenset(
    {"be", "is", "are", "was", "were", "am", "been", "being", "'s", "\u2019s", "'re", "\u2019re", "'m", "\u2019m", "ai"}
)
_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "DET", "SYM"})
_FIXED = frozenset({("according", "to"), ("because", "of"), ("such", "as"), ("due", "to"), ("instead", "of"), ("prior", "to")})
_QUANTIFIERS = frozenset({"many", "most", "several", "few", "some", "all", "half", "more", "hundreds", "dozens"})
_CAUSATIVE = frozenset(
    {"make", "makes", "made", "making", "let", "lets", "letting", "help", "helps", "helped", "see", "saw", "watched", "heard"}
)
_PLACES = frozenset(
    {"here", "there", "away", "back", "home", "abroad", "nearby", "inside", "outside", "ahead", "over", "underway"}
)


@Language.factory(
    "conflict_clearnlp",
    requires=["token.head", "token.dep", "token.tag"],
    assigns=["token.head", "token.dep", "doc._.ce_scheme"],
)
def make_clearnlp(nlp: Language, name: str) -> ClearNLP:
    """Make the component.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
    """
    return ClearNLP()


class ClearNLP:
    """The component; put it after a parser with ClearNLP labels and before ours."""

    def __call__(self, doc: Doc) -> Doc:
        """Rewrite the tree and set `doc._.ce_scheme`; a tree that is UD v2 already stays as it is.

        Raises:
            PipelineError: the Doc has no tree.
        """
        if doc._.ce_scheme == "ud2" or not len(doc):
            doc._.ce_scheme = "ud2"
            return doc
        if not doc.has_annotation("DEP"):
            raise PipelineError("conflict_clearnlp needs a dependency tree: add it after a parser with ClearNLP labels")
        labels = {token.dep_ for token in doc}
        if not labels & CLEARNLP_ONLY and labels & UD_ONLY:
            doc._.ce_scheme = "ud2"
            return doc
        tree = Tree.of(doc)
        heads, deps = tree.convert()
        array: Any = np.zeros((len(doc), 2), dtype="uint64")
        for index, (head, dep) in enumerate(zip(heads, deps, strict=True)):
            array[index, 0] = np.array(head - index, dtype="int64").astype("uint64")
            array[index, 1] = doc.vocab.strings.add(dep)
        doc.from_array(["HEAD", "DEP"], array)
        forget_tokens(doc)
        doc._.ce_scheme = "ud2"
        return doc


@dataclass
class Tree:
    """A tree in arrays: absolute heads (a root is its own head), labels, and what the rules look at."""

    heads: list[int]
    deps: list[str]
    words: list[str]
    tags: list[str]
    pos: list[str]
    persons: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, doc: Doc) -> Tree:
        """The Doc's tree."""
        return cls(
            [token.head.i for token in doc],
            [token.dep_ for token in doc],
            [token.lower_ for token in doc],
            [token.tag_ for token in doc],
            [token.pos_ for token in doc],
            [(span.start, span.end) for span in doc.ents if span.label_ in ("PERSON", "PER")],
        )

    def convert(self) -> tuple[list[int], list[str]]:
        """The heads and labels of the UD tree."""
        self._children = self._index()
        self._infinitives()
        for index in self._deepest_first():
            self._preposition(index)
        for index in self._deepest_first():
            self._copula(index)
        self._small_clauses()
        self._names()
        self._numbers()
        self._conjunctions()
        self._rename()
        return self.heads, self.deps

    def _index(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.heads]
        for index, head in enumerate(self.heads):
            if head != index:
                found[head].append(index)
        return found

    def _deepest_first(self) -> list[int]:
        """All tokens, children before their heads."""
        order: list[int] = [index for index, head in enumerate(self.heads) if head == index]
        for index in order:
            order.extend(self._children[index])
        return order[::-1]

    def _move(self, index: int, head: int) -> None:
        old = self.heads[index]
        if old != index:
            self._children[old].remove(index)
        self.heads[index] = head
        if head != index:
            self._children[head].append(index)
            self._children[head].sort()

    def _promote(self, child: int, role: str, keep: frozenset[int] = frozenset()) -> None:
        """Let `child` take its head's place; the head hangs on it as `role`, the head's other children (but `keep`) move along."""
        head = self.heads[child]
        above = self.heads[head]
        self._move(child, child if above == head else above)
        self._move(head, child)
        self.deps[child], self.deps[head] = self.deps[head], role
        for other in list(self._children[head]):
            if other not in keep:
                self._move(other, child)

    def _child(self, index: int, *labels: str) -> int | None:
        return next((child for child in self._children[index] if self.deps[child] in labels), None)

    def _infinitives(self) -> None:
        for index, tag in enumerate(self.tags):
            if tag == "TO" and self.deps[index] == "aux":
                self.deps[index] = "mark"

    def _preposition(self, index: int) -> None:
        """Rewrite "fled -prep-> to -pobj-> Goma" becomes "fled -obl-> Goma -case-> to"."""
        role = self.deps[index]
        above = self.heads[index]
        coordinated = role == "conj" and self.pos[index] in ("ADP", "SCONJ") and self._child(index, "pobj", "pcomp") is not None
        alone = above == index and self.pos[index] == "ADP" and self._child(index, "pobj") is not None
        if role not in ("prep", "agent", "dative") and not coordinated and not alone:
            return
        inner = self._child(index, "pobj", "pcomp")
        if inner is None:
            if role == "prep":
                self.deps[index] = "advmod" if self.tags[index].startswith("RB") else "obl"
            return
        clause = self.deps[inner] == "pcomp" and self.pos[inner] in ("VERB", "AUX", "ADJ")
        shared = {
            child
            for child in self._children[index]
            if self.deps[child] == "conj" and self.pos[child] in ("ADP", "SCONJ") and self._child(child, "pobj", "pcomp") is None
        }
        keep = frozenset(
            child
            for child in self._children[index]
            if child in shared or self.deps[child] == "fixed" or (shared and self.deps[child] == "cc")
        )
        nominal = (self.pos[above] in _NOMINAL or self.words[above] in _QUANTIFIERS) and above != index
        self._promote(inner, "mark" if clause else "case", keep)
        if coordinated:
            self.deps[inner] = "conj"
        elif alone:
            self.deps[inner] = "ROOT"
        elif (
            role == "prep"
            and self.deps[above] in ("prep", "agent")
            and above != index
            and self._child(above, "pobj", "pcomp") is None
        ):
            self.deps[inner] = "pobj"
            if (self.words[above], self.words[index]) in _FIXED:
                self._move(index, above)
                self.deps[index] = "fixed"
        elif clause:
            self.deps[inner] = "acl" if nominal else "advcl"
        else:
            self.deps[inner] = "obl:agent" if role == "agent" else "nmod" if nominal else "obl"

    def _copula(self, index: int) -> None:
        """Rewrite "is -attr-> farmer" becomes "farmer -cop-> is"."""
        if (
            self.words[index] not in _BE
            or self.deps[index] in ("aux", "auxpass", "cop")
            or self.pos[index] not in ("AUX", "VERB")
        ):
            return
        inner = self._child(index, "attr", "acomp")
        if (
            self._child(index, "expl") is not None
            and inner is not None
            and self.words[self._child(index, "expl") or 0] == "there"
        ):
            self.deps[inner] = "nsubj"
            return
        if (
            inner is None
            and self._child(index, "ccomp", "xcomp", "dobj", "oprd") is None
            and self._child(index, "nsubj", "csubj") is not None
        ):
            inner = next(
                (
                    child
                    for child in self._children[index]
                    if child > index
                    and (self.deps[child] == "obl" or (self.deps[child] == "advmod" and self.words[child] in _PLACES))
                ),
                None,
            )
        if inner is not None:
            self._promote(inner, "cop")

    def _small_clauses(self) -> None:
        """Rewrite "asked -ccomp-> (them -nsubj-) leave" becomes "asked -obj-> them, -xcomp-> leave"."""
        for index, label in enumerate(self.deps):
            if label != "ccomp" or self.tags[index] != "VB":
                continue
            marks = {self.words[child] for child in self._children[index] if self.deps[child] == "mark"}
            subject = self._child(index, "nsubj")
            causative = not marks and self.words[self.heads[index]] in _CAUSATIVE
            if not (marks == {"to"} or causative) or subject is None or subject < self.heads[index]:
                continue
            self._move(subject, self.heads[index])
            self.deps[subject] = "obj"
            self.deps[index] = "xcomp"

    def _names(self) -> None:
        """A person's name hangs on its first word: "Ana M. Karsk" as flat, not as compound of "Karsk"."""
        for start, end in self.persons:
            inside = range(start, end)
            last = end - 1
            if end - start < 2 or any(self.pos[index] != "PROPN" for index in inside) or self.heads[last] in inside:
                continue
            if all(self.heads[index] in inside and self.deps[index] == "compound" for index in range(start, last)):
                if self.heads[start] != last:
                    self._move(start, last)
                self._promote(start, "flat")
                for index in range(start + 1, last):
                    self._move(index, start)
                    self.deps[index] = "flat"

    def _numbers(self) -> None:
        """Rewrite "more than 40", "at least 40"."""
        for index in range(1, len(self.words)):
            if (
                self.words[index] == "than"
                and self.deps[index] == "quantmod"
                and self.words[index - 1] in ("more", "less", "fewer")
            ):
                number = self.heads[index]
                if self.heads[index - 1] == index:
                    self._move(index - 1, number)
                self.deps[index - 1] = "advmod"
                self._move(index, index - 1)
                self.deps[index] = "fixed"
            elif self.words[index - 1] == "at" and self.words[index] in ("least", "most") and self.heads[index - 1] == index:
                self.deps[index - 1] = "case"

    def _conjunctions(self) -> None:
        """Conjunctions and commas hang on the conjunct after them, all conjuncts on the first."""
        for index, label in enumerate(self.deps):
            if label == "cc" or (label == "punct" and self.words[index] in (",", ";")):
                head = self.heads[index]
                if index < head and label == "punct":
                    continue
                after = [child for child in self._children[head] if self.deps[child] == "conj" and child > index]
                if after:
                    self._move(index, after[0])
        for index, label in enumerate(self.deps):
            if label == "conj":
                head = self.heads[index]
                seen = {index}
                while self.deps[head] == "conj" and self.heads[head] not in seen:
                    seen.add(head)
                    head = self.heads[head]
                if head != self.heads[index]:
                    self._move(index, head)

    def _rename(self) -> None:
        for index, label in enumerate(self.deps):
            head = self.heads[index]
            if head == index:
                self.deps[index] = "root"
            elif label == "npadvmod":
                self.deps[index] = "nmod:unmarked" if self.pos[head] in ("NOUN", "PROPN") else "obl:unmarked"
            elif label == "nsubj" and self._child(head, "auxpass", "aux:pass") is not None:
                self.deps[index] = "nsubj:pass"
            elif label == "aux" and self.tags[index] == "TO":
                self.deps[index] = "mark"
            else:
                self.deps[index] = RENAMED.get(label, label)
