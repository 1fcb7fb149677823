"""Scores of our claims on annotated documents, by our own scorer, as a table.

python -m benchmarks.claims ../shared/eval/dev [--errors FIELD …] [--predictions OUT.jsonl] [--documents]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from conflict_extract.evaluate.claims import listing, predict, read_documents, score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", nargs="*", help="list problems of these fields (of all, when none is named)")
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--documents", action="store_true", help="claims F1 of each document")
    chosen = parser.parse_args()
    documents = read_documents(chosen.gold)
    predicted = predict(documents)
    if chosen.predictions:
        chosen.predictions.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in predicted), encoding="utf-8")
    scores = score(documents, predicted)
    print(f"{'field':<20}{'gold':>6}{'pred':>6}{'tp':>6}{'P':>7}{'R':>7}{'F1':>7}")
    for name, row in scores.table().items():
        rates = "".join(f"{row[key]:>7.3f}" for key in ("p", "r", "f"))
        print(f"{name:<20}{row['gold']:>6}{row['pred']:>6}{row['tp']:>6}{rates}")
    if chosen.documents:
        for document, mine in zip(documents, predicted, strict=True):
            row = score([document], [mine]).table()["claims"]
            print(f"{document['id']:<40}{row['gold']:>4}{row['pred']:>4}{row['tp']:>4}{row['f']:>7.3f}")
    if chosen.errors is not None:
        print(listing(scores, fields=chosen.errors or None))


if __name__ == "__main__":
    main()
