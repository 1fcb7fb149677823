"""Times that date the saying ("said on Wednesday that …") as against times that date the event.

A time inside the content dates the event. A time outside it dates the saying in these places:

- after the cue, with nothing between them but who is told, the occasion ("in a statement issued on Monday") and the like;
- between source and cue ("the council on Monday urged …"), or in front of the source ("On Tuesday the governor said …",
  "Speaking on Monday, he said"), likewise;
- where the tree hangs it on the cue.

A verb between the time and the cue ("the minister, appointed in 2019, said") shows that it dates something else; such a time belongs
to no claim.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from conflict_extract.annotate import layer
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.assembly import words

# UD relations by which a time or an occasion hangs on the verb of saying.
TIME_RELATIONS = frozenset(
    [
        "obl",
        "obl:tmod",
        "obl:npmod",
        "obl:unmarked",
        "obl:agent",
        "nmod",
        "nmod:tmod",
        "nmod:npmod",
        "nmod:unmarked",
        "advmod",
        "appos",
        "nummod",
        "flat",
        "compound",
        "dep",
        "parataxis",
        "dislocated",
        "obj",
        "orphan",
    ]
)
CLOSE = 4  # words between a time and the cue when no tree says where the time hangs
DEEP = 12  # steps up the tree


def fill_said(index: Index, drafts: Sequence[Draft]) -> None:
    """Set `said` and add those times to `times`.

    Each time is looked at once: the claims asked are those whose cue stands near it in its sentence.
    """
    tokens: dict[int, Draft] = {}
    cued = sorted(
        (draft for draft in drafts if draft.cue is not None and draft.continues is None), key=lambda draft: draft.cue or [0]
    )
    starts = [draft.cue[0] for draft in cued if draft.cue is not None]
    for draft in cued:
        for i in index.within(*(draft.cue or [0, 0])):
            tokens.setdefault(i, draft)
    for time in index.times.records:
        if not time.in_claims:
            continue
        low, high = index.sentences.bounds(index.sentences.of(time.start))
        first = bisect_left(starts, max(low, time.start - NEAR))
        last = bisect_left(starts, min(high, time.end + NEAR))
        here = cued[first:last]
        if not here:
            continue
        dated = _dates(index, time, here, tokens)
        for draft in dated:
            if time.id not in {held.id for held in draft.times}:
                draft.times.append(time)
            draft.said.append(time.id)
    for draft in drafts:
        draft.times.sort(key=lambda record: (record.start, record.id))


def _middle(time: layer.TimeRecord) -> int:
    return (time.start + time.end) // 2


def _dates(index: Index, time: layer.TimeRecord, here: list[Draft], tokens: dict[int, Draft]) -> list[Draft]:
    """The claims of the sentence whose saying the time dates."""
    middle = _middle(time)
    holders = [draft for draft in here if draft.holds(middle, middle + 1)]
    free = [draft for draft in here if draft not in holders]
    inner = max(holders, key=lambda draft: draft.start, default=None)
    if inner is not None:  # inside a content, only claims nested in that content can be dated by it
        free = [draft for draft in free if _below(draft, inner)]
    if not free:
        return []
    found = _behind(index, time, free) or _between(index, time, free) or _in_front(index, time, free)
    if found is None and not (inner is not None and inner.narrated):
        found = _by_tree(index, time, free, tokens) if index.tree else _by_distance(index, time, free)
    if found is None:
        return []
    out = [found]
    # "On Friday the army denied the raid and accused …": an adjunct before the first verb dates both sayings
    if found.cue is not None and time.end <= found.cue[0]:
        out += [
            draft
            for draft in free
            if draft is not found
            and draft.cue is not None
            and draft.cue[0] > found.cue[0]
            and ((draft.source is not None and draft.source == found.source) or _coordinated(index, found, draft))
        ]
    elif found.cue is not None:  # "told state television last week, describing the reports as …"
        out += [
            draft
            for draft in free
            if draft is not found
            and draft.cue is not None
            and draft.source is not None
            and draft.source == found.source
            and 0 < draft.cue[0] - time.end <= 2
        ]
    # the same words can be the cue of several claims ("A and B each blamed the other")
    out += [draft for draft in free if draft not in out and draft.cue == found.cue]
    return out


RELATIVES = frozenset({"who", "whom", "whose", "which", "where", "when"})
NEAR = 600  # characters between a time and the cues that are asked
LONG = 90  # characters between a time and its cue


def _behind(index: Index, time: layer.TimeRecord, free: list[Draft]) -> Draft | None:
    """The nearest cue before the time, when no content and no verb stands between."""
    before = [draft for draft in free if draft.cue is not None and draft.cue[1] <= time.start]
    if not before:
        return None
    draft = max(before, key=lambda d: (d.cue or [0])[0])
    assert draft.cue is not None
    start = draft.cue[1]
    if time.start - start > LONG or any(a < time.start and start < b for a, b in draft.content):
        return None
    return draft if _open(index, start, time.start, occasions=False) else None


def _between(index: Index, time: layer.TimeRecord, free: list[Draft]) -> Draft | None:
    """The claim between whose source and cue the time stands."""
    for draft in free:
        if draft.cue is None or draft.source is None or not draft.source[1] <= time.start <= time.end <= draft.cue[0]:
            continue
        if draft.cue[0] - draft.source[1] <= LONG and _open(index, draft.source[1], draft.cue[0], occasions=False):
            return draft
    return None


def _in_front(index: Index, time: layer.TimeRecord, free: list[Draft]) -> Draft | None:
    """The first claim after a time that opens the sentence, when only an occasion stands beside it."""
    after = [draft for draft in free if draft.cue is not None and draft.cue[0] >= time.end]
    if not after:
        return None
    draft = min(after, key=lambda d: (d.cue or [0])[0])
    assert draft.cue is not None
    begin = index.sentences.bounds(index.sentences.of(time.start))[0]
    target = draft.source[0] if draft.source is not None and draft.source[0] >= time.end else draft.cue[0]
    if draft.content[0][0] < draft.cue[0] or target - time.end > LONG:
        return None
    if not _open(index, begin, time.start, occasions=True) and not _somewhere(index, begin, time):
        return None
    return draft if _open(index, time.end, target, occasions=False) else None


PLACED = frozenset({"at", "in", "during"})


def _somewhere(index: Index, begin: int, time: layer.TimeRecord) -> bool:
    """Whether a sentence opens with where the saying was, up to the time and a comma: "At the talks in Orlu on 14 May, the envoy said"."""
    first = next(iter(index.words_within(begin, time.start)), None)
    if first is None or index.tokens.lower[first] not in PLACED or index.text[time.end : time.end + 2] != ", ":
        return False
    if next(iter(index.events.inside([[begin, time.start]])), None) is not None:
        return False
    return _open(index, begin, time.start, occasions=False)


def _open(index: Index, start: int, end: int, *, occasions: bool) -> bool:
    """Whether nothing between the offsets takes a time for itself: no verb but those of an occasion ("issued"), and with
    `occasions` no noun but an occasion.
    """
    tokens = index.tokens
    for i in index.within(start, end):
        if tokens.start[i] < start or index.is_space(i) or tokens.ent[i] in ("DATE", "TIME"):
            continue
        if tokens.lower[i] in RELATIVES:
            return False
        if (
            tokens.pos[i] == "VERB"
            and tokens.dep[i].lower() not in ("case", "fixed")
            and not words("occasion") & {index.lemma(i), tokens.lower[i]}
        ):
            return False
        if occasions and tokens.pos[i] in ("NOUN", "PROPN") and not _is_occasion(index, i):
            return False
    return True


def _is_occasion(index: Index, i: int) -> bool:
    known = words("venue")
    lower, head = index.tokens.lower[i], index.tokens.head[i]
    if index.lemma(i) in known or lower in known or lower.rstrip("s") in known:
        return True
    # "a news conference": the noun before an occasion goes with it
    relation = index.tokens.dep[i].lower()
    return relation in ("compound", "amod", "nmod", "nmod:poss", "flat", "appos") and head != i and index.lemma(head) in known


def _below(draft: Draft, outer: Draft) -> bool:
    step = draft.parent
    while step is not None:
        if step is outer:
            return True
        step = step.parent
    return False


def _by_tree(index: Index, time: layer.TimeRecord, free: list[Draft], tokens: dict[int, Draft]) -> Draft | None:
    """Climb from the time to the cue that it hangs on; None when something else is met first."""
    step = index.root(time.start, time.end)
    if step is None:
        return None
    allowed = {id(draft) for draft in free}
    for _ in range(DEEP):
        relation = index.tokens.dep[step].lower()
        head = index.tokens.head[step]
        if head == step:
            break
        draft = tokens.get(head)
        if draft is not None and id(draft) in allowed:
            return draft if _may_hang(index, relation, step) and not _clause_between(draft, time) else None
        same = next((d for d in free if d.cue is not None and _is_cue_phrase(index, head, d)), None)
        if same is not None:
            return same
        if not _passes(index, head, relation):
            return None
        step = head
    return None


def _clause_between(draft: Draft, time: layer.TimeRecord) -> bool:
    """Whether a clause of the content stands between cue and time ("asked to return by Friday"): then the time can be the clause's."""
    assert draft.cue is not None
    return not draft.nominal and any(draft.cue[1] <= a and b <= time.start for a, b in draft.content)


