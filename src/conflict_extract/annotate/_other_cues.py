"""Rules for cues that are no verbs: nouns, adjectives, phrases such as "according to", headline colons, transcripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conflict_extract.annotate._candidates import Candidate, agent_of, cue_span, source_span, subject_of
from conflict_extract.annotate._content import pieces, words
from conflict_extract.annotate._verb_frames import WH, from_to
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import OtherCue, cue_index

LIGHT = frozenset(
    [
        "make",
        "makes",
        "made",
        "making",
        "issue",
        "issues",
        "issued",
        "issuing",
        "give",
        "gives",
        "gave",
        "given",
        "giving",
        "express",
        "expresses",
        "expressed",
        "expressing",
        "voice",
        "voices",
        "voiced",
        "voicing",
        "raise",
        "raises",
        "raised",
        "raising",
        "repeat",
        "repeats",
        "repeated",
        "repeating",
        "release",
        "releases",
        "released",
        "take",
        "takes",
        "took",
        "taken",
        "send",
        "sends",
        "sent",
        "publish",
        "published",
        "reiterate",
        "reiterated",
        "renew",
        "renewed",
        "serve",
        "serves",
        "served",
    ]
)
VAGUE = frozenset({"unofficial", "unconfirmed", "preliminary", "some", "initial", "early", "other"})
POSSESSIVE = frozenset({"'s", "'"})
SPEAKER = re.compile(
    r"^[ \t]*(?P<name>(?:[A-Z][A-Z.'’-]+(?:[ \t]+[A-Z][A-Z.'’-]*){0,4})|(?:Q|A)|(?:[A-Z][\w.'’-]+(?:[ \t]+[A-Z][\w.'’-]+){0,3}))"
    r"(?:[ \t]*\([^)\n]{1,60}\))?[ \t]*:[ \t]+(?=\S)"
)

PREPOSITIONS = frozenset({"of", "for", "about", "at", "over"})  # of what a noun reports
OCCASION = frozenset({"in", "at", "through", "via", "by", "on"})  # prepositions of where something is said


def other_candidates(view: View) -> list[Candidate]:
    """Attributions by nouns, adjectives and phrases."""
    index = cue_index()
    heads = index.nouns.keys() | index.adjectives.keys() | index.phrases.keys()
    found: list[Candidate] = []
    for i, low in enumerate(view.low):
        if low not in heads or view.masked[i]:
            continue
        noun = index.nouns.get(low)
        if noun is not None and view.pos[i] in ("NOUN", "PROPN"):
            found.extend(_noun(view, i, noun))
            continue
        adjective = index.adjectives.get(low)
        if adjective is not None and (view.pos[i] in ("ADJ", "VERB") or view.child(i, "cop") is not None):
            found.extend(_adjective(view, i, adjective))
        if low in index.phrases:
            for phrase in index.phrases[low]:
                candidate = _phrase(view, i, phrase)
                if candidate is not None:
                    found.append(candidate)
                    break
    return found


def _noun(view: View, i: int, entry: OtherCue) -> Iterator[Candidate]:
    """Noun with a clause, an infinitive or a phrase: the claim that P; source from possessor, of-phrase, or a light verb."""
    if "beyond" in view.low[max(0, i - 3) : i]:
        return  # "beyond reasonable doubt that P"
    source = _owner(view, i)
    clause = next(
        (j for j in view.kids(i, "acl", "ccomp", "acl:relcl", "advcl", "appos", "csubj") if j > i and _that(view, j)), None
    )
    if (
        clause is None
        and i + 1 < view.n
        and view.dep[i + 1] == "acl"
        and view.head[i + 1] == i
        and agent_of(view, i + 1) is not None
    ):
        # "the accusation levelled by the rebels that P": P hung on the participle
        clause = next((j for j in view.kids(i + 1, "ccomp", "advcl") if _that(view, j)), None)
    if clause is None and view.low[i + 1 : i + 2] == ["that"] and view.tag[i + 1] in ("IN", "WDT", "DT"):
        # "the announcement that P" with P hung on the verb above, or tagged as a noun
        clause = next(
            (
                j
                for j in view.children[i] + view.children[view.head[i]]
                if j > i + 1
                and i + 1 <= view.left[j] <= i + 2
                and view.child(j, "nsubj", "nsubj:pass", "cop", "aux", "aux:pass") is not None
            ),
            None,
        )
        if (
            clause is not None
            and view.tag[i + 1] == "WDT"
            and view.head[i + 1] == clause
            and view.base(i + 1) in ("nsubj", "obj")
        ):
            clause = None  # a relative clause: "a claim that Baku called absurd"
        above = view.head[i]
        verbs = clause is not None and view.head[clause] == above and view.low[above] in cue_index().verbs
        if verbs and view.dep[i] == "obl" and view.case_of(i) in OCCASION and view.child(above, "nsubj") is not None:
            return  # "said in a statement that P": the verb's content
    if clause is not None and _judged(view, clause):
        return
    frame, content, nominal = "", [], False
    word = view.low[i + 1] if i + 1 < view.n else ""
    loose = word in ("that", "to", "whether") and view.head[i + 1] == i and view.dep[i + 1] == "mark"
    if loose:  # the words of the clause hang on the noun one by one: all of them are the content
        rest = [j for j in view.subtree(i) if j > i]
        if any(view.verbal(j) or view.pos[j] == "AUX" for j in rest) or word == "to":
            if word == "that" and "that" in entry.frames:
                clause, content = rest[-1], rest
            elif word == "whether" and "wh" in entry.frames:
                frame, content = "wh", rest
            elif word == "to" and "to" in entry.frames and source is not None:
                frame, content = "to", rest
    elif word == "to" and view.tag[i + 1] == "TO" and "to" in entry.frames and source is not None and view.head[i + 1] > i:
        rest = [j for j in view.subtree(i) if j > i]
        if rest and rest[0] == i + 1:
            frame, content = "to", rest
    made = i + 1 < view.n and view.dep[i + 1] == "acl"  # "reports made by the press that P are false"
    if clause is None and not frame and not made and view.child(i, "cop") is None:
        # "X's claim is that P"
        head = view.head[i]
        if view.dep[i] in ("nsubj", "nsubj:outer") and _that(view, head) and head > i and source is not None:
            clause = head
            content = [j for j in view.subtree(head, (i,)) if (j > i and view.dep[j] != "cop") or j > head]
            first = next((k for k in view.children[head] if view.dep[k] == "mark" and view.low[k] == "that"), head)
            content = [j for j in view.subtree(head, (i,)) if j >= first]
    if not frame and clause is not None and "that" in entry.frames:
        frame = "that"
        content = content or [j for j in view.subtree(clause) if j > i]
    elif not frame and "wh" in entry.frames:
        clause = next((j for j in view.kids(i, "acl", "ccomp") if j > i and view.low[view.left[j]] in WH), None)
        if clause is not None:
            frame, content = "wh", view.subtree(clause)
    target = None
    if not frame and "on" in entry.frames and source is not None:
        whom = next((j for j in view.kids(i, "nmod") if j > i and view.case_of(j) == "on"), None)
        if whom is None and _served(view, i):
            whom = next((j for j in view.kids(view.head[i], "obl") if j > i and view.case_of(j) == "on"), None)
        hosts = [i, view.head[i]] + ([whom] if whom is not None else [])
        clause = next((j for h in hosts for j in view.kids(h, "acl", "advcl", "xcomp") if j > i and view.infinitive(j)), None)
        if whom is not None and clause is not None and clause > whom:
            frame, content, target = "on", from_to(view, clause), whom
    if not frame and "to" in entry.frames and source is not None:
        clause = next((j for j in view.kids(i, "acl", "xcomp", "ccomp", "advcl", "nmod") if j > i and view.infinitive(j)), None)
        if clause is not None:
            frame = "to"
            content = from_to(view, clause)
    if not frame and source is not None:
        beside = view.kids(view.head[i], "obl") if view.dep[i] == "obj" and view.low[view.head[i]] in LIGHT else []
        for j in view.kids(i, "nmod", "acl") + [j for j in beside if view.left[j] == i + 1]:
            preposition = view.case_of(j)
            if j > i and preposition in entry.frames and preposition in PREPOSITIONS and j != source:
                if view.pos[j] == "PROPN" and preposition == "of":
                    continue
                if preposition in ("at", "over") and view.low[view.head[i]] not in LIGHT:
                    continue  # "Kabul's anger over the raid" is no saying, "voiced anger over the raid" is
                marker = view.marker(j)
                frame, nominal = preposition, True
                content = [k for k in view.subtree(j) if k != marker]
                break
    if not frame:
        return
    if content and content[0] <= i:
        content = [j for j in content if j > i]
    spans = pieces(view, content, frame == "that")
    if not spans or (source is not None and source in content):
        return
    yield Candidate(
        cue=cue_span(view, i, i + 1),
        anchor=i,
        source=source_span(view, source) if source is not None else None,
        content=spans,
        act=entry.acts.get(frame, entry.act),
        frame=frame,
        entry=entry.form,
        rule=f"nominal-{'clause' if frame == 'that' else frame}",
        neutral=entry.neutral or entry.act == "statement",
        strong=(not entry.weak or _served(view, i)) and (frame == "that" or source is not None),
        nominal=nominal,
        target=target,
    )


def _served(view: View, i: int) -> bool:
    """Whether a noun is what somebody serves: "served notice that"."""
    return view.low[view.head[i]] in ("serve", "serves", "served") and view.dep[i] == "obj"


def _judged(view: View, clause: int) -> bool:
    """Whether a clause says what somebody calls its noun ("a claim that Baku called absurd"), whatever the tag of "that"."""
    entry = cue_index().verbs.get(view.low[clause])
    return (
        entry is not None
        and "pred" in entry.frames
        and view.child(clause, "obj") is None
        and view.child(clause, "xcomp") is not None
    )


def _that(view: View, clause: int) -> bool:
    """Whether a clause has the complementiser "that" (not a relative pronoun)."""
    marker = view.marker(clause)
    return marker is not None and view.low[marker] == "that" and view.dep[marker] == "mark"


def _owner(view: View, i: int) -> int | None:
    """Whose claim it is: possessor, by- or from-phrase of a person or group, subject of a light verb, an actor's name before the noun."""
    for j in view.children[i]:
        if view.dep[j] == "nmod:poss":
            return j
    for j in view.children[i]:
        if view.base(j) == "nmod" and view.case_of(j) in ("by", "from") and view.pos[j] in ("NOUN", "PROPN", "PRON"):
            return j
    for j in view.kids(i, "acl"):
        agent = agent_of(view, j) if j == i + 1 and view.passive(j) else None
        if agent is not None:
            return agent  # "the claim made by Kabul that P"
    head = view.head[i]
    if view.dep[i] in ("obj", "obl") and view.low[head] in LIGHT:
        return subject_of(view, head) if not view.passive(head) else None
    for j in view.kids(i, "compound", "amod"):
        named = view.mention[j]
        if (
            j < i
            and named is not None
            and named.use in ("actor", "modifier")
            and view.start[j] <= named.start
            and named.end <= view.end[i - 1]
        ):
            return j  # "Taliban claims that P"
    return None


