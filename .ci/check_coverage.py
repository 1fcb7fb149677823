"""Checks that the tests run at least 90% of the lines of src; prints the share of branches and the files that are run least."""

import json
import sys
from pathlib import Path

FLOOR = 90.0


def main(report: str) -> None:
    """Read coverage's JSON report; stop with an error below the floor."""
    data = json.loads(Path(report).read_text(encoding="utf-8"))
    totals = data["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / max(totals["num_branches"], 1)
    print(f"lines {lines:.1f}% of {totals['num_statements']}, branches {branches:.1f}% of {totals['num_branches']}")
    rows = sorted(
        (100 * f["summary"]["covered_lines"] / max(f["summary"]["num_statements"], 1), name)
        for name, f in data["files"].items()
        if f["summary"]["num_statements"] > 1
    )
    for share, name in rows[:8]:
        print(f"  {share:5.1f}%  {name}")
    if lines < FLOOR:
        sys.exit(f"the floor is {FLOOR:.0f}% of lines")


main(sys.argv[1])
