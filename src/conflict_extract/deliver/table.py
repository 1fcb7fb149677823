"""Reports and scores for people, on a terminal (rich)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from conflict_extract.schema import Claim, Quantity, Report, Time

COLOURS = {
    "denial": "red",
    "accusation": "magenta",
    "demand": "yellow",
    "threat": "bright_red",
    "commitment": "green",
    "announcement": "cyan",
    "confirmation": "green",
    "estimate": "blue",
    "narration": "bright_black",
}
SIGNS = {"=": "", "~": "about ", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "range": ""}


def print_report(report: Report, console: Console | None = None) -> None:
    """Print a report as a table: who and how, what, figures, where and when, links."""
    out = console or Console()
    out.print(render(report))


def render(report: Report) -> Group:
    """A report as rich renderables."""
    head = Text(report.id, style="bold")
    if report.date:
        head.append(f" · {_day(report.date)}")
    if not report.claims:
        return Group(head, Rule(style="bright_black"), Text("no claims", style="italic"))
    table = Table(box=None, show_header=False, padding=(0, 2, 1, 0), expand=True)
    table.add_column(justify="right", style="bright_black", no_wrap=True)
    table.add_column(ratio=2, min_width=16)
    table.add_column(ratio=5)
    for claim in report.claims:
        table.add_row(claim.id, _who(report, claim), _what(report, claim))
    return Group(head, Rule(style="bright_black"), Padding(table, (1, 0, 0, 0)), _summary(report))


def _summary(report: Report) -> Text:
    speakers = {claim.source.name for claim in report.claims if claim.source}
    parts = [
        _plural(len(report.claims), "claim"),
        _plural(len(speakers), "speaker"),
        _plural(len(report.quantities), "figure"),
        _plural(len(report.places), "place"),
        _plural(len(report.links), "link"),
    ]
    return Text(" · ".join(parts), style="bright_black")


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _who(report: Report, claim: Claim) -> Text:
    text = Text()
    if claim.source is None:
        text.append("narrated" if claim.cue is None else "not named", style="italic bright_black")
    else:
        text.append(claim.source.name, style="bold")
        if claim.source.affiliation and claim.source.affiliation != claim.source.name:
            text.append(f"\nfor {claim.source.affiliation}", style="bright_black")
        if claim.source.via and claim.source.via.name:
            text.append(f"\nvia {claim.source.via.name}", style="bright_black")
    if claim.act != "narration":
        text.append(f"\n{claim.act}", style=COLOURS.get(claim.act, ""))
        if claim.target:
            text.append(f" → {report.actor(claim.target).name}")
    return text


def _what(report: Report, claim: Claim) -> Text:
    quoted = claim.mode == "direct"
    words = claim.text or f"[{claim.content[0].start}–{claim.content[-1].end}]"
    text = Text(f"“{words}”" if quoted else words)
    if claim.hedges:
        text.append("  ")
        text.append("hedged: " + ", ".join(span.text or "…" for span in claim.hedges), style="italic bright_black")
    figures = [figure(report.quantity(q)) for q in claim.quantities]
    if figures:
        text.append("\n" + " · ".join(figures), style="cyan")
    places = [report.place(p).name for p in claim.places]
    event = [when(report.time(t)) for t in claim.times if t not in claim.said]
    said = [when(report.time(t)) for t in claim.said]
    where = []
    if places:
        where.append("where " + ", ".join(dict.fromkeys(places)))
    if any(event):
        where.append("when " + ", ".join(dict.fromkeys(filter(None, event))))
    if any(said):
        where.append("said " + ", ".join(dict.fromkeys(filter(None, said))))
    if where:
        text.append("\n" + "   ".join(where), style="green")
    for link in report.links:
        if link.from_ == claim.id:
            text.append(f"\n↳ {link.kind} {link.to}", style="red" if link.kind == "denies" else "bright_black")
        elif link.to == claim.id and link.kind in ("denies", "disagrees"):
            passive = {"denies": "denied by", "disagrees": "disagrees with"}[link.kind]
            text.append(f"\n↳ {passive} {link.from_}", style="red" if link.kind == "denies" else "bright_black")
    return text


def figure(quantity: Quantity) -> str:
    """A quantity in words: bound, number, unit and what happened to those counted.

    >>> from conflict_extract.schema import Span
    >>> figure(Quantity(id="q1", span=Span(start=0, end=2, text="12"), kind="count", value=12, comparator=">=",
    ...                 unit="people", category="killed"))
    '≥ 12 people killed'
    """
    if quantity.low is not None or quantity.high is not None:
        number = f"{_number(quantity.low)}–{_number(quantity.high)}"
    elif quantity.value is not None:
        number = _number(quantity.value)
    else:
        number = " ".join((quantity.span.text or "?").split())
    if quantity.kind == "percent":
        body = f"{number}%"
    else:
        body = f"{number} {quantity.currency or quantity.unit}".rstrip()
    tail = f" {quantity.category}" if quantity.category and quantity.category not in _IMPLIED else ""
    return SIGNS[quantity.comparator] + body + tail


_IMPLIED = ("other", "population", "troops", "weapons", "vehicles", "buildings", "affected")


def _number(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:,}"


def when(time: Time) -> str:
    """A time in words; empty when it has no date."""
    if time.start is None:
        return time.partial or ""
    if time.end is None or time.start == time.end:
        return _day(time.start)
    return f"{_day(time.start)} – {_day(time.end)}"


def _day(iso: str) -> str:
    try:
        date = dt.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{date.day} {date:%b} {date.year}"


def print_scores(scores: dict[str, Any], console: Console | None = None) -> None:
    """Print scores: rows with p, r, f (or precision, recall, f1) and, where known, gold, pred, tp; and plain figures."""
    out = console or Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("measure")
    for column in ("P", "R", "F1", "gold", "predicted", "right"):
        table.add_column(column, justify="right")
    plain: list[tuple[str, str]] = []
    for name, row in scores.items():
        keys = next(
            (
                keys
                for keys in (("p", "r", "f"), ("precision", "recall", "f1"))
                if isinstance(row, dict) and row.keys() >= {*keys}
            ),
            None,
        )
        if keys is not None:
            cells = [f"{100 * row[key]:.1f}" for key in keys]
            table.add_row(name, *cells, *(str(row.get(key, "")) for key in ("gold", "pred", "tp")))
        elif isinstance(row, float):
            plain.append((name, f"{100 * row:.1f}" if 0 <= row <= 1 else f"{row:.3f}"))
        elif isinstance(row, int | str):
            plain.append((name, str(row)))
    if table.row_count:
        out.print(table)
    for name, value in plain:
        out.print(f"{name}  {value}", highlight=False)


def print_about(facts: dict[str, Any], console: Console | None = None) -> None:
    """Print what `conflict-extract info` knows."""
    out = console or Console()
    out.print(Text.assemble(("conflict-extract ", "bold"), facts["version"]))
    model = facts["model"]
    size = "missing" if model["bytes"] is None else f"{model['bytes'] / 1e6:.1f} MB, sha256 {model['sha256'][:16]}"
    out.print(f"model      {size}", highlight=False)
    out.print(f"lexicons   sha256 {facts['lexicons_sha256'][:16]}", highlight=False)
    out.print(f"components {', '.join(facts['components'])}\n", highlight=False)
    settings = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="settings", title_justify="left")
    for column in ("setting", "value", "environment", "meaning"):
        settings.add_column(column, overflow="fold")
    for row in facts["settings"]:
        settings.add_row(row["name"], str(row["value"]), row["environment"], row["meaning"])
    out.print(settings)
    tables = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="lexicon tables", title_justify="left")
    tables.add_column("table")
    tables.add_column("entries", justify="right")
    for row in facts["tables"]:
        tables.add_row(row["table"], f"{row['entries']:,}")
    out.print(tables)
    for clash in facts["clashes"]:
        out.print(f"clash: {clash}", style="yellow", highlight=False)
