"""What a saying does: its PLOVER code, and whether its source takes, gives or refuses responsibility for an event."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from conflict_extract.annotate._arcs import Arcs
from conflict_extract.annotate.layer import ActRecord, EventMention, SaidRecord
from conflict_extract.lexicons.events import plover_act, responsibility_cues

DEEDS = frozenset(
    {
        "attack",
        "killing",
        "injury",
        "destruction",
        "abduction",
        "rights_abuse",
        "detention",
        "territorial_control",
        "displacement",
    }
)
FIRST = frozenset({"we", "i", "us", "our", "my", "ours"})
PRONOUNS = frozenset({"it", "he", "she", "they"})
OWNED = {"its": "it", "his": "he", "her": "she", "their": "they"}
REACH = 48
GAP = 4
NEGATIVE = frozenset({"not", "n't", "n’t", "no", "never", "nobody", "none", "neither"})


def act_records(arcs: Arcs, said: Sequence[SaidRecord], events: Sequence[EventMention]) -> list[ActRecord]:
    """One record for each saying.

    Args:
        arcs: the tree. said: layer `said`. events: layer `events`, in order of offset.
    """
    starts = [event.start for event in events]
    records = []
    for record in said:
        inside = _inside(record, events, starts)
        main = max(inside, key=lambda event: (event.salience, -event.start), default=None)
        records.append(
            ActRecord(
                start=record.start,
                end=record.end,
                said=record.id,
                plover_act=plover_act(record.act, _cue_lemma(arcs, record), main.type if main else None),
                responsibility=responsibility(arcs, record, inside),
            )
        )
    return records


def responsibility(arcs: Arcs, record: SaidRecord, inside: Sequence[EventMention]) -> str | None:
    """Own, other, disclaimed or None: words of the table first, then who the agent of the main deed is."""
    by_words = _by_words(arcs, record)
    if by_words is not None and (by_words != "other" or record.act != "denial"):
        return by_words
    deeds = [event for event in inside if event.type in DEEDS and event.status != "background"]
    main = max(deeds, key=lambda event: (event.salience, -event.start), default=None)
    if main is None or not main.agents:
        return None
    if _is_self(arcs, record, main):
        if record.act == "denial" or main.status == "denied":
            return "disclaimed"
        return "own" if main.status == "asserted" and record.act not in ("demand", "question", "commitment", "threat") else None
    if main.status == "asserted" and record.act in (
        "statement",
        "accusation",
        "confirmation",
        "announcement",
        "estimate",
        "opinion",
    ):
        return "other"
    return None


def _is_self(arcs: Arcs, record: SaidRecord, event: EventMention) -> bool:
    """Whether an agent of the event is the source: "we", "its gunners", its own mention, or an actor that it is or speaks for."""
    own = {key for key in (record.speaker, record.affiliation) if key}
    for agent in event.agents:
        words = arcs.text[agent["start"] : agent["end"]].lower().split()
        first = words[0] if words else ""
        if first in FIRST and record.mode != "indirect":
            return True
        if agent.get("actor") is not None and agent["actor"] in own:
            return True
        if record.source is not None and agent["start"] < record.source[1] and record.source[0] < agent["end"]:
            return True
        if record.mode == "direct" or record.source is None:
            continue
        if len(words) == 1 and first in PRONOUNS and (agent.get("actor") is None or not own):
            if _agrees(arcs, record, first):
                return True
        elif len(words) <= 3 and first in OWNED and _agrees(arcs, record, OWNED[first]):
            return True
    return False


def _agrees(arcs: Arcs, record: SaidRecord, pronoun: str) -> bool:
    """Whether a pronoun can stand for the source: "they" for a plural one, "it" for one that is no pronoun for a person."""
    tokens = arcs.tokens(record.source[0], record.source[1]) if record.source else None
    if tokens is None:
        return False
    head = next((i for i in range(*tokens) if not tokens[0] <= arcs.head[i] < tokens[1] or arcs.head[i] == i), tokens[0])
    plural = arcs.tag[head] in ("NNS", "NNPS") or arcs.lower[head] == "they"
    if pronoun == "they":
        return plural
    if pronoun == "it":
        return not plural and arcs.ent[head] not in ("PERSON", "PER") and arcs.lower[head] not in ("he", "she")
    return not plural


def _by_words(arcs: Arcs, record: SaidRecord) -> str | None:
    """The value of the first row of the table that fits the words from the cue (or source) to the content."""
    bounds = arcs.tokens(record.start, record.end)
    if bounds is None:
        return None
    low, high = bounds[0], min(bounds[1], bounds[0] + REACH)
    there = {*arcs.lemma[low:high], *arcs.lower[low:high]}
    lemmas: list[frozenset[str]] = []
    for row in responsibility_cues():
        parts = row.parts
        if parts[0] is None or parts[0].isdisjoint(there):
            continue
        lemmas = lemmas or [frozenset(pair) for pair in zip(arcs.lemma[low:high], arcs.lower[low:high], strict=True)]
        for i in range(len(lemmas)):
            end = _fits(lemmas, i, parts)
            if end is not None:
                words = [word for pair in lemmas[max(0, i - 2) : end] for word in pair]
                wanted = {word for part in parts if part for word in part}
                if row.value != "disclaimed" and any(word in NEGATIVE and word not in wanted for word in words):
                    return "disclaimed" if "responsible" in wanted or "behind" in wanted else None
                return row.value
    return None


def _fits(lemmas: Sequence[frozenset[str]], i: int, parts: Sequence[frozenset[str] | None]) -> int | None:
    """End of the words when they begin at `i`; a placeholder takes up to `GAP` words."""
    if parts[0] is None or not parts[0] & lemmas[i]:
        return None
    at, loose = i + 1, False
    for part in parts[1:]:
        if part is None:
            loose = True
            continue
        for step in range(GAP + 1 if loose else 1):
            if at + step < len(lemmas) and part & lemmas[at + step]:
                at, loose = at + step + 1, False
                break
        else:
            return None
    return at


def _cue_lemma(arcs: Arcs, record: SaidRecord) -> str | None:
    """Lemma of the cue's verb (its first word)."""
    tokens = arcs.tokens(record.cue[0], record.cue[1]) if record.cue else None
    if tokens is None:
        return None
    verbs = [i for i in range(tokens[0], tokens[1]) if arcs.pos[i] in ("VERB", "NOUN")]
    return arcs.lemma[verbs[0] if verbs else tokens[0]]


def _inside(record: SaidRecord, events: Sequence[EventMention], starts: Sequence[int]) -> list[EventMention]:
    """Events inside the content."""

    found: list[EventMention] = []
    for low, high in record.content:
        for number in range(bisect_left(starts, low), len(events)):
            if events[number].start >= high:
                break
            if events[number].end <= high:
                found.append(events[number])
    return found
