"""Cues of attribution: verbs with their frames and acts, and nouns, adjectives and phrases that report speech or thought.

Tables: `data/cues_verbs.jsonl` (`VerbCue`) and `data/cues_other.jsonl` (`OtherCue`), both written for this library and listed in
SOURCES.md. Verbs are found by surface form, not by lemma, so that the index works behind any lemmatizer: regular forms are
spelt out here, irregular ones stand in the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from conflict_extract.lexicons.loader import Entry, load_table

Act = Literal[
    "statement",
    "announcement",
    "confirmation",
    "estimate",
    "opinion",
    "accusation",
    "denial",
    "demand",
    "commitment",
    "threat",
    "question",
]

FRAME_PATTERN = (
    r"^(quote|that|wh|to|ecm|np|ing|as|pred|at|responsible|raise|saying|figure|plea|obj_that|obj_wh|obj_to"
    r"|p:[a-z]+(\+to|\+for|\+over)?|obj_p:[a-z]+|p_obj:[a-z]+|both:[a-z]+)$"
)
Frame = Annotated[str, StringConstraints(pattern=FRAME_PATTERN)]
Limit = Literal["speech", "number", "document", "deadline"]


class VerbCue(Entry):
    """A verb that reports what somebody says or thinks.

    Attributes:
        lemma, particle: the verb and its particle, adjective or noun, if any ("rule" "out", "make" "clear").
        forms: irregular forms (or doubled consonants); the regular ones need not be given.
        act: the act when no frame says otherwise.
        frames: complement pattern -> act. `quote` direct speech; `that` finite clause; `wh` indirect question; `to` infinitive of
            the same subject; `ecm` object and infinitive as one content ("wants the base to close"); `np` noun phrase; `ing`
            gerund; `as` object and as-phrase; `pred` object and predicate; `at` object and at-phrase; `raise` passive with
            infinitive ("is believed to"); `saying` "quoted X as saying"; `figure` a number given anew ("corrected the toll to 58");
            `plea` before a court ("pleaded not guilty"); `obj_that`, `obj_wh`, `obj_to` the same after an object that
            is addressed; `p:for` prepositional content, `p:on+to` prepositional target and infinitive, `p:to+for` prepositional
            target and content after a second preposition; `obj_p:of` object is the target, content in the of-phrase; `p_obj:on`
            object is the content, target in the on-phrase; `both:to` object and phrase together are the content.
        weak: frames that count only when the learned spans or quotation marks agree.
        limits: frame -> what its content or source must be: `speech` (content headed by a noun of saying), `number` (content
            with a number), `document` (source is a text or study), `deadline` (with the time given: "gave X until noon to leave").
        neutral: the wording of the content decides the act.
        addressee: its object is told something, and is not accused or urged.
        addressed: its object is the target also without a frame that says so ("thanked the sappers for").
    """

    lemma: str
    particle: str | None = None
    forms: tuple[str, ...] = ()
    act: Act
    frames: dict[Frame, Act] = Field(min_length=1)
    weak: tuple[Frame, ...] = ()
    limits: dict[Frame, Limit] = Field(default_factory=dict)
    neutral: bool = False
    addressee: bool = False

    @property
    def name(self) -> str:
        """The entry's name in evidence: lemma and particle."""
        return f"{self.lemma} {self.particle}" if self.particle else self.lemma


class OtherCue(Entry):
    """A noun, adjective or fixed phrase that reports what somebody says or thinks.

    Attributes:
        form: the lemma of a noun or adjective, or the words of a phrase; in phrases with a possessor `'s` marks its place.
        kind: noun, adjective, phrase.
        act: the act; `acts` gives others by frame.
        frames: for nouns and adjectives `that`, `wh`, `to`, or a preposition (`of`, `for`, `about`); for phrases `right` (the source follows)
            or `possessive`.
        weak: counts only when the learned spans agree.
        neutral: the wording of the content decides the act.
    """

    form: str
    kind: Literal["noun", "adjective", "phrase"]
    act: Act
    frames: tuple[str, ...] = Field(min_length=1)
    acts: dict[str, Act] = Field(default_factory=dict)
    weak: bool = False
    neutral: bool = False


