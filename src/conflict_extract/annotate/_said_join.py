"""Learned spans joined with the rules: agreement keeps weak candidates, learned spans alone make new ones, both lend their parts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from conflict_extract.annotate import layer
from conflict_extract.annotate._candidates import Candidate, source_of, source_span
from conflict_extract.annotate._content import trim, words
from conflict_extract.annotate._said_filters import unspoken
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import cue_index

LINK = 0.5  # least probability of a link
WEAK_LINK = 0.35  # least probability of the best link when none reaches LINK
BESIDE = frozenset({"as", "while", "whereas", "though", "although", "when"})  # open what the article adds to a saying
PARTS = ("source", "content")
ALONE = 0.5  # least score of a learned cue that no rule knows


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
    by_id = {record.id: (record, *view.tokens(record.start, record.end)) for record in records if record.label in PARTS}
    out: list[Learned] = []
    for record in records:
        if record.label != "cue":
            continue
        parts: dict[str, list[tuple[int, int]]] = {"source": [], "content": []}
        at = view.tokens(record.start, record.end)[0]
        best: dict[str, tuple[float, tuple[int, int]]] = {}
        for link in record.links:
            known = by_id.get(str(link.get("id")))
            if known is None:
                continue
            other, there, end = known
            probability = float(link.get("prob", 1.0))
            if at >= view.n or there >= view.n or view.paragraph[there] != view.paragraph[at]:
                probability -= 0.3
            elif view.sent[at] in (view.sent[there], view.sent[end - 1]):
                probability += 0.2
            if probability >= LINK:
                parts[other.label].append((other.start, other.end))
            if probability >= WEAK_LINK and probability > best.get(other.label, (0.0,))[0]:
                best[other.label] = (probability, (other.start, other.end))
        here = [span for span in parts["content"] if _same_sentence(view, at, span)]
        if here and len(here) < len(parts["content"]):
            parts["content"] = [
                span for span in parts["content"] if span in here or _quoted(view, span) or 0 < span[0] - record.end <= 3
            ]
        for label, found in best.items():
            if label == "source" or not parts[label]:
                parts[label] = [found[1]]
        score = 1.0 if record.score is None else record.score
        out.append(Learned((record.start, record.end), score, sorted(parts["source"][:1]), sorted(parts["content"])))
    return out


def _same_sentence(view: View, at: int, span: tuple[int, int]) -> bool:
    """Whether a span has a token in the sentence of token `at`."""
    first, last = view.tokens(*span)
    return at < view.n and first < last and view.sent[at] in (view.sent[first], view.sent[last - 1])


def _quoted(view: View, span: tuple[int, int]) -> bool:
    """Whether a span starts in a quotation."""
    first, last = view.tokens(*span)
    return first < last and view.quote[min(first + 1, last - 1)] >= 0


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
    return next(iter(named or tops), None)


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
            if candidate.source is None and match.sources and not candidate.rule.startswith(("passive", "nominal", "quoted")):
                head = head_of(view, *match.sources[0])
                if head is not None and candidate.anchor != head and not view.masked[head]:
                    candidate.source = source_span(view, head)
                    candidate.evidence.append("learned-source")
            _other_source(view, candidate, match)
            _lend(view, candidate, match)
            _complete(view, candidate, match)
        kept.append(candidate)
    if have:
        near: dict[int, list[Candidate]] = {}
        for candidate in kept:
            near.setdefault(_paragraph(view, (candidate.cue[0], candidate.cue[1])), []).append(candidate)
        for item in learned:
            if id(item) in used or item.score < ALONE:
                continue
            made = _learned_only(view, item, near.get(_paragraph(view, item.cue), []))
            if made is not None and not unspoken(view, made):
                kept.append(made)
                near.setdefault(_paragraph(view, item.cue), []).append(made)
    return kept


def unlearned(view: View, learned: list[Learned], said: list[Candidate]) -> list[Candidate]:
    """Sayings of the rules alone: no learned cue shares their cue, no learned content half of theirs."""
    taken = {i for item in learned for i in range(*view.tokens(*item.cue))}
    spans = sorted({span for item in learned for span in item.contents})
    starts = [start for start, _ in spans]
    ends = [end for _, end in spans]  # in order too: learned spans share no characters
    out = []
    for candidate in said:
        if taken.isdisjoint(range(*view.tokens(*candidate.cue))):
            near = spans[bisect_right(ends, candidate.content[0][0]) : bisect_left(starts, candidate.content[-1][1])]
            if not any(overlap(view, candidate.content, [span]) > 0.5 for span in near):
                out.append(candidate)
    return out


def _said_already(item: Learned, content: list[list[int]], kept: list[Candidate], view: View) -> bool:
    """Whether one of the attributions kept has nearly the content of a learned one."""
    size = sum(b - a for a, b in content)
    return any(
        overlap(view, candidate.content, item.contents) > 0.8 and abs(candidate.size() - size) < 0.4 * candidate.size()
        for candidate in kept
    )


def _other_source(view: View, candidate: Candidate, match: Learned) -> None:
    """The learned source where the rule's is another: the encoder sees the words where the tree may err.

    Antecedents of relative pronouns stay, and sources inside the content's quotation are not taken.
    """
    kept = ("headline", "transcript", "quoted", "nominal", "possessive", "second")
    if not match.sources or candidate.rule.startswith(kept):
        return
    start, end = match.sources[0]
    other = head_of(view, start, end)
    if (
        other is None
        or view.masked[other]
        or view.tag[other] in ("WDT", "WP", "WP$")
        or view.low[other] in ("that", "which", "who")
    ):
        return
    if any(a <= view.start[other] < b for a, b in candidate.content):
        return
    if candidate.source is None:
        return
    first, last, _ = candidate.source
    if start < view.end[last - 1] and view.start[first] < end:
        return
    if _subject_elsewhere(view, other, candidate.anchor) and _subject_elsewhere(view, candidate.source[2], None):
        return
    if view.sent[other] == view.sent[candidate.anchor]:
        candidate.source = source_span(view, other)
        candidate.evidence.append("learned-source")


def _subject_elsewhere(view: View, i: int, verb: int | None) -> bool:
    """Whether a noun (or what it is an apposition of) is the subject of a cue other than `verb`."""
    for _ in range(3):
        if view.base(i) not in ("appos", "flat"):
            break
        i = view.head[i]
    above = view.head[i]
    return view.base(i) == "nsubj" and above != verb and view.low[above] in cue_index().verbs


def _lend(view: View, candidate: Candidate, match: Learned) -> None:
    """Learned parts where the rule's are poor: a bare determiner as source, one or two words of a clause as content."""
    if candidate.source is not None and match.sources and not candidate.rule.startswith(("passive", "headline", "transcript")):
        first, last, head = candidate.source
        if view.pos[head] == "DET" and last - first == 1 and view.low[head] in ("the", "a", "an"):
            other = head_of(view, *match.sources[0])
            if other is not None:
                candidate.source = source_span(view, other)
                candidate.evidence.append("learned-source")
    if candidate.frame not in ("that", "quote", "raise") or candidate.direct or not match.contents:
        return
    size = sum(words(view.text, a, b) for a, b in candidate.content)
    if size <= 2:
        learned = [[*span] for span in (trim(view.text, a, b, that=True) for a, b in match.contents) if span is not None]
        if sum(words(view.text, a, b) for a, b in learned) >= 4:
            keep = candidate.content if candidate.frame == "raise" else []
            candidate.content = sorted(keep + [span for span in learned if not any(a < span[1] and span[0] < b for a, b in keep)])
            candidate.evidence.append("learned-content")


