"""The contract between components: span groups, record types, `write` and `read`.

A component writes a layer: a list of records. Each record holds plain data (str, int, float, bool, None, list, dict with str
keys) with exact character offsets `start`, `end` into `doc.text`. `write` stores the records in `doc._.ce_records` by id and
mirrors them as spans in `doc.spans["ce_<layer>"]` (spans cover whole tokens, so they can be wider than the offsets; the
record's offsets are the exact ones). Data of the whole document (entities, places, incidents) are rows of a table in
`doc._.ce_tables`. Nothing here is a live spaCy object, so Docs survive `n_process=2` and `DocBin(store_user_data=True)`.

Reading is cheap: records are made of the plain data once and shared by all readers until their layer is written again. So are the
text and the token lists: `text_of(doc)` for `doc.text`, `tokens_of(doc)` for words, tags, heads, children, edges and sentences
(`_tokens.Tokens`), instead of `for token in doc`.

===============  =====================  =======================  ==============================
layer            written by             record                   table
===============  =====================  =======================  ==============================
`frame`          conflict_frame         `FrameRecord`            `frame` (one row: `FrameInfo`)
`attribution`    conflict_encoder       `SpanRecord`
`actors`         conflict_actors        `ActorMention`           `actors` (`ActorRow`)
`places`         conflict_places        `PlaceMention`           `places` (`PlaceRow`)
`counts`         conflict_counts        `QuantityRecord`
`money`          conflict_money         `QuantityRecord`
`times`          conflict_times         `TimeRecord`
`said`           conflict_attribution   `SaidRecord`
`joined`         conflict_attribution   `JoinedRecord`
`coreference`    conflict_coreference   `CorefMention`           `chains` (`ChainRow`)
`modality`       conflict_modality      `ModalityRecord`
`events`         conflict_events        `EventMention`           `incidents` (`IncidentRow`)
`narrated`       conflict_events        `NarratedRecord`
`acts`           conflict_events        `ActRecord`
===============  =====================  =======================  ==============================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from spacy.tokens import Doc, Span, SpanGroup

from conflict_extract.annotate._tokens import Memory, memory_of
from conflict_extract.annotate._tokens import Tokens as Tokens
from conflict_extract.annotate._tokens import keep_private as keep_private
from conflict_extract.annotate._tokens import surface_of as surface_of
from conflict_extract.annotate._tokens import text_of as text_of
from conflict_extract.annotate._tokens import tokens_of as tokens_of
from conflict_extract.errors import PipelineError

Offsets = list[int]  # [start, end)
#: The rule of an entry that a date and a colon or dash open: the date is a time of what the entry's first sentence says.
TIMELINE = "timeline"
#: Kinds of frame text that make no claims and assert no figures.
UNCLAIMED = frozenset({"dateline", "byline", "credit", "boilerplate", "correction"})


@dataclass(slots=True, kw_only=True)
class Record:
    """What all records share.

    Attributes:
        start, end: character offsets into `doc.text`, `[start, end)`.
        id: set by `write`: "<layer>:<number>" in order of offset.
        rule: evidence: the name of the rule or head that made the record.
        entry: evidence: the lexicon entry used, if any.
        score: a probability or score between 0 and 1, if any.
    """

    start: int
    end: int
    id: str = ""
    rule: str = ""
    entry: str | None = None
    score: float | None = None


@dataclass(slots=True, kw_only=True)
class FrameRecord(Record):
    """A part of the document frame.

    `kind`: headline, dateline, byline, credit, correction, boilerplate, entry. `full_clause`: for a headline, whether it is a
    full clause (then it may make claims). `published`: ISO date (and time) of a live-blog entry. `place`, `agency`, `date`: of a
    dateline or credit, as written (place, agency) or ISO (date).
    """

    kind: str
    full_clause: bool = False
    published: str | None = None
    place: str | None = None
    agency: str | None = None
    date: str | None = None


@dataclass(slots=True, kw_only=True)
class FrameInfo:
    """The one row of table `frame`.

    `date`: the document date used (ISO) or None. `anchor`: the date that anchors weekdays and "today" (dateline day if there is
    one 0-7 days before `date`). `date_source`: caller, dateline, none. `warnings`: codes of `meta.warnings`.
    """

    date: str | None = None
    anchor: str | None = None
    date_source: str = "none"
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class SpanRecord(Record):
    """A learned attribution span.

    `label`: source, cue or content. `links`: for a cue, the sources and contents that the model links to it:
    {"id": record id, "label": source | content, "prob": probability}, best first. `score`: the span's probability.
    """

    label: str
    links: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ActorMention(Record):
    """A mention of an actor.

    `actor`: key of its row in table `actors`. `form`: name, acronym, demonym, metonym, nominal (common noun phrase), pronoun.
    `use`: actor, place (the name is used as a place here), modifier (attributive: "the Tajik border", "Syrian refugees").
    `head`: character offset of the mention's head token. `role`: words of a title or office by the mention ("spokeswoman").
    `affiliation`: key of the actor it speaks for, from words at this mention.
    """

    actor: str
    form: str = "name"
    use: str = "actor"
    head: int = -1
    role: str | None = None
    affiliation: str | None = None


@dataclass(slots=True, kw_only=True)
class ActorRow:
    """An actor of the document.

    `key`: "a1" … `kb`: id of the knowledge base ("state/AZ") or None. `type`, `sector`, `country`, `members` (keys), `candidates`
    (kb ids): as in the schema's Actor. `affiliation`: key of the actor whom it speaks for or belongs to. `role`: title or office.
    `source_type`: the value that `Source.type` takes when it speaks, or None. `gender`: female, male, or None when the text does
    not say; `number`: singular, plural. `former`, `anonymous`: as in the schema's Source.
    """

    key: str
    name: str
    type: str = "other"
    kb: str | None = None
    sector: str | None = None
    country: str | None = None
    members: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    affiliation: str | None = None
    role: str | None = None
    source_type: str | None = None
    gender: str | None = None
    number: str | None = None
    former: bool = False
    anonymous: bool = False


@dataclass(slots=True, kw_only=True)
class PlaceMention(Record):
    """A mention of a place. `place`: key of its row. `as_actor`: the name is an actor here (it makes no place of a claim).

    `role`: at, near, from, to, reference (of the event it stands with). `modifier`: attributive use ("Goma airport").
    """

    place: str
    as_actor: bool = False
    modifier: bool = False
    role: str = "at"


@dataclass(slots=True, kw_only=True)
class PlaceRow:
    """A place of the document; fields as in the schema's Place. `key`: "p1" …"""

    key: str
    name: str
    country: str | None = None
    geonames: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    admin1: str | None = None
    admin2: str | None = None
    level: str = "settlement"
    feature: str | None = None
    disputed: bool = False
    claimed_by: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class QuantityRecord(Record):
    """A count, a sum of money, a percentage, a duration, a measure or an age; fields as in the schema's Quantity.

    References (`part_of`, `percent_of`, `replaces`, `equivalent`) are record ids of layers `counts` and `money`, `since` is a
    record id of layer `times`; `since_span`: offsets of "since …" as written, for whoever knows the times. `number`: offsets of the
    bare number inside the span. `whole`: whether whole things are counted (for the bounds table).
    `who`: {"status", "age", "sex"} with the schema's values and, if the words name a side, "side": key of its actor row; or None.
    """

    kind: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    comparator: str = "="
    modifier: str | None = None
    vague: str | None = None
    unit: str = ""
    currency: str | None = None
    category: str | None = None
    who: dict[str, Any] | None = None
    scope: str = "unknown"
    since: str | None = None
    part_of: str | None = None
    percent_of: str | None = None
    replaces: str | None = None
    equivalent: str | None = None
    candidates: list[str] = field(default_factory=list)
    in_claims: bool = True
    number: Offsets | None = None
    since_span: Offsets | None = None
    whole: bool = False


