"""Status of an event in what is said about it: asserted, denied, planned, demanded, possible or background.

The nearest evidence wins: a light verb ("prevent an attack"), then the scopes of layer `modality`, then the act of the saying whose
content the event is in (layer `said`), then the tree. Only the events that a content is about take the act's status; those that it
takes for granted ("called for an inquiry into the attack") are background.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from conflict_extract.annotate._arcs import SUBJECTS, Arcs
from conflict_extract.annotate._triggers import Found
from conflict_extract.annotate.layer import ModalityRecord, SaidRecord
from conflict_extract.lexicons.modality import modality_by_id

ACTS = {"demand": "demanded", "commitment": "planned", "threat": "planned", "denial": "denied", "question": "possible"}
STRENGTH = {"denied": 3, "planned": 2, "possible": 1}
DEFINITE = frozenset({"the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "your"})
SINCE = frozenset({"since", "before", "following", "until"})


class Statuses:
    """Gives each trigger its status.

    Args:
        arcs: the tree. modality: records of layer `modality`. said: records of layer `said`, if any.
    """

    def __init__(self, arcs: Arcs, modality: Sequence[ModalityRecord], said: Sequence[SaidRecord]) -> None:
        self.arcs = arcs
        rules = modality_by_id()
        self.scopes: list[tuple[int, int, int, int, str, str]] = []
        for record in modality:
            rule = rules.get(record.entry or "")
            if rule is not None and rule.status is not None:
                self.scopes.append((record.scope[0], record.scope[1], record.start, record.end, rule.status, record.kind))
        self.scope_index = _Index([(scope[0], scope[1]) for scope in self.scopes])
        self.contents = [(low, high, record) for record in said for low, high in record.content]
        self.content_index = _Index([(low, high) for low, high, _ in self.contents])

    def of(self, item: Found) -> str:
        """Status of one trigger."""
        arcs = self.arcs
        background = self.is_background(item)
        if background and self._modified(item):
            background = False
        if item.light_entry is not None and item.light_entry.status is not None:
            own = self.modal(item.light if item.light is not None else item.token)
            if own == "denied" and item.light_entry.status == "denied":
                return "asserted"
            return own or item.light_entry.status
        modal = self.modal(item.token)
        if modal is None and item.light is not None:
            modal = self.modal(item.light)
        if modal is not None and not background:
            return modal
        record = self.innermost(arcs.starts[item.token])
        if record is not None and not background:
            status = ACTS.get(record.act)
            if status is not None and self.is_main(item, record):
                return status
            if status is not None and record.act != "question":
                return "background"
        if background:
            return "background"
        return "asserted"

    def modal(self, token: int) -> str | None:
        """The strongest status of the modality scopes that hold a token; two negations cancel."""
        offset = self.arcs.starts[token]
        found: list[tuple[str, str]] = []
        for number in self.scope_index.holding(offset):
            _, _, start, end, status, kind = self.scopes[number]
            if start <= offset < end and kind != "hedge":
                continue
            found.append((status, kind))
        negations = sum(status == "denied" for status, _ in found)
        rest = [status for status, _ in found if status != "denied"]
        if negations % 2 == 1:
            return "denied"
        return max(rest, key=lambda status: STRENGTH[status], default=None)

    def _modified(self, item: Found) -> bool:
        """Whether a modality cue with a status stands inside the event's own noun phrase ("the planned offensive")."""
        arcs = self.arcs
        if item.entry.pos != "noun":
            return False
        offset = arcs.starts[item.token]
        left = arcs.starts[arcs.left[item.token]]
        return any(left <= self.scopes[number][2] < offset for number in self.scope_index.holding(offset))

    def innermost(self, offset: int) -> SaidRecord | None:
        """The saying with the shortest content that holds an offset."""
        best: tuple[int, SaidRecord] | None = None
        for number in self.content_index.holding(offset):
            low, high, record = self.contents[number]
            if best is None or high - low < best[0]:
                best = (high - low, record)
        return best[1] if best else None

    def is_main(self, item: Found, record: SaidRecord) -> bool:
        """Whether the event is what the content is about: no finite subordinate clause or noun stands between it and the content's root."""
        arcs = self.arcs
        node = item.light if item.light is not None else item.token
        low, high = record.content[0][0], record.content[-1][1]
        for step in arcs.climb(node):
            head = arcs.head[step]
            if head == step or not low <= arcs.starts[head] < high:
                return True
            if arcs.base[step] in ("acl", "advcl", "nmod", "obl", "appos", "compound", "amod"):
                return False
        return False

    def is_background(self, item: Found) -> bool:
        """Whether the sentence takes the event for granted: in a restrictive relative clause, after "since", or as a known thing."""
        arcs, i = self.arcs, item.token
        if item.entry.pos == "noun":
            if item.light is not None or arcs.is_clause(i):
                return self._clause_background(i)
            if arcs.base[i] in ("compound", "amod"):
                return True
            known = any(
                (arcs.dep[kid] == "det" and arcs.lower[kid] in DEFINITE) or arcs.dep[kid] == "nmod:poss" for kid in arcs.kids[i]
            )
            if known and arcs.base[i] in ("obl", "nmod", "nsubj", "appos", "obj"):
                return True
            if arcs.base[i] in ("obl", "nmod") and arcs.case(i) in SINCE:
                return True
            if item.entry.frame in ("n.self", "n.role") and not any(arcs.base[kid] == "nummod" for kid in arcs.kids[i]):
                return True
            return self._clause_background(i)
        return self._clause_background(i)

    def _clause_background(self, i: int) -> bool:
        arcs = self.arcs
        for step in arcs.climb(i):
            dep = arcs.dep[step]
            if dep == "acl:relcl":
                before = arcs.left[step] - 1
                if before >= 0 and arcs.lower[before] not in (",", "–", "—", "("):
                    return True
            if dep == "advcl" and any(
                arcs.base[kid] in ("mark", "advmod") and arcs.lower[kid] in SINCE for kid in arcs.kids[step]
            ):
                return True
            if arcs.is_clause(step) and arcs.child(step, *SUBJECTS) is not None:
                return False
        return False


class _Index:
    """Which of some ranges hold an offset; ranges that start far before it are not looked at (at most `REACH` candidates)."""

    REACH = 64

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self.order = sorted(range(len(ranges)), key=lambda number: ranges[number])
        self.starts = [ranges[number][0] for number in self.order]
        self.ranges = ranges

    def holding(self, offset: int) -> list[int]:
        """Numbers of the ranges that hold the offset, nearest start first."""
        at = bisect_right(self.starts, offset)
        return [number for number in reversed(self.order[max(0, at - self.REACH) : at]) if self.ranges[number][1] > offset]
