"""Toponyms of LGL (local US news) and GeoVirus (Wikinews): `python -m benchmarks.places [FOLDER] [--errors]`.

FOLDER holds `lgl.jsonl.gz` and `geovirus.jsonl.gz`; default: ../shared/data/places. `--errors` lists what was missed, invented and
put more than 161 km away, most frequent first.
"""

from __future__ import annotations

import argparse
import collections
import time
from pathlib import Path
from typing import Any

from conflict_extract.evaluate.places import RADIUS, kilometres, predict, read_toponyms, score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data/places"))
    parser.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    for name in ("lgl", "geovirus"):
        gold = read_toponyms(arguments.folder / f"{name}.jsonl.gz")
        begun = time.perf_counter()
        found = list(predict(gold))
        seconds = time.perf_counter() - begun
        print(f"{name}: {len(gold)} documents in {seconds:.0f} s")
        for key, value in score(gold, found).items():
            print(f"  {key:<28}", show(value))
        if arguments.errors:
            errors(gold, found)


def show(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key} {item:.3f}" if isinstance(item, float) else f"{key} {item}" for key, item in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def errors(gold: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    missed, invented, far = collections.Counter[str](), collections.Counter[str](), collections.Counter[str]()
    for document, guess in zip(gold, found, strict=True):
        text = document["text"]
        spans = [(item["start"], item["end"]) for item in guess["toponyms"]]
        true = [(item["start"], item["end"]) for item in document["toponyms"]]
        for item in document["toponyms"]:
            hits = [other for other in guess["toponyms"] if other["start"] < item["end"] and item["start"] < other["end"]]
            if not hits:
                missed[text[item["start"] : item["end"]]] += 1
            elif item.get("lat") is not None:
                other = hits[0]
                if other["lat"] is None:
                    far[f"{text[item['start'] : item['end']]} (no coordinates)"] += 1
                elif kilometres(item["lat"], item["lon"], other["lat"], other["lon"]) > RADIUS:
                    far[
                        f"{text[item['start'] : item['end']]} ({item['lat']:.0f},{item['lon']:.0f} as {other['lat']:.0f},{other['lon']:.0f})"
                    ] += 1
        for start, end in spans:
            if not any(begin < end and start < stop for begin, stop in true):
                invented[text[start:end]] += 1
    for title, counter in (("missed", missed), ("invented", invented), ("far", far)):
        print(f"  {title} ({sum(counter.values())}):", ", ".join(f"{name} {count}" for name, count in counter.most_common(150)))


if __name__ == "__main__":
    main()
