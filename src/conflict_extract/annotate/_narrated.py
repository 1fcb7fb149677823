"""The clauses that the article itself asserts and that count as claims.

ANNOTATION's rules: a clause without a source counts when it reports an event or carries a count, a sum of money, a percentage or a
change of control. A sentence without attribution is one clause, with all its coordinated main clauses; of a sentence with one,
only main and adverbial clauses outside of what is said are left. Background relative clauses are cut out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from spacy.tokens import Doc

from conflict_extract.annotate._arcs import SUBJECTS, Arcs, arcs_of
from conflict_extract.annotate._said_filters import DECLINE
from conflict_extract.annotate._salience import FACTORS, OTHER
from conflict_extract.annotate.layer import EventMention, FrameRecord, NarratedRecord, QuantityRecord, SaidRecord, read
from conflict_extract.lexicons.times import names_of

FIGURES = frozenset({"count", "money", "percent"})
SKIPPED = frozenset({"headline", "dateline", "byline", "credit", "correction", "boilerplate"})
THRESHOLD = 0.33
DATES = names_of("month") | {name[:3] for name in names_of("month")} | {"sept"} | names_of("weekday")
MARKS = frozenset({"as", "while", "after", "when", "whereas", "before", "although", "though", "because", "since", "until"})
MENTIONS = frozenset({"mention", "comment", "reference", "details", "statement"})
NEGATIONS = frozenset({"not", "n't", "never"})
SAYING = frozenset(
    [
        "answer",
        "answered",
        "comment",
        "commented",
        "confirm",
        "confirmed",
        "corroborate",
        "corroborated",
        "disclose",
        "disclosed",
        "discuss",
        "elaborate",
        "elaborated",
        "explain",
        "explained",
        "give",
        "given",
        "name",
        "named",
        "offer",
        "offered",
        "provide",
        "provided",
        "reply",
        "replied",
        "respond",
        "responded",
        "reveal",
        "say",
        "said",
        "specify",
        "specified",
        "verify",
        "verified",
    ]
)
LEAD = frozenset(
    {
        "but",
        "and",
        "or",
        "yet",
        "so",
        "however",
        "meanwhile",
        "still",
        "also",
        "moreover",
        "nevertheless",
        "then",
        "separately",
        "elsewhere",
    }
)
CLOSERS = frozenset({".", ",", ";", ":", "!", "?", "”", '"', "’", "'", "—", "–", "-", ")", "…", "“", "‘", "("})
COMMAS = frozenset({",", "–", "—", "-", "("})


@dataclass(slots=True, frozen=True)
class NarratedClause:
    """A narrated clause: outer offsets, content pieces, ids of the events in it, and why it counts (event, figure, control)."""

    start: int
    end: int
    events: tuple[str, ...]
    rule: str
    content: tuple[tuple[int, int], ...] = field(default=())


def narrated_clauses(doc: Doc) -> list[NarratedClause]:
    """The narrated clauses of a Doc with layer `events` (and `said`, `counts`, `money`, `frame`, where they are).

    Returns:
        In order of offset, without overlaps. Without layer `said` clauses that somebody says are among them.
    """
    return [
        NarratedClause(record.start, record.end, tuple(record.events), record.rule, tuple((a, b) for a, b in record.content))
        for record in narrated_records(doc, arcs_of(doc), read(doc, "events", EventMention))
    ]


def narrated_records(doc: Doc, arcs: Arcs, events: Sequence[EventMention]) -> list[NarratedRecord]:
    """Records of layer `narrated`."""
    return _Narrator(doc, arcs, events).records()


class _Narrator:
    def __init__(self, doc: Doc, arcs: Arcs, events: Sequence[EventMention]) -> None:
        self.arcs = arcs
        size = len(arcs.head)
        said = read(doc, "said", SaidRecord)
        deeds = {event.start: event.end for event in events if event.type in ("ceasefire", "agreement", "surrender")}
        said = [record for record in said if not _is_deed(record, deeds)]
        self.spoken = arcs.mask(span for record in said for span in record.content)
        self.voice = arcs.mask(record.cue for record in said if record.cue)
        self.sources = arcs.mask(record.source for record in said if record.source)
        self.any = [a or b or c for a, b, c in zip(self.spoken, self.voice, self.sources, strict=True)]
        self.nominal = arcs.mask(span for record in said if record.nominal for span in record.content)
        frame = [r for r in read(doc, "frame", FrameRecord) if r.kind in SKIPPED and not (r.kind == "headline" and r.full_clause)]
        self.skipped = arcs.mask([record.start, record.end] for record in frame)
        self.events: dict[int, EventMention] = {}
        for event in events:
            tokens = arcs.tokens(event.start, event.end)
            if tokens is not None:
                for i in range(tokens[0], tokens[1]):
                    self.events.setdefault(i, event)
        self.figures = [False] * size
        for layer in ("counts", "money"):
            for quantity in read(doc, layer, QuantityRecord):
                tokens = arcs.tokens(quantity.start, quantity.end)
                if tokens is not None and quantity.kind in FIGURES and quantity.in_claims:
                    self.figures[tokens[0]] = True

        facts = list(self.figures)
        for i, event in self.events.items():
            facts[i] = facts[i] or event.reports
        self.facts = list(accumulate(facts, initial=0))
        self.voices = list(accumulate(self.voice, initial=0))

    def records(self) -> list[NarratedRecord]:
        """All narrated clauses, in order."""
        arcs = self.arcs
        found: list[NarratedRecord] = []
        roots = [top for i in range(len(arcs.head)) if arcs.head[i] == i for top in self._tops(i)]
        for root in roots:
            low, high = arcs.left[root], arcs.right[root]
            if all(self.skipped[i] for i in range(low, high)) or arcs.lower[high - 1] == "?":
                continue
            for head, cut in self._units(root):
                record = self._record(head, cut)
                if record is not None:
                    found.append(record)
        found.sort(key=lambda record: (record.start, record.end))
        return found

    def _tops(self, root: int) -> list[int]:
        """The root, or the clauses below it when it is only a stop, a break or a date ("Jan 17: rebels take the town")."""
        arcs = self.arcs
        loose = arcs.pos[root] in ("PUNCT", "SPACE", "NUM") or (
            arcs.pos[root] == "PROPN" and arcs.lower[root].rstrip(".") in DATES
        )
        if not loose:
            return [root]
        kids = arcs.kids[root]
        return [kid for kid in kids if arcs.pos[kid] in ("VERB", "AUX") and arcs.child(kid, *SUBJECTS) is not None] or [root]

    def _units(self, root: int) -> list[tuple[int, list[tuple[int, int]]]]:
        """Heads of the clauses of a sentence that stand outside attribution, with the token ranges to cut from each."""
        arcs = self.arcs
        low, high = arcs.left[root], arcs.right[root]
        mains = [root]
        for kid in arcs.kids[root]:
            beside = arcs.base[kid] in ("conj", "parataxis") or (
                self._attributed(kid) and ";" in arcs.lower[max(low, arcs.left[kid] - 1) : arcs.left[kid] + 1]
            )
            if beside and arcs.is_clause(kid) and arcs.child(kid, *SUBJECTS) is not None:
                mains.append(kid)
        if not any(self.any[low:high]):
            return [(root, [])]
        units: list[tuple[int, list[tuple[int, int]]]] = []
        free = [head for head in mains if not self._attributed(head)]
        for head in free:
            if head != root and root in free:
                continue
            cut = [
                (arcs.left[kid], arcs.right[kid])
                for kid in arcs.kids[head]
                if (kid in mains or arcs.base[kid] in ("conj", "parataxis")) and arcs.is_clause(kid) and self._attributed(kid)
            ]
            units.append((head, cut))
        covered = _covered([(arcs.left[head], arcs.right[head]) for head, _ in units], low, high)
        for i in range(low, high):
            if (
                arcs.base[i] == "advcl"
                and not self._attributed(i)
                and (arcs.child(i, *SUBJECTS) is not None or arcs.tag[i] in ("VBD", "VBZ", "VBP"))
                and self._mark(i) is not None
                and not covered[i - low]
                and self._under_saying(i)
            ):
                units.append((i, []))
                covered[arcs.left[i] - low : arcs.right[i] - low] = [True] * (arcs.right[i] - arcs.left[i])
        return units

    def _under_saying(self, i: int) -> bool:
        """Whether a clause hangs on a saying or on what is said without being part of it."""
        head = self.arcs.head[i]
        return self.voice[head] or (self.spoken[head] and not self.spoken[i])

    def _attributed(self, head: int) -> bool:
        """Whether a clause is a saying (its predicate is a cue) or what is said."""
        arcs = self.arcs
        if self.voice[head] or (self.spoken[head] and not self.nominal[head]):
            return True
        event = self.events.get(head)
        own = event is not None and event.type == "protest"  # "thousands marched to demand that P"
        return any(
            self.voice[kid]
            and arcs.dep[kid] in (("obl", "case", "compound:prt") if own else ("xcomp", "obl", "case", "compound:prt"))
            for kid in arcs.kids[head]
        )

    def _mark(self, head: int) -> int | None:
        """The conjunction near the start of an adverbial clause ("hours after …")."""
        arcs = self.arcs
        near = range(arcs.left[head], min(head, arcs.left[head] + 6))
        return next((i for i in near if arcs.lower[i] in MARKS and arcs.base[i] in ("mark", "advmod", "case")), None)

    def _record(self, head: int, cut: list[tuple[int, int]]) -> NarratedRecord | None:
        arcs = self.arcs
        if not (arcs.pos[head] in ("VERB", "AUX") or arcs.child(head, "cop", *SUBJECTS) is not None):
            return None
        if self._silent(head):
            return None
        low, high = arcs.left[head], arcs.right[head]
        if arcs.base[head] == "advcl":
            mark = self._mark(head)
            low = mark + 1 if mark is not None else low
        cut = [*cut, *self._background(head, low, high)]
        gone = _covered(cut, low, high)
        keep = [not self.skipped[i] and not gone[i - low] for i in range(low, high)]
        rule, events = self._reason(head, low, keep)
        if not rule:
            return None
        pieces = self._pieces(low, keep)
        if not pieces:
            return None
        content = [list(arcs.offsets(a, b)) for a, b in pieces]
        return NarratedRecord(start=content[0][0], end=content[-1][1], rule=rule, content=content, events=events)

    def _silent(self, head: int) -> bool:
        """Whether a clause only reports that nothing was said: "declined to give a toll", "has not commented on the strike"."""
        arcs = self.arcs
        subject, thing = arcs.child(head, "nsubj", "nsubj:pass"), arcs.child(head, "obj")
        if subject is not None and arcs.lower[subject] == "nothing":
            return True
        if thing is not None and arcs.lower[thing] in MENTIONS and any(arcs.lower[kid] == "no" for kid in arcs.kids[thing]):
            return True  # "it made no mention of casualties"
        for _ in range(4):
            lower = arcs.lower[head]
            inner = arcs.child(head, "xcomp")
            if lower in DECLINE and inner is not None and arcs.lower[inner] in SAYING:
                return True
            if lower in SAYING and any(
                arcs.lower[kid] in NEGATIONS or (arcs.lower[kid] == "yet" and arcs.tag[head] == "VB") for kid in arcs.kids[head]
            ):
                return True
            if inner is None:
                return False
            head = inner
        return False

    def _background(self, head: int, low: int, high: int) -> list[tuple[int, int]]:
        """Relative clauses to cut: set off by a comma and without event and figure, or somebody's words."""
        arcs = self.arcs
        found: list[tuple[int, int]] = []
        for i in range(low, high):
            if arcs.dep[i] not in ("acl:relcl", "acl", "advcl:relcl"):
                continue
            a, b = arcs.left[i], arcs.right[i]
            if found and a < found[-1][1]:
                continue
            apart = a > low and (arcs.lower[a - 1] in COMMAS or arcs.lower[a] in COMMAS)
            plain = self.facts[b] == self.facts[a]
            voiced = self.voices[b] > self.voices[a]
            if (apart and (plain or voiced)) or (voiced and arcs.dep[i] != "acl"):
                found.append((a, b))
        return found

    def _reason(self, head: int, low: int, keep: Sequence[bool]) -> tuple[str, list[str]]:
        """Why the clause counts, and its events; "" when it does not."""
        events: dict[str, None] = {}
        best = 0.0
        control = figure = False
        for offset, kept in enumerate(keep):
            if not kept:
                continue
            i = low + offset
            if self.spoken[i] and not self.nominal[i]:
                continue
            figure = figure or self.figures[i]
            event = self.events.get(i)
            if event is None or event.id in events:
                continue
            events[event.id] = None
            if event.reports and event.status != "background":
                weight = self._local(i, head, event)
                best = max(best, weight)
                control = control or (event.type == "territorial_control" and weight >= THRESHOLD)
        if best >= THRESHOLD:
            return ("control" if control else "event"), list(events)
        return ("figure", list(events)) if figure else ("", [])

    def _local(self, i: int, head: int, event: EventMention) -> float:
        """Salience of an event within the clause of a head."""
        arcs = self.arcs
        value = 1.0
        for step in arcs.climb(i):
            if step == head:
                break
            if arcs.head[step] == step:
                return 0.0
            value *= FACTORS.get(arcs.dep[step], FACTORS.get(arcs.base[step], OTHER))
        whole = 1.0
        for step in arcs.climb(i):
            if arcs.head[step] == step:
                break
            whole *= FACTORS.get(arcs.dep[step], FACTORS.get(arcs.base[step], OTHER))
        return min(1.0, event.salience * value / whole) if whole > 0 else 0.0

    def _undated(self, a: int, b: int) -> int:
        """The first token behind a date and a colon that open an entry of a timeline."""
        arcs = self.arcs
        for i in range(a, min(a + 7, b - 1)):
            if arcs.lower[i] == ":":
                return i + 1 if i > a else a
            if not (arcs.lower[i].rstrip(".") in DATES or arcs.pos[i] == "NUM" or arcs.lower[i] in (",", ".", "-", "–")):
                return a
        return a

    def _pieces(self, low: int, keep: Sequence[bool]) -> list[tuple[int, int]]:
        """Token ranges of the content: what is kept, without leading connectives and closing punctuation."""
        arcs = self.arcs
        runs: list[list[int]] = []
        for offset, kept in enumerate(keep):
            i = low + offset
            if not kept:
                continue
            if runs and runs[-1][1] == i:
                runs[-1][1] = i + 1
            else:
                runs.append([i, i + 1])
        pieces = []
        for number, (a, b) in enumerate(runs):
            if number == 0:
                a = self._undated(a, b)
            while a < b and (
                arcs.lower[a] in CLOSERS
                or arcs.pos[a] == "SPACE"
                or (number == 0 and (arcs.lower[a] in LEAD or (arcs.lower[a] in MARKS and arcs.base[a] == "mark")))
            ):
                a += 1
            while b > a and (arcs.lower[b - 1] in CLOSERS or arcs.pos[b - 1] == "SPACE"):
                b -= 1
            if b > a:
                pieces.append((a, b))
        return pieces


def _is_deed(record: SaidRecord, deeds: Mapping[int, int]) -> bool:
    """Whether a cue with a noun for its content is itself an event ("agreed a truce"): then the clause is narrated."""
    cue = record.cue
    return cue is not None and record.act == "commitment" and deeds.get(cue[0], 0) > cue[1]


def _covered(ranges: Sequence[tuple[int, int]], low: int, high: int) -> list[bool]:
    """For each token from `low` to `high`, whether one of the token ranges holds it."""
    edges = [0] * (high - low + 1)
    for a, b in ranges:
        edges[min(max(a, low), high) - low] += 1
        edges[min(max(b, low), high) - low] -= 1
    return [depth > 0 for depth in accumulate(edges)][: high - low]
