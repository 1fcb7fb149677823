"""What the attribution rules produce, and the source of a cue: subjects through the tree, edges of source mentions."""

from __future__ import annotations

from dataclasses import dataclass, field

from conflict_extract.annotate._actor_types import name_endings
from conflict_extract.annotate._view import RELATIVES, RIGHT_OF_NAME, View
from conflict_extract.lexicons.times import names_of

NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "DET", "ADJ", "SYM", "X")
QUOTING = frozenset(["quote", "quotes", "quoted", "quoting", "cite", "cites", "cited", "citing", "paraphrased"])
BODIES = frozenset(  # first words of names that go on behind a preposition
    [
        "assembly",
        "board",
        "bureau",
        "commission",
        "committee",
        "congress",
        "convention",
        "directorate",
        "embassy",
        "federation",
        "fund",
        "house",
        "league",
        "mission",
        "movement",
        "organisation",
        "organization",
        "secretariat",
        "society",
    ]
)
DATES = names_of("weekday") | names_of("month")
TIMES = names_of("weekday") | frozenset(
    [
        "today",
        "tomorrow",
        "night",
        "dawn",
        "noon",
        "midnight",
        "dusk",
        "morning",
        "evening",
        "then",
        "now",
        "week",
        "month",
        "year",
        "end",
        "phone",
        "telephone",
        "email",
        "radio",
        "telegram",
        "name",
        "hand",
    ]
)
PERSONAL = frozenset({"PERSON", "PER"})


@dataclass(slots=True)
class Candidate:
    """One possible attribution.

    Attributes:
        cue: offsets of the cue. anchor: token of the cue's head.
        source: tokens [first, last) of the source mention and its head, or None.
        content: offsets of the content, in order.
        act, frame, entry, rule: what the lexicon and the rule say.
        target: head token of who is accused, urged or told, or None.
        neutral: the wording decides the act. strong: the rules trust it without learned spans.
        nominal: the content is a noun phrase. direct: made of quotations. continues: the candidate that goes on here.
        score: of the learned cue, if any.
    """

    cue: list[int]
    anchor: int
    source: tuple[int, int, int] | None
    content: list[list[int]]
    act: str
    frame: str
    entry: str | None
    rule: str
    target: int | None = None
    neutral: bool = False
    strong: bool = True
    nominal: bool = False
    direct: bool = False
    addressee: bool = False
    continues: Candidate | None = None
    parent: Candidate | None = None
    score: float | None = None
    evidence: list[str] = field(default_factory=list)

    @property
    def start(self) -> int:
        """First offset of the content."""
        return self.content[0][0]

    @property
    def end(self) -> int:
        """Last offset of the content."""
        return self.content[-1][1]

    def size(self) -> int:
        """Characters of content."""
        return sum(end - start for start, end in self.content)


SHARES = frozenset({"half", "third", "thirds", "quarter", "quarters", "fifth", "fifths", "tenth", "tenths", "percent", "%"})


def subject_of(view: View, verb: int, depth: int = 0) -> int | None:
    """The head of a verb's subject, also when it stands with another verb; relative pronouns give their antecedent.

    Follows coordination, open complements, participles, relative clauses; at most eight steps.
    """
    if depth > 8:
        return None
    for j in _subjects(view, verb):
        if not view.masked[j]:
            if view.low[j] in RELATIVES and view.pos[j] in ("PRON", "DET", "SCONJ"):
                antecedent, near = relative_head(view, verb), _named_before(view, j)
                if near is not None and (antecedent is None or (antecedent < near and not _acts(view, antecedent))):
                    antecedent = near  # "fled to Orla, according to UNHCR, which warned"
                return antecedent if antecedent is not None else (None if view.low[j] in ("which", "that") else j)
            return j
    if any(view.dep[j] == "expl" for j in view.children[verb]):
        return None
    head, dep = view.head[verb], view.dep[verb]
    if head == verb:
        return None
    if dep == "conj":
        return subject_of(view, head, depth + 1)
    if dep == "xcomp":
        controlled = view.child(head, "obj", "iobj")
        if controlled is not None and view.infinitive(verb):
            return controlled
        return subject_of(view, head, depth + 1)
    if dep == "advcl" and view.case_of(verb) == "as" and view.low[head] in QUOTING:
        return view.child(head, "nsubj:pass") if view.passive(head) else view.child(head, "obj", "iobj")
    if dep == "advcl":
        return subject_of(view, head, depth + 1) if view.verbal(head) or view.child(head, "cop") is not None else None
    if dep in ("acl", "acl:relcl"):
        if dep == "acl" and view.low[head] in PAPERS:  # "a statement by a spokesman denouncing the drills"
            by = next((j for j in view.kids(head, "nmod") if j < verb and view.case_of(j) in ("by", "from")), None)
            head = head if by is None else by
        return head if view.pos[head] in NOMINAL else None
    if dep in ("ccomp", "parataxis", "aux", "cop") and dep in ("aux", "cop"):
        return subject_of(view, head, depth + 1)
    return None


