"""Links between the claims of one document: denies, confirms, answers, elaborates, disagrees, repeats.

Every rule looks back over a bounded number of claims, so the work is linear. A pair of claims gets one link at most;
the order of the rules below is their order of precedence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from conflict_extract.assemble import figures
from conflict_extract.assemble.contradictions import contradicted, negated
from conflict_extract.assemble.denials import answered, is_anaphoric, is_denial
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.replies import adversary, answered_party, counter_charge, refuting
from conflict_extract.assemble.speakers import accused, party_of, sides
from conflict_extract.lexicons.assembly import anaphors, words
from conflict_extract.lexicons.events import plover_act

MOST_DISAGREE = 4  # earlier figures that one claim is linked to
KNOWN = frozenset({"the", "this", "that", "these", "those", "his", "her", "its", "their"})
BACK = 6  # claims that the other rules look back over


@dataclass(slots=True)
class Pair:
    """A link in the making."""

    kind: str
    source: Draft
    target: Draft
    basis: str


@dataclass(slots=True)
class Links:
    """The links found so far; the first link of a pair of claims stays."""

    found: list[Pair] = field(default_factory=list)
    _taken: set[tuple[int, int]] = field(default_factory=set)
    _from: dict[int, list[Pair]] = field(default_factory=dict)

    def add(self, kind: str, source: Draft, target: Draft, basis: str) -> None:
        """Add a link unless the two claims have one."""
        key = (min(source.number, target.number), max(source.number, target.number))
        if source is target or key in self._taken:
            return
        self._taken.add(key)
        pair = Pair(kind, source, target, basis)
        self.found.append(pair)
        self._from.setdefault(source.number, []).append(pair)

    def count(self, draft: Draft, kind: str) -> int:
        """How many links of this kind start at a claim."""
        return sum(pair.kind == kind for pair in self._from.get(draft.number, []))

    def of(self, draft: Draft, kind: str) -> Draft | None:
        """The claim that a link of this kind from `draft` leads to."""
        return next((pair.target for pair in self._from.get(draft.number, []) if pair.kind == kind), None)


def make_links(index: Index, drafts: Sequence[Draft]) -> list[Pair]:
    """All links, in order of their first claim; fills targets that the exchange decides."""
    links = Links()
    for draft in drafts:
        if draft.act == "accusation" and draft.target is None:
            draft.target = accused(index, draft, drafts)
    for at in range(len(drafts)):
        draft = drafts[at]
        if draft.narrated:
            continue
        if draft.continues is not None:
            links.add("elaborates", draft, draft.continues, "the same speaker's quotation goes on")
        _repeat(index, links, drafts, at)
        _elaborate_denial(index, links, drafts, at)
        if is_denial(draft) and links.of(draft, "elaborates") is None:
            hit = answered(index, drafts, at)
            if hit is not None:
                links.add("denies", draft, hit[0], hit[1])
        else:
            _contradict(index, links, drafts, at)
            _reply(index, links, drafts, at)
        _counter(index, links, drafts, at)
    _compare_figures(index, links, drafts)
    for at in range(len(drafts)):
        if not drafts[at].narrated:
            _confirm(index, links, drafts, at)
            _contrast(index, links, drafts, at)
            _answer(index, links, drafts, at)
            _elaborate(index, links, drafts, at)
    _set_targets(index, links, drafts)
    links.found.sort(key=lambda pair: (pair.source.number, pair.target.number, pair.kind))
    return links.found


# -- helpers ----------------------------------------------------------------------------------------------
def cue_lemma(index: Index, draft: Draft) -> str:
    """The lemma of the cue's verb or noun."""
    if draft.cue is None:
        return ""
    root = index.root(*draft.cue)
    return index.lemma(root) if root is not None else ""


def same_speaker(index: Index, a: Draft, b: Draft) -> bool:
    """Whether both claims have one speaker, or a speaker and the one that it speaks for."""
    if a.narrated or b.narrated:
        return False
    if a.source is not None and a.source == b.source:
        return True
    if _of_the_other(index, a, b):
        return True
    if a.speaker is None or b.speaker is None:
        return False
    if a.speaker == b.speaker:
        return True
    one, two = index.actor_rows.get(a.speaker), index.actor_rows.get(b.speaker)
    if one is None or two is None:
        return False
    # a spokesman and his principal; two officials of one state are two speakers
    return (b.speaker in sides(index, a) or a.speaker in sides(index, b)) and "person" in (one.type, two.type)


def _of_the_other(index: Index, a: Draft, b: Draft) -> bool:
    """Whether the later source is "its spokesman", said right after the other claim."""
    if a.source is None or a.number <= b.number or a.sentence - b.sentence > 2:
        return False
    return index.text[a.source[0] : a.source[1]].lower().startswith(("its ", "their "))