@dataclass(slots=True, kw_only=True)
class TimeRecord(Record):
    """A date, time or period; fields as in the schema's Time. `date_start`, `date_end` are the schema's `start`, `end`.

    `is_duration`: looks like a time but only measures ("for the first time in 30 years"): no date, in no claim's times.
    """

    date_start: str | None = None
    date_end: str | None = None
    clock_start: str | None = None
    clock_end: str | None = None
    granularity: str = "day"
    partial: str | None = None
    date_prec: int | None = None
    readings: list[dict[str, str]] = field(default_factory=list)
    basis: str = "explicit"
    is_duration: bool = False
    in_claims: bool = True


@dataclass(slots=True, kw_only=True)
class SaidRecord(Record):
    """One attribution: a (source, cue, content) triple. `start`, `end`: from the first to the last of its parts.

    `source`, `cue`, `target`: offsets or None. `content`: list of offsets, in order. `act`, `mode`: as in ANNOTATION's lists.
    `nominal`: the content is a noun phrase ("denied the claim"). `parent`: id of the SaidRecord whose content it lies in.
    `continues`: id of the SaidRecord whose speaker goes on here without a cue of its own. `speaker`: key of the actor row that the
    source is resolved to (written by conflict_coreference through `update`), `target_actor` likewise.
    `via`: {"kind", "name", "actor"} as in the schema, or None. `anonymous`: "officials", "a source close to". `addressee`: offsets of
    the one who is told, who is a target only when the words turn on him.
    """

    source: Offsets | None = None
    cue: Offsets | None = None
    content: list[Offsets] = field(default_factory=list)
    act: str = "statement"
    mode: str = "indirect"
    target: Offsets | None = None
    addressee: Offsets | None = None
    nominal: bool = False
    parent: str | None = None
    continues: str | None = None
    speaker: str | None = None
    target_actor: str | None = None
    affiliation: str | None = None
    role: str | None = None
    via: dict[str, Any] | None = None
    anonymous: bool = False
    former: bool = False


