"""Whom the words of a saying are about, and what they do to him: orders, promises of a side, vows to kill."""

from __future__ import annotations

from collections.abc import Callable

from conflict_extract.annotate._candidates import Candidate
from conflict_extract.annotate._said_join import head_of
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.assembly import words
from conflict_extract.lexicons.quantities import person_nouns

OBLIGED = frozenset({"must", "should", "had", "has", "have", "needs", "needed", "ought"})
LEADS = frozenset({"then", "now", "please", "just", "so", "and", "but", "well", "always", "never"})
PERSONAL = frozenset({"he", "she"})
INFORMING = frozenset({"tell", "remind", "inform", "write"})
CONDITIONS = frozenset({"if", "unless", "until", "should", "when", "once"})
SIDES = frozenset({"state", "armed_group", "organization", "government_body"})


def about_other(view: View, candidate: Candidate, i: int) -> bool:
    """Whether the pronoun that is the content's subject stands for somebody else than the speaker.

    "reminded X that it must leave", "told the ministry it had to act", "he answered that she should resign".
    """
    if view.low[i] in ("we", "i") or candidate.source is None:
        return False
    if {view.low[i], view.low[candidate.source[2]]} == PERSONAL:
        return True
    if candidate.target is None or candidate.direct:
        return False
    if candidate.entry == "remind":
        return True
    if candidate.entry not in INFORMING or view.low[i] not in ("it", "they"):
        return False
    return any(view.low[j] in OBLIGED and view.base(j) == "aux" for j in view.children[view.head[i]]) or (
        view.low[view.head[i]] in OBLIGED  # "it had to let them"
    )


def imperative(view: View, candidate: Candidate) -> bool:
    """Whether a quotation is one order: "Then give us your sons", "Ask the mothers"."""
    first, last = view.tokens(*candidate.content[0])
    while first < last and (view.low[first] in LEADS or not view.word[first][0].isalnum()):
        first += 1
    if first >= last or view.tag[first] != "VB" or view.low[first] in words("musing"):
        return False
    if view.child(first, "nsubj", "nsubj:pass", "aux", "cop", "mark") is not None:
        return False
    head = view.head[first]
    return head == first or view.dep[first] in ("ccomp", "parataxis", "conj", "root", "ROOT")


def speaks_for_party(view: View, candidate: Candidate) -> bool:
    """Whether the source is a state, an army or a group, or somebody who speaks for one."""
    if candidate.source is None:
        return False
    mention = view.mention[candidate.source[2]]
    if mention is None:
        return False
    row = view.actors.get(mention.actor)
    if row is None:
        return False
    behind = view.actors.get(mention.affiliation or row.affiliation or "")
    return any(one is not None and one.type in SIDES for one in (row, behind))


def vows_to_kill(view: View, candidate: Candidate) -> bool:
    """Whether the vow is to kill somebody."""
    top = head_of(view, *candidate.content[0])
    return top is not None and view.verbal(top) and view.low[top] in words("killing") and view.child(top, "obj") is not None


def warned_of_reprisals(view: View, candidate: Candidate, armed: Callable[[View, int], bool]) -> bool:
    """Whether one armed side warns another of what it will do: "warned X of “practical measures”"."""
    top = head_of(view, *candidate.content[0])
    if top is None or view.low[top] not in words("reprisal") or candidate.target is None or candidate.source is None:
        return False
    return armed(view, candidate.target) and armed(view, candidate.source[2])


def can_be_told(view: View, i: int) -> bool:
    """Whether a noun can be told to do something: people, bodies, sides; not hospitals, hotlines or sanctions."""
    mention = view.mention[i]
    if mention is not None and mention.use == "actor":
        return True
    return view.low[i] in person_nouns() or view.low[i] in words("party")


def conditioned(view: View, first: int, last: int) -> list[int]:
    """The subjects of the conditions in a stretch of content: "if X sends ships", "unless X frees them", "when you attack"."""
    found = []
    for i in range(first, last):
        if view.low[i] in CONDITIONS and view.dep[i] in ("mark", "advmod"):
            subject = view.child(view.head[i], "nsubj")
            if subject is not None and first <= subject < last:
                found.append(subject)
    return found
