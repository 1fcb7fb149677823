"""Attribution on PolNeAR dev: the encoder's spans alone, the rules alone, both joined, and of these the sayings.

    python -m benchmarks.attribution [GOLD.jsonl.gz] [--documents N]

An attribution is a source, a cue and a content. Predictions and gold are brought to the same edges first (complementiser, outer
quotation marks and final punctuation off both). PolNeAR does not annotate sayings inside sayings, so records with a parent are
left out; records that share a cue are one attribution there. A prediction stands for a gold attribution when their contents'
token F1 is at least 0.5 (greedy, best first); source and cue are right in such a pair when they overlap. `tokens` compares all
tokens of the document that some attribution covers.

PolNeAR counts more than sayings as attributions: depictions ("a new ad hitting X"), songs, plans, what somebody "seizes on". `joined` is
layer `joined` of component `conflict_attribution`, in that notion; `said` is its layer `said`, of which claims are made.
A second table compares like with like: on all sides only attributions whose cue has a word of the cue lexicon and no negation.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._content import trim
from conflict_extract.annotate._said_join import LINK
from conflict_extract.lexicons.cues import cue_index

GOLD = Path(__file__).parents[2] / "shared" / "data" / "attribution" / "polnear_dev.jsonl.gz"
Triple = dict[str, list[list[int]]]
PARTS = ("source", "cue", "content")
NAMES = ("encoder", "rules", "joined", "said")


def gold_triples(row: dict[str, Any]) -> list[Triple]:
    """The gold attributions of one document."""
    return [{part: [list(span) for span in item[part]] for part in PARTS} for item in row["attributions"]]


def learned_triples(doc: Doc) -> list[Triple]:
    """The encoder's spans, each cue with the sources and contents linked to it."""
    records = {record.id: record for record in layer.read(doc, "attribution", layer.SpanRecord)}
    out: list[Triple] = []
    for record in records.values():
        if record.label != "cue":
            continue
        triple: Triple = {"source": [], "cue": [[record.start, record.end]], "content": []}
        for link in record.links:
            other = records.get(link["id"])
            if other is not None and link["prob"] >= LINK and other.label in ("source", "content"):
                triple[other.label].append([other.start, other.end])
        if triple["content"]:
            out.append(triple)
    return out


def joined_triples(doc: Doc) -> list[Triple]:
    """The records of layer `joined`, those of the rules that lie in no other."""
    inner = {record.id for record in layer.read(doc, "said", layer.SaidRecord) if record.parent is not None}
    return [
        {"source": [record.source] if record.source else [], "cue": [record.cue], "content": record.content}
        for record in layer.read(doc, "joined", layer.JoinedRecord)
        if record.rule == "encoder" or record.said not in inner
    ]


def said_triples(doc: Doc) -> list[Triple]:
    """The records of layer `said` that lie in no other, one a cue."""
    by_cue: dict[tuple[int, int], Triple] = {}
    for record in layer.read(doc, "said", layer.SaidRecord):
        if record.parent is not None:
            continue
        cue = record.cue or [record.start, record.start]
        triple = by_cue.setdefault((cue[0], cue[1]), {"source": [], "cue": [cue], "content": []})
        triple["content"].extend(record.content)
        if record.source is not None and not triple["source"]:
            triple["source"].append(record.source)
    return list(by_cue.values())


def tokens(text: str, spans: Iterable[list[int]], words: list[tuple[int, int]], that: bool = False) -> frozenset[int]:
    """Indices of the words in spans, after the edges are trimmed."""
    found: set[int] = set()
    for start, end in spans:
        cut = trim(text, start, end, that)
        if cut is not None:
            found |= {i for i, (a, b) in enumerate(words) if a < cut[1] and cut[0] < b}
    return frozenset(found)


