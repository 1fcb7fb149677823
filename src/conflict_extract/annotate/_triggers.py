"""Finds the triggers of events: which words, which entry of the table, at which token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conflict_extract.annotate._arcs import SUBJECTS, Arcs
from conflict_extract.lexicons.events import LightVerb, Rows, Trigger, light_verbs, trigger_index, word_classes

WINDOW = 12  # tokens on either side of a trigger's first word that hold its other words
NAMES = frozenset({"PERSON", "PER", "ORG", "GPE", "NORP", "LOC"})
PEOPLE = frozenset({"PERSON", "PER", "NORP"})
SITES = frozenset({"GPE", "LOC", "FAC"})


@dataclass(slots=True)
class Found:
    """A trigger in a text.

    Attributes:
        token: index of its head token. tokens: indices of all its words. entry: the table's line. light, light_entry: the light verb
        that governs the event noun, if any.
    """

    token: int
    tokens: frozenset[int]
    entry: Trigger
    light: int | None = None
    light_entry: LightVerb | None = None
    agents: list[int] = field(default_factory=list)
    patients: list[int] = field(default_factory=list)


class Classes:
    """Whether a token belongs to a word class that conditions name."""

    def __init__(self, arcs: Arcs, actor_tokens: frozenset[int]) -> None:
        self.arcs = arcs
        self.table = word_classes()
        self.actors = actor_tokens
        self.ents = arcs.ent
        self.labels: dict[int, frozenset[str]] = {}
        self.subjects: dict[int, tuple[int | None, bool]] = {}

    def of(self, i: int) -> frozenset[str]:
        """Classes of the token in the table, by lemma or form."""
        arcs = self.arcs
        if arcs.pos[i] == "PROPN" and self.ents[i] and not arcs.word[i].isupper():
            if i > 0 and arcs.sent[i] == arcs.sent[i - 1]:
                return frozenset()
            return self.table.get(arcs.lower[i]) or self.table.get(arcs.lower[i].removesuffix("s")) or frozenset()
        return self.table.get(arcs.lemma[i]) or self.table.get(arcs.lower[i]) or frozenset()

    def fits(self, i: int, wanted: tuple[str, ...]) -> bool:
        """Whether the token (or what it counts) is one of the wanted lemmas or in one of the wanted classes."""
        labels = self.labels.get(i)
        if labels is None:
            labels = self.labels[i] = self._labels(self.arcs.counted(self.arcs.antecedent(i))[0])
        return not labels.isdisjoint(wanted)

    def _labels(self, i: int) -> frozenset[str]:
        """What conditions can call a noun: its lemma and form, and in capitals its classes and ANY."""
        arcs, ent, classes = self.arcs, self.ents[i], self.of(i)
        labels = {arcs.lemma[i], arcs.lower[i], "ANY", *classes}
        if ent in PEOPLE or (arcs.pos[i] == "NUM" and arcs.base[i] != "nummod"):
            labels.add("PERSON")
        if ent in SITES:
            labels.add("PLACE")
        if i in self.actors and ent in ("ORG", "NORP"):
            labels.add("ARMED")
        if i in self.actors or ent in NAMES or not classes.isdisjoint(("PERSON", "ARMED", "OFFICE")):
            labels.add("ACTOR")
        return frozenset(labels)

    def subject(self, i: int) -> tuple[int | None, bool]:
        """`Arcs.subject`, remembered."""
        known = self.subjects.get(i)
        if known is None:
            known = self.subjects[i] = self.arcs.subject(i)
        return known


def find(arcs: Arcs, classes: Classes) -> list[Found]:
    """All triggers of a document, in order of token, without overlaps (more words win, then more conditions)."""
    index = trigger_index()
    used: set[int] = set()
    found: list[Found] = []
    candidates = [
        (i, _rows(index, lemma, lower))
        for i, (lemma, lower) in enumerate(zip(arcs.lemma, arcs.lower, strict=True))
        if lemma in index or lower in index
    ]

    def take(i: int, rows: Iterable[Trigger]) -> None:
        for row in rows:
            tokens = _match(arcs, classes, i, row)
            if tokens is not None and not tokens & used:
                used.update(tokens)
                found.append(Found(_head(arcs, tokens) if row.pos != "verb" else i, tokens, row))
                return

    present = {*arcs.lemma, *arcs.lower}
    seconds: dict[str, list[tuple[Rows, set[str]]]] = {}
    for i, heads in candidates:
        key = arcs.lower[i] + " " + arcs.lemma[i]
        alive = seconds.get(key)
        if alive is None:
            alive = seconds[key] = [(rows, words) for rows in heads if (words := rows.phrases.keys() & present)]
        if alive and i not in used:
            take(i, _phrases(arcs, i, alive))
    for i, heads in candidates:
        if i in used:
            continue
        singles = _singles(heads, arcs.pos[i])
        if singles and _nominal(arcs, i):
            singles.sort(key=lambda row: row.frame != "n.self")
        take(i, singles)
    found = [item for item in found if item.entry.type != "other"]  # "took part", "a shot in the arm": their words are taken
    found.sort(key=lambda item: item.token)
    lights = _lights(arcs)
    for item in found:
        if item.entry.pos == "noun" and item.entry.reports:
            item.light, item.light_entry = _light(arcs, lights, item)
    return found


def _rows(index: Mapping[str, Rows], lemma: str, lower: str) -> list[Rows]:
    """Entries that begin with this word."""
    return [rows for word in ((lemma,) if lemma == lower else (lemma, lower)) if (rows := index.get(word)) is not None]


def _singles(heads: Sequence[Rows], pos: str) -> list[Trigger]:
    """Entries of one word that a token with this part of speech can be."""
    found: list[Trigger] = []
    for rows in heads:
        if pos in ("VERB", "NOUN"):  # an infinitive may be tagged as a noun
            found += rows.verbs
        found += rows.others
    return found


def _phrases(arcs: Arcs, i: int, heads: Sequence[tuple[Rows, set[str]]]) -> list[Trigger]:
    """Entries of several words whose words stand near the token, the longest and most conditioned first.

    Args:
        arcs: the tree. i: the token. heads: entries that begin with it, with those second words that the text has.
    """
    low, high = max(0, i - WINDOW), i + WINDOW + 1
    near = {*arcs.lemma[low:high], *arcs.lower[low:high]}
    hits = [hit for rows, words in heads for word in near & words for hit in rows.phrases[word]]
    return [row for _, row in sorted(hits, key=lambda hit: hit[0]) if near.issuperset(row.lemmas)]


def _match(arcs: Arcs, classes: Classes, i: int, row: Trigger) -> frozenset[int] | None:
    """Tokens of the entry at this token, or None when it does not fit."""
    pos, tag = arcs.pos[i], arcs.tag[i]
    if row.pos == "verb":
        infinitive = pos == "NOUN" and (mark := arcs.child(i, "mark")) is not None and arcs.lower[mark] == "to"
        if pos not in ("VERB", "AUX") and not infinitive:
            return None
        if len(row.lemmas) == 1 and pos == "AUX":
            return None
        tokens = _phrase(arcs, i, row.lemmas)
    else:
        if len(row.lemmas) == 1:
            if row.pos == "noun" and (
                pos != "NOUN"
                and not (pos == "PROPN" and arcs.word[i].isupper())  # an acronym ("IDP", "FIR")
                and not (pos in ("ADJ", "VERB") and row.frame == "n.self" and _nominal(arcs, i))
            ):
                return None
            if row.pos == "adj" and not (pos == "ADJ" or (pos == "VERB" and tag in ("VBN", "VBG") and _adjectival(arcs, i))):
                return None
            tokens = frozenset({i})
        elif row.frame == "n.state":
            tokens = _state(arcs, i, row.lemmas)
        else:
            tokens = _run(arcs, i, row.lemmas)
    if tokens is None:
        return None
    if row.without and _without(arcs, i, row.without):
        return None
    if row.object and row.pos == "verb" and not _holds(classes, row.object, _object(arcs, classes, i, tokens)):
        return None
    if row.subject and not _holds(classes, row.subject, _subject(arcs, classes, i)):
        return None
    if row.oblique and not _oblique(arcs, classes, i, tokens, row):
        return None
    return tokens


def _without(arcs: Arcs, i: int, words: tuple[str, ...]) -> bool:
    """Whether one of the words depends on the token, or stands before its object."""
    for kid in arcs.kids[i]:
        if arcs.lemma[kid] in words or arcs.lower[kid] in words:
            return True
        if arcs.base[kid] == "obj" and any(
            arcs.lemma[k] in words for k in arcs.kids[kid] if arcs.base[k] in ("compound", "amod")
        ):
            return True
    return False


def _nominal(arcs: Arcs, i: int) -> bool:
    """Whether an adjective stands for people ("the wounded", "12 injured")."""
    return arcs.base[i] in ("nsubj", "obj", "obl", "nmod", "conj", "root", "appos") and any(
        arcs.base[kid] in ("det", "nummod") for kid in arcs.kids[i]
    )


def _adjectival(arcs: Arcs, i: int) -> bool:
    """Whether a participle is used like an adjective ("burnt-out huts", "nine are missing")."""
    return arcs.dep[i] == "amod" or arcs.child(i, "obj", "aux:pass", "nsubj:pass") is None


def _holds(classes: Classes, wanted: tuple[str, ...], node: int | None) -> bool:
    if node is None:
        return "NONE" in wanted
    return classes.fits(node, wanted)


def _object(arcs: Arcs, classes: Classes, i: int, tokens: frozenset[int]) -> int | None:
    """The object, or the passive subject, or the noun that a participle modifies; words of the trigger are none."""
    own = arcs.child(i, "obj")
    if own is not None and own not in tokens:
        return own
    if own is not None:
        inner = next((kid for kid in arcs.kids[own] if arcs.base[kid] == "nmod" and arcs.case(kid) == "of"), None)
        return inner
    subject, passive = classes.subject(i)
    if passive:
        return subject
    if arcs.dep[i] == "acl:relcl" and arcs.child(i, *SUBJECTS) is not None and arcs.antecedent_is_object(i):
        return arcs.head[i]
    return None


def _subject(arcs: Arcs, classes: Classes, i: int) -> int | None:
    """The active subject of a verb; of a noun or adjective the subject of its copula or the noun that it modifies."""
    node, passive = classes.subject(i)
    if passive:
        return arcs.child(i, "obl:agent")
    return node


def _oblique(arcs: Arcs, classes: Classes, i: int, tokens: frozenset[int], row: Trigger) -> bool:
    """Whether a dependent with the entry's preposition fits."""
    for node in {i, *tokens}:
        for kid in arcs.kids[node]:
            if kid in tokens or arcs.base[kid] not in ("obl", "nmod", "advcl"):
                continue
            case = arcs.case(kid)
            if row.preposition is None:
                if case is None and arcs.base[kid] != "obl":
                    continue
            elif row.preposition not in arcs.cases(kid):
                continue
            if classes.fits(kid, row.oblique):
                return True
    if row.pos == "noun" and row.preposition in ("of", "from"):
        owner = arcs.child(i, "nmod:poss")
        return owner is not None and classes.fits(owner, row.oblique)
    return False


