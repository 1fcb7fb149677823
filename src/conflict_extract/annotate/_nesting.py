"""Which attribution lies in whose content, and which are the same saying twice."""

from __future__ import annotations

from conflict_extract.annotate._candidates import Candidate
from conflict_extract.annotate._content import trim
from conflict_extract.annotate._view import View

FIRST_PERSON = frozenset({"i", "we", "me", "us"})
OWN_PRONOUNS = frozenset({"it", "he", "she", "they", "i", "we"})
POSSESSIVES = frozenset({"its", "his", "her", "their"})
BACKGROUND = frozenset({"after", "before", "while", "although", "though"})
THOUGHT = frozenset({"opinion", "statement", "confirmation", "estimate", "commitment"})


def nest(view: View, candidates: list[Candidate]) -> list[Candidate]:
    """Sort, drop doubles and self-nested sayings, set parents.

    Linear but for the sweep over open contents, which is as deep as the nesting; depth is cut at 12.
    """
    ordered = sorted(candidates, key=lambda c: (c.content[0][0], -c.content[-1][1], c.anchor))
    ordered = _doubles(view, ordered)
    # one entry a piece of content, so that a cue between two pieces is inside of neither
    events = sorted(((start, -end, number) for number, c in enumerate(ordered) for start, end in c.content))
    opened: list[tuple[int, int, int]] = []
    parents: dict[int, int] = {}
    cues = sorted(range(len(ordered)), key=lambda number: ordered[number].cue[0])
    position = 0
    for number in cues:
        cue = ordered[number].cue
        while position < len(events) and events[position][0] <= cue[0]:
            start, end, owner = events[position]
            opened = [item for item in opened if item[1] > start][-12:]
            opened.append((start, -end, owner))
            position += 1
        best: tuple[int, int] | None = None
        for start, end, owner in opened:
            if (
                (
                    owner != number
                    and not _relative(view, ordered[number])
                    and start <= cue[0]
                    and cue[1] <= end
                    and ordered[owner].anchor != ordered[number].anchor
                )
                and start <= ordered[number].content[0][0] < end
                and (best is None or end - start < best[0])
            ):
                best = (end - start, owner)
        if best is not None:
            parents[number] = best[1]
    for number, parent in parents.items():
        _clip(ordered[number], ordered[parent])
    _cut_relatives(view, ordered)
    parents = {n: p for n, p in parents.items() if any(a <= ordered[n].cue[0] < b for a, b in ordered[p].content)}
    out: list[Candidate] = []
    dropped: set[int] = set()
    for number in sorted(parents, key=lambda n: -ordered[n].size()):
        outer, inner = ordered[parents[number]], ordered[number]
        if _same_speaker(view, outer, inner) or _denied_report(outer, inner):
            dropped.add(number)
    for number, candidate in enumerate(ordered):
        if number in dropped:
            continue
        above = parents.get(number)
        for _ in range(12):
            if above is None or above not in dropped:
                break
            above = parents.get(above)
        if candidate.parent is None:
            candidate.parent = ordered[above] if above is not None else None
        out.append(candidate)
    return out


def without_nouns(candidates: list[Candidate], nouns: list[Candidate]) -> list[Candidate]:
    """The candidates of verbs without those whose content is only the noun that reports: "expressed concern at P"."""
    known: dict[tuple[int, int, int] | None, list[Candidate]] = {}
    for noun in nouns:
        if noun.nominal and noun.source is not None:
            known.setdefault(noun.source, []).append(noun)

    def told(verb: Candidate) -> bool:
        start, end = verb.content[0]
        return any(
            start <= noun.cue[0] < start + 30 and noun.cue[1] <= end and end in (noun.cue[1], noun.content[-1][1])
            for noun in known.get(verb.source, ())
            if 0 < noun.cue[0] - verb.cue[1] < 40
        )

    return [c for c in candidates if not (c.rule == "noun-phrase" and c.entry in ("express", "voice") and told(c))]


def _clip(inner: Candidate, outer: Candidate) -> None:
    """Cut what the inner content has beyond the end of the outer one: the outer cue and source stand there."""
    limit = max(end for _, end in outer.content)
    clipped = [[start, min(end, limit)] for start, end in inner.content if start < limit]
    if clipped:
        inner.content = clipped


def _cut_relatives(view: View, candidates: list[Candidate]) -> None:
    """A saying in a relative or adverbial clause that ends another's content is no part of that content.

    "…, whom it described as agents"; "… after they agreed to lay down their arms".
    """
    by_end: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        by_end.setdefault(candidate.content[-1][1], []).append(candidate)
    for candidate in candidates:
        node = candidate.anchor
        for _ in range(4):
            if view.dep[node] in ("acl:relcl", "advcl") or view.head[node] == node:
                break
            node = view.head[node]
        first = view.left[node]
        if view.dep[node] == "acl:relcl":
            apart = first > 0 and view.word[first - 1] == ","
        else:
            apart = view.dep[node] == "advcl" and view.low[first] in BACKGROUND
        if not apart or first == 0 or candidate.source is None:
            continue
        for outer in by_end.get(candidate.content[-1][1], ()):
            start, end = outer.content[-1]
            if outer is candidate or outer.direct or not start < view.start[first] <= candidate.cue[0] < end:
                continue
            cut = trim(view.text, start, view.start[first])
            if cut is not None:
                outer.content[-1] = [*cut]


def _relative(view: View, candidate: Candidate) -> bool:
    """Whether a claim about a relative pronoun ("which Kigali denies") stands in a clause that comments on the content around it."""
    start, end = candidate.content[0]
    return len(candidate.content) == 1 and view.text[start:end].lower() in ("which", "that")


def _same_speaker(view: View, outer: Candidate, inner: Candidate) -> bool:
    """Whether the inner saying is the outer speaker's own ("said it believes that", "I think" in a quotation)."""
    if inner.source is None:
        return False
    low = view.low[inner.source[2]]
    if low in FIRST_PERSON and outer.direct:
        return True
    if outer.source is None or (inner.direct and outer.direct):
        return False
    if outer.nominal and inner.rule.startswith("nominal") and low in POSSESSIVES:
        return True  # "repeated its call on both sides to withdraw"
    if low in OWN_PRONOUNS or low == view.low[outer.source[2]]:
        if inner.act in ("demand", "accusation", "denial", "threat") and not outer.neutral:
            return False
        first = view.tokens(*outer.content[0])[0]
        near = sum(
            1 for i in range(first, inner.anchor) if view.verbal(i) and view.finite(i) and view.base(i) not in ("aux", "cop")
        )
        return near == 0 and inner.source[2] - first <= 3
    return False


def _denied_report(outer: Candidate, inner: Candidate) -> bool:
    """Whether the inner saying is only the noun of what is denied: "denied reports that P" says nothing of who reported it."""
    return outer.act == "denial" and outer.nominal and inner.rule.startswith("nominal") and inner.source is None


def _doubles(view: View, ordered: list[Candidate]) -> list[Candidate]:
    """Candidates of one cue with nearly the same content: the direct one, then the longer one, stays."""
    best: dict[tuple[int, int, int], int] = {}
    out: list[Candidate] = []
    for candidate in ordered:
        who = candidate.source[0] if candidate.source is not None and "reciprocal" in candidate.evidence else -1
        key = (candidate.cue[0], candidate.content[0][0], who)
        if key in best:
            held = out[best[key]]
            if (candidate.direct and not held.direct) or (
                candidate.direct == held.direct and candidate.size() > held.size() and held.rule == "learned-spans"
            ):
                out[best[key]] = candidate
            continue
        best[key] = len(out)
        out.append(candidate)
    return out