def _named_before(view: View, j: int) -> int | None:
    """The head of the name right before ", which", whatever the parser hangs the clause on."""
    mention = view.mention[j - 2] if j > 1 and view.word[j - 1] == "," else None
    if mention is None or mention.form not in ("name", "acronym") or mention.use != "actor":
        return None
    first, last = view.tokens(mention.start, mention.end)
    return next((i for i in range(first, last) if not first <= view.head[i] < last), None)


def _acts(view: View, i: int) -> bool:
    """Whether a token is of an actor's mention, or a personal noun by its entity."""
    mention = view.mention[i]
    return (mention is not None and mention.use == "actor") or view.ent[i] in PERSONAL


def _subjects(view: View, verb: int) -> list[int]:
    """A verb's subjects, the likeliest first: of several, a name, else the nearest before the verb; bare determiners last."""
    found = view.kids(verb, "nsubj", "nsubj:pass", "nsubj:outer")
    if len(found) > 1:
        found.sort(key=lambda j: (view.pos[j] == "DET", j > verb, abs(j - verb)))
    return found


PAPERS = frozenset(
    {
        "statement",
        "statements",
        "letter",
        "message",
        "declaration",
        "communique",
        "communiqué",
        "post",
        "video",
        "speech",
        "article",
    }
)


def left_noun(view: View, verb: int) -> tuple[int, int] | None:
    """The noun phrase right before a verb whatever the parser says: its head and the token that it starts with.

    "…, an adviser to the minister, Jane Roe, confirmed": the name, and the start of "an adviser".
    """
    i = verb - 1
    while i >= 0 and (view.word[i] == "," or (view.base(i) in ("aux", "advmod") and view.head[i] == verb)):
        i -= 1
    if i < 0 or view.pos[i] not in ("PROPN", "NOUN", "PRON") or view.sent[i] != view.sent[verb]:
        return None
    head = i
    while view.head[head] < head and view.base(head) in ("flat", "compound", "goeswith"):
        head = view.head[head]
    top, start = head, _words_from(view, head)
    node = head
    for _ in range(6):
        if start > 0 and view.word[start - 1] == ",":
            top = start
        up = view.head[node]
        if up == node or up > node or view.base(node) not in ("appos", "nmod", "flat", "dep", "list"):
            break
        if node == head and view.base(node) == "nmod" and view.case_of(node):
            head = up  # "a doctor at the clinic said": the doctor
        node = up
        left = _words_from(view, node)
        if left > 0 and view.word[left - 1] == "," and left < head:
            start = left
            top = start
    return (head, start) if start > 0 and view.word[start - 1] == "," and top >= 0 else None


def _words_from(view: View, i: int) -> int:
    """The first token of a subtree that is no comma."""
    first = view.left[i]
    while first < i and view.word[first] == ",":
        first += 1
    return first


def relative_head(view: View, verb: int) -> int | None:
    """The antecedent of the relative clause that a verb stands in, or None."""
    node = verb
    for _ in range(6):
        if view.dep[node].startswith("acl"):
            return _who_acts(view, view.head[node])
        if view.dep[node] not in ("conj", "xcomp", "ccomp", "advcl") or view.head[node] == node:
            return None
        node = view.head[node]
    return None


def _who_acts(view: View, i: int) -> int:
    """The body before "in PLACE, which says": a place in a body's phrase says nothing itself."""
    head = view.head[i]
    owner = view.mention[head]
    place = view.ent[i] in ("LOC", "GPE") and view.base(i) == "nmod" and view.case_of(i) in ("in", "at", "of") and head < i
    return head if place and owner is not None and owner.use == "actor" and "," in view.word[i + 1 : i + 4] else i


def agent_of(view: View, verb: int) -> int | None:
    """The by-phrase of a passive verb, or None."""
    for j in view.children[verb]:
        if view.low[j] in TIMES or view.tag[j] == "CD":
            continue
        if (view.dep[j] == "obl:agent" and view.case_of(j) in ("by", "")) or (
            view.base(j) in ("obl", "nmod") and view.case_of(j) == "by" and j > verb
        ):
            return j
    return None


def source_of(view: View, verb: int) -> int | None:
    """The head of the one who says it: the agent of a passive verb, else the subject; no expletives."""
    if view.passive(verb):
        return agent_of(view, verb)
    subject = subject_of(view, verb)
    if subject is None:
        if view.dep[verb] in ("parataxis", "ccomp", "root", "ROOT", "conj"):
            return _inverted(view, verb)
        return None
    if view.low[subject] in ("there", "what", "here"):
        return None
    return subject