def _may_hang(index: Index, relation: str, step: int) -> bool:
    return relation in TIME_RELATIONS or relation.startswith(("obl", "nmod", "advmod")) or index.lemma(step) in words("speaking")


def _passes(index: Index, head: int, relation: str) -> bool:
    """Whether the climb may go on over `head`: an occasion, a verb of speaking, or an adposition and the like."""
    if index.lemma(head) in words("venue") or index.lemma(head) in words("speaking"):
        return True
    if index.tokens.pos[head] in ("ADP", "NUM", "ADV", "PUNCT", "PART", "SCONJ", "DET"):
        return True
    return index.tokens.ent[head] in ("DATE", "TIME") or relation in (
        "nummod",
        "flat",
        "compound",
        "advmod",
        "nmod:unmarked",
        "appos",
    )


def _is_cue_phrase(index: Index, head: int, draft: Draft) -> bool:
    """Whether `head` is an auxiliary or particle of the draft's cue."""
    assert draft.cue is not None
    verb = index.root(*draft.cue)
    return verb is not None and (
        head == verb or (index.tokens.head[verb] == head and index.tokens.dep[verb].lower() in ("aux", "fixed", "compound:prt"))
    )


def _by_distance(index: Index, time: layer.TimeRecord, free: list[Draft]) -> Draft | None:
    """Without a tree: the nearest cue within a few words."""
    best: tuple[int, Draft] | None = None
    for draft in free:
        if draft.cue is None:
            continue
        low, high = (draft.cue[1], time.start) if time.start >= draft.cue[1] else (time.end, draft.cue[0])
        if high < low or high - low > 60:
            continue
        gap = sum(not index.is_space(i) for i in index.within(low, high))
        if gap <= CLOSE and (best is None or gap < best[0]):
            best = (gap, draft)
    return best[1] if best else None


def _coordinated(index: Index, first: Draft, second: Draft) -> bool:
    """Whether the second cue is a conjunct of the first."""
    if first.cue is None or second.cue is None or not index.tree:
        return False
    a, b = index.root(*first.cue), index.root(*second.cue)
    if a is None or b is None:
        return False
    step = b
    for _ in range(4):
        if index.tokens.dep[step].lower() not in ("conj", "parataxis"):
            return False
        step = index.tokens.head[step]
        if step == a:
            return True
    return False
