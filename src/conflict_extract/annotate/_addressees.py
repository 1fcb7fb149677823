"""Targets that stand in the content or beside it: "rejected the findings of X", "demanded that X leave", "his call on X"."""

from __future__ import annotations

from functools import cache

from conflict_extract.annotate import layer
from conflict_extract.annotate._said_join import head_of
from conflict_extract.annotate._spoken_to import can_be_told
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.assembly import words
from conflict_extract.lexicons.cues import inflect

_AGAINST = frozenset(["against", "on", "at"])
_URGE = frozenset(["urge", "ask", "call", "appeal", "beg", "implore", "request", "invite"])
_CALLS = frozenset(
    ["call", "calls", "appeal", "appeals", "demand", "demands", "request", "requests", "plea", "pleas", "ultimatum"]
)


def answered(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whose saying a denial rejects: "X's claim", "the findings of X", "a report in X", "Israeli claims".

    Who rejects or dismisses (and does not just deny) rejects what somebody does as well: "rejected X's blockade".
    """
    noun = _head(view, record)
    if noun is None:
        return None
    if view.verbal(noun) or view.child(noun, "cop") is not None:  # "Ankara's accusations are groundless"
        noun = view.child(noun, "nsubj", "nsubj:pass")
        if noun is None or view.low[noun] not in words("saying"):
            return None
    saying = view.low[noun] in words("saying")
    if not saying and record.entry not in words("rejecting"):
        return None
    for j in view.children[noun]:
        case = view.case_of(j)
        if view.dep[j] == "nmod:poss" or (view.base(j) == "nmod" and case in (("of", "by", "from") if saying else ("by",))):
            return j
        if saying and view.base(j) == "nmod" and case == "in" and _outlet(view, j):
            return j
        if saying and view.base(j) == "acl" and view.passive(j) and view.child(j, "obl:agent") is not None:
            return view.child(j, "obl:agent")  # "the claim made by X"
    if saying:
        return next(
            (
                j
                for j in view.children[noun]
                if view.base(j) in ("compound", "amod") and (view.mention[j] is not None or view.low[j] in words("party"))
            ),
            None,
        )
    return None


def condemned(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whose deed is condemned: "condemned X's decision", "denounced the strike by X", "deplored the X raid"."""
    noun = _head(view, record)
    if noun is None or record.entry not in words("condemning") or view.verbal(noun):
        return None
    for j in view.children[noun]:
        case = view.case_of(j)
        if view.dep[j] == "nmod:poss" or (
            view.base(j) == "nmod" and (case == "by" or (case == "of" and view.low[noun] in words("deed")))
        ):
            return j
    return next((j for j in view.children[noun] if view.base(j) in ("compound", "amod") and view.mention[j] is not None), None)


def blamed(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one to whom something is attributed: "attributed the fire to X", "to X's gunners", "to pressure from X"."""
    if record.entry not in words("attributing") or record.cue is None:
        return None
    verb = head_of(view, *record.cue)
    if verb is None:
        return None
    thing = view.child(verb, "obj")
    behind: list[int] = [*view.children[verb], *(view.children[thing] if thing is not None else ())]
    to = next((j for j in behind if j > verb and view.base(j) in ("obl", "nmod") and view.case_of(j) == "to"), None)
    if to is None or view.mention[to] is not None:
        return to
    for j in view.children[to]:
        if view.dep[j] == "nmod:poss" or (view.base(j) == "nmod" and view.case_of(j) in ("of", "from", "by")):
            return j
        if view.base(j) in ("compound", "amod") and view.mention[j] is not None:
            return j
    return None


def demanded(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one who is to do what is demanded: "that X leave", "his call on X to stop", "guarantees from X"."""
    noun = _head(view, record)
    if noun is None:
        return None
    if "accusative-and-infinitive" in record.rule:  # "wants X to disarm"
        who = noun if view.dep[noun] == "obj" else view.child(noun, "nsubj")
        return who if who is not None and view.mention[who] is not None else None
    if view.low[noun] in words("leaving"):
        return _leaver(view, noun)
    if view.verbal(noun) or view.child(noun, "cop") is not None:
        subject = view.child(noun, "nsubj")
        if subject is None and view.tag[noun] == "VB":  # "demanded X surrender the commanders", X read as a part of the verb
            subject = next((j for j in view.children[noun] if view.base(j) == "compound" and view.mention[j] is not None), None)
        # not of a passive: "that the hostages be freed" is said to others
        if subject is not None and view.low[subject] in ("i", "we") and view.low[noun] in _URGE:
            return view.child(noun, "obj", "iobj") or next(
                (j for j in view.children[noun] if view.base(j) == "obl" and view.case_of(j) in ("on", "upon", "to")), None
            )
        if any(view.passive(j) for j in view.kids(noun, "xcomp")):
            return None  # "the hospitals had to be protected"
        return subject if subject is not None and view.pos[subject] != "PRON" and can_be_told(view, subject) else None
    for j in view.children[noun]:
        case = view.case_of(j)
        if view.base(j) not in ("nmod", "obl"):
            continue
        if case == "from" or (case in ("on", "upon", "to") and view.low[noun] in _CALLS):
            return j
    return None


def _leaver(view: View, noun: int) -> int | None:
    """Whose withdrawal or resignation is demanded: "X's withdrawal", "the withdrawal of X's troops", "the departure of X"."""
    for j in view.children[noun]:
        if view.dep[j] == "nmod:poss" or (view.base(j) == "nmod" and view.case_of(j) in ("of", "by")):
            owner = view.child(j, "nmod:poss")
            if owner is None and not can_be_told(view, j) and view.mention[j] is None:
                return None  # "the withdrawal of the bill"
            return j if owner is None else owner
    return None


def written_to(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one to whom the paper goes that holds a demand: "in a letter to X", "handed X a note demanding P"."""
    cue = head_of(view, *record.cue) if record.cue else None
    if cue is None:
        return None
    if view.base(cue) == "acl" and view.low[view.head[cue]] in words("venue"):
        paper = view.head[cue]
        found = (view.child(view.head[paper], "iobj"), _to(view, paper), _to(view, view.head[paper]))
        return next((j for j in found if j is not None), None)
    verb = cue if view.verbal(cue) else view.head[cue]
    for j in view.children[verb]:
        if view.base(j) == "obl" and view.low[j] in words("venue") and _to(view, j) is not None:
            return _to(view, j)
    return None


def _to(view: View, noun: int) -> int | None:
    return next((j for j in view.children[noun] if view.base(j) in ("nmod", "obl") and view.case_of(j) == "to"), None)


def asked_about(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one about whose saying the speaker was asked: "Not true, he said when asked about X's charge that P"."""
    cue = head_of(view, *record.cue) if record.cue else None
    if cue is None:
        return None
    for j in view.children[cue]:
        if view.low[j] == "asked" and view.base(j) in ("advcl", "acl", "parataxis"):
            for noun in view.children[j]:
                if view.case_of(noun) == "about" and view.low[noun] in words("saying"):
                    return view.child(noun, "nmod:poss") or next(
                        (k for k in view.children[noun] if view.base(k) == "nmod" and view.case_of(k) in ("of", "by", "from")),
                        None,
                    )
    return None


def hit_back(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whom a negated saying answers: "hit back at X, saying that none of its jets had been downed"."""
    cue = head_of(view, *record.cue) if record.cue else None
    if cue is None or view.tag[cue] != "VBG" or view.base(cue) != "advcl":
        return None
    verb = view.head[cue]
    if not any(view.low[j] == "back" for j in view.children[verb]):
        return None
    if not any(view.low[i] in words("negation") for span in record.content for i in range(*view.tokens(*span))):
        return None
    return next((j for j in view.children[verb] if verb < j < cue and view.case_of(j) in ("at", "against")), None)


def done_by(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one by whom something was done in an accusation: "a deliberate crime by X"."""
    first, last = view.tokens(*record.content[0])
    return next(
        (
            i
            for i in range(first, last)
            if view.base(i) in ("nmod", "obl") and view.case_of(i) == "by" and view.mention[i] is not None
        ),
        None,
    )


def named_aloud(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whom a quotation calls by name: "Stop the drones, prime minister"."""
    return next((i for span in record.content for i in range(*view.tokens(*span)) if view.dep[i] == "vocative"), None)


def focused(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one between "it is" and "that" at the start of the content: "it was X that armed the killers"."""
    first, last = view.tokens(*record.content[0])
    if last - first < 5 or view.low[first] != "it" or view.low[first + 1] not in ("is", "was", "'s"):
        return None
    end = next((i for i in range(first + 2, min(last, first + 9)) if view.low[i] in ("that", "who", "which")), None)
    return None if end is None else next((i for i in range(end - 1, first + 1, -1) if view.mention[i] is not None), None)


def threatened(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whom the threatened deed is to hit: "threatened to strike X", "to use force against X", "revenge on X"."""
    deed = _head(view, record)
    if deed is None:
        return None
    hit = view.child(deed, "obj") if view.verbal(deed) else None
    if hit is not None and view.mention[hit] is not None:
        return hit
    return next((j for j in view.children[deed] if view.base(j) in ("obl", "nmod") and view.case_of(j) in _AGAINST), None)


def blamed_beside(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one named beside the cue: "laid the blame for P on X", "rebuked X, alleging that P"."""
    cue = head_of(view, *record.cue) if record.cue else None
    if cue is None:
        return None
    if record.entry == "blame":  # "on X" may be hung on the verb or on what X is blamed for
        behind = range(cue + 1, view.right[cue if view.verbal(cue) else view.head[cue]])
        return next((j for j in behind if view.base(j) in ("obl", "nmod") and view.case_of(j) == "on" and view.mention[j]), None)
    if view.tag[cue] != "VBG" or view.base(cue) not in ("advcl", "conj"):
        return None
    verb = view.head[cue]
    for j in view.children[verb]:
        if verb < j < cue and (view.dep[j] == "obj" or (view.base(j) == "obl" and view.case_of(j) in ("at", "on"))):
            return j
    return None


@cache
def _scolding() -> frozenset[str]:
    return frozenset().union(*(inflect(lemma) for lemma in words("rebuking")))


def rebuked(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one whom a neutral saying scolds: "reprimanded X, saying P", "hit back at X, saying P"."""
    cue = head_of(view, *record.cue) if record.cue else None
    if cue is None or view.tag[cue] != "VBG" or view.base(cue) != "advcl":
        return None
    verb = view.head[cue]
    if view.low[verb] not in _scolding():
        return None
    return blamed_beside(view, record)


def called(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one who is called names: "called X a traitor", "described X as a butcher"."""
    if "object-predicate" not in record.rule and "object-as" not in record.rule:
        return None
    first, last = view.tokens(*record.content[0])
    cue = head_of(view, *record.cue) if record.cue else None
    for i in range(first, last):
        if view.head[i] == cue or not first <= view.head[i] < last:
            if view.dep[i] in ("obj", "nsubj", "iobj"):
                return i
            return None if view.dep[i] not in ("xcomp", "ccomp") else view.child(i, "nsubj")
    return None


def asked(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the one who was asked: "Asked whether P, X replied"."""
    verb = head_of(view, *record.cue) if record.cue else None
    if verb is None or record.source is not None or view.base(verb) not in ("advcl", "acl", "parataxis"):
        return None
    return view.child(view.head[verb], "nsubj")


def _head(view: View, record: layer.SaidRecord) -> int | None:
    """The head of the content."""
    return head_of(view, *record.content[0]) if record.content else None


def _outlet(view: View, i: int) -> bool:
    mention = view.mention[i]
    row = view.actors.get(mention.actor) if mention is not None else None
    return (
        row is not None and row.type in ("media", "organization") and mention is not None and mention.form in ("name", "acronym")
    )
