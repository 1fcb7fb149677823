"""Even-handedness: with the two sides exchanged an article gives the same claims with names exchanged; no table keys to a party.

The articles in fixtures/cases/swap.jsonl are invented. Each has a table of pairs: names, demonyms, capitals, officials of the same
kind and gender. `python -m tests.test_even_handed` prints the share over all articles and every difference.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from benchmarks import even
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
    """Claims of both versions, those that are the same, the differences in words, both confidences of those that are the same."""

    same: int = 0
    total: int = 0
    differences: list[str] = field(default_factory=list)
    confidences: list[tuple[float, float]] = field(default_factory=list)

    @property
    def drift(self) -> float:
        """Mean difference of confidence between both versions of the claims that are the same."""
        return sum(abs(one - two) for one, two in self.confidences) / max(1, len(self.confidences))

    @property
    def lean(self) -> float:
        """How much surer the library is of the articles as written, over all claims that are the same."""
        return sum(one - two for one, two in self.confidences) / max(1, len(self.confidences))

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
    sure = [claim.confidence for claim in right.claims]
    lonely = []
    for one, claim in zip(ours, left.claims, strict=True):
        if one in rest:
            at = rest.index(one)
            del rest[at]
            outcome.confidences.append((claim.confidence, sure.pop(at)))
            outcome.same += 1
        else:
            lonely.append(one)
    outcome.total += max(len(ours), len(theirs))
    for one in lonely:
        near = max(rest, key=lambda two: sum(one[key] == two[key] for key in one), default=None)
        if near is not None and near["content"] == one["content"]:
            at = rest.index(near)
            del rest[at], sure[at]
            fields = [f"{key}: {one[key]!r} / {near[key]!r}" for key in one if one[key] != near[key]]
            outcome.differences.append(f"{case['id']}: {one['content']}: " + "; ".join(fields))
        else:
            outcome.differences.append(f"{case['id']}: only as written: {one['source']} {one['cue']} {one['content']}")
    outcome.differences += [f"{case['id']}: only exchanged: {two['source']} {two['cue']} {two['content']}" for two in rest]


def measure(extractor: Any, chosen: list[dict[str, Any]]) -> Outcome:
    """The outcome over several articles."""
    outcome = Outcome()
    for case in chosen:
        compare(extractor, case, outcome)
    return outcome


def test_exchange_is_its_own_inverse():
    for case in CASES:
        other = exchange(case["text"], case["swap"])
        assert other != case["text"]
        assert exchange(other, case["swap"]) == case["text"], case["id"]


def test_the_comparison_sees_a_difference(extractor):
    """An extractor that treats one side otherwise is caught."""
    case = next(case for case in CASES if case["id"] == "am-az-1")

    class Biased:
        def extract(self, text: str, date: str) -> Report:
            report = extractor.extract(text, date=date)
            claims = tuple(
                claim.model_copy(update={"act": "threat"}) if claim.source and claim.source.affiliation == "Armenia" else claim
                for claim in report.claims
            )
            return report.model_copy(update={"claims": claims})

    outcome = measure(Biased(), [case])
    assert outcome.share < FLOOR and outcome.differences


def test_both_sides_alike(extractor):
    """Every fourth article; all of them in the slow test."""
    outcome = measure(extractor, CASES[::4])
    assert outcome.total >= 30
    assert outcome.share >= 0.93, "\n".join(outcome.differences)  # one or two differences in so few claims


@pytest.mark.slow
def test_both_sides_alike_in_all_articles(extractor):
    assert len(CASES) >= 40
    outcome = measure(extractor, CASES)
    print(*outcome.differences, f"{100 * outcome.share:.1f}% of {outcome.total}", sep="\n")
    assert outcome.total >= 120
    assert outcome.share >= FLOOR, "\n".join(outcome.differences)
    assert outcome.drift <= 0.05 and abs(outcome.lean) <= 0.02


# -- tables ----------------------------------------------------------------------------------------------
RULES = (
    "act_codes", "assembly_words", "confidence", "cues_other", "cues_verbs", "frames", "headline_verbs", "light_verbs", "modality", "plover_acts",
    "responsibility", "triggers", "wordings",
)  # fmt: skip
PARTIES = ("actors_states", "actors_disputed", "actors_groups", "actors_historical", "actors_organisations", "actors_seats")
ORDINARY = {"echo", "fact", "amnesty"}  # short names of organisations that are words in the rules
KNOWN = {("triggers", "security council resolution")}  # a kind of document; no act, hedge or confidence hangs on it
EXAMPLES = {"positive", "negative", "example", "examples", "gloss", "source", "why", "note"}


def rows(table):
    return [json.loads(line) for line in (TABLES / f"{table}.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()]


def strings(value):
    """All strings of a rule that matching can use: not the fields' names, not the examples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in EXAMPLES:
                yield from strings(item)


