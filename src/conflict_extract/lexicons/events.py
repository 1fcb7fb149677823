"""Tables of the event component: triggers, frames, word classes, light verbs, codes of sayings, cues of responsibility.

The event types are those of the annotation scheme, the coarse codes PLOVER's types and modes, the fine ones ACLED's events and
sub-events. `data/triggers.jsonl` says which words report which event, `data/frames.jsonl` where a word's agent and patient stand
in a Universal Dependencies tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import Entry, load_table

EventType = Literal[
    "killing", "injury", "displacement", "return", "detention", "abduction", "missing", "attack", "mobilization",
    "territorial_control", "surrender", "ceasefire", "negotiation", "agreement", "aid", "sanction", "protest", "rights_abuse",
    "destruction", "legal_action", "political", "population", "other",
]  # fmt: skip
Plover = Literal[
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST",
    "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "RETREAT",
]  # fmt: skip
ACLED: Mapping[str, frozenset[str]] = {
    "Battles": frozenset(
        {"Armed clash", "Government regains territory", "Non-state actor overtakes territory"},
    ),
    "Explosions/Remote violence": frozenset(
        {
            "Air/drone strike",
            "Chemical weapon",
            "Grenade",
            "Remote explosive/landmine/IED",
            "Shelling/artillery/missile attack",
            "Suicide bomb",
        }
    ),
    "Violence against civilians": frozenset({"Abduction/forced disappearance", "Attack", "Sexual violence"}),
    "Protests": frozenset({"Excessive force against protesters", "Peaceful protest", "Protest with intervention"}),
    "Riots": frozenset({"Mob violence", "Violent demonstration"}),
    "Strategic developments": frozenset(
        {
            "Agreement",
            "Arrests",
            "Change to group/activity",
            "Disrupted weapons use",
            "Headquarters or base established",
            "Looting/property destruction",
            "Non-violent transfer of territory",
            "Other",
        }
    ),
}
MODES: Mapping[str, frozenset[str]] = {
    "PROTEST": frozenset({"demo", "riot", "strike", "hunger", "boycott", "obstruct"}),
    "SANCTION": frozenset({"convict", "expel", "withdraw", "discontinue"}),
    "COERCE": frozenset(
        {"seize", "restrict", "ban", "censor", "martial-law", "curfew", "arrest", "deport", "withhold", "misinform", "cyber"}
    ),
    "ASSAULT": frozenset(
        {
            "abduct",
            "aerial",
            "beat",
            "chemical",
            "cleansing",
            "drone",
            "execute",
            "explosives",
            "firearms",
            "heavy-weapons",
            "primitive",
            "sexual",
            "suicide-attack",
            "torture",
        }
    ),
    "MOBILIZE": frozenset({"troops", "weapons", "police", "militia"}),
    "RETREAT": frozenset({"withdraw", "release", "return", "disarm", "ceasefire", "access", "resign"}),
    "CONSULT": frozenset({"visit", "third-party", "multilateral", "phone"}),
    "REQUEST": frozenset({"assist", "change", "yield", "meet"}),
    "REJECT": frozenset({"assist", "change", "yield", "meet"}),
    "AGREE": frozenset({"assist", "change", "yield", "meet", "settle", "mediate"}),
    "THREATEN": frozenset({"restrict", "relations", "violence", "sanction"}),
    "AID": frozenset({"humanitarian", "military", "economic", "asylum"}),
}
Role = Literal["agent", "patient", "both", "none"]
Class = Literal[
    "person", "place", "weapon", "structure", "armed", "office", "paper", "aircraft", "cargo",
    "migrant", "court", "case", "ruler", "crowd", "envoy",
]  # fmt: skip


class Frame(Entry):
    """Where the roles of a trigger stand in the tree.

    Attributes:
        frame: its name.
        subject, object, passive: role of the active subject, the object, the passive subject of a verb.
        possessive, modifier: role of "X's attack" and of an actor's name or demonym before the noun ("Russian attack").
        prepositions: role of each oblique or nominal modifier by its preposition.
        itself: role of the trigger's own noun phrase ("hostages").
        gloss: what the frame is for.
    """

    frame: str
    subject: Role = "none"
    object: Role = "none"
    passive: Role = "none"
    possessive: Role = "none"
    modifier: Role = "none"
    prepositions: dict[str, Role] = Field(default_factory=dict)
    itself: Role = "none"
    gloss: str


class Trigger(Entry):
    """A word or words that report an event.

    Attributes:
        words: lemmas, separated by blanks; for a verb of several words the first is the verb and the others stand in its subtree.
            Hyphens are left out ("car bomb" is "car-bomb" too: the tokenizer parts them). In the table "|" divides phrases that share the rest of the line; `triggers()` gives one row for each.
        pos: verb, noun or adj (a participle or adjective that says the same: "wounded").
        type: the event type; `other` for words that report nothing ("took part", "storms hit"), so that no other entry takes them.
        plover, mode: PLOVER type and mode, where one fits.
        acled: ACLED event and sub-event, where one fits.
        frame: name of a row of `frames`.
        weight: how surely the word is what its clause is about (1: "kill"; 0.3: "operation"), a factor of `salience`.
        reports: whether a clause with it as predicate (or as noun under a light verb) reports an event.
        object, subject, oblique: conditions: the word has such a dependent, and its head is in one of these classes or is one of
            these lemmas. A class name is written in capitals ("PERSON"); ACTOR is a mention of an actor or a name, ANY any
            dependent, NONE that there is none.
        preposition: the preposition of `oblique`; without it any will do.
        without: the word does not count when one of these lemmas depends on it ("court" of "hit").
    """

    words: str = Field(pattern=r"^[a-z0-9][a-z0-9'&]*([ |][a-z0-9'&]+)*$")
    pos: Literal["verb", "noun", "adj"]
    type: EventType
    plover: Plover | None = None
    mode: str | None = None
    acled: tuple[str, str] | None = None
    frame: str
    weight: float = Field(1.0, gt=0.0, le=1.0)
    reports: bool = True
    object: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    oblique: tuple[str, ...] = ()
    preposition: str | None = None
    without: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _codes(self) -> Self:
        if self.mode is not None and self.mode not in MODES.get(self.plover or "", ()):
            raise ValueError(f"{self.words}: {self.mode!r} is no mode of {self.plover}")
        if self.acled is not None and self.acled[1] not in ACLED.get(self.acled[0], ()):
            raise ValueError(f"{self.words}: {self.acled[1]!r} is no sub-event of {self.acled[0]!r}")
        return self

    def phrases(self) -> tuple[Trigger, ...]:
        """One row for each phrase of `words`."""
        if "|" not in self.words:
            return (self,)
        return tuple(self.model_copy(update={"words": phrase}) for phrase in self.words.split("|"))

    @cached_property
    def lemmas(self) -> tuple[str, ...]:
        """The lemmas of `words`."""
        return tuple(self.words.split(" "))

    @property
    def id(self) -> str:
        """Name of the entry as evidence: "kill/verb/killing"."""
        return f"{self.words}/{self.pos}/{self.type}"


class WordClass(Entry):
    """A class of nouns that conditions of triggers name: lemma and class."""

    lemma: str
    word_class: Class


class LightVerb(Entry):
    """A verb that adds little to the event noun that it takes: "launch an attack", "the fighting resumed".

    Attributes:
        words: as in Trigger.
        event_in: where the event noun stands: object, subject or the oblique of a preposition.
        agent: whether the verb's subject is the agent of the event noun.
        status: status that the verb gives the event ("prevent an attack": denied; "plan an attack": planned), or None.
        reports: whether the verb and the noun together report an event.
    """

    words: str
    event_in: Literal["object", "subject", "oblique"]
    preposition: str | None = None
    agent: bool = False
    status: Literal["asserted", "denied", "planned", "demanded", "possible"] | None = None
    reports: bool = True


class PloverAct(Entry):
    """PLOVER code of a saying, by its act, and by cue or event when they say more.

    Attributes:
        act: the annotation scheme's act.
        cues: lemmas of the cue; empty: any cue.
        events: event types of the content's main event; empty: any.
        plover: the code, or None when PLOVER has none for it (neutral statements).
        example: a sentence.
    """

    act: str
    cues: tuple[str, ...] = ()
    events: tuple[EventType, ...] = ()
    plover: Plover | None
    example: str


class ResponsibilityCue(Entry):
    """Words that say who answers for an event.

    Attributes:
        words: lemmas in order, alternatives divided by "|"; `*` stands for up to four words.
        value: own (the source did it), other (somebody else did) or disclaimed (the source says that it did not).
        positive, negative: a sentence in which the words decide so, and one in which they do not.
    """

    words: str
    value: Literal["own", "other", "disclaimed"]
    positive: str
    negative: str

    @cached_property
    def parts(self) -> tuple[frozenset[str] | None, ...]:
        """The words, read; None is the placeholder."""
        return tuple(None if part == "*" else frozenset(part.lower().split("|")) for part in self.words.split(" "))


@lru_cache(maxsize=1)
def frames() -> Mapping[str, Frame]:
    """Frames by name."""
    return {frame.frame: frame for frame in load_table("frames", Frame)}


@lru_cache(maxsize=1)
def word_classes() -> Mapping[str, frozenset[str]]:
    """Lemma -> its classes, in capitals as conditions name them."""
    found: dict[str, set[str]] = {}
    for row in load_table("word_classes", WordClass):
        found.setdefault(row.lemma, set()).add(row.word_class.upper())
    return {lemma: frozenset(classes) for lemma, classes in found.items()}


@lru_cache(maxsize=1)
def triggers() -> tuple[Trigger, ...]:
    """All triggers.

    Raises:
        LexiconError: two lines are the same, a frame is unknown, or a condition names an unknown class.
    """
    rows = tuple(row for line in load_table("triggers", Trigger) for row in line.phrases())
    known = frames()
    classes = {name.upper() for name in get_args(Class)}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        if row.frame not in known:
            raise LexiconError(f"triggers.jsonl: {row.words}: unknown frame {row.frame!r}")
        key = (row.words, row.pos, *row.object, "/", *row.subject, "/", *row.oblique, "/", row.preposition or "")
        if key in seen:
            raise LexiconError(f"triggers.jsonl: {row.words} ({row.pos}) is there twice with the same conditions")
        seen.add(key)
        for name in (*row.object, *row.subject, *row.oblique):
            if name.isupper() and name not in classes | {"ACTOR", "ANY", "NONE"}:
                raise LexiconError(f"triggers.jsonl: {row.words}: unknown class {name!r}")
    return rows


@dataclass(slots=True)
class Rows:
    """The triggers that begin with one lemma.

    Attributes:
        verbs, others: those of one word, the most conditioned first. phrases: second word -> those of several words with their rank
        (the longest and most conditioned first).
    """

    verbs: list[Trigger] = field(default_factory=list)
    others: list[Trigger] = field(default_factory=list)
    phrases: dict[str, list[tuple[int, Trigger]]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def trigger_index() -> Mapping[str, Rows]:
    """First lemma -> triggers."""

    def order(row: Trigger) -> tuple[int, int, int]:
        conditions = (row.object, row.subject, row.oblique)
        classes = sum(name.isupper() and name != "NONE" for names in conditions for name in names)
        loose = 10 if row.object == ("ANY",) and not row.subject else 0
        return -len(row.lemmas), loose - sum(map(bool, conditions)), classes

    found: dict[str, Rows] = {}
    for rank, row in enumerate(sorted(triggers(), key=order)):
        rows = found.setdefault(row.lemmas[0], Rows())
        if len(row.lemmas) > 1:
            rows.phrases.setdefault(row.lemmas[1], []).append((rank, row))
        else:
            (rows.verbs if row.pos == "verb" else rows.others).append(row)
    return found


@lru_cache(maxsize=1)
def trigger_by_id() -> Mapping[str, Trigger]:
    """Evidence id -> trigger (the first of those that differ only in conditions)."""
    found: dict[str, Trigger] = {}
    for row in triggers():
        found.setdefault(row.id, row)
    return found


@lru_cache(maxsize=1)
def light_verbs() -> Mapping[str, tuple[LightVerb, ...]]:
    """First lemma -> light verbs, the longest first."""
    found: dict[str, list[LightVerb]] = {}
    for row in load_table("light_verbs", LightVerb):
        found.setdefault(row.words.split(" ")[0], []).append(row)
    return {lemma: tuple(sorted(rows, key=lambda row: -len(row.words.split(" ")))) for lemma, rows in found.items()}


@lru_cache(maxsize=1)
def plover_acts() -> tuple[PloverAct, ...]:
    """Codes of sayings; the most conditioned first."""
    return tuple(sorted(load_table("plover_acts", PloverAct), key=lambda row: -(2 * bool(row.cues) + bool(row.events))))


def plover_act(act: str, cue: str | None, event: str | None) -> str | None:
    """PLOVER type of a saying.

    Args:
        act: the annotation scheme's act.
        cue: lemma of the cue, if any.
        event: type of the content's main event, if any.

    Returns:
        The code, or None when no row fits or PLOVER has no code for it.
    """
    for row in plover_acts():
        if row.act == act and (not row.cues or cue in row.cues) and (not row.events or event in row.events):
            return row.plover
    return None


@lru_cache(maxsize=1)
def responsibility_cues() -> tuple[ResponsibilityCue, ...]:
    """Cues of responsibility, in the order of the table."""
    return load_table("responsibility", ResponsibilityCue)
