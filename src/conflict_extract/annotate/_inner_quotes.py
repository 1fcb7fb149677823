"""Speech inside speech: a quotation in single marks in a quotation in double marks."""

from __future__ import annotations

import re

from conflict_extract.annotate._candidates import Candidate, cue_span, source_of, source_span
from conflict_extract.annotate._content import trim
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import cue_index

_INNER = re.compile(r"[,:] ['‘]([A-Z][^'’‘“”\"\n]{2,300}(?:['’][a-z][^'’‘“”\"\n]{0,300}){0,5}[.!?,])['’](?!\w)")
REACH = 5  # tokens between the cue and the inner quotation ("told us, 'Leave'")


def inner_speeches(view: View) -> list[Candidate]:
    """Candidates for what a quoted speaker reports word for word: "They said, 'Pay or walk back.' We walked back." """
    found: list[Candidate] = []
    for quote in view.quotes:
        if not quote.double:
            continue
        for match in _INNER.finditer(view.text, quote.start, quote.end):
            first = view.tokens(match.start(1), match.end(1))[0]
            cue = _cue_before(view, first)
            span = trim(view.text, match.start(1), match.end(1))
            if cue is None or span is None or view.quote[cue] != view.quote[first]:
                continue
            source = source_of(view, cue)
            if source is None or view.quote[source] != view.quote[cue]:
                continue
            entry = cue_index().verbs[view.low[cue]]
            found.append(
                Candidate(
                    cue=cue_span(view, cue, cue + 1),
                    anchor=cue,
                    source=source_span(view, source),
                    content=[[*span]],
                    act=entry.frames["quote"],
                    frame="quote",
                    entry=entry.name,
                    rule="inner-quote",
                    neutral=entry.neutral,
                    direct=True,
                    addressee=True,
                )
            )
    return found


def _cue_before(view: View, first: int) -> int | None:
    """The cue right before an inner quotation."""
    index = cue_index()
    for i in range(first - 1, max(-1, first - 3 - REACH), -1):
        entry = index.verbs.get(view.low[i])
        if entry is not None and "quote" in entry.frames and view.verbal(i):
            return i
        if view.word[i] in (".", "!", "?", ";") or view.verbal(i):
            return None
    return None
