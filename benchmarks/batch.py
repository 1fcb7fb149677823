"""Batch runs against each other in one run: one worker, two workers, a plain loop over `Extractor.pipe`, Ray.

    python -m benchmarks.batch [--documents 96] [--rounds 2] [--ray]    about 8 minutes on two idle processors
    python -m benchmarks.batch --memory 1000 20000 [--folder DIR] [--picture FILE]    resident memory with two workers, by corpus size
    python -m benchmarks.batch --stream 2000 [--documents 96] [--folder DIR]    one file of so many MB, mostly too long documents

Speeds are slopes between two corpus sizes, so start-up drops out; start-up is printed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pyarrow.parquet as pq

from benchmarks.generate import documents
from benchmarks.near import group, pairs
from conflict_extract import load


def write(path: Path, count: int, *, brief: bool = False) -> int:
    """Write a corpus; gives its words."""
    words = 0
    with path.open("w", encoding="utf-8") as stream:
        for document in documents(count, brief=brief):
            words += len(document["text"].split())
            stream.write(json.dumps(document) + "\n")
    return words


def batch(path: Path, folder: str, *more: str) -> Spent:
    """What one run of the command costs.

    Its processes may write and use bytecode, as those of an installed package do, whatever the environment says.
    """
    out = Path(folder) / f"out-{time.monotonic_ns()}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = _children()
    began = time.perf_counter()
    command = [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "-q", *more]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    main = 0.0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            main = max(main, times.user + times.system)
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Spent(time.perf_counter() - began, _children() - before, main)


def loop(path: Path) -> Spent:
    """What a plain loop over `Extractor.pipe` costs, without loading."""
    extractor = load(warm=True)
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    began, before = time.perf_counter(), time.process_time()
    for _ in extractor.pipe({"text": row["text"], "date": row["date"], "id": row["id"]} for row in rows):
        pass
    spent = time.process_time() - before
    return Spent(time.perf_counter() - began, spent, spent)


class Spent(NamedTuple):
    """Seconds of a run: on the clock; of processors, in all processes that have ended; of these, in the main process."""

    clock: float
    processors: float
    main: float

    def least(self, other: Spent) -> Spent:
        """The least of each."""
        return Spent(*map(min, self, other))


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def compare(count: int, rounds: int, ray: bool) -> None:
    """Print words a second of each way, and the ratios.

    The speed of a way is the slope between a corpus of `count` documents and one of three times as many. The ways take turns, and of
    several rounds the least time counts, since the machine's own speed changes.
    """
    ways = {"--workers 1": ["--workers", "1"], "--workers 2": ["--workers", "2"]}
    if ray:
        ways["--engine ray"] = ["--engine", "ray", "--workers", "2"]
    with tempfile.TemporaryDirectory() as folder:
        small, large, tiny = (Path(folder) / name for name in ("small.jsonl", "large.jsonl", "tiny.jsonl"))
        few, many = write(small, count), write(large, 3 * count)
        write(tiny, 10)
        batch(tiny, folder)  # writes the bytecode
        for name, arguments in ways.items():
            seconds = min(batch(tiny, folder, *arguments).clock for _ in range(1 if "ray" in name else 3))
            print(
                f"{name:16} start-up and 10 documents {seconds:5.1f} s" + ("" if "ray" in name else "   (must be under 6)"),
                flush=True,
            )
        least: dict[tuple[str, Path], Spent] = {}
        for number in range(rounds):
            for path in (small, large):
                for name in ("pipe", *ways):
                    spent = loop(path) if name == "pipe" else batch(path, folder, *ways[name])
                    least[name, path] = spent.least(least.get((name, path), spent))
            _rates(number + 1, count, many - few, {name: (least[name, small], least[name, large]) for name in ("pipe", *ways)})


def _rates(rounds: int, count: int, words: int, spent: dict[str, tuple[Spent, Spent]]) -> None:
    """Print the speeds and ratios after so many rounds, from what the smaller and the larger corpus cost each way."""
    print(f"\nleast of {rounds} rounds")
    rate = {name: words / (large.clock - small.clock) for name, (small, large) in spent.items()}
    for name, (small, large) in spent.items():
        each = [500 * (after - before) / count for before, after in zip(small, large, strict=True)]
        own = f"   processor time a document {each[1]:5.1f} ms" if "ray" not in name else ""
        print(
            f"{name:16} {rate[name]:8,.0f} words/s{own}" + (f", main process {each[2]:.1f} ms" if name != "pipe" and own else "")
        )
    print(f"one worker / pipe      {rate['--workers 1'] / rate['pipe']:.2f}   (must be 0.95)")
    print(f"two workers / one      {rate['--workers 2'] / rate['--workers 1']:.2f}   (must be 1.80)")
    if "--engine ray" in rate:
        print(f"ray / two workers      {rate['--engine ray'] / rate['--workers 2']:.2f}   (must be 0.85)", flush=True)


def memory(counts: list[int], folder: Path, picture: Path | None) -> None:
    """Run corpora of short articles with two workers; print memory, by corpus size, and whether copies found each other.

    Args:
        counts: sizes of the corpora, in documents.
        folder: where corpora, outputs and `memory-<count>.csv` go; a run that was interrupted goes on.
        picture: file for a plot of the curves.
    """
    curves = {}
    for count in counts:
        path, out = folder / f"{count}.jsonl", folder / f"out-{count}"
        words = write(path, count, brief=True)
        began = time.perf_counter()
        process = psutil.Popen(
            [
                sys.executable,
                "-m",
                "conflict_extract",
                "batch",
                str(path),
                "--out",
                str(out),
                "-q",
                "--workers",
                "2",
                "--keep",
                "story",
            ]
        )
        curve = curves[count] = list(watch(process, began))
        with (folder / f"memory-{count}.csv").open("w", encoding="utf-8") as stream:
            stream.writelines(f"{at:.1f},{parent:.1f},{workers:.1f}\n" for at, parent, workers in curve)
        seconds = time.perf_counter() - began
        print(f"{count} documents, {words:,} words, {words / seconds:,.0f} words/s, exit code {process.returncode}")
        print("  MB in each tenth of the run: " + " ".join(f"{value:.0f}" for value in tenths([p + w for _, p, w in curve])))
        print("  of these the parent:         " + " ".join(f"{value:.0f}" for value in tenths([p for _, p, _ in curve])))
        rows = pq.read_table(out / "documents", columns=["cluster", "keep"]).to_pylist()
        found, gold = pairs(group(row["cluster"] for row in rows)), pairs(group(dict(row["keep"])["story"] for row in rows))
        print(f"  {len(rows)} documents in the output; near-copies: precision {len(found & gold) / len(found):.3f}, "
              f"recall {len(found & gold) / len(gold):.3f}", flush=True)  # fmt: skip
    if picture:
        plot(curves, picture)


def stream(megabytes: int, count: int, folder: Path) -> None:
    """Run one file of a given size with two workers to its end; print what came out, and memory.

    One line in every so many is a generated article; the others are documents of 1 MB, which `--limit-length` refuses. So the file
    is far larger than memory may be, while the articles keep the workers busy and make the reader wait.

    Args:
        megabytes: size of the file (1 MB is 10^6 bytes).
        count: articles in it, spread evenly.
        folder: where the file and the output go.
    """
    path, out = folder / f"{megabytes}-mb.jsonl", folder / f"out-{megabytes}-mb"
    articles = documents(count)
    with path.open("w", encoding="utf-8") as lines:
        for number in range(megabytes):
            for _ in range((number + 1) * count // megabytes - number * count // megabytes):
                lines.write(json.dumps(next(articles)) + "\n")
            head = f'{{"id": "long-{number}", "text": "'
            lines.write(head + ("The mayor said 4 people died. " * 33_334)[: 1_000_000 - len(head) - 3] + '"}\n')
    began = time.perf_counter()
    command = [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "-q", "--workers", "2"]
    process = psutil.Popen([*command, "--limit-length", "20000", "--part", "64"])
    curve = list(watch(process, began))
    errors = sum(pq.read_metadata(part).num_rows for part in (out / "errors").glob("*.parquet"))
    done = sum(pq.read_metadata(part).num_rows for part in (out / "documents").glob("*.parquet"))
    print(f"{path.stat().st_size / 1e6:,.0f} MB in {time.perf_counter() - began:.0f} s: {done} documents of {count}, "
          f"{errors} refused of {megabytes}, exit code {process.returncode}")  # fmt: skip
    print("  MB in each tenth of the run: " + " ".join(f"{value:.0f}" for value in tenths([p + w for _, p, w in curve])))
    print("  of these the parent:         " + " ".join(f"{value:.0f}" for value in tenths([p for _, p, _ in curve])), flush=True)


def watch(process: psutil.Popen, began: float) -> Iterator[tuple[float, float, float]]:
    """(seconds, MB of the parent, MB of its children), every two seconds until the process ends."""
    while process.poll() is None:
        try:
            children = sum(child.memory_info().rss for child in process.children(recursive=True))
            yield time.perf_counter() - began, process.memory_info().rss / 1e6, children / 1e6
        except psutil.NoSuchProcess:
            pass
        time.sleep(2)


def tenths(values: list[float]) -> list[float]:
    """The greatest value in each tenth of a series."""
    return [max(values[at * len(values) // 10 : (at + 1) * len(values) // 10] or [0.0]) for at in range(10)]


def plot(curves: dict[int, list[tuple[float, float, float]]], picture: Path) -> None:
    """Draw the curves, and the limit, into a file."""
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(7, 3), layout="constrained")).subplots()
    for count, curve in curves.items():
        axes.plot([at / 60 for at, *_ in curve], [parent + workers for _, parent, workers in curve], label=f"{count:,} documents")
        axes.plot([at / 60 for at, *_ in curve], [parent for _, parent, _ in curve], label=f"  of these the parent ({count:,})")
    axes.axhline(1500, color="0.4", linestyle="--", label="limit")
    axes.set(xlabel="minutes", ylabel="resident memory, MB", ylim=(0, 1600))
    axes.legend(fontsize=7, loc="center right")
    figure.savefig(picture, dpi=100)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--memory", type=int, nargs="+")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--stream", type=int)
    given = parser.parse_args()
    if given.memory or given.stream:
        with tempfile.TemporaryDirectory() as scratch:
            if given.memory:
                memory(given.memory, given.folder or Path(scratch), given.picture)
            else:
                stream(given.stream, given.documents, given.folder or Path(scratch))
    else:
        compare(given.documents, given.rounds, given.ray)


if __name__ == "__main__":
    main()
