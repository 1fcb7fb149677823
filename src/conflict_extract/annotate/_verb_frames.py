"""Rules over the tree for verbs: one function a complement pattern, named as in the lexicon's frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

from conflict_extract.annotate._candidates import (
    Candidate,
    agent_of,
    cue_span,
    left_noun,
    source_of,
    source_span,
    subject_of,
)
from conflict_extract.annotate._content import pieces
from conflict_extract.annotate._figure_frames import corrected, numbered, plea, second_figure, sum_asked
from conflict_extract.annotate._view import RELATIVES, View
from conflict_extract.lexicons.assembly import anaphors
from conflict_extract.lexicons.cues import VerbCue, cue_index
from conflict_extract.lexicons.times import names_of

SPEECH_TIMES = names_of("weekday") | frozenset(
    [
        "today",
        "yesterday",
        "tomorrow",
        "tonight",
        "week",
        "month",
        "year",
        "morning",
        "evening",
        "afternoon",
        "night",
        "statement",
        "interview",
        "report",
        "conference",
        "briefing",
        "letter",
        "speech",
        "tweet",
        "post",
        "message",
        "telephone",
        "phone",
        "television",
        "radio",
        "twitter",
        "telegram",
        "facebook",
        "reporters",
        "journalists",
    ]
)
WH = frozenset(["whether", "if", "who", "whom", "whose", "what", "which", "when", "where", "why", "how"])
OBJECTS = ("obj", "iobj")
DATES = names_of("month") | names_of("weekday")
WORDING = frozenset({"phrase", "line", "word", "words", "expression", "term", "sentence", "slogan"})
TERMS = frozenset({"minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months"})
DETERMINERS = frozenset({"the", "a", "an", "his", "her", "its", "their"})


def verb_candidates(view: View, verb: int, entry: VerbCue, cue_end: int) -> list[Candidate]:
    """All attributions of one verb; the first pattern that fits wins, except that a verb may take a noun phrase and a clause."""
    maker = _Maker(view, verb, entry, cue_end)
    for rule in _rules(tuple(entry.frames)):
        found = list(rule(maker))
        if found:
            return found
    return []


Rule: TypeAlias = Callable[["_Maker"], Iterator[Candidate]]


@cache
def _rules(frames: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules that read one of the frames, in their order; clauses are always looked for."""
    kinds = {"clause", "sum", *map(_kind, frames)}
    return tuple(rule for name, rule in RULES if name in kinds)


def _kind(frame: str) -> str:
    """The rule that reads a frame."""
    head, _, rest = frame.partition(":")
    if not rest:
        return {"obj_that": "clause", "obj_wh": "clause", "that": "clause", "wh": "clause"}.get(head, head)
    return head + "+" if "+" in rest else head


def _sided(view: View, target: int | None) -> bool:
    """Whether the target is a side, so that a weak verb is a cue: "pressed Bogotá to resume the talks", "put the fire down to Chad"."""
    mention = view.mention[target] if target is not None else None
    row = view.actors.get(mention.actor) if mention is not None and mention.use == "actor" else None
    return row is not None and row.type in ("state", "armed_group", "organization", "government_body")


