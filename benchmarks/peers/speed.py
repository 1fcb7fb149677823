"""Time and memory of our pipeline, its encoder alone, a CNN-shaped spaCy pipeline, quantulum3 and dateparser's search on the same articles.

A machine's speed can change within seconds, so the systems take turns on blocks of articles, one process and one thread each, and the shortest time
of each block over all rounds counts.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from benchmarks.peers.environments import Runner
from benchmarks.texts import corpus, prose

SYSTEMS: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "extract (whole)": ("ours", None, ("extract",)),
    "tokenizer + encoder": ("ours", None, ("encoder",)),
    "CNN-shaped spaCy pipeline": ("ours", None, ("cnn",)),
    "quantulum3": ("quantulum", "quantulum3", ()),
    "dateparser search": ("dates", "dateparser", ()),
}
BLOCK = 8
LENGTHS = (5_000, 10_000, 20_000, 40_000, 80_000)
SIZES = (8, 16, 32, 64, 128)
PATIENCE = 60.0  # seconds after which a system gets no longer texts
Table = list[list[str]]


def items(texts: list[str]) -> list[dict[str, str]]:
    """Texts as the runners take them."""
    return [{"text": text, "date": "2024-03-18"} for text in texts]


def open_all(stack: ExitStack) -> dict[str, Runner]:
    """All systems' runners, loaded and warm."""
    return {name: stack.enter_context(Runner(program, peer, *rest)) for name, (program, peer, rest) in SYSTEMS.items()}


def speed(words: int = 6_000, rounds: int = 3) -> tuple[Table, dict[str, str]]:
    """Words a second and memory."""
    texts = corpus(words)
    total = sum(len(text.split()) for text in texts)
    blocks = [items(texts[at : at + BLOCK]) for at in range(0, len(texts), BLOCK)]
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        runners = open_all(stack)
        best = {name: [float("inf")] * len(blocks) for name in runners}
        loaded = {name: runner.megabytes for name, runner in runners.items()}
        for _ in range(rounds):
            for number, block in enumerate(blocks):
                for name, runner in runners.items():
                    best[name][number] = min(best[name][number], runner.ask(block)["seconds"])
        table: Table = [["system", "words a second", "x CNN-shaped", "MB when loaded", f"MB after {total:,} words"]]
        base = sum(best["CNN-shaped spaCy pipeline"])
        for name, runner in runners.items():
            seconds = sum(best[name])
            table.append(
                [name, f"{total / seconds:,.0f}", f"{base / seconds:.2f}", f"{loaded[name]:.0f}", f"{runner.megabytes:.0f}"]
            )
            versions.update(runner.versions)
    return table, versions


def components(words: int = 6_000, rounds: int = 3) -> tuple[Table, dict[str, str]]:
    """Each component's time: of the rounds, the shortest of each article."""
    texts = corpus(words)
    total = sum(len(text.split()) for text in texts)
    with Runner("ours", None, "components") as runner:
        results = [runner.ask(items(texts))["results"] for _ in range(rounds)]
        versions = runner.versions
    names = list(results[0][0])
    spent = {name: sum(min(r[i][name] for r in results) for i in range(len(texts))) for name in names}
    whole = sum(spent.values())
    table: Table = [["component", "ms for 1,000 words", "share"]]
    table += [[name, f"{1e6 * seconds / total:.1f}", f"{100 * seconds / whole:.1f} %"] for name, seconds in spent.items()]
    return table, versions


def growth(rounds: int = 2) -> tuple[dict[str, dict[str, list[tuple[float, float]]]], dict[str, str]]:
    """Seconds by length of one text (characters) and by number of articles: `{"length": {system: [(x, seconds)]}, "articles": ...}`."""
    out: dict[str, dict[str, list[tuple[float, float]]]] = {"length": {}, "articles": {}}
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        runners = open_all(stack)
        for name, runner in runners.items():
            versions.update(runner.versions)
            out["length"][name] = _points(runner, {size: items([prose(size)]) for size in LENGTHS}, rounds)
            texts = corpus(30_000)
            out["articles"][name] = _points(runner, {size: items(texts[:size]) for size in SIZES}, rounds)
    return out, versions


def _points(runner: Runner, work: dict[int, list[Any]], rounds: int) -> list[tuple[float, float]]:
    """Shortest seconds of each size, until one takes too long."""
    points = []
    for size, block in work.items():
        seconds = runner.ask(block)["seconds"]
        if seconds < PATIENCE / 4:
            seconds = min([seconds, *(runner.ask(block)["seconds"] for _ in range(rounds - 1))])
        points.append((float(size), float(seconds)))
        if seconds > PATIENCE:
            break
    return points


def exponent(points: list[tuple[float, float]]) -> float:
    """Slope of a straight line through the logarithms of the upper half of the points: 1 is linear growth, 2 quadratic.

    >>> round(exponent([(1, 2), (2, 4), (4, 8)]), 2)
    1.0
    """
    from math import log

    used = points[max(0, len(points) // 2 - 1) :]
    xs, ys = [log(x) for x, _ in used], [log(y) for _, y in used]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mx) ** 2 for x in xs)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0


def growth_table(result: dict[str, dict[str, list[tuple[float, float]]]]) -> Table:
    """Seconds at each length, and the exponent of growth."""
    table: Table = [["system", *(f"{size // 1000} kB" for size in LENGTHS), "exponent, length", "exponent, articles"]]
    for name, points in result["length"].items():
        seconds = [f"{y:.2f}" for _, y in points]
        seconds += ["–"] * (len(LENGTHS) - len(seconds))
        table.append([name, *seconds, f"{exponent(points):.2f}", f"{exponent(result['articles'][name]):.2f}"])
    return table
