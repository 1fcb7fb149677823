"""The dependency tree of a Doc as plain lists, and what the event rules ask of it.

Every list is made in one pass; every question looks at the children of one token or climbs at most `CLIMB` arcs, so all work
over a document is linear in its length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

from spacy.tokens import Doc

from conflict_extract.annotate._tokens import Tokens
from conflict_extract.annotate.layer import tokens_of
from conflict_extract.lexicons.lemmas import lemma_of
from conflict_extract.lexicons.times import names_of

CLIMB = 40
MANY = 50  # conjuncts looked at
RELATIVE = frozenset({"who", "whom", "which", "that", "whose"})
QUANTIFIERS = frozenset(
    [
        "dozen",
        "dozens",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "score",
        "scores",
        "ten",
        "tens",
        "handful",
        "number",
        "group",
        "total",
        "lot",
        "majority",
        "couple",
        "half",
        "third",
        "quarter",
        "wave",
        "series",
        "member",
        "members",
        "convoy",
        "column",
        "crowd",
        "many",
        "some",
        "most",
        "several",
        "all",
        "rest",
        "remainder",
        "bulk",
        "hail",
        "barrage",
        "volley",
        "salvo",
        "flurry",
        "stream",
        "flood",
        "pair",
        "trio",
        "string",
        "party",
        "band",
        "each",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "both",
    ]
)
TIME_WORDS = (
    names_of("weekday")
    | names_of("month")
    | frozenset(
        [
            "today",
            "yesterday",
            "tomorrow",
            "tonight",
            "year",
            "month",
            "week",
            "day",
            "night",
            "morning",
            "evening",
            "afternoon",
            "noon",
            "midnight",
            "dawn",
            "dusk",
            "hour",
            "minute",
            "weekend",
            "overnight",
            "time",
            "moment",
            "season",
            "decade",
            "century",
            "summer",
            "winter",
            "spring",
            "autumn",
            "ramadan",
            "eid",
            "christmas",
            "easter",
        ]
    )
)
GROUPS = frozenset(["convoy", "column", "crowd", "band", "party", "group", "member", "string", "series", "wave", "stream"])
LEFT = frozenset({"det", "amod", "compound", "nummod", "nmod:poss", "det:predet", "advmod", "flat", "case:poss", "nmod:desc"})
SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")
CLAUSES = frozenset({"root", "ROOT", "ccomp", "xcomp", "advcl", "acl", "parataxis", "csubj"})


class Arcs:
    """Plain lists over the tokens of a Doc.

    Attributes:
        head: index of the head (a root's is its own). dep, base: relation with and without its subtype. lemma, lower: in lower
        case. text: the Doc's text. starts, ends: character offsets. pos, tag: coarse and fine part of speech. kids: indices of the children, in order. left, right: the first token of the
        subtree and the one after its last. sent: number of the sentence. word: as written. ent: entity type or "".
    """

    def __init__(self, tokens: Tokens) -> None:
        self.text = tokens.text
        self.starts, self.ends = tokens.start, tokens.end
        self.head, self.dep, self.base = tokens.head, tokens.dep, tokens.base
        self.lower, self.pos, self.tag = tokens.lower, tokens.pos, tokens.tag
        self.lemma = [
            lemma_of(lower, pos, lemma.lower()) for lower, pos, lemma in zip(self.lower, self.pos, tokens.lemma, strict=True)
        ]
        self.kids, self.left, self.right = tokens.children, tokens.left, tokens.right
        self.sent = tokens.sent_number
        self.word, self.ent = tokens.word, tokens.ent
        self._first: dict[int, dict[str, int]] = {}
        self._passive: dict[int, bool] = {}

    def child(self, i: int, *deps: str) -> int | None:
        """The first child with one of these relations, in the order of the relations."""
        first = self._first.get(i)
        if first is None:
            first = {}
            for kid in self.kids[i]:
                first.setdefault(self.dep[kid], kid)
            self._first[i] = first
        for dep in deps:
            if dep in first:
                return first[dep]
        return None

    def tokens(self, start: int, end: int) -> tuple[int, int] | None:
        """Range of the tokens that a span of characters touches; None when it touches none."""
        low, high = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return (low, high) if low < high and start < end else None

    def mask(self, spans: Iterable[Sequence[int]]) -> list[bool]:
        """For each token, whether one of the character spans touches it."""
        mask = [False] * len(self.head)
        reached = 0
        for low, high in sorted(tokens for span in spans if (tokens := self.tokens(span[0], span[1])) is not None):
            if high > reached:
                low = max(low, reached)
                mask[low:high] = [True] * (high - low)
                reached = high
        return mask

    def case(self, i: int) -> str | None:
        """Preposition of a nominal ("because of": its first word), None without one."""
        for kid in self.kids[i]:
            if self.base[kid] in ("case", "mark") and self.pos[kid] in ("ADP", "SCONJ", "PART", ""):
                return self.lower[kid]
        return None

    def cases(self, i: int) -> frozenset[str]:
        """All prepositions of a nominal ("out of": both)."""
        return frozenset(self.lower[kid] for kid in self.kids[i] if self.base[kid] in ("case", "mark"))

    def is_time(self, i: int) -> bool:
        """Whether a nominal is a time, by its word or its entity."""
        return self.lower[i] in TIME_WORDS or self.lemma[i] in TIME_WORDS or self.ent[i] in ("DATE", "TIME")

    def reduced(self, i: int) -> bool:
        """Whether an adverbial participle stands right after the subject that it describes ("the judge, killed on Monday, had …")."""
        head = self.head[i]
        if self.dep[i] != "advcl" or self.tag[i] not in ("VBN", "VBD") or not i < head:
            return False
        if self.child(i, "obj", "mark", "aux", *SUBJECTS) is not None:
            return False
        own = self.child(head, *SUBJECTS)
        return own is not None and own < i

    def climb(self, i: int) -> Iterator[int]:
        """The token and its ancestors, at most `CLIMB` of them."""
        for _ in range(CLIMB):
            yield i
            if self.head[i] == i:
                return
            i = self.head[i]

    def conjuncts(self, i: int) -> list[int]:
        """The token and its direct conjuncts (UD hangs all on the first)."""
        return [i, *[kid for kid in self.kids[i] if self.dep[kid] == "conj"][:MANY]]

    def is_clause(self, i: int) -> bool:
        """Whether the token heads a clause: a predicate by its relation, or a conjunct that has a subject or is a verb."""
        if self.head[i] == i or self.base[i] in CLAUSES:
            return True
        return self.base[i] == "conj" and (self.pos[i] in ("VERB", "AUX") or self.child(i, *SUBJECTS) is not None)

    def clause(self, i: int) -> int:
        """Head of the innermost clause that holds the token."""
        last = i
        for last in self.climb(i):
            if self.is_clause(last):
                return last
        return last

    def passive(self, i: int) -> bool:
        """Whether the verb is passive: by its auxiliary or subject, or a bare participle after a noun."""
        known = self._passive.get(i)
        if known is None:
            self._passive[i] = False  # a chain of conjuncts longer than the stack is no passive
            known = self._passive[i] = self._is_passive(i)
        return known

    def _is_passive(self, i: int) -> bool:
        if self.child(i, "aux:pass", "obl:agent") is not None:
            return True
        if self.child(i, "nsubj:pass", "csubj:pass") is not None:
            return self.child(i, "obj") is None
        if self.reduced(i):
            return True
        if self.tag[i] in ("VBN", "VBD") and not any(self.base[kid] == "aux" for kid in self.kids[i]):
            if self.dep[i] in ("acl", "amod"):
                return self.child(i, "obj") is None or self.tag[i] == "VBN"
            if self.dep[i] in ("conj", "xcomp", "advcl"):
                if self.dep[i] == "conj":
                    return self.child(i, "nsubj", "obj") is None and self.passive(self.head[i])
                return self.child(i, "obj") is None
        return False

    def antecedent(self, i: int) -> int:
        """The noun that a relative pronoun stands for; the token itself when it is none."""
        if self.lower[i] in RELATIVE and self.pos[i] in ("PRON", "SCONJ", "DET", ""):
            for node in self.climb(i):
                if self.dep[node] == "acl:relcl":
                    return self.head[node]
        return i

    def subject(self, i: int, depth: int = 6) -> tuple[int | None, bool]:
        """Who the predicate is about, through control, coordination and participles, and whether it is a passive subject.

        Returns:
            The index of the noun (None: not said) and whether it undergoes the predicate.
        """
        passive = self.passive(i)
        own = self.child(i, *SUBJECTS)
        if own is not None:
            return self.antecedent(own), passive
        if depth == 0 or self.head[i] == i:
            return None, passive
        head, dep = self.head[i], self.dep[i]
        if dep in ("acl", "amod"):
            if self.tag[i] == "VB":
                owner = self.child(head, "nmod:poss")
                if owner is not None:
                    return owner, passive
                if self.base[head] in ("obj", "nsubj") and self.head[head] != head:
                    return self.subject(self.head[head], depth - 1)[0], passive
                return None, passive
            return head, passive
        if dep == "acl:relcl":
            return (head if self.child(i, "obj") is not None or passive else None), passive
        if dep == "conj":
            return self.subject(head, depth - 1)[0], passive
        if dep in ("xcomp", "ccomp", "advcl", "advcl:relcl"):
            subject_less = self.reduced(i) or self.tag[i] in ("VB", "VBG", "VBN", "JJ", "")
            if not subject_less and dep != "xcomp":
                return None, passive
            mark = next((self.lower[kid] for kid in self.kids[i] if self.base[kid] in ("mark", "case")), None)
            controller = self.child(head, "obj", "iobj")
            if controller is not None and (dep == "xcomp" or mark in ("of", "from")):
                return self.antecedent(controller), passive
            if self.pos[head] in ("NOUN", "PROPN") and self.child(head, "cop") is None:
                return head, passive
            return self.subject(head, depth - 1)[0], passive
        if self.base[i] in ("nmod", "obl", "appos") and self.pos[i] == "VERB":
            return self.subject(head, depth - 1)[0], passive
        return None, passive

    def antecedent_is_object(self, i: int) -> bool:
        """Whether the noun before a relative clause with a subject of its own is what its verb acts on ("the men they killed")."""
        own = self.child(i, *SUBJECTS)
        return (
            self.dep[i] == "acl:relcl"
            and own is not None
            and self.lower[own] not in RELATIVE
            and self.child(i, "obj", "nsubj:pass") is None
            and not any(
                self.base[kid] in ("obl", "advmod") and self.lower[kid] in RELATIVE | {"where", "when"} for kid in self.kids[i]
            )
        )

    def counted(self, i: int) -> tuple[int, int | None]:
        """The noun that a quantity word measures ("dozens of monks" -> monks), and the quantity word."""
        if self.lower[i] in QUANTIFIERS or self.lemma[i] in QUANTIFIERS or self.pos[i] == "NUM":
            for kid in self.kids[i]:
                if self.base[kid] == "nmod" and self.case(kid) == "of" and self.lower[kid] not in ("them", "us", "whom"):
                    if self.tag[kid] == "NN" and self.lower[kid] not in ("people", "police") and self.lemma[i] in GROUPS:
                        return i, None
                    return kid, i
        return i, None

    def split(self, i: int) -> list[int]:
        """Coordinated names before a plural noun that each stand for a party ("Indian and Pakistani soldiers" -> Indian)."""
        if self.tag[i] not in ("NNS", "NNPS", ""):
            return []
        for kid in self.kids[i]:
            if kid < i and self.base[kid] in ("amod", "compound") and self.word[kid][:1].isupper():
                others = [inner for inner in self.kids[kid] if self.dep[inner] == "conj" and self.word[inner][:1].isupper()]
                if others and others[-1] < i:
                    return [kid, *others]
        return []

    def phrase(self, i: int) -> tuple[int, int]:
        """Token range of a noun phrase: its head with what stands left of it, and the parts of its name, no clause, no apposition."""
        start, end = i, i + 1
        parts = self.split(i)
        if parts:
            return parts[-1], end
        for kid in self.kids[i]:
            if (
                kid < i
                and self.dep[kid] in LEFT
                and not self._across(self.left[kid], i)
                and self.lower[kid] not in ("not", "also", "reportedly", "allegedly")
            ):
                start = min(start, self.left[kid])
            elif kid > i and self.base[kid] in ("flat", "fixed", "goeswith"):
                end = max(end, kid + 1)
        return start, end

    def _across(self, start: int, end: int) -> bool:
        """Whether a predicate stands between two tokens (a tree that ties them is wrong)."""
        return any(
            self.pos[i] == "VERB" and self.is_clause(i) and self.base[i] != "acl" for i in range(max(start, end - 12), end)
        )

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """Character offsets of a token range."""
        return self.starts[start], self.ends[end - 1]


_made: WeakKeyDictionary[Tokens, Arcs] = WeakKeyDictionary()


def arcs_of(doc: Doc) -> Arcs:
    """The lists over a Doc, made once for each state of its tree and tags."""
    tokens = tokens_of(doc)
    arcs = _made.get(tokens)
    if arcs is None:
        arcs = _made[tokens] = Arcs(tokens)
    return arcs