def parties():
    """Names, demonyms, capitals and ids of all parties; ordinary words (weak names) and one- or two-letter forms left out."""
    names = set()
    for table in PARTIES:
        for row in rows(table):
            names |= {row["id"], row["name"]}
            for alias in row.get("aliases", ()):
                if isinstance(alias, str) or not alias.get("weak"):
                    names.add(alias if isinstance(alias, str) else alias["text"])
    return {name.casefold() for name in names if len(name) > 3} - ORDINARY


def keyed(table, names):
    """Entries of a table whose rule names a party."""
    found = []
    for row in rows(table):
        for text in strings(row):
            words = re.findall(r"[^\W_][\w'/-]*", text.casefold())
            runs = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 6, len(words)) + 1)}
            if runs & names and (table, text) not in KNOWN:
                found.append((table, text, sorted(runs & names)))
    return found


def test_the_scan_finds_a_party(monkeypatch):
    planted = [{"lemma": "claim", "frames": {"that": "statement"}, "subject": "Armenian"}, {"words": "hamas"}]
    monkeypatch.setitem(globals(), "rows", lambda table, old=rows: planted if table == "planted" else old(table))
    assert len(keyed("planted", parties())) == 2


@pytest.mark.parametrize("table", RULES)
def test_no_rule_names_a_party(table):
    assert rows(table)
    assert keyed(table, parties()) == []


# Modules that read names and the words around figures; the others, which decide what is said, how and how surely, must name no party.
NAMING = re.compile(r"^_?(actor|place|person|frame|counted)")


def literals(path):
    """String constants of a module that are no docstrings, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.lineno, node.value


def test_no_code_names_a_party():
    """Not only the tables: strings in the modules of attribution, acts, modality, events, links and confidence."""
    names = parties()
    source = TABLES.parents[1]
    found, looked = [], 0
    for path in sorted([*(source / "annotate").glob("*.py"), *(source / "assemble").glob("*.py")]):
        if NAMING.search(path.stem):
            continue
        for line, text in literals(path):
            looked += 1
            if text.casefold() in names or any(word in names for word in re.findall(r"[^\W_][\w'-]*", text.casefold())):
                found.append((path.name, line, text))
    assert looked > 1000
    assert found == []


# -- scores by source and region -------------------------------------------------------------------------
def test_scores_by_source_type_and_region(extractor):
    rows = even.measure([FIXTURES / "gold" / "ridge-villages.json"])
    by = {(row["group"], row["row"]): row for row in rows}
    whole = by["all", "all"]
    assert whole["gold"] > 8 and whole["claims"] > 0.8 and whole["gap"] == 0
    assert by["region", "Central, South and East Asia"]["gold"] == whole["gold"]
    kinds = [row for row in rows if row["group"] == "source type"]
    assert sum(row["gold"] for row in kinds) == whole["gold"] and sum(row["pred"] for row in kinds) == whole["pred"]
    assert len({code for codes in even.REGIONS.values() for code in codes.split()}) == sum(
        len(codes.split()) for codes in even.REGIONS.values()
    )


if __name__ == "__main__":
    from conflict_extract.api import default_extractor

    whole = measure(default_extractor(), CASES)
    print(*whole.differences, f"{whole.same} of {whole.total} claims the same: {100 * whole.share:.1f}%", sep="\n")
    print(f"confidence differs by {whole.drift:.3f} in the mean, with a lean of {whole.lean:+.3f} to the articles as written")
