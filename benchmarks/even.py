"""Scores by who speaks and by region of the world: whether the library serves some better than others.

    python -m benchmarks.even GOLD [GOLD …] [--json]

Rows: types of sources (`Source.type`) and regions of the world (of the country most named in the annotated claims). A matched claim
counts in the row of its predicted source's type, a false one likewise; a missed one in the row of the actor that the library finds at
the annotated source, else under "unknown". So the types are the library's own, and an error of type moves a claim to another row.
`gap`: how far claims' F1 lies from that of all rows together, in points; with n claims one claim more or less is about 100 / n points.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conflict_extract.api import default_extractor
from conflict_extract.evaluate.claim_scores import WORD, View, match
from conflict_extract.evaluate.claims import read_documents, to_gold
from conflict_extract.evaluate.names import name_key
from conflict_extract.schema import Report

REGIONS = {
    "Middle East and North Africa": "AE BH DZ EG EH IL IQ IR JO KW LB LY MA OM PS QA SA SY TN TR YE",
    "Sub-Saharan Africa": "AO BF BI BJ BW CD CF CG CI CM DJ ER ET GA GH GM GN GQ GW KE KM LR LS MG ML MR MU MW MZ NA NE NG RW SD SL SN "
    "SO SS ST SZ TD TG TZ UG ZA ZM ZW",
    "Europe and the Caucasus": "AL AM AT AZ BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IS IT LT LU LV MD ME MK MT NL NO PL PT "
    "RO RS RU SE SI SK UA XK",
    "Central, South and East Asia": "AF BD BT CN HK IN JP KG KP KR KZ LK MN MV NP PK TJ TM TW UZ",
    "South-East Asia and Oceania": "AU BN FJ ID KH LA MM MY NC NZ PG PH SB SG TH TL TO VN VU WS",
    "Americas": "AR BO BR BS BZ CA CL CO CR CU DO EC GT GY HN HT JM MX NI PA PE PR PY SR SV TT US UY VE",
}  # fmt: skip
REGION_OF = {code: region for region, codes in REGIONS.items() for code in codes.split()}
FIELDS = ("claims", "name", "act")
ALL = "all"


def region(document: dict[str, Any]) -> str:
    """The region of the country that the annotated claims name most."""
    codes = Counter(place.get("country") for claim in document["claims"] for place in claim["places"] if place.get("country"))
    return REGION_OF.get(codes.most_common(1)[0][0], "other") if codes else "none named"


def type_at(report: Report, start: int, end: int) -> str:
    """The type that the library gives to the speaker at these offsets, by its other claims; "unknown" if it has none."""
    there = {actor.id for actor in report.actors for span in actor.mentions if span.start < end and start < span.end}
    types = Counter(claim.source.type for claim in report.claims if claim.source and claim.source.actor in there)
    return types.most_common(1)[0][0] if types else "unknown"


def count(document: dict[str, Any], report: Report, rows: dict[tuple[str, str], Counter[tuple[str, str]]]) -> None:
    """Add a document's attributed claims to the rows (source type, region) and to the row of all."""
    words = [found.span() for found in WORD.finditer(document["text"])]
    golds = [View(raw, words) for raw in document["claims"]]
    preds = [View(raw, words) for raw in to_gold(report)["claims"]]
    pairs = [(i, j) for i, j in match(golds, preds) if golds[i].attributed and preds[j].attributed]
    found = dict(pairs)
    types = [claim.source.type if claim.source else "no source" for claim in report.claims]
    where = region(document)

    def add(kind: str, field: str, key: str) -> None:
        for row in (("source type", kind), ("region", where), (ALL, ALL)):
            rows.setdefault(row, Counter())[field, key] += 1

    for i, gold in enumerate(golds):
        if gold.attributed:
            kind = types[found[i]] if i in found else type_at(report, *gold.source) if gold.source else "no source"
            for field, has in (("claims", True), ("name", gold.name is not None), ("act", True)):
                if has:
                    add(kind, field, "gold")
    for j, pred in enumerate(preds):
        if pred.attributed:
            for field, has in (("claims", True), ("name", pred.name is not None), ("act", True)):
                if has:
                    add(types[j], field, "pred")
    for i, j in pairs:
        add(types[j], "claims", "right")
        if golds[i].name and preds[j].name and name_key(golds[i].name) == name_key(preds[j].name):
            add(types[j], "name", "right")
        if golds[i].act == preds[j].act:
            add(types[j], "act", "right")


def f1(row: Counter[tuple[str, str]], field: str) -> float | None:
    """F1 of a field, or None when neither side has it."""
    both = row[field, "gold"] + row[field, "pred"]
    return 2 * row[field, "right"] / both if both else None


def table(rows: dict[tuple[str, str], Counter[tuple[str, str]]]) -> list[dict[str, Any]]:
    """The rows with counts, F1 and gap, largest first within source types and regions."""
    whole = f1(rows[ALL, ALL], "claims") or 0.0
    out = []
    for (group, name), row in sorted(rows.items(), key=lambda item: (item[0][0], -item[1]["claims", "gold"])):
        claims = f1(row, "claims")
        gap = None if claims is None else 100 * (claims - whole)
        figures = {field: f1(row, field) for field in FIELDS}
        out.append(
            {"group": group, "row": name, "gold": row["claims", "gold"], "pred": row["claims", "pred"], **figures, "gap": gap}
        )
    return out


def measure(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The table over gold files or folders."""
    rows: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    extractor = default_extractor()
    for path in paths:
        for document in read_documents(path):
            count(document, extractor.extract(document["text"], date=document.get("date"), id=document["id"]), rows)
    return table(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = measure(chosen.gold)
    if chosen.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'':<12} {'':<30}{'gold':>6}{'pred':>6}{'claims':>8}{'name':>8}{'act':>8}{'gap':>7}")
    for row in rows:
        cells = "".join(f"{'–' if row[field] is None else f'{100 * row[field]:.1f}':>8}" for field in FIELDS)
        gap = "–" if row["gap"] is None else f"{row['gap']:+.1f}"
        print(f"{row['group']:<12} {row['row']:<30}{row['gold']:>6}{row['pred']:>6}{cells}{gap:>7}")


if __name__ == "__main__":
    main()
