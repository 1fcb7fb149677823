"""Said and narrated records become drafts of claims: one to one, without doubles, in order, nested."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.cuts import cut_coordinated, cut_relatives, cut_times
from conflict_extract.assemble.index import Index

LARGEST_SHARE = 0.5  # a narrated clause of which more than this lies in attributed contents is not the article's own


@dataclass(slots=True, eq=False)
class Draft:
    """A claim in the making.

    Attributes:
        record: id of the said or narrated record.
        content, source, cue: offsets.
        start, end: from the first to the last of the parts.
        speaker, affiliation, target: keys of actor rows (`affiliation` may be a name that no row has).
        main: the mention of the main event; `mentions` all of them with their status in this claim.
        parent, children: nesting by content.
        continues: the draft whose speaker goes on here without a cue of its own.
        confidence, name_confidence: set by `confidence.rate`.
    """

    record: str
    content: list[Offsets]
    act: str
    mode: str
    source: Offsets | None = None
    cue: Offsets | None = None
    start: int = 0
    end: int = 0
    speaker: str | None = None
    affiliation: str | None = None
    role: str | None = None
    target: str | None = None
    target_words: Offsets | None = None
    via: dict[str, Any] | None = None
    anonymous: bool = False
    former: bool = False
    nominal: bool = False
    narrated: bool = False
    rule: str = ""
    entry: str | None = None
    score: float | None = None
    sentence: int = 0
    paragraph: int = 0
    parent: Draft | None = None
    children: list[Draft] = field(default_factory=list)
    continues: Draft | None = None
    quantities: list[layer.QuantityRecord] = field(default_factory=list)
    places: list[layer.PlaceMention] = field(default_factory=list)
    times: list[layer.TimeRecord] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    hedges: list[Offsets] = field(default_factory=list)
    main: layer.EventMention | None = None
    mentions: list[tuple[layer.EventMention, str]] = field(default_factory=list)
    event: str = "other"
    event_from: str = ""
    plover_act: str | None = None
    responsibility: str | None = None
    number: int = 0
    confidence: float = 1.0
    name_confidence: float = 1.0

    @property
    def attributed(self) -> bool:
        """Whether somebody other than the article says it."""
        return not self.narrated

    def holds(self, start: int, end: int) -> bool:
        """Whether one part of the content holds `[start, end)`."""
        return any(a <= start and end <= b for a, b in self.content)


def make_drafts(index: Index, *, narrated: bool = True) -> list[Draft]:
    """The drafts of all claims, in order of offset, outer claims first.

    Args:
        index: the layers.
        narrated: whether to make claims of what the article itself asserts.
    """
    drafts: dict[str, Draft] = {}
    doubles: set[tuple[Any, ...]] = set()
    for record in index.said:
        content = _tidy(record.content)
        if not content:
            continue
        key = (tuple(map(tuple, content)), tuple(record.source or ()), tuple(record.cue or ()))
        if key in doubles:
            continue
        doubles.add(key)
        coded = index.acts.get(record.id)
        drafts[record.id] = Draft(
            record=record.id,
            content=content,
            act=record.act,
            mode=record.mode,
            source=record.source,
            cue=record.cue,
            speaker=record.speaker,
            affiliation=record.affiliation,
            role=record.role,
            target=record.target_actor,
            target_words=record.target,
            via=record.via,
            anonymous=record.anonymous,
            former=record.former,
            nominal=record.nominal,
            rule=record.rule,
            entry=record.entry,
            score=record.score,
            plover_act=coded.plover_act if coded else None,
            responsibility=coded.responsibility if coded else None,
        )
    for record in index.said:
        if record.id in drafts and record.continues in drafts:
            drafts[record.id].continues = drafts[record.continues]
    claims = list(drafts.values())
    cut_relatives(index, claims)
    cut_times(index, claims)
    freed = cut_coordinated(index, claims)
    if narrated:
        claims += _own_assertions(index, claims)
    for draft in claims:
        parts = [part for part in (draft.source, draft.cue, *draft.content) if part]
        draft.start, draft.end = min(part[0] for part in parts), max(part[1] for part in parts)
        anchor = draft.cue if draft.cue and draft.continues is None else draft.content[0]
        draft.sentence = index.sentences.of(anchor[0])
        draft.paragraph = index.paragraph(draft.content[0][0])
    # several claims can share source and cue (a quotation that goes on): after the first, the words said decide the order
    first: set[tuple[Any, ...]] = set()
    for draft in sorted(claims, key=lambda draft: draft.content[0][0]):
        said_by = (tuple(draft.source or ()), tuple(draft.cue or ()))
        if draft.continues is not None or (draft.attributed and said_by in first):
            draft.start, draft.end = draft.content[0][0], draft.content[-1][1]
        first.add(said_by)
    claims.sort(key=lambda draft: (draft.start, draft.content[0][0], -draft.end, draft.record))
    _nest(claims, {record.id: record.parent for record in index.said if record.parent and record.id not in freed}, drafts)
    for number, draft in enumerate(claims, 1):
        draft.number = number
    return claims


def _tidy(content: Sequence[Offsets]) -> list[Offsets]:
    """The parts in order, without empty or overlapping ones."""
    out: list[Offsets] = []
    for start, end in sorted([list(part) for part in content]):
        start = max(start, out[-1][1]) if out else start
        if end > start:
            out.append([start, end])
    return out


def _own_assertions(index: Index, claims: Sequence[Draft]) -> list[Draft]:
    """Drafts of the narrated records that lie in nobody's content."""
    covered = _union(part for draft in claims for part in draft.content)
    starts = [start for start, _ in covered]
    # A clause that introduces a claim of its own ("the army said …") asserts nothing: its parts are the claim's.
    spoken = _union(part for draft in claims for part in (draft.source, draft.cue) if part)
    spoken_starts = [start for start, _ in spoken]
    out = []
    seen: set[tuple[tuple[int, int], ...]] = set()
    for record in index.narrated:
        content = _tidy(record.content or [[record.start, record.end]])
        length = sum(end - start for start, end in content)
        if not length:
            continue
        inside = sum(_overlap(covered, starts, start, end) for start, end in content)
        words = sum(_overlap(spoken, spoken_starts, start, end) for start, end in content)
        key = tuple((start, end) for start, end in content)
        if ((inside + words) / length > LARGEST_SHARE and not _own_event(index, record, covered, starts)) or key in seen:
            continue
        seen.add(key)
        out.append(
            Draft(
                record=record.id,
                content=content,
                act="narration",
                mode="narration",
                narrated=True,
                rule=record.rule,
                entry=record.entry,
                score=record.score,
            )
        )
    return out


