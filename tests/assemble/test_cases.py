"""Case tables over the whole pipeline: times of saying, nesting, hedges, links, slots (fixtures/cases)."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from conflict_extract.schema import Claim, Report
from tests.conftest import FIXTURES

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def rows(name: str) -> list[dict[str, Any]]:
    text = (FIXTURES / "cases" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@cache
def _extractor() -> Any:
    from conflict_extract.api import default_extractor

    return default_extractor()


@cache
def extract(text: str, date: str | None) -> Report:
    report: Report = _extractor().extract(text, date=date)
    return report


def time_kinds(report: Report) -> dict[str, str]:
    """What each time of the report does in the claims: said, event or neither."""
    out: dict[str, str] = {}
    for time in report.times:
        kind = "neither"
        for claim in report.claims:
            if time.id in claim.said:
                kind = "said"
            elif time.id in claim.times and kind != "said":
                kind = "event"
        out[time.span.text or ""] = kind
    return out


def kind_of(report: Report, words: str) -> str | None:
    """The kind of the time that overlaps these words."""
    start = (report.text or "").index(words)
    for time in report.times:
        if time.span.start < start + len(words) and start < time.span.end:
            return time_kinds(report)[time.span.text or ""]
    return None


def by_cue(report: Report, cue: str) -> list[Claim]:
    return [c for c in report.claims if c.cue is not None and c.cue.text == cue]


def holding(report: Report, words: str) -> list[Claim]:
    """Claims whose content holds the words, the smallest first."""
    found = [c for c in report.claims if any(words in (span.text or "") for span in c.content)]
    return sorted(found, key=lambda c: sum(span.end - span.start for span in c.content))


def nested_pairs(report: Report) -> set[tuple[str, str]]:
    claims = {claim.id: claim for claim in report.claims}
    return {
        (c.cue.text or "", "narrated" if (outer := claims[c.parent]).cue is None else outer.cue.text or "")
        for c in report.claims
        if c.parent and c.cue is not None
    }


def link_right(report: Report, link: list[str]) -> bool:
    kinds, source, target = link
    return any(
        found.kind in kinds.split("|")
        and any(c.id == found.from_ for c in holding(report, source)[:2])
        and any(c.id == found.to for c in holding(report, target)[:2])
        for found in report.links
    )


def missing(case: dict[str, Any]) -> str | None:
    """What is wrong with a case, or None."""
    report = extract(case["text"], case.get("date", "2024-05-16"))
    if "times" in case:
        wrong = {w: kind_of(report, w) for w, kind in case["times"].items() if kind_of(report, w) != kind}
        return f"{wrong}" if wrong else None
    if "nested" in case:
        got, want = nested_pairs(report), {tuple(pair) for pair in case["nested"]}
        return f"nested {got}" if got != want else None
    if "hedges" in case:
        got_hedges = [h.text or "" for c in report.claims for h in c.hedges]
        left = list(got_hedges)
        for words in case["hedges"]:
            hit = next((h for h in left if words in h or h in words), None)
            if hit is None:
                return f"hedges {got_hedges}"
            left.remove(hit)
        return f"hedges {got_hedges}" if left else None
    if "links" in case:
        got_links = [(x.kind, report.claim(x.from_).text, report.claim(x.to).text) for x in report.links]
        good = all(link_right(report, link) for link in case["links"]) and len(got_links) == len(case["links"])
        return None if good else f"links {got_links}"
    for claim in case["claims"]:
        wrong_slots = slots_wrong(report, claim)
        if wrong_slots:
            return wrong_slots
    return None


def slots_wrong(report: Report, wanted: dict[str, Any]) -> str | None:
    found = holding(report, wanted["content"])
    if not found:
        return f"no claim with {wanted['content']!r}"
    claim = found[0]
    got = {
        "quantities": [report.quantity(name).span.text for name in claim.quantities],
        "places": [report.place(name).name for name in claim.places],
        "times": [report.time(name).span.text for name in claim.times],
        "event": claim.event,
    }
    wrong = {key: got[key] for key in got if key in wanted and got[key] != wanted[key]}
    return f"{wanted['content']!r}: {wrong}" if wrong else None


@pytest.mark.parametrize(
    ("name", "least"), [("said_times", 0.90), ("parents", 0.85), ("hedges", 0.85), ("links", 0.80), ("slots", 0.80)]
)
def test_accuracy(name: str, least: float) -> None:
    """The share of right cases (of times, for said_times); cases marked xfail count as cases too."""
    count: Counter[str] = Counter()
    wrong = []
    for case in rows(name):
        if name == "said_times":
            report = extract(case["text"], case["date"])
            for words, kind in case["times"].items():
                count["all"] += 1
                count["right"] += kind_of(report, words) == kind
                if kind_of(report, words) != kind:
                    wrong.append(f"{words!r} {kind_of(report, words)} in {case['text']}")
            continue
        problem = missing(case)
        count["all"] += 1
        count["right"] += problem is None
        if problem:
            wrong.append(f"{problem} in {case['text']}")
    print(f"{name}: {count['right']} of {count['all']}", *wrong, sep="\n  ")
    assert count["right"] / count["all"] >= least
    assert count["all"] >= {"said_times": 60, "parents": 40, "hedges": 40, "links": 40, "slots": 15}[name]


@pytest.mark.parametrize("name", ["parents", "hedges", "links", "slots"])
def test_known_failures_still_fail(name: str) -> None:
    """A case marked xfail that comes right must lose its mark."""
    fixed = [case["text"] for case in rows(name) if case.get("xfail") and missing(case) is None]
    assert not fixed
