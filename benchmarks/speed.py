"""Words a second of `extract`, of its components, of the encoder, and of a CNN-shaped spaCy pipeline, in one run on one thread.

python -m benchmarks.speed [--words 20000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from benchmarks.cnn import cnn_pipeline
from benchmarks.texts import corpus
from conflict_extract import load
from conflict_extract.api import make_doc

VALUES = ("conflict_counts", "conflict_money", "conflict_times")


def best(run: Callable[[], Any], rounds: int) -> float:
    """The shortest of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    texts = corpus(given.words)
    words = sum(len(text.split()) for text in texts)
    extractor = load(warm=True)
    cnn = cnn_pipeline()
    cnn("Warm up.")

    def extract_all() -> None:
        for text in texts:
            extractor.extract(text, date="2024-03-18")

    def encode_all() -> None:
        encoder = extractor.nlp.get_pipe("conflict_encoder")
        for text in texts:
            encoder(make_doc(extractor.nlp, text))

    def cnn_all() -> None:
        for _ in cnn.pipe(texts):
            pass

    rows = [
        ("extract (whole)", best(extract_all, given.rounds)),
        ("tokenizer + encoder", best(encode_all, given.rounds)),
        ("CNN-shaped spaCy pipeline", best(cnn_all, given.rounds)),
    ]
    baseline = rows[-1][1]
    print(f"{len(texts)} articles, {words} words, one thread, best of {given.rounds}")
    for name, seconds in rows:
        print(f"{name:28} {words / seconds:9,.0f} words/s   {baseline / seconds:5.2f} x CNN-shaped")
    shares(extractor, texts)


def shares(extractor: Any, texts: list[str]) -> None:
    """Print each component's share of `extract`'s time."""
    spent: dict[str, float] = defaultdict(float)
    for text in texts:
        began = time.perf_counter()
        doc = make_doc(extractor.nlp, text, date="2024-03-18")
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