def _phrase(arcs: Arcs, i: int, lemmas: tuple[str, ...]) -> frozenset[int] | None:
    """A verb with further words among its children and their children (of a passive, the subject's too)."""
    if len(lemmas) == 1:
        return frozenset({i})
    tokens = [i]
    left = list(lemmas[1:])
    while left:
        near = [n for n in _near(arcs, tokens) if n not in tokens and abs(n - i) <= WINDOW and _joined(arcs, n, lemmas)]
        hit = next(((n, word) for word in left for n in near if arcs.lemma[n] == word or arcs.lower[n] == word), None)
        if hit is None:
            return None
        tokens.append(hit[0])
        left.remove(hit[1])
    return frozenset(tokens)


def _joined(arcs: Arcs, i: int, lemmas: tuple[str, ...]) -> bool:
    """Whether no preposition that the phrase does not have parts the word from it ("flew home", not "flew over his home")."""
    if arcs.base[i] != "obl":
        return True
    case = arcs.case(i)
    return case is None or case in lemmas


def _near(arcs: Arcs, tokens: Sequence[int]) -> Iterator[int]:
    """Where the next word of a trigger may stand: below its words so far, or as the preposition of what stands there."""
    for node in tokens:
        for kid in arcs.kids[node]:
            if arcs.base[kid] not in ("conj", "advcl", "parataxis", "punct", "acl") and arcs.dep[kid] != "nsubj":
                yield kid
            if arcs.base[kid] in ("obl", "nmod", "advcl") and not arcs.is_time(kid):
                yield from (inner for inner in arcs.kids[kid] if arcs.base[inner] in ("case", "mark"))
            if arcs.base[kid] == "obj" or (arcs.dep[kid] == "advmod" and kid > node):
                yield from (inner for inner in arcs.kids[kid] if arcs.base[inner] in ("compound", "amod", "advmod", "fixed"))


