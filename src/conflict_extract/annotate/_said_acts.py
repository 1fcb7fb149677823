"""The act of a saying: the cue's own, or for neutral cues what the wording says."""

from __future__ import annotations

import re

from conflict_extract.annotate._candidates import Candidate
from conflict_extract.annotate._content import trim
from conflict_extract.annotate._said_join import head_of
from conflict_extract.annotate._spoken_to import about_other, imperative, speaks_for_party, vows_to_kill, warned_of_reprisals
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.assembly import words
from conflict_extract.lexicons.cues import cue_index
from conflict_extract.lexicons.wordings import wordings

_SENTENCE = re.compile(r"(?<=[.!?…])[\"”'’]*\s+(?=[\"“'‘A-Z\[])")
_CALLING = re.compile(r",? and (?=(?:we |i )?(?:repeat|call (?:on|upon)|urge|demand|appeal|ask)\b)", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Capt|Sgt|Maj|St|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|vs|Rep|Sen|Gov|Prof|Rev|Fr)|\b[A-Z])\.$"
)
_OWN = frozenset({"it", "he", "she", "they", "we", "i"})
SUBJUNCTIVE = frozenset({"suggest", "insist", "ask", "request", "recommend", "propose", "suggestion", "insistence"})
NEUTRAL_WARN = frozenset({"warn", "caution"})
NAMING = frozenset({"call", "describe", "dub", "label", "brand"})


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the sentences of a stretch of text, by their punctuation."""
    out: list[tuple[int, int]] = []
    begin = start
    for match in _SENTENCE.finditer(text, start, end):
        if _ABBREVIATION.search(text[max(start, match.start() - 6) : match.start()]):
            continue
        out.append((begin, match.start()))
        begin = match.end()
    out.append((begin, end))
    parts: list[tuple[int, int]] = []
    for first, last in out:  # "we fear …, and repeat our call on …" does two things
        call = _CALLING.search(text, first, last)
        if call is not None and call.start() - first > 25 and last - call.end() > 25:
            parts += [(first, call.start()), (call.end(), last)]
        else:
            parts.append((first, last))
    return parts


def wording_act(piece: str, *, direct: bool, own: bool, party: bool = False) -> tuple[str, str] | None:
    """The act and the name of the first wording found in a piece of content, or None."""
    flat = piece.replace("’", "'").lower()  # patterns that ignore case take twice the time
    for row, pattern in wordings():
        if (
            (row.condition == "direct" and not direct)
            or (row.condition == "own" and not own)
            or (row.condition == "other" and own)
            or (row.condition == "party" and not party)
        ):
            continue
        if pattern.search(flat):
            return row.act, row.name
    return None


def own_subject(view: View, candidate: Candidate) -> bool:
    """Whether the content's first subject is the speaker: a pronoun, or the same name; metonyms of one actor count."""
    if candidate.source is None:
        return False
    first, last = view.tokens(candidate.content[0][0], candidate.content[0][1])
    mention = view.mention[candidate.source[2]]
    actors = set()
    if mention is not None:
        actors.add(mention.actor)
        row = view.actors.get(mention.actor)
        affiliation = mention.affiliation or (row.affiliation if row is not None else None)
        if affiliation:
            actors.add(affiliation)
    for i in range(first, min(last, first + 14)):
        if view.dep[i].startswith("nsubj"):
            if view.low[i] in _OWN:
                if candidate.direct and view.low[i] not in ("we", "i"):
                    return False
                return not about_other(view, candidate, i)
            other = view.mention[i]
            if other is not None and other.actor in actors and other.use == "actor":
                return True
            return view.low[i] == view.low[candidate.source[2]]
    return False


def _conditional_threat(view: View, candidate: Candidate, text: str) -> bool:
    """Whether a state, an army or an armed group warns what will happen on a condition."""
    if _IF_THEY.search(text):
        return True  # "if they expand, we expand", not "if they stop, we starve"
    if candidate.source is None or not _FUTURE.search(text):
        return False
    if not _CONDITION.search(text):  # an army warns another side, not the residents
        if candidate.target is None:
            return _type_of(view, candidate.source[2]) == "armed_group" and _HARM.search(text) is not None
        harm = speaks_for_party(view, candidate) and _HARM.search(text) is not None
        return _armed(view, candidate.target) and (harm or _armed(view, candidate.source[2]))
    return _armed(view, candidate.source[2]) or _type_behind(view, candidate.source[2]) == "armed_group"


def _type_of(view: View, head: int) -> str | None:
    mention = view.mention[head]
    row = view.actors.get(mention.actor) if mention is not None else None
    return None if row is None else row.type


