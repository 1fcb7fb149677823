"""Drafts for noun phrases: bodies of a state ("X's defence ministry", "the X army"), people in a role, groups of people."""

from __future__ import annotations

from spacy.tokens import Token

from conflict_extract.annotate._actor_bodies import (
    is_state_body,
    possessive_words,
)
from conflict_extract.annotate._actor_draft import DEMONYM as _DEMONYM
from conflict_extract.annotate._actor_draft import HYPHENS, POSSESSIVES, Draft, bare_name, left_edge, ordinal, role_at
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_sides import PLAIN_SIDES, affiliate, role_words, sides_of
from conflict_extract.annotate._actor_types import spoken_type
from conflict_extract.annotate._actor_use import ACTOR, MODIFIER, PLACE, has_tree, place_or_actor, use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import ActorEntry, Role

_GROUP_TYPES = {
    "government": "government_body",
    "military": "government_body",
    "police": "government_body",
    "judiciary": "government_body",
    "legislature": "government_body",
    "local_official": "government_body",
    "armed_group": "armed_group",
    "media": "media",
}
_STATE_BODIES = frozenset(["government", "military", "police", "judiciary", "legislature"])
_SECTORS = {
    "government": "GOV",
    "military": "MIL",
    "police": "COP",
    "judiciary": "JUD",
    "legislature": "LEG",
    "armed_group": "REB",
    "party": "PTY",
    "media": "MED",
    "company": "BUS",
    "ngo": "NGO",
    "medical": "HLH",
    "religious": "REL",
}


def draft_phrase(scene: Scene, index: int) -> None:
    """Add a draft for the noun phrase whose head is the role noun at `index`, if there is one and no name covers it."""
    doc = scene.doc
    if index in scene.used or not doc[index].is_alpha:
        return
    found = role_at(doc, index)
    if found is None or not is_phrase_head(scene, index):
        return
    draft = phrase(scene, index, found)
    if draft is None:
        return
    named = _beside_name(scene, draft, found[0])
    if named is not None:
        draft.same_as, draft.kind = named, "nominal"
        if not (isinstance(draft.affiliation, str) and draft.affiliation.startswith(("state/", "authority/"))):
            draft.affiliation = None  # an organisation speaks for itself
        if named.source_type in (None, "other") and draft.source_type:
            named.source_type = draft.source_type
            named.type = draft.type if draft.type in ("armed_group", "media") else named.type
    if named is not None or _worth(scene, draft):
        scene.add(draft)
        scene.used.update(range(draft.head, draft.last))


def _beside_name(scene: Scene, draft: Draft, role: Role) -> Draft | None:
    """ "the Liwa al-Noor brigade", "the consultancy Agro-Prohnoz": the organisation outside the tables that the noun is about."""
    if role.kind != "group" or draft.entry is not None or draft.number == "plural":
        return None
    for other in (scene.by_last.get(draft.head), scene.by_first.get(draft.last)):
        if other is not None and other.kind == "entity" and other.entry is None and not other.candidates:
            return other
    return None


def is_phrase_head(scene: Scene, index: int) -> bool:
    """Whether a role noun heads its phrase here: no noun follows it inside the phrase, and it is not a verb."""
    doc, token = scene.doc, scene.doc[index]
    if index in scene.by_token and not scene.by_token[index].kinds() <= _DEMONYM:
        return False
    if token.pos_ and token.pos_ not in ("NOUN", "PROPN", "ADJ"):
        return False
    if token.pos_ == "ADJ" and not (token.dep_.startswith(("nsubj", "obj", "obl", "conj"))):
        return False
    if index + 1 >= len(doc):
        return True
    following = doc[index + 1]
    if following.text in HYPHENS and not token.whitespace_ and index + 2 < len(doc) and doc[index + 2].is_alpha:
        return False
    if role_at(doc, index + 1) is not None and (not following.pos_ or following.pos_ in ("NOUN", "PROPN")):
        joined = has_tree(doc) and token.dep_ not in ("compound", "nmod:desc", "amod", "flat", "nmod:poss", "nmod:unmarked")
        return joined and following.head.i != token.i
    return not (following.pos_ in ("NOUN", "PROPN") and token.dep_ in ("compound", "amod", "nmod:desc", "nmod:unmarked"))


