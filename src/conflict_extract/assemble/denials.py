"""Denials: which accusation or claim a denial answers.

Each denial is compared with the claims of the few sentences before it (and of its own sentence). Every sign counts
points; the claim with the most points gets the link when they reach `ENOUGH`. The signs:

============================================================  ======
the denial's side is the claim's target                          3
the claim's side is the denial's target                          2
the denial's content is a noun or pronoun for such a claim  up to 2.5
the claim is an accusation                                       1
the denial's side takes part in the claim's event or content     1
both are about the same type of event                     1 or .75
they share content words                                      up to 2
the denial is of a part in it ("any role"), the claim of a deed    2
the claim is the nearest one by somebody else                    1
the denial starts with "that is", "this is", "the charge is"     1
it is a habit ("has repeatedly denied")                         -1
the claim comes from another source (a must for links)           0
each sentence between them                                   -0.25
============================================================  ======
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.index import Index, stem
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.speakers import sides
from conflict_extract.lexicons.assembly import anaphors, words

WINDOW = 12  # claims before
SENTENCES = 8  # sentences before
ENOUGH = 1.5
PER_SENTENCE = 0.25
SAME_EVENT = 0.75  # of a claim that neither accuses nor names the one who denies
HABITS = frozenset({"repeatedly", "always", "consistently", "long", "previously"})


def is_anaphoric(index: Index, draft: Draft) -> str | None:
    """The noun or pronoun by which the content stands for an earlier claim ("the accusation", "it"); None for other
    contents.
    """
    if len(draft.content) != 1 and not _as_phrase(index, draft.content[1:]):
        return None
    start, end = draft.content[0]
    if (start, end) not in index.anaphors:
        index.anaphors[start, end] = _anaphor(index, start, end)
    return index.anaphors[start, end]


def _as_phrase(index: Index, rest: Sequence[Offsets]) -> bool:
    """Whether what is left of a content is one phrase with "as": "a claim … as “pure propaganda”"."""
    inside = index.words_within(*rest[0]) if len(rest) == 1 else []
    return bool(inside) and index.tokens.lower[inside[0]] == "as"


def _anaphor(index: Index, start: int, end: int) -> str | None:
    lower, pos = index.tokens.lower, index.tokens.pos
    tokens = index.words_within(start, end)
    as_ = next((at for at, i in enumerate(tokens) if at and lower[i] == "as"), None)
    if (
        as_ is not None and as_ > 1 and not any(pos[i] in ("VERB", "AUX") for i in tokens[:as_])
    ):  # "the findings as the fables of a foreign body"
        tokens = tokens[:as_]
        end = index.tokens.end[tokens[-1]]
    if not tokens or len(tokens) > 7:
        return None
    first = tokens[0]
    if len(tokens) <= 2 and lower[first] in anaphors() and pos[first] in ("PRON", "DET", ""):
        return lower[first]
    # "this as a familiar lie": the pronoun before "as"
    if (
        len(tokens) > 2
        and lower[first] in ("this", "it", "that", "these", "them")
        and lower[tokens[1]] in ("as", "outright", "categorically")
    ):
        return lower[first]
    head = index.root(start, end)
    if head is None or pos[head] not in ("NOUN", "PROPN", ""):
        return None
    if (index.tokens.lemma[head].lower() in anaphors() or lower[head] in anaphors()) and (
        pos[first] in ("DET", "PRON", "")
        or lower[first] in ("the", "this", "that", "these", "such", "any", "its", "their", "all")
        or len(tokens) == 1
    ):
        return lower[head]
    return None


def answered(index: Index, drafts: Sequence[Draft], at: int, *, skip: frozenset[int] = frozenset()) -> tuple[Draft, str] | None:
    """The claim that the denial `drafts[at]` answers, and why; None when nothing fits."""
    denial = drafts[at]
    own = sides(index, denial)
    anaphor = is_anaphoric(index, denial)
    meant = anaphors().get(_lemma(anaphor)) if anaphor else None
    content = index.words(denial.content)
    involved = anaphor is None and bool(content & _parts()) and len(content) <= 4
    opens = anaphor is None and _points_back(index, denial)
    habit = _habitual(index, denial)
    figured = anaphor is not None and _lemma(anaphor) in words("figure")
    nearest = True
    best: tuple[float, int, list[str]] | None = None
    for other_at in reversed(_window(drafts, at)):
        claim = drafts[other_at]
        if claim.number in skip or claim is denial or related(claim, denial) or claim.act in ("denial", "question"):
            continue
        gap = denial.sentence - claim.sentence
        if gap > SENTENCES:
            continue
        theirs = sides(index, claim)
        if claim.attributed and claim.source is not None and own & theirs:
            continue
        points = -PER_SENTENCE * max(0, gap) - habit
        why: list[str] = []
        unnamed = claim.source is None and claim.parent is not None  # "had been ordered to leave": a part of what somebody says
        was_nearest = nearest and claim.attributed and other_at < at and not unnamed
        if was_nearest:
            nearest = False
            points += 1
            if opens:
                points += 1
                why.append("it starts by pointing back")
        if involved and (claim.event in words("violent") or claim.act == "accusation"):
            points += 2
            why.append("it denies a part in it")
        called_for = claim.act == "demand" and (meant is None or len(meant) > 2)  # "rejected the call" answers one, "that" seldom
        charged = claim.target is not None and (claim.target in own or _belongs(index, claim.target, own))
        reversed_ = charged and not called_for
        if reversed_:
            points += 3
            why.append(f"{_name(index, claim.target)} is the one accused there")
        if denial.target is not None and (denial.target in theirs):
            points += 2
            why.append(f"it is directed at {_name(index, denial.target)}, who said that")
        if meant is not None and other_at < at:
            worth = _worth(claim, meant)
            if not worth and was_nearest:
                worth = 1.0
            if worth:
                points += worth
                why.append(f"“{anaphor}” stands for it")
        if claim.act == "accusation":
            points += 1
        if not reversed_ and own & participants(index, claim):
            points += 1
            why.append("the one who denies takes part in what is claimed")
        if denial.main is not None and claim.main is not None and denial.event == claim.event != "other":
            points += 1 if claim.act == "accusation" or own & participants(index, claim) else SAME_EVENT
            why.append(f"both are about {claim.event}")
        shared = content & index.words(claim.content)
        if shared and anaphor is None:
            points += min(2.0, 2.5 * len(shared) / max(1, min(len(content), 6)))
            why.append("shared words: " + ", ".join(sorted(shared)[:4]))
        if was_nearest and not why and _charged_just_now(denial, claim):
            why.append("it denies what has just been charged")
        if figured:
            points += 1 if claim.quantities else -1
        if claim.narrated:
            points -= 1
        if other_at > at:
            points -= 1.0
        if not why:
            continue
        if best is None or points > best[0] + 1e-9 or (abs(points - best[0]) <= 1e-9 and best[1] < other_at < at):
            best = (points, other_at, why)
    if best is None or best[0] < ENOUGH:
        return None
    return drafts[best[1]], "denial of an earlier claim: " + "; ".join(best[2])


@cache
def _parts() -> frozenset[str]:
    """Stems of the nouns for a part in a deed ("involvement")."""
    return frozenset(map(stem, words("involvement")))


def _belongs(index: Index, key: str, own: frozenset[str]) -> bool:
    """Whether an actor is a part of one of the others ("the Front’s Third Brigade", "the brigade" with the Front behind it)."""
    row = index.actor_rows.get(key)
    if row is None or row.type == "person":
        return False
    if row.affiliation is not None and row.affiliation in own:
        return True
    owners = [index.actor_rows[other].name for other in own if other in index.actor_rows]
    return any(row.name.startswith((f"{name}'s ", f"{name}’s ")) for name in owners)


def _charged_just_now(draft: Draft, other: Draft) -> bool:
    """Whether a denied proposition stands right behind an accusation: "complained that P. The commander denied holding anybody"."""
    return (
        other.act == "accusation"
        and 0 <= draft.sentence - other.sentence <= 1
        and not draft.nominal
        and (draft.entry or "") in words("denying")
    )


def _worth(claim: Draft, meant: frozenset[str]) -> float:
    """How well a noun or pronoun that can stand for the acts `meant` stands for this claim."""
    if claim.act not in meant:
        return 0.0
    if claim.narrated:
        return 1.0
    # "the accusation" is an accusation first; "the claim", "it" can be any claim
    return 1.5 if claim.act != "accusation" and "accusation" in meant and len(meant) <= 2 else 2.5


def _points_back(index: Index, denial: Draft) -> bool:
    """Whether the content starts with "that is", "this is", "it is", "no such", or with "the charge"."""
    tokens = index.words_within(*denial.content[0])[:2]
    if len(tokens) < 2:
        return False
    first, second = (index.tokens.lower[i] for i in tokens)
    if (first, second) == ("no", "such"):
        return True
    if first in ("that", "this", "it", "these", "those"):
        return index.tokens.pos[tokens[1]] in ("AUX", "VERB") or second in ("’s", "'s")
    return first in ("the", "this", "that", "these", "such") and _lemma(second) in anaphors()


def _habitual(index: Index, denial: Draft) -> float:
    """1 when a denial is not an answer to something just said ("has repeatedly denied …")."""
    if denial.cue is None:
        return 0.0
    before = index.within(max(0, denial.cue[0] - 30), denial.cue[0])
    return 1.0 if any(index.tokens.lower[i] in HABITS for i in before) else 0.0


def _window(drafts: Sequence[Draft], at: int) -> list[int]:
    """Claims before, nearest last, and those after it in the same sentence ("denied …, after X accused it of …")."""
    out = list(range(max(0, at - WINDOW), at))
    step = at + 1
    while step < len(drafts) and step <= at + 3 and drafts[step].sentence == drafts[at].sentence:
        out.append(step)
        step += 1
    return out


def related(a: Draft, b: Draft) -> bool:
    """Whether one is nested in the other."""
    return a.parent is b or b.parent is a or (a.cue is not None and a.cue == b.cue and a.source == b.source)


def participants(index: Index, claim: Draft) -> frozenset[str]:
    """Actors in the claim's content and in the roles of its main event."""
    keys = {mention.actor for mention in index.actors.inside(claim.content)}
    if claim.main is not None:
        keys |= {role["actor"] for role in (*claim.main.agents, *claim.main.patients) if role.get("actor")}
    for key in list(keys):
        row = index.actor_rows.get(key)
        if row is not None and row.affiliation:
            keys.add(row.affiliation)
    return frozenset(keys)


def _name(index: Index, key: str | None) -> str:
    row = index.actor_rows.get(key or "")
    return row.name if row is not None else "the speaker"


def _lemma(word: str | None) -> str:
    if word is None:
        return ""
    known = anaphors()
    return word if word in known else word[:-1] if word.endswith("s") and word[:-1] in known else word


def is_denial(draft: Draft) -> bool:
    """Whether the claim can answer another by contradiction: a denial, or words that call somebody a liar."""
    return draft.act == "denial" or (draft.act == "accusation" and "lying" in draft.rule)
