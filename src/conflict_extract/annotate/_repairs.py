"""Heads that a parser often misses around cues, moved before the rules read the tree."""

from __future__ import annotations

from conflict_extract.annotate._view import View
from conflict_extract.lexicons.cues import VerbCue, cue_index

ADDING = frozenset(
    {"adding", "noting", "stressing", "insisting", "saying", "warning", "claiming", "arguing", "calling", "urging", "accusing"}
)
FINITE = frozenset(
    {"would", "will", "could", "can", "may", "might", "must", "should", "had", "has", "have", "was", "were", "is", "are"}
)
THEM = frozenset({"him", "her", "them", "us", "me"})
BEFORE_NOUN = frozenset({"amod", "compound", "det", "nummod"})
DEMANDING = ("obj_p:", "p_obj:", "obj_to", "p:", "np", "to", "at", "pred", "as")


def repair(view: View) -> None:
    """Move the heads; the edges of subtrees are computed anew when something moved."""
    moved = False
    index = cue_index()
    for i in range(view.n):
        if view.dep[i] in BEFORE_NOUN and (noun := _own_noun(view, i)) is not None:
            view.move(i, noun, view.dep[i])
            moved = True
        if (
            view.dep[i] in ("obj", "nsubj")
            and view.low[view.head[i]] in index.verbs
            and (clause := _subject_of(view, i)) is not None
        ):
            view.move(i, clause, "nsubj")
            moved = True
        if view.dep[i] == "obj" and view.head[i] > i and _acts_on(view, i):
            view.move(i, view.head[i], "nsubj")
            moved = True
        entry = index.verbs.get(view.low[i])
        if entry is None or not view.verbal(i):
            continue
        if view.dep[i] in ("acl", "acl:relcl") and (host := _told_before(view, i, entry)) is not None:
            view.move(i, host, "parataxis")
            moved = True
        if "pred" in entry.frames:
            moved = _quoted_predicate(view, i) or moved
        if (
            view.low[i] in ADDING
            and view.dep[i] in ("advcl", "xcomp", "conj", "parataxis", "acl")
            and i
            and view.word[i - 1] == ","
        ):
            cue = _cue_above(view, i)
            if cue is not None and cue != view.head[i]:
                view.move(i, cue, "advcl")
                moved = True
        elif (
            view.dep[i] == "conj" and view.tag[i] in ("VBD", "VBZ", "VBP", "VBN") and view.child(i, "nsubj", "nsubj:pass") is None
        ):
            clause = view.head[i]
            cue = view.head[clause]
            if view.dep[clause] == "ccomp" and cue < clause < i and _second_cue(view, clause, cue, i, entry):
                view.move(i, cue, "conj")
                moved = True
    if moved:
        view.settle()


def _acts_on(view: View, i: int) -> bool:
    """Whether a noun read as an object before its verb is the subject: "said soldiers had demanded 500 francs"."""
    verb = view.head[i]
    if view.pos[i] not in ("NOUN", "PROPN") or not view.verbal(verb) or view.dep[verb] != "ccomp" or not view.finite(verb):
        return False
    if view.child(verb, "nsubj", "nsubj:pass", "csubj") is not None or view.passive(verb):
        return False
    return any(view.dep[j] == "obj" and j > verb for j in view.children[verb])


def _told_before(view: View, i: int, entry: VerbCue) -> int | None:
    """The main clause before a finite cue that was read as a clause of its subject: "P, the minister announced on Monday"."""
    subject = view.child(i, "nsubj")
    if subject is None or subject > i or view.tag[i] not in ("VBD", "VBZ") or not {"that", "quote"} & set(entry.frames):
        return None
    if view.child(i, "obj", "ccomp", "mark", "iobj", "xcomp") is not None or view.low[subject] in ("who", "which", "that"):
        return None
    first = view.left[subject]
    if first == 0 or view.word[first - 1] != "," or view.left[i] < first - 1:
        return None
    host = view.head[i]
    for _ in range(12):
        if view.head[host] == host:
            break
        host = view.head[host]
    behind = next((j for j in range(i + 1, view.sent_end[i]) if view.word[j] == ","), None)
    main = host < first and view.verbal(host) and view.finite(host) and view.left[host] == view.sent[host]
    return host if main and behind is None else None


