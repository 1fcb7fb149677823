"""Speed, size and memory of the encoder against a CNN-shaped spaCy pipeline, in one run on one thread.

python -m benchmarks.encoder [--words 10000] [--rounds 3]

Prints processor seconds (what other programs do at the same time matters less to them than to the clock) and wall-clock seconds.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

from benchmarks.cnn import cnn_pipeline
from benchmarks.texts import corpus
from conflict_extract.annotate._reader import MODEL
from conflict_extract.evaluate.spans import pipeline


def best(run: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Return the least processor time and the least wall-clock time of some rounds, in seconds."""
    cpu, wall = [], []
    for _ in range(rounds):
        a, b = time.process_time(), time.perf_counter()
        run()
        cpu.append(time.process_time() - a)
        wall.append(time.perf_counter() - b)
    return min(cpu), min(wall)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    texts = corpus(given.words)
    words = sum(len(text.split()) for text in texts)
    nlp = pipeline()
    nlp(texts[0])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reader = nlp.get_pipe("conflict_encoder").reader  # type: ignore[attr-defined]
    spent = 0.0
    run = reader.session().run

    class Timed:
        """The session, with the time spent in it."""

        get_outputs = staticmethod(reader.session().get_outputs)

        @staticmethod
        def run(*args: Any) -> Any:
            nonlocal spent
            start = time.process_time()
            found = run(*args)
            spent += time.process_time() - start
            return found

    def encode() -> None:
        for text in texts:
            nlp(text)

    cnn = cnn_pipeline()
    cnn("Warm up.")

    def peer() -> None:
        for _ in cnn.pipe(texts):
            pass

    ours, theirs = best(encode, given.rounds), best(peer, given.rounds)
    reader.session = lambda: Timed
    encode()
    print(f"{words} words in {len(texts)} texts, one thread")
    for name, (cpu, wall) in (("tokenizer + encoder", ours), ("CNN-shaped spaCy pipeline", theirs)):
        print(f"{name:<28}{words / cpu:>9,.0f} words per processor second{words / wall:>9,.0f} words/s")
    print(f"encoder / CNN: {theirs[0] / ours[0]:.2f} by processor time, {theirs[1] / ours[1]:.2f} by the clock")
    print(f"share of the graph in the encoder: {100 * spent / ours[0]:.0f}%")
    print(
        f"encoder.onnx {(MODEL / 'encoder.onnx').stat().st_size / 1e6:.1f} MB; memory with tokenizer and encoder {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
