"""What `evaluate … --by-confidence` shows: how many claims each least confidence keeps, how many of those are right, and a plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conflict_extract.errors import InputError, MissingExtraError
from conflict_extract.evaluate.confidence import Judgement, Kind, assess, by_threshold, summary

TITLES: dict[Kind, str] = {
    "attributed": "attributed claims (source, cue and content all right)",
    "narrated": "narrated claims",
    "name": "names of sources",
}
BAR = 40
CURVE = tuple(step / 50 for step in range(50))


def report_confidence(gold: Sequence[Path], plot: Path | None, as_json: bool) -> None:
    """Judge the claims of gold files or folders; print the tables (or JSON), draw the plot if a file is given.

    Raises:
        GoldError: the gold cannot be read.
        InputError: the picture's ending is not one that matplotlib can write.
        MissingExtraError: a plot is asked for and matplotlib is not installed.
    """
    from conflict_extract.deliver.cli import _write

    if plot is not None:  # before the work, not after it
        forms = _pyplot().figure().canvas.get_supported_filetypes()
        if plot.suffix.lstrip(".").lower() not in forms:
            raise InputError(f"{plot}: a picture ends in one of .{', .'.join(sorted(forms))}")
    judgements = [judgement for path in gold for judgement in assess(path)]
    figures = summary(judgements)
    if plot is not None:
        draw(judgements, plot)
    _write(json.dumps(figures, ensure_ascii=False, indent=2) if as_json else table(figures))


def table(figures: dict[Kind, dict[str, Any]]) -> str:
    """The figures as text: thresholds with precision and recall, then the bins with a bar for the share that is right."""
    out: list[str] = []
    for kind, found in figures.items():
        out += [f"{TITLES[kind]}: {found['judged']} judged, {100 * found['right']:.1f}% right"]
        out += [f"expected calibration error {found['error']:.3f}", ""]
        out += [f"{'confidence':>12}{'kept':>8}{'share':>9}{'P':>8}{'R':>8}"]
        for row in found["thresholds"]:
            least = f">= {row['threshold']:.1f}" if row["threshold"] else "all"
            cells = "".join(f"{_percent(row[name]):>{width}}" for name, width in (("share", 9), ("p", 8), ("r", 8)))
            out.append(f"{least:>12}{row['kept']:>8}{cells}")
        out += ["", f"{'confidence':>12}{'claims':>8}{'mean':>9}{'right':>8}  (| marks the mean confidence)"]
        for row in found["bins"]:
            name = f"{row['low']:.1f}-{row['high']:.1f}"
            out.append(f"{name:>12}{row['claims']:>8}{_percent(row['confidence']):>9}{_percent(row['right']):>8}  {_bar(row)}")
        out.append("")
    return "\n".join(out).rstrip()


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _bar(row: dict[str, float]) -> str:
    cells = ["█"] * round(BAR * row["right"]) + ["·"] * (BAR - round(BAR * row["right"]))
    cells[min(BAR - 1, round(BAR * row["confidence"]))] = "|"
    return "".join(cells)


def _pyplot() -> Any:
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot") from error
    return pyplot


def draw(judgements: Sequence[Judgement], path: Path) -> None:
    """Draw the share right by confidence beside precision, recall and share kept by least confidence, a row for each kind.

    Args:
        judgements: from `evaluate.confidence.assess`.
        path: the picture; its ending (.png, .svg, .pdf) says the form.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    pyplot = _pyplot()
    figures = summary(judgements)
    shape, axes = pyplot.subplots(max(1, len(figures)), 2, figsize=(9, 3.6 * max(1, len(figures))), squeeze=False)
    for (left, right), (kind, found) in zip(axes, figures.items(), strict=False):
        bins = found["bins"]
        left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        sizes = [12 + 300 * row["claims"] / found["judged"] for row in bins]
        left.scatter([row["confidence"] for row in bins], [row["right"] for row in bins], s=sizes, color="#1b5e8c")
        left.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="mean confidence", ylabel="share right")
        left.set_title(f"{TITLES[kind].split(' (')[0]}: {found['judged']}, error {found['error']:.3f}", fontsize=10)
        judged = [item for judgement in judgements for item in judgement.judged if item.kind == kind]
        rows = by_threshold(judged, sum(judgement.gold.get(kind, 0) for judgement in judgements), CURVE)
        for name, words, line in (("p", "precision", "-"), ("r", "recall", "--"), ("share", "share kept", ":")):
            points = [(row["threshold"], row[name]) for row in rows if row[name] is not None]
            if points:
                right.plot(*zip(*points, strict=True), line, color="#1b5e8c", label=words)
        right.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="least confidence")
        right.legend(frameon=False, fontsize=8, loc="lower left")
    shape.tight_layout()
    shape.savefig(path, dpi=150)
    pyplot.close(shape)