def _adjective(view: View, i: int, entry: OtherCue) -> Iterator[Candidate]:
    """Adjective with a clause or an infinitive: is confident that P, is willing to."""
    source = subject_of(view, i)
    if source is None or view.low[source] in ("it", "there", "this", "that", "which"):
        return
    if view.negated(i) and "that" not in entry.frames:
        return
    for j in view.kids(i, "ccomp", "xcomp", "advcl", "acl"):
        if j < i:
            continue
        if "to" in entry.frames and view.infinitive(j):
            spans, frame = pieces(view, from_to(view, j)), "to"
        elif "that" in entry.frames and (_that(view, j) or (view.dep[j] == "ccomp" and view.finite(j))):
            spans, frame = pieces(view, view.subtree(j)), "that"
        else:
            continue
        if spans:
            yield Candidate(
                cue=cue_span(view, i, i + 1),
                anchor=i,
                source=source_span(view, source),
                content=spans,
                act=entry.act,
                frame=frame,
                entry=entry.form,
                rule=f"adjective-{'clause' if frame == 'that' else 'infinitive'}",
                neutral=entry.neutral,
                strong=not entry.weak,
            )
            return


def _phrase(view: View, i: int, entry: OtherCue) -> Candidate | None:
    """A fixed phrase at token `i`: according to X, in X's view."""
    parts = entry.form.split()
    if "possessive" in entry.frames:
        return _possessive_phrase(view, i, entry, parts)
    if view.low[i : i + len(parts)] != parts or i + len(parts) >= view.n:
        return None
    after = i + len(parts)
    head = after
    for _ in range(12):  # climb to the head of the noun phrase that starts behind the phrase
        up = view.head[head]
        if (
            up == head
            or up < after
            or view.base(head) not in ("det", "amod", "compound", "nummod", "nmod", "flat", "punct", "advmod", "case")
            or view.left[up] < i - 1
        ):
            break
        if view.base(head) == "nmod" and head < up and view.dep[head] not in ("nmod:poss", "nmod:desc", "nmod:unmarked", "nmod"):
            break
        head = up
    if view.low[head] in ("a", "an"):  # an article that the parser took for the noun
        nouns = (k for k in range(head + 1, min(head + 8, view.n)) if view.pos[k] in ("NOUN", "PROPN"))
        head = next((k for k in nouns if view.base(k) not in ("compound", "flat", "nmod")), head)
    if view.pos[head] not in ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "X", "DET"):
        return None
    if entry.form == "per" and view.pos[head] != "PROPN":
        return None
    if view.low[head] in ("information", "rumours", "rumors") or (
        view.low[head] in ("reports", "accounts") and view.low[head - 1] in VAGUE
    ):
        return None  # a hedge: nobody is named
    return _phrase_candidate(view, i, after, head, entry)