class _Maker:
    """What every rule needs to know about one verb."""

    def __init__(self, view: View, verb: int, entry: VerbCue, cue_end: int) -> None:
        self.view, self.verb, self.entry = view, verb, entry
        self.cue = cue_span(view, verb, cue_end)
        self.last = cue_end
        self.passive = view.passive(verb) or (  # "stands accused of"
            view.tag[verb] == "VBN" and view.dep[verb] == "xcomp" and view.low[view.head[verb]] in ("stand", "stands", "stood")
        )
        self.source = source_of(view, verb)
        self.object = next((j for j in view.children[verb] if view.dep[j] in OBJECTS and j > verb), None)
        if self.object is None:
            self.object = next((j for j in view.children[verb] if view.dep[j] in OBJECTS), None)
        if self.object is None and entry.particle:  # "played down the loss": the particle read as a preposition
            self.object = next(
                (j for j in view.children[verb] if view.dep[j] == "obl" and view.case_of(j) == entry.particle), None
            )
        self.subject = subject_of(view, verb) if self.passive else None
        self.word = next((j for j in view.children[verb] if view.low[j] == entry.particle), None) if entry.particle else None

    def make(
        self,
        frame: str,
        content: list[int],
        rule: str,
        target: int | None = None,
        *,
        nominal: bool = False,
        cue_last: int | None = None,
        that: bool = True,
        source: int | None = None,
    ) -> Iterator[Candidate]:
        """One candidate when its content has words."""
        view, entry = self.view, self.entry
        head = self.source if source is None else source
        if head is not None and head in content and not self.passive:
            first = source_span(view, head)[0]
            content = [i for i in content if i < first] if first < self.verb else []
        content = self._within(self._antecedent(content), nominal=nominal)
        bare = frame.startswith("p:") and all(view.low[i] in DATES or view.tag[i] == "CD" for i in content)
        if not content or (bare and (frame != "p:of" or view.dep[self.verb].startswith("acl"))):
            return  # "the hotline agreed on 20 October"
        content = self._whole(content, asked=frame in ("wh", "obj_wh"))
        spans = pieces(view, _without_comment(view, content), that)
        if not spans or view.low[content[0]] == "anonymity":
            return
        cue = self.cue if cue_last is None else cue_span(view, self.verb, cue_last)
        yield Candidate(
            cue=cue,
            anchor=self.verb,
            source=source_span(view, head) if head is not None else None,
            content=spans,
            act=entry.frames.get(frame, entry.act),
            frame=frame,
            entry=entry.name,
            rule=rule,
            target=target,
            neutral=entry.neutral and entry.frames.get(frame, entry.act) == "statement",
            strong=frame in entry.frames and (frame not in entry.weak or self._trusted(frame, head, target)),
            nominal=nominal,
            addressee=frame in ("that", "quote", "obj_that", "obj_wh") or (entry.addressee and frame != "obj_to"),
        )

    def _trusted(self, frame: str, head: int | None, target: int | None) -> bool:
        """Whether the speaker or the target makes up for a weak frame."""
        if self.entry.lemma == "protest":
            return _body(self.view, head)
        return frame[:6] in ("obj_to", "p_obj:") and _sided(self.view, target)

    def _antecedent(self, content: list[int]) -> list[int]:
        """The content with the antecedent in place of "that" or "whom": "an attack that both blamed on the rebels"."""
        view, verb = self.view, self.verb
        if not view.dep[verb].startswith("acl"):
            return content
        pronoun = next((i for i in content if i < verb and view.low[i] in ("that", "whom") and view.base(i) == "obj"), None)
        if pronoun is None:
            return content
        if view.low[view.head[verb]] in WORDING:
            return []  # "a phrase that he repeated twice"
        noun = [i for i in view.subtree(view.head[verb], (verb,)) if i < pronoun and view.word[i] != ","]
        return sorted({i for i in content if not view.inside(i, pronoun)} | set(noun))

    def _within(self, content: list[int], *, nominal: bool) -> list[int]:
        """A noun phrase's content without what stands behind a semicolon outside of quotation marks."""
        view = self.view
        stop = next((i for i in content if nominal and i > self.verb and view.word[i] == ";" and view.quote[i] < 0), None)
        return content if stop is None else [i for i in content if i < stop]

    def _whole(self, content: list[int], *, asked: bool) -> list[int]:
        """The content with the determiners and the question word that the parser hung elsewhere."""
        view, held = self.view, set(content)
        stray = [
            i - 1
            for i in content
            if i - 1 >= self.last
            and i - 1 not in held
            and (
                (view.low[i - 1] in DETERMINERS and view.tag[i - 1] in ("DT", "PRP$"))
                or (asked and i == content[0] and view.low[i - 1] in ("why", "how"))
            )
        ]
        return sorted(held | set(stray)) if stray else content

    def obliques(self, preposition: str) -> list[int]:
        """Phrases and gerunds of the verb (or of its object or subject) with a preposition."""
        view = self.view
        hosts = [self.verb] + [j for j in (self.object, self.subject, self.word) if j is not None and view.head[j] == self.verb]
        found = []
        for host in hosts:
            for j in view.children[host]:
                phrase = view.base(j) in ("obl", "nmod", "advcl", "acl", "xcomp", "ccomp", "obj") and j > self.verb
                if phrase and view.case_of(j) == preposition:
                    found.append(j)
        return sorted(found)

    def below(self, top: int, without: tuple[int, ...] = ()) -> list[int]:
        """The tokens of a phrase without its first preposition or marker."""
        view = self.view
        tokens = view.subtree(top, without)
        marker = view.marker(top)
        if marker is not None:
            drop = set(view.subtree(marker))
            tokens = [i for i in tokens if i not in drop]
        return tokens


def _body(view: View, i: int | None) -> bool:
    """Whether a speaker is a state or a body, not a crowd: "Manila protested the ramming of a boat"."""
    mention = view.mention[i] if i is not None else None
    row = view.actors.get(mention.actor) if mention is not None and mention.use == "actor" else None
    return row is not None and row.type in ("state", "government_body", "organization", "person")


def _clause_tokens(view: View, clause: int, verb: int) -> list[int]:
    """A clause's tokens on its side of the cue: what stands beyond the cue's own words is not part of it."""
    tokens = view.subtree(clause)
    if clause > verb:
        before = [i for i in tokens if i < verb and view.word[i][0].isalnum()]
        found = view.kids(clause, "nsubj", "nsubj:pass")
        subject = next((j for j in found if j > verb), next(iter(found), None))
        if subject is not None and before and subject < verb and view.low[subject] not in RELATIVES:
            return [i for i in tokens if i != verb]  # "The convoy, the mayor said, had waited"
        return [i for i in tokens if i > verb]
    behind = _behind(view, clause, verb)
    return [i for i in tokens if i < verb or i in behind]


def _behind(view: View, clause: int, verb: int) -> set[int]:
    """What of a content before the cue goes on behind it: "91 drones came, he said, of which 70 were lost"; "…, because P"."""
    told = next((j for j in view.children[verb] if view.dep[j] in OBJECTS and j > verb), None)
    comma = verb + 1 if told is None else view.right[told]
    if comma + 2 >= view.n or view.word[comma] != ",":
        return set()
    first = comma + 1
    own = cue_index().verbs.get(view.low[first])
    if view.tag[first] == "VBG" and view.head[first] == clause and (own is None or set(own.frames) == {"figure"}):
        return set(view.subtree(first))  # "Five were freed, the envoy said, leaving six in captivity"
    if view.low[first] == "with":  # "The truce has held, monitors report, with four violations"
        phrase = view.head[first]
        return set(view.subtree(phrase)) if view.head[phrase] == clause and numbered(view, phrase) else set()
    if view.low[first] not in ("because", "unless") and (view.low[first] != "of" or view.low[first + 1] not in ("which", "whom")):
        return set()
    top = first
    for _ in range(12):
        if view.head[top] in (clause, top) or view.head[top] <= comma:
            break
        top = view.head[top]
    return {i for i in view.subtree(top) if i > comma} if view.left[top] <= first else set()


