"""Words that the assembly rules use, and what each act means for the events in its content."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal

from conflict_extract.lexicons.loader import Entry, load_table

WordKind = Literal[
    "anaphor",
    "pronoun",
    "continuation",
    "repeat",
    "venue",
    "occasion",
    "speaking",
    "contrast",
    "denying",
    "answering",
    "involvement",
    "violent",
    "figure",
    "everyday",
    "saying",
    "rejecting",
    "condemning",
    "deed",
    "attributing",
    "mocking",
    "vowing",
    "revenge",
    "press",
    "striking",
    "conceding",
    "minding",
    "negation",
    "total",
    "leaving",
    "rebuking",
    "party",
    "musing",
    "praising",
    "exceeding",
    "irregular",
    "regular",
    "refusing",
    "asking",
    "standing",
    "inquiry",
    "promising",
    "authority",
    "killing",
    "reprisal",
    "dwelling",
]


class AssemblyWord(Entry):
    """A word with a part in the rules.

    `kind`: anaphor (a noun that can stand for an earlier claim: "the accusation"), pronoun (likewise: "it"),
    continuation (a cue that goes on with what its speaker said before), repeat, venue (the occasion of a saying: "in
    a statement on Monday"), speaking (a verb beside the cue: "speaking on Monday, he said"), contrast, denying,
    answering, involvement, violent (an event type for which somebody is responsible), figure
    (a noun for a figure given before: "the true number"), total (further words for one, after a figure: "put it at 33"), everyday (a topic
    that has nothing to do with the conflict), negation, minding (a verb whose negation tells of the speaker's mind or will, not of what
    happened), conceding (a verb by which the accused admits or acts).

    Of cues and what stands beside them: saying (a noun that somebody's saying is called by, so that whose it is tells whom a denial
    contradicts), rejecting (a cue that rejects deeds as well as sayings), condemning, deed ("condemned X's decision"), attributing ("attributed the
    fire to X"), mocking (a cue that denies when its object is a saying), vowing, revenge ("vowed revenge"), striking (a verb whose subject
    does what is threatened; others suffer it: "the rebels will pay"), press (whoever is told, but is nobody's target: "told reporters"),
    leaving (a noun for what is demanded of its owner: "the withdrawal of X's troops"), rebuking (a verb that scolds whom a saying beside it
    accuses: "rebuked X, saying P"), party (a bare noun for a side that can speak or be told: "defence
    claims", "the parties must talk"), musing (a verb whose bare form
    opens a quotation without asking anybody for anything: "Look, …"), praising (a cue whose object is not accused of anything),
    exceeding (a word that says of a figure that it is not right: "the toll is higher"), irregular and regular (nouns for
    the men of an armed group and of a state: figures of them count different people), refusing (a cue that
    turns a demand down), asking (a noun for a demand or an offer that an answer takes up), standing (a noun for what somebody stands by:
    "it stands by its account"), inquiry (an investigation of something just reported), promising (a
    cue that grants what was asked for), authority (a noun for the rulers, for whom each of their officials answers), dwelling (nouns
    for the same thing counted), killing (a verb for what a vow to kill vows), reprisal (a noun for what one armed side warns another of).

    `acts`: for anaphor and pronoun, the acts of the claims that it can stand for.
    """

    kind: WordKind
    lemma: str
    acts: tuple[str, ...] = ()


class ActCode(Entry):
    """An act, and the status that it gives to the events in its content."""

    act: str
    status: Literal["asserted", "denied", "planned", "demanded", "possible", "background"]


@cache
def words(kind: WordKind) -> frozenset[str]:
    """The lemmas of a kind."""
    return frozenset(entry.lemma for entry in load_table("assembly_words", AssemblyWord) if entry.kind == kind)


@lru_cache(maxsize=1)
def anaphors() -> dict[str, frozenset[str]]:
    """Nouns and pronouns that can stand for an earlier claim, with the acts of the claims meant."""
    rows = load_table("assembly_words", AssemblyWord)
    return {entry.lemma: frozenset(entry.acts) for entry in rows if entry.kind in ("anaphor", "pronoun")}


@lru_cache(maxsize=1)
def act_codes() -> dict[str, ActCode]:
    """The table of acts."""
    return {entry.act: entry for entry in load_table("act_codes", ActCode)}
