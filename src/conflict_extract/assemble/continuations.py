"""Elaborations: a speaker goes on with what he said before.

In the articles of docs/evaluation.md a statement of the speaker of the claim right before, in the same sentence or with a pronoun in
the next one, goes on with that claim in 75 of 99 cases; a demand in 10 of 42 and a commitment in 7 of 23.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.assemble.answers import leading_noun
from conflict_extract.assemble.exchange import Links, cue_lemma, one_family, previous, same_side, same_speaker
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.assembly import words

SPEAKS_OF_FACTS = frozenset(
    {"statement", "announcement", "confirmation", "denial", "accusation", "opinion", "threat", "estimate"}
)
REPLIES = frozenset({"denial", "accusation", "confirmation", "estimate"})
GOES_ON_AT_ONCE = frozenset({"statement", "threat", "confirmation"})
GOES_ON_AFTER_DENIAL = frozenset({"statement", "threat", "denial"})
GOES_ON_NEXT = frozenset({"statement", "threat", "opinion", "accusation"})


def elaborate(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """More on the same matter by the same speaker, to the nearest earlier claim of that speaker."""
    draft = drafts[at]
    if links.of(draft, "elaborates") is not None or links.of(draft, "repeats") is not None:
        return
    cue = cue_lemma(index, draft)
    for distance, other in enumerate(previous(drafts, at)):
        if other.narrated:
            continue
        gap = draft.sentence - other.sentence
        if not same_speaker(index, draft, other):
            goes_on = cue in words("continuation") or (draft.mode == "direct" and other.mode != "direct" and gap >= 1)
            if goes_on and distance == 0 and gap <= 2 and same_side(index, draft, other):
                links.add("elaborates", draft, other, "another speaker of the same side goes on with it")
            continue
        if other.cue is not None and other.cue == draft.cue and other.source == draft.source:
            if draft.content[0][0] >= other.content[-1][1] and draft.mode == other.mode == "direct":
                links.add("elaborates", draft, other, "the same speaker's quotation goes on")
            return
        if cue in words("continuation") and gap <= 6:
            links.add("elaborates", draft, other, f"“{_cue_text(index, draft)}” goes on with what the same speaker said")
        elif gap > 3 or distance > 1:
            return
        elif gap >= 1 and draft.mode == "direct" and draft.act not in ("demand", "threat"):
            links.add("elaborates", draft, other, "the same speaker's own words on it")
        elif (
            gap >= 1 and draft.act == other.act in ("demand", "accusation", "threat") and draft.target == other.target is not None
        ):
            links.add("elaborates", draft, other, f"another {draft.act} of the same speaker to the same target")
        elif _same_matter(index, draft, other, pronoun=_is_pronoun(index, draft), apart=gap >= 1):
            links.add("elaborates", draft, other, "more on the same matter by the same speaker")
        elif distance == 0 and _goes_on(index, draft, other):
            links.add("elaborates", draft, other, "the same speaker's next words")
        return


def _goes_on(index: Index, draft: Draft, other: Draft) -> bool:
    """Whether a claim is the next thing that a speaker says: "They are safe, she said, and promised …", "He said …"."""
    if other.act not in SPEAKS_OF_FACTS or draft.sentence - other.sentence > 1:
        return False
    if draft.quantities and other.act in REPLIES and draft.event != other.event:
        return False  # "denied the raid and said six of its own men had died" comes to a new matter
    if draft.source is not None and draft.source == other.source:
        return draft.act in (GOES_ON_AFTER_DENIAL if other.act == "denial" else GOES_ON_AT_ONCE)
    return _is_pronoun(index, draft) and draft.act in GOES_ON_NEXT


def _cue_text(index: Index, draft: Draft) -> str:
    assert draft.cue is not None
    return index.text[draft.cue[0] : draft.cue[1]]


def _is_pronoun(index: Index, draft: Draft) -> bool:
    return draft.source is not None and index.text[slice(*draft.source)].lower() in ("he", "she", "it", "they")


def _same_matter(index: Index, a: Draft, b: Draft, *, pronoun: bool, apart: bool) -> bool:
    """Whether two claims of one speaker are on the same matter.

    "He said …" right after goes on when type of event or a word is the same; a source named anew starts something new unless type
    and words are the same. In one sentence ("says rockets hit Israel and blames Hamas for firing them") a pronoun must point back.
    """
    shared = index.words(a.content) & index.words(b.content)
    same_event = a.main is not None and b.main is not None and a.event == b.event != "other"
    if not apart:
        return same_event and _points_back(index, a)
    if pronoun:
        return same_event or bool(shared) or one_family(a, b) or leading_noun(index, a) is not None
    return (same_event and len(shared) >= 2) or len(shared) >= 4


def _points_back(index: Index, draft: Draft) -> bool:
    """Whether the content has "them", "this", …, which stand for something said just before."""
    tokens = index.tokens
    return any(
        tokens.lower[i] in ("them", "this", "these", "those") and tokens.pos[i] in ("PRON", "DET", "")
        for start, end in draft.content
        for i in index.within(start, end)
    )
