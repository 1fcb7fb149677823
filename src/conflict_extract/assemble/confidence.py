"""How sure a claim is: one documented formula over the probabilities of its spans.

`Claim.confidence` estimates that source, cue and content are all right. It is the product of the three parts'
probabilities, each the probability of the learned span that gave the part. A part that a rule made or changed counts
`RULE` when no learned span lies under it. A source that is not expected (agentless passives, nominal cues) counts 1.
Narrated claims have one part, the clause: the record's score, else `NARRATED`. `Source.confidence` is the source's
probability times that of the step to the name: 1 for a name in the text, `RESOLVED` when a pronoun, description or
place name had to be resolved to an actor, `UNRESOLVED` for a pronoun that was not.

The constants are round figures, not fitted ones. Nothing here depends on who speaks.
"""

from __future__ import annotations

from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft

RULE = 0.75
NARRATED = 0.6
RESOLVED = 0.85
UNRESOLVED = 0.3
LEAST, MOST = 0.01, 0.99


def part(index: Index, label: str, where: Offsets) -> float:
    """The probability of the learned span of this label that covers most of `where`."""
    best, score = 0, RULE
    for span in index.spans[label].inside([where]):
        shared = min(span.end, where[1]) - max(span.start, where[0])
        if shared > best and span.score is not None:
            best, score = shared, span.score
    if not best:  # the span's middle lies outside: look at what holds the middle of `where`
        middle = (where[0] + where[1]) // 2
        for span in index.spans[label].inside([[max(0, where[0] - 200), where[1] + 200]]):
            if span.start <= middle < span.end and span.score is not None:
                score = span.score
    return min(MOST, max(LEAST, score))


def claim_confidence(index: Index, draft: Draft) -> float:
    """The confidence of a claim, rounded to 4 digits."""
    if draft.narrated:
        value = draft.score if draft.score is not None else NARRATED
        return round(min(MOST, max(LEAST, value)), 4)
    value = 1.0
    if draft.source is not None:
        value *= part(index, "source", draft.source)
    if draft.cue is not None:
        value *= part(index, "cue", draft.cue)
    contents = [part(index, "content", span) for span in draft.content]
    value *= min(contents)
    return round(value, 4)


def source_confidence(index: Index, draft: Draft) -> float:
    """The confidence of a source's name, rounded to 4 digits."""
    if draft.source is None:
        return 1.0
    value = part(index, "source", draft.source)
    row = index.actor_rows.get(draft.speaker or "")
    words = index.text[draft.source[0] : draft.source[1]]
    if row is None:
        value *= UNRESOLVED if words.lower() in PRONOUNS else 1.0
    elif row.name.casefold() not in words.casefold():
        value *= RESOLVED
    return round(min(MOST, max(LEAST, value)), 4)


PRONOUNS = frozenset({"he", "she", "it", "they", "i", "we", "you", "who", "which", "that", "one", "some", "many"})
