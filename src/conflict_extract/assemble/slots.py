"""Which quantity, place, hedge and event belongs to which claim.

A mention belongs to every claim whose content holds it, so a nested claim's mentions are the outer claim's too.
Hedges weaken the proposition that they stand in: they go to the innermost claim alone. Times that stand outside the
content are handled in `said`.
"""

from __future__ import annotations

from collections.abc import Sequence

from conflict_extract.annotate import layer
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.assembly import act_codes


def fill_slots(index: Index, drafts: Sequence[Draft]) -> None:
    """Set quantities, places, times of the content, hedges and events of each draft."""
    hedged: dict[str, Draft] = {}
    for draft in drafts:
        draft.quantities = [q for q in index.quantities.inside(draft.content) if q.in_claims]
        draft.places = index.places.inside(draft.content)
        draft.times = [time for time in index.times.inside(draft.content) if time.in_claims]
        for hedge in _hedges(index, draft):
            held = hedged.get(hedge.id)
            if held is None or _inner(draft, held):
                hedged[hedge.id] = draft
    for record in index.hedges.records:
        if record.id in hedged:
            hedged[record.id].hedges.append([record.start, record.end])
    for draft in drafts:
        draft.hedges.sort()
        set_events(index, draft)


def _inner(draft: Draft, held: Draft) -> bool:
    """Whether `draft` lies deeper than `held`."""
    step = draft.parent
    while step is not None:
        if step is held:
            return True
        step = step.parent
    return False


def _hedges(index: Index, draft: Draft) -> list[layer.ModalityRecord]:
    """Hedges in the content, and those beside it in the same sentence whose scope the content fills."""
    found = {hedge.id: hedge for hedge in index.hedges.inside(draft.content)}
    first, last = draft.content[0], draft.content[-1]
    low = index.sentences.bounds(index.sentences.of(first[0]))[0]
    high = index.sentences.bounds(index.sentences.of(max(last[0], last[1] - 1)))[1]
    for hedge in index.hedges.inside([[max(low, first[0] - REACH), min(high, last[1] + REACH)]]):
        if hedge.id in found or not hedge.scope:
            continue
        start, end = hedge.scope
        shared = sum(max(0, min(end, b) - max(start, a)) for a, b in draft.content)
        size = sum(b - a for a, b in draft.content)
        if shared and shared >= 0.5 * min(size, end - start) and not _in_cue(draft, hedge):
            found[hedge.id] = hedge
    return list(found.values())


def _in_cue(draft: Draft, hedge: layer.ModalityRecord) -> bool:
    """Whether the hedge is the cue itself ("estimated", "claimed"): the act says that already. "According to unconfirmed reports" is
    more than its cue.
    """
    return draft.cue is not None and draft.cue[0] < hedge.end <= draft.cue[1] + 3 and hedge.start < draft.cue[1]


LESS_GRAVE = frozenset({"injury", "destruction"})
BESIDE = 0.55  # of the first event's salience


# -- events -----------------------------------------------------------------------------------------------
def set_events(index: Index, draft: Draft) -> None:
    """Set the main event, all events with their status in this claim."""
    inside = index.events.inside(draft.content)
    if not inside:
        return
    ranked = sorted(inside, key=lambda mention: (-_salience(index, draft, mention), mention.start, mention.id))
    draft.main = _gravest(ranked)
    draft.event = draft.main.type
    draft.event_from = draft.main.rule or "main event"
    draft.mentions = [(mention, status_in(index, draft, mention)) for mention in ranked]


def _gravest(ranked: Sequence[layer.EventMention]) -> layer.EventMention:
    """The main event: the most central one, but deaths before the injuries and the damage reported beside them.

    "torched 63 houses and shot dead five farmers" is about a killing; deaths in the background leave the rank as it is.
    """
    first = ranked[0]
    if first.type in LESS_GRAVE:
        for mention in ranked[1:]:
            if mention.type == "killing" and mention.status == first.status != "background":
                return mention if mention.salience >= BESIDE * first.salience else first
    return first