def _clause(maker: _Maker) -> Iterator[Candidate]:
    """Finite clause after or before the cue; the cue as parenthesis in its own content."""
    view, verb, frames = maker.view, maker.verb, maker.entry.frames
    takes = [frame for frame in ("that", "wh", "obj_that", "obj_wh", "quote") if frame in frames]
    if not takes:
        return
    for clause in view.kids(verb, "ccomp", "csubj:pass", "csubj", "parataxis", "advcl", "xcomp", "acl"):
        if view.dep[clause] in ("advcl", "acl", "csubj", "csubj:pass") and not _that_clause(view, clause):
            continue
        if view.dep[clause] == "xcomp" and not (view.finite(clause) and view.child(clause, "nsubj") is not None):
            continue
        if view.dep[clause] == "parataxis" and (view.masked[clause] or not _speech_gap(view, verb, clause)):
            continue
        if not view.finite(clause) and view.infinitive(clause):
            if not _asks(view, clause) or not {"wh", "obj_wh"} & set(frames):
                continue
        elif not view.finite(clause) and view.tag[clause] == "VBG" and view.child(clause, "nsubj") is None:
            continue
        if not view.verbal(clause) and view.child(clause, "cop", "nsubj", "expl") is None and _later_that(view, verb, clause):
            continue  # "told the eldest of the three that P"
        if view.low[view.left[clause]] in ("as", "because", "after", "before", "since", "while", "until", "although", "than"):
            continue
        asked = _asks(view, clause)
        told = (maker.object is not None and maker.object < clause) or (maker.passive and maker.subject is not None)
        frame = _clause_frame(frames, asked, told, before=clause < verb)
        if frame is None:
            continue
        target = None
        if told and frame.startswith("obj_"):
            target = maker.object if maker.object is not None else maker.subject
        elif "document" in maker.entry.limits.values() and not _document(view, maker.source):
            continue
        rule = "clausal-complement" if clause > verb else "clause-before"
        tokens = _clause_tokens(view, clause, verb)
        if clause > verb and tokens and tokens[0] < verb:
            rule = "parenthetical-cue"
        if not view.verbal(clause) and view.low[clause] in WH:  # "why" and its clause side by side
            for other in view.kids(verb, "ccomp", "advcl"):
                if other > clause and view.left[other] == clause + 1:
                    tokens = sorted(set(tokens) | set(view.subtree(other)))
        if clause < verb and not maker.passive:
            if maker.source is None:
                found = left_noun(view, verb)
                if found is not None and found[1] > clause:
                    maker.source = found[0]
                    tokens = [i for i in tokens if i < found[1]]
            elif maker.source < verb:
                for j in view.kids(verb, "nsubj"):
                    if j < clause and j != maker.source:  # the content's own subject, hung on the cue
                        tokens = sorted(set(tokens) | set(view.subtree(j)))
        if view.dep[clause] == "parataxis":
            rule = "paratactic-content"
        if clause > verb and view.child(clause, "nsubj", "nsubj:pass", "expl") is None and maker.source is not None:
            for j in view.kids(verb, "nsubj", "nsubj:pass"):
                if j < maker.source < clause and j != maker.source:  # "The convoy, the mayor said, had waited"
                    tokens = sorted(set(tokens) | set(view.subtree(j)))
                    rule = "parenthetical-cue"
        mark = next((j for j in view.kids(clause, "mark") if view.low[j] in ("that", "whether")), None)
        if mark is not None and tokens and tokens[0] < mark and maker.verb < tokens[0]:
            tokens = [i for i in tokens if i >= mark]  # "told judges at the court on Monday that P"
        elif maker.entry.addressee and tokens and view.low[tokens[0]] in ("reporters", "journalists"):
            tokens = tokens[1:]
        stop, second = second_figure(maker, clause, frame)
        if second is not None:  # "say they hold 60 prisoners; the army, 45"
            tokens = [i for i in tokens if i < stop]
        yield from maker.make(frame, tokens, rule, target, that=not asked)
        if second is not None:
            yield second
        return
    if view.dep[verb] == "parataxis" and ("that" in frames or "quote" in frames):
        host = view.head[verb]
        if maker.source is None and not maker.passive:
            return
        if maker.object is not None and maker.object > verb and "np" in frames:
            return  # "three men found dead, villagers allege torture": the object is the content
        tokens = _around(view, host, verb)
        yield from maker.make("that" if "that" in frames else "quote", tokens, "parenthetical-cue")
        return
    yield from _comma_before(maker)


def _comma_before(maker: _Maker) -> Iterator[Candidate]:
    """ "…, Cook said." at the end of a sentence: all before the comma, when the parser found no clause."""
    view, verb, source = maker.view, maker.verb, maker.source
    if source is None or maker.passive or not maker.entry.neutral or maker.object is not None:
        return
    if view.dep[verb] not in ("root", "ROOT") or any(
        view.word[i] not in (".", '"', "”") for i in range(verb + 1, min(verb + 2, view.n))
    ):
        return
    first = source_span(view, source)[0]
    if not 0 < first < verb or view.word[first - 1] != "," or verb - source > 3:
        return
    start = view.sent[verb]
    if sum(view.word[i].isalnum() for i in range(start, first)) < 4:
        return
    if any(view.masked[i] for i in range(start, first)):
        return
    frame = "that" if "that" in maker.entry.frames else "quote"
    yield from maker.make(frame, list(range(start, first - 1)), "comma-before")


