"""Batch runs against each other in one run: one worker, two workers, a plain loop over `Extractor.pipe`, Ray.

    python -m benchmarks.batch [--documents 64] [--rounds 3] [--ray]    about 7 minutes on two idle processors
    python -m benchmarks.batch --memory 1000 20000 [--folder DIR] [--picture FILE]    resident memory with two workers, by corpus size
    python -m benchmarks.batch --stream 2000 [--documents 64] [--folder DIR]    one file of so many MB, mostly too long documents

Speeds are slopes between two numbers of documents done, so start-up drops out; start-up is printed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
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


class Run(NamedTuple):
    """One run: seconds from start to end; seconds a document between the end of its first part and that of the last but one."""

    seconds: float
    each: float


def batch(path: Path, folder: str, part: int, *more: str) -> Run:
    """Run the command. Times are those at which its parts appeared.

    Its processes may write and use bytecode, as those of an installed package do, whatever the environment says.
    """
    out = Path(folder) / f"out-{time.monotonic_ns()}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "-q", "--part", str(part), *more]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    at = [file.stat().st_mtime for file in sorted((out / "documents").glob("part-*.parquet"))]
    return Run(seconds, (at[-2] - at[0]) / (part * (len(at) - 2)) if len(at) > 2 else 0.0)


def loop(path: Path, first: int, last: int) -> float:
    """Seconds a document of a plain loop over `Extractor.pipe`, for the documents from `first` to `last`."""
    extractor = load(warm=True)
    rows = [json.loads(line) for line in path.open(encoding="utf-8")][first:last]
    began = time.perf_counter()
    for _ in extractor.pipe({"text": row["text"], "date": row["date"], "id": row["id"]} for row in rows):
        pass
    return (time.perf_counter() - began) / len(rows)


def compare(count: int, rounds: int, ray: bool) -> None:
    """Print words a second of each way, and the ratios, after each round.

    The speed of a way is the slope of one run between `count` and three times as many documents done, of four times as many in all, so
    its start and its end drop out. The machine's own speed changes within minutes, so the ways take turns, a ratio is made of runs of
    one round, and of several rounds the median counts. Two plain loops at once show what two processors have to give.
    """
    ways = {"--workers 1": ["--workers", "1"], "--workers 2": ["--workers", "2"]}
    if ray:
        ways["--engine ray"] = ["--engine", "ray", "--workers", "2"]
    speed: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as two:
        path, tiny = Path(folder) / "all.jsonl", Path(folder) / "tiny.jsonl"
        words = write(path, 4 * count) / (4 * count)
        write(tiny, 10)
        batch(tiny, folder, 512)  # writes the bytecode
        for name, arguments in ways.items():
            seconds = min(batch(tiny, folder, 512, *arguments).seconds for _ in range(1 if "ray" in name else 3))
            print(
                f"{name:16} start-up and 10 documents {seconds:5.1f} s" + ("" if "ray" in name else "   (must be under 6)"),
                flush=True,
            )
        for number in range(rounds):
            speed.setdefault("pipe", []).append(words / two.submit(loop, path, count, 3 * count).result())
            for name, arguments in ways.items():
                speed.setdefault(name, []).append(words / batch(path, folder, count, *arguments).each)
            both = [two.submit(loop, path, at, at + count) for at in (count, 2 * count)]
            speed.setdefault("two pipes", []).append(sum(words / each.result() for each in both))
            print(f"\nmedian of {number + 1} rounds (and each)")
            for name, values in speed.items():
                print(f"{name:16} {median(values):8,.0f} words/s   ({', '.join(f'{value:,.0f}' for value in values)})")
            _ratio("one worker / pipe", speed["--workers 1"], speed["pipe"], "must be 0.95")
            _ratio("two workers / one", speed["--workers 2"], speed["--workers 1"], "must be 1.80")
            _ratio("two pipes / pipe", speed["two pipes"], speed["pipe"], "what the processors have to give")
            if ray:
                _ratio("ray / two workers", speed["--engine ray"], speed["--workers 2"], "must be 0.85")


def _ratio(name: str, above: list[float], below: list[float], note: str) -> None:
    values = [one / other for one, other in zip(above, below, strict=True)]
    print(f"{name:20} {median(values):5.2f}   ({note}; each round: {', '.join(f'{value:.2f}' for value in values)})", flush=True)


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
    axes.legend(fontsize=7, ncols=3, loc="upper right", bbox_to_anchor=(1.0, 0.92))
    figure.savefig(picture, dpi=100)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
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