def _same_side(index: Index, a: Draft, b: Draft) -> bool:
    one = party_of(index, a)
    return one is not None and one == party_of(index, b)


def _previous(drafts: Sequence[Draft], at: int, back: int = BACK) -> list[Draft]:
    """Earlier claims, nearest first, without those that the claim is nested in or that are nested in it."""
    draft = drafts[at]
    out = []
    for other in reversed(drafts[max(0, at - back) : at]):
        if draft.parent is other or other.parent is draft:
            continue
        out.append(other)
    return out


# -- rules ------------------------------------------------------------------------------------------------
def _repeat(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """ "repeated the call": to the nearest earlier claim of the speaker that the noun can stand for."""
    draft = drafts[at]
    if cue_lemma(index, draft) not in words("repeat"):
        return
    noun = is_anaphoric(index, draft)
    meant = anaphors().get(noun or "", frozenset())
    content = index.words(draft.content)
    for other in _previous(drafts, at, 12):
        if not same_speaker(index, draft, other):
            continue
        if noun is not None and other.act in meant:
            links.add("repeats", draft, other, f"“{noun}” stands for what the same speaker said before")
            return
        shared = content & index.words(other.content)
        if noun is None and shared and len(shared) >= 0.5 * len(content):
            links.add("repeats", draft, other, "the same speaker again, shared words: " + ", ".join(sorted(shared)[:4]))
            return


def _elaborate_denial(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """A denial right after a denial by the same speaker or side goes on with it."""
    draft = drafts[at]
    if draft.act not in ("denial", "accusation", "threat") or draft.mode not in ("direct", "mixed"):
        return
    for other in _previous(drafts, at, 3):
        ours = same_speaker(index, draft, other) or _same_side(index, draft, other)
        if not ours or draft.sentence - other.sentence > 3:
            return
        if other.act == "denial":
            links.add("elaborates", draft, other, "the denial goes on in the same side's own words")
            return
        if other.mode == "direct":
            return  # the quotation goes on with what stands between


def _contradict(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """Neutral words that contradict another side make a denial of it."""
    hit = contradicted(index, drafts, at)
    if hit is not None:
        draft = drafts[at]
        draft.act = "denial"
        draft.rule += "; wording:contradicts"
        draft.plover_act = plover_act("denial", cue_lemma(index, draft), draft.event)
        links.add("denies", draft, *hit)


def _reply(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """A saying that goes on with the denial opening its sentence, and a charge turned round by the accused."""
    draft = drafts[at]
    refuted, charged = refuting(index, drafts, at), counter_charge(index, drafts, at)
    if refuted is not None:
        draft.act = "denial"
        links.add("elaborates", draft, refuted, "the denial that opens its sentence")
    elif charged is not None:
        draft.act, draft.target = "accusation", charged
    else:
        return
    draft.rule += "; exchange:reply"
    draft.plover_act = plover_act(draft.act, cue_lemma(index, draft), draft.event)


def _actor(index: Index, key: str | None) -> str:
    row = index.actor_rows.get(key or "")
    return row.name if row is not None else "the speaker"


def _counter(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """Accusations that cross: "A and B each blamed the other" (disagrees); a charge turned round (answers)."""
    draft = drafts[at]
    if draft.act != "accusation" or draft.target is None:
        return
    own = sides(index, draft)
    for other in _previous(drafts, at, BACK):
        if other.act != "accusation" or other.target is None or draft.sentence - other.sentence > 4:
            continue
        if other.target in own and draft.target in sides(index, other):
            if other.cue == draft.cue or other.content == draft.content:
                links.add("disagrees", draft, other, "each accuses the other")
            else:
                links.add("answers", draft, other, "the accused accuses the accuser")
            return


def _compare_figures(index: Index, links: Links, drafts: Sequence[Draft]) -> None:
    for later, earlier in figures.pairs(index, drafts):
        a, b = later.draft, earlier.draft
        words_ = f"“{_text(index, later)}” and “{_text(index, earlier)}”"
        if a.narrated and b.narrated:
            continue
        if figures.equal(later, earlier):
            if a.act == "confirmation" and not same_speaker(index, a, b):
                links.add("confirms", a, b, f"the same figure: {words_}")
            elif not a.narrated:
                links.add("repeats", a, b, f"the same figure for the same thing: {words_}")
        elif figures.compatible(later, earlier):
            if a.act == "confirmation" and not same_speaker(index, a, b):
                links.add("confirms", a, b, f"the figures agree: {words_}")
            elif a.attributed and same_speaker(index, a, b) and a.sentence > b.sentence and links.of(a, "elaborates") is None:
                links.add("elaborates", a, b, f"a closer figure by the same side: {words_}")
        elif not same_speaker(index, a, b) and a.attributed and b.attributed and links.count(a, "disagrees") < MOST_DISAGREE:
            links.add("disagrees", a, b, f"different figures for the same thing: {words_}")


def _text(index: Index, figure: figures.Figure) -> str:
    return " ".join(index.text[figure.quantity.start : figure.quantity.end].split())


def _confirm(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """A confirmation and the claim of another source on the same event ("the trip", "his death", "that two men had died")."""
    draft = drafts[at]
    if draft.act != "confirmation":
        return
    noun = is_anaphoric(index, draft)
    content = index.words(draft.content)
    definite = _definite(index, draft)
    for other in _previous(drafts, at, 16):
        if other.attributed and same_speaker(index, draft, other):
            continue
        shared = content & index.words(other.content)
        gap = draft.sentence - other.sentence
        if noun is not None and gap <= 4 and other.act in anaphors().get(noun, frozenset()):
            links.add("confirms", draft, other, f"“{noun}” stands for it")
            return
        family = draft.main is not None and _one_family(draft, other)
        if definite and other.attributed and gap <= 2 and (family or shared or len(content) <= 2):
            links.add("confirms", draft, other, "the definite noun phrase speaks of what another source has just said")
            return
        if (family and len(shared) >= 2) or (gap <= 3 and other.attributed and shared and (family or len(shared) >= 2)):
            why = ", ".join(sorted(shared)[:4])
            links.add("confirms", draft, other, f"{f'both are about {draft.event}, ' if family else ''}shared words: {why}")
            return


def _definite(index: Index, draft: Draft) -> bool:
    """Whether the content is a noun phrase for something known ("the outage", "his death")."""
    tokens = index.words_within(*draft.content[0])
    if len(draft.content) != 1 or not tokens or index.tokens.lower[tokens[0]] not in KNOWN:
        return False
    top = index.root(*draft.content[0])
    return top is not None and index.tokens.pos[top] in ("NOUN", "PROPN")


def _contrast(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """ "However, residents said they had not seen any": a negated claim against the claim before it."""
    draft = drafts[at]
    if at == 0 or draft.act not in ("statement", "denial", "opinion"):
        return
    before = _previous(drafts, at, 2)
    if not before or draft.sentence - before[0].sentence > 1:
        return
    other = before[0]
    if other.narrated or same_speaker(index, draft, other) or links.of(draft, "denies") is not None:
        return
    start = index.sentences.bounds(draft.sentence)[0]
    opening = [index.tokens.lower[i] for i in index.within(start, min(draft.start + 1, start + 40))[:3]]
    if not any(word in words("contrast") for word in opening):
        return
    if negated(index, draft) != negated(index, other):
        links.add("disagrees", draft, other, "a contrast, and only one of the two is negated")


def _answer(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """A reply: to a question or demand directed at the speaker, or by a cue that answers the claim before."""
    draft = drafts[at]
    own = sides(index, draft)
    replies = cue_lemma(index, draft) in words("answering")
    noun = _leading_noun(index, draft) if draft.act in ("denial", "opinion", "statement", "confirmation", "commitment") else None
    for nearness, other in enumerate(_previous(drafts, at, 3)):
        gap = draft.sentence - other.sentence
        if other.narrated or gap > 3 or same_speaker(index, draft, other):
            continue
        if (
            noun is not None
            and other.act in ("demand", "commitment", "threat")
            and other.act in anaphors().get(noun, frozenset())
        ):
            links.add("answers", draft, other, f"“{noun}” stands for it")
            return
        if other.act in ("demand", "question", "threat") and own & _directed_at(index, other):
            links.add("answers", draft, other, f"an answer to the {other.act} directed at the speaker")
            return
        if other.act == "question" and other.source is None and nearness == 0 and gap <= 1 and draft.act != "question":
            links.add("answers", draft, other, "an answer to the question right before")
            return
        if replies:
            links.add("answers", draft, other, "the cue answers what was said before")
            return


def _directed_at(index: Index, other: Draft) -> frozenset[str]:
    """The target of a claim; of a joint one ("both sides") its members as well."""
    row = index.actor_rows.get(other.target or "")
    return frozenset() if row is None else frozenset({row.key, *row.members})


def _leading_noun(index: Index, draft: Draft) -> str | None:
    """The noun for an earlier claim with which the content starts ("the offer “a trap”")."""
    noun = is_anaphoric(index, draft)
    if noun is not None:
        return noun if noun in words("anaphor") or noun.removesuffix("s") in words("anaphor") else None
    opening = [index.tokens.lower[i] for i in index.words_within(*draft.content[0])[:3]]
    if opening and opening[0] in ("the", "this", "that", "its", "their", "such"):
        return next((word for word in opening[1:] if word in words("anaphor")), None)
    inside = [index.tokens.lower[i] for i in index.words_within(*draft.content[0])]
    after = (
        word for before, word in pairwise(inside) if before in KNOWN and word in ("offer", "proposal", "demand", "ultimatum")
    )
    return next(after, None)  # "it would think the offer over"


VIOLENCE = frozenset({"killing", "injury", "attack", "destruction"})


def _one_family(a: Draft, b: Draft) -> bool:
    """Whether two claims are about the same type of event, or both about violence."""
    return a.event == b.event != "other" or (a.event in VIOLENCE and b.event in VIOLENCE)


def _elaborate(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """More on the same matter by the same speaker, to the nearest earlier claim of that speaker."""
    draft = drafts[at]
    if links.of(draft, "elaborates") is not None or links.of(draft, "repeats") is not None:
        return
    cue = cue_lemma(index, draft)
    for distance, other in enumerate(_previous(drafts, at)):
        if other.narrated:
            continue
        gap = draft.sentence - other.sentence
        if not same_speaker(index, draft, other):
            goes_on = cue in words("continuation") or (draft.mode == "direct" and other.mode != "direct" and gap >= 1)
            if goes_on and distance == 0 and gap <= 2 and _same_side(index, draft, other):
                links.add("elaborates", draft, other, "another speaker of the same side goes on with it")
            continue
        if other.cue is not None and other.cue == draft.cue and other.source == draft.source:
            if draft.content[0][0] >= other.content[-1][1] and draft.mode == other.mode == "direct":
                links.add("elaborates", draft, other, "the same speaker's quotation goes on")
            return
        if cue in words("continuation") and gap <= 6:
            links.add("elaborates", draft, other, f"“{_cue_text(index, draft)}” goes on with what the same speaker said")
        elif gap > 3 or distance > 1:
            return
        elif gap >= 1 and draft.mode == "direct" and draft.act not in ("demand", "threat"):
            links.add("elaborates", draft, other, "the same speaker's own words on it")
        elif (
            gap >= 1 and draft.act == other.act in ("demand", "accusation", "threat") and draft.target == other.target is not None
        ):
            links.add("elaborates", draft, other, f"another {draft.act} of the same speaker to the same target")
        elif _same_matter(index, draft, other, pronoun=_is_pronoun(index, draft), apart=gap >= 1):
            links.add("elaborates", draft, other, "more on the same matter by the same speaker")
        return


def _cue_text(index: Index, draft: Draft) -> str:
    assert draft.cue is not None
    return index.text[draft.cue[0] : draft.cue[1]]


def _is_pronoun(index: Index, draft: Draft) -> bool:
    return draft.source is not None and index.text[slice(*draft.source)].lower() in ("he", "she", "it", "they")


def _same_matter(index: Index, a: Draft, b: Draft, *, pronoun: bool, apart: bool) -> bool:
    """Whether two claims of one speaker are on the same matter.

    "He said …" right after goes on when type of event or a word is the same; a source named anew starts something new unless type
    and words are the same. In one sentence ("says rockets hit Israel and blames Hamas for firing them") a pronoun must point back.
    """
    shared = index.words(a.content) & index.words(b.content)
    same_event = a.main is not None and b.main is not None and a.event == b.event != "other"
    if not apart:
        return same_event and _points_back(index, a)
    if pronoun:
        return same_event or bool(shared) or _one_family(a, b) or _leading_noun(index, a) is not None
    return (same_event and len(shared) >= 2) or len(shared) >= 4


def _points_back(index: Index, draft: Draft) -> bool:
    """Whether the content has "them", "this", …, which stand for something said just before."""
    tokens = index.tokens
    return any(
        tokens.lower[i] in ("them", "this", "these", "those") and tokens.pos[i] in ("PRON", "DET", "")
        for start, end in draft.content
        for i in index.within(start, end)
    )


def _set_targets(index: Index, links: Links, drafts: Sequence[Draft]) -> None:
    """Targets that the exchange decides: a denial is directed at the side it contradicts; what elaborates it
    likewise.
    """
    for at, draft in enumerate(drafts):
        if draft.target is not None or draft.narrated:
            continue
        if draft.act == "denial":
            other = links.of(draft, "denies")
            if other is not None and other.attributed:
                draft.target = answered_party(index, other)
                continue
        if draft.act in ("denial", "threat", "accusation"):
            before = links.of(draft, "elaborates") or links.of(draft, "repeats")
            if before is not None and before.act in ("denial", "threat", "accusation"):
                draft.target = before.target
        if draft.act == "threat" and draft.target is None:
            draft.target = adversary(index, drafts, at)
