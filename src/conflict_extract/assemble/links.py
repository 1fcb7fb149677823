"""Links between the claims of one document: denies, confirms, answers, elaborates, disagrees, repeats.

Every rule looks back over a bounded number of claims, so the work is linear. A pair of claims gets one link at most;
the order of the rules below is their order of precedence.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.assemble import figures
from conflict_extract.assemble.answers import KNOWN, answer, standing_by
from conflict_extract.assemble.continuations import elaborate
from conflict_extract.assemble.contradictions import contradicted, negated
from conflict_extract.assemble.denials import answered, is_anaphoric, is_denial
from conflict_extract.assemble.exchange import BACK, Links, Pair, cue_lemma, one_family, previous, same_side, same_speaker
from conflict_extract.assemble.figure_words import exceeded
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.assemble.replies import adversary, answered_party, asked_and_denied, counter_charge, refuting
from conflict_extract.assemble.speakers import accused, sides
from conflict_extract.lexicons.assembly import anaphors, words
from conflict_extract.lexicons.events import plover_act

TAKEN_BACK = frozenset({"retract", "recant"})  # what these cues deny is the speaker's own saying
MOST_DISAGREE = 4  # earlier figures that one claim is linked to


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
            _reply(index, links, drafts, at)
            _contradict(index, links, drafts, at)
        _counter(index, links, drafts, at)
    _compare_figures(index, links, drafts)
    for at in range(len(drafts)):
        if not drafts[at].narrated:
            _confirm(index, links, drafts, at)
            _contrast(index, links, drafts, at)
            answer(index, links, drafts, at)
            elaborate(index, links, drafts, at)
    _set_targets(index, links, drafts)
    links.found.sort(key=lambda pair: (pair.source.number, pair.target.number, pair.kind))
    return links.found


# -- rules ------------------------------------------------------------------------------------------------
def _repeat(index: Index, links: Links, drafts: Sequence[Draft], at: int) -> None:
    """ "repeated the call": to the nearest earlier claim of the speaker that the noun can stand for."""
    draft = drafts[at]
    stands_by = standing_by(index, draft)
    if cue_lemma(index, draft) not in words("repeat") and not stands_by:
        return
    if stands_by:
        other = next(
            (other for other in previous(drafts, at, 12) if same_speaker(index, draft, other) and other.attributed), None
        )
        if other is not None:
            links.add("repeats", draft, other, "it stands by what it said")
        return
    noun = is_anaphoric(index, draft)
    meant = anaphors().get(noun or "", frozenset())
    content = index.words(draft.content)
    for other in previous(drafts, at, 12):
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
    for other in previous(drafts, at, 3):
        ours = same_speaker(index, draft, other) or same_side(index, draft, other)
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
    elif asked_and_denied(index, drafts, at):
        draft.act = "denial"
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
    for other in previous(drafts, at, BACK):
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

    for at, draft in enumerate(drafts):
        other = exceeded(index, drafts, at)
        if other is not None and not same_speaker(index, draft, other):
            links.add("disagrees", draft, other, "it says that the figure given before is not the right one")


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
    if definite and content:  # "the attack": the claim that speaks of it, before one that only stands nearer
        for other in previous(drafts, at, 3):
            if other.attributed and not same_speaker(index, draft, other) and content & index.words(other.content):
                links.add("confirms", draft, other, "the definite noun phrase speaks of what another source has just said")
                return
    for other in previous(drafts, at, 16):
        if other.attributed and same_speaker(index, draft, other):
            continue
        shared = content & index.words(other.content)
        gap = draft.sentence - other.sentence
        if noun is not None and other.act in ("demand", "commitment", "question"):
            return  # to accept a proposal is to answer it
        if noun is not None and gap <= 4 and other.act in anaphors().get(noun, frozenset()):
            links.add("confirms", draft, other, f"“{noun}” stands for it")
            return
        family = draft.main is not None and one_family(draft, other)
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
    before = previous(drafts, at, 2)
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


def _set_targets(index: Index, links: Links, drafts: Sequence[Draft]) -> None:
    """Targets that the exchange decides: a denial is directed at the side it contradicts; what elaborates it
    likewise.
    """
    for at, draft in enumerate(drafts):
        if draft.target is not None or draft.narrated:
            continue
        if draft.act == "denial" and draft.entry not in TAKEN_BACK:
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