def _quoted_predicate(view: View, verb: int) -> bool:
    """Hang the quoted words at the end on the verb: "called reports that Tehran urged a truce “psychological warfare”"."""
    thing = view.child(verb, "obj")
    last = view.right[verb] - 1
    while last > verb and view.quote[last] < 0 and not view.word[last].isalnum():
        last -= 1
    number = view.quote[last]
    if thing is None or thing < verb or number < 0 or view.quote[verb] >= 0:
        return False
    first = last
    while first > verb and view.quote[first - 1] == number:
        first -= 1
    inside = [i for i in range(first, last + 1) if view.word[i][:1].isalnum()]
    before = first - 1
    if first <= thing or not inside or len(inside) > 8 or view.pos[before] not in ("NOUN", "PROPN", "NUM"):
        return False
    tops = [i for i in inside if not first <= view.head[i] <= last]
    if len(tops) != 1 or view.pos[tops[0]] not in ("NOUN", "PROPN", "ADJ") or view.head[tops[0]] <= thing:
        return False
    if not any(view.dep[j].startswith("acl") for j in view.children[thing]):
        return False
    top, above, dep = tops[0], view.head[tops[0]], view.dep[tops[0]]
    left = [j for j in view.children[top] if j < first]
    if left:  # the noun before the quotation was hung on the quoted one
        noun = left[-1]
        view.move(noun, above, dep)
        for j in left[:-1]:
            view.move(j, noun, view.dep[j])
    view.move(top, verb, "xcomp")
    return True


def _subject_of(view: View, i: int) -> int | None:
    """The clause whose subject was taken for the cue's object: "said the base would stay", where "stay" has no subject."""
    cue = view.head[i]
    for clause in view.children[cue]:
        if (
            view.dep[clause] == "ccomp"
            and cue < i < clause
            and view.child(clause, "nsubj", "nsubj:pass", "csubj", "mark") is None
        ):
            first = min(
                [clause, *(j for j in view.children[clause] if view.dep[j] in ("aux", "aux:pass", "cop", "advmod") and j > i)]
            )
            if first == i + 1 and view.low[first] in FINITE:
                return clause
    return None


def _own_noun(view: View, i: int) -> int | None:
    """The noun right behind a modifier that hangs on a noun beyond a verb ("Russian forces shelled …, the Ukrainian ministry")."""
    head = view.head[i]
    low, high = min(i, head), max(i, head)
    if high - low < 3 or not any(view.pos[j] in ("VERB", "AUX") for j in range(low + 1, high)):
        return None
    j = i + 1
    while j < view.n and view.tag[j] in ("JJ", "CD"):
        j += 1
    noun = None
    while j < view.n and view.pos[j] in ("NOUN", "PROPN") and j != head:
        noun, j = j, j + 1
    below = noun
    for _ in range(8):  # never below itself
        if below is None or below == i:
            return None
        if view.head[below] == below:
            break
        below = view.head[below]
    return noun


def _cue_above(view: View, i: int) -> int | None:
    """The finite cue to the left in whose complement a participle hangs, or the cue that the participle's clause is the content of."""
    index = cue_index()
    node = view.head[i]
    best = None
    for _ in range(8):
        if node < i and view.low[node] in index.verbs and view.verbal(node) and view.dep[node] != "acl:relcl":
            best = node
            break
        for j in view.children[node]:  # "P, X said, adding": the cue is a parenthesis of P
            if j < i and view.dep[j] == "parataxis" and view.low[j] in index.verbs:
                return j
        if view.head[node] == node:
            break
        node = view.head[node]
    return best


def _speaks(view: View, i: int) -> bool:
    """Whether a noun is an actor."""
    mention = view.mention[i]
    return mention is not None and mention.use == "actor"


def _form(view: View, i: int) -> str:
    """The tag of a verb; "says" is a present whatever the network takes it for."""
    present = view.tag[i] == "VBD" and view.low[i].endswith("s") and view.low[i] != "was"
    return "VBZ" if present else view.tag[i]


def _second_cue(view: View, clause: int, cue: int, second: int, entry: VerbCue) -> bool:
    """Whether a verb coordinated with the content of a cue is rather a second cue of the same source."""
    if not any(frame.startswith(DEMANDING) or frame == "to" for frame in entry.frames) and "that" not in entry.frames:
        return False
    if view.low[cue] not in cue_index().verbs:
        return False
    own = cue_index().verbs.get(view.low[clause])
    told = next((view.low[j] for j in view.children[second] if view.dep[j] in ("obj", "iobj") and view.pos[j] == "PRON"), "")
    if own is not None and own.act in ("demand", "question") and (entry.act == "threat" or told in THEM):
        return False  # "said the gunmen had asked for money and threatened to return"
    marked = any(view.low[j] == "that" and view.dep[j] == "mark" for j in view.children[second])
    if marked or _form(view, second) != _form(view, cue):
        return False
    helped = [view.tag[j] for j in view.children[clause] if view.base(j) in ("aux", "cop")]
    first = helped[0] if helped else view.tag[clause]
    subject = next((j for j in view.children[clause] if view.dep[j].startswith("nsubj")), None)
    had = any(view.low[j] == "had" for j in view.children[clause])
    if first != _form(view, second) or (had and not any(view.low[j] == "had" for j in view.children[second])):
        return True  # "said they had taken the hill, and put their losses at six"
    if (
        subject is not None
        and view.pos[subject] in ("NOUN", "NUM")
        and not _speaks(view, subject)
        and set(entry.frames) - set(entry.weak)
    ):
        return True  # a thing neither thinks nor accuses
    return subject is not None and view.low[subject] not in ("it", "he", "she", "they") and bool(helped)