def _possessive_phrase(view: View, i: int, entry: OtherCue, parts: list[str]) -> Candidate | None:
    """in X's view: the words around a possessor."""
    noun = parts[2:]
    if parts[0] == "by" and i and view.low[i - 1] in ("stand", "stands", "stood", "standing"):
        return None  # "stands by its account"
    for j in range(i + 1, min(i + 12, view.n - len(noun))):
        if view.low[j] in ".,;:":
            return None
        pronoun = view.tag[j] == "PRP$"
        if (view.low[j] in POSSESSIVE or pronoun) and view.low[j + 1 : j + 1 + len(noun)] == noun:
            owner = j if pronoun else view.head[j]
            if not i < owner <= j:
                return None
            return _phrase_candidate(view, i, j + 1 + len(noun), owner, entry, own=(j + 1, j + 1 + len(noun)))
    return None


def _phrase_candidate(
    view: View, first: int, after: int, source: int, entry: OtherCue, own: tuple[int, int] | None = None
) -> Candidate | None:
    """The candidate of a phrase that starts at `first`; its content is the clause that it stands in."""
    top = source if own is None else view.head[source]
    for _ in range(6):
        up = view.head[top]
        if up == top or not (first <= up < after or (view.left[top] >= first and view.base(top) in ("nmod", "fixed", "pobj"))):
            break
        if not first <= up < after:
            break
        top = up
    clause = view.head[top]
    if clause == top:
        return _next_clause(view, first, after, source, entry) if own is None else None
    for _ in range(8):  # from a noun up to its clause
        if view.verbal(clause) or view.child(clause, "cop", "nsubj") is not None or view.head[clause] == clause:
            break
        clause = view.head[clause]
    while (
        view.dep[clause] in ("xcomp", "conj", "aux")
        and view.head[clause] != clause
        and view.child(clause, "nsubj", "nsubj:pass") is None
    ):
        clause = view.head[clause]
    if view.dep[clause] == "advcl" and first > clause and view.head[clause] != clause and view.right[view.head[clause]] >= after:
        clause = view.head[clause]
    skip = [top]
    tokens = [
        k
        for k in view.subtree(clause, tuple(skip + [j for j in view.kids(clause, "parataxis") if j > first and j > source]))
        if not first <= k < after
    ]
    if view.dep[clause] == "acl:relcl":
        noun = view.head[clause]
        marker = view.marker(noun)
        tokens = sorted(set(view.subtree(noun, (clause,))) - {marker} | set(tokens))
        behind = view.right[top]
        tokens = [k for k in tokens if k < first or (k >= behind and view.word[k] != "," and view.inside(k, clause))]
        if clause < first:
            tokens = [k for k in tokens if k < first]
    if first > clause:
        edge = view.right[top]
        comment = next(  # "according to UNHCR, which warned that P", whatever the clause hangs on
            (k for k in tokens if source < k <= edge + 2 and view.low[k] in ("which", "who") and view.word[k - 1] == ","), view.n
        )
        tokens = [k for k in tokens if k < first or (k > source and edge <= k < comment and view.word[k] not in (",", ";"))]
        cut = next((k for k in tokens if k > first and view.word[k - 1] in (";", ".")), None)
        if cut is not None:
            tokens = [k for k in tokens if k < cut]
    spans = pieces(view, tokens)
    if not spans:
        return None
    cue = cue_span(view, first, after) if own is None else cue_span(view, own[0], own[1])
    return Candidate(
        cue=cue,
        anchor=first,
        source=source_span(view, source),
        content=spans,
        act=entry.act,
        frame=entry.frames[0],
        entry=entry.form,
        rule="adverbial-phrase" if own is None else "possessive-phrase",
        neutral=entry.neutral,
        strong=not entry.weak,
    )