def _type_behind(view: View, head: int) -> str | None:
    """The type of whom somebody speaks for."""
    mention = view.mention[head]
    row = view.actors.get(mention.actor) if mention is not None else None
    behind = None if mention is None or row is None else view.actors.get(mention.affiliation or row.affiliation or "")
    return None if behind is None else behind.type


def _armed(view: View, head: int) -> bool:
    """Whether a mention is of a state, an army or an armed group, or of somebody who speaks for one."""
    mention = view.mention[head]
    row = view.actors.get(mention.actor) if mention is not None else None
    return row is not None and (row.type in ("state", "armed_group") or row.source_type in ("military", "armed_group"))


def _subjunctive(view: View, candidate: Candidate) -> bool:
    """Whether the content's first clause is a subjunctive: "that the vote be delayed"."""
    for i in range(*view.tokens(*candidate.content[0])):
        if view.dep[i].startswith("nsubj"):
            head = view.head[i]
            tags = [view.tag[j] for j in view.children[head] if view.base(j) in ("aux", "cop")] or [view.tag[head]]
            words = [view.low[j] for j in view.children[head] if view.base(j) in ("aux", "cop", "mark")]
            bare = tags[0] == "VB" or (tags[0] == "VBP" and view.tag[i] in ("NN", "NNP"))  # "that Eritrea pull out"
            return bare and "to" not in words
    return False


def settle_act(view: View, candidate: Candidate) -> None:
    """Write the act of a candidate, with the wording as evidence."""
    if candidate.continues is not None and candidate.continues.act == "threat" and candidate.direct:
        first = view.text[candidate.start : candidate.start + 12].lower()
        if first.startswith(("and ", "but ", "that ", "then ")) and " will " in view.text[candidate.start : candidate.end]:
            candidate.act = "threat"
            candidate.evidence.append("wording:goes-on")
            return
    if candidate.nominal and candidate.entry in words("repeat"):
        for start, end in candidate.content:
            for i in range(*view.tokens(start, end)):
                noun = cue_index().nouns.get(view.low[i])
                if noun is not None:
                    candidate.act = noun.act
                    return
    entry = candidate.entry
    if candidate.frame == "that" and entry in SUBJUNCTIVE and _subjunctive(view, candidate):
        candidate.act = "demand"
        candidate.evidence.append("wording:subjunctive")
        return
    if entry in words("vowing") and vows_to_kill(view, candidate):
        candidate.act = "threat"
        candidate.evidence.append("wording:vows-to-kill")
        return
    if candidate.nominal and (entry in words("mocking") or entry in words("vowing")):
        top = head_of(view, *candidate.content[0])
        if top is not None and entry in words("mocking") and view.low[top] in words("saying"):
            candidate.act = "denial"
            candidate.evidence.append("wording:mocked")
            return
        if top is not None and entry in words("vowing") and view.low[top].removesuffix("s") in words("revenge"):
            candidate.act = "threat"
            candidate.evidence.append("wording:revenge")
            return
    text = " ".join(view.text[start:end] for start, end in candidate.content)
    if candidate.direct and view.text[candidate.end : candidate.end + 1] == "?":
        text += "?"
    if entry in NAMING and candidate.act in ("opinion", "statement") and candidate.frame != "quote":
        if _REFUTING.search(text) or (_SAYING.match(text) and _BLAMING.search(text)):
            candidate.act = "denial"
            candidate.evidence.append("wording:refuting")
            return
        if _BLAMING.search(text):
            candidate.act = "accusation"
            candidate.evidence.append("wording:blaming")
            return
    if entry in ("assure", "reassure") and _NOBODY.match(text):
        candidate.act = "denial"
        candidate.evidence.append("wording:nobody-was")
        return
    if entry == "want" and text.startswith("to know"):
        candidate.act = "question"
        candidate.evidence.append("wording:wants-to-know")
        return
    if entry in NEUTRAL_WARN and candidate.nominal and warned_of_reprisals(view, candidate, _armed):
        candidate.act = "threat"
        candidate.evidence.append("wording:reprisals")
        return
    if not (candidate.neutral or entry in NEUTRAL_WARN):
        return
    if entry in NEUTRAL_WARN and candidate.act != "statement":
        return
    if entry in NEUTRAL_WARN and _conditional_threat(view, candidate, text):
        candidate.act = "threat"
        candidate.evidence.append("wording:conditional-warning")
        return
    found = wording_act(text, direct=candidate.direct, own=own_subject(view, candidate), party=speaks_for_party(view, candidate))
    if found is None and candidate.direct and imperative(view, candidate):
        found = "demand", "imperative"
    if found is None:
        return
    act, name = found
    if entry in NEUTRAL_WARN and act not in ("threat", "demand"):
        return
    candidate.act = act
    candidate.evidence.append(f"wording:{name}")


