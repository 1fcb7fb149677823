"""Direct speech: each quotation finds its cue behind, before or around it, or goes on with the last speaker."""

from __future__ import annotations

from dataclasses import dataclass, field

from conflict_extract.annotate._candidates import Candidate, cue_span, source_of, source_span
from conflict_extract.annotate._content import trim, words
from conflict_extract.annotate._quotes import Quote
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import VerbCue, cue_index

REACH = 45  # tokens between a quotation and its cue
END = (",", "?", "!", "-", "–", "—", "…")


@dataclass(slots=True)
class Speech:
    """A quotation with its cue.

    Attributes:
        quote: the quotation. verb, entry: the cue's token and lexicon entry (None for one that goes on). position: after, before,
            follows (same paragraph, same cue), continued (no cue of its own).
        source: head token of the source.
        of: the speech that it goes on from.
    """

    quote: Quote
    verb: int | None
    entry: VerbCue | None
    position: str
    source: int | None
    of: Speech | None = None
    more: list[Speech] = field(default_factory=list)


def clausal(view: View, quote: Quote) -> bool:
    """Whether a quotation is speech and not a quoted word: it has a finite verb, or ends in ?/! with two words."""
    first, last = view.tokens(quote.start, quote.end)
    count = words(view.text, quote.start, quote.end)
    if count < 2:
        return False
    inner = view.text[quote.start : quote.end].strip()
    if inner[-1:] in ("?", "!") or (inner[-1:] in (".", ",") and count >= 3 and inner[:1].isupper()):
        return True
    finite = any(
        view.tag[i] in ("VBD", "VBZ", "VBP", "MD") or (view.tag[i] == "VB" and i == first)
        for i in range(first, min(last, first + 80))
    )
    return finite and (count >= 4 or inner[:1].isupper())


def speeches(view: View, learned: dict[int, float]) -> list[Speech]:
    """The quotations that are speech, each with its cue, in order.

    Args:
        view: the document.
        learned: tokens that the encoder reads as cues, with their probability.
    """
    found: list[Speech] = []
    last: Speech | None = None
    for quote in view.quotes:
        first, after = view.tokens(quote.open, quote.close)
        if first >= view.n or all(view.masked[i] for i in range(first, max(after, first + 1))):
            continue
        if not quote.double and words(view.text, quote.start, quote.end) < 4 and not _spoken_words(view, quote):
            continue
        speech = _behind(view, quote, first, after, learned) or _before(view, quote, first, learned)
        if not clausal(view, quote):
            same = speech is not None and last is not None and last.verb == speech.verb
            if speech is None or not (same or _alone(view, quote, speech)):
                continue
        if speech is None:
            speech = _goes_on(view, quote, first, last)
        elif last is not None and speech.verb is not None and speech.verb == last.verb and speech.position == "before":
            speech.position, speech.of = "follows", last
        if speech is None:
            continue
        found.append(speech)
        last = speech
    return found


def _spoken_words(view: View, quote: Quote) -> bool:
    """Whether a short quotation in single marks is speech: behind a comma or colon, with a capital and a closing sign."""
    inner = view.text[quote.start : quote.end].strip()
    lead = view.text[: quote.open].rstrip()[-1:] if quote.open < 200 else view.text[quote.open - 20 : quote.open].rstrip()[-1:]
    return lead in (",", ":") and inner[:1].isupper() and inner[-1:] in (".", "!", "?", ",")


def _alone(view: View, quote: Quote, speech: Speech) -> bool:
    """Whether a short quotation is all that its cue reports ("No," he said)."""
    inner = view.text[quote.start : quote.end].strip()
    return (
        speech.position == "after" and inner[-1:] in END and inner[:1].isupper() and words(view.text, quote.start, quote.end) >= 2
    )


def _verb_entry(view: View, i: int, learned: dict[int, float]) -> VerbCue | None:
    """The entry when a token can be the cue of direct speech."""
    if view.masked[i] or not (view.verbal(i) or i in learned):
        return None
    index = cue_index()
    particles = index.particles.get(view.low[i])
    if particles:
        for j in range(i + 1, min(i + 3, view.n)):
            entry = particles.get(view.low[j])
            if entry is not None and "quote" in entry.frames:
                return entry
    entry = index.verbs.get(view.low[i])
    if entry is not None and (
        ("quote" in entry.frames and ("quote" not in entry.weak or i in learned)) or (i in learned and "that" in entry.frames)
    ):
        return entry
    return None


