"""Who said it: Source objects, targets, and who speaks for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from conflict_extract.annotate import layer
from conflict_extract.annotate.layer import Offsets
from conflict_extract.assemble.entities import Ids, span
from conflict_extract.assemble.index import Index
from conflict_extract.assemble.merge import Draft
from conflict_extract.lexicons.actors import default_index, is_polity_name
from conflict_extract.schema import Source, Via

DETERMINER = re.compile(
    r"^(?:(?:mostly|mainly|largely)\s+)?(?:(?:the|a|an|some|its|his|her|their|one of the)\s+)?", re.IGNORECASE
)
SPEAKS_FOR_ANOTHER = frozenset({"person", "government_body", "population", "media", "other"})
TYPE_OF_ACTOR = {
    "state": "government",
    "government_body": "government",
    "armed_group": "armed_group",
    "media": "media",
    "organization": "other",
}


def words_of(index: Index, where: Offsets) -> str:
    """The words at these offsets on one line, without a determiner in front."""
    return DETERMINER.sub("", " ".join(index.text[where[0] : where[1]].split()))


def row_of(index: Index, key: str | None) -> layer.ActorRow | None:
    """The actor's row, if the document has it."""
    return index.actor_rows.get(key) if key else None


def affiliation_of(index: Index, draft: Draft) -> str | None:
    """Key (or name) of the one that the draft's source speaks for; an organisation or state speaks for itself."""
    if draft.former:
        return None
    row = row_of(index, draft.speaker)
    if draft.affiliation:
        return draft.affiliation
    if row is None or row.former:
        return None
    if row.affiliation:
        return row.affiliation
    return (
        row.key if row.type in ("state", "armed_group", "organization", "government_body", "media") and not _common(row) else None
    )


def _common(row: layer.ActorRow) -> bool:
    """Whether the name is a common noun phrase ("local authorities"), which is nobody's affiliation."""
    return row.kb is None and row.name[:1].islower()


def party_of(index: Index, draft: Draft) -> str | None:
    """Key of the side that a claim stands for: the state, group or organisation behind the speaker, else the
    speaker.
    """
    row = row_of(index, draft.speaker)
    if row is None:
        return draft.affiliation if draft.affiliation in index.actor_rows else None
    if row.type in SPEAKS_FOR_ANOTHER:
        other = affiliation_of(index, draft)
        if other in index.actor_rows:
            return other
    return row.key


def sides(index: Index, draft: Draft) -> frozenset[str]:
    """Keys of the speaker and of everybody that it speaks for or is a part of."""
    known = (draft.speaker, draft.affiliation, draft.former)
    found = index.sides.get(known)
    if found is None:
        found = index.sides[known] = _sides(index, draft)
    return found


def _sides(index: Index, draft: Draft) -> frozenset[str]:
    out = {key for key in (draft.speaker, draft.affiliation, affiliation_of(index, draft)) if key}
    for key in list(out):
        row = row_of(index, key)
        if row is not None:
            out |= set(row.members)
            if row.affiliation and not row.former:
                out.add(row.affiliation)
    return frozenset(out)


def make_source(index: Index, ids: Ids, draft: Draft, confidence: float) -> Source | None:
    """The Source of a claim; None for narrated claims and agentless passives."""
    if draft.source is None or draft.narrated:
        return None
    row = row_of(index, draft.speaker)
    key = affiliation_of(index, draft)
    behind = row_of(index, key)
    via = None
    if draft.via:
        via = Via(
            kind=cast(Any, draft.via.get("kind") or "other"),
            name=draft.via.get("name"),
            actor=ids.get(f"actor/{draft.via.get('actor')}"),
        )
    return Source(
        mention=span(index, *draft.source),
        name=row.name if row is not None else words_of(index, draft.source),
        actor=ids.get(f"actor/{draft.speaker}") if row is not None else None,
        affiliation=behind.name if behind is not None else key,
        affiliation_actor=ids.get(f"actor/{key}") if behind is not None else None,
        type=cast(Any, _type(row, behind)),
        role=draft.role or (row.role if row is not None else None),
        former=draft.former or (row.former if row is not None else False),
        anonymous=draft.anonymous or (row.anonymous if row is not None else False),
        via=via,
        confidence=confidence,
    )


def _type(row: layer.ActorRow | None, behind: layer.ActorRow | None) -> str:
    if row is None:
        return "unknown"
    if row.source_type:
        return row.source_type
    if row.type in TYPE_OF_ACTOR:
        return TYPE_OF_ACTOR[row.type]
    if behind is not None:
        return behind.source_type or TYPE_OF_ACTOR.get(behind.type, "unknown")
    return "unknown"


