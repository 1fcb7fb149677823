"""Which candidates do not stand: nothing is reported as said."""

from __future__ import annotations

from functools import cache

from conflict_extract.annotate._candidates import Candidate
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import inflect
from conflict_extract.lexicons.events import triggers

MODALS = frozenset({"could", "would", "should", "might", "may", "can", "must", "shall", "ought", "'d", "ca", "will", "wo", "'ll"})
CARRIERS = frozenset(
    [
        "go",
        "continue",
        "begin",
        "start",
        "proceed",
        "come",
        "appear",
        "seem",
        "hasten",
        "rush",
        "use",
        "begin_to",
        "keep",
        "move",
        "take",
        "want",
        "refuse",
        "be",
        "have",
        "happen",
    ]
)
DECLINE = frozenset(
    {
        "vote",
        "votes",
        "voted",
        "voting",
        "decline",
        "declined",
        "declines",
        "declining",
        "refuse",
        "refused",
        "refuses",
        "refusing",
        "fail",
        "failed",
        "fails",
        "unable",
        "hesitate",
        "hesitated",
        "stop",
        "stopped",
        "forget",
        "forgot",
        "avoid",
        "avoided",
        "unwilling",
        "want",
        "wanted",
        "wants",
    }
)
REFRAIN = frozenset({"refrain", "refrained", "refrains", "refraining", "abstain", "abstained", "shied", "shy"})
HIDDEN = frozenset(
    {"withheld", "used", "published", "printed", "disclosed", "revealed", "changed", "mentioned", "given", "withhold", "use"}
)
NOT_SOURCES = frozenset(
    [
        "what",
        "nothing",
        "everything",
        "something",
        "anything",
        "there",
        "this",
        "that",
        "which",
        "these",
        "those",
        "here",
        "one's",
        "whatever",
    ]
)


REFLEXIVES = frozenset({"himself", "herself", "itself", "themselves"})
NAMES = frozenset({"name", "names", "surname", "surnames", "identity", "identities", "anonymity"})


@cache
def protests() -> frozenset[str]:
    """The forms of the verbs that say that people protest ("march", "rally")."""
    verbs = {row.words for row in triggers() if row.type == "protest" and row.pos == "verb" and " " not in row.words}
    return frozenset(form for verb in verbs for form in inflect(verb))


def _withheld(view: View, i: int) -> bool:
    """Whether a gerund is what somebody does not do: "stopped short of confirming", "without naming", "refrained from blaming"."""
    case = view.case_of(i)
    head = view.low[view.head[i]]
    return case == "without" or (case == "of" and "short" in view.low[max(0, i - 3) : i]) or (case == "from" and head in REFRAIN)


def unspoken(view: View, candidate: Candidate) -> bool:
    """Whether nothing is said: the cue is what somebody does not do, or all that is asked is to stay unnamed."""
    cue = range(*view.tokens(*candidate.cue))
    if any(view.tag[i] == "VBG" and _withheld(view, i) for i in (candidate.anchor, *cue)):
        return True
    first = view.tokens(*candidate.content[0])[0]
    if view.low[first] in REFLEXIVES and candidate.entry in ("call", "describe", "style", "present"):
        return True  # "who calls himself a spokesman"
    if (
        candidate.source is None
        and candidate.rule == "passive-noun-phrase"
        and (candidate.entry == "offer" or view.low[first] == "neither")
    ):
        return True  # "prayers were offered"; "neither account could be verified"
    if candidate.entry == "dispute" and candidate.source is None:
        return True  # "the losses are disputed"
    if candidate.act == "commitment":
        low = [view.low[i] for start, end in candidate.content for i in range(*view.tokens(start, end))]
        return low[:2] in (["to", "speak"], ["to", "talk"]) and bool({"named", "identified", *NAMES} & set(low))
    return candidate.act in ("demand", "question", "statement", "estimate") and _unnamed(view, candidate)


def _unnamed(view: View, candidate: Candidate) -> bool:
    """Whether what is asked is only that the speaker's name be kept out of the report."""
    low = [view.low[i] for start, end in candidate.content for i in range(*view.tokens(start, end))]
    if len(low) > 1 and low[0] in ("his", "her", "their", "its") and low[1] in NAMES:
        return True  # "gave her name only as Rosa"
    return len(low) <= 8 and bool(NAMES & set(low)) and bool(HIDDEN & set(low))


def stands(view: View, candidate: Candidate) -> bool:
    """Whether the candidate's cue reports a saying at all: not negated, not merely possible, not declined, not asked about."""
    i = candidate.anchor
    if candidate.rule.startswith(("adverbial", "possessive", "headline", "transcript")):
        return True
    if candidate.source is not None:
        first, _, head = candidate.source
        if view.low[head] in NOT_SOURCES or view.low[first] in ("no", "neither", "nobody", "none", "not"):
            return False
    verb = view.verbal(i)
    if not verb:
        return not (view.negated(view.head[i]) and view.low[view.head[i]] in ("have", "has", "had", "is", "was"))
    auxiliaries = {view.low[j] for j in view.children[i] if view.base(j) == "aux"}
    if auxiliaries & MODALS == {"can"} and candidate.entry == "confirm" and candidate.source is not None and not view.negated(i):
        first = candidate.source[0]
        if first == 0 or view.low[first - 1] != "only":
            auxiliaries = set()  # "we can confirm six deaths"
    if auxiliaries & MODALS and not (candidate.act in ("opinion",) and candidate.frame in ("that", "raise", "ecm")):
        return False
    if view.negated(i) and candidate.entry == "know":
        return False
    if view.negated(i) and (
        candidate.act in ("statement", "announcement", "confirmation", "denial", "question")
        or candidate.neutral
        or (candidate.nominal and candidate.act == "commitment")
    ):
        return False
    if unspoken(view, candidate):
        return False
    if view.infinitive(i):
        head = view.head[i]
        low = view.low[head]
        if low in DECLINE:
            return False
        if (
            view.base(i) == "advcl"
            and candidate.entry == "protest"
            and low in ("summon", "summoned", "summons", "called", "wrote")
        ):
            candidate.strong = True
            return True  # "summoned the ambassador to protest at the seizure"
        if view.base(i) in ("advcl", "xcomp") and candidate.act == "demand" and low in protests():
            return True  # "thousands marched to demand that P"
        if view.dep[i] == "xcomp" and (
            low.startswith(
                ("go", "went", "contin", "beg", "start", "proceed", "came", "come", "appear", "seem", "hasten", "rush", "mov")
            )
        ):
            return True
        candidate.strong = False
        return True
    if view.dep[i] in ("amod", "compound"):
        return False
    if view.tag[i] == "VBG" and view.dep[i] in ("nsubj", "csubj", "obj", "nmod"):
        return False
    if view.tag[i] == "VBG" and candidate.entry == "order" and view.case_of(i) in ("of", "for"):
        return False  # "accused of ordering the raid": a deed
    if any(view.dep[j] == "mark" and view.low[j] in ("if", "unless", "whether") for j in view.children[i]):
        return False
    if view.tag[i] == "VB" and not auxiliaries and candidate.source is None:
        return False  # imperative
    if i and view.word[i - 1] == "-":
        return False
    alone = len(candidate.content) == 1 and view.text[slice(*candidate.content[0])].lower() in ("it", "this", "that", "they")
    if alone and (view.passive(i) or candidate.frame == "raise"):
        return False
    if candidate.source is None and (not view.passive(i) or (candidate.frame in ("as", "pred") and candidate.act == "opinion")):
        candidate.strong = False
    if candidate.source is not None and view.low[candidate.source[2]] == "you":
        candidate.strong = False
    return True