def share(view: View, candidates: list[Candidate]) -> None:
    """Give each of two cues in one sentence its own clause: "P, according to X, and Q, Y fear"."""
    beside: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        beside.setdefault(view.sent[candidate.anchor], []).append(candidate)
    for phrase in candidates:
        if phrase.rule != "adverbial-phrase" or phrase.source is None:
            continue
        behind = phrase.source[1]
        for candidate in beside[view.sent[phrase.anchor]][:20]:
            start, end = candidate.content[0][0], candidate.content[-1][1]
            if candidate is phrase or candidate.cue[0] < end or not start <= phrase.cue[0] < end:
                continue
            stop = view.tokens(start, end)[1]
            at = next((i for i in range(behind, stop - 1) if view.low[i : i + 2] in ([",", "and"], [",", "but"])), None)
            if at is None or not any(view.finite(i) for i in range(at + 2, stop) if view.verbal(i) or view.pos[i] == "AUX"):
                continue
            cut = view.start[at]
            candidate.content = pieces(view, list(range(at + 2, stop))) or candidate.content
            phrase.content = [[a, min(b, cut)] for a, b in phrase.content if a < cut] or phrase.content


def _next_clause(view: View, first: int, after: int, source: int, entry: OtherCue) -> Candidate | None:
    """The clause behind a phrase that the parser took for a sentence of its own: "In the view of the jurists, P"."""
    comma = source + 1
    while comma < min(view.n, source + 12) and view.word[comma] != ",":
        comma += 1
    if comma + 2 >= view.n or view.word[comma] != "," or view.paragraph[comma] != view.paragraph[first]:
        return None
    spans = pieces(view, list(range(comma + 1, view.sent_end[comma + 1])))
    if not spans or words(view.text, spans[0][0], spans[-1][1]) < 3:
        return None
    return Candidate(
        cue=cue_span(view, first, after),
        anchor=first,
        source=source_span(view, source),
        content=spans,
        act=entry.act,
        frame=entry.frames[0],
        entry=entry.form,
        rule="adverbial-phrase",
        neutral=entry.neutral,
        strong=not entry.weak,
    )