def _run(arcs: Arcs, i: int, lemmas: tuple[str, ...]) -> frozenset[int] | None:
    """Adjacent words (a hyphen between them does not matter)."""
    j = i
    tokens: set[int] = set()
    for word in lemmas:
        if j < len(arcs.lower) and arcs.lower[j] == "-" and tokens:
            tokens.add(j)
            j += 1
        if j >= len(arcs.lower) or not (arcs.lemma[j] == word or arcs.lower[j] == word):
            return None
        tokens.add(j)
        j += 1
    if all(arcs.pos[k] in ("VERB", "AUX", "ADP", "DET") and arcs.tag[k] != "VBG" for k in tokens if k == j - 1):
        return None
    return frozenset(tokens)


def _state(arcs: Arcs, i: int, lemmas: tuple[str, ...]) -> frozenset[int] | None:
    """A preposition and its noun, whatever stands between ("under rebel control")."""
    noun = arcs.head[i]
    if arcs.base[i] != "case" or arcs.lower[i] != lemmas[0] or not i < noun <= i + 5:
        return _run(arcs, i, lemmas)
    return frozenset({i, noun}) if arcs.lemma[noun] == lemmas[1] or arcs.lower[noun] == lemmas[1] else None


def _head(arcs: Arcs, tokens: frozenset[int]) -> int:
    """The token of the range whose head lies outside (the last, when several do)."""
    outside = [i for i in tokens if arcs.head[i] not in tokens or arcs.head[i] == i]
    nouns = [i for i in outside if arcs.pos[i] in ("NOUN", "PROPN", "ADJ", "VERB")]
    return max(nouns or outside or tokens)


