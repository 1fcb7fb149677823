"""The Arrow schema of batch output, version `ARROW_SCHEMA`, and the rows of a Report.

One table a kind; every row has `document_id`. Ids of claims, actors and so on are those of the report, unique in one document;
`*_kb` columns are the same in every document. A block is what a worker returns: one row a document, with a list column a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa

from conflict_extract.schema import Actor, Claim, Report, Span

ARROW_SCHEMA = "1.1"  # 1.1: claims.figures and documents.report
_S, _I, _F, _B = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_SS = pa.list_(_S)
_SPAN = pa.struct([("start", _I), ("end", _I)])
_FIGURE = pa.struct([("quantity_id", _S), ("status", _S), ("at_least", _F), ("best", _F), ("at_most", _F)])

FIELDS: dict[str, list[tuple[str, pa.DataType]]] = {
    "documents": [
        ("document_id", _S), ("record", _I), ("file", _S), ("line", _I), ("published", _S), ("title", _S), ("text_sha256", _S),
        ("cluster", _S), ("characters", _I), ("words", _I), ("claims", _I), ("date_source", _S), ("warnings", _SS),
        ("replaced", _I), ("keep", pa.map_(_S, _S)), ("report", _S),
    ],
    "claims": [
        ("document_id", _S), ("published", _S), ("claim_id", _S), ("key", _S), ("source", _S), ("source_actor", _S),
        ("source_kb", _S), ("source_type", _S), ("source_role", _S), ("source_affiliation", _S), ("source_affiliation_kb", _S),
        ("source_former", _B), ("source_anonymous", _B), ("source_mention", _S), ("source_start", _I), ("source_end", _I),
        ("source_confidence", _F), ("via_kind", _S), ("via", _S), ("cue", _S), ("cue_start", _I), ("cue_end", _I), ("act", _S),
        ("mode", _S), ("content", _S), ("content_spans", pa.list_(_SPAN)), ("target", _S), ("target_actor", _S),
        ("target_kb", _S), ("event", _S), ("events", pa.list_(pa.struct([("event_id", _S), ("status", _S)]))),
        ("plover_act", _S), ("responsibility", _S), ("quantities", _SS), ("figures", pa.list_(_FIGURE)), ("places", _SS), ("times", _SS), ("said", _SS),
        ("hedges", _SS), ("negated", _B), ("parent", _S), ("sentence", _S), ("sentence_start", _I), ("sentence_end", _I),
        ("confidence", _F),
    ],
    "events": [
        ("document_id", _S), ("event_id", _S), ("type", _S), ("plover", _S), ("plover_mode", _S), ("acled_event", _S),
        ("acled_sub_event", _S), ("mentions", pa.list_(_SPAN)), ("agents", _SS), ("patients", _SS),
        ("places", pa.list_(pa.struct([("place_id", _S), ("role", _S)]))), ("times", _SS), ("quantities", _SS), ("basis", _S),
    ],
    "actors": [
        ("document_id", _S), ("actor_id", _S), ("kb", _S), ("name", _S), ("type", _S), ("sector", _S), ("country", _S),
        ("members", _SS), ("candidates", _SS), ("mentions", pa.list_(_SPAN)),
    ],
    "places": [
        ("document_id", _S), ("place_id", _S), ("name", _S), ("country", _S), ("geonames", _I), ("latitude", _F),
        ("longitude", _F), ("admin1", _S), ("admin2", _S), ("level", _S), ("feature", _S), ("disputed", _B), ("claimed_by", _SS),
        ("mentions", pa.list_(_SPAN)),
    ],
    "quantities": [
        ("document_id", _S), ("quantity_id", _S), ("text", _S), ("start", _I), ("end", _I), ("kind", _S), ("value", _F),
        ("low", _F), ("high", _F), ("comparator", _S), ("modifier", _S), ("vague", _S), ("at_least", _F), ("best", _F),
        ("at_most", _F), ("unit", _S), ("currency", _S), ("category", _S), ("who_status", _S), ("who_age", _S), ("who_sex", _S),
        ("who_side", _S), ("scope", _S), ("since", _S), ("part_of", _S), ("percent_of", _S), ("replaces", _S),
        ("equivalent", _S), ("candidates", _SS), ("in_claims", _B),
    ],
    "times": [
        ("document_id", _S), ("time_id", _S), ("text", _S), ("span_start", _I), ("span_end", _I), ("start", _S), ("end", _S),
        ("clock_start", _S), ("clock_end", _S), ("granularity", _S), ("partial", _S), ("date_prec", _I),
        ("readings", pa.list_(pa.struct([("start", _S), ("end", _S)]))), ("basis", _S),
    ],
    "links": [("document_id", _S), ("kind", _S), ("from", _S), ("to", _S), ("basis", _S)],
    "errors": [("record", _I), ("file", _S), ("line", _I), ("document_id", _S), ("code", _S), ("reason", _S)],
}  # fmt: skip
TABLES = tuple(FIELDS)


@cache
def table_schema(name: str) -> pa.Schema:
    """The Arrow schema of one table, with the version in its metadata."""
    return pa.schema(FIELDS[name], metadata={"conflict_extract_schema": ARROW_SCHEMA})


@lru_cache(maxsize=1)
def block_schema() -> pa.Schema:
    """One row a document: `record`, and a list of structs for each table."""
    lists = [(name, pa.list_(pa.struct(FIELDS[name]))) for name in TABLES]
    return pa.schema([("record", _I), *lists])


def explode(block: pa.Table, name: str) -> pa.Table:
    """The rows of one table out of a block, in order."""
    column = block.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], type=column.type)
    flat = column.flatten()
    return pa.Table.from_batches([pa.RecordBatch.from_struct_array(flat)]).replace_schema_metadata(table_schema(name).metadata)


def report_rows(report: Report) -> dict[str, list[dict[str, Any]]]:
    """The rows of a report for every table but `documents` and `errors`."""
    actors = {actor.id: actor for actor in report.actors}
    document = {"document_id": report.id}
    return {
        "claims": [document | _claim(report, claim, actors) for claim in report.claims],
        "events": [
            document
            | {
                "event_id": e.id, "type": e.type, "plover": e.plover, "plover_mode": e.plover_mode,
                "acled_event": e.acled and e.acled.event, "acled_sub_event": e.acled and e.acled.sub_event,
                "mentions": _spans(e.mentions), "agents": list(e.agents), "patients": list(e.patients),
                "places": [{"place_id": p.place, "role": p.role} for p in e.places], "times": list(e.times),
                "quantities": list(e.quantities), "basis": e.basis,
            }
            for e in report.events
        ],
        "actors": [
            document
            | {
                "actor_id": a.id, "kb": a.kb, "name": a.name, "type": a.type, "sector": a.sector, "country": a.country,
                "members": list(a.members), "candidates": list(a.candidates), "mentions": _spans(a.mentions),
            }
            for a in report.actors
        ],
        "places": [
            document
            | {
                "place_id": p.id, "name": p.name, "country": p.country, "geonames": p.geonames, "latitude": p.latitude,
                "longitude": p.longitude, "admin1": p.admin1, "admin2": p.admin2, "level": p.level, "feature": p.feature,
                "disputed": p.disputed, "claimed_by": list(p.claimed_by), "mentions": _spans(p.mentions),
            }
            for p in report.places
        ],
        "quantities": [
            document
            | {
                "quantity_id": q.id, "text": q.span.text, "start": q.span.start, "end": q.span.end, "kind": q.kind,
                "value": q.value, "low": q.low, "high": q.high, "comparator": q.comparator, "modifier": q.modifier,
                "vague": q.vague, "at_least": q.at_least, "best": q.best, "at_most": q.at_most, "unit": q.unit,
                "currency": q.currency, "category": q.category, "who_status": q.who and q.who.status,
                "who_age": q.who and q.who.age, "who_sex": q.who and q.who.sex, "who_side": q.who and q.who.side,
                "scope": q.scope, "since": q.since, "part_of": q.part_of, "percent_of": q.percent_of, "replaces": q.replaces,
                "equivalent": q.equivalent, "candidates": list(q.candidates), "in_claims": q.in_claims,
            }
            for q in report.quantities
        ],
        "times": [
            document
            | {
                "time_id": t.id, "text": t.span.text, "span_start": t.span.start, "span_end": t.span.end, "start": t.start,
                "end": t.end, "clock_start": t.clock_start, "clock_end": t.clock_end, "granularity": t.granularity,
                "partial": t.partial, "date_prec": t.date_prec,
                "readings": [{"start": r.start, "end": r.end} for r in t.readings], "basis": t.basis,
            }
            for t in report.times
        ],
        "links": [
            document | {"kind": link.kind, "from": link.from_, "to": link.to, "basis": link.basis} for link in report.links
        ],
    }  # fmt: skip


def _claim(report: Report, claim: Claim, actors: dict[str, Actor]) -> dict[str, Any]:
    source, via = claim.source, claim.source and claim.source.via
    target = actors.get(claim.target or "")

    def kb(id: str | None) -> str | None:
        return actors[id].kb if id in actors else None

    return {
        "published": report.date, "claim_id": claim.id, "key": claim.key, "source": source and source.name,
        "source_actor": source and source.actor, "source_kb": source and kb(source.actor), "source_type": source and source.type,
        "source_role": source and source.role, "source_affiliation": source and source.affiliation,
        "source_affiliation_kb": source and kb(source.affiliation_actor), "source_former": source and source.former,
        "source_anonymous": source and source.anonymous, "source_mention": source and source.mention.text,
        "source_start": source and source.mention.start, "source_end": source and source.mention.end,
        "source_confidence": source and source.confidence, "via_kind": via and via.kind, "via": via and via.name,
        "cue": claim.cue and claim.cue.text, "cue_start": claim.cue and claim.cue.start, "cue_end": claim.cue and claim.cue.end,
        "act": claim.act, "mode": claim.mode, "content": claim.text, "content_spans": _spans(claim.content),
        "target": target and target.name, "target_actor": claim.target, "target_kb": target and target.kb, "event": claim.event,
        "events": [{"event_id": e.event, "status": e.status} for e in claim.events], "plover_act": claim.plover_act,
        "responsibility": claim.responsibility, "quantities": list(claim.quantities), "figures": _figures(report, claim),
        "places": list(claim.places),
        "times": list(claim.times), "said": list(claim.said), "hedges": [h.text for h in claim.hedges],
        "negated": claim.negated, "parent": claim.parent, "sentence": claim.sentence.text,
        "sentence_start": claim.sentence.start, "sentence_end": claim.sentence.end, "confidence": claim.confidence,
    }  # fmt: skip


def _figures(report: Report, claim: Claim) -> list[dict[str, Any]]:
    rows = []
    for figure in claim.figures:
        q = report.quantity(figure.quantity)
        row = {"quantity_id": q.id, "status": figure.status, "at_least": q.at_least, "best": q.best, "at_most": q.at_most}
        rows.append(row)
    return rows


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]