def _speaks(view: View, i: int) -> bool:
    """Whether a token heads the name of a person or an organisation (a state or place before a colon is a topic)."""
    mention = view.mention[i]
    row = view.actors.get(mention.actor) if mention is not None and mention.use == "actor" else None
    if row is not None:
        return row.type in ("person", "organization", "armed_group", "government_body")
    return view.ent[i] in ("PERSON", "PER", "ORG")


def colon_candidates(view: View) -> list[Candidate]:
    """Speaker and colon: headlines ("Envoy: talks have failed") and transcripts ("GOVERNOR: The bridge stays shut.").

    In a headline the speaker must be an actor's name or a personal noun. A transcript needs two paragraphs that start alike, or a
    speaker in capitals; a turn runs to the end of its paragraph, further paragraphs without a speaker go on.
    """
    turns: list[tuple[int, int, int, int]] = []
    for number, (begin, end) in enumerate(view.paragraph_spans):
        match = SPEAKER.match(view.text[begin : min(end, begin + 120)])
        if match is None:
            continue
        first, last = view.tokens(begin + match.start("name"), begin + match.end("name"))
        hidden = any(view.masked[i] and not view.headline[i] for i in range(first, last))
        if first >= last or hidden:
            continue
        turns.append((number, first, last, begin + match.end()))
    found: list[Candidate] = []
    capital = [turn for turn in turns if view.text[view.start[turn[1]] : view.end[turn[2] - 1]].isupper()]
    people = [turn for turn in turns if _speaks(view, turn[2] - 1)]
    transcript = len(capital) >= 2 or (len(turns) >= 4 and 2 * len(people) >= len(turns))
    for number, first, last, start in turns:
        end = view.paragraph_spans[number][1]
        head = last - 1
        name = view.text[view.start[first] : view.end[last - 1]]
        speaker = _speaks(view, head)
        body = list(range(*view.tokens(start, end)))
        if not transcript and name.isupper() and len(name) > 3 and len(body) >= 4 and speaker:
            pass  # one turn of a transcript
        elif (transcript and not (name.isupper() or speaker)) or (
            not transcript
            and not (
                (view.headline[first] or number == 0)
                and speaker
                and view.ent[head] not in ("GPE", "LOC")
                and any(view.tag[i] in ("VBD", "VBZ", "VBP", "MD") for i in body)
            )
        ):
            continue
        if name in ("Q", "A") and not transcript:
            continue
        spans = pieces(view, body)
        if not spans or words(view.text, *spans[0]) < 3:
            continue
        colon = view.tokens(start - 2, start)[0]
        found.append(
            Candidate(
                cue=[view.text.rfind(":", 0, start), view.text.rfind(":", 0, start) + 1],
                anchor=colon,
                source=(first, last, head),
                content=[[spans[0][0], spans[-1][1]]],
                act="statement",
                frame="colon",
                entry=None,
                rule="transcript" if transcript else "headline-colon",
                neutral=True,
                direct=transcript,
            )
        )
    return found
