"""Names (PER, ORG, LOC) against gold entities: exact spans and types, micro F1 over the types that the gold file has of ours.

Gold: JSONL with `text` and `ents` ([start, end, label]); other names of the types (person, place, Organisation …) are understood.
Text is tokenised by us; a gold span whose ends are no token ends cannot be hit. With `unsure` ([start, end]) in a line, predictions
that touch such a stretch are not counted: nobody annotated it. Predicted MISC is left out unless the gold has MISC.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.spans import Tally, pipeline, rows

TYPES = {
    "PER": "PER", "PERSON": "PER", "ORG": "ORG", "ORGANIZATION": "ORG", "ORGANISATION": "ORG", "LOC": "LOC", "LOCATION": "LOC",
    "PLACE": "LOC", "GPE": "LOC",
}  # fmt: skip
KINDS = ("PER", "ORG", "LOC")
Span = tuple[int, int, str]


def run(gold: Path, predictions: Path | None = None, model: str | None = None) -> dict[str, Any]:
    """Predict the names of a gold file and score them.

    Args:
        gold: JSONL, gzipped or not.
        predictions: where to write the lines with predicted `ents`, or None.
        model: folder of another model; default: the bundled one.

    Returns:
        `documents`, precision, recall, F1 and counts over all types (`all`) and for `PER`, `ORG`, `LOC`.

    Raises:
        GoldError: a line has no string `text`, or its `ents` do not lie in it.
    """
    nlp = pipeline(model)
    tallies = {kind: Tally() for kind in ("all", *KINDS)}
    out: list[str] = []
    documents = 0
    for number, row in rows(gold):
        text = row.get("text")
        if not isinstance(text, str):
            raise GoldError(f"{gold}, line {number}: expected a string 'text', got {type(text).__name__}")
        wanted = _ents(row.get("ents", []), len(text), f"{gold}, line {number}")
        doc = nlp(text)
        found = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
        out.append(json.dumps({**row, "ents": [list(e) for e in found]}, ensure_ascii=False))
        blind = [(int(s[0]), int(s[1])) for s in row.get("unsure", [])]
        said = {e for e in found if e[2] in KINDS and (e in wanted or not any(e[0] < b and a < e[1] for a, b in blind))}
        documents += 1
        tallies["all"].compare(wanted, said)
        for kind in KINDS:
            tallies[kind].compare({e for e in wanted if e[2] == kind}, {e for e in said if e[2] == kind})
    if predictions is not None:
        predictions.write_text("".join(line + "\n" for line in out), encoding="utf-8")
    return {"documents": documents, **{k: t.scores() for k, t in tallies.items()}}


def _ents(value: Any, size: int, where: str) -> set[Span]:
    """Return the gold spans of our types."""
    found: set[Span] = set()
    if not isinstance(value, list):
        raise GoldError(f"{where}: expected a list 'ents', got {type(value).__name__}")
    for item in value:
        good = (
            isinstance(item, list) and len(item) == 3 and all(isinstance(n, int) for n in item[:2]) and isinstance(item[2], str)
        )
        if not good or not 0 <= item[0] < item[1] <= size:
            raise GoldError(f"{where}: an entity must be [start, end, label] inside the text, got {item!r}")
        kind = TYPES.get(item[2].upper())
        if kind:
            found.add((item[0], item[1], kind))
    return found