def phrase(scene: Scene, index: int, found: tuple[Role, bool, int], *, left: int | None = None) -> Draft | None:
    """The draft of a noun phrase headed by the role noun at `index`; `left`: its first token, if that is known."""
    doc = scene.doc
    role, plural, noun_start = found
    first = min(left_edge(doc, index, scene.by_token) if left is None else left, noun_start)
    last = _right_edge(scene, index, role)
    name, start, determiner = bare_name(doc, first, index, scene.by_token)
    if not determiner and start == first and first and surface_of(doc).lower[first - 1] == "the":
        determiner = "the"  # which the tree hangs elsewhere
    if role.kind == "group" and doc[index].is_title:
        whole = _titled_start(scene, start, index)
        if whole < start:
            start, name = whole, " ".join(surface_of(doc).span(whole, index + 1).split())
    if last > index + 1:
        name += " " + " ".join(surface_of(doc).span(index + 1, last).split())
    sides = list(sides_of(scene, start, index, last))
    words = surface_of(doc).lower[start : index + 1]
    draft = Draft(
        first=start,
        last=last,
        head=index,
        kind="nominal",
        name=name,
        rule="phrase",
        form="nominal",
        use=_use(doc[index]),
        type="person" if role.kind == "person" else "population" if role.kind == "population" else "organization",
        gender=role.gender if not plural else None,
        number="plural" if plural or (role.kind == "population") else "singular",
        definite=determiner in ("the", "this", "that", "these", "those") or determiner in possessive_words(),
        noun=surface_of(doc).span(noun_start, index + 1).lower(),
        former=any(word in use_words("former", "same") for word in words),
    )
    if role.kind == "person":
        draft.role = role_words(scene, start, draft)
    draft.anonymous = role.kind != "group"
    if role.kind == "person" and plural:
        draft.type = "population"
    affiliate(scene, draft, sides, role, words, determiner)
    if role.kind == "group":
        _as_body(scene, draft, role, words)
    elif draft.affiliation is None and not draft.former and not draft.members:
        _nominal_side(scene, draft)
    draft.source_type = spoken_type(scene, draft, role, words)
    draft.sector = draft.sector or _SECTORS.get(draft.source_type or "")
    return draft


def _titled_start(scene: Scene, start: int, index: int) -> int:
    """The first token of a body's capitalised name, with its number and what "and" joins: "3rd Mountain Brigade", "Land and
    Water Commission".
    """
    doc = scene.doc
    if start > 0 and ordinal(doc[start - 1].text) and doc[start].is_title:
        return start - 1
    span = scene.in_organisation.get(index)
    if span is None or span.start >= start or not any(token.lower_ == "and" for token in doc[span.start : start]):
        return start
    first = span.start + int(doc[span.start].lower_ in ("the", "a", "an"))
    parts = [token for token in doc[first:start] if token.lower_ not in ("and", "of", "for", "&", ",")]
    plain = all(token.is_title and role_at(doc, token.i) is None and token.i not in scene.by_token for token in parts)
    return first if parts and plain else start


def _use(token: Token) -> str:
    relation = token.dep_.lower()
    return MODIFIER if relation in ("compound", "amod") else ACTOR


def _right_edge(scene: Scene, index: int, role: Role) -> int:
    """The end of the phrase: "Ministry of Foreign Affairs", "Secretary of State", "chief of staff" keep what follows "of"."""
    doc = scene.doc
    last = index + 1
    if role.kind != "group" and doc[index].lower_ not in use_words("office_noun", "same"):
        return last
    span = scene.in_organisation.get(index)
    if (
        role.kind == "group"
        and span is not None
        and last + 1 < span.end
        and doc[index].is_title
        and doc[last].lower_ in ("on", "against")
    ):
        plain = not any(token.i in scene.by_token for token in doc[last : span.end])
        return span.end if plain and doc[span.end - 1].is_title else last
    if last + 1 >= len(doc) or doc[last].lower_ not in ("of", "for"):
        return last
    end = cursor = last
    for cursor in range(last + 1, min(last + 11, len(doc))):
        token = doc[cursor]
        if cursor in scene.by_token or cursor in scene.in_person or cursor in scene.in_place:
            break
        if token.lower_ in use_words("portfolio", "same") or (token.is_title and doc[index].is_title):
            end = cursor + 1
        elif token.lower_ not in ("and", "of", "&", "for", "the") and not (
            token.text == "," and cursor + 1 < len(doc) and doc[cursor + 1].is_title and doc[index].is_title
        ):
            break
    return end if end > last + 1 else last


def _nominal_side(scene: Scene, draft: Draft) -> None:
    """ "a spokesman for the airline", "the governor's spokesman": a side that is a noun phrase itself."""
    doc = scene.doc
    offices = use_words("flexible", "same") | use_words("speaker_noun", "same")
    if draft.noun not in offices and draft.noun.replace("-", " ").split()[0] not in offices:  # "director general"
        return
    for index in range(draft.first, draft.head):
        if doc[index].text in ("'s", "’s", "'", "’") and index > draft.first:
            owner = scene.by_head.get(index - 1) or body_at(scene, index - 1)
            if owner is not None and owner.kind == "nominal":
                draft.affiliation = owner if owner.type != "person" else owner.affiliation
                draft.source_type = owner.source_type
    if draft.affiliation is not None or draft.last >= len(doc) or doc[draft.last].lower_ not in ("of", "for", "from", "with"):
        return
    for index in range(draft.last + 1, min(draft.last + 8, len(doc))):
        token = doc[index]
        if token.lower_ in ("country", "nation") and index + 1 < len(doc) and doc[index + 1].text in POSSESSIVES:
            anchor = scene.anchor()
            draft.affiliation = anchor.id if anchor is not None else None
            return
        if token.pos_ in ("VERB", "AUX") or token.text in {",", ".", ";"} or token.lower_ in ("in", "who", "that"):
            return
        found = role_at(doc, index)
        if found is None or not is_phrase_head(scene, index):
            continue
        owner = scene.by_head.get(index)
        if owner is None and index not in scene.used:
            owner = phrase(scene, index, found)
            if owner is not None:
                scene.add(owner)
                scene.used.update(range(owner.head, owner.last))
        if owner is not None:
            draft.source_type = owner.source_type
            group = found[0].kind == "group" and owner.type != "other"
            draft.affiliation = (owner.affiliation or owner) if group else owner.affiliation
        return