def set_targets(index: Index, drafts: list[Draft]) -> None:
    """Give each draft whose target is known by its words alone an actor: the mention there, else a new row with
    these words.
    """
    made: dict[str, str] = {}
    _reciprocal(index, drafts)
    for draft in drafts:
        if draft.target in index.actor_rows:
            row = index.actor_rows[draft.target]
            if row.kb is None and row.type == "other":
                draft.target = _polity(index, row.name) or draft.target
            continue
        draft.target = None
        if draft.target_words is None:
            continue
        inside = [m for m in index.actors.inside([draft.target_words]) if m.actor in index.actor_rows and m.use != "place"]
        head = index.root(*draft.target_words)
        exact = [m for m in inside if head is not None and m.start <= index.tokens.start[head] < m.end and m.use == "actor"]
        if exact:
            draft.target = exact[-1].actor
            continue
        name = words_of(index, draft.target_words)
        if not name:
            continue
        draft.target = _polity(index, name)
        if draft.target is not None:
            continue
        if name not in made:
            key = f"target{len(made) + 1}"
            index.actor_rows[key] = layer.ActorRow(key=key, name=name)
            made[name] = key
        draft.target = made[name]


def _polity(index: Index, name: str) -> str | None:
    """Key of the row of a state that is called by its name or its seat's ("called upon Khartoum"); a new row when there is none."""
    if not is_polity_name(name):
        return None
    states = {hit.entry.stands_for or hit.entry.id for hit in default_index().find(name)}
    kb = states.pop()
    state = default_index().get(kb)
    if states or state is None or not kb.startswith("state/"):
        return None
    row = next((row for row in index.actor_rows.values() if row.kb == kb), None)
    if row is None:
        row = layer.ActorRow(
            key=f"polity{len(index.actor_rows) + 1}", name=state.name, type="state", kb=kb, country=state.country
        )
        index.actor_rows[row.key] = row
    return row.key


def _reciprocal(index: Index, drafts: list[Draft]) -> None:
    """ "A and B each blamed the other": the target of each of the two claims is the other's speaker."""
    pairs: dict[tuple[int, int], list[Draft]] = {}
    for draft in drafts:
        if "reciprocal" in draft.rule and draft.cue is not None:
            pairs.setdefault((draft.cue[0], draft.cue[1]), []).append(draft)
    for pair in pairs.values():
        if len(pair) == 2 and pair[0].speaker != pair[1].speaker:
            for one, other in (pair, pair[::-1]):
                if other.speaker in index.actor_rows:
                    one.target = other.speaker
                elif other.source is not None:
                    one.target, one.target_words = None, other.source


def _body_in(index: Index, role: dict[str, Any]) -> set[str]:
    """The one body named in an agent that is no actor by itself: "personnel of the X regiment"."""
    head = index.root(role["start"], role["end"])
    end = role["end"]
    if head is not None:
        end = max(end, index.tokens.end[min(index.tokens.right[head], head + 8) - 1])
    inside = index.actors.inside([[role["start"], end]])
    found = {m.actor for m in inside if m.use != "place" and m.form in ("name", "acronym") and m.actor in index.actor_rows}
    return {key for key in found if index.actor_rows[key].type in TYPE_OF_ACTOR}


def row_of_words(index: Index, where: Offsets) -> str | None:
    """Key of the row whose name these words are; a new row when there is none."""
    name = words_of(index, where)
    if not name:
        return None
    if not index.by_name:
        for key, row in index.actor_rows.items():
            if row.kb is None:
                index.by_name.setdefault(row.name, key)
    if name not in index.by_name:
        key = index.by_name[name] = f"accused{len(index.actor_rows) + 1}"
        index.actor_rows[key] = layer.ActorRow(key=key, name=name)
    return index.by_name[name]


def _by_words(index: Index, role: dict[str, Any]) -> str | None:
    """A row for a common noun phrase: "alleged that soldiers had shot at the crowd"."""
    head = index.root(role["start"], role["end"])
    if head is None or index.tokens.pos[head] != "NOUN":
        return None
    return row_of_words(index, [role["start"], role["end"]])


def accused(index: Index, draft: Draft, drafts: Sequence[Draft]) -> str | None:
    """Whom an accusation without a named target accuses: the one agent of its main event, in this claim or where the same speaker
    reported the same incident before ("he called the shelling unprovoked").
    """
    if draft.main is None:
        return None
    own = sides(index, draft)
    mentions = [draft.main]
    if draft.main.incident is not None:
        for other in reversed(drafts[max(0, draft.number - 5) : draft.number - 1]):
            if other.speaker is not None and other.speaker == draft.speaker:
                mentions += [mention for mention, _ in other.mentions if mention.incident == draft.main.incident]
    for mention in mentions:
        agents: set[str] = {role["actor"] for role in mention.agents if role.get("actor") in index.actor_rows}
        if not agents and len(mention.agents) == 1:
            agents = _body_in(index, mention.agents[0])
        if len(agents) == 1 and not agents & own:
            return agents.pop()
    if len(draft.main.agents) == 1 and not draft.main.agents[0].get("actor"):
        return _by_words(index, draft.main.agents[0])
    return None
