"""Answers: a reply to a question or a demand, and sayings that take up an offer, an appeal or a threat by its name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conflict_extract.assemble.denials import is_anaphoric, participants
from conflict_extract.assemble.exchange import Links, cue_lemma, previous, same_speaker
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.speakers import sides
from conflict_extract.lexicons.assembly import anaphors, words

KNOWN = frozenset({"the", "this", "that", "these", "those", "his", "her", "its", "their"})


def answer(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """A reply: to a question or demand directed at the speaker, or by a cue that answers the claim before."""
    draft = drafts[at]
    if links.of(draft, "denies") is not None:
        return
    own = sides(index, draft)
    replies = cue_lemma(index, draft) in words("answering")
    noun = leading_noun(index, draft) if draft.act in ("denial", "opinion", "statement", "confirmation", "commitment") else None
    for nearness, other in enumerate(previous(drafts, at, 3)):
        gap = draft.sentence - other.sentence
        if other.narrated or gap > 3 or same_speaker(index, draft, other):
            continue
        if (
            noun is not None
            and other.act in ("demand", "commitment", "threat")
            and other.act in anaphors().get(noun, frozenset())
        ):
            links.add("answers", draft, other, f"“{noun}” stands for it")
            return
        if other.act == "demand" and gap <= 1 and _taken_up(index, draft, other, nearness):
            links.add("answers", draft, other, "it promises or refuses what has just been asked for")
            return
        if other.act in ("demand", "question", "threat") and own & _directed_at(index, other):
            links.add("answers", draft, other, f"an answer to the {other.act} directed at the speaker")
            return
        if other.act == "question" and other.source is None and nearness == 0 and gap <= 1 and draft.act != "question":
            links.add("answers", draft, other, "an answer to the question right before")
            return
        if replies:
            links.add("answers", draft, other, "the cue answers what was said before")
            return


def _taken_up(index: Index, draft: Draft, other: Draft, nearness: int) -> bool:
    """Whether a promise or refusal takes up the demand right before it: by "it", by the event, or because the demand is about the speaker."""
    refuses, promises = ((draft.entry or "") in words(kind) for kind in ("refusing", "promising"))
    if draft.act not in ("commitment", "confirmation") and not refuses:
        return False
    target = index.actor_rows.get(other.target or "")
    if nearness == 0 and refuses and target is None:
        return True  # "demanded that Sweden hand over 33 men. Sweden refused to extradite anybody"
    if nearness == 0 and promises and target is not None and target.name.lower() in words("authority"):
        return True  # "asked the government to open the road. The prime minister promised"
    if other.target is None and sides(index, draft) & participants(index, other):
        return True
    if draft.act != "commitment":
        return False
    lower = [index.tokens.lower[i] for span in draft.content for i in index.words_within(*span)]
    if draft.sentence - other.sentence == 1 and not {"it", "this", "so"}.isdisjoint(lower[1:3]):
        return True
    return other.target is None and draft.event == other.event not in ("other", "aid")


def _directed_at(index: Index, other: Draft) -> frozenset[str]:
    """The target of a claim; of a joint one ("both sides") its members as well."""
    row = index.actor_rows.get(other.target or "")
    return frozenset() if row is None else frozenset({row.key, *row.members})


def leading_noun(index: Index, draft: Draft) -> str | None:
    """The noun for an earlier claim with which the content starts ("the offer “a trap”")."""
    noun = is_anaphoric(index, draft)
    if noun is not None:
        return noun if noun in words("anaphor") or noun.removesuffix("s") in words("anaphor") else None
    opening = [index.tokens.lower[i] for i in index.words_within(*draft.content[0])[:3]]
    if opening and opening[0] in ("the", "this", "that", "its", "their", "such"):
        return next((word for word in opening[1:] if word in words("anaphor")), None)
    inside = [index.tokens.lower[i] for i in index.words_within(*draft.content[0])]
    after = (word for before, word in pairwise(inside) if before in KNOWN and word in words("asking"))
    return next(after, None)  # "it would think the offer over"


def standing_by(index: Index, draft: Draft) -> bool:
    """Whether somebody stands by what he said: "said it stood by its findings", "stands by its story"."""
    inside = [i for span in draft.content for i in index.words_within(*span)]
    if len(inside) > 8:
        return False
    tokens = index.tokens
    own = any(
        tokens.lower[a] in ("its", "their", "his", "her", "our", "my") and tokens.lower[b] in words("standing")
        for a, b in pairwise(inside)
    )
    stands = cue_lemma(index, draft) == "stand" or any(
        index.lemma(a) == "stand" and tokens.lower[b] == "by" for a, b in pairwise(inside)
    )
    return own and stands
