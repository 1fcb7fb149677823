"""What happened, to whom, by whom: writes layers `events`, `narrated`, `acts` and table `incidents`.

The parts, in the order in which they run: `_triggers` (words), `_roles` (agents and patients), `_salience`, `_attach` (places, times,
figures), `_status`, `_incidents` (mentions of one event), `_narrated` (what the article itself asserts), `_acts` (codes of sayings).
Layers that other components write are used where they are there; only the tree is needed.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._acts import act_records
from conflict_extract.annotate._arcs import Arcs, arcs_of
from conflict_extract.annotate._attach import Attacher
from conflict_extract.annotate._incidents import Grouper
from conflict_extract.annotate._narrated import narrated_records
from conflict_extract.annotate._roles import Roles, mention
from conflict_extract.annotate._salience import saliences
from conflict_extract.annotate._status import Statuses
from conflict_extract.annotate._triggers import Classes, Found, find
from conflict_extract.annotate.layer import (
    ActorMention,
    ChainRow,
    CorefMention,
    EventMention,
    ModalityRecord,
    PlaceMention,
    PlaceRow,
    QuantityRecord,
    SaidRecord,
    TimeRecord,
    read,
    read_table,
    require_tree,
    write,
    write_table,
)


class EventsComponent:
    """Finds events, their roles and status, groups mentions of one incident, and lists the narrated clauses."""

    def __call__(self, doc: Doc) -> Doc:
        """Write layers `events`, `narrated`, `acts` and table `incidents`.

        Args:
            doc: a Doc with a UD v2 tree; layers actors, places, counts, money, times, said, coreference and modality are used when
                they are there.

        Returns:
            The same Doc.

        Raises:
            PipelineError: the Doc has no UD v2 tree.
        """
        if not len(doc):
            for layer in ("events", "narrated", "acts"):
                write(doc, layer, [])
            write_table(doc, "incidents", [])
            return doc
        require_tree(doc, "conflict_events")
        arcs = arcs_of(doc)
        found, events = find_events(doc, arcs)
        ordered = sorted(events, key=lambda event: (event.start, -event.end))
        for number, event in enumerate(ordered, 1):
            event.id = f"events:{number}"
        places = {record.id: record for record in read(doc, "places", PlaceMention)}
        rows = {row.key: row for row in read_table(doc, "places", PlaceRow)}
        times = {record.id: record for record in read(doc, "times", TimeRecord)}
        quantities = {record.id: record for layer in ("counts", "money") for record in read(doc, layer, QuantityRecord)}
        write_table(doc, "incidents", Grouper(arcs, found, events, places, rows, times, quantities).group())
        write(doc, "events", events)
        write(doc, "narrated", narrated_records(doc, arcs, events))
        write(doc, "acts", act_records(arcs, read(doc, "said", SaidRecord), ordered))
        return doc


def find_events(doc: Doc, arcs: Arcs) -> tuple[list[Found], list[EventMention]]:
    """The triggers of a Doc and their records, in the same order; incidents are not set yet."""
    actors = _actors(doc, arcs)
    said = read(doc, "said", SaidRecord)
    stops = _cues(arcs, said)
    classes = Classes(arcs, frozenset(actors))
    found = find(arcs, classes)
    roles = Roles(arcs, classes, found)
    roles.fill()
    found = _without_parties(found, roles)
    weights = saliences(arcs, found, stops)
    figures = [*read(doc, "counts", QuantityRecord), *read(doc, "money", QuantityRecord)]
    spoken = arcs.mask(span for record in said for span in record.content)
    attached = Attacher(arcs, found, weights, stops, spoken).attach(
        read(doc, "places", PlaceMention), read(doc, "times", TimeRecord), figures
    )
    statuses = Statuses(arcs, read(doc, "modality", ModalityRecord), said)
    events = []
    for item, weight, more in zip(found, weights, attached, strict=True):
        entry = item.entry
        start, end = _trigger_offsets(arcs, item)
        clause = arcs.clause(item.light if item.light is not None else item.token)
        low, high = arcs.offsets(arcs.left[clause], arcs.right[clause])
        events.append(
            EventMention(
                start=start,
                end=end,
                rule=entry.frame if item.light_entry is None else f"{entry.frame}+{item.light_entry.words}",
                entry=entry.id,
                type=entry.type,
                plover=entry.plover,
                plover_mode=entry.mode,
                acled_event=entry.acled[0] if entry.acled else None,
                acled_sub_event=entry.acled[1] if entry.acled else None,
                agents=[mention(arcs, roles.party(node), actors) for node in item.agents],
                patients=[mention(arcs, roles.party(node), actors) for node in item.patients],
                places=more.places,
                times=more.times,
                quantities=more.quantities,
                status=statuses.of(item),
                clause=[low, high],
                reports=_reports(arcs, item),
                salience=weight,
            )
        )
    return found, events


def _without_parties(found: list[Found], roles: Roles) -> list[Found]:
    """The triggers without nouns that only name a party of another one ("gunmen" of "gunmen killed")."""
    taken = {roles.arcs.counted(node)[0] for item in found for node in (*item.agents, *item.patients) if node != item.token}
    return [item for item in found if roles.frames[item.entry.frame].itself == "none" or item.token not in taken]


def _reports(arcs: Arcs, item: Found) -> bool:
    """Whether the mention reports its event: a predicate, or a noun that is no modifier of another noun."""
    if not item.entry.reports:
        return False
    if item.light_entry is not None:
        return item.light_entry.reports
    if item.entry.pos == "verb":
        return arcs.dep[item.token] != "amod"
    return arcs.base[item.token] not in ("compound", "amod")


def _trigger_offsets(arcs: Arcs, item: Found) -> tuple[int, int]:
    """Offsets from the first to the last word; of a verb whose words stand far apart, of the verb alone."""
    if item.entry.pos == "verb" and max(item.tokens) - min(item.tokens) > 3:
        return arcs.offsets(item.token, item.token + 1)
    return arcs.offsets(min(item.tokens), max(item.tokens) + 1)


def _cues(arcs: Arcs, said: list[SaidRecord]) -> frozenset[int]:
    """Tokens of saying cues."""
    found: set[int] = set()
    for record in said:
        tokens = arcs.tokens(record.cue[0], record.cue[1]) if record.cue else None
        if tokens is not None:
            found.update(range(tokens[0], tokens[1]))
    return frozenset(found)


def _actors(doc: Doc, arcs: Arcs) -> dict[int, str]:
    """Head token of each mention of an actor (or of a pronoun's chain) -> the actor's key."""
    found: dict[int, str] = {}
    chains = {row.key: row.actor for row in read_table(doc, "chains", ChainRow)}
    for chained in read(doc, "coreference", CorefMention):
        actor = chains.get(chained.chain)
        tokens = arcs.tokens(chained.start, chained.end)
        if actor is not None and tokens is not None:
            found[_head_of(arcs, tokens)] = actor
    for record in read(doc, "actors", ActorMention):
        tokens = arcs.tokens(record.start, record.end)
        if tokens is None or record.use == "place":
            continue
        head = arcs.tokens(record.head, record.head + 1) if record.head >= 0 else None
        found[head[0] if head is not None else _head_of(arcs, tokens)] = record.actor
    return found


def _head_of(arcs: Arcs, tokens: tuple[int, int]) -> int:
    """The token of a range whose head lies outside it."""
    return next((i for i in range(*tokens) if not tokens[0] <= arcs.head[i] < tokens[1] or arcs.head[i] == i), tokens[1] - 1)


@Language.factory("conflict_events")
def make_events(nlp: Language, name: str) -> EventsComponent:
    """Make the component."""
    return EventsComponent()
