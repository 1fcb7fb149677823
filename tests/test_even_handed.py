"""Even-handedness: with the two sides exchanged an article gives the same claims with names exchanged; no table keys to a party.

The articles in fixtures/cases/swap.jsonl are invented. Each has a table of pairs: names, demonyms, capitals, officials of the same
kind and gender. `python -m tests.test_even_handed` prints the share over all articles and every difference.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from conflict_extract.schema import Claim, Report
from tests.conftest import FIXTURES

FLOOR = 0.97
TABLES = FIXTURES.parent / "src" / "conflict_extract" / "lexicons" / "data"
CASES = [json.loads(line) for line in (FIXTURES / "cases" / "swap.jsonl").read_text(encoding="utf-8").splitlines()]


# -- exchanging the sides --------------------------------------------------------------------------------
def exchange(text: str, pairs: list[list[str]]) -> str:
    """The text with both columns of the table exchanged at once, longest form first; "a" and "an" follow the new word.

    >>> exchange("An Armenian envoy left Baku.", [["Armenian", "Georgian"], ["Tbilisi", "Baku"]])
    'A Georgian envoy left Tbilisi.'
    """
    other = {a: b for one, two in pairs for a, b in ((one, two), (two, one))}
    if not other:
        return text
    forms = "|".join(re.escape(form) for form in sorted(other, key=len, reverse=True))
    folded = {key.casefold(): value for key, value in other.items()}

    def swap(found: re.Match[str]) -> str:
        article, old = found[1], found[2]
        new = folded[old.casefold()]
        if old[0].isupper() and old not in other:  # "Al-Shabab" at the start of a sentence
            new = new[0].upper() + new[1:]
        if article is None:
            return new if new[0].isupper() or not _starts_sentence(text, found.start()) else new[0].upper() + new[1:]
        fitting = "an" if new[0] in "AEIO" else "a"
        return f"{fitting.capitalize() if article[0] == 'A' else fitting} {new}"

    return re.sub(rf"(?:\b(an?) )?\b({forms})(?!\w)", swap, text, flags=re.I)


def _starts_sentence(text: str, at: int) -> bool:
    return at == 0 or text[:at].rstrip()[-1:] in {".", "“", ""}


@dataclass
class Outcome:
    """Claims of both versions, those that are the same, and the differences in words."""

    same: int = 0
    total: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.same / self.total if self.total else 0.0


def signature(report: Report, claim: Claim, pairs: list[list[str]]) -> dict[str, Any]:
    """All that a claim says, with names exchanged: who, how, what, about whom, which event, figures, places, times."""

    def turn(text: str | None) -> str | None:
        return None if text is None else exchange(text, pairs).casefold()

    source = claim.source
    return {
        "source": source and turn(source.mention.text),
        "name": source and turn(source.name),
        "affiliation": source and turn(source.affiliation),
        "type": source and source.type,
        "former": source and source.former,
        "cue": claim.cue and turn(claim.cue.text),
        "act": claim.act,
        "mode": claim.mode,
        "content": tuple(turn(span.text) for span in claim.content),
        "target": turn(report.actor(claim.target).name) if claim.target else None,
        "event": claim.event,
        "events": tuple((report.event(item.event).type, item.status) for item in claim.events),
        "plover": claim.plover_act,
        "responsibility": claim.responsibility,
        "figures": tuple(
            (turn(item.span.text), item.at_least, item.at_most, item.category, item.who and item.who.status)
            for item in map(report.quantity, claim.quantities)
        ),
        "places": tuple(sorted(str(turn(report.place(name).name)) for name in claim.places)),
        "times": tuple((report.time(name).start, report.time(name).end) for name in claim.times),
        "hedges": tuple(turn(span.text) for span in claim.hedges),
        "negated": claim.negated,
    }


def compare(extractor: Any, case: dict[str, Any], outcome: Outcome) -> None:
    """Extract both versions of an article and add them to the outcome."""
    pairs = case["swap"]
    other = exchange(case["text"], pairs)
    assert other != case["text"]
    left, right = (extractor.extract(text, date=case["date"]) for text in (case["text"], other))
    ours = [signature(left, claim, []) for claim in left.claims]
    theirs = [signature(right, claim, pairs) for claim in right.claims]
    rest = list(theirs)
    lonely = []
    for one in ours:
        if one in rest:
            rest.remove(one)
            outcome.same += 1
        else:
            lonely.append(one)
    outcome.total += max(len(ours), len(theirs))
    for one in lonely:
        near = max(rest, key=lambda two: sum(one[key] == two[key] for key in one), default=None)
        if near is not None and near["content"] == one["content"]:
            rest.remove(near)
            fields = [f"{key}: {one[key]!r} / {near[key]!r}" for key in one if one[key] != near[key]]
            outcome.differences.append(f"{case['id']}: {one['content']}: " + "; ".join(fields))
        else:
            outcome.differences.append(f"{case['id']}: only as written: {one['source']} {one['cue']} {one['content']}")
    outcome.differences += [
        f"{case['id']}: only exchanged: {two['source']} {two['cue']} {two['content']}" for two in rest
    ]


def measure(extractor: Any, chosen: list[dict[str, Any]]) -> Outcome:
    """The outcome over several articles."""
    outcome = Outcome()
    for case in chosen:
        compare(extractor, case, outcome)
    return outcome


if __name__ == "__main__":
    from conflict_extract.api import default_extractor

    whole = measure(default_extractor(), CASES)
    print(*whole.differences, f"{whole.same} of {whole.total} claims the same: {100 * whole.share:.1f}%", sep="\n")