_NOBODY = re.compile(
    r"(?:no one|nobody|none|not one|not a single|no \w+)\b[^.;]{0,40}\b(?:was|were|has|have|had)\b", re.IGNORECASE
)
_SAYING = re.compile(
    r"(?:the|this|that|these|those|such|his|her|its|their)? ?(?:accusations?|allegations?|charges?|claims?)\b", re.IGNORECASE
)
_REFUTING = re.compile(
    r"\b(?:claims?|figures?|numbers?|tolls?|videos?|footage|pictures?|images?|photo(?:graph)?s?|articles?|findings?|statements?|reports?|"
    r"accusations?|allegations?|charges?|suggestions?|insinuations?|assertions?|complaints?|idea|notion|testimony|version|account|story|"
    r"stories|it|this|that)\b.{0,30}\b(?:inventions?|invented|fictions?|fables?|fabricat\w+|nonsense|nonsensical|lies?|false|baseless|absurd|"
    r"ridiculous|groundless|untrue|fantas\w+|propaganda|disinformation|rumou?rs?|slander\w*|myths?|(?:fairy|bedtime) (?:tales?|stories)|"
    r"hoax|fakes?|libel\w*|scurrilous|preposterous|laughable|ludicrous|far-fetched|concocted|made[- ]up|trumped[- ]up|coached|"
    r"rehearsed|staged|wildly exaggerated|hearsay|malicious)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\b(?:if|unless|any|anyone|anybody|whoever|whatever|should|until)\b", re.IGNORECASE)
_HARM = re.compile(
    r"\b(?:fire|strikes?|answer(?:ed)?|pay|respon(?:d|se)|retaliat\w+|consequences?|war|attack\w*|regret|burn|destroy\w*|suffer|die|"
    r"be killed|bleed)\b",
    re.IGNORECASE,
)
_IF_THEY = re.compile(r"\bif (?:they|you) (\w+)\b[^.;]{0,40}, (?:then )?we \1\b", re.IGNORECASE)
_FUTURE = re.compile(r"\b(?:will|would|shall)\b", re.IGNORECASE)
_BLAMING = re.compile(
    r"\b(?:unprovoked|provocation|provocative|illegal|unlawful|criminal|crimes?|terror\w*|aggress\w*|barbaric|massacre|genocid\w*|traitors?|"
    r"occupiers?|murder\w*|war criminals?|treacher\w*|betray\w*|a lie|lies|liars?|saboteurs?|bandits?|cowardly|"
    r"blackmail|piracy|sabotage|acts? of war|attempts? to (?:intimidate|destabili[sz]e|provoke|divide|silence|starve|terrori[sz]e|drive|erase))\b",
    re.IGNORECASE,
)


def split_by_act(view: View, candidate: Candidate) -> list[Candidate]:
    """A direct quotation whose sentences do different things becomes one candidate a run of sentences of the same act."""
    if not candidate.direct or not candidate.neutral or candidate.size() > 20_000:
        return [candidate]
    runs: list[tuple[str, str, list[list[int]]]] = []
    for start, end in candidate.content:
        for first, last in sentences(view.text, start, end):
            piece = view.text[first:last] + ("?" if view.text[last : last + 1] == "?" else "")
            act, name = wording_act(piece, direct=True, own=False) or ("statement", "")
            if runs and (runs[-1][0] == act or len(piece) < 25 or _carries(runs[-1][0], act, piece)):
                spans = runs[-1][2]
                if spans[-1][1] >= first - 3 and start <= spans[-1][0]:
                    spans[-1][1] = last
                else:
                    spans.append([first, last])
            else:
                runs.append((act, name, [[first, last]]))
    if len(runs) < 2:
        return [candidate]
    out: list[Candidate] = []
    for act, name, spans in runs:
        trimmed = [[*span] for span in (trim(view.text, first, last) for first, last in spans) if span is not None]
        if not trimmed:
            continue
        out.append(
            Candidate(
                cue=candidate.cue,
                anchor=candidate.anchor,
                source=candidate.source,
                content=trimmed,
                act=act,
                frame=candidate.frame,
                entry=candidate.entry,
                rule=candidate.rule if not out else "same-quote",
                target=candidate.target,
                neutral=False,
                direct=True,
                addressee=candidate.addressee,
                continues=candidate.continues if not out else out[-1],
                score=candidate.score,
                evidence=[f"wording:{name}"] if name else [],
            )
        )
    return out or [candidate]


def _carries(previous: str, act: str, piece: str) -> bool:
    """Whether a sentence without an act of its own goes on with the one before."""
    if act != "statement":
        return False
    if previous == "threat":
        return re.match(r"^(?:and|but|then|that|this|so)\b", piece, re.IGNORECASE) is not None
    return previous == "denial"