@dataclass(slots=True, kw_only=True)
class JoinedRecord(Record):
    """An attribution in PolNeAR's notion, which has more than sayings: depictions, plans, songs, words that were not said.

    `source`: offsets or None; `cue`: offsets; `content`: list of offsets, in order; the encoder's spans where it found the cue, with
    links weighed by sentence and paragraph, else those of the rules. `said`: id of the SaidRecord with this cue, None when it is no
    saying. `rule`: encoder, or that of the SaidRecord.
    """

    source: Offsets | None = None
    cue: Offsets
    content: list[Offsets]
    said: str | None = None


@dataclass(slots=True, kw_only=True)
class CorefMention(Record):
    """A mention in a coreference chain. `chain`: key of its row in table `chains`. `form`: pronoun, description, name."""

    chain: str
    form: str = "pronoun"


@dataclass(slots=True, kw_only=True)
class ChainRow:
    """A chain: its key, the actor row it stands for (or None) and the representative mention's words."""

    key: str
    actor: str | None = None
    name: str = ""


@dataclass(slots=True, kw_only=True)
class ModalityRecord(Record):
    """A modality cue and its scope.

    `kind`: negation, hedge, booster, plan, conditional, question. `scope`: offsets. `is_hedge_span`: whether it is listed in
    `Claim.hedges`.
    """

    kind: str
    scope: Offsets = field(default_factory=list)
    is_hedge_span: bool = False


@dataclass(slots=True, kw_only=True)
class EventMention(Record):
    """A trigger of an event, with its roles.

    `type`: ANNOTATION's event type. `agents`, `patients`: offsets of the noun phrases, each {"start", "end", "actor": key or None}.
    `places`: {"id": record id of layer places, "role"}. `times`, `quantities`: record ids. `status`: asserted, denied, planned,
    demanded, possible, background. `incident`: key of its row in table `incidents`, None for a mere name of an event that is nowhere reported. `clause`: offsets of the trigger's clause.
    `reports`: it reports an event that makes a narrated claim by itself (not a mere name of one).
    `salience`: how central the mention is to its clause, 0 to 1, from the tree: the root of the content highest, then what it takes
    as object or complement, then adjuncts, then modifiers of nouns. The main event of a content is the mention inside it with the
    highest salience (ties: the earlier one).
    """

    type: str
    plover: str | None = None
    plover_mode: str | None = None
    acled_event: str | None = None
    acled_sub_event: str | None = None
    agents: list[dict[str, Any]] = field(default_factory=list)
    patients: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    quantities: list[str] = field(default_factory=list)
    status: str = "asserted"
    incident: str | None = None
    clause: Offsets = field(default_factory=list)
    reports: bool = True
    salience: float = 0.0


@dataclass(slots=True, kw_only=True)
class NarratedRecord(Record):
    """A clause that the article itself asserts and that ANNOTATION counts as a narrated claim.

    `content`: list of offsets, in order, with background relative clauses cut out; `start`, `end` are its outer ends.
    `events`: record ids of layer `events` inside it. `rule`: why it counts: event, figure, control.
    Clauses inside what somebody says are listed too when layer `said` was not there to tell.
    """

    content: list[Offsets] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ActRecord(Record):
    """What a saying does, one for each SaidRecord (same offsets).

    `said`: id of the SaidRecord. `plover_act`: PLOVER type of the saying itself (source -> target), or None.
    `responsibility`: own (the source says that it did it), other (it says that somebody else did it), disclaimed (it says that it
    did not), or None.
    """

    said: str = ""
    plover_act: str | None = None
    responsibility: str | None = None


