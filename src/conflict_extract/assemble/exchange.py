"""What the rules for links share: the links found so far, who speaks in two claims, which claims stand before one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.speakers import party_of, sides

BACK = 6  # claims that most rules look back over
VIOLENCE = frozenset({"killing", "injury", "attack", "destruction"})


@dataclass(slots=True)
class Pair:
    """A link in the making."""

    kind: str
    source: Draft
    target: Draft
    basis: str


@dataclass(slots=True)
class Links:
    """The links found so far; the first link of a pair of claims stays."""

    found: list[Pair] = field(default_factory=list)
    _taken: set[tuple[int, int]] = field(default_factory=set)
    _from: dict[int, list[Pair]] = field(default_factory=dict)

    def add(self, kind: str, source: Draft, target: Draft, basis: str) -> None:
        """Add a link unless the two claims have one."""
        key = (min(source.number, target.number), max(source.number, target.number))
        if source is target or key in self._taken:
            return
        self._taken.add(key)
        pair = Pair(kind, source, target, basis)
        self.found.append(pair)
        self._from.setdefault(source.number, []).append(pair)

    def count(self, draft: Draft, kind: str) -> int:
        """How many links of this kind start at a claim."""
        return sum(pair.kind == kind for pair in self._from.get(draft.number, []))

    def of(self, draft: Draft, kind: str) -> Draft | None:
        """The claim that a link of this kind from `draft` leads to."""
        return next((pair.target for pair in self._from.get(draft.number, []) if pair.kind == kind), None)


def cue_lemma(index: Index, draft: Draft) -> str:
    """The lemma of the cue's verb or noun."""
    if draft.cue is None:
        return ""
    root = index.root(*draft.cue)
    return index.lemma(root) if root is not None else ""


def same_speaker(index: Index, a: Draft, b: Draft) -> bool:
    """Whether both claims have one speaker, or a speaker and the one that it speaks for."""
    if a.narrated or b.narrated:
        return False
    if a.source is not None and a.source == b.source:
        return True
    if _of_the_other(index, a, b):
        return True
    if a.speaker is None or b.speaker is None:
        return False
    if a.speaker == b.speaker:
        return True
    one, two = index.actor_rows.get(a.speaker), index.actor_rows.get(b.speaker)
    if one is None or two is None:
        return False
    # a spokesman and his principal; two officials of one state are two speakers
    return (b.speaker in sides(index, a) or a.speaker in sides(index, b)) and "person" in (one.type, two.type)


def _of_the_other(index: Index, a: Draft, b: Draft) -> bool:
    """Whether the later source is "its spokesman", said right after the other claim."""
    if a.source is None or a.number <= b.number or a.sentence - b.sentence > 2:
        return False
    return index.text[a.source[0] : a.source[1]].lower().startswith(("its ", "their "))


def same_side(index: Index, a: Draft, b: Draft) -> bool:
    """Whether the speakers of both claims speak for the same party."""
    one = party_of(index, a)
    return one is not None and one == party_of(index, b)


def previous(drafts: Sequence[Draft], at: int, back: int = BACK) -> list[Draft]:
    """Earlier claims, nearest first, without those that the claim is nested in or that are nested in it."""
    draft = drafts[at]
    out = []
    for other in reversed(drafts[max(0, at - back) : at]):
        if draft.parent is other or other.parent is draft:
            continue
        out.append(other)
    return out


def one_family(a: Draft, b: Draft) -> bool:
    """Whether two claims are about the same type of event, or both about violence."""
    return a.event == b.event != "other" or (a.event in VIOLENCE and b.event in VIOLENCE)