def _behind(view: View, quote: Quote, first: int, after: int, learned: dict[int, float]) -> Speech | None:
    """The cue behind a quotation: "…," she said / said the mayor."""
    inner = view.text[quote.start : quote.end].rstrip()
    ends = inner[-1:]
    tail = view.text[quote.close : quote.close + 2]
    if not quote.closed or after >= view.n or view.paragraph[after] != quote.paragraph:
        return None
    bridge = ends in END or tail[:1] in (",", "-", "–", "—") or (ends not in (".",) and tail[:1] == " ")
    if not bridge and not (view.word[after][:1].islower() and view.pos[after] in ("PRON", "VERB")):
        return None
    if view.low[after] in ("and", "but") and view.head[after] > after and view.head[view.head[after]] < first:
        return None  # 'called it "a crime" and urged': the quotation belongs to the first verb
    limit = min(view.n, after + REACH)
    for i in range(after, limit):
        if view.quote[i] >= 0 or (view.paragraph[i] != quote.paragraph and view.paragraph[i] >= 0):
            return None
        if view.word[i] in (".", ";", ":") and i > after and (view.word[i] != "." or view.sent_end[i] == i + 1):
            return None
        entry = _verb_entry(view, i, learned)
        if entry is None:
            continue
        if view.infinitive(i) or (view.dep[i] in ("acl:relcl",) and i > after + 3):
            continue
        if view.tag[i] == "VBG" and any(
            j > i and (view.dep[j] == "obj" or (view.dep[j] == "ccomp" and view.case_of(j) == "that")) for j in view.children[i]
        ):
            continue  # "…", repeating an old line; "…", adding that P
        source = source_of(view, i)
        if source is not None and after <= source < limit and view.quote[source] < 0:
            if source > i or _clear(view, after, i, source):
                return Speech(quote, i, entry, "after", source)
            continue
        if i <= after + 2:
            noun = _noun_after(view, i, limit)
            if noun is not None:
                return Speech(quote, i, entry, "after", noun)
        between = _noun_between(view, after, i) if ends in END else None
        if between is not None:
            return Speech(quote, i, entry, "after", between)
        before = source is not None and source < first and ends in END
        if before and source is not None and view.sent[source] == view.sent[i] and i <= after + 2:
            # "X, when the siren went, "…," said": the subject stands before the quotation
            return Speech(quote, i, entry, "after", source)
    return None


def _clear(view: View, after: int, verb: int, source: int) -> bool:
    """Whether the words between a quotation and its cue are only the source with what belongs to it, adverbs and auxiliaries."""
    for i in range(after, verb):
        if (
            view.inside(i, source)
            or view.head[i] == verb
            or view.word[i] in (",", "-", "–", "—", "(", ")", "and", "but", "as", "when")
        ):
            continue
        if i < source and view.verbal(i) and view.finite(i):
            return False
    return True


def _noun_between(view: View, after: int, verb: int) -> int | None:
    """The noun phrase that is all that stands between a quotation and a verb, whatever the parser says."""
    if not 0 < verb - after <= 8 or any(view.verbal(i) or view.word[i] in (",", ";", ":") for i in range(after, verb)):
        return None
    return next((i for i in range(verb - 1, after - 1, -1) if view.pos[i] in ("NOUN", "PROPN", "PRON")), None)


def _noun_after(view: View, verb: int, limit: int) -> int | None:
    """The noun phrase right behind a verb, whatever the parser says."""
    for i in range(verb + 1, min(limit, verb + 8)):
        if view.pos[i] in ("NOUN", "PROPN", "PRON"):
            head = i
            while (
                view.head[head] > head
                and view.head[head] < limit
                and view.base(head) in ("compound", "flat", "amod", "nmod", "det")
            ):
                head = view.head[head]
            return head if view.tag[head] != "WP" else None
        if view.pos[i] not in ("DET", "ADJ", "NUM", "ADV", "PUNCT") or view.word[i] in (",", "."):
            return None
    return None


