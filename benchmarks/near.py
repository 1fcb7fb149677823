"""Pairwise precision and recall of near-duplicate clusters on a generated corpus, and the cost per document.

python -m benchmarks.near [--count 2000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from benchmarks.generate import documents
from conflict_extract.deliver.batch.near import Near


def pairs(groups: dict[str, list[int]]) -> set[tuple[int, int]]:
    """All pairs of members of one group."""
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def group(names: Iterable[str]) -> dict[str, list[int]]:
    """Positions by name."""
    out: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        out[name].append(at)
    return out


def measure(count: int) -> tuple[float, float, float]:
    """Precision and recall of pairs, and milliseconds a document."""
    gold, found = [], []
    with tempfile.TemporaryDirectory() as folder, Near(Path(folder) / "near.sqlite") as near:
        items = list(documents(count))
        began = time.perf_counter()
        for number, item in enumerate(items):
            found.append(near.assign(number, item["id"], item["text"]))
            gold.append(item["story"])
        spent = time.perf_counter() - began
    wanted, got = pairs(group(gold)), pairs(group(found))
    return len(wanted & got) / len(got), len(wanted & got) / len(wanted), 1000 * spent / count


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    precision, recall, cost = measure(parser.parse_args().count)
    print(f"precision {precision:.4f}   recall {recall:.4f}   {cost:.2f} ms a document")


if __name__ == "__main__":
    main()
