"""Acts and targets that only the exchange tells: whom a denial answers, charges turned round, threats at the other side.

A denial is directed at the one whose words it rejects: a ministry, an army, a broadcaster or a witness keeps its own name, a person
who speaks for a state stands for that state.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.speakers import SPEAKS_FOR_ANOTHER, affiliation_of, party_of, row_of, row_of_words, sides
from conflict_extract.lexicons.assembly import words

BACK = 6  # claims looked back over
SENTENCES = 8
FRIENDLY = frozenset({"ceasefire", "agreement", "negotiation", "return"})
EXCHANGED = frozenset({"accusation", "denial", "threat"})


def answered_party(index: Index, claim: Draft) -> str | None:
    """Key of the one whom a denial of this claim is directed at."""
    row = row_of(index, claim.speaker)
    if row is None:
        if claim.affiliation in index.actor_rows:
            return claim.affiliation
        return row_of_words(index, claim.source) if claim.source is not None else None
    common = row.kb is None and row.name[:1].islower()
    if row.type not in SPEAKS_FOR_ANOTHER or (row.type in ("government_body", "media") and not common):
        return row.key
    behind = row_of(index, affiliation_of(index, claim))
    if behind is not None and (common or behind.type == "state"):
        return behind.key
    return row.key


def refuting(index: Index, drafts: Sequence[Draft], at: int) -> Draft | None:
    """The denial that opens the sentence of this saying: "Refuting the charge, X said P"."""
    draft = drafts[at]
    before = drafts[at - 1] if at else None
    if before is None or before.act != "denial" or draft.act != "statement" or before.source != draft.source:
        return None
    if before.cue is None or draft.cue is None or draft.sentence != before.sentence or draft.source is None:
        return None
    cue = index.root(*before.cue)
    opens = cue is not None and index.tokens.tag[cue] == "VBG" and before.cue[0] < draft.source[0] < draft.cue[0]
    return before if opens else None


def asked_and_denied(index: Index, drafts: Sequence[Draft], at: int) -> bool:
    """Whether a saying answers the question whether violence was done by "nobody": "Asked whether P, X said nobody had"."""
    draft = drafts[at]
    before = drafts[at - 1] if at else None
    if before is None or before.act != "question" or before.source is not None or draft.act != "statement":
        return False
    if before.event not in words("violent") or draft.sentence - before.sentence > 1:
        return False
    first = index.words_within(*draft.content[0])[:1]
    return bool(first) and index.tokens.lower[first[0]] in ("nobody", "none", "never", "no")


def counter_charge(index: Index, drafts: Sequence[Draft], at: int) -> str | None:
    """Whom a neutral saying accuses in return: "it is X that arms the militia", by one who has just been accused or has denied."""
    draft = drafts[at]
    if draft.act != "statement" or draft.narrated or draft.nominal or draft.event in FRIENDLY:
        return None
    focus = _focus(index, draft)
    if focus is None:
        return None
    own = sides(index, draft)
    if focus in own or not any(_crossed(index, other, own) for other in _before(drafts, at)):
        return None
    return focus


def _crossed(index: Index, other: Draft, own: frozenset[str]) -> bool:
    if other.act == "accusation" and other.target in own:
        return True
    return other.act == "denial" and bool(own & sides(index, other))


def _before(drafts: Sequence[Draft], at: int) -> list[Draft]:
    return [d for d in reversed(drafts[max(0, at - BACK) : at]) if drafts[at].sentence - d.sentence <= SENTENCES]


def _focus(index: Index, draft: Draft) -> str | None:
    """The actor between "it is" and "who" or "that" at the start of the content."""
    tokens, inside = index.tokens, index.words_within(*draft.content[0])
    if len(inside) < 5 or tokens.lower[inside[0]] != "it" or tokens.lower[inside[1]] not in ("is", "was", "'s", "’s"):
        return None
    end = next((i for i in inside[2:9] if tokens.lower[i] in ("that", "who", "which")), None)
    if end is None:
        return None
    found = index.actors.inside([[tokens.start[inside[2]], tokens.start[end]]])
    keys = {m.actor for m in found if m.actor in index.actor_rows}
    keys = {key for key in keys if index.actor_rows[key].type != "other"}
    return keys.pop() if len(keys) == 1 else None


def adversary(index: Index, drafts: Sequence[Draft], at: int) -> str | None:
    """The one side that the speaker's side has last accused, answered or been accused by: whom its threat is meant for."""
    draft = drafts[at]
    own = sides(index, draft)
    if affiliation_of(index, draft) is None or "wording:" not in draft.rule:
        return None
    for other in _before(drafts, at):
        if other.act not in EXCHANGED or other.target is None:
            continue
        if own & sides(index, other) and other.target not in own:
            row = row_of(index, other.target)
            behind = row_of(index, row.affiliation) if row is not None and row.type == "person" else None
            return behind.key if behind is not None else other.target
        if other.target in own:
            return party_of(index, other)
    return None
