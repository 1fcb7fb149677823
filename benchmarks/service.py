"""The HTTP service under load, beside the library in the same run.

    python -m benchmarks.service [--documents 60] [--workers 1] [--concurrency 8]

The service runs as `conflict-extract serve` on the loopback address. Printed: seconds of the first request after `/readyz` and of the
following ones, one at a time; words a second and latencies with many requests at once; words a second of a loop over
`Extractor.pipe` (with as many processes). In-process and service take turns, and the best round of each counts, so that a busy machine
hurts both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil

from benchmarks.generate import documents
from conflict_extract import Document, load


@contextmanager
def served(workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """The URL of a service that is ready, its process, and the seconds until it was ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, "-m", "conflict_extract", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if httpx.get(url + "/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            if time.perf_counter() - began > 120 or process.poll() is not None:
                raise SystemExit("the service did not get ready")
            time.sleep(0.05)
        yield url, process, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(30)


def body(document: dict[str, Any]) -> Document:
    """The request body of a document."""
    return Document(text=document["text"], date=document["date"], id=document["id"])


def one_by_one(url: str, rows: list[Document]) -> list[float]:
    """Seconds of each request, one at a time."""
    out = []
    with httpx.Client(base_url=url, timeout=120) as client:
        for row in rows:
            began = time.perf_counter()
            client.post("/v1/extract", json=row).raise_for_status()
            out.append(time.perf_counter() - began)
    return out


async def together(url: str, rows: list[Document], concurrency: int) -> tuple[float, list[float]]:
    """Seconds of all requests, so many at once, and of each."""
    waiting = iter(rows)
    seconds: list[float] = []

    async def client_loop(client: httpx.AsyncClient) -> None:
        for row in waiting:
            began = time.perf_counter()
            (await client.post("/v1/extract", json=row)).raise_for_status()
            seconds.append(time.perf_counter() - began)

    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        began = time.perf_counter()
        await asyncio.gather(*(client_loop(client) for _ in range(concurrency)))
        return time.perf_counter() - began, seconds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    rows = [body(document) for document in documents(given.documents)]
    words = sum(len(row["text"].split()) for row in rows)
    extractor = load(warm=True)

    def loop() -> float:
        if given.workers == 1:
            began = time.perf_counter()
            for _ in extractor.pipe(rows):
                pass
            return time.perf_counter() - began
        # Processes take seconds to start: the slope between one and two corpora leaves that out.
        times = []
        for times_over in (1, 2):
            began = time.perf_counter()
            for _ in extractor.pipe(rows * times_over, n_process=given.workers):
                pass
            times.append(time.perf_counter() - began)
        return times[1] - times[0]

    with served(given.workers) as (url, process, start):
        # The same document each time, so that the first is compared with its like.
        singles = one_by_one(url, [rows[0]] * 12)
        local: list[float] = []
        rounds: list[tuple[float, list[float]]] = []
        for _ in range(given.rounds):
            local.append(loop())
            rounds.append(asyncio.run(together(url, rows, given.concurrency)))
        service = psutil.Process(process.pid)
        memory = {item.pid: item.memory_info().rss / 1e6 for item in [service, *service.children(recursive=True)]}
    seconds, latencies = min(rounds)
    latencies.sort()
    first, median = singles[0], statistics.median(singles[1:])
    print(f"ready after {start:.1f} s, {given.workers} worker(s), {given.documents} documents, {words:,} words")
    print(
        f"first request {1000 * first:.0f} ms, median of the next {1000 * median:.0f} ms, ratio {first / median:.2f}   (at most 2)"
    )
    print(f"in-process    {words / min(local):8,.0f} words/s")
    print(f"service       {words / seconds:8,.0f} words/s at concurrency {given.concurrency}, ", end="")
    print(f"p50 {1000 * statistics.median(latencies):.0f} ms, p99 {1000 * latencies[int(0.99 * (len(latencies) - 1))]:.0f} ms")
    print(f"service / in-process {min(local) / seconds:.2f}   (at least 0.80)")
    print("resident MB: " + " ".join(f"{'main' if pid == process.pid else 'child'} {value:.0f}" for pid, value in memory.items()))


if __name__ == "__main__":
    main()
