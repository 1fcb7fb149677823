"""Learned spans joined with the rules: agreement keeps weak candidates, learned spans alone make new ones, both lend their parts."""

from __future__ import annotations

from dataclasses import dataclass

from conflict_extract.annotate import layer
from conflict_extract.annotate._candidates import Candidate, source_of, source_span
from conflict_extract.annotate._content import trim, words
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import cue_index

LINK = 0.5  # least probability of a link
ALONE = 0.75  # least score of a learned cue that no rule knows


@dataclass(slots=True)
class Learned:
    """A learned cue with its linked spans: offsets, score of the cue."""

    cue: tuple[int, int]
    score: float
    sources: list[tuple[int, int]]
    contents: list[tuple[int, int]]


def learned_cues(view: View) -> list[Learned]:
    """The learned cues of the document in order, each with the sources and contents linked to it."""
    records = layer.read(view.doc, "attribution", layer.SpanRecord)
    by_id = {record.id: record for record in records}
    out: list[Learned] = []
    for record in records:
        if record.label != "cue":
            continue
        parts: dict[str, list[tuple[int, int]]] = {"source": [], "content": []}
        for link in record.links:
            other = by_id.get(str(link.get("id")))
            if other is not None and float(link.get("prob", 1.0)) >= LINK and other.label in parts:
                parts[other.label].append((other.start, other.end))
        score = 1.0 if record.score is None else record.score
        out.append(Learned((record.start, record.end), score, sorted(parts["source"][:1]), sorted(parts["content"])))
    return out


def cue_tokens(view: View, learned: list[Learned]) -> dict[int, float]:
    """Tokens of learned cues with the cue's score."""
    out: dict[int, float] = {}
    for item in learned:
        for i in range(*view.tokens(*item.cue)):
            out[i] = item.score
    return out


def head_of(view: View, start: int, end: int) -> int | None:
    """The token of a span whose head lies outside of it; the first noun or pronoun of such."""
    first, last = view.tokens(start, end)
    tops = [i for i in range(first, last) if not first <= view.head[i] < last or view.head[i] == i]
    named = [i for i in tops if view.pos[i] in ("NOUN", "PROPN", "PRON", "NUM", "DET", "ADJ")]
    return (named or tops or [None])[0]


def overlap(view: View, content: list[list[int]], spans: list[tuple[int, int]]) -> float:
    """Characters shared by a content and learned contents, over the smaller of both."""
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in content for c, d in spans)
    size = min(sum(b - a for a, b in content), sum(d - c for c, d in spans))
    return shared / size if size else 0.0


def join(view: View, candidates: list[Candidate], learned: list[Learned]) -> list[Candidate]:
    """Candidates that stand, with learned spans' help.

    Args:
        view: the document.
        candidates: of the rules, at most one direct candidate a cue already chosen.
        learned: the learned cues.
    """
    owner: dict[int, Learned] = {}
    for item in learned:
        for i in range(*view.tokens(*item.cue)):
            owner[i] = item
    kept: list[Candidate] = []
    used: set[int] = set()
    have = bool(learned)
    for candidate in candidates:
        first, last = view.tokens(*candidate.cue)
        match = next((owner[i] for i in range(first, last) if i in owner), None)
        if match is not None:
            candidate.score = match.score
        agrees = match is not None and (not match.contents or overlap(view, candidate.content, match.contents) >= 0.5)
        if not candidate.strong and not (agrees and match is not None and match.score >= 0.5):
            continue
        if match is not None:
            used.add(id(match))
            if candidate.source is None and match.sources and not candidate.rule.startswith(("passive", "nominal")):
                head = head_of(view, *match.sources[0])
                if head is not None and candidate.anchor != head:
                    candidate.source = source_span(view, head)
                    candidate.evidence.append("learned-source")
        kept.append(candidate)
    if have:
        for item in learned:
            if id(item) in used or item.score < ALONE:
                continue
            made = _learned_only(view, item, kept)
            if made is not None:
                kept.append(made)
    return kept


def _learned_only(view: View, item: Learned, kept: list[Candidate]) -> Candidate | None:
    """A candidate from learned spans alone."""
    first, last = view.tokens(*item.cue)
    if first >= last or not item.contents or view.masked[first]:
        return None
    head = head_of(view, *item.cue)
    if head is None:
        return None
    content = [[*span] for span in (trim(view.text, a, b, that=True) for a, b in item.contents) if span is not None]
    if not content or sum(words(view.text, a, b) for a, b in content) < 2:
        return None
    index = cue_index()
    if any(view.low[i] in ("known", "named", "dubbed") for i in range(first, last)):
        return None
    entry = next((index.verbs[view.low[i]] for i in range(first, last) if view.low[i] in index.verbs), None)
    other = next((index.nouns[view.low[i]] for i in range(first, last) if view.low[i] in index.nouns), None)
    phrase = view.low[first] in index.phrases
    if entry is None and other is None and not phrase:
        return None
    verbs = sum(view.verbal(i) for a, b in content for i in range(*view.tokens(a, b)))
    if entry is not None:
        bare = {frame for frame in entry.frames if frame not in entry.weak}
        if not bare and item.score < 0.9:
            return None
        if not verbs and not any(frame in ("np", "as", "pred", "at") or ":" in frame for frame in entry.frames):
            return None
    source = None
    if item.sources:
        at = head_of(view, *item.sources[0])
        if at is not None:
            source = source_span(view, at)
    elif view.verbal(head) and not view.passive(head):
        at = source_of(view, head)
        source = source_span(view, at) if at is not None else None
    if source is None and not view.passive(head):
        return None
    if source is not None and any(a <= view.start[source[2]] < b for a, b in content):
        return None
    if view.negated(head):
        return None
    for candidate in kept:
        if overlap(view, candidate.content, item.contents) > 0.8 and abs(candidate.size() - sum(b - a for a, b in content)) < 0.4 * candidate.size():
            return None
    act = entry.act if entry is not None else other.act if other is not None else "statement"
    direct = any(view.text[a - 1 : a] in ('"', "“") for a, b in content)
    return Candidate(
        cue=[*item.cue],
        anchor=head,
        source=source,
        content=content,
        act=act,
        frame="learned",
        entry=entry.name if entry is not None else other.form if other is not None else None,
        rule="learned-spans",
        neutral=entry.neutral if entry is not None else True,
        direct=direct,
        score=item.score,
    )