def _without_comment(view: View, content: list[int]) -> list[int]:
    """The content without what the article adds at its end.

    That is what it says of the content (", a charge the rebels denied") and what it sets against it (", while the opposition put the
    toll at 40").
    """
    names, verbs = anaphors(), cue_index().verbs
    for at, j in enumerate(content[:-1]):
        if at == 0 or view.word[j] not in (",", "-", "–", "—"):
            continue
        rest = content[at + 1 :]
        if view.low[rest[0]] in ("a", "an"):  # by the words: trees hang the noun on either verb
            noun = next((i for i in rest[1:3] if view.low[i] in names), None)
            added = (
                (noun is not None and len(rest) <= 12 and any(view.low[i] in verbs and view.verbal(i) for i in rest if i > noun))
                or (  # ", a step which the minister said would be taken"
                    len(rest) <= 40
                    and any(view.low[i] in ("which", "that") and view.pos[i - 1] == "NOUN" for i in rest[2:4])
                    and any(view.low[i] in verbs and view.verbal(i) and view.dep[i] == "acl:relcl" for i in rest[2:])
                )
            )
        else:
            added = view.low[rest[0]] in ("while", "whereas", "though", "although") and _set_against(view, rest)
        if added:
            return content[:at]
    return content


def _set_against(view: View, rest: list[int]) -> bool:
    """Whether the words from "while" to the content's end are one adverbial clause with a cue verb."""
    clause = view.head[rest[0]]
    index = cue_index()
    cue = view.low[clause] in index.verbs or view.low[clause] in index.particles
    return view.dep[clause] == "advcl" and cue and view.right[clause] > rest[-1]


def _around(view: View, host: int, verb: int) -> list[int]:
    """The clause that a parenthetical cue stands in, without the cue's own words.

    A phrase right behind the cue, without a comma, is the cue's ("said on condition of anonymity"). Of two coordinated clauses with a
    parenthesis each, the first cue has the first and the second cue the second.
    """
    others = [j for j in view.children[host] if view.dep[j] == "parataxis" and j != verb and view.low[j] in cue_index().verbs]
    clauses = [
        j for j in view.children[host] if view.dep[j] == "conj" and j > host and view.child(j, "nsubj", "nsubj:pass") is not None
    ]
    tokens = view.subtree(host, (verb, *others))
    if others and clauses:
        first = clauses[0]
        if verb < view.left[first] and any(other > first for other in others):
            tokens = view.subtree(host, (verb, *others, *clauses))
        elif verb > first and any(other < view.left[first] for other in others):
            tokens = view.subtree(first, (verb, *others))
    stop = next((i for i in reversed(tokens) if i < verb and view.word[i] == ";"), None)
    if stop is not None:
        tokens = [i for i in tokens if i > stop]
    behind = view.right[verb]
    if behind < view.n and view.word[behind] not in (",", ";", "-", "–", "—", "(") and behind in tokens and behind > verb:
        stop = behind
        while stop < view.n and view.word[stop] not in (",", ";", ".") and stop in tokens:
            stop += 1
        tokens = [i for i in tokens if not behind <= i < stop]
    return tokens


def _clause_frame(frames: Mapping[str, str], asked: bool, told: bool, *, before: bool) -> str | None:
    """Which of a verb's frames a clause fills."""
    order = (["obj_wh", "wh"] if told else ["wh", "obj_wh"]) if asked and not before else []
    order += ["obj_that", "that", "quote"] if told else ["that", "obj_that", "quote"]
    if asked and not before:
        order = [frame for frame in order if frame != "quote"]
    return next((frame for frame in order if frame in frames), None)


def _asks(view: View, clause: int) -> bool:
    """Whether a clause starts with a question word, or stands right behind one that hangs on the cue too."""
    first = view.left[clause]
    if first > 0 and view.low[first - 1] in ("why", "how", "whether") and view.head[first - 1] == view.head[clause]:
        return True
    return view.low[first] in WH and view.low[first] != "that"


def _later_that(view: View, verb: int, noun: int) -> bool:
    """Whether a clause with "that" hangs on the verb behind a noun that was taken for its clause."""
    return any(j > noun and view.dep[j] == "ccomp" and _that_clause(view, j) for j in view.children[verb])


def _that_clause(view: View, clause: int) -> bool:
    """Whether a clause is introduced by "that"."""
    marker = view.marker(clause)
    return marker is not None and view.low[marker] == "that"


def _speech_gap(view: View, verb: int, clause: int) -> bool:
    """Whether a paratactic clause is the cue's content: after a comma or colon right behind the cue, or before it."""
    if clause < verb:
        return True
    gap = [view.word[i] for i in range(verb + 1, view.left[clause])]
    return len(gap) <= 12 and (":" in gap or view.left[clause] - verb <= 3)


def _document(view: View, source: int | None) -> bool:
    """Whether a source is a text, a study or an office, not a pronoun."""
    return source is not None and view.pos[source] in ("NOUN", "PROPN")


