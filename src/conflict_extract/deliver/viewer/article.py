"""The article with its marks: one flat run of segments, each with the marks and claims that cover it."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from itertools import pairwise

from conflict_extract.deliver.table import figure, when
from conflict_extract.schema import Report

LEGEND = (
    '<p class="legend" aria-label="Marks"><span class="actor">actor</span> <span class="place">place</span> '
    '<span class="quantity">figure</span> <span class="time">time</span> <span class="cue">cue</span> '
    '<span class="hedge">hedge</span></p>'
)


def article(report: Report) -> str:
    """The article's text as HTML paragraphs; a note instead when the report is without text."""
    if report.text is None:
        return '<p class="note">This report is without its text.</p>'
    marks = _marks(report)
    cuts = sorted({0, len(report.text), *(at for start, end, *_ in marks for at in (start, end))})
    opening: dict[int, list[int]] = defaultdict(list)
    for number, (start, _, *_) in enumerate(marks):
        opening[start].append(number)
    active: list[int] = []
    out: list[str] = []
    for start, end in pairwise(cuts):
        active = [number for number in active if marks[number][1] > start] + opening.get(start, [])
        out.append(_segment(report.text[start:end], [marks[number] for number in active]))
    return LEGEND + '<div class="text" dir="auto">' + "".join(out) + "</div>"


Mark = tuple[int, int, str, str, str]  # start, end, kind, id, title


def _marks(report: Report) -> list[Mark]:
    out: list[Mark] = []
    for claim in report.claims:
        out += [(span.start, span.end, "content", claim.id, "") for span in claim.content]
        if claim.cue:
            out.append((claim.cue.start, claim.cue.end, "cue", claim.id, claim.act))
        if claim.source:
            mention = claim.source.mention
            out.append((mention.start, mention.end, "source", claim.id, claim.source.name))
        out += [(span.start, span.end, "hedge", claim.id, "hedge") for span in claim.hedges]
    for actor in report.actors:
        out += [(m.start, m.end, "actor", actor.id, f"{actor.name} ({actor.type.replace('_', ' ')})") for m in actor.mentions]
    for place in report.places:
        where = f"{place.name}, {place.country}" if place.country else place.name
        out += [(m.start, m.end, "place", place.id, f"{where} ({place.level})") for m in place.mentions]
    for quantity in report.quantities:
        out.append((quantity.span.start, quantity.span.end, "quantity", quantity.id, figure(quantity)))
    for time in report.times:
        out.append((time.span.start, time.span.end, "time", time.id, when(time) or "no date"))
    return sorted((mark for mark in out if mark[0] < mark[1]), key=lambda mark: (mark[0], -mark[1], mark[2], mark[3]))


def _segment(text: str, marks: list[Mark]) -> str:
    body = escape(text)
    if not marks:
        return body
    kinds = " ".join(dict.fromkeys(mark[2] for mark in marks))
    ids = " ".join(dict.fromkeys(mark[3] for mark in marks if mark[3].startswith("c")))
    titles = "; ".join(dict.fromkeys(mark[4] for mark in marks if mark[4]))
    claims = f' data-claims="{escape(ids)}"' if ids else ""
    title = f' title="{escape(titles)}"' if titles else ""
    return f'<span class="{kinds}"{claims}{title}>{body}</span>'