def _before(view: View, quote: Quote, first: int, learned: dict[int, float]) -> Speech | None:
    """The cue before a quotation: she said, "…" / said: / told X that "…" when nothing else stands between."""
    opener = next((i for i in range(first, min(first + 3, view.n)) if view.word[i][:1].isalpha()), first)
    if view.word[opener].islower() and view.tag[opener] in ("VBZ", "VBD", "VBP", "MD"):
        return None  # 'said the law "is not up for discussion"': the subject stands before the quotation
    i = first - 1
    while i >= 0 and (view.word[i].isspace() or view.pos[i] == "SPACE"):
        i -= 1
    if i < 0:
        return None
    sign = view.word[i]
    same = view.paragraph[i] == quote.paragraph
    if not same and not (sign == ":" and view.paragraph[i] == quote.paragraph - 1):
        return None
    if sign not in (",", ":") and not (view.verbal(i) and same):
        return None
    begin = max(0, i - REACH)
    for j in range(i, begin - 1, -1):
        if view.quote[j] >= 0 or (view.word[j] in (".", "!", "?", ";") and j < i):
            return None
        entry = _verb_entry(view, j, learned)
        if entry is None or view.infinitive(j):
            if view.verbal(j) and view.finite(j) and sign != ":" and not view.dep[j].startswith("acl"):
                return None
            continue
        source = source_of(view, j)
        if source is None and not view.passive(j):
            continue
        if sign == "," and i - j > 14:
            return None
        return Speech(quote, j, entry, "before", source)
    return None


def _goes_on(view: View, quote: Quote, first: int, last: Speech | None) -> Speech | None:
    """A quotation without a cue of its own: the last speaker of this or the previous paragraph goes on."""
    if last is None:
        return None
    before = last.quote
    if before.paragraph == quote.paragraph:
        gap = view.text[before.close : quote.open]
        if (
            last.verb is not None
            and last.position in ("after", "follows")
            and gap.strip()[-1:] in (".", ",", "-", "–", "—", ";", ":", "!", "?")
        ):
            stops = sum(gap.count(sign) for sign in (". ", "! ", "? "))
            if stops <= 1 and len(gap) < 400:
                return Speech(quote, last.verb, last.entry, "follows", last.source, last)
        if gap.strip() in ("", ",", "and", "…", "...", "-", "–", "—") and len(gap) < 40:
            return Speech(quote, last.verb, last.entry, "follows", last.source, last)
        if gap.strip()[-1:] in (".", "!", "?", ":") and len(gap) < 600 and clausal(view, quote):
            return Speech(quote, None, last.entry, "continued", last.source, last)
        return None
    begin, _end = view.paragraph_spans[quote.paragraph]
    starts = not any(char.isalnum() for char in view.text[begin : quote.open])
    if before.paragraph == quote.paragraph - 1 and starts and clausal(view, quote):
        previous_end = view.paragraph_spans[before.paragraph][1]
        if not before.closed or previous_end - before.close < 250:
            return Speech(quote, None, last.entry, "continued", last.source, last)
    return None


