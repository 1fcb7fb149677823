"""Contradictions: neutral words ("said", "replied") that say of what another side has just said that it is not so.

"Indian officers said Pakistani troops had fired mortars. “Not a single shell left our positions,” a Pakistani spokesman said": the
second saying is a denial. So is what the accused says right after an accusation ("the mines are left over from the war"), unless he
gives a figure, plans or concedes something. Else the content is negated in its main clause, and signs tie it to the claim before:

============================================================  ======
each content word that both share, two at most                      1
one of them is what is said not to be ("no boats")               0.75
the one who speaks is the claim's target                            2
he takes part in what is claimed ("Pakistani troops")             1.5
the cue answers ("replied", "countered")                          1.5
the claim is an accusation                                          1
the claim's side is spoken of ("They have retaken nothing")        .5
his own side is what the negated clause is about ("its jets did")    1
and the cue insists on it                                         .75
both are about the same type of event                              .5
the claim is the nearest one by somebody else                      .5
each sentence between them                                       -.25
============================================================  ======
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.denials import participants, related
from conflict_extract.assemble.index import Index, stem
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.speakers import sides
from conflict_extract.lexicons.assembly import words

ENOUGH = 1.75
BACK = 5  # claims looked back over
SENTENCES = 3
PER_SENTENCE = 0.25
FACTS = frozenset({"statement", "accusation", "announcement", "confirmation", "estimate", "opinion"})


def negated(index: Index, draft: Draft) -> bool:
    """Whether a negation stands anywhere in the content."""
    tokens = index.tokens
    return any(
        tokens.dep[i] == "neg" or tokens.lower[i] in words("negation")
        for start, end in draft.content
        for i in index.within(start, end)
    )


def says_not(index: Index, draft: Draft) -> bool:
    """Whether the content's main clause says that something is or was not so: no wish, no plan, nobody's ignorance."""
    tokens = index.tokens
    top = index.root(*_longest(draft))
    if top is None or (index.lemma(top) in words("minding") and not _no_such(index, draft)):
        return False
    near = [i for i in index.words_within(*_longest(draft)) if tokens.head[i] == top or tokens.head[tokens.head[i]] == top]
    if any(tokens.tag[i] == "MD" and tokens.head[i] == top for i in near):
        return False
    if any(tokens.lower[i] == "but" for i in near):
        return False  # "not labourers but soldiers" says what they are
    for i in near:
        if tokens.lower[i] in words("negation") and tokens.dep[tokens.head[i]].partition(":")[0] not in (
            "advcl",
            "acl",
            "conj",
            "parataxis",
        ):
            return True
    return False


def _no_such(index: Index, draft: Draft) -> bool:
    """Whether the content starts with "no such order": what has just been spoken of is said not to be."""
    first = index.words_within(*draft.content[0])[:2]
    return len(first) == 2 and index.tokens.lower[first[0]] == "no" and index.tokens.lower[first[1]] == "such"


def _longest(draft: Draft) -> Offsets:
    return max(draft.content, key=lambda span: span[1] - span[0])


def _version(index: Index, draft: Draft) -> bool:
    """Whether the content can be the accused's own version of things: no figure, no plan, no regret."""
    top = index.root(*_longest(draft))
    if top is None or draft.quantities or index.lemma(top) in words("minding") or index.lemma(top) in words("conceding"):
        return False
    tokens = index.tokens
    return not any(tokens.head[i] == top and tokens.tag[i] == "MD" for i in index.words_within(*_longest(draft)))