def _to(maker: _Maker) -> Iterator[Candidate]:
    """Infinitive of the same subject: vowed to, refused to."""
    view, verb = maker.view, maker.verb
    for clause in view.kids(verb, "xcomp", "advcl", "ccomp"):
        if clause < verb or not view.infinitive(clause) or view.child(clause, "nsubj") is not None:
            continue
        if view.low[clause] in ("named", "identified", "quoted"):
            continue
        if view.dep[clause] == "advcl" and (maker.object is not None or view.left[clause] > maker.last + 2):
            continue
        if maker.object is not None and maker.object < clause and view.dep[maker.object] == "obj":
            continue
        if maker.passive and view.child(verb, "aux:pass") is not None:
            continue
        to = from_to(view, clause)
        extra = [i for i in _with_objects(view, clause, verb) if i > to[-1]]
        yield from maker.make("to", to + extra, "infinitive")
        return


def from_to(view: View, clause: int) -> list[int]:
    """An infinitival clause from its "to" on."""
    tokens = view.subtree(clause)
    if clause and view.tag[clause - 1] == "TO" and clause - 1 not in tokens:
        tokens = sorted([clause - 1, *tokens])
    at = next((i for i in tokens if view.low[i] == "to"), tokens[0])
    loose = [j for j in view.kids(clause, "conj") if view.finite(j) and not view.infinitive(j)]
    if loose:
        keep = set(view.subtree(clause, tuple(loose)))
        tokens = [i for i in tokens if i in keep and i < min(view.left[j] for j in loose)]
    lead = at - 1 if at and view.low[at - 1] == "not" and at - 1 in tokens else at
    return [i for i in tokens if i >= lead]


def _obj_to(maker: _Maker) -> Iterator[Candidate]:
    """Object and infinitive: urged X to; also passive. "asked not to be named" is no demand."""
    view, verb = maker.view, maker.verb
    if any(view.low[i] in ("named", "identified", "quoted") and view.inside(i, verb) for i in range(verb, min(verb + 7, view.n))):
        return
    for clause in view.kids(verb, "xcomp", "ccomp", "advcl", "acl"):
        if clause < verb or not view.infinitive(clause):
            continue
        who = view.child(clause, "nsubj") if view.dep[clause] == "ccomp" else None
        if who is None:
            who = maker.subject if maker.passive else maker.object
        if who is None or (not maker.passive and (who > clause or view.sum[who])):
            continue  # "promised 40 million kroner to rebuild the port"
        tokens = from_to(view, clause)
        if maker.entry.limits.get("obj_to") == "deadline":
            time = _deadline(view, verb, who, tokens[0])
            if not time:
                return
            tokens = time + tokens
        yield from maker.make("obj_to", tokens, "object-and-infinitive", who)
        return
    if maker.entry.limits.get("obj_to") == "deadline":
        return
    if maker.object is not None and not view.sum[maker.object]:
        for clause in view.kids(maker.object, "acl", "xcomp"):
            if view.infinitive(clause) and clause > maker.object and not maker.passive:
                yield from maker.make("obj_to", from_to(view, clause), "object-and-infinitive", maker.object)
                return


def _deadline(view: View, verb: int, who: int, to: int) -> list[int]:
    """The tokens of the time given: "gave the protesters until Friday to leave", "gave them 48 hours to leave"."""
    for j in view.children[verb]:
        if who < j < to and (view.case_of(j) in ("until", "till") or (view.dep[j] == "obj" and view.low[j] in TERMS)):
            return [i for i in view.subtree(j) if i < to]
    return []


def _ecm(maker: _Maker) -> Iterator[Candidate]:
    """Object and infinitive as one content: wants X to, believes X to be."""
    view, verb = maker.view, maker.verb
    if maker.passive:
        return
    for clause in view.kids(verb, "xcomp", "ccomp"):
        if clause < verb or not view.infinitive(clause):
            continue
        who = view.child(clause, "nsubj")
        who = maker.object if who is None else who
        if who is not None and verb < who < clause:
            tokens = sorted(set(view.subtree(who)) | set(view.subtree(clause)))
            yield from maker.make("ecm", tokens, "accusative-and-infinitive")
            return


def _raise(maker: _Maker) -> Iterator[Candidate]:
    """Passive with infinitive: is believed to, enclave – estimated before to have …"""
    view, verb = maker.view, maker.verb
    if not maker.passive:
        return
    for clause in view.kids(verb, "xcomp", "ccomp", "advcl"):
        if clause > verb and view.infinitive(clause):
            subject = maker.subject
            if subject is None:
                continue
            if view.dep[verb] == "acl" and subject < verb - 1 and view.pos[verb - 1] == "NOUN":
                subject = verb - 1  # "for the capture of the man said to lead them"
            subject_tokens = [i for i in view.subtree(subject, (verb,)) if i < verb and not _right_clause(view, i, subject)]
            agent = agent_of(view, verb)
            case = view.marker(subject)
            subject_tokens = [i for i in subject_tokens if i != case]
            yield from maker.make("raise", subject_tokens + from_to(view, clause), "passive-raising", source=agent)
            return


def _right_clause(view: View, i: int, noun: int) -> bool:
    """Whether a token stands in a clause to the right of its noun."""
    return any(view.base(j) in ("acl", "parataxis", "appos") and j > noun and view.inside(i, j) for j in view.children[noun])