def direct_candidates(view: View, found: list[Speech]) -> list[Candidate]:
    """Candidates of direct speech: the pieces of one cue in one paragraph together, continued quotations on their own."""
    made: dict[int, Candidate] = {}
    out: list[Candidate] = []
    for _number, speech in enumerate(found):
        span = trim(view.text, speech.quote.start, speech.quote.end)
        if span is None:
            continue
        if speech.position == "follows" and speech.of is not None and id(speech.of) in made:
            held = made[id(speech.of)]
            held.content.append([*span])
            made[id(speech)] = held
            continue
        root = speech
        while root.position in ("continued", "follows") and root.of is not None:
            root = root.of
        verb = root.verb
        if verb is None:
            continue
        entry = root.entry
        last = verb + 1
        if entry is not None and entry.particle and view.low[verb + 1 : verb + 2] == [entry.particle]:
            last = verb + 2
        source = source_span(view, root.source) if root.source is not None else None
        if speech.position == "before" and root.source is None and not view.passive(verb):
            continue
        candidate = Candidate(
            cue=cue_span(view, verb, last),
            anchor=verb,
            source=source,
            content=[[*span]],
            act=entry.frames.get("quote", entry.act) if entry is not None else "statement",
            frame="quote",
            entry=entry.name if entry is not None else None,
            rule={"after": "quote-then-cue", "before": "cue-then-quote", "continued": "continued-quote"}.get(
                speech.position, "quote"
            ),
            neutral=entry is None or entry.neutral,
            direct=True,
            addressee=True,
            continues=made.get(id(speech.of)) if speech.position == "continued" and speech.of is not None else None,
        )
        candidate.target = next((j for j in view.children[verb] if view.dep[j] in ("obj", "iobj") and view.quote[j] < 0), None)
        if (
            candidate.target is None and verb + 1 < view.n and view.low[verb + 1] in ("to", "at")
        ):  # "wrote to X: …", "shouted at X"
            whom = view.head[verb + 1]
            if whom > verb and view.quote[whom] < 0 and any(view.mention[k] for k in view.subtree(whom)):
                candidate.target = whom
        if speech.position == "continued" and candidate.continues is None:
            continue
        made[id(speech)] = candidate
        out.append(candidate)
        if entry is not None and "saying" in entry.frames and speech.position == "after":
            inner = _as_saying(view, candidate)
            if inner is not None:
                out.append(inner)
    return out


def unclaimed_quotations(view: View, candidates: list[Candidate]) -> list[Candidate]:
    """A paragraph that is one quotation without a cue, behind a paragraph whose last saying was reported in other words."""
    said: dict[int, Candidate] = {}
    spoken: set[int] = set()
    for candidate in candidates:
        if view.quote[candidate.anchor] < 0:  # not those whose cue stands in the quotation itself
            spoken.update(view.quote[i] for start, end in candidate.content for i in range(*view.tokens(start, end)))
        number = view.paragraph[candidate.anchor]
        held = said.get(number)
        plain = (
            candidate.neutral and candidate.source is not None and not candidate.nominal and candidate.frame in ("that", "quote")
        )
        if plain and (held is None or held.anchor < candidate.anchor):
            said[number] = candidate
    found: list[Candidate] = []
    for index, quote in enumerate(view.quotes):
        first = view.tokens(quote.open, quote.close)[0]
        before = said.get(quote.paragraph - 1)
        if before is None or first >= view.n or view.masked[first] or not clausal(view, quote):
            continue
        if index in spoken:
            continue
        begin, end = view.paragraph_spans[quote.paragraph]
        if any(char.isalnum() for char in view.text[begin : quote.open] + view.text[quote.close : end]):
            continue
        span = trim(view.text, quote.start, quote.end)
        if span is not None:
            found.append(
                Candidate(
                    cue=[*before.cue],
                    anchor=before.anchor,
                    source=before.source,
                    content=[[*span]],
                    act="statement",
                    frame="quote",
                    entry=before.entry,
                    rule="continued-quote",
                    neutral=True,
                    direct=True,
                    continues=before,
                )
            )
    return found


def _as_saying(view: View, outer: Candidate) -> Candidate | None:
    """The inner claim of "…," the agency quoted X as saying; the outer one gets "X as saying" as a second piece."""
    verb = outer.anchor
    at = next((i for i in range(verb + 1, min(verb + 25, view.n - 1)) if view.low[i : i + 2] == ["as", "saying"]), None)
    if at is None:
        return None
    head = next(
        (i for i in range(at - 1, verb, -1) if view.pos[i] in ("NOUN", "PROPN", "PRON") and not verb < view.head[i] < at), None
    )
    spoken = [[*span] for span in outer.content]
    if head is None:
        return None
    source = source_span(view, head)
    span = trim(view.text, view.start[verb + 1], view.end[at + 1])
    if span is not None:
        outer.content.append([*span])
    outer.frame, outer.direct, outer.rule = "saying", False, "quoted-as-saying"
    return Candidate(
        cue=cue_span(view, at + 1, at + 2),
        anchor=at + 1,
        source=source,
        content=spoken,
        act="statement",
        frame="quote",
        entry="say",
        rule="quoted-as-saying",
        neutral=True,
        direct=True,
        parent=outer,
    )