def _own_event(index: Index, record: layer.NarratedRecord, covered: list[tuple[int, int]], starts: list[int]) -> bool:
    """Whether people protest in the clause itself, whatever they demand: "thousands marched to demand that P"."""
    events = index.events.inside([[record.start, record.end]])
    return any(e.type == "protest" and e.reports and not _overlap(covered, starts, e.start, e.end) for e in events)


def _union(parts: Any) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted((part[0], part[1]) for part in parts):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _overlap(union: Sequence[tuple[int, int]], starts: Sequence[int], start: int, end: int) -> int:
    """Characters of `[start, end)` that the disjoint, sorted spans cover."""
    total = 0
    at = max(0, bisect_left(starts, start) - 1)
    while at < len(union) and union[at][0] < end:
        total += max(0, min(end, union[at][1]) - max(start, union[at][0]))
        at += 1
    return total


def _nest(claims: Sequence[Draft], given: dict[str, str], by_record: dict[str, Draft]) -> None:
    """Set parents: the one the record names, else the innermost claim whose content holds cue and content of this one.

    Contents are walked in order with a stack of open ones, so the work grows with the number of claims and their depth.
    """
    parts = sorted(
        ((part[0], -part[1], draft.number, at, draft) for at, draft in enumerate(claims) for part in draft.content),
        key=lambda row: row[:4],
    )
    anchors = sorted(
        ((draft.cue or draft.content[0])[0], at) for at, draft in enumerate(claims) if draft.cue and draft.continues is None
    )
    stack: list[tuple[int, Draft]] = []
    position = 0
    for offset, at in anchors:
        while position < len(parts) and parts[position][0] <= offset:
            row = parts[position]
            while stack and stack[-1][0] <= row[0]:
                stack.pop()
            stack.append((-row[1], row[4]))
            position += 1
        while stack and stack[-1][0] <= offset:
            stack.pop()
        draft = claims[at]
        named = by_record.get(given.get(draft.record, ""))
        if named is None or named is draft:
            named = next((outer for _, outer in reversed(stack[-8:]) if outer is not draft and _lies_in(draft, outer)), None)
        if named is not None and not _is_below(named, draft):
            draft.parent = named
            named.children.append(draft)


def _lies_in(inner: Draft, outer: Draft) -> bool:
    """Whether cue and content of `inner` lie in the content of `outer` (and not the other way round)."""
    if inner.cue is None or not outer.holds(*inner.cue):
        return False
    size = sum(end - start for start, end in inner.content)
    held = sum(
        max(0, min(end, b) - max(start, a)) for start, end in inner.content for a, b in outer.content if a < end and start < b
    )
    return held > 0.8 * size


def _is_below(draft: Draft, other: Draft) -> bool:
    """Whether `draft` is `other` or lies under it."""
    step: Draft | None = draft
    depth = 0
    while step is not None and depth < 64:
        if step is other:
            return True
        step = step.parent
        depth += 1
    return step is not None
