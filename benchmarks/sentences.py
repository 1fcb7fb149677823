"""Events, targets and links on short passages of our own: what one rule misses shows here without a whole article around it.

    python -m benchmarks.sentences [--errors]

`gold/sentences/` has 466 and (written later) 30 sentences with the event type of one claim, 160 and 100 passages with the act and
target of one, and 106 and 30 passages with all their links. They were written from the annotation guide before anybody saw what the rules make of them;
the figures before and after they were read are in docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from conflict_extract import Claim, Extractor, Report, load

GOLD = Path(__file__).parent / "gold" / "sentences"
DATE = "2024-03-18"
MATCH = 0.5  # F1 of characters from which a claim is the one meant


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The lines of a table."""
    with (GOLD / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def overlap(text: str, content: str, claim: Claim) -> float:
    """F1 of the characters of a claim's content and of the content meant."""
    start = text.find(content)
    end = start + len(content)
    shared = sum(max(0, min(end, span.end) - max(start, span.start)) for span in claim.content)
    size = sum(span.end - span.start for span in claim.content) + end - start
    return 2 * shared / size if size else 0.0


def claim_of(report: Report, text: str, content: str, act: str | None = None) -> Claim | None:
    """The claim with this content; of several the one with the act."""
    best = max(report.claims, key=lambda claim: (round(overlap(text, content, claim), 6), claim.act == act), default=None)
    return best if best is not None and overlap(text, content, best) >= MATCH else None


def pairing(report: Report, text: str, claims: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Claim id -> number of the gold claim that it is, one to one."""
    pairs = sorted(
        (-overlap(text, gold["content"], claim), claim.act != gold["act"], number, claim.id)
        for number, gold in enumerate(claims)
        for claim in report.claims
        if overlap(text, gold["content"], claim) >= MATCH
    )
    found: dict[str, int] = {}
    for _, _, number, claim in pairs:
        if claim not in found and number not in found.values():
            found[claim] = number
    return found


def events(extractor: Extractor, errors: list[str], table: str = "events") -> str:
    """Share of sentences whose claim has the right event type."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in rows(table):
        claim = claim_of(extractor.extract(row["text"], date=DATE), row["text"], row["content"])
        total[row["event"]] += 1
        if claim is not None and claim.event == row["event"]:
            right[row["event"]] += 1
        else:
            errors.append(f"event {row['event']}, got {claim.event if claim else 'no claim'}: {row['text']}")
    share = sum(right.values()) / sum(total.values())
    parts = ", ".join(f"{event} {right[event]}/{total[event]}" for event in sorted(total))
    return f"{table}: {share:.3f} of {sum(total.values())} ({parts})"


def targets(extractor: Extractor, errors: list[str], table: str = "targets") -> str:
    """F1 of targets, and the share of right acts."""
    hits = spurious = missed = acts = count = 0
    for row in rows(table):
        report = extractor.extract(row["text"], date=DATE)
        claim = claim_of(report, row["text"], row["content"], row["act"])
        names = {actor.id: actor.name for actor in report.actors}
        got = names.get(claim.target or "") if claim is not None else None
        count += 1
        acts += claim is not None and claim.act == row["act"]
        same = _plain(got) == _plain(row["target"])
        hits += same and got is not None
        spurious += got is not None and not same
        missed += row["target"] is not None and not same
        if not same or claim is None or claim.act != row["act"]:
            act = claim.act if claim is not None else "no claim"
            errors.append(f"target {row['act']} {row['target']}, got {act} {got}: {row['text']}")
    return f"{table}: F1 {_f1(hits, spurious, missed):.3f} (P {hits / max(1, hits + spurious):.3f}), acts {acts / count:.3f} of {count}"


def links(extractor: Extractor, errors: list[str], table: str = "links") -> str:
    """F1 of links, all and by kind."""
    hits: Counter[str] = Counter()
    spurious: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row in rows(table):
        report = extractor.extract(row["text"], date=DATE)
        found = pairing(report, row["text"], row["claims"])
        gold = {_key(link["kind"], link["from"], link["to"]) for link in row["links"]}
        got = {_key(link.kind, found.get(link.from_, link.from_), found.get(link.to, link.to)) for link in report.links}
        for key in gold & got:
            hits[key[0]] += 1
        for key in got - gold:
            spurious[key[0]] += 1
        for key in gold - got:
            missed[key[0]] += 1
        if gold != got:
            errors.append(f"links {sorted(gold)}, got {sorted(got)}: {row['text']}")
    kinds = sorted({*hits, *spurious, *missed})
    parts = ", ".join(f"{kind} {_f1(hits[kind], spurious[kind], missed[kind]):.3f}" for kind in kinds)
    return f"{table}: F1 {_f1(hits.total(), spurious.total(), missed.total()):.3f} ({parts})"


def _key(kind: str, start: int | str, end: int | str) -> tuple[str, str, str]:
    one, two = str(start), str(end)
    return (kind, two, one) if kind == "disagrees" and two < one else (kind, one, two)


def _plain(name: str | None) -> str | None:
    return name.lower().removeprefix("the ") if name else None


def _f1(hits: int, spurious: int, missed: int) -> float:
    return 2 * hits / max(1, 2 * hits + spurious + missed)


def main() -> None:
    """Print the figures, and with `--errors` every passage that is not right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="list the passages that are not right")
    arguments = parser.parse_args()
    extractor = load()
    errors: list[str] = []
    parts = (
        *(partial(events, table=table) for table in ("events", "events_second")),
        *(partial(targets, table=table) for table in ("targets", "targets_second")),
        *(partial(links, table=table) for table in ("links", "links_second")),
    )
    for part in parts:
        print(part(extractor, errors))
    if arguments.errors:
        print("\n".join(errors))


if __name__ == "__main__":
    main()
