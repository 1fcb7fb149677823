"""Table, page and picture of a Comparison."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conflict_extract.errors import MissingExtraError

if TYPE_CHECKING:
    from conflict_extract.deliver.compare import By, Comparison, Incident, Point, Series

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1d2430;background:#fff}
h1{font-size:1.35rem}h2{font-size:1.08rem;margin:2rem 0 .3rem}p{margin:.2rem 0 .6rem;color:#566}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.28rem .6rem;
border-bottom:1px solid #e3e7ec;vertical-align:top}th{font-weight:600;color:#445}td.n{text-align:right}
.up{color:#a33a00}.down{color:#0a5c8a}.clash{color:#9b1c2e}
@media(prefers-color-scheme:dark){body{background:#14181d;color:#dde3ea}p,th{color:#9aa7b5}th,td{border-color:#2b333c}}
"""


def number(value: float | None) -> str:
    """A number for people: no decimals unless it has some, thin groups of three."""
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def figure(point: Point) -> str:
    """What the figure asserts, short: "42", "≥ 42", "≈ 240", "25–28"."""
    low, best, high = point.at_least, point.best, point.at_most
    if best is not None and low == high == best:
        return number(best)
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}"
    if low is not None:
        return f"≥ {number(low)}"
    if high is not None:
        return f"≤ {number(high)}"
    return f"≈ {number(best)}" if best is not None else "?"


def name_of(series: Series) -> str:
    """What a series counts, in words."""
    parts = [series.category or series.unit or "other"]
    if series.who:
        parts.append(series.who.replace("/", ", "))
    if series.part:
        parts.append("part of a total")
    if series.scope == "further":
        parts.append("further")
    if series.since:
        parts.append(f"since {series.since}")
    if series.status != "asserted":
        parts.append(series.status)
    return ", ".join(parts)


def remarks(series: Series, point: Point) -> list[tuple[str, str]]:
    """(class, words) about a point: revised from, disagrees with, copies."""
    out: list[tuple[str, str]] = []
    for revision in series.revisions:
        if revision.after is point:
            out.append((revision.direction, f"revised {revision.direction} from {figure(revision.before)}"))
    others = [d.b if d.a is point else d.a for d in series.disagreements if d.a is point or d.b is point]
    if others:
        out.append(("clash", "against " + "; ".join(f"{other.source} ({figure(other)})" for other in others[:4])))
    if point.hedged:
        out.append(("", "hedged"))
    if point.relayed_by:
        out.append(("", f"relayed by {point.relayed_by}"))
    if point.copies > 1:
        out.append(("", f"{point.copies} copies"))
    return out


# -- text ------------------------------------------------------------------------------------------------
def lines(comparison: Comparison, by: By = "event") -> list[str]:
    """The comparison as lines of text."""
    out = [f"{comparison.reports} reports, {comparison.copies} copies left out, {len(comparison.incidents)} incidents"]
    if by != "event":
        last = object()
        for row in comparison.rows(by):
            key = row["place"] if by == "place" else row["source"]
            if key != last:
                out += ["", str(key or "(none)")]
                last = key
            limits = "/".join(number(row[name]) or "–" for name in ("at_least", "best", "at_most"))
            what = row["title"] if by == "actor" else row["source"] or "(the article)"
            out.append(f"  {row['when'] or '':<10}  {limits:<20} {row['category'] or row['unit'] or '':<11} {what}")
        return out
    for incident in comparison.incidents:
        if not incident.series and len(incident.sayings) < 2:
            continue
        out += ["", f"{incident.id}  {incident.title}  ({len(incident.reports)} reports, {len(incident.sayings)} claims)"]
        for series in incident.series:
            out.append(f"  {name_of(series)}")
            for point in series.points:
                notes = "; ".join(words for _, words in remarks(series, point))
                out.append(
                    f"    {point.when:<10}  {figure(point):>12}  {point.source or '(the article)'}{'  · ' + notes if notes else ''}"
                )
        denials = [saying for saying in incident.sayings if saying.act == "denial"]
        out += [f"    denied by {saying.source} ({saying.said_on or saying.published or 'no date'})" for saying in denials]
    return out


# -- page ------------------------------------------------------------------------------------------------
def page(comparison: Comparison, by: By = "event") -> str:
    """The comparison as an HTML page of its own."""
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Comparison</title><style>{STYLE}</style></head><body><h1>Who says what</h1><p>{comparison.reports} reports, "
        f"{comparison.copies} copies left out, {len(comparison.incidents)} incidents</p>"
    )
    if by == "event":
        body = "".join(_section(incident) for incident in comparison.incidents if incident.series or len(incident.sayings) > 1)
    else:
        body = "<pre>" + html.escape("\n".join(lines(comparison, by)[1:])) + "</pre>"
    return head + body + "</body></html>"


