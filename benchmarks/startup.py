"""Seconds of `import conflict_extract`, of `load()` and of the first report, and the memory after each, in a fresh process.

python -m benchmarks.startup
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time


def _memory() -> float:
    """Resident memory of this process in MB (Linux: from /proc)."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() / 1e6


def measure() -> None:
    """Print one line a step."""
    began = time.perf_counter()
    import conflict_extract

    print(f"import       {time.perf_counter() - began:6.3f} s   {_memory():6.0f} MB")
    began = time.perf_counter()
    extractor = conflict_extract.load()
    print(f"load()       {time.perf_counter() - began:6.3f} s   {_memory():6.0f} MB")
    began = time.perf_counter()
    extractor.extract("The army said on Monday that 12 people were killed near Goma.", date="2024-03-18")
    print(f"first report {time.perf_counter() - began:6.3f} s   {_memory():6.0f} MB")


if __name__ == "__main__":
    if "--here" in sys.argv:
        measure()
    else:
        for _ in range(3):
            subprocess.run([sys.executable, "-m", "benchmarks.startup", "--here"], check=True)
            print()
