"""Joint actors: "rebels and aid workers", "Russia and Iran"."""

from __future__ import annotations

from itertools import pairwise

from spacy.tokens import Doc

from conflict_extract.annotate._actor_draft import Draft, role_at
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_use import ACTOR, has_tree
from conflict_extract.annotate._tokens import surface_of


# -- joint actors -----------------------------------------------------------------------------------------------------
def draft_joint(scene: Scene) -> None:
    """ "rebels and aid workers", "Russia and Iran": an actor with members for coordinated mentions."""
    doc = scene.doc
    actors = sorted(
        (draft for draft in scene.drafts if draft.use == ACTOR and draft.same_as is None), key=lambda draft: draft.first
    )
    position = 0
    while position < len(actors):
        group = [actors[position]]
        while position + 1 < len(actors) and _coordinated(doc, group[-1], actors[position + 1]):
            group.append(actors[position + 1])
            position += 1
        if (
            len(group) > 1
            and doc[group[-1].first - 1].lower_ in ("and", "the", "a", "an", "its", "their")
            and _has_and(doc, group)
        ):
            first, last = group[0].first, group[-1].last
            scene.drafts.append(
                Draft(
                    first=first,
                    last=last,
                    head=group[0].head,
                    kind="joint",
                    name=_joint_name(doc, group),
                    rule="joint",
                    form="nominal",
                    number="plural",
                    members=list(group),
                    source_type=group[0].source_type if len({part.source_type for part in group}) == 1 else "other",
                )
            )
        position += 1


def _joint_name(doc: Doc, group: list[Draft]) -> str:
    """Their names with what joins them: capitals give way to their states, common nouns behind "and" lose their article."""
    parts = [group[0].name if group[0].kind == "nominal" or group[0].form == "metonym" else _words(doc, group[0])]
    for one, other in pairwise(group):
        between = surface_of(doc).span(one.last, other.first).strip()
        if other.form == "metonym":
            between, part = between.removesuffix("the").strip(), other.name
        else:
            part = _words(doc, other)
            between = between.removesuffix(" the") if part[:1].islower() else between
        parts += [between, part]
    return " ".join(parts).replace(" , ", ", ")


def _words(doc: Doc, draft: Draft) -> str:
    return " ".join(surface_of(doc).span(draft.first, draft.last).split())


def _coordinated(doc: Doc, one: Draft, other: Draft) -> bool:
    between = surface_of(doc).lower[one.last : other.first]
    if not between or len(between) > 3:
        return False
    joined = between[0] in ("and", ",") and all(word in ("and", ",", "the", "a", "an", "its", "their") for word in between)
    if not joined or other.first <= one.last or (role_at(doc, one.first) is None and one.kind == "person" and between[0] == ","):
        return False
    if has_tree(doc):
        token = doc[other.head]
        return token.dep_ == "conj"
    return between[0] == "and"


def _has_and(doc: Doc, group: list[Draft]) -> bool:
    return "and" in [token.lower_ for token in doc[group[-2].last : group[-1].first]]
