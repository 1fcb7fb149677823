"""Tables and pictures of the comparisons, and their place in docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
from pathlib import Path
from typing import Any

Table = list[list[str]]
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURES = ROOT / "docs" / "pictures"
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280")


def markdown(table: Table) -> str:
    """A table in Markdown; its first row is the head, columns of numbers are set right.

    >>> print(markdown([["system", "n"], ["ours", "3"]]))
    | system | n |
    |---|---:|
    | ours | 3 |
    """
    head, *body = table
    right = [all(re.match(r"[–\d*]", row[i]) for row in body) and i > 0 for i in range(len(head))]
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join("---:" if r else "---" for r in right) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)])


def machine() -> str:
    """Processor, cores, Python and day, for the page."""
    model = platform.processor() or "unknown processor"
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    return f"{day}, {model}, {os.cpu_count()} cores, Python {platform.python_version()}, one thread"


def put(part: str, text: str) -> None:
    """Replace what stands between `<!-- part -->` and `<!-- /part -->` on the page."""
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(\n<!-- /{part} -->)", re.S)
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name} has no place for {part!r}")
    PAGE.write_text(pattern.sub(lambda match: match[1] + text + match[2], page), encoding="utf-8")


def _axes(columns: int, width: float = 11.0, height: float = 3.4) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "conflict-extract", "svg.fonttype": "none", "font.size": 10, "axes.spines.top": False}
    )
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, columns, figsize=(width, height), layout="constrained")
    return figure, axes if columns > 1 else [axes]


def _save(figure: Any, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    figure.savefig(PICTURES / f"{name}.svg", metadata={"Date": None}, facecolor="white")


def picture_f1(tables: dict[str, Table]) -> None:
    """Bars of one F1 column of each table's first set of texts: speaker of a quotation, value of a quantity, a day within a time."""
    figure, axes = _axes(len(tables))
    for axis, (title, table) in zip(axes, tables.items(), strict=True):
        body = [row for row in table[1:] if row[0] == table[1][0]]
        column = 3 if "value" in table[0] else 4
        names = [re.sub(r" \(.*", "", row[1]).replace(", past preferred", ",\npast preferred") for row in body]
        values = [float(match[1]) for row in body if (match := re.search(r"\*\*([\d.]+)\*\*", row[column]))]
        bars = axis.barh(names, values, color=[COLOURS[0] if name == "ours" else "#a0aec0" for name in names])
        axis.bar_label(bars, fmt="%.0f", padding=3)
        axis.set_xlim(0, 110)
        axis.invert_yaxis()
        axis.spines["right"].set_visible(False)
        axis.set_title(f"{title}\n{table[0][column]}", fontsize=10)
        axis.set_xlabel("F1, our own sentences")
    _save(figure, "peers-f1")


def picture_growth(result: dict[str, dict[str, list[tuple[float, float]]]]) -> None:
    """Seconds by length and by number of articles, with a straight line through the origin for each system."""
    figure, axes = _axes(2, height=4.2)
    for axis, (kind, systems) in zip(axes, result.items(), strict=True):
        scale, label = (1000, "length of one text, 1,000 characters") if kind == "length" else (1, "articles")
        for colour, (name, points) in zip(COLOURS, systems.items(), strict=True):
            xs, ys = [x / scale for x, _ in points], [y for _, y in points]
            slope = sum(x * y for x, y in zip(xs, ys, strict=True)) / sum(x * x for x in xs)
            axis.plot(xs, ys, "o", color=colour, markersize=5, label=name)
            axis.plot([0, max(xs)], [0, slope * max(xs)], "-", color=colour, linewidth=1)
        axis.set_xlabel(label)
        axis.set_ylabel("seconds")
        axis.spines["right"].set_visible(False)
        axis.set_ylim(bottom=0)
    axes[0].legend(frameon=False, fontsize=9)
    _save(figure, "peers-growth")