def contradicted(index: Index, drafts: Sequence[Draft], at: int) -> tuple[Draft, str] | None:
    """The claim that the saying `drafts[at]` contradicts, and why; None when it contradicts none."""
    draft = drafts[at]
    if draft.narrated or draft.nominal or draft.act != "statement":
        return None
    own = sides(index, draft)
    last = drafts[at - 1] if at else draft
    charged = last.act == "accusation" and last.target in own and draft.sentence - last.sentence <= 1
    if charged and not related(last, draft) and not own & sides(index, last) and _version(index, draft):
        return last, "the accused's version, right after the accusation"
    if not says_not(index, draft):
        return None
    for other in drafts[at + 1 : at + 3]:  # "said it had not, after X accused it of doing so"
        if other.act == "accusation" and other.sentence == draft.sentence and other.target in own and not related(other, draft):
            return other, "it says that what its sentence charges it with is not so"
    content = index.words(draft.content)
    focus = _focus(index, draft)
    replies = _replies(index, draft)
    denies_own, insists = _own_deed(index, draft), _insists(index, draft)
    best: tuple[float, Draft, list[str]] | None = None
    nearest = True
    for other in reversed(drafts[max(0, at - BACK) : at]):
        gap = draft.sentence - other.sentence
        if gap > SENTENCES:
            break
        if other.act == "question" and nearest:
            return None  # "not yet" answers it
        if other.narrated or other.act not in FACTS or related(other, draft) or negated(index, other):
            continue
        theirs = sides(index, other)
        if (draft.source is not None and draft.source == other.source) or own & theirs:
            continue
        points, why = -PER_SENTENCE * gap, []
        if nearest:
            points += 0.5
            nearest = False
            if replies:
                points += 1.5
                why.append("the cue answers it")
        if other.target is not None and other.target in own:
            points += 2
            why.append("the speaker is the one accused there")
        elif own & participants(index, other):
            points += 1.5
            why.append("the speaker takes part in what is claimed there")
        if other.act == "accusation":
            points += 1
        if participants(index, draft) & theirs:
            points += 0.5
        if denies_own and (other.event in words("violent") or other.act == "accusation"):
            points += 1
            if insists:
                points += 0.75
            why.append("the speaker says what his side did not do")
        if draft.main is not None and other.main is not None and draft.event == other.event != "other":
            points += 0.5
        shared = content & index.words(other.content)
        if shared:
            points += min(2, len(shared)) + (0.75 if shared & focus else 0)
            why.append("shared words: " + ", ".join(sorted(shared)[:4]))
        if why and (best is None or points > best[0]):
            best = (points, other, why)
    if best is None or best[0] < ENOUGH:
        return None
    return best[1], "it says that it is not so: " + "; ".join(best[2])


def _focus(index: Index, draft: Draft) -> frozenset[str]:
    """Stems of what is said not to be or not to have been done: the clause's subject and the nouns after "no"."""
    tokens = index.tokens
    top = index.root(*_longest(draft))
    out: set[str] = set()
    for i in index.words_within(*_longest(draft)):
        if tokens.head[i] == top and tokens.dep[i].startswith("nsubj"):
            out.add(stem(index.lemma(i)))
        elif tokens.lower[i] == "no":
            out.add(stem(index.lemma(tokens.head[i])))
    return frozenset(out)


def _own_deed(index: Index, draft: Draft) -> bool:
    """Whether the main clause is about the speaker's own side: "it has flown no missions", "its troops had not opened fire"."""
    tokens, inside = index.tokens, index.words_within(*_longest(draft))
    top = index.root(*_longest(draft))
    subject = next((i for i in inside if tokens.head[i] == top and tokens.dep[i] == "nsubj"), None)
    if top is None or subject is None:
        return False
    own = ("we", "our") if draft.mode == "direct" else ("it", "they", "its", "their", "his", "her")
    return tokens.lower[subject] in own or any(
        tokens.lower[i] in own and tokens.head[i] == subject for i in inside if i < subject
    )


def _insists(index: Index, draft: Draft) -> bool:
    top = index.root(*draft.cue) if draft.cue is not None else None
    return top is not None and index.lemma(top) in ("insist", "maintain")


def _replies(index: Index, draft: Draft) -> bool:
    top = index.root(*draft.cue) if draft.cue is not None else None
    return top is not None and index.lemma(top) in words("answering")