def _salience(index: Index, draft: Draft, mention: layer.EventMention) -> float:
    """How central the mention is to this content.

    The record's own salience is about its clause. Mentions that a nested claim holds are less central than the outer
    claim's own; "other" and background say less than a typed, asserted event.
    """
    value = mention.salience
    if mention.type == "other":
        value -= 0.5
    if mention.status == "background":
        value *= 0.6
    return value


def status_in(index: Index, draft: Draft, mention: layer.EventMention) -> str:
    """The status of an event in a claim: what the words around it say, then what the act makes of it.

    Words win over the act ("denied that it planned to attack": planned), but a denial turns what it denies to denied.
    """
    code = act_codes()[draft.act].status
    if mention.status == "background":
        return "background"
    status = mention.status
    if status == "denied" and _denied_elsewhere(index, draft, mention):
        status = _plan_over(index, mention.start) or "asserted"
    if code == "denied":
        # "denied killing 60 people" denies the killing; "there were no boats here" says so itself; a denial in other words ("this
        # is a quarrel over water") denies by asserting.
        return "denied" if status == "asserted" and _cue_denies(draft) else status
    if status == "asserted":
        if code in ("demanded", "planned") and not _reports_past(mention, draft):
            return code
        if code == "possible":
            return "possible"
    return status


def _denied_elsewhere(index: Index, draft: Draft, mention: layer.EventMention) -> bool:
    """Whether only the cue of another claim denies the event: in "denied the raid and said it would free 30 men" the release stands
    in the scope of "denied" as the table of cues sees it, but not in that claim.
    """
    over = [
        record
        for record in index.negations.inside([[max(0, mention.start - REACH), mention.start + 1]])
        if record.scope and record.scope[0] <= mention.start < record.scope[1]
    ]
    return bool(over) and not any(draft.holds(r.start, r.end) or _in_cue(draft, r) for r in over)


def _cue_denies(draft: Draft) -> bool:
    """Whether the cue is a verb of denial over content in the writer's words."""
    return draft.cue is not None and draft.mode != "direct"


def _reports_past(mention: layer.EventMention, draft: Draft) -> bool:
    """Whether a mention in a demand or promise is only named there ("to investigate the killing of 12 men")."""
    return draft.main is not None and mention.id != draft.main.id and mention.salience < 0.5


def quantity_status(index: Index, draft: Draft, quantity: layer.QuantityRecord) -> str:
    """The status of a figure in a claim: that of the event it hangs on, else what modality and act say."""
    code = act_codes()[draft.act].status
    said_so = any(status != "background" for _, status in draft.mentions)
    near = [pair for pair in draft.mentions if abs(pair[0].start - quantity.start) <= 4 * REACH][:MOST_NEAR]
    for mention, status in near:
        if quantity.id in mention.quantities:
            # "put the toll from the attack at 67": the attack is background, the figure is what is said
            return code if status == "background" and not said_so else status
    middle = (quantity.start + quantity.end) // 2
    planned = _plan_over(index, middle)
    if planned is not None:
        return planned
    holding = [
        (mention.clause[1] - mention.clause[0], at, status)
        for at, (mention, status) in enumerate(near)
        if mention.clause and mention.clause[0] <= middle < mention.clause[1]
    ]
    if holding:
        return min(holding)[2]
    return code if code != "denied" or draft.mode != "direct" else "asserted"


STATUS_OF = {"plan": "planned", "conditional": "possible", "question": "possible"}


def _plan_over(index: Index, offset: int) -> str | None:
    """What a plan, condition or question whose scope holds the offset makes of a figure."""
    for record in index.scopes.inside([[max(0, offset - REACH), offset + 1]]):
        if record.scope and record.scope[0] <= offset < record.scope[1]:
            return STATUS_OF[record.kind]
    return None


REACH = 300  # characters within which a modality cue is looked for
MOST_NEAR = 40  # events of a claim that a figure is compared with
