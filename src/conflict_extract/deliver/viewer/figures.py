"""The figure panel: who says which number, with its bounds drawn on a logarithmic scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from conflict_extract.deliver.table import figure
from conflict_extract.schema import Quantity, Report

KINDS = ("count", "money", "percent")
WIDTH = 320


@dataclass(frozen=True)
class Row:
    """One figure and who says it (innermost speaker)."""

    claim: str
    who: str
    act: str
    quantity: Quantity


def rows(report: Report) -> list[Row]:
    """Counts, money and percentages of the claims, each with its innermost claim, grouped by category and unit."""
    out: dict[str, Row] = {}
    for claim in report.claims:
        who = claim.source.name if claim.source else ("the article" if claim.cue is None else "not named")
        for id in claim.quantities:
            quantity = report.quantity(id)
            if quantity.kind in KINDS and (id not in out or claim.parent is not None):
                out[id] = Row(claim.id, who, claim.act, quantity)
    return sorted(out.values(), key=lambda row: (_group(row.quantity), row.quantity.span.start))


def figures(report: Report) -> str:
    """The panel, or nothing when no claim has a figure."""
    found = rows(report)
    if not found:
        return ""
    body = []
    group = None
    for row in found:
        if _group(row.quantity) != group:
            group = _group(row.quantity)
            shown = [other.quantity for other in found if _group(other.quantity) == group]
            body.append(f'<tr class="group"><th colspan="4" scope="colgroup">{escape(group)}</th></tr>')
        body.append(
            f'<tr><td><a href="#claim-{row.claim}">{row.claim}</a></td><td>{escape(row.who)} <span class="act {row.act}">{row.act}'
            f"</span></td><td>{escape(figure(row.quantity))}</td><td>{_bar(row.quantity, shown)}</td></tr>"
        )
    return (
        '<section class="panel figures" aria-label="Figures"><h2>Figures</h2><div class="wide"><table><thead><tr><th>claim</th>'
        f"<th>who</th><th>figure</th><th>bounds</th></tr></thead><tbody>{''.join(body)}</tbody></table></div></section>\n"
    )


def _group(quantity: Quantity) -> str:
    if quantity.kind == "money":
        return f"money, {quantity.currency or 'currency unsettled'}"
    if quantity.kind == "percent":
        return "percentages"
    return quantity.category if quantity.category and quantity.category != "other" else quantity.unit or "other"


def _ends(quantity: Quantity) -> tuple[float | None, float | None, float | None]:
    return quantity.at_least, quantity.best, quantity.at_most


def _bar(quantity: Quantity, shown: list[Quantity]) -> str:
    """An SVG: a dot at the best value, a line from lowest to highest; an arrow where a bound is open."""
    numbers = [n for other in shown for n in _ends(other) if n is not None and n > 0]
    low, best, high = _ends(quantity)
    if not numbers or not any(n is not None and n > 0 for n in (low, best, high)):
        return ""
    left, right = math.log10(min(numbers)) - 0.15, math.log10(max(numbers)) + 0.15

    def x(number: float) -> float:
        return 14 + (WIDTH - 28) * (math.log10(max(number, min(numbers))) - left) / (right - left)

    parts = []
    start, end = (None if n is None else x(n) for n in (low, high))
    mid = None if best is None else x(best)
    known = [at for at in (start, mid, end) if at is not None]
    first, last = min(known), max(known)
    if start is None:
        parts.append(f'<path class="open" d="M{first:.1f} 8H{4}m5 -4l-5 4l5 4"/>')
    if end is None:
        parts.append(f'<path class="open" d="M{last:.1f} 8H{WIDTH - 4}m-5 -4l5 4l-5 4"/>')
    if last > first:
        parts.append(f'<path class="range" d="M{first:.1f} 8H{last:.1f}"/>')
    parts += [f'<path class="end" d="M{at:.1f} 3V13"/>' for at in (start, end) if at is not None and at != mid]
    if mid is not None:
        parts.append(f'<circle cx="{mid:.1f}" cy="8" r="4"/>')
    label = escape(figure(quantity))
    return f'<svg class="bar" viewBox="0 0 {WIDTH} 16" role="img" aria-label="{label}">{"".join(parts)}</svg>'