def _named_behind(view: View, candidate: Candidate, learned: tuple[int, int]) -> None:
    """The learned source behind a phrase whose own source reaches back over it or stops in the middle of a name."""
    first, last = view.tokens(*learned)
    stop = next((i for i in range(first + 1, last) if view.tag[i] == "IN"), last)
    head = next((i for i in range(stop - 1, first - 1, -1) if view.pos[i] in ("NOUN", "PROPN", "PRON")), None)
    if head is not None and learned[0] >= candidate.cue[1]:
        candidate.source = (first, head + 1, head)


def _complete(view: View, candidate: Candidate, match: Learned) -> None:
    """The learned content where the tree lost a part of the sentence that a cue or a phrase interrupts or ends.

    "P, according to X" whose words were hung on the source, and "P, he said, leaving six in captivity" without its end.
    """
    learned = [[*span] for span in (trim(view.text, a, b, that=True) for a, b in match.contents) if span is not None]
    if not learned or candidate.direct or match.score < 0.9:
        return
    cue = candidate.cue
    if candidate.rule == "adverbial-phrase":
        torn = candidate.source is not None and any(
            start >= cue[1] and "," not in view.text[cue[1] : start] for start, _ in candidate.content
        )
        if torn and learned[0][0] < cue[0]:
            candidate.content = learned
            candidate.evidence.append("learned-content")
            if match.sources:
                _named_behind(view, candidate, match.sources[0])
        return
    if candidate.rule not in ("clause-before", "parenthetical-cue", "comma-before", "paratactic-content"):
        return
    if candidate.content[-1][1] > cue[0] or len(learned) < 2:
        return
    at = view.tokens(*cue)[1]
    for start, end in learned:
        first = view.tokens(start, end)[0]
        if start >= cue[1] and 1 <= first - at <= 8 and view.word[first - 1] == ",":
            own = cue_index().verbs.get(view.low[first])
            if view.low[first] in BESIDE or (own is not None and set(own.frames) != {"figure"}):
                continue
            if any(view.quote[i] >= 0 or view.word[i] in (".", ";", ":") for i in range(at, first)):
                continue
            candidate.content.append([start, end])
            candidate.evidence.append("learned-content")
            return