def _np(maker: _Maker) -> Iterator[Candidate]:
    """Noun phrase: denied the claim, announced an appeal; passive: a truce was announced; relative: which X denies."""
    view, verb, entry = maker.view, maker.verb, maker.entry
    if maker.passive:
        subject = maker.subject
        if subject is None or (subject > verb and view.dep[verb] != "parataxis"):
            return
        tokens = [i for i in view.subtree(subject, (verb,)) if not view.inside(verb, i) or i == subject]
        tokens = [i for i in tokens if i < verb or view.head[subject] == verb]
        if view.low[subject] in ("it", "this", "that") and view.child(verb, "ccomp") is not None:
            return
        if _limited(view, entry, "np", tokens, subject):
            return
        yield from maker.make("np", tokens, "passive-noun-phrase", nominal=True)
        return
    thing = maker.object
    if thing is None or maker.source is None:
        return
    if _limited(view, entry, "np", view.subtree(thing), thing):
        return
    if view.pos[thing] == "PRON" and thing > verb:  # "promised them tents"
        thing = next((j for j in view.kids(verb, "obj") if j > thing), thing)
    said = view.low[thing] in cue_index().nouns
    setting = [j for j in view.kids(thing, "nmod") if said and _setting(view, j)]
    tokens = view.subtree(thing, tuple(setting))
    tokens = [i for i in tokens if i >= maker.last or i < verb]
    if setting:
        tokens = [i for i in tokens if i < min(view.left[j] for j in setting)]
    if thing < verb and view.low[thing] not in ("which", "what", "that"):
        return
    edge = view.right[thing]
    for j in view.children[verb]:
        if j > thing and view.left[j] <= edge + 1 and _belongs(view, j):
            tokens += view.subtree(j)
            edge = view.right[j]
    yield from maker.make("np", sorted(set(tokens)), "noun-phrase", nominal=True, that=False)


def _setting(view: View, j: int) -> bool:
    """Whether a phrase says where or when something was said, not what."""
    case = view.case_of(j)
    if case in ("on", "in", "after", "before"):
        return any(view.low[i] in SPEECH_TIMES for i in range(view.left[j], view.right[j]))
    return case in ("at", "during")


def _belongs(view: View, j: int) -> bool:
    """Whether a phrase of the verb right behind its object rather belongs to the object."""
    if any(view.low[i] in SPEECH_TIMES for i in range(view.left[j], min(view.right[j], view.left[j] + 6))):
        return False
    if view.word[view.left[j]] == ",":
        return False
    if view.base(j) == "obl":
        return view.case_of(j) in ("for", "of", "over", "against", "between", "about")
    return view.base(j) in ("advcl", "xcomp") and view.infinitive(j)


def _limited(view: View, entry: VerbCue, frame: str, tokens: list[int], head: int) -> bool:
    """Whether a restriction of the lexicon forbids this content."""
    limit = entry.limits.get(frame)
    if limit == "number":
        return not any(view.pos[i] == "NUM" or view.tag[i] == "CD" for i in tokens)
    if limit == "speech":
        return view.low[head] not in cue_index().nouns
    return False


def _with_objects(view: View, clause: int, verb: int) -> list[int]:
    """A clause with an object right behind it that the parser hung on the cue."""
    tokens = view.subtree(clause)
    edge = view.right[clause]
    for j in view.children[verb]:
        if j > clause and view.left[j] == edge and view.dep[j] in ("obj", "obl") and edge == clause + 1:
            tokens += view.subtree(j)
            edge = view.right[j]
    return sorted(set(tokens))


def _ing(maker: _Maker) -> Iterator[Candidate]:
    """Gerund: denied hitting."""
    view, verb = maker.view, maker.verb
    for clause in view.kids(verb, "xcomp", "ccomp", "advcl", "obj"):
        if clause > verb and view.tag[clause] == "VBG" and view.left[clause] <= maker.last + 1 and not view.case_of(clause):
            if "," in view.word[maker.last : clause]:
                continue  # "denies that, saying P"
            yield from maker.make("ing", _with_objects(view, clause, verb), "gerund")
            return


def _as(maker: _Maker) -> Iterator[Candidate]:
    """Object and as-phrase: described X as Y."""
    view = maker.view
    thing = maker.subject if maker.passive else maker.object
    if thing is None or view.low[thing].endswith(("self", "selves")):
        return
    for j in maker.obliques("as"):
        tokens = view.subtree(j)
        if _limited(view, maker.entry, "as", tokens, j):
            continue
        span = [i for i in view.subtree(thing, (j,)) if (maker.passive and i < maker.verb) or not maker.passive]
        if maker.passive and view.head[thing] != maker.verb:
            span = [i for i in view.subtree(thing, (maker.verb,)) if i < maker.verb]
        if view.low[thing] in ("whom", "which", "that") or (thing < maker.verb and not maker.passive):
            antecedent = view.head[maker.verb]
            if not view.dep[maker.verb].startswith("acl"):
                continue
            span = [i for i in view.subtree(antecedent, (maker.verb,)) if i < maker.verb]
            tokens = maker.below(j)
        yield from maker.make("as", sorted(set(span) | set(tokens)), "object-as", nominal=True, that=False)
        return