def _inverted(view: View, verb: int) -> int | None:
    """The noun phrase right after a verb without subject ("said the mayor" read as an object)."""
    for j in view.children[verb]:
        near = j > verb and view.left[j] <= verb + 2 and view.base(j) in ("obj", "dep", "parataxis", "obl", "ccomp")
        if near and view.pos[j] in ("NOUN", "PROPN", "PRON") and not view.case_of(j):
            return j
    return None


def is_name(view: View, i: int) -> bool:
    """Whether a token heads a personal name."""
    mention = view.mention[i]
    if view.ent[i] in PERSONAL:
        return True
    if mention is not None and mention.form == "name":
        row = view.actors.get(mention.actor)
        return row is not None and row.type == "person"
    return False


def source_span(view: View, head: int) -> tuple[int, int, int]:
    """The mention of a source as ANNOTATION's edges have it: modifiers left of the head, no phrases right of it, a personal name
    before a title, coordinated sources together.

    Returns:
        First token, last token + 1, head token.
    """
    head = _of_whom(view, head)
    if not is_name(view, head):
        for j in view.children[head]:
            if j > head and view.base(j) in ("appos", "flat", "parataxis", "nmod", "dep", "list") and is_name(view, j):
                if view.base(j) == "flat" or (view.dep[j] in ("nmod", "nmod:desc") and view.case_of(j)):
                    continue
                if view.base(j) == "nmod" and view.dep[j] != "nmod:desc":
                    continue
                if any(view.low[k] == "," for k in range(head + 1, j)):
                    return _edges(view, j)
                first, last, _ = _edges(view, j)
                start, _, _ = _edges(view, head)
                return min(first, start), last, j
            if j > head and view.dep[j] == "appos" and not is_name(view, j):  # "Their chief, the Danish colonel Lars Holm,"
                name = next((k for k in view.children[j] if k > j and view.base(k) == "appos" and is_name(view, k)), None)
                if name is not None and not any(view.low[k] == "," for k in range(j + 1, name)):
                    return _edges(view, j)[0], _edges(view, name)[1], name
        name = _name_behind(view, head)
        if name is not None:
            return _edges(view, name)
    first, last, at = _edges(view, head)
    conjuncts = [j for j in view.children[head] if view.dep[j] == "conj" and j > head and not _alias(view, head, j)]
    if conjuncts and view.pos[conjuncts[-1]] in NOMINAL:
        _, end, _ = _edges(view, conjuncts[-1])
        if end - first <= 25:
            last = end
    return first, last, at


def _of_whom(view: View, head: int) -> int:
    """The people of whom a share is given ("two-thirds of voters"): a share says nothing itself."""
    if view.low[head] not in SHARES and not (view.low[head] == "cent" and head and view.low[head - 1] == "per"):
        return head
    return next((j for j in view.kids(head, "nmod") if j > head and view.case_of(j) == "of"), head)


def _alias(view: View, head: int, other: int) -> bool:
    """Whether a coordinated name is another name of the same ("the National Front, or FN")."""
    return any(view.low[k] == "or" for k in view.children[other]) and view.word[other].isupper()


def _name_behind(view: View, head: int) -> int | None:
    """A personal name behind a comma at the end of a noun phrase: "an adviser to the minister, Jane Roe,".

    The name is a person's by its entity or actor, or two capitalised words between commas, or between a comma and a verb.
    """
    for i in range(head + 2, min(view.n, head + 16)):
        if (
            view.sent[i] != view.sent[head]
            or view.verbal(i)
            or view.word[i] in (";", ":", ".")
            or view.quote[i] != view.quote[head]
        ):
            return None
        if view.word[i - 1] != "," or view.pos[i] != "PROPN":
            continue
        last = i
        while last < view.n and (
            view.pos[last] == "PROPN" or view.word[last] in ("-", "al", "bin", "ibn", "van", "de", "von", "el")
        ):
            last += 1
        closed = last < view.n and (view.word[last] in (",", ".") or view.verbal(last) or view.pos[last] == "AUX")
        if not closed or any(view.low[k] in ("and", "or") for k in view.children[i]):
            return None
        name = next((k for k in range(i, last) if not i <= view.head[k] < last), i)
        if view.ent[i] and view.ent[i] not in PERSONAL:
            return None
        mention = view.mention[name]
        row = view.actors.get(mention.actor) if mention is not None else None
        if row is not None and row.type not in ("person", "other"):
            return None
        if is_name(view, name) or (last - i >= 2 and view.pos[head] == "NOUN"):
            return name
        return None
    return None


