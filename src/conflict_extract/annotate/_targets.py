"""The target of each saying: who is accused, urged, threatened, answered.

In this order: the mention that the cue's frame gives; a phrase in the content that names it (`_addressees`); for acts that the wording
made ("the rebels must leave", "they will pay"), the subject of what is said; the one who is told, when the words turn on him ("you
must leave"). Nobody is the target of his own side's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conflict_extract.annotate import layer
from conflict_extract.annotate._addressees import (
    answered,
    asked,
    asked_about,
    blamed,
    blamed_beside,
    called,
    condemned,
    demanded,
    done_by,
    focused,
    hit_back,
    named_aloud,
    rebuked,
    threatened,
    written_to,
)
from conflict_extract.annotate._candidates import source_span
from conflict_extract.annotate._coref_scene import COLLECTIVE, FIRST
from conflict_extract.annotate._said_join import head_of
from conflict_extract.annotate._spoken_to import can_be_told, conditioned
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.assembly import words

EXCHANGE_ACTS = frozenset({"threat", "demand", "accusation", "question"})
WILL = frozenset({"will", "would", "shall", "'ll", "’ll"})
YOU = frozenset({"you", "your", "yours", "yourselves"})


@dataclass(slots=True)
class Targets:
    """Sets the targets of sayings whose speakers are settled.

    Attributes:
        view: the document. rows: actors by key. said: all sayings, in order. found: head token of a resolved mention -> actor.
        actor_at: the actor of a mention at these offsets, or None.
    """

    view: View
    rows: Mapping[str, layer.ActorRow]
    said: Sequence[layer.SaidRecord]
    found: Mapping[int, str]
    actor_at: Callable[[list[int]], str | None]

    def settle(self, record: layer.SaidRecord) -> None:
        """Write `target_actor`, and `target` where the words of a phrase are the name."""
        if record.act == "commitment" or (record.act == "opinion" and record.entry in words("praising")):
            record.target = None  # nobody is accused, urged or answered
        elif record.target is not None and self._reporter(record.target):
            record.target = None  # "asked me not to write"
        elif record.target is not None:
            self._antecedent(record)
            record.target_actor = self.actor_at(record.target)
            if self._own(record, record.target_actor) and self._pronoun(record.target):
                record.target = record.target_actor = None  # "sentenced four men and ordered them to pay"
        elif record.nominal and record.act == "demand" and record.entry in words("repeat") and self._as_before(record):
            return
        elif not self._in_content(record) and record.act in EXCHANGE_ACTS:
            if "wording:" in record.rule and "imperative" not in record.rule:
                self._subject(record)
            if record.target_actor is None and record.target is None:
                self._told(record)
            if record.target_actor is None and record.target is None and record.act == "accusation":
                self._doer(record)
            if record.target_actor is None and record.target is None and record.act == "threat":
                self._condition(record)
        if record.mode == "direct" and record.act in EXCHANGE_ACTS and record.target_actor is None and record.target is None:
            record.target_actor = self._body_or_person(record, named_aloud(self.view, record))

    def _antecedent(self, record: layer.SaidRecord) -> None:
        """Put the antecedent in place of a relative pronoun: "X, which Y accuses of P"."""
        view = self.view
        first, last = view.tokens(*record.target) if record.target else (0, 0)
        if (
            last - first == 1
            and view.low[first] in ("which", "who", "whom", "that")
            and view.dep[view.head[first]].startswith("acl")
        ):
            a, b, _ = source_span(view, view.head[view.head[first]])
            record.target = [view.start[a], view.end[min(b, first) - 1]]

    def _body_or_person(self, record: layer.SaidRecord, at: int | None) -> str | None:
        """The actor at a token, if he is of another side."""
        actor = None if at is None else self.actor_at([self.view.start[at], self.view.end[at]])
        return None if self._own(record, actor) else actor

    def _reporter(self, span: list[int]) -> bool:
        """Whether a span is the article's own "me" or "us", outside of quotation marks."""
        first, last = self.view.tokens(*span)
        return last - first == 1 and self.view.low[first] in ("me", "us") and self.view.quote[first] < 0

    def _pronoun(self, span: list[int]) -> bool:
        """Whether a span is one pronoun."""
        first, last = self.view.tokens(*span)
        return last - first == 1 and self.view.pos[first] == "PRON"

    def _condition(self, record: layer.SaidRecord) -> None:
        """The one whose deed would be answered: "if X sends ships, we shall sink them", "unless X frees the prisoners"."""
        for span in record.content:
            for subject in conditioned(self.view, *self.view.tokens(*span)):
                actor = self._party(record, subject)
                if actor is not None and self.rows[actor].type != "population":
                    record.target_actor = actor
                    return

    def _as_before(self, record: layer.SaidRecord) -> bool:
        """ "repeated the call": the target of the speaker's demand before."""
        for other in reversed(self.said):
            named = other.target or other.target_actor
            if other.end < record.start and other.act == "demand" and other.speaker == record.speaker and named:
                record.target_actor, record.target = other.target_actor, other.target
                return True
        return False

    def _told(self, record: layer.SaidRecord) -> None:
        """The one who is told what he has done, must do or will suffer: "you must leave", "Leave!"."""
        view = self.view
        if record.addressee is None or not record.content:
            return
        first, last = view.tokens(*record.content[0])
        head = head_of(view, *record.addressee)
        turned = (
            record.act == "threat"
            or "wording:" not in record.rule  # "implored X", "asked X whether": the cue itself is directed at somebody
            or any(view.low[i] in YOU for i in range(first, last))
            or view.tag[first] == "VB"
            or "wording:imperative" in record.rule
            or (record.mode != "direct" and view.low[first] in ("it", "they", "he", "she"))
        )
        if not turned or head is None or view.low[head] in words("press"):
            return
        actor = self.actor_at(record.addressee)
        if actor is None:
            record.target = record.addressee
        elif not self._own(record, actor) and self.rows[actor].type != "media":
            record.target_actor = actor

    def _doer(self, record: layer.SaidRecord) -> None:
        """The active subject of an accusation's clause: "charged that X had jammed the signal", "the Americans paid them"."""
        view = self.view
        verb = head_of(view, *record.content[0])
        record.target_actor = self._body(record, focused(view, record))
        subject = None if verb is None else view.child(verb, "nsubj")
        if subject is not None and record.target_actor is None:
            record.target_actor = self._party(record, subject)
        if record.target_actor is None:
            record.target_actor = self._body(record, done_by(view, record))

    def _party(self, record: layer.SaidRecord, at: int) -> str | None:
        """The state, group, organisation or person at a token, if it is of another side."""
        mention = self.view.mention[at]
        actor = self.found.get(at) or (mention.actor if mention is not None and mention.use == "actor" else None)
        row = self.rows.get(actor or "")
        if row is None or self._own(record, row.key) or (row.type not in COLLECTIVE and row.type not in ("person", "population")):
            return None
        return row.key

    def _in_content(self, record: layer.SaidRecord) -> bool:
        """Whether the content, or the clause around it, names the target."""
        view = self.view
        if record.act in ("threat", "opinion", "statement", "accusation"):
            beside = self._beside(record)
            record.target_actor = self._body(record, beside)
            if record.target_actor is None and record.act == "accusation" and beside is not None:
                record.target_actor = self._person(record, beside)
            if beside is not None and record.target_actor is None and record.act == "accusation" and self._bare_name(beside):
                record.target = [view.start[beside], view.end[beside]]  # "lashed out at Yerevan, alleging P"
                return True
            if record.target_actor is not None and record.act == "statement":
                record.act = "accusation"
                record.rule += "; wording:blamed"
            return record.target_actor is not None
        at = None
        if record.act == "denial":
            at = answered(view, record)
            if at is None:
                at = asked_about(view, record)
            if at is None:
                record.target_actor = self._body(record, blamed_beside(view, record))
                return record.target_actor is not None
        elif record.act == "demand":
            at = demanded(view, record)
            if at is None:
                at = written_to(view, record)
        elif record.act == "question":
            at = asked(view, record)
        if at is None:
            return False
        first, last, _ = source_span(view, at)
        span = [view.start[first], view.end[last - 1]]
        actor = self.actor_at(span)
        inner = next((m for m in view.inner.get(at, ()) if view.tokens(m.start, m.end)[1] - 1 == at), None)
        if record.act == "demand" and view.dep[at] == "nmod:poss" and inner is not None and inner.actor in self.rows:
            actor = inner.actor  # "the withdrawal of Libya's troops"
        if actor is None and record.act == "denial":
            mention = view.mention[at]  # "Israeli claims"
            actor = mention.actor if mention is not None and mention.actor in self.rows else None
        if self._own(record, actor) or (actor is None and view.pos[at] != "NOUN"):
            return False
        if actor is None and (record.act == "demand" or view.low[at] in words("party")):
            record.target = span
        record.target_actor = actor
        return actor is not None or record.target is not None

    def _person(self, record: layer.SaidRecord, at: int) -> str | None:
        """The person at a token, if he is of another side: "called General X a traitor"."""
        actor = self._body_or_person(record, at)
        return actor if actor is not None and self.rows[actor].type == "person" else None

    def _bare_name(self, at: int) -> bool:
        """Whether a name of one word is no mention of anybody."""
        view = self.view
        return view.pos[at] == "PROPN" and view.mention[at] is None and view.right[at] - view.left[at] <= 2

    def _beside(self, record: layer.SaidRecord) -> int | None:
        """The token of the side that a phrase of the content or beside the cue names."""
        if record.act == "opinion":
            return condemned(self.view, record)
        if record.act == "statement":
            at = hit_back(self.view, record)
            if at is not None:
                record.act = "denial"
                record.rule += "; wording:hit-back"
                return at
            at = blamed(self.view, record)
            return rebuked(self.view, record) if at is None else at
        if record.act == "accusation":
            at = blamed_beside(self.view, record)
            return called(self.view, record) if at is None else at
        return threatened(self.view, record) if record.entry == "threaten" or record.entry in words("vowing") else None

    def _body(self, record: layer.SaidRecord, at: int | None) -> str | None:
        """The state, group or organisation at a token, if it is of another side."""
        if at is None:
            return None
        view = self.view
        actor = self.actor_at([view.start[at], view.end[at]])
        if actor is None and (mention := view.mention[at]) is not None and mention.use in ("actor", "modifier"):
            actor = mention.actor
        row = self.rows.get(actor or "")
        if row is not None and row.type not in COLLECTIVE:
            row = self.rows.get(row.affiliation or "")  # "Hezbollah gunners"
        return None if row is None or self._own(record, row.key) else row.key

    def _own(self, record: layer.SaidRecord, actor: str | None) -> bool:
        """Whether an actor is the speaker, whom he speaks for, or one of the same side."""
        if actor is None:
            return False
        own = {record.speaker, record.affiliation}
        speaker = self.rows.get(record.speaker or "")
        if speaker is not None:
            own.add(speaker.affiliation)
        own.discard(None)
        row = self.rows.get(actor)
        return actor in own or (row is not None and row.affiliation in own and row.type != "person")

    def _subject(self, record: layer.SaidRecord) -> None:
        """The subject of what is said: "the rebels must leave", "they will pay for it"."""
        view, rows = self.view, self.rows
        first, last = view.tokens(*record.content[0])
        for i in range(first, min(last, first + 40)):
            if not view.dep[i].startswith("nsubj") or view.low[i] in FIRST:
                continue
            head = view.head[i]
            had_to_be = any(view.passive(j) for j in view.kids(head, "xcomp"))
            if record.act == "demand" and (view.dep[i] == "nsubj:pass" or had_to_be):
                return  # "the camp must be closed": nobody is told to
            if (
                record.act == "threat"
                and "if-then-we" not in record.rule
                and (view.low[head] in words("striking") or not any(view.low[j] in WILL for j in view.children[head]))
            ):
                continue
            actor = self.found.get(i)
            mention = view.mention[i]
            if actor is None and mention is not None and mention.use == "actor":
                actor = mention.actor
            if actor is None or self._own(record, actor):
                told = actor is None and view.pos[i] == "NOUN" and can_be_told(view, i)
                if record.act == "demand" and told and record.mode == "direct":
                    a, b, _ = source_span(view, i)
                    record.target = [view.start[a], view.end[b - 1]]
                    record.target_actor = self.actor_at(record.target)
                    return
                if record.act == "threat":
                    continue
                return
            if actor in rows and (rows[actor].type in COLLECTIVE or rows[actor].type in ("person", "population")):
                record.target_actor = actor
            return
