"""Frames with a figure: sums asked for, numbers corrected, a second figure under one verb; and pleas before a court."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conflict_extract.annotate._actor_types import name_endings
from conflict_extract.annotate._candidates import Candidate, source_span
from conflict_extract.annotate._content import pieces
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.assembly import words
from conflict_extract.lexicons.quantities import person_nouns
from conflict_extract.lexicons.times import names_of

if TYPE_CHECKING:
    from conflict_extract.annotate._verb_frames import _Maker

DAYS = names_of("weekday") | frozenset({"today", "yesterday", "tomorrow"})
TOLLS = frozenset({"toll", "tolls", "estimate", "estimates", "total"})
MENDING = frozenset({"correct", "revise", "amend", "update", "adjust"})
SPOKESMEN = frozenset(
    {"he", "she", "it", "they", "police", "government", "military", "army", "hospital", "officials", "ministry"}
)
PLEAS = frozenset({"guilty", "innocent"})


def numbered(view: View, j: int) -> bool:
    """Whether a phrase holds a number."""
    return any(view.pos[i] == "NUM" or view.tag[i] == "CD" for i in view.subtree(j))


def _speaks(view: View, i: int) -> bool:
    """Whether a subject can give a figure: an actor, a person or a body."""
    mention = view.mention[i]
    if (mention is not None and mention.use == "actor") or view.ent[i] in ("PERSON", "PER", "ORG", "GPE"):
        return True
    return view.low[i] in SPOKESMEN or view.low[i] in person_nouns() or view.low[i] in name_endings()


def sum_asked(maker: _Maker) -> Iterator[Candidate]:
    """A sum of money asked for: asked 50,000 pesos for each bus, demanded 500 francs from every trader."""
    view, verb, thing = maker.view, maker.verb, maker.object
    if thing is None or thing < verb or not view.sum[thing] or maker.passive or maker.source is None:
        return
    told = view.child(verb, "iobj")
    if maker.entry.act not in ("demand", "question") or (told is not None and told > verb):
        return
    tokens, edge = view.subtree(thing), view.right[thing]
    for j in view.children[verb]:
        if j <= thing or view.left[j] != edge or view.base(j) not in ("obl", "advcl", "xcomp"):
            continue
        if any(view.low[i] in DAYS for i in range(view.left[j], view.right[j])):
            break  # when it was asked
        tokens += view.subtree(j)
        edge = view.right[j]
    frame = next((name for name in ("np", "obj_p:for", "p:for") if name in maker.entry.frames), "np")
    yield from maker.make(frame, sorted({i for i in tokens if i > verb}), "sum-asked", nominal=True, that=False)


def corrected(maker: _Maker) -> Iterator[Candidate]:
    """A figure given anew: corrected the number of houses burned to 58, revised its toll up to 112."""
    view, verb, thing = maker.view, maker.verb, maker.object
    if thing is None or thing < verb or view.low[thing] not in words("figure") | TOLLS or maker.source is None or maker.passive:
        return
    if not _speaks(view, maker.source) or (view.low[thing].startswith("number") and maker.entry.lemma not in MENDING):
        return  # "the blast raised the toll to 14", "she raised the number of beds to 40"
    for j in range(thing + 1, view.right[verb]):
        if view.case_of(j) == "to" and numbered(view, j) and not view.infinitive(j) and view.sent[j] == view.sent[verb]:
            marker = view.marker(j)
            last = max((i for i in view.subtree(j)), default=j)
            if marker is None or marker < thing:
                continue
            tokens = [i for i in range(view.left[thing], last + 1) if i > verb]
            yield from maker.make("figure", tokens, "figure-corrected", nominal=True, that=False)
            return


def plea(maker: _Maker) -> Iterator[Candidate]:
    """A plea before a court: pleaded not guilty, pleaded guilty to two murders."""
    view, verb = maker.view, maker.verb
    at = next((i for i in range(verb + 1, min(verb + 3, view.n)) if view.low[i] in PLEAS), None)
    if at is None or maker.source is None:
        return
    first = at - 1 if view.low[at - 1] == "not" else at
    tokens, edge = list(range(first, at + 1)), at + 1
    for host in (at, verb):
        for j in view.children[host]:
            if j > at and view.left[j] == edge and view.case_of(j) in ("to", "of"):
                tokens += view.subtree(j)
                edge = view.right[j]
    for candidate in maker.make("plea", sorted(set(tokens)), "plea", that=False):
        if view.low[first] == "guilty":
            candidate.act = "confirmation"
        yield candidate


def _number_from(view: View, at: int) -> bool:
    """Whether a number stands at a token or right behind a bound ("more than 45", "about 45")."""
    return any(view.tag[i] == "CD" for i in range(at, min(at + 3, view.n))) and not any(
        view.verbal(i) for i in range(at, min(at + 3, view.n))
    )


def second_figure(maker: _Maker, phrase: int, frame: str) -> tuple[int, Candidate | None]:
    """The second speaker and figure behind the first: "puts it at 25; the rebels, at more than 60".

    Returns:
        The token at which the first figure ends (that of the separating sign), and the second candidate or None.
    """
    view, verb = maker.view, maker.verb
    end = view.right[verb]
    for k in range(phrase + 1, end - 1):
        if view.word[k] != ";" and (view.word[k] != "," or frame != "at"):
            continue
        stop = k + 1
        while stop < end and view.low[stop] != "at" and view.pos[stop] in ("DET", "NOUN", "PROPN", "ADJ", "PRON", "PART", "NUM"):
            stop += 1
        comma = stop < end and view.word[stop] == ","
        at = stop + 1 if comma else stop
        if stop == k + 1 or at >= end or (view.low[at] != "at" and (frame == "at" or not comma or not _number_from(view, at))):
            continue
        noun = next((i for i in range(stop - 1, k, -1) if view.pos[i] in ("NOUN", "PROPN", "PRON")), None)
        last = at + 1
        while last < end and view.word[last] not in (",", ";", ".", "—", "–"):
            last += 1
        if noun is None or not any(view.tag[i] == "CD" for i in range(at, last)):
            continue
        while view.head[noun] > noun and view.head[noun] < stop:
            noun = view.head[noun]
        span = pieces(view, list(range(at, last)))
        if not span:
            continue
        return k, Candidate(
            cue=maker.cue,
            anchor=verb,
            source=source_span(view, noun),
            content=span,
            act=maker.entry.frames.get(frame, maker.entry.act),
            frame="figure",
            entry=maker.entry.name,
            rule="second-figure",
            nominal=True,
        )
    return end, None


def whole_amounts(view: View, candidate: Candidate) -> None:
    """Move an edge of the content that stands inside a quantity to the quantity's edge: "promised 200m kroner", not "200m"."""
    if not view.amounts:
        return
    source = candidate.source
    held = [tuple(candidate.cue)]
    if source is not None:
        held.append((view.start[source[0]], view.end[source[1] - 1]))
    for span in candidate.content:
        for a, b in view.amounts[max(0, bisect_left(view.amounts, (span[0], 0)) - 3) : bisect_left(view.amounts, (span[1], 0))]:
            if any(a < end and start < b for start, end in held) or (a < span[0] and b > span[1]):
                continue
            if a < span[1] < b:
                span[1] = b
            elif a < span[0] < b:
                span[0] = a
