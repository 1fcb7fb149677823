"""How sure a claim is: three small logistic models over what the components know, with weights from a table.

`Claim.confidence` estimates that source, cue and content of an attributed claim are all right, or that a narrated clause is one that
counts as a claim. `Source.confidence` estimates that the source's name is right, given that the claim is. Each is
1 / (1 + exp(-(bias + sum of weight * feature))), with the weights of `lexicons/data/confidence.jsonl`. `training/confidence.py`
fits them on texts that the network was not trained on (the rules were open to some of them); docs/evaluation.md says on which, and how
well the estimates hold on others. No feature looks at who speaks or is spoken about: forms of mention, probabilities and agreement of spans only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from math import exp, log

from conflict_extract.annotate.layer import Offsets, SpanRecord
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.confidence import FEATURES, Model, weights

LEAST, MOST = 0.01, 0.99
CERTAIN = (0.02, 0.995)  # probabilities are cut to this before their log odds are taken
OTHER = 0.3  # by how much a link to another source must be likelier to count
PRONOUNS = frozenset(
    {"he", "she", "it", "they", "i", "we", "you", "who", "which", "that", "one", "some", "many", "him", "them", "her"}
)
Features = dict[str, float]


def rate(index: Index, drafts: Sequence[Draft]) -> None:
    """Set `confidence` and `name_confidence` of all drafts, rounded to 4 digits.

    Args:
        index: the document's layers.
        drafts: all claims of the document, before any is left out: claims that share a cue are looked at together.
    """
    for draft, features in zip(drafts, claim_features(index, drafts), strict=True):
        draft.confidence = probability("narrated" if draft.narrated else "attributed", features)
        draft.name_confidence = 1.0 if draft.source is None else probability("name", name_features(index, draft))


def probability(model: Model, features: Features) -> float:
    """The model's estimate, between 0.01 and 0.99.

    Args:
        model: attributed, narrated or name.
        features: all of the model's features.
    """
    table = weights(model)
    score = table["bias"] + sum(table[name] * features[name] for name in FEATURES[model])
    return round(min(MOST, max(LEAST, 1 / (1 + exp(-min(30.0, max(-30.0, score)))))), 4)


def claim_features(index: Index, drafts: Sequence[Draft]) -> list[Features]:
    """What the models see of each claim: `FEATURES["narrated"]` of narrated ones, else `FEATURES["attributed"]`."""
    learned = {label: _Spans(found.records) for label, found in index.spans.items()}
    same_cue: dict[tuple[int, int], list[Draft]] = {}
    for draft in drafts:
        if draft.cue is not None:
            same_cue.setdefault((draft.cue[0], draft.cue[1]), []).append(draft)
    narrated = {record.id: record for record in index.narrated}
    out = []
    for draft in drafts:
        if draft.narrated:
            events = [event for event in index.events.inside(draft.content) if event.reports]
            out.append(
                {
                    "figure": float(narrated[draft.record].rule == "figure"),
                    "salience": max((event.salience for event in events), default=0.0),
                    "asserted": float(any(event.status == "asserted" for event in events)),
                    "learned": _share(draft.content, learned["content"].on(draft.content)),
                }
            )
        else:
            group = [draft] if draft.cue is None else same_cue[draft.cue[0], draft.cue[1]]
            out.append(_attributed(index, draft, group, learned))
    return out


def _attributed(index: Index, draft: Draft, group: Sequence[Draft], learned: dict[str, _Spans]) -> Features:
    cue = learned["cue"].best(draft.cue)
    source = learned["source"].best(draft.source)
    contents = learned["content"].on(draft.content)
    chances = {str(link["id"]): float(link.get("prob", 1.0)) for link in cue.links if link["label"] == "source"} if cue else {}
    own = chances.get(source.id, 0.0) if source else 0.0
    fit = _share([part for other in group for part in other.content], contents)
    event = float(bool(index.events.inside(draft.content)))
    return {
        "cue": _odds(cue.score) if cue else 0.0,
        "source": _odds(source.score) if source else 0.0,
        "content": min((_odds(span.score) for span in contents), default=0.0),
        "no_content": float(not contents),
        "fit": fit,
        "other_source": float(max(chances.values(), default=0.0) - own > OTHER),
        "quoted": float(draft.mode == "direct"),
        "learned_only": float(draft.rule.startswith("learned-spans")),
        "event": event,
        "event_fit": event * fit,
        "figure": float(bool(index.quantities.inside(draft.content))),
    }


def name_features(index: Index, draft: Draft) -> Features:
    """What the model sees of a source's name (`FEATURES["name"]`): the form of its mention and how the name was come by."""
    assert draft.source is not None
    words = " ".join(index.text[draft.source[0] : draft.source[1]].split()).casefold()
    row = index.actor_rows.get(draft.speaker or "")
    name = row.name.casefold() if row is not None else words
    pronoun = words in PRONOUNS
    inside = name in words
    resolved = not inside and row is not None
    shared = resolved and not pronoun and bool(set(name.split()) & set(words.split()))
    return {
        "pronoun": float(resolved and pronoun),
        "short": float(shared),
        "other": float(resolved and not pronoun and not shared),
        "common": float(inside and not pronoun and row is not None and row.name[:1].islower()),
        "unresolved": float(row is None or (pronoun and inside)),
    }


class _Spans:
    """Learned spans of one label, in order; they do not overlap."""

    def __init__(self, records: Iterable[SpanRecord]) -> None:
        self.records = sorted(records, key=lambda record: record.start)
        self.ends = [record.end for record in self.records]

    def on(self, spans: Sequence[Offsets]) -> list[SpanRecord]:
        """Those that overlap one of the spans, each once."""
        found: dict[str, SpanRecord] = {}
        for start, end in spans:
            at = bisect_right(self.ends, start)
            while at < len(self.records) and self.records[at].start < end:
                found[self.records[at].id] = self.records[at]
                at += 1
        return list(found.values())

    def best(self, span: Offsets | None) -> SpanRecord | None:
        """The one that shares most characters with the span, or None."""
        found = self.on([span]) if span is not None else []
        return max(found, key=lambda record: _common([span or []], record), default=None)


def _common(spans: Sequence[Offsets], record: SpanRecord) -> int:
    return sum(max(0, min(end, record.end) - max(start, record.start)) for start, end in spans)


def _share(spans: Sequence[Offsets], records: Sequence[SpanRecord]) -> float:
    """F1 of the characters of spans and learned spans, 0 to 1."""
    size = sum(end - start for start, end in spans) + sum(record.end - record.start for record in records)
    shared = sum(_common(spans, record) for record in records)
    return min(1.0, 2 * shared / size) if size else 0.0


def _odds(chance: float | None) -> float:
    value = min(CERTAIN[1], max(CERTAIN[0], 1.0 if chance is None else chance))
    return log(value / (1 - value))