@dataclass(slots=True, kw_only=True)
class IncidentRow:
    """One incident: mentions (event record ids) that are the same event; `basis` says why."""

    key: str
    type: str
    mentions: list[str] = field(default_factory=list)
    basis: str = ""


RECORDS: dict[str, type[Record]] = {
    "frame": FrameRecord,
    "attribution": SpanRecord,
    "actors": ActorMention,
    "places": PlaceMention,
    "counts": QuantityRecord,
    "money": QuantityRecord,
    "times": TimeRecord,
    "said": SaidRecord,
    "joined": JoinedRecord,
    "coreference": CorefMention,
    "modality": ModalityRecord,
    "events": EventMention,
    "narrated": NarratedRecord,
    "acts": ActRecord,
}
TABLES: dict[str, type[Any]] = {
    "frame": FrameInfo,
    "actors": ActorRow,
    "places": PlaceRow,
    "chains": ChainRow,
    "incidents": IncidentRow,
}

R = TypeVar("R", bound=Record)
T = TypeVar("T")

#: Keys of `doc.user_data` under which spaCy keeps `doc._.ce_records` and `doc._.ce_tables`. Each layer is read several times, and an
#: access through `doc._` makes an object and looks the extension up.
_RECORDS: Any = ("._.", "ce_records", None, None)
_TABLES: Any = ("._.", "ce_tables", None, None)