def count(text: str, gold: list[Triple], pred: list[Triple]) -> Counter[tuple[str, str]]:
    """Gold, predicted and right, by field, of one document."""
    words = [match.span() for match in re.finditer(r"\w+", text)]
    sets = [
        [{part: tokens(text, item[part], words, part == "content") for part in PARTS} for item in items] for items in (gold, pred)
    ]
    g, p = sets
    total: Counter[tuple[str, str]] = Counter()
    scored = []
    for i, a in enumerate(g):
        for j, b in enumerate(p):
            shared = len(a["content"] & b["content"])
            if shared:
                value = 2 * shared / (len(a["content"]) + len(b["content"]))
                if value >= 0.5:
                    scored.append((value + 0.001 * bool(a["cue"] & b["cue"]), i, j))
    scored.sort(reverse=True)
    left: set[int] = set()
    right: set[int] = set()
    for _, i, j in scored:
        if i in left or j in right:
            continue
        left.add(i)
        right.add(j)
        for part in ("source", "cue"):
            total[part, "right"] += bool(g[i][part] & p[j][part])
    total["attributions", "right"] = len(left)
    for name, items in (("gold", g), ("pred", p)):
        total["attributions", name] = len(items)
        for part in ("source", "cue"):
            total[part, name] = sum(bool(item[part]) for item in items)
    for part in PARTS:
        there, here = (frozenset[int]().union(*(item[part] for item in items)) for items in (g, p))
        total[f"tokens.{part}", "gold"] = len(there)
        total[f"tokens.{part}", "pred"] = len(here)
        total[f"tokens.{part}", "right"] = len(there & here)
    return total


NEGATIONS = re.compile(r"\b(?:not|never|no|neither|nor)\b|n['’]t\b", re.IGNORECASE)


def reported(text: str, triple: Triple) -> bool:
    """Whether an attribution is of the kind that the library reports: a known cue, not negated."""
    index = cue_index()
    cue = " ".join(text[start:end] for start, end in triple["cue"]).lower()
    known = any(word in index.verbs or word in index.nouns or word in index.phrases for word in cue.split())
    return known and not NEGATIONS.search(cue)


def pipeline() -> Language:
    """Encoder and frame; the attribution component is called by hand, once with and once without learned spans."""
    nlp = spacy.blank("en")
    nlp.max_length = 10_000_000
    for name in ("conflict_frame", "conflict_encoder"):
        nlp.add_pipe(name)
    return nlp


def compare(rows: list[dict[str, Any]]) -> dict[str, Counter[tuple[str, str]]]:
    """Counts over documents for `encoder`, `rules`, `joined` and `said`; with " *" for attributions of the library's kind alone."""
    from conflict_extract.annotate.attribution import Attribution

    nlp = pipeline()
    attribution = Attribution()
    totals: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in NAMES + tuple(name + " *" for name in NAMES)}
    for row in rows:
        text = row["text"]
        doc = nlp(text)
        gold = gold_triples(row)
        attribution(doc)
        found = {"encoder": learned_triples(doc), "joined": joined_triples(doc), "said": said_triples(doc)}
        layer.write(doc, "attribution", [])
        found["rules"] = said_triples(attribution(doc))
        same = [triple for triple in gold if reported(text, triple)]
        for name, triples in found.items():
            totals[name] += count(text, gold, triples)
            totals[name + " *"] += count(text, same, [triple for triple in triples if reported(text, triple)])
    return totals


def figures(total: Counter[tuple[str, str]], field: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of a field."""
    right = total[field, "right"]
    precision = right / total[field, "pred"] if total[field, "pred"] else 0.0
    recall = right / total[field, "gold"] if total[field, "gold"] else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", type=Path, default=GOLD)
    parser.add_argument("--documents", type=int, default=None)
    options = parser.parse_args()
    with gzip.open(options.gold, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][: options.documents]
    totals = compare(rows)
    for mark, kind in (("", "all"), (" *", "with a known cue that is not negated")):
        print(f"{len(rows)} documents, {totals['encoder' + mark]['attributions', 'gold']} attributions, {kind}")
        print(f"{'':16}" + "".join(f"{name:^24}" for name in NAMES))
        print(f"{'':16}" + "".join(f"{'P':>8}{'R':>8}{'F1':>8}" for _ in NAMES))
        for field in ("attributions", "source", "cue", "tokens.source", "tokens.cue", "tokens.content"):
            cells = [figures(totals[name + mark], field) for name in NAMES]
            print(f"{field:16}" + "".join("".join(f"{100 * value:8.1f}" for value in cell) for cell in cells))


if __name__ == "__main__":
    main()