def _paragraph(view: View, cue: tuple[int, int]) -> int:
    """The paragraph of a cue."""
    first = view.tokens(*cue)[0]
    return view.paragraph[first] if first < view.n else -1


def _sentence_part(view: View, start: int, end: int) -> int:
    """Where a content behind its cue ends: at the first semicolon outside of quotation marks."""
    for i in range(*view.tokens(start, end)):
        if view.word[i] == ";" and view.quote[i] < 0:
            return view.start[i]
    return end


def _learned_only(view: View, item: Learned, kept: list[Candidate]) -> Candidate | None:
    """A candidate from learned spans alone."""
    first, last = view.tokens(*item.cue)
    if first >= last or not item.contents or view.masked[first]:
        return None
    head = head_of(view, *item.cue)
    if head is None:
        return None
    within = [(a, _sentence_part(view, a, b) if a >= item.cue[1] else b) for a, b in item.contents]
    content = [[*span] for span in (trim(view.text, a, b, that=True) for a, b in within) if span is not None]
    if not content or (sum(words(view.text, a, b) for a, b in content) < 2):
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
        behind = view.tokens(*content[0])[0] == last
        if not verbs and not any(frame in ("np", "as", "pred", "at") or (":" in frame and not behind) for frame in entry.frames):
            return None
        if any(view.low[i] in ("named", "identified") for i in range(*view.tokens(*content[0]))) and entry.lemma in (
            "ask",
            "want",
            "refuse",
        ):
            return None
    source = None
    if item.sources:
        at = head_of(view, *item.sources[0])
        if at is not None:
            source = source_span(view, at)
    elif view.verbal(head) and not view.passive(head):
        at = source_of(view, head)
        source = source_span(view, at) if at is not None else None
    if source is not None and any(a <= view.start[source[2]] < b for a, b in content):
        return None
    if (source is None and not view.passive(head)) or view.negated(head):
        return None
    if source is None and all(view.tag[i] == "CD" or view.pos[i] == "PROPN" for i in range(*view.tokens(*content[0]))):
        return None  # "the lines agreed on 20 October"
    if source is not None and view.low[source[0]] in ("no", "neither", "nobody", "none", "not"):
        return None
    if _said_already(item, content, kept, view):
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
