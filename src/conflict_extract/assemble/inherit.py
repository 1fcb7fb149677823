"""The event of contents that have no trigger of their own.

What decides, in this order: what its own figure counts ("512 confirmed", a toll), the claim that it stands for, denies, repeats or
goes on with, the claim that a word in it points back at ("the true figure", "most of them"), the claim right before it in its
paragraph, the claim that it holds. A demand or a question keeps to its own words. Evidence names the reason.

A content without a trigger right behind a claim with one is on the same event far more often than on none: 34 against 10 of 59
in the articles of docs/evaluation.md and the development documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conflict_extract.assemble.denials import is_anaphoric
from conflict_extract.assemble.exchange import Pair
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.assembly import words

COUNTED = {
    "killed": "killing",
    "wounded": "injury",
    "casualties": "killing",
    "missing": "missing",
    "captured": "detention",
    "detained": "detention",
    "abducted": "abduction",
    "displaced": "displacement",
    "evacuated": "displacement",
    "returned": "return",
    "population": "population",
}
ORDER = {"denies": 0, "repeats": 1, "confirms": 2, "elaborates": 3, "disagrees": 4, "answers": 5}
NEAR = 4  # claims looked back at
BESIDE = frozenset({"statement", "opinion", "commitment", "denial"})  # acts that go on with what was said right before
SENTENCES = 3  # sentences between a content and the claim that it points back at


def inherit_events(index: Index, drafts: Sequence[Draft], pairs: Sequence[Pair]) -> None:
    """Set `event` and `event_from` of the drafts without an event.

    Args:
        index: the layers. drafts: all drafts, in order, with links made. pairs: the links.
    """
    links: dict[int, list[Pair]] = {}
    for pair in pairs:
        links.setdefault(pair.source.number, []).append(pair)
    for at, draft in enumerate(drafts):
        if _bare_inquiry(index, draft):
            meant = next((d for d in reversed(drafts[max(0, at - NEAR) : at]) if d.event in words("violent")), None)
            if meant is not None and draft.sentence - meant.sentence <= SENTENCES:
                draft.event, draft.event_from = meant.event, "as the claim before, which is to be looked into"
        elif draft.event == "other":
            draft.event, draft.event_from = (
                _counted(draft)
                or _linked(index, draft, links.get(draft.number, []))
                or _pointed(index, drafts, at)
                or _beside(index, drafts, at)
                or (draft.event, draft.event_from)
            )
    for draft in reversed(drafts):
        if draft.event == "other" and draft.main is None and draft.attributed:
            child = next((child for child in draft.children if child.event != "other"), None)
            if child is not None:
                draft.event, draft.event_from = child.event, "as the claim that it holds"


def _bare_inquiry(index: Index, draft: Draft) -> bool:
    """Whether an inquiry is asked for or offered without a word on what is looked into ("called for an independent inquiry")."""
    if draft.act not in ("demand", "commitment") or len(draft.content) != 1:
        return False
    inside = index.words_within(*draft.content[0])
    return 0 < len(inside) <= 4 and index.lemma(inside[-1]) in words("inquiry")


def _counted(draft: Draft) -> tuple[str, str] | None:
    """The type of what the content's first figure counts."""
    for quantity in draft.quantities:
        event = COUNTED.get(quantity.category or "")
        if event is not None:
            return event, "what the figure counts"
    return None


def _linked(index: Index, draft: Draft, pairs: Sequence[Pair]) -> tuple[str, str] | None:
    """The event of the claim that a link leads to."""
    if draft.narrated:
        return None
    anaphoric = is_anaphoric(index, draft) is not None
    for pair in sorted(pairs, key=lambda pair: ORDER[pair.kind]):
        if pair.target.event == "other":
            continue
        if (
            pair.kind in ("denies", "repeats", "confirms")
            or anaphoric
            or (draft.main is None and pair.kind in ("elaborates", "disagrees"))
        ):
            return pair.target.event, f"as the claim that it {pair.kind}"
    return None


def _pointed(index: Index, drafts: Sequence[Draft], at: int) -> tuple[str, str] | None:
    """The event of an earlier claim that the content points back at."""
    draft = drafts[at]
    before = [d for d in drafts[max(0, at - NEAR) : at] if d.event != "other" and draft.sentence - d.sentence <= SENTENCES]
    if not before:
        return None
    last = before[-1]
    if draft.attributed and is_anaphoric(index, draft) is not None:
        return (last.event, "as the claim before, which the pronoun or noun stands for") if _close(draft, last) else None
    if draft.main is not None:
        return None
    lower = [index.tokens.lower[i] for span in draft.content for i in index.words_within(*span)]
    if _bare_number(index, draft) or not words("figure").isdisjoint(lower):
        figured = [d for d in before if d.quantities] or before
        same = [d for d in figured if d.speaker is not None and d.speaker == draft.speaker]
        claim = (same or figured)[-1]
        return (_counted(claim) or (claim.event, ""))[0], "as the claim before, whose figure it speaks of"
    pairs = set(pairwise(lower))
    if _close(draft, last) and any(("of", word) in pairs for word in ("them", "these", "those", "whom")):
        return last.event, "as the claim before, whose people or things it counts"
    return None


def _beside(index: Index, drafts: Sequence[Draft], at: int) -> tuple[str, str] | None:
    """The event of the claim right before, in the same paragraph, if that has words of its own for it."""
    draft = drafts[at]
    if at == 0 or draft.main is not None or not draft.attributed or draft.act not in BESIDE:
        return None
    last = drafts[at - 1]
    if last.event == "other" or last.main is None or draft.sentence - last.sentence > 1 or draft.parent is last:
        return None
    inside = [i for span in draft.content for i in index.words_within(*span)]
    if any(index.lemma(i) in words("everyday") or index.tokens.lower[i] in words("everyday") for i in inside):
        return None  # "the match would start at nine"
    low, high = sorted((last.content[-1][1], draft.content[0][0]))
    return None if "\n" in index.text[low:high] else (last.event, "as the claim right before")


def _close(draft: Draft, other: Draft) -> bool:
    """Whether at most one sentence stands between two claims."""
    return draft.sentence - other.sentence <= 2


def _bare_number(index: Index, draft: Draft) -> bool:
    """Whether the content is a number with its comparator and no noun ("more than 110")."""
    pos = index.tokens.pos
    tokens = [i for span in draft.content for i in index.words_within(*span)]
    return any(pos[i] == "NUM" for i in tokens) and not any(pos[i] in ("NOUN", "PROPN", "VERB", "PRON") for i in tokens)
