"""Which mentions are one incident: same family of types, nothing that contradicts, and a reason to think so.

A reason is the tree ("killed … in a raid"), a definite or possessive mention of a known thing ("Monday's attack"), the same place or
day, or a bare toll after an event. What contradicts: different places, days that do not meet, "another", a generic plural, a status
that is not a fact on one side only. Incidents still open are the last `OPEN` ones, so the work is linear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conflict_extract.annotate._arcs import Arcs
from conflict_extract.annotate._triggers import Found
from conflict_extract.annotate.layer import EventMention, IncidentRow, PlaceMention, PlaceRow, QuantityRecord, TimeRecord

OPEN = 24
FAMILY = {
    "killing": "violence",
    "injury": "violence",
    "attack": "violence",
    "destruction": "violence",
    "abduction": "abduction",
    "missing": "abduction",
    "ceasefire": "ceasefire",
    "surrender": "control",
    "territorial_control": "control",
}
MAIN = ("attack", "abduction", "killing", "territorial_control", "ceasefire", "injury", "destruction", "surrender", "missing")
OTHERS = frozenset(
    {"another", "other", "separate", "second", "third", "fourth", "previous", "earlier", "new", "further", "similar", "different"}
)
DEFINITE = frozenset({"the", "this", "that", "these", "those"})
UNREAL = frozenset({"planned", "demanded", "possible", "denied"})
WIDE = frozenset({"country", "admin1", "area"})


@dataclass(slots=True, eq=False)
class Incident:
    """An incident while it is built. `places`: names; `days`: [start, end] ISO dates."""

    key: str
    numbers: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    days: set[tuple[str, str]] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    unreal: bool = True
    sentence: int = 0


class Grouper:
    """Groups event mentions of one document.

    Args:
        arcs: the tree. found, events: triggers and their records, in the same order. places, place_rows, times, quantities: the
            layers that the records refer to.
    """

    def __init__(
        self,
        arcs: Arcs,
        found: Sequence[Found],
        events: Sequence[EventMention],
        places: Mapping[str, PlaceMention],
        place_rows: Mapping[str, PlaceRow],
        times: Mapping[str, TimeRecord],
        quantities: Mapping[str, QuantityRecord],
    ) -> None:
        self.arcs = arcs
        self.found = found
        self.events = events
        self.places = places
        self.rows = place_rows
        self.times = times
        self.quantities = quantities
        self.at = {item.token: number for number, item in enumerate(found)}
        self.of: dict[int, Incident] = {}
        self.all: list[Incident] = []

    def group(self) -> list[IncidentRow]:
        """Rows of table `incidents`; sets `incident` of every event."""
        links = self._tree_links()
        open_: dict[str, list[Incident]] = {}
        for number in range(len(self.found)):
            family = self._family(number)
            incident, reason = self._by_tree(number, links)
            if incident is None:
                incident, reason = self._by_text(number, open_.get(family, []))
            if incident is None and not self.events[number].reports:
                continue
            if incident is None:
                incident = Incident(key=f"i{len(self.all) + 1}")
                self.all.append(incident)
                reason = ""
            self._join(incident, number, reason)
            pool = open_.setdefault(family, [])
            if incident in pool:
                pool.remove(incident)
            pool.append(incident)
            del pool[:-OPEN]
        return [self._row(incident) for incident in self.all]

    def _family(self, number: int) -> str:
        kind = self.events[number].type
        return FAMILY.get(kind, kind)

    def _tree_links(self) -> dict[int, tuple[int, str]]:
        """Trigger -> an earlier trigger of the same family that the tree ties it to, and how."""
        arcs = self.arcs
        ties: dict[int, tuple[int, str]] = {}
        for number, item in enumerate(self.found):
            for step in arcs.climb(item.light if item.light is not None else item.token):
                head = arcs.head[step]
                if head == step:
                    break
                other = self.at.get(head)
                dep = arcs.dep[step]
                if other is not None and other != number:
                    if self._family(other) == self._family(number) and self._tied(step, dep, number, other):
                        ties[max(number, other)] = (min(number, other), f"one clause ({dep})")
                    break
                if dep in ("acl:relcl", "advcl", "ccomp", "parataxis", "nmod", "appos") and arcs.base[step] != "nmod":
                    break
        return ties

    def _tied(self, step: int, dep: str, number: int, other: int) -> bool:
        """Whether an arc makes its two events one: "killed in a raid", "the raid killed", "hit the mill, killing"."""
        arcs = self.arcs
        first, second = self.found[number], self.found[other]
        if (
            any(self.events[n].status in UNREAL for n in (number, other))
            and self.events[number].status != self.events[other].status
        ):
            return False
        if {first.entry.frame, second.entry.frame} & {"n.self", "n.role"}:
            return dep in ("obj", "nsubj", "nsubj:pass", "nmod", "compound") and not self._other(first.token)
        if dep in ("nsubj", "obj", "nsubj:pass", "csubj"):
            return True
        if arcs.base[step] in ("obl", "nmod"):
            return arcs.case(step) in ("in", "during", "by", "at", "from", "with", "of", "as", "amid", "through")
        if dep == "advcl":
            marks = {arcs.lower[i] for i in range(arcs.left[step], min(step, arcs.left[step] + 6))}
            return not marks & {"after", "before", "since", "until", "if", "unless", "because", "although", "though"}
        if dep == "conj":
            return self.events[number].type != self.events[other].type and first.entry.pos == second.entry.pos == "verb"
        return dep in ("acl", "acl:relcl", "xcomp", "compound", "amod", "parataxis")

    def _by_tree(self, number: int, links: Mapping[int, tuple[int, str]]) -> tuple[Incident | None, str]:
        link = links.get(number)
        if link is None:
            return None, ""
        incident = self.of.get(link[0])
        if incident is None or self._contradicts(number, incident):
            return None, ""
        return incident, link[1]

    def _by_text(self, number: int, pool: Sequence[Incident]) -> tuple[Incident | None, str]:
        """The nearest open incident that fits, and why."""
        item, event = self.found[number], self.events[number]
        if self._other(item.token) or (event.status in UNREAL and not self._definite(item.token)) or self._generic(number):
            return None, ""
        places, days = self._places(number), self._days(number)
        definite = (item.entry.pos == "noun" and self._definite(item.token)) or self._there(item.token)
        toll = self._toll(number)
        goes_on = not places and not days and self._goes_on(number)
        if not (places or days or definite or toll or goes_on):
            return None, ""
        best: tuple[int, Incident, str] | None = None
        for incident in reversed(pool):
            if (incident.unreal and event.status not in UNREAL and not definite) or self._contradicts(number, incident):
                continue
            gap = self.arcs.sent[item.token] - incident.sentence
            same_place = bool(places & incident.places)
            same_day = any(_meet(a, b) for a in days for b in incident.days)
            settled = 2 if incident.places else 0
            settled += event.type in incident.types
            found: tuple[int, str] | None = None
            if same_place and (same_day or not days or not incident.days) and gap <= 12:
                found = 9, "same place" + (" and day" if same_day else "")
            elif same_day and not places and gap <= 8 and (definite or toll):
                found = 8, "same day"
            elif definite and gap <= 12:
                found = settled + 3, "definite mention of a known event"
            elif toll and not places and not days and gap <= 6:
                found = settled + 1, "figure without a place or day of its own"
            elif goes_on and gap <= 2:
                found = settled, "the account goes on"
            if found is not None and (best is None or found[0] > best[0]):
                best = found[0], incident, found[1]
        return (best[1], best[2]) if best is not None else (None, "")

    def _goes_on(self, number: int) -> bool:
        """Whether a past-tense clause about pronouns goes on with an account ("They burned everything")."""
        item = self.found[number]
        agents = self.events[number].agents
        return (
            item.entry.pos == "verb"
            and self.arcs.tag[item.token] in ("VBD", "VBN")
            and bool(agents)
            and all(self.arcs.text[agent["start"] : agent["end"]].lower() in ("they", "he", "she") for agent in agents)
        )

    def _definite(self, token: int) -> bool:
        """Whether the noun is a known thing: with "the", "this" or a possessor."""
        arcs = self.arcs
        if token > 0 and arcs.lower[token - 1] in DEFINITE:
            return True
        return any(
            (arcs.dep[kid] == "det" and arcs.lower[kid] in DEFINITE) or arcs.dep[kid] == "nmod:poss" for kid in arcs.kids[token]
        )

    def _there(self, token: int) -> bool:
        """Whether the clause points back at a place ("was hit there", "the hospital there was hit")."""
        arcs = self.arcs
        near = list(arcs.kids[token]) + [inner for kid in arcs.kids[token][:12] for inner in arcs.kids[kid][:12]]
        return any(arcs.lower[kid] in ("there", "here") and arcs.base[kid] == "advmod" for kid in near)

    def _other(self, token: int) -> bool:
        """Whether words say that it is a different one ("another attack", "a second raid")."""
        arcs = self.arcs
        return any(kid < token and arcs.lower[kid] in OTHERS for kid in arcs.kids[token])

    def _generic(self, number: int) -> bool:
        """Whether the noun is a bare plural ("attacks on farmers")."""
        token = self.found[number].token
        return (
            self.found[number].entry.pos == "noun"
            and self.arcs.tag[token] == "NNS"
            and not any(
                self.arcs.base[kid] in ("det", "nummod") or self.arcs.dep[kid] == "nmod:poss" for kid in self.arcs.kids[token]
            )
            and not self.events[number].quantities
        )

    def _toll(self, number: int) -> bool:
        """Whether the mention gives a count of the killed, wounded, missing, displaced …"""
        if self.found[number].entry.frame == "n.none" and "toll" in self.found[number].entry.words:
            return True
        return any(
            (quantity := self.quantities.get(key)) is not None and quantity.kind == "count"
            for key in self.events[number].quantities
        ) and self.events[number].type in ("killing", "injury", "missing", "abduction", "detention")

    def _places(self, number: int) -> set[str]:
        """Keys of the event's own places that are no mere reference."""
        found = set()
        for place in self.events[number].places:
            mention = self.places.get(place["id"])
            if mention is not None and place.get("role") in ("at", "to", None):
                found.add(mention.place)
        return found

    def _days(self, number: int) -> list[tuple[str, str]]:
        found = []
        for key in self.events[number].times:
            time = self.times.get(key)
            if time is not None and time.date_start and time.date_end:
                found.append((time.date_start, time.date_end))
        return found

    def _contradicts(self, number: int, incident: Incident) -> bool:
        """Whether place or time rule the incident out."""
        days, places = self._days(number), self._places(number)
        if days and incident.days and not any(_meet(a, b) for a in days for b in incident.days):
            return True
        if places and incident.places and not places & incident.places:
            return not any(self._contains(a, b) or self._contains(b, a) for a in places for b in incident.places)
        return False

    def _contains(self, outer: str, inner: str) -> bool:
        """Whether a wide place may hold another one (a country or province and a place in the same country)."""
        a, b = self.rows.get(outer), self.rows.get(inner)
        if a is None or b is None:
            return False
        if a.level == "country":
            return a.country is not None and a.country == b.country
        if a.level == "admin1":
            return (
                a.country == b.country and a.level != b.level and (a.admin1 is None or b.admin1 is None or a.admin1 == b.admin1)
            )
        return a.level == "area" and (a.country is None or a.country == b.country)

    def _join(self, incident: Incident, number: int, reason: str) -> None:
        event = self.events[number]
        incident.numbers.append(number)
        if reason:
            incident.reasons.append(reason)
        incident.places |= self._places(number)
        if len(incident.days) < OPEN:
            incident.days.update(self._days(number))
        incident.types.add(event.type)
        incident.unreal = incident.unreal and event.status in UNREAL
        incident.sentence = max(incident.sentence, self.arcs.sent[self.found[number].token])
        event.incident = incident.key
        self.of[number] = incident

    def _row(self, incident: Incident) -> IncidentRow:
        kinds = [self.events[number].type for number in incident.numbers]
        ranked = [kind for kind in MAIN if kind in kinds]
        seen: dict[str, None] = dict.fromkeys(incident.reasons)
        return IncidentRow(
            key=incident.key,
            type=ranked[0] if len(set(kinds)) > 1 and ranked else kinds[0],
            mentions=[self.events[number].id for number in incident.numbers],
            basis="; ".join(seen) or "one mention",
        )


def _meet(a: tuple[str, str], b: tuple[str, str]) -> bool:
    """Whether two inclusive periods share a day."""
    return a[0] <= b[1] and b[0] <= a[1]
