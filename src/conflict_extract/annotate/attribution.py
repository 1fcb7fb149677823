"""Component `conflict_attribution`: who says what, from rules over the tree, quotation marks and the encoder's learned spans.

Reads the UD tree, layer `attribution` (optional), layers `frame` and `actors` (optional); writes layer `said`, of which claims are
made, and layer `joined`: all attributions in PolNeAR's wide notion. Each record names the rule, the lexicon entry and, when the
encoder found the cue too, its score. `docs/attribution.md` explains the rules.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._candidates import Candidate, source_span
from conflict_extract.annotate._direct import direct_candidates, speeches, unclaimed_quotations
from conflict_extract.annotate._figure_frames import whole_amounts
from conflict_extract.annotate._inner_quotes import inner_speeches
from conflict_extract.annotate._nesting import nest, without_nouns
from conflict_extract.annotate._other_cues import colon_candidates, other_candidates, share
from conflict_extract.annotate._reciprocal import cross
from conflict_extract.annotate._repairs import repair
from conflict_extract.annotate._said_acts import settle_act, split_by_act
from conflict_extract.annotate._said_filters import stands
from conflict_extract.annotate._said_join import Learned, cue_tokens, join, learned_cues, unlearned
from conflict_extract.annotate._verb_frames import verb_candidates
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import VerbCue, cue_index


def verb_entry(view: View, i: int) -> tuple[VerbCue, int] | None:
    """The lexicon entry of a verb and the token behind its cue (particle included), or None."""
    index = cue_index()
    low = view.low[i]
    particles = index.particles.get(low)
    if particles:
        for j in range(i + 1, min(i + 4, view.n)):
            entry = particles.get(view.low[j])
            if entry is not None and (j == i + 1 or view.head[j] == i):
                return entry, j + 1 if j == i + 1 else i + 1
    entry = index.verbs.get(low)
    if entry is None or (low in index.adjectives and view.passive(i) and view.child(i, "ccomp") is not None):
        return None
    if not view.verbal(i):
        complement = view.child(i, "ccomp", "xcomp") is not None and view.child(i, "nsubj") is not None
        if not complement or (
            low in index.nouns and view.tag[i].startswith("NN") and view.child(i, "det", "nmod:poss") is not None
        ):
            return None
    return entry, i + 1


def find(view: View, learned: list[Learned]) -> list[Candidate]:
    """All sayings of a document, joined, filtered, with acts and parents; sorted by content.

    Args:
        view: the document.
        learned: the learned cues with their spans.
    """
    tokens = cue_tokens(view, learned)
    colons = colon_candidates(view)
    direct = direct_candidates(view, speeches(view, tokens))
    spoken = {candidate.anchor for candidate in direct}
    inner = inner_speeches(view)
    spoken.update(candidate.anchor for candidate in inner)
    candidates: list[Candidate] = list(colons) + direct + inner
    index = cue_index()
    particles, verbs = index.particles, index.verbs
    for i, low in enumerate(view.low):
        if (low not in verbs and low not in particles) or view.masked[i] or i in spoken:
            continue
        known = verb_entry(view, i)
        if known is not None:
            candidates.extend(c for c in verb_candidates(view, i, *known) if stands(view, c))
    others = [c for c in other_candidates(view) if stands(view, c)]
    candidates = without_nouns(candidates, others)
    candidates.extend(others)
    share(view, candidates)
    kept = join(view, candidates, learned)
    kept = cross(view, kept)
    kept.extend(unclaimed_quotations(view, kept))
    last: dict[int, Candidate] = {}
    split: list[Candidate] = []
    for candidate in kept:
        made = split_by_act(view, candidate)
        last[id(candidate)] = made[-1]
        split.extend(made)
    kept = split
    for candidate in kept:
        if candidate.continues is not None:
            candidate.continues = last.get(id(candidate.continues), candidate.continues)
        if candidate.parent is not None:
            candidate.parent = last.get(id(candidate.parent), candidate.parent)
    for candidate in kept:
        whole_amounts(view, candidate)
        settle_act(view, candidate)
    return nest(view, kept)


def mode_of(view: View, candidate: Candidate) -> str:
    """direct, indirect or mixed; quotations that hold the cue too do not count."""
    quoted = plain = 0
    cue_first = view.tokens(*candidate.cue)[0]
    around = view.quote[cue_first] if cue_first < view.n else -1
    for start, end in candidate.content:
        for i in range(*view.tokens(start, end)):
            word = view.word[i]
            if not word[:1].isalnum() and not any(char.isalnum() for char in word):
                continue
            if view.quote[i] >= 0 and view.quote[i] != around:
                quoted += 1
            else:
                plain += 1
    if quoted == 0:
        return "direct" if candidate.direct and candidate.rule in ("transcript", "inner-quote") else "indirect"
    return "mixed" if plain else "direct"


class Attribution:
    """The component."""

    def __call__(self, doc: Doc) -> Doc:
        """Write layers `said` and `joined`.

        Raises:
            PipelineError: the Doc has no UD v2 tree.
        """
        layer.require_tree(doc, "conflict_attribution")
        view = View(doc)
        repair(view)
        learned = learned_cues(view)
        found = find(view, learned)
        records: list[layer.SaidRecord] = []
        by_candidate: dict[int, layer.SaidRecord] = {}
        for candidate in found:
            parts = [*candidate.content, candidate.cue]
            source = None
            if candidate.source is not None:
                source = [view.start[candidate.source[0]], view.end[candidate.source[1] - 1]]
                parts.append(source)
            whom = None
            if candidate.target is not None:
                first, last, _ = source_span(view, candidate.target)
                if candidate.source is not None and first <= candidate.source[2] < last:  # "Accusing Paris of P, Captain X …"
                    first, last = candidate.target, candidate.target + 1
                whom = [view.start[first], view.end[last - 1]]
            record = layer.SaidRecord(
                start=min(part[0] for part in parts),
                end=max(part[1] for part in parts),
                rule="; ".join([candidate.rule, *candidate.evidence]),
                entry=candidate.entry,
                score=candidate.score,
                source=source,
                cue=[*candidate.cue],
                content=[[*span] for span in candidate.content],
                act=candidate.act,
                mode=mode_of(view, candidate),
                target=None if candidate.addressee else whom,
                addressee=whom if candidate.addressee else None,
                nominal=candidate.nominal,
            )
            records.append(record)
            by_candidate[id(candidate)] = record
        for number, record in enumerate(sorted(records, key=lambda record: (record.start, -record.end)), 1):
            record.id = f"said:{number}"
        for candidate, record in zip(found, records, strict=True):
            if candidate.parent is not None and id(candidate.parent) in by_candidate:
                record.parent = by_candidate[id(candidate.parent)].id
            if candidate.continues is not None and id(candidate.continues) in by_candidate:
                record.continues = by_candidate[id(candidate.continues)].id
        layer.write(doc, "said", records)
        layer.write(doc, "joined", _joined(view, learned, found, by_candidate))
        return doc


def _joined(
    view: View, learned: list[Learned], found: list[Candidate], said: dict[int, layer.SaidRecord]
) -> list[layer.JoinedRecord]:
    """All attributions: the learned ones with their own spans, then those of the rules alone."""
    owner: dict[int, str] = {}
    for candidate in found:
        for i in range(*view.tokens(*candidate.cue)):
            owner.setdefault(i, said[id(candidate)].id)
    out = []
    for item in learned:
        if item.contents:
            source = [*item.sources[0]] if item.sources else None
            same = next((owner[i] for i in range(*view.tokens(*item.cue)) if i in owner), None)
            out.append(_join_record("encoder", item.score, source, [*item.cue], [[*span] for span in item.contents], same))
    for candidate in unlearned(view, learned, found):
        record = said[id(candidate)]
        if record.cue is not None:
            out.append(_join_record(record.rule, record.score, record.source, record.cue, record.content, record.id))
    return out


def _join_record(
    rule: str, score: float | None, source: list[int] | None, cue: list[int], content: list[list[int]], said: str | None
) -> layer.JoinedRecord:
    parts = [cue, *content, *([source] if source else [])]
    return layer.JoinedRecord(
        start=min(start for start, _ in parts),
        end=max(end for _, end in parts),
        rule=rule,
        score=score,
        source=source,
        cue=cue,
        content=content,
        said=said,
    )


@Language.factory("conflict_attribution")
def make_attribution(nlp: Language, name: str) -> Attribution:
    """The factory of `conflict_attribution`; it has no settings."""
    return Attribution()


def describe() -> dict[str, Any]:
    """The rules by name with their explanation, for documentation and `info`."""
    from conflict_extract.annotate._verb_frames import RULES

    return {name: (rule.__doc__ or "").strip() for name, rule in RULES}
