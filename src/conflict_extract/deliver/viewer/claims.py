"""The list of claims: a card each, and the filters over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from conflict_extract.deliver.table import figure, when
from conflict_extract.schema import Claim, Report


def filters(report: Report) -> str:
    """Selects for actor, act and event, and a field for words; they work with the page's script."""
    actors = sorted({name for claim in report.claims for name in _actors(report, claim)}, key=str.casefold)
    acts = sorted({claim.act for claim in report.claims})
    events = sorted({claim.event for claim in report.claims})
    if not report.claims:
        return ""
    return (
        '<form class="filters" role="search" aria-label="Filter claims">'
        + _select("actor", "actor", actors)
        + _select("act", "act", acts)
        + _select("event", "event", events)
        + '<label>words <input type="search" name="words" size="12"></label>'
        + '<output name="shown" aria-live="polite"></output></form>'
    )


def _actors(report: Report, claim: Claim) -> list[str]:
    """Names of those who have a part in a claim: who says it, for whom, by way of whom, and at whom it is directed."""
    names = [report.actor(claim.target).name] if claim.target else []
    if claim.source:
        via = claim.source.via.name if claim.source.via else None
        names += [name for name in (claim.source.name, claim.source.affiliation, via) if name]
    return list(dict.fromkeys(names))


def _select(name: str, label: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(_words(value))}</option>' for value in values)
    return f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select></label>'


def claims(report: Report, *, scripted: bool = True) -> str:
    """One card a claim, in order of the text."""
    if not report.claims:
        return '<p class="note">No claims.</p>'
    arcs = '<svg class="arcs" aria-hidden="true"></svg>' if scripted else ""
    return f'<div class="cards">{arcs}' + "".join(_card(report, claim) for claim in report.claims) + "</div>"


def _card(report: Report, claim: Claim) -> str:
    actors = json.dumps(_actors(report, claim), ensure_ascii=False)
    links = " ".join(f"{link.kind}:{link.to}" for link in report.links if link.from_ == claim.id)
    nested = " nested" if claim.parent else ""
    return (
        f'<article class="claim{nested}" id="claim-{claim.id}" tabindex="0" data-id="{claim.id}" data-actors="{escape(actors)}" '
        f'data-act="{claim.act}" data-event="{claim.event}" data-links="{escape(links)}">'
        f"<h3>{_who(report, claim)}</h3>{_content(claim)}{_facts(report, claim)}{_links(report, claim)}{_evidence(claim)}</article>"
    )


def _who(report: Report, claim: Claim) -> str:
    parts = [f'<span class="number">{claim.id}</span>']
    if claim.source is None:
        parts.append(f'<span class="nobody">{"the article" if claim.cue is None else "not named"}</span>')
    else:
        parts.append(f'<span class="who">{escape(claim.source.name)}</span>')
        details = []
        if claim.source.affiliation and claim.source.affiliation != claim.source.name:
            details.append("for " + escape(claim.source.affiliation))
        if claim.source.role and claim.source.role.lower() != (claim.source.name or "").lower():
            details.append(escape(claim.source.role))
        if claim.source.via and claim.source.via.name:
            details.append("via " + escape(claim.source.via.name))
        if details:
            parts.append(f'<span class="details">{", ".join(details)}</span>')
    parts.append(f'<span class="act {claim.act}">{claim.act}</span>')
    if claim.source is not None:
        parts.append(f'<span class="mode">{claim.mode}</span>')
    if claim.target:
        parts.append(f'<span class="target">→ {escape(report.actor(claim.target).name)}</span>')
    return " ".join(parts)


def _content(claim: Claim) -> str:
    words = escape(claim.text) or f"characters {claim.content[0].start}–{claim.content[-1].end}"
    quoted = f"<q>{words}</q>" if claim.mode == "direct" else words
    return f'<p class="what" dir="auto">{quoted}</p>'


def _facts(report: Report, claim: Claim) -> str:
    chips = [("event", _words(claim.event))] if claim.event != "other" else []
    if claim.negated:
        chips.append(("negated", "denied"))
    chips += [("figure", figure(report.quantity(q))) for q in claim.quantities]
    chips += [("place", name) for name in dict.fromkeys(report.place(p).name for p in claim.places)]
    chips += [("time", text) for t in claim.times if t not in claim.said if (text := when(report.time(t)))]
    chips += [("said", f"said {text}") for t in claim.said if (text := when(report.time(t)))]
    chips += [("hedged", span.text or "hedged") for span in claim.hedges]
    if not chips:
        return ""
    return '<p class="facts">' + " ".join(f'<span class="chip {kind}">{escape(text)}</span>' for kind, text in chips) + "</p>"


def _links(report: Report, claim: Claim) -> str:
    rows = []
    for link in report.links_of(claim.id):
        out = link.from_ == claim.id
        other = link.to if out else link.from_
        words = _ACTIVE.get(link.kind, link.kind) if out else _PASSIVE[link.kind]
        basis = f' title="{escape(link.basis)}"' if link.basis else ""
        rows.append(f'<a class="link {link.kind}" href="#claim-{other}"{basis}>{words} {other}</a>')
    if claim.parent:
        rows.append(f'<a class="link parent" href="#claim-{claim.parent}">inside {claim.parent}</a>')
    return f'<p class="links">{" ".join(rows)}</p>' if rows else ""


_ACTIVE = {"disagrees": "disagrees with"}
_PASSIVE = {
    "denies": "denied by",
    "confirms": "confirmed by",
    "answers": "answered by",
    "elaborates": "elaborated by",
    "disagrees": "disagrees with",
    "repeats": "repeated by",
}


def _evidence(claim: Claim) -> str:
    rows = "".join(
        f"<li>{escape(item.field)}: {escape(item.rule)}{' · ' + escape(item.entry) if item.entry else ''}"
        f"{f' ({item.score:.2f})' if item.score is not None else ''}</li>"
        for item in claim.evidence
    )
    return f'<details class="evidence"><summary>evidence, confidence {claim.confidence:.2f}</summary><ul>{rows}</ul></details>'


def _words(label: str) -> str:
    return label.replace("_", " ")