def register() -> None:
    """Make the Doc extensions `ce_records`, `ce_tables`, `ce_date`, `ce_title`, `ce_scheme`; safe to call again."""
    for name in ("ce_records", "ce_tables", "ce_date", "ce_title", "ce_scheme"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


register()


def plain(record: Any) -> dict[str, Any]:
    """A record or table row as a dict of its fields (shallow: the values are plain data already)."""
    kind: Any = type(record)
    names, values = _fields(kind)
    return dict(zip(names, values(record), strict=True))


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a record type's fields, and what takes their values from a record."""
    names = tuple(item.name for item in fields(kind))
    return names, attrgetter(*names)


def _made(kind: type[T], rows: Iterable[dict[str, Any]]) -> list[T]:
    """Records from their plain forms; `DocBin` and `Doc.from_bytes` give tuples in the place of lists."""
    nested = _nested(cast(Any, kind))
    made: list[T] = []
    for row in rows:
        for name in nested:
            if isinstance(row.get(name), (tuple, dict)):
                made.append(kind(**{key: _lists(item) for key, item in row.items()}))
                break
        else:
            made.append(kind(**row))
    return made


@cache
def _nested(kind: Any) -> tuple[str, ...]:
    """The names of a record type's fields that hold lists or dicts."""
    return tuple(item.name for item in fields(kind) if any(word in str(item.type) for word in ("list", "dict", "Offsets")))


def _lists(value: Any) -> Any:
    """Plain data with its lists."""
    if isinstance(value, dict):
        return {key: _lists(item) if isinstance(item, tuple | dict) else item for key, item in value.items()}
    if isinstance(value, tuple):
        return [_lists(item) for item in value]
    return value


def write(doc: Doc, layer: str, records: Iterable[Record]) -> None:
    """Store a layer, replacing what it held: sorts by offset, gives ids, mirrors spans in `doc.spans["ce_<layer>"]`.

    A record that already has an id keeps it (references between records stay valid).

    Raises:
        PipelineError: the layer is unknown, or offsets are outside the text.
    """
    kind = RECORDS.get(layer)
    if kind is None:
        raise PipelineError(f"unknown layer {layer!r}; known: {', '.join(RECORDS)}")
    memory = _memory(doc)
    surface = surface_of(doc)
    ordered = _named(layer, records, len(surface.text))
    if memory.private:  # nobody else reads them: they need no plain form
        memory.layers.add(layer)
        memory.records[layer, kind] = sorted(ordered, key=_place)
        return
    store: dict[str, dict[str, Any]] = {**(memory.store or {})}
    if layer in memory.layers:
        store = {key: row for key, row in store.items() if not key.startswith(layer + ":")}
    memory.layers.add(layer)
    spans: list[Span] = []
    for record in ordered:
        start, end = record.start, record.end
        store[record.id] = plain(record)
        if start < end:
            label = str(getattr(record, "label", "") or getattr(record, "kind", "") or layer)
            if start in surface.starts and end in surface.ends:
                spans.append(Span(doc, surface.starts[start], surface.ends[end], label=label, span_id=record.id))
            elif (tokens := doc.char_span(start, end, alignment_mode="expand")) is not None:
                spans.append(Span(doc, tokens.start, tokens.end, label=label, span_id=record.id))
    doc.user_data[_RECORDS] = memory.store = store
    _forget(memory.records, layer)
    doc.spans[f"ce_{layer}"] = SpanGroup(doc, name=f"ce_{layer}", spans=spans)


def _named(layer: str, records: Iterable[Record], length: int) -> list[Record]:
    """Records in order, each with an id."""
    ordered = sorted(records, key=_place)
    used = {record.id for record in ordered if record.id}
    number = 0
    for record in ordered:
        if not 0 <= record.start <= record.end <= length:
            raise PipelineError(f"layer {layer}: offsets {record.start}, {record.end} are outside the text")
        if not record.id:
            number += 1
            while f"{layer}:{number}" in used:
                number += 1
            record.id = f"{layer}:{number}"
    return ordered


def read(doc: Doc, layer: str, kind: type[R]) -> list[R]:
    """The records of a layer, in order of offset; empty when no component wrote it. `kind` is the layer's record type.

    All readers get the same records until the layer is written again: whoever changes one must `write` the layer.
    """
    memory = _memory(doc)
    found = memory.records.get((layer, kind))
    if found is None:
        prefix = layer + ":"
        found = _made(kind, [row for key, row in (memory.store or {}).items() if key.startswith(prefix)])
        found.sort(key=_place)
        memory.records[layer, kind] = found
    return list(found)


def _memory(doc: Doc) -> Memory:
    """The memory of a Doc, emptied of records and rows that were made of other data than the Doc holds now."""
    memory = memory_of(doc)
    if memory.private:
        return memory
    store, tables = doc.user_data.get(_RECORDS), doc.user_data.get(_TABLES)
    if memory.store is not store:
        memory.store = store
        memory.layers = {key.partition(":")[0] for key in store or ()}
        memory.records.clear()
    if memory.tables is not tables:
        memory.tables = tables
        memory.rows.clear()
    return memory


def _place(record: Record) -> tuple[int, int, str]:
    """The order of records: by offset, longer ones first."""
    return record.start, -record.end, record.id


def _forget(held: dict[tuple[str, type[Any]], list[Any]], name: str) -> None:
    """Drop what was made of a layer's or table's former data."""
    for known in [known for known in held if known[0] == name]:
        del held[known]


def has_layer(doc: Doc, layer: str) -> bool:
    """Whether a component wrote this layer (it may be empty)."""
    return layer in _memory(doc).layers or f"ce_{layer}" in doc.spans


def write_table(doc: Doc, name: str, rows: Sequence[Any]) -> None:
    """Store a table of the document, replacing what it held."""
    if name not in TABLES:
        raise PipelineError(f"unknown table {name!r}; known: {', '.join(TABLES)}")
    memory = _memory(doc)
    if memory.private:
        memory.rows[name, TABLES[name]] = list(rows)
        return
    doc.user_data[_TABLES] = memory.tables = {**(memory.tables or {}), name: [plain(row) for row in rows]}
    _forget(memory.rows, name)


def read_table(doc: Doc, name: str, kind: type[T]) -> list[T]:
    """The rows of a table of the document; empty when no component wrote it.

    All readers get the same rows until the table is written again: whoever changes one must `write_table`.
    """
    memory = _memory(doc)
    found = memory.rows.get((name, kind))
    if found is None:
        found = _made(kind, (memory.tables or {}).get(name, []))
        memory.rows[name, kind] = found
    return list(found)


def require_tree(doc: Doc, component: str) -> None:
    """Check that the Doc has a UD v2 tree.

    Raises:
        PipelineError: it has none; the message names the fix.
    """
    if doc._.ce_scheme != "ud2":
        raise PipelineError(
            f"{component} needs a Universal Dependencies v2 tree: add conflict_encoder before it, or conflict_clearnlp "
            "after a parser with ClearNLP labels, or set doc._.ce_scheme = 'ud2' if your parser writes UD v2"
        )


def require_layer(doc: Doc, layer: str, component: str) -> None:
    """Check that a layer is there.

    Raises:
        PipelineError: it is not; the message names the component to add.
    """
    if not has_layer(doc, layer):
        maker = {"attribution": "encoder", "said": "attribution", "joined": "attribution"}.get(layer, layer)
        raise PipelineError(f"{component} needs the layer {layer!r}: add conflict_{maker} before it")