def _section(incident: Incident) -> str:
    rows = []
    for series in incident.series:
        rows.append(f'<tr><th colspan="5" scope="rowgroup">{html.escape(name_of(series))}</th></tr>')
        for point in series.points:
            notes = " · ".join(f'<span class="{kind}">{html.escape(words)}</span>' for kind, words in remarks(series, point))
            rows.append(
                f'<tr><td>{html.escape(point.when)}</td><td class="n">{figure(point)}</td><td>{html.escape(point.source or "(the article)")}'
                f"</td><td>{html.escape(point.text or '')}</td><td>{notes}</td></tr>"
            )
    quotes = "".join(
        f"<tr><td>{html.escape(s.said_on or s.published or '')}</td><td>{html.escape(s.act)}</td>"
        f'<td>{html.escape(s.source or "(the article)")}</td><td colspan="2">{html.escape(s.text)}</td></tr>'
        for s in incident.sayings
    )
    return (
        f'<h2 id="{incident.id}">{html.escape(incident.title)}</h2><p>{len(incident.reports)} reports · {"; ".join(html.escape(b) for b in incident.basis[:4])}</p>'
        f"<table><tbody>{''.join(rows)}</tbody></table><details><summary>{len(incident.sayings)} claims</summary>"
        f"<table><tbody>{quotes}</tbody></table></details>"
    )


# -- picture ---------------------------------------------------------------------------------------------
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7F7F7F")  # Okabe and Ito, 2008
MOST_PANELS = 12


def draw(comparison: Comparison, path: str | Path, by: By = "event") -> None:
    """Draw each incident's (or place's) largest series: one mark a figure, a line for its bounds, a colour a source.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    panels = _panels(comparison, by)[:MOST_PANELS]
    columns = 1 if len(panels) < 2 else 2
    rows = max(1, -(-len(panels) // columns))
    figure_, axes = pyplot.subplots(rows, columns, figsize=(6.4 * columns, 3.1 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    for axis, (title, points) in zip(axes.flat, panels, strict=False):
        _panel(axis, title, points)
    if not panels:
        axes[0][0].set_visible(True)
        axes[0][0].text(0.5, 0.5, "no figures", ha="center", va="center")
        axes[0][0].set_axis_off()
    figure_.savefig(Path(path), dpi=130, metadata={"Software": None})
    pyplot.close(figure_)


def _panels(comparison: Comparison, by: By) -> list[tuple[str, list[Point]]]:
    panels: dict[str, list[Point]] = {}
    sizes: dict[str, int] = {}
    for incident in comparison.incidents:
        series = [one for one in incident.series if not one.part and one.status in ("asserted", "possible")]
        for one in series:
            if by == "event":
                name = f"{incident.title} · {name_of(one)}"
            elif by == "place":
                name = f"{incident.place or 'no place'} · {name_of(one)}"
            else:
                name = name_of(one)
            panels.setdefault(name, []).extend(one.points)
            sizes[name] = len(panels[name])
    order = sorted(panels, key=lambda name: (-sizes[name], name))
    return [(name, sorted(panels[name], key=lambda p: (p.when or "9", p.report))) for name in order]


def _panel(axis: Any, title: str, points: list[Point]) -> None:
    days = sorted({point.when or "no date" for point in points})
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from conflict_extract.deliver.compare import speakers

    keys = speakers(points)
    shown: dict[str, str] = {}
    for key, point in zip(keys, points, strict=True):
        name = point.source or "(the article)"
        if len(name) > len(shown.get(key or "", "")):
            shown[key or ""] = name
    of = {id(point): shown[key or ""] for key, point in zip(keys, points, strict=True)}
    names = list(dict.fromkeys(of[id(point)] for point in points))
    shift = {name: (at - (len(names) - 1) / 2) * min(0.12, 0.7 / max(1, len(names))) for at, name in enumerate(names)}
    top = max([value for p in points for value in (p.at_least, p.best, p.at_most) if value is not None] or [1.0])
    for name in names:
        colour = COLOURS[names.index(name) % len(COLOURS)]
        own = [point for point in points if of[id(point)] == name]
        line = []
        for point in own:
            x = days.index(point.when or "no date") + shift[name]
            low, high = point.at_least, point.at_most
            centre = point.best if point.best is not None else low if high is None else high if low is None else (low + high) / 2
            if centre is None:
                continue
            if low is not None and high is not None and low < high:
                axis.plot([x, x], [low, high], color=colour, linewidth=2.2, solid_capstyle="butt")
            elif low is not None and high is None:
                axis.annotate(
                    "", (x, centre + 0.16 * top), (x, centre), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.6}
                )
            elif high is not None and low is None and point.best is None:
                axis.annotate(
                    "", (x, centre - 0.16 * top), (x, centre), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.6}
                )
            axis.plot(
                x, centre, marker="o", markersize=6.5, color=colour, markerfacecolor="white" if point.best is None else colour
            )
            axis.annotate(figure(point), (x, centre), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8)
            line.append((x, centre))
        if len(line) > 1:
            axis.plot([x for x, _ in line], [y for _, y in line], color=colour, linewidth=0.9, alpha=0.6)
        axis.plot([], [], marker="o", linestyle="", color=colour, label=name)
    axis.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_xticks(range(len(days)), days, fontsize=8)
    axis.set_xlim(-0.6, len(days) - 0.2)
    axis.set_ylim(0, top * 1.3)
    axis.set_title(title, fontsize=9.5, loc="left")
    axis.tick_params(axis="y", labelsize=8)
    axis.grid(axis="y", color="#e3e7ec", linewidth=0.7)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    axis.legend(fontsize=7.5, frameon=False, loc="upper left", ncols=2)