def _pred(maker: _Maker) -> Iterator[Candidate]:
    """Object and predicate: called the shelling "unprovoked"."""
    view, verb = maker.view, maker.verb
    thing = maker.subject if maker.passive else maker.object
    if thing is None and view.dep[verb].startswith("acl"):  # "a claim that Baku called absurd", "that" read as a conjunction
        thing = next((j for j in view.kids(verb, "mark") if view.low[j] == "that"), view.head[verb])
    for j in view.kids(verb, "xcomp", "ccomp", "obj", "advcl"):
        if j == thing or j < verb or view.infinitive(j) or view.finite(j) or view.tag[j] == "VBG":
            continue
        if view.case_of(j):
            continue
        who = view.child(j, "nsubj") if thing is None else thing
        if who is None or (view.dep[j] == "obj" and (who == j or view.dep[who] != "iobj")):
            continue
        if view.dep[verb].startswith("acl") and (view.low[who] in ("which", "that") or who == view.head[verb]):
            # the antecedent in place of the pronoun
            spoken_of = [i for i in view.subtree(view.head[verb], (verb,)) if i < verb and view.word[i] != ","]
        else:
            spoken_of = view.subtree(who, (verb,) if maker.passive else ())
        tokens = sorted(set(spoken_of) | set(view.subtree(j)))
        for k in view.kids(verb, "obl", "nmod"):
            if view.left[k] == view.right[j] and view.case_of(k) == "of":  # "called it a massacre of the poor"
                tokens = sorted({*tokens, *view.subtree(k)})
        yield from maker.make("pred", [i for i in tokens if i != verb], "object-predicate", nominal=True, that=False)
        return


def _at(maker: _Maker) -> Iterator[Candidate]:
    """Object and at-phrase: put the toll at 12."""
    view = maker.view
    thing = maker.subject if maker.passive else maker.object
    if thing is None:
        return
    phrases = maker.obliques("at") or [j for j in view.subtree(thing) if j > maker.verb and view.case_of(j) == "at"]
    for j in phrases:  # "put the number of soldiers captured at 42": hung on the participle
        if not any(view.pos[i] == "NUM" or view.tag[i] == "CD" for i in view.subtree(j)):
            continue
        tokens = set(view.subtree(thing, (maker.verb,))) | set(view.subtree(j))
        end, other = second_figure(maker, j, "at")
        content = sorted(i for i in tokens if i != maker.verb and i < end)
        yield from maker.make("at", content, "object-at", nominal=True, that=False)
        if other is not None:
            yield other
        return


def _saying(maker: _Maker) -> Iterator[Candidate]:
    """quoted X as saying P: the outer content is "X as saying P"; the cue "saying" makes the inner claim by itself."""
    view, verb = maker.view, maker.verb
    thing = maker.subject if maker.passive else maker.object
    if thing is None:
        return
    for j in view.kids(verb, "advcl", "xcomp", "ccomp", "obl") + view.kids(thing, "acl", "advcl"):
        if j > verb and view.case_of(j) == "as" and view.tag[j] == "VBG":
            inner = view.subtree(j)
            if maker.passive:
                inner = [i for i in inner if i >= j]
            agent = agent_of(view, verb)
            skip = (verb,) if agent is None else (verb, agent)
            tokens = sorted(set(view.subtree(thing, skip)) | set(inner))
            if not maker.passive and maker.source is not None and j + 1 < view.n and view.word[j + 1] in (".", ","):
                first = source_span(view, maker.source)[0]
                start = view.sent[verb]
                if first - start >= 5 and view.word[first - 1] == ",":  # "P, the paper quoted an official as saying"
                    tokens = list(range(start, first - 1)) + [i for i in tokens if i > verb]
                    yield from maker.make("saying", [i for i in tokens if i != verb], "quoted-as-saying", that=False)
                    yield from _said_before(maker, thing, j, list(range(start, first - 1)))
                    return
            yield from maker.make("saying", [i for i in tokens if i != verb], "quoted-as-saying", source=agent, that=False)
            return


def _said_before(maker: _Maker, who: int, saying: int, content: list[int]) -> Iterator[Candidate]:
    """The inner claim of "P, the paper quoted an official as saying"."""
    spans = pieces(maker.view, content)
    if spans:
        yield Candidate(
            cue=cue_span(maker.view, saying, saying + 1),
            anchor=saying,
            source=source_span(maker.view, who),
            content=spans,
            act="statement",
            frame="that",
            entry="say",
            rule="quoted-as-saying",
            neutral=True,
        )


def _p(maker: _Maker) -> Iterator[Candidate]:
    """Content in a prepositional phrase: called for, warned of."""
    view, verb = maker.view, maker.verb
    if maker.source is None:
        return
    for frame in maker.entry.frames:
        if not frame.startswith("p:") or "+" in frame:
            continue
        for j in maker.obliques(frame[2:]):
            if view.head[j] != verb or (maker.object is not None and maker.object < j) or view.infinitive(j):
                continue
            case = view.marker(j)
            fixed = case == maker.last and frame[2:] in ("for", "on", "upon")
            tokens = maker.below(j)
            edge = view.right[j]
            for k in view.children[verb]:
                if view.tag[j] == "CD" and k > j and view.left[k] == edge and view.right[k] == k + 1 and view.pos[k] == "ADJ":
                    tokens += view.subtree(k)  # "spoke of 16 dead", the noun beside its number
                    edge = view.right[k]
                    continue
                near = view.base(k) == "obl" and view.case_of(k) in ("in", "without", "with", "from") and frame[2:] == "of"
                if k > j and view.left[k] <= edge and view.base(k) in ("advcl", "obl") and (_belongs(view, k) or near):
                    tokens += view.subtree(k)
                    edge = view.right[k]
            yield from maker.make(
                frame,
                sorted(set(tokens)),
                "prepositional",
                nominal=not view.verbal(j),
                cue_last=case + 1 if fixed and case is not None else None,
                that=False,
            )
            return


