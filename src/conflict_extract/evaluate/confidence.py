"""Whether confidence means what it says: claims judged against annotation, by how sure the library was of them.

Two forms of gold: annotated documents (`claims`, ANNOTATION's format) and texts with `attributions` (PolNeAR's; every `*.jsonl.gz`
too). A claim is right when source, cue and content all are:

- content: token F1 with the annotated one is at least 0.5 (claims: the partner by the scorer's assignment); cue: the spans overlap;
  source: the last word of one side's mention lies in the other side's (the annotated one's in ours for claims; ours in the annotated
  one for attributions, whose sources take appositives and clauses in), or neither side has one.
- a narrated claim is right when its partner is a narrated one. Attributions have none, so narrated claims are not judged there.
- attributions hold no sayings inside sayings: claims with a parent are not judged, nor those in stretches that the gold sets aside
  (`discard`, `discuss`). Claims that share a cue are one attribution there: they are compared together, and each must have at least
  half of its words in the annotated content.
- a name is judged where the claim has a partner and both sides a source.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.claim_scores import ENOUGH, WORD, View, match
from conflict_extract.evaluate.claims import read_documents, to_gold
from conflict_extract.evaluate.names import name_key
from conflict_extract.schema import Report, Span

Kind = Literal["attributed", "narrated", "name"]
KINDS: tuple[Kind, ...] = ("attributed", "narrated", "name")
THRESHOLDS = (0.0, 0.5, 0.7, 0.9)
BINS = 10


@dataclass(slots=True, frozen=True)
class Judged:
    """One estimate and whether it came true.

    Attributes:
        kind: attributed, narrated or name.
        claim: the claim's id.
        confidence: what was estimated, 0 to 1.
        right: what the annotation says.
    """

    kind: Kind
    claim: str
    confidence: float
    right: bool


@dataclass(slots=True)
class Judgement:
    """The judged claims of one document, and how many attributed and narrated claims the annotation has."""

    document: str
    judged: list[Judged]
    gold: dict[Kind, int]


# -- judging ---------------------------------------------------------------------------------------------
def read_gold(path: str | Path) -> list[dict[str, Any]]:
    """Documents with `claims` or `attributions`.

    Raises:
        GoldError: it cannot be read, or a document has neither.
    """
    path = Path(path)
    if path.suffix == ".gz":
        try:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                found = [json.loads(line) for line in lines if line.strip()]
        except (OSError, EOFError, ValueError) as error:
            raise GoldError(f"cannot read {path}: {error}") from error
    else:
        found = read_documents(path)
    for item in found:
        if not isinstance(item, dict) or not isinstance(item.get("text"), str) or not {"claims", "attributions"} & item.keys():
            raise GoldError(f"{path}: a document needs 'text' and 'claims' or 'attributions'")
    return found


def judge(gold: dict[str, Any], report: Report) -> Judgement:
    """Judge the claims of a report by the annotation of its text.

    Args:
        gold: an annotated document, with `claims` or `attributions`.
        report: what was extracted from its text, all of it.
    """
    if "attributions" in gold:
        return _by_attributions(gold, report)
    words = [found.span() for found in WORD.finditer(gold["text"])]
    golds = [View(raw, words) for raw in gold["claims"]]
    preds = [View(raw, words) for raw in to_gold(report)["claims"]]
    partner = {j: golds[i] for i, j in match(golds, preds)}
    judged = []
    for at, claim in enumerate(report.claims):
        pred, other = preds[at], partner.get(at)
        if claim.source is None and claim.cue is None:
            judged.append(Judged("narrated", claim.id, claim.confidence, other is not None and not other.attributed))
            continue
        right = other is not None and other.attributed and _same_cue(other, pred) and _same_source(other, pred, words)
        judged.append(Judged("attributed", claim.id, claim.confidence, right))
        if other is not None and other.name and claim.source is not None:
            right = name_key(other.name) == name_key(claim.source.name)
            judged.append(Judged("name", claim.id, claim.source.confidence, right))
    kinds = [view.attributed for view in golds]
    return Judgement(str(gold.get("id")), judged, {"attributed": sum(kinds), "narrated": len(kinds) - sum(kinds)})


def _same_cue(gold: View, pred: View) -> bool:
    if gold.cue is None or pred.cue is None:
        return gold.cue is pred.cue
    return gold.cue[0] < pred.cue[1] and pred.cue[0] < gold.cue[1]


def _same_source(gold: View, pred: View, words: Sequence[tuple[int, int]]) -> bool:
    if gold.source is None or pred.source is None:
        return gold.source is pred.source
    inside = [word for word in words if gold.source[0] <= word[0] and word[1] <= gold.source[1]]
    return bool(inside) and pred.source[0] <= inside[-1][0] and inside[-1][1] <= pred.source[1]


def _by_attributions(gold: dict[str, Any], report: Report) -> Judgement:
    words = [found.span() for found in WORD.finditer(gold["text"])]
    where = {start: at for at, (start, _) in enumerate(words)}
    aside = [(item[0], item[1]) for key in ("discard", "discuss") for item in gold.get(key) or ()]

    def tokens(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
        found: set[int] = set()
        for start, end in spans:
            found |= {where[hit.start()] for hit in WORD.finditer(gold["text"], start, end) if hit.start() in where}
        return frozenset(found)

    try:
        attributions = [
            {part: tokens((int(a), int(b)) for a, b in item[part]) for part in ("source", "cue", "content")}
            for item in gold["attributions"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise GoldError(f"{gold.get('id')}: 'attributions' must be a list of {{source, cue, content}}: {error!r}") from error
    by_word: dict[int, list[int]] = {}
    for at, item in enumerate(attributions):
        for word in item["cue"]:
            by_word.setdefault(word, []).append(at)
    claims = [claim for claim in report.claims if claim.cue is not None]
    together: dict[tuple[int, int], frozenset[int]] = {}
    for claim in claims:
        assert claim.cue is not None
        key = (claim.cue.start, claim.cue.end)
        together[key] = together.get(key, frozenset()) | tokens(_offsets(claim.content))
    judged: list[Judged] = []
    for claim in claims:
        start = claim.content[0].start
        if claim.parent is not None or any(a <= start < b for a, b in aside):
            continue
        assert claim.cue is not None
        own, whole = tokens(_offsets(claim.content)), together[claim.cue.start, claim.cue.end]
        source = tokens(_offsets([claim.source.mention])) if claim.source else frozenset()
        near = {at for word in tokens(_offsets([claim.cue])) for at in by_word.get(word, ())}
        right = any(_right(attributions[at], own, whole, source) for at in near)
        judged.append(Judged("attributed", claim.id, claim.confidence, right))
    return Judgement(str(gold.get("id")), judged, {"attributed": len(attributions), "narrated": 0})


def _right(gold: dict[str, frozenset[int]], own: frozenset[int], whole: frozenset[int], source: frozenset[int]) -> bool:
    f1 = 2 * len(whole & gold["content"]) / max(1, len(whole) + len(gold["content"]))
    if f1 < ENOUGH or 2 * len(own & gold["content"]) < len(own):
        return False
    return max(source) in gold["source"] if source else not gold["source"]


def _offsets(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    return ((span.start, span.end) for span in spans)


# -- figures ---------------------------------------------------------------------------------------------
def calibration_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """Expected calibration error: over bins of equal width, |share right - mean confidence|, weighted by how many fall in.

    The usual measure (Naeini, Cooper and Hauskrecht, AAAI 2015); 0 for nothing judged.
    """
    rows = by_bin(judged, bins)
    return sum(row["claims"] * abs(row["right"] - row["confidence"]) for row in rows) / max(1, len(judged))


def by_bin(judged: Sequence[Judged], bins: int = BINS) -> list[dict[str, float]]:
    """For each bin of confidence that is not empty: `low`, `high`, `claims`, mean `confidence`, share `right`."""
    held: dict[int, list[Judged]] = {}
    for item in judged:
        held.setdefault(min(bins - 1, int(item.confidence * bins)), []).append(item)
    return [
        {
            "low": at / bins,
            "high": (at + 1) / bins,
            "claims": len(items),
            "confidence": sum(item.confidence for item in items) / len(items),
            "right": sum(item.right for item in items) / len(items),
        }
        for at, items in sorted(held.items())
    ]


def by_threshold(judged: Sequence[Judged], gold: int, thresholds: Sequence[float] = THRESHOLDS) -> list[dict[str, float | None]]:
    """For each threshold how many claims are kept, their precision, and the recall of the annotated ones that is left.

    Args:
        judged: claims of one kind.
        gold: how many the annotation has; 0: no recall is given.
        thresholds: least confidences.
    """
    rows: list[dict[str, float | None]] = []
    for least in thresholds:
        kept = [item for item in judged if item.confidence >= least]
        right = sum(item.right for item in kept)
        rows.append(
            {
                "threshold": least,
                "kept": len(kept),
                "share": len(kept) / len(judged) if judged else None,
                "p": right / len(kept) if kept else None,
                "r": right / gold if gold else None,
            }
        )
    return rows


def summary(judgements: Sequence[Judgement]) -> dict[Kind, dict[str, Any]]:
    """Figures for each kind that was judged.

    Returns:
        For attributed, narrated, name: `judged`, `right` (share), `error` (expected calibration error), `bins`, `thresholds`.
    """
    out: dict[Kind, dict[str, Any]] = {}
    for kind in KINDS:
        judged = [item for judgement in judgements for item in judgement.judged if item.kind == kind]
        if not judged:
            continue
        gold = sum(judgement.gold.get(kind, 0) for judgement in judgements)
        out[kind] = {
            "judged": len(judged),
            "right": sum(item.right for item in judged) / len(judged),
            "error": calibration_error(judged),
            "bins": by_bin(judged),
            "thresholds": by_threshold(judged, gold),
        }
    return out


def assess(path: str | Path, extract: Callable[[dict[str, Any]], Report] | None = None) -> list[Judgement]:
    """Extract from the texts of a gold file or folder and judge.

    Args:
        path: annotated documents, or texts with attributions.
        extract: how a document becomes a Report; default: the default Extractor with nothing left out.

    Raises:
        GoldError: the gold cannot be read.
    """
    documents = read_gold(path)
    if extract is None:
        from conflict_extract.api import default_extractor

        chosen = default_extractor()

        def extract(item: dict[str, Any]) -> Report:
            return chosen.extract(item["text"], date=item.get("date") if "claims" in item else None, id=str(item.get("id")))

    return [judge(item, extract(item)) for item in documents]


__all__ = ["Judged", "Judgement", "assess", "by_bin", "by_threshold", "calibration_error", "judge", "read_gold", "summary"]
