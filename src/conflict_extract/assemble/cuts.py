"""Contents that reach too far: relative clauses, times of the saying, and a saying coordinated with the one before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from conflict_extract.assemble.index import Index

if TYPE_CHECKING:
    from conflict_extract.assemble.merge import Draft

MOST_INSIDE = 8  # sayings that one content is looked through for
NO_CLAUSE = ("accusation", "estimate")  # "accused X of doing P", "put the figure at P": no finite clause lies in P
JOINING = frozenset({"and", "but", "while", "whereas", "though", "although", "yet", ";", ","})

RELATIVES = frozenset({"which", "who", "whom", "that"})


def cut_relatives(index: Index, claims: Sequence[Draft]) -> None:
    """Cut a relative clause that is a claim of its own from the end of the content before it.

    "… of arming the tribes, which Khartoum denies": the accusation ends before the comma.
    """
    ends = {draft.content[-1][1]: draft for draft in claims if draft.content}
    for draft in claims:
        if len(draft.content) != 1 or draft.cue is None or index.text[slice(*draft.content[0])].lower() not in RELATIVES:
            continue
        outer = ends.get(max(draft.cue[1], (draft.source or [0, 0])[1]))
        start = draft.content[0][0]
        if outer is None or outer is draft or not outer.content[-1][0] < start:
            continue
        before = index.text[outer.content[-1][0] : start].rstrip()
        if before.endswith((",", "–", "—", "-", "(")):
            outer.content[-1] = [outer.content[-1][0], outer.content[-1][0] + len(before[:-1].rstrip())]


def cut_times(index: Index, claims: Sequence[Draft]) -> None:
    """Cut "on Monday that" from the front of a content that follows its cue: the time is the saying's."""
    for draft in claims:
        if draft.cue is None:
            continue
        start, end = draft.content[0]
        if not 0 <= start - draft.cue[1] <= 2:
            continue
        for time in index.times.inside([[start, min(end, start + 60)]]):
            after = index.text[time.end : time.end + 7]
            if time.start - start <= 12 and after[:6] in (" that ", ", that"):
                draft.content[0] = [time.end + len(after[:6].rstrip()) + 1, end]
                break


def cut_coordinated(index: Index, claims: Sequence[Draft]) -> set[str]:
    """Cut a saying of its own from the end of a content that it is only coordinated with.

    "accused Georgia of laying the mine, and Tbilisi said the charge was absurd"; "said two of its men were hurt, but denied that …":
    what follows the conjunction is said by somebody else, or the same speaker's next claim, and lies in nobody's content.

    Returns:
        Ids of the records that are nested in nothing now.
    """
    freed: set[str] = set()
    cued = [draft for draft in claims if draft.cue is not None and draft.source is not None and draft.mode != "direct"]
    spoken = sorted(cued, key=lambda draft: (draft.cue or (0,))[0])
    cues = [(draft.cue or (0,))[0] for draft in spoken]
    for outer in spoken:
        start, end = outer.content[-1]
        first = bisect_left(cues, start)
        for inner in spoken[first : first + MOST_INSIDE]:
            if inner is outer or inner.cue is None or inner.source is None or inner.act == "demand":
                continue
            if inner.cue[0] >= end:
                break
            if not (start < inner.cue[0] and inner.content[0][0] >= start and abs(inner.content[-1][1] - end) <= 1):
                continue
            if inner.source == outer.source:
                opens = inner.cue[0]
            elif start < inner.source[0] < inner.cue[0] and (outer.act in NO_CLAUSE or inner.act == "denial"):
                opens = inner.source[0]
            else:
                continue
            before = _before(index, start, opens)
            if before is not None:
                outer.content[-1] = [start, before]
                freed.add(inner.record)
                break
    return freed


def _before(index: Index, start: int, opens: int) -> int | None:
    """Where the content ends before a comma or semicolon, and perhaps a conjunction, that stand right before `opens`."""
    inside = index.words_within(start, opens)
    tokens = index.within(start, opens)
    end, comma = len(tokens), False
    while end and index.tokens.lower[tokens[end - 1]] in JOINING:
        end -= 1
        comma = comma or index.tokens.lower[tokens[end]] in (",", ";")
    if end == len(tokens) or end < 2 or len(inside) < 2:
        return None
    if not comma and index.tokens.lower[tokens[end]] not in ("but", "while", "whereas"):
        return None
    return index.tokens.end[tokens[end - 1]]