def _lights(arcs: Arcs) -> dict[int, tuple[LightVerb, ...]]:
    """Light verbs by token."""
    table = light_verbs()
    found: dict[int, tuple[LightVerb, ...]] = {}
    for i, lemma in enumerate(arcs.lemma):
        rows = table.get(lemma)
        if rows and arcs.pos[i] in ("VERB", "AUX"):
            fitting = tuple(row for row in rows if _phrase(arcs, i, tuple(row.words.split(" "))) is not None)
            if fitting:
                found[i] = fitting
    return found


def _light(arcs: Arcs, lights: dict[int, tuple[LightVerb, ...]], item: Found) -> tuple[int | None, LightVerb | None]:
    """The light verb that governs an event noun."""
    noun = item.token
    for _ in range(3):
        if arcs.dep[noun] != "conj":
            break
        noun = arcs.head[noun]
    verb, dep = arcs.head[noun], arcs.dep[noun]
    if dep == "nmod" and arcs.case(noun) == "of" and arcs.lemma[verb] in _CONTAINERS:
        noun, dep, verb = verb, arcs.dep[verb], arcs.head[verb]
    place: tuple[str, str | None]
    if dep == "obj" or (dep in ("nsubj:pass",) and verb in lights):
        place = ("object", None)
    elif dep == "nsubj":
        place = ("subject", None)
    elif arcs.base[noun] == "obl":
        place = ("oblique", arcs.case(noun))
    else:
        place = ("none", None)
    for row in lights.get(verb, ()):
        if row.event_in == place[0] and row.preposition == place[1]:
            return verb, row
    for kid in arcs.kids[item.token]:
        if arcs.dep[kid] in ("acl", "acl:relcl") and kid in lights and arcs.passive(kid):
            for row in lights[kid]:
                if row.event_in == "object":
                    return kid, row
    return None, None


_CONTAINERS = frozenset(
    [
        "series",
        "wave",
        "round",
        "spate",
        "number",
        "string",
        "total",
        "pair",
        "act",
        "campaign",
        "kind",
        "form",
        "case",
        "policy",
        "phase",
        "stage",
        "part",
    ]
)