def _p_plus(maker: _Maker) -> Iterator[Candidate]:
    """Prepositional target: called on X to, appealed to X for, called for X to."""
    view, verb = maker.view, maker.verb
    for frame in maker.entry.frames:
        if not frame.startswith("p:") or "+" not in frame:
            continue
        first, _, second = frame[2:].partition("+")
        behind = view.subtree(verb) if maker.word is not None and view.pos[maker.word] == "NOUN" else view.children[verb]
        for j in behind:  # "put the blame for P on X": the phrase hung anywhere
            if (
                j < verb
                or view.case_of(j) != first
                or view.pos[j] not in ("NOUN", "PROPN", "PRON", "NUM", "VERB", "ADJ")
                or (first == "to" and view.infinitive(j))
            ):
                continue
            case = view.marker(j) or j
            last = case + 1 if case == maker.last and first in ("on", "upon", "for") else None
            if second == "to":
                if view.infinitive(j):  # "called for X to do": one clause
                    yield from maker.make(
                        frame, maker.below(j), "prepositional-infinitive", view.child(j, "nsubj"), cue_last=last
                    )
                    return
                clause = next(
                    (
                        k
                        for k in view.kids(verb, "xcomp", "advcl", "ccomp", "acl") + view.kids(j, "acl", "advcl", "xcomp")
                        if k > j and view.infinitive(k)
                    ),
                    None,
                )
                if clause is not None:
                    yield from maker.make(frame, from_to(view, clause), "prepositional-infinitive", j, cue_last=last)
                    return
            else:
                for k in maker.obliques(second) + [k for k in view.kids(j, "nmod", "acl", "advcl") if view.case_of(k) == second]:
                    if k > j:
                        yield from maker.make(frame, maker.below(k), "prepositional-infinitive", j, nominal=True)
                        return
                    if maker.word is not None and k != j:
                        tokens = [i for i in maker.below(k) if i < (view.marker(j) or j)]
                        yield from maker.make(frame, tokens, "prepositional-infinitive", j, nominal=True)
                        return


def _obj_p(maker: _Maker) -> Iterator[Candidate]:
    """Object is the target, content in a phrase: accused X of; passive: X was accused of."""
    view = maker.view
    thing = maker.subject if maker.passive else maker.object
    if thing is None or ("obj_that" in maker.entry.frames and _later_that(view, maker.verb, thing)):
        return  # "told the eldest of the three that P"
    for frame in maker.entry.frames:
        if not frame.startswith("obj_p:"):
            continue
        for j in maker.obliques(frame[6:]):
            if j == thing:
                continue
            tokens = maker.below(j)
            edge = view.right[j]
            for k in view.children[maker.verb]:
                if k > j and view.left[k] <= edge and view.base(k) in ("advcl", "obl") and _belongs(view, k):
                    tokens += view.subtree(k)
                    edge = view.right[k]
            yield from maker.make(frame, sorted(set(tokens)), "object-and-phrase", thing, nominal=not view.verbal(j), that=False)
            return


def _p_obj(maker: _Maker) -> Iterator[Candidate]:
    """Object is the content, target in a phrase: blamed the attack on X."""
    view = maker.view
    thing = maker.subject if maker.passive else maker.object
    if thing is None:
        return
    for frame in maker.entry.frames:
        if not frame.startswith("p_obj:"):
            continue
        for j in maker.obliques(frame[6:]):
            tokens = [i for i in view.subtree(thing, (maker.verb, j)) if i < maker.verb or not maker.passive]
            yield from maker.make(frame, tokens, "object-blamed-on", j, nominal=True, that=False)
            return


def _both(maker: _Maker) -> Iterator[Candidate]:
    """Object and phrase together: attributed X to Y."""
    view = maker.view
    thing = maker.subject if maker.passive else maker.object
    if thing is None:
        return
    for frame in maker.entry.frames:
        if not frame.startswith("both:"):
            continue
        for j in maker.obliques(frame[5:]):
            tokens = set(view.subtree(thing, (maker.verb,))) | set(view.subtree(j))
            content = sorted(i for i in tokens if i != maker.verb)
            yield from maker.make(frame, content, "object-and-cause", nominal=True, that=False)
            return


def _responsible(maker: _Maker) -> Iterator[Candidate]:
    """Object held responsible: holds X responsible for P; the target is X, the content P."""
    view, verb = maker.view, maker.verb
    thing = maker.subject if maker.passive else maker.object
    word = next((i for i in range(verb + 1, min(verb + 14, view.n)) if view.low[i] in ("responsible", "accountable")), None)
    if thing is None or word is None or view.sent[word] != view.sent[verb]:
        return
    case = next((i for i in range(word + 1, min(word + 3, view.n)) if view.low[i] == "for"), None)
    if case is None:
        return
    phrase = view.head[case]
    tokens = [i for i in view.subtree(phrase) if i > case]
    yield from maker.make("responsible", tokens, "held-responsible", thing, nominal=not view.verbal(phrase), that=False)


RULES: tuple[tuple[str, Rule], ...] = (
    ("sum", sum_asked),
    ("figure", corrected),
    ("plea", plea),
    ("saying", _saying),
    ("raise", _raise),
    ("p+", _p_plus),
    ("obj_to", _obj_to),
    ("ecm", _ecm),
    ("obj_p", _obj_p),
    ("p_obj", _p_obj),
    ("responsible", _responsible),
    ("clause", _clause),
    ("to", _to),
    ("as", _as),
    ("pred", _pred),
    ("at", _at),
    ("ing", _ing),
    ("both", _both),
    ("p", _p),
    ("np", _np),
)