def body_at(scene: Scene, index: int) -> Draft | None:
    """The body that owns a title, or that somebody is from, and is no mention yet: "the hospital's director"."""
    found = role_at(scene.doc, index)
    if found is None or found[0].kind != "group" or index in scene.used:
        return None
    owner = phrase(scene, index, found)
    if owner is not None:
        scene.add(owner)
        scene.used.update(range(owner.head, owner.last))
    return owner


def _as_body(scene: Scene, draft: Draft, role: Role, words: list[str]) -> None:
    """A body: the government of a state is the state; an army known by no name gets its state's adjective."""
    if draft.rule == "name and noun":
        return
    draft.type = _GROUP_TYPES.get(role.source_type or "", "organization")
    draft.role = None
    entry = scene.index.get(draft.affiliation) if isinstance(draft.affiliation, str) else None
    if (
        words[-1] in use_words("state_itself", "actor")
        and entry is not None
        and (draft.rule == "rival" or entry.id.startswith(("state/", "authority/")))
    ):
        draft.kind, draft.form = "entity", "metonym"
        draft.rule = "government" if draft.rule != "rival" else "rival"
        draft.entry, draft.name, draft.affiliation = entry, entry.name, None
        behind = [hit for hit in sides_of(scene, draft.first, draft.head, draft.last) if hit.first >= draft.last]
        if behind and behind[0].first - draft.last < 3:
            draft.last = behind[0].last
        draft.type, draft.sector, draft.country = entry.type, entry.sector, entry.country
        if has_tree(scene.doc) and place_or_actor(scene.doc, draft.head, draft.head + 1) == MODIFIER:
            draft.use = MODIFIER
        return
    if entry is not None and draft.rule == "phrase" and draft.last < len(scene.doc) and scene.doc[draft.last].lower_ == "of":
        owner = scene.by_token.get(draft.last + 1) or scene.by_token.get(draft.last + 2)
        if owner is not None and scene.state(owner.entry) is entry:
            draft.name = f"{draft.name} of {entry.name}" if is_state_body(draft, role, words) else draft.name
    if entry is not None and draft.rule == "phrase":
        _by_adjective(scene, draft, entry, role)
    if draft.rule == "context body" and entry is not None:
        adjective = _attributive(scene, entry)
        if adjective is not None:
            draft.name = f"{adjective} {draft.name}"
        draft.country = entry.country


def _attributive(scene: Scene, state: ActorEntry) -> str | None:
    """What stands for a state before a noun: the adjective that the text uses, else the usual one."""
    adjectives = state.names("adjective")
    used = next((word for word in adjectives if scene.context.has(word)), None)
    return used or state.attributive or next(iter(adjectives), None)


def _by_adjective(scene: Scene, draft: Draft, state: ActorEntry, role: Role) -> None:
    """ "Kenya's air force", and behind Kenya "its air force", are named as "the Kenyan air force" is."""
    owner, forms = scene.by_token.get(draft.first), surface_of(scene.doc)
    before = forms.lower[draft.first - 1] if draft.first else ""
    adjective = _attributive(scene, state)
    if before in ("its", "their") and owner is None and adjective is not None and role.source_type in _STATE_BODIES:
        draft.name = f"{adjective} {draft.name}"
        return
    if owner is None or owner.last >= draft.head or scene.state(owner.entry) is not state:
        return
    if adjective is not None and forms.word[owner.last] in POSSESSIVES:
        draft.name = f"{adjective} {' '.join(forms.span(owner.last + 1, draft.last).split())}"


def _worth(scene: Scene, draft: Draft) -> bool:
    """Generic nouns ("people", "a man") are mentions only where they act or speak, or have a side."""
    if draft.noun in PLAIN_SIDES and draft.entry is None and not draft.candidates:
        return False
    if draft.noun not in use_words("generic", "same") or draft.affiliation is not None or draft.entry is not None:
        return True
    if not has_tree(scene.doc):
        return False
    relation = scene.doc[draft.head].dep_.lower()
    if relation not in ("nsubj", "obl:agent", "obl"):
        return False
    return place_or_actor(scene.doc, draft.head, draft.head + 1) != PLACE


def state_of(scene: Scene, reference: Draft | str | None) -> ActorEntry | None:
    """The state behind an affiliation."""
    if isinstance(reference, str):
        return scene.state(scene.index.get(reference))
    return scene.state(reference.entry) if reference is not None else None
