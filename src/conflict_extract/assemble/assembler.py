"""Annotations of a finished Doc become a Report.

The order: drafts of claims (`merge`), what belongs to each (`slots`, `said`), links between them (`links`, `denials`,
`figures`), speakers and targets (`speakers`), the document's actors, places, times, quantities and events
(`entities`), and last the claims themselves. Nothing here looks at the text but through the layers; nothing depends
on the order of dictionaries or on time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from spacy.tokens import Doc

from conflict_extract.assemble.confidence import rate
from conflict_extract.assemble.entities import (
    Ids,
    make_actors,
    make_events,
    make_frame,
    make_places,
    make_quantities,
    make_times,
    span,
)
from conflict_extract.assemble.index import Index, make_index
from conflict_extract.assemble.inherit import inherit_events
from conflict_extract.assemble.links import make_links
from conflict_extract.assemble.merge import Draft, make_drafts
from conflict_extract.assemble.said import fill_said
from conflict_extract.assemble.slots import fill_slots, quantity_status
from conflict_extract.assemble.speakers import affiliation_of, make_source, set_targets
from conflict_extract.assemble.timeline import cut_heads, date_entries
from conflict_extract.schema import Claim, ClaimEvent, ClaimFigure, Evidence, Link, Meta, Report
from conflict_extract.schema.verbatim import text_sha256
from conflict_extract.settings import Settings


def assemble(doc: Doc, *, report_id: str | None, settings: Settings, replaced: int, meta: dict[str, Any]) -> Report:
    """The Report of a Doc that the pipeline has finished.

    Args:
        doc: the Doc with its layers; layers that are missing count as empty.
        report_id: the report's id; default: the first 16 hex digits of the SHA-256 of date and text.
        settings: `narrated` and `min_confidence` decide which claims are kept.
        replaced: how many characters of the caller's text were replaced (lone surrogates).
        meta: fields of `Meta` that the caller knows (library, hashes, settings).
    """
    index = make_index(doc)
    drafts = make_drafts(index, narrated=settings.narrated)
    cut_heads(index, drafts)
    rate(index, drafts)
    if settings.min_confidence > 0:
        drafts = _confident(drafts, settings.min_confidence)
    fill_slots(index, drafts)
    fill_said(index, drafts)
    date_entries(index, drafts)
    set_targets(index, drafts)
    pairs = make_links(index, drafts)
    inherit_events(index, drafts, pairs)

    ids = Ids()
    wanted = {
        key
        for draft in drafts
        for key in (draft.speaker, draft.target, affiliation_of(index, draft), (draft.via or {}).get("actor"))
        if key
    }
    actors = make_actors(index, ids, wanted & set(index.actor_rows))
    places = make_places(index, ids)
    times = make_times(index, ids)
    quantities = make_quantities(index, ids)
    events = make_events(index, ids)
    sha = meta.get("text_sha256") or text_sha256(index.text)
    return Report(
        id=report_id if report_id is not None else _report_id(index.info.date, index.text),
        date=index.info.date,
        text=index.text,
        frame=make_frame(index, ids),
        claims=tuple(_claim(index, ids, draft, sha) for draft in drafts),
        events=events,
        actors=actors,
        places=places,
        quantities=quantities,
        times=times,
        links=tuple(
            Link(kind=cast(Any, pair.kind), from_=f"c{pair.source.number}", to=f"c{pair.target.number}", basis=pair.basis)
            for pair in pairs
        ),
        meta=Meta.model_validate(
            {
                **meta,
                "text_sha256": sha,
                "replaced": replaced,
                "date_source": index.info.date_source,
                "warnings": tuple(index.info.warnings),
            }
        ),
    )


def _report_id(date: str | None, text: str) -> str:
    return hashlib.sha256(f"{date or ''}\n{text}".encode()).hexdigest()[:16]


def _confident(drafts: Sequence[Draft], least: float) -> list[Draft]:
    """The drafts that are sure enough, renumbered; a kept claim whose parent goes loses it."""
    kept = [draft for draft in drafts if draft.confidence >= least]
    there = {id(draft) for draft in kept}
    for number, draft in enumerate(kept, 1):
        draft.number = number
        while draft.parent is not None and id(draft.parent) not in there:
            draft.parent = draft.parent.parent
        draft.children = [child for child in draft.children if id(child) in there]
        if draft.continues is not None and id(draft.continues) not in there:
            draft.continues = None
    return kept


def _claim(index: Index, ids: Ids, draft: Draft, sha: str) -> Claim:
    statuses: dict[str, str] = {}
    for mention, status in draft.mentions:
        name = ids.get(f"mention/{mention.id}")
        if name is not None:
            statuses.setdefault(name, status)
    sentence = _sentence(index, draft)
    return Claim(
        id=f"c{draft.number}",
        key=claim_key(sha, draft),
        source=make_source(index, ids, draft, draft.name_confidence),
        cue=span(index, *draft.cue) if draft.cue else None,
        act=cast(Any, draft.act),
        mode=cast(Any, draft.mode),
        content=tuple(span(index, start, end) for start, end in draft.content),
        target=ids.get(f"actor/{draft.target}"),
        event=cast(Any, draft.event),
        events=tuple(ClaimEvent(event=name, status=cast(Any, status)) for name, status in statuses.items()),
        plover_act=cast(Any, draft.plover_act),
        responsibility=cast(Any, draft.responsibility),
        quantities=ids.all([record.id for record in draft.quantities]),
        figures=tuple(
            ClaimFigure(quantity=name, status=cast(Any, quantity_status(index, draft, record)))
            for record in draft.quantities
            if (name := ids.get(record.id)) is not None
        ),
        places=ids.all([f"place/{record.place}" for record in draft.places]),
        times=ids.all([record.id for record in draft.times]),
        said=ids.all(draft.said),
        hedges=tuple(span(index, start, end) for start, end in draft.hedges),
        negated=bool(draft.mentions) and draft.mentions[0][1] == "denied",
        parent=f"c{draft.parent.number}" if draft.parent else None,
        sentence=span(index, *sentence),
        confidence=draft.confidence,
        evidence=_evidence(draft),
    )


LONGEST_SENTENCE = 2_000  # characters; text without full stops would be copied into every claim


def _sentence(index: Index, draft: Draft) -> tuple[int, int]:
    """The sentence of the cue (of the content, without one); of an overlong one the part around the claim."""
    low, high = index.sentences.bounds(draft.sentence)
    if high - low <= LONGEST_SENTENCE:
        return low, high
    anchor = (draft.cue or draft.content[0])[0]
    start = max(low, anchor - LONGEST_SENTENCE // 2)
    end = min(high, start + LONGEST_SENTENCE)
    blank = index.text.find(" ", start, anchor) if start > low else -1
    return (blank + 1 if blank >= 0 else start), end


def claim_key(sha: str, draft: Draft) -> str:
    """The claim's name in every release that finds the same spans: 16 hex digits of the SHA-256 of the text's hash
    and the offsets of source, cue and content.
    """
    parts = [draft.source or [], draft.cue or [], *draft.content]
    text = ";".join(",".join(str(offset) for offset in part) for part in parts)
    return hashlib.sha256(f"{sha};{text}".encode()).hexdigest()[:16]


def _evidence(draft: Draft) -> tuple[Evidence, ...]:
    out = [
        Evidence(
            field="claim",
            rule=draft.rule or ("narrated" if draft.narrated else "attribution"),
            entry=draft.entry,
            score=_unit(draft.score),
        )
    ]
    if draft.main is not None:
        out.append(Evidence(field="event", rule=draft.event_from, entry=draft.main.entry, score=_unit(draft.main.score)))
    elif draft.event_from:
        out.append(Evidence(field="event", rule=draft.event_from))
    return tuple(out)


def _unit(score: float | None) -> float | None:
    return None if score is None else round(min(1.0, max(0.0, score)), 4)