@lru_cache(maxsize=1)
def verb_cues() -> tuple[VerbCue, ...]:
    """The table of verbs."""
    return load_table("cues_verbs", VerbCue)


@lru_cache(maxsize=1)
def other_cues() -> tuple[OtherCue, ...]:
    """The table of nouns, adjectives and phrases."""
    return load_table("cues_other", OtherCue)


_DOUBLING = re.compile(r"^[^aeiou]*[aeiou][bdgmnprt]$")


def inflect(lemma: str, irregular: tuple[str, ...] = ()) -> set[str]:
    """All forms of a regular verb, and the irregular ones given; British and American spellings.

    >>> sorted(inflect("deny"))
    ['denied', 'denies', 'deny', 'denying']
    >>> sorted(inflect("say", ("said",)))
    ['said', 'say', 'saying', 'says']
    """
    forms = {lemma, *irregular}
    if lemma.endswith(("s", "x", "z", "ch", "sh")):
        forms.add(lemma + "es")
    elif lemma.endswith("y") and lemma[-2] not in "aeiou":
        forms.add(lemma[:-1] + "ies")
    else:
        forms.add(lemma + "s")
    past = any(form not in (lemma,) and not form.endswith("ing") for form in irregular)
    if lemma.endswith("ie"):
        forms.add(lemma[:-2] + "ying")
    elif lemma.endswith("e") and not lemma.endswith("ee"):
        forms.add(lemma[:-1] + "ing")
    elif not _DOUBLING.match(lemma):
        forms.add(lemma + "ing")
    if not past:
        if lemma.endswith("e"):
            forms.add(lemma + "d")
        elif lemma.endswith("y") and lemma[-2] not in "aeiou":
            forms.add(lemma[:-1] + "ied")
        elif not _DOUBLING.match(lemma):
            forms.add(lemma + "ed")
    if _DOUBLING.match(lemma):
        forms.add(lemma + lemma[-1] + "ing")
        if not past:
            forms.add(lemma + lemma[-1] + "ed")
    if lemma.endswith("l") and lemma[-2] in "aeiou":
        forms |= {lemma + "led", lemma + "ling"}
    return forms


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


@dataclass(frozen=True, slots=True)
class CueIndex:
    """Lookups by lower-cased surface form.

    Attributes:
        verbs: form -> entries without a particle. particles: (form, particle) -> entry.
        nouns, adjectives: form (singular or plural) -> entry.
        phrases: first word -> entries, longest first.
        bases: form -> lemma, for all verbs.
    """

    verbs: dict[str, VerbCue]
    particles: dict[str, dict[str, VerbCue]]
    nouns: dict[str, OtherCue]
    adjectives: dict[str, OtherCue]
    phrases: dict[str, tuple[OtherCue, ...]]


@lru_cache(maxsize=1)
def cue_index() -> CueIndex:
    """The index over both tables, built once per process."""
    verbs: dict[str, VerbCue] = {}
    particles: dict[str, dict[str, VerbCue]] = {}
    for verb in verb_cues():
        for form in inflect(verb.lemma, verb.forms):
            if verb.particle:
                particles.setdefault(form, {})[verb.particle] = verb
            elif form not in verbs or form == verb.lemma:
                verbs[form] = verb
    nouns: dict[str, OtherCue] = {}
    adjectives: dict[str, OtherCue] = {}
    phrases: dict[str, list[OtherCue]] = {}
    for other in other_cues():
        if other.kind == "noun":
            nouns[other.form] = nouns[plural(other.form)] = other
        elif other.kind == "adjective":
            adjectives[other.form] = other
        else:
            phrases.setdefault(other.form.split()[0], []).append(other)
    ordered = {first: tuple(sorted(items, key=lambda item: -len(item.form.split()))) for first, items in phrases.items()}
    return CueIndex(verbs, particles, nouns, adjectives, ordered)
