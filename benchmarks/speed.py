"""Words a second of `extract`, of its components, of the encoder, and of a CNN-shaped spaCy pipeline, in one run on one thread.

python -m benchmarks.speed [--words 20000] [--rounds 5]

A machine's speed can change by half within seconds. So the three take turns on blocks of articles, and the shortest time of each
block over all rounds counts; the median of the rounds' own ratios is printed beside the ratio of these sums.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.cnn import cnn_pipeline
from benchmarks.texts import corpus
from conflict_extract import load
from conflict_extract.annotate.layer import keep_private
from conflict_extract.api import make_doc

VALUES = ("conflict_counts", "conflict_money", "conflict_times")


BLOCK = 16


def turns(runs: dict[str, Callable[[list[str]], Any]], texts: list[str], rounds: int) -> dict[str, list[list[float]]]:
    """Let the runs take turns on blocks of texts; return seconds [round][block] for each."""
    blocks = [texts[i : i + BLOCK] for i in range(0, len(texts), BLOCK)]
    times: dict[str, list[list[float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name in runs:
            times[name].append([])
        for block in blocks:
            for name, run in runs.items():
                began = time.perf_counter()
                run(block)
                times[name][-1].append(time.perf_counter() - began)
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    texts = corpus(given.words)
    words = sum(len(text.split()) for text in texts)
    extractor = load(warm=True)
    cnn = cnn_pipeline()
    cnn("Warm up.")

    encoder = extractor.nlp.get_pipe("conflict_encoder")

    def extract_all(block: list[str]) -> None:
        for text in block:
            extractor.extract(text, date="2024-03-18")

    def encode_all(block: list[str]) -> None:
        for text in block:
            encoder(make_doc(extractor.nlp, text))

    def cnn_all(block: list[str]) -> None:
        for _ in cnn.pipe(block):
            pass

    baseline = "CNN-shaped spaCy pipeline"
    times = turns({"extract (whole)": extract_all, "tokenizer + encoder": encode_all, baseline: cnn_all}, texts, given.rounds)
    shortest = {name: sum(min(column) for column in zip(*rows, strict=True)) for name, rows in times.items()}
    print(f"{len(texts)} articles, {words} words, one thread, {given.rounds} rounds")
    for name, rows in times.items():
        ratio = median(sum(base) / sum(row) for base, row in zip(times[baseline], rows, strict=True))
        speed = words / shortest[name]
        print(f"{name:28} {speed:9,.0f} words/s   {shortest[baseline] / shortest[name]:5.2f} x CNN-shaped   (median {ratio:.2f})")
    shares(extractor, texts)


def shares(extractor: Any, texts: list[str]) -> None:
    """Print each component's share of `extract`'s time."""
    spent: dict[str, float] = defaultdict(float)
    for text in texts:
        began = time.perf_counter()
        doc = make_doc(extractor.nlp, text, date="2024-03-18")
        keep_private(doc)  # as `extract` does
        spent["tokenizer"] += time.perf_counter() - began
        for name, component in extractor.nlp.pipeline:
            began = time.perf_counter()
            doc = component(doc)
            spent[name] += time.perf_counter() - began
        began = time.perf_counter()
        extractor.report(doc)
        spent["assemble"] += time.perf_counter() - began
    total = sum(spent.values())
    print("\nshare of extract")
    for name, seconds in spent.items():
        print(f"{name:28} {100 * seconds / total:5.1f} %")
    print(f"{'values together':28} {100 * sum(spent[name] for name in VALUES) / total:5.1f} %")


if __name__ == "__main__":
    main()
