"""Growth of `extract`'s time with the length of the text: 10 kB, 100 kB, 1 MB, on prose and on hostile texts.

    python -m benchmarks.scaling [--small]

A ratio near 10 at each step is linear growth.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise

from benchmarks.texts import prose
from conflict_extract import load


def shapes(size: int) -> dict[str, str]:
    """Texts of so many characters, by name."""
    text = prose(size)
    return {
        "prose": text,
        "one line": text.replace("\n", " "),
        "no punctuation": "".join(c for c in text if c.isalnum() or c.isspace()),
        "exclamation marks": "!" * size,
        "opening quotes": "“" * size,
        "quotations": ("“We deny it,” he said. " * (size // 23 + 1))[:size],
        "one word": "a" * size,
        "numbers": ("12 345 6,789 3.5 " * (size // 17 + 1))[:size],
        "Arabic": ("قال المتحدث باسم الجيش إن عشرة أشخاص قتلوا. " * (size // 44 + 1))[:size],
    }


def main() -> None:
    """Print seconds by length, and the ratio of each step."""
    sizes = [1_000, 10_000, 100_000] if "--small" in sys.argv else [10_000, 100_000, 1_000_000]
    extractor = load(warm=True)
    extractor.extract(prose(5_000))
    print("shape".ljust(20) + "".join(f"{size:>12,}" for size in sizes) + "   ratios")
    for name in shapes(10):
        seconds = []
        for size in sizes:
            text = shapes(size)[name]
            began = time.perf_counter()
            extractor.extract(text, date="2024-03-18")
            seconds.append(time.perf_counter() - began)
        ratios = "  ".join(f"x{b / a:.1f}" for a, b in pairwise(seconds))
        print(name.ljust(20) + "".join(f"{value:11.2f}s" for value in seconds) + f"   {ratios}", flush=True)


if __name__ == "__main__":
    main()
