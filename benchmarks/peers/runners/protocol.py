"""The talk between the benchmark and a runner.

A request is a line `{"items": [...]}`; the answer is a line `{"results": [...], "seconds": s, "megabytes": m}`, where `seconds` is the time
that the items took and `megabytes` the most memory that the process has held so far. A runner says `{"ready": true, "versions": {...}}`
first, after it has loaded what it needs and read one text.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(read: Callable[[Any], Any], versions: dict[str, str], warm: Any = None) -> None:
    """Answer requests until the input ends; `read` turns one item into its result, `warm` is an item to read first."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not break the talk
    if warm is not None:
        read(warm)
    print(json.dumps({"ready": True, "versions": versions, "megabytes": megabytes()}), file=out, flush=True)
    for line in sys.stdin:
        items = json.loads(line)["items"]
        began = time.perf_counter()
        results = [read(item) for item in items]
        seconds = time.perf_counter() - began
        print(json.dumps({"results": results, "seconds": seconds, "megabytes": megabytes()}), file=out, flush=True)


def megabytes() -> float:
    """The most memory that this process has held, in units of 10**6 bytes; on Linux without what its parent held before the start."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
