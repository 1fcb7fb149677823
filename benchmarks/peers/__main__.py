"""Our library beside its peers, in one run on one machine.

python -m benchmarks.peers all --write          everything, into docs/benchmarks.md
python -m benchmarks.peers quotes               direct quotations: textacy
python -m benchmarks.peers quantities           quantulum3, Recognizers-Text
python -m benchmarks.peers dates                dateparser's search, Recognizers-Text
python -m benchmarks.peers speed components growth   time and memory

Each peer is installed into an environment of its own, outside the repository, when it is first needed (`environments.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks.peers import accuracy, page, speed
from benchmarks.peers.environments import PeerError
from conflict_extract import load

ACCURACY: dict[str, Callable[..., tuple[page.Table, dict[str, str]]]] = {
    "quotes": accuracy.quotes,
    "quantities": accuracy.quantities,
    "dates": accuracy.dates,
}
TITLES = {"quotes": "direct quotations", "quantities": "quantities", "dates": "dates"}
PARTS = (*ACCURACY, "speed", "components", "growth")


def main() -> int:
    """Run the parts that are asked for; 1 when a peer could not be run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="+", choices=(*PARTS, "all"))
    parser.add_argument("--write", action="store_true", help="put tables and pictures into docs/")
    given = parser.parse_args()
    parts = PARTS if "all" in given.parts else tuple(part for part in PARTS if part in given.parts)
    tables: dict[str, page.Table] = {}
    extractor = load(warm=True) if any(part in ACCURACY for part in parts) else None
    for part in parts:
        try:
            if part in ACCURACY:
                table, versions = ACCURACY[part](extractor)
            elif part == "growth":
                result, versions = speed.growth()
                table = speed.growth_table(result)
                if given.write:
                    page.picture_growth(result)
            else:
                table, versions = speed.speed() if part == "speed" else speed.components()
        except PeerError as error:
            print(error, file=sys.stderr)
            return 1
        tables[part] = table
        named = ", ".join(f"{name} {number}" for name, number in versions.items())
        text = f"{page.markdown(table)}\n\n{page.machine()}; {named}."
        print(f"\n## {part}\n\n{text}", flush=True)
        if given.write:
            picture = (
                "\n\n![Seconds by length of text and by number of articles](pictures/peers-growth.svg)"
                if part == "growth"
                else ""
            )
            page.put(part, text + picture)
    if given.write and all(part in tables for part in ACCURACY):
        page.picture_f1({TITLES[part]: tables[part] for part in ACCURACY})
    return 0


if __name__ == "__main__":
    sys.exit(main())