def _edges(view: View, head: int) -> tuple[int, int, int]:
    """Left edge over contiguous modifiers, right edge over the parts of a name."""
    first = head
    for j in reversed([j for j in view.children[head] if j < head]):
        base = view.base(j)
        if base in ("punct", "cc", "case", "mark", "discourse", "advcl", "acl", "cop", "aux", "parataxis", "nsubj", "obl"):
            if base == "punct" and view.word[j] in ("-", "–", "'", "’", ".", '"', "“", "”", "/", "&"):
                first = min(first, j)
                continue
            if base == "case" and view.low[j] in ("'s", "'"):
                continue
            break
        if base == "advmod" and view.low[j] in ("however", "meanwhile", "also", "then", "yet", "still", "but", "later"):
            break
        if base == "appos" and view.word[j + 1 : j + 2] == [","]:
            break
        first = min(first, view.left[j])
    while first < head and (view.low[first] in _NO_START or not any(char.isalnum() for char in view.word[first])):
        first += 1
    if (
        first
        and view.tag[first - 1] in ("DT", "PRP$")
        and view.sent[first - 1] == view.sent[head]
        and view.head[first - 1] >= first
    ):
        first -= 1
    last = head + 1
    for j in view.children[head]:
        if j >= last and view.base(j) in ("flat", "compound", "goeswith", "fixed") and view.left[j] <= last:
            last = max(last, j + 1, *(view.right[k] for k in [j] if view.right[k] - j < 4))
        elif j == last and view.dep[j] in RIGHT_OF_NAME:
            last = j + 1
        elif (
            j > head and view.dep[j] == "appos" and view.left[j] == last and view.pos[j] == "PROPN" and view.pos[head] != "PROPN"
        ):
            last = j + 1
            named = view.mention[j]
            if named is not None and named.form in ("name", "acronym"):
                last = max(last, view.tokens(named.start, named.end)[1])
    while (
        last + 1 < view.n
        and view.pos[last - 1] == "PROPN"
        and (
            (view.word[last] == "-" and view.end[last - 1] == view.start[last] and view.end[last] == view.start[last + 1])
            or (last - 2 > head and view.word[last - 2] == "-" and view.pos[last] == "PROPN" and first <= view.head[last] < last)
        )
    ):  # "Jean-Marie Kasongo"
        last += 2 if view.word[last] == "-" else 1
    if first > 1 and view.low[first - 1] in ("'s", "’s") and view.sent[first - 1] == view.sent[head]:
        while first > 0 and (view.low[first - 1] in ("'s", "’s") or view.pos[first - 1] == "PROPN"):
            first -= 1  # "South Korea's joint chiefs", the possessor hung elsewhere
    last = _whole_name(view, head, last)
    mention = view.mention[head]
    if mention is not None and mention.form in ("name", "acronym"):
        start, end = view.tokens(mention.start, mention.end)
        if start >= first - 1 or end > last:
            first, last = min(first, start), max(last, end)
    if last < view.n and view.mention[last] is not None and view.pos[last] == "PROPN" and view.pos[head] == "NOUN":
        named = view.mention[last]
        if (
            named is not None
            and named.form in ("name", "acronym")
            and named.use == "actor"
            and mention is not None
            and named.actor == mention.actor
        ):
            return first, view.tokens(named.start, named.end)[1], head  # "the U.N. refugee agency UNHCR"
    if mention is None and view.ent[head]:
        while (
            last < view.n
            and view.doc[last].ent_iob_ == "I"
            and view.ent[last] == view.ent[head]
            and view.sent[last] == view.sent[head]
        ):
            last += 1
    return first, last, head


def _whole_name(view: View, head: int, last: int) -> int:
    """The end of a body's name that goes on behind a preposition: "the Ministry of Internal Affairs", "the Committee on Justice"."""
    if (
        last != head + 1
        or not view.word[head][:1].isupper()
        or not (view.low[head] in name_endings() or view.low[head] in BODIES)
    ):
        return last
    at = last
    for _ in range(3):
        start = at
        if (at < view.n and view.low[at] in ("of", "on", "for", "against")) or (
            at < view.n and view.low[at] == "and" and at > last
        ):
            at += 1
        else:
            break
        if at < view.n and view.low[at] == "the":
            at += 1
        begin = at
        while at < view.n and view.word[at][:1].isupper() and view.ent[at] not in PERSONAL and view.sent[at] == view.sent[head]:
            at += 1
            if at < view.n and view.low[at] in ("'s", "’s"):
                return last if start == last else start
        if at == begin or view.low[begin] in DATES or (at < view.n and view.word[at] == "-"):
            return start
    return at


_NO_START = frozenset(
    {
        "but",
        "and",
        "so",
        "meanwhile",
        "however",
        "also",
        "yet",
        "because",
        "as",
        "while",
        "when",
        "if",
        ",",
        "then",
        "still",
        "even",
        "only",
        "though",
        "although",
        "that",
    }
)


def cue_span(view: View, first: int, last: int) -> list[int]:
    """Offsets of the tokens [first, last)."""
    return [view.start[first], view.end[last - 1]]
