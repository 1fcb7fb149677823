"""Batch runs against each other in one run: one worker, two workers, a plain loop over `Extractor.pipe`, Ray.

    python -m benchmarks.batch [--documents 400] [--ray]
    python -m benchmarks.batch --memory 1000 20000      resident memory of a run with two workers, by corpus size

Speeds are slopes between two corpus sizes, so start-up drops out; start-up is printed apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.generate import documents
from conflict_extract import load


def write(path: Path, count: int) -> int:
    """Write a corpus; gives its words."""
    words = 0
    with path.open("w", encoding="utf-8") as stream:
        for document in documents(count):
            words += len(document["text"].split())
            stream.write(json.dumps(document) + "\n")
    return words


def batch(path: Path, folder: str, *more: str) -> float:
    """Seconds of one run of the command."""
    out = Path(folder) / f"out-{time.monotonic_ns()}"
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "-q", *more],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def loop(path: Path) -> float:
    """Seconds of a plain loop over `Extractor.pipe`, without loading."""
    extractor = load(warm=True)
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    began = time.perf_counter()
    for _ in extractor.pipe({"text": row["text"], "date": row["date"], "id": row["id"]} for row in rows):
        pass
    return time.perf_counter() - began


def compare(count: int, ray: bool) -> None:
    """Print words a second of each way, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        small, large, tiny = (Path(folder) / name for name in ("small.jsonl", "large.jsonl", "tiny.jsonl"))
        few, many = write(small, count // 2), write(large, count + count // 2)
        write(tiny, 10)
        ways = {"--workers 1": ["--workers", "1"], "--workers 2": ["--workers", "2"]}
        if ray:
            ways["--engine ray"] = ["--engine", "ray", "--workers", "2"]
        rate = {"Extractor.pipe": (many - few) / (loop(large) - loop(small))}
        for name, arguments in ways.items():
            start = batch(tiny, folder, *arguments)
            rate[name] = (many - few) / (batch(large, folder, *arguments) - batch(small, folder, *arguments))
            print(f"{name:16} start-up and 10 documents {start:5.1f} s", flush=True)
        for name, value in rate.items():
            print(f"{name:16} {value:8,.0f} words/s")
        print(f"one worker / pipe      {rate['--workers 1'] / rate['Extractor.pipe']:.2f}   (must be 0.95)")
        print(f"two workers / one      {rate['--workers 2'] / rate['--workers 1']:.2f}   (must be 1.80)")
        if ray:
            print(f"ray / two workers      {rate['--engine ray'] / rate['--workers 2']:.2f}   (must be 0.85)")


def memory(counts: list[int]) -> None:
    """Print the memory of a run's processes together, by corpus size."""
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder) / f"{count}.jsonl"
            words = write(path, count)
            out = Path(folder) / f"out-{count}"
            began = time.perf_counter()
            process = psutil.Popen(
                [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "-q", "--workers", "2"],
                stderr=subprocess.DEVNULL,
            )
            curve: list[float] = []
            while process.poll() is None:
                try:
                    family = [process, *process.children(recursive=True)]
                    curve.append(sum(member.memory_info().rss for member in family) / 1e6)
                except psutil.NoSuchProcess:
                    pass
                time.sleep(1)
            seconds = time.perf_counter() - began
            tenths = [max(curve[at * len(curve) // 10 : (at + 1) * len(curve) // 10] or [0]) for at in range(10)]
            print(f"{count} documents, {words:,} words, {words / seconds:,.0f} words/s, exit code {process.returncode}")
            print("  MB in each tenth of the run: " + " ".join(f"{value:.0f}" for value in tenths), flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--memory", type=int, nargs="+")
    given = parser.parse_args()
    if given.memory:
        memory(given.memory)
    else:
        compare(given.documents, given.ray)


if __name__ == "__main__":
    main()
