"""Drafts for noun phrases: bodies of a state ("X's defence ministry", "the X army"), people in a role, groups of people."""

from __future__ import annotations

import itertools
from bisect import bisect_left

from spacy.tokens import Token

from conflict_extract.annotate._actor_draft import DEMONYM as _DEMONYM
from conflict_extract.annotate._actor_draft import HYPHENS, POSSESSIVES, Draft, bare_name, left_edge, role_at
from conflict_extract.annotate._actor_match import Hit
from conflict_extract.annotate._actor_scene import Scene, contested_state
from conflict_extract.annotate._actor_types import spoken_type
from conflict_extract.annotate._actor_use import ACTOR, MODIFIER, PLACE, has_tree, place_or_actor, use_words
from conflict_extract.lexicons.actors import ActorEntry, Role, offices, roles

_NEAR = 40  # tokens
_PLAIN_SIDES = frozenset(["side", "sides", "state", "states"])
_NO_SIDE = frozenset(["pro", "anti", "non"])
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
    if last > index + 1:
        name += " " + " ".join(doc[index + 1 : last].text.split())
    sides = list(_sides(scene, start, index, last))
    words = [token.lower_ for token in doc[start : index + 1]]
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
        definite=determiner in ("the", "this", "that", "these", "those") or determiner in _possessive_words(),
        noun=doc[noun_start : index + 1].text.lower(),
        former=any(word in use_words("former", "same") for word in words),
    )
    if role.kind == "person":
        draft.role = role_words(scene, start, draft)
    draft.anonymous = role.kind != "group"
    if role.kind == "person" and plural:
        draft.type = "population"
    _affiliate(scene, draft, sides, role, words, determiner)
    if role.kind == "group":
        _as_body(scene, draft, role, words)
    elif draft.affiliation is None and not draft.former and not draft.members:
        _nominal_side(scene, draft)
    draft.source_type = spoken_type(scene, draft, role, words)
    draft.sector = draft.sector or _SECTORS.get(draft.source_type or "")
    return draft


def _plain_words() -> frozenset[str]:
    """Words that a body's common name is made of."""
    return (
        use_words("np_modifier", "same") | use_words("state_institution", "actor") | frozenset(roles()) | frozenset(["of", "and"])
    )


def _possessive_words() -> frozenset[str]:
    return frozenset(["its", "their", "his", "her"])


def _use(token: Token) -> str:
    relation = token.dep_.lower()
    return MODIFIER if relation in ("compound", "amod") else ACTOR


def _right_edge(scene: Scene, index: int, role: Role) -> int:
    """The end of the phrase: "Ministry of Foreign Affairs", "Secretary of State", "chief of staff" keep what follows "of"."""
    doc = scene.doc
    last = index + 1
    if role.kind != "group" and doc[index].lower_ not in use_words("office_noun", "same"):
        return last
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


def _sides(scene: Scene, first: int, index: int, last: int) -> list[Hit]:
    """The names that say whose the phrase is: inside it, or after "of", "for", "from", "to" behind it."""
    doc = scene.doc
    found: list[Hit] = []
    for token_index in range(first, index):
        hit = scene.by_token.get(token_index)
        if hit is not None and (not found or found[-1] is not hit) and not _negated(scene, hit):
            found.append(hit)
    cursor = last
    if cursor < len(doc) and doc[cursor].lower_ in ("of", "for", "from", "to", "with", "at"):
        preposition = doc[cursor].lower_
        cursor += 1
        for _ in range(6):
            if cursor >= len(doc):
                break
            hit = scene.by_token.get(cursor)
            if hit is not None:
                place = preposition in ("from", "at", "to") and _is_polity(hit)
                if not place:
                    found.append(hit)
                break
            token = doc[cursor]
            if token.text in {",", ".", ";"} or token.pos_ in ("VERB", "AUX") or token.lower_ in ("in", "near", "who", "that"):
                break
            cursor += 1
    return found


def _is_polity(hit: Hit) -> bool:
    return hit.entry is not None and hit.entry.id.startswith(("state/", "authority/")) and not hit.kinds() <= _DEMONYM


def _negated(scene: Scene, hit: Hit) -> bool:
    """ "pro-Russian", "ethnic Armenian", "Iran-backed": the name is not the side that speaks."""
    doc = scene.doc
    if hit.first > 0 and doc[hit.first - 1].lower_ in ("ethnic", "pro", "anti"):
        return True
    if hit.first > 1 and doc[hit.first - 1].text in HYPHENS and doc[hit.first - 2].lower_ in _NO_SIDE:
        return True
    if hit.last + 1 < len(doc) and doc[hit.last].text in HYPHENS:
        return doc[hit.last + 1].lower_ not in ("run", "led", "controlled", "installed", "appointed")
    return False


def _affiliate(scene: Scene, draft: Draft, sides: list[Hit], role: Role, words: list[str], determiner: str) -> None:
    """Whom the phrase speaks for, from names in it; a bare body of a state belongs to the document's state."""
    if draft.former:
        return
    if draft.noun in _PLAIN_SIDES and not sides:
        return
    if not sides or all(hit.kinds() <= _DEMONYM for hit in sides):
        local = _local_authority(scene, draft, words)
        if local is not None:
            draft.affiliation = local
            return
    adjectives = [hit for hit in sides if hit.kinds() <= _DEMONYM]
    if len(adjectives) > 1 and "and" in words:
        draft.members = [hit.entry.id for hit in adjectives if hit.entry is not None]
        draft.rule = "joint phrase"
        return
    bodies = [hit for hit in sides if hit.entry is not None and not hit.entry.id.startswith(("state/", "authority/"))]
    chosen = bodies[0] if bodies else sides[0] if sides else None
    if words[-1] in use_words("state_itself", "actor"):
        polities = [hit for hit in sides if hit not in bodies]
        chosen = polities[0] if polities else chosen
    if chosen is not None:
        _from_side(scene, draft, chosen, role, words)
        return
    unknown = _unlisted_side(scene, draft)
    if unknown is not None and role.kind == "person":
        draft.affiliation, draft.source_type = unknown, unknown.source_type
        return
    if draft.definite and determiner in _possessive_words():
        draft.affiliation = _possessor(scene, draft, determiner)
        return
    named = scene.doc[draft.head].is_title and all(word in _plain_words() for word in words)
    plain = role.kind == "person" or all(word in _plain_words() or not scene.doc[draft.head].is_title for word in words)
    if role.kind == "person" and _by_office(scene, draft):
        return
    if _is_state_body(draft, role, words) and plain and (determiner == "the" or role.kind == "person" or named):
        draft.affiliation = nearest_body(scene, draft, role, words)
        if role.kind == "group":
            draft.rule = "context body"


def _by_office(scene: Scene, draft: Draft) -> bool:
    """ "Foreign Secretary X": whether the title alone settles the side (it may settle that there is none)."""
    title = scene.doc[draft.first : draft.last].text.lower().split()
    for start in range(len(title)):
        office = offices().get(" ".join(title[start:]))
        if office is None:
            continue
        if office.state is None:
            return True
        if any(scene.context.countries[code] for code in office.unless):
            return False
        entry = scene.index.get(office.state)
        if entry is not None:
            draft.affiliation, draft.country = entry.id, entry.country
            return True
    return False


def _unlisted_side(scene: Scene, draft: Draft) -> Draft | None:
    """An organisation outside the tables in the phrase or behind it: "a Green Party candidate", "the head of Agro-Prohnoz"."""
    doc = scene.doc
    if draft.noun in ("critic", "critics", "supporter", "supporters", "opponent", "opponents", "reader", "customer"):
        return None
    places = list(range(draft.first, draft.head))
    if draft.last < len(doc) and doc[draft.last].lower_ in ("of", "for", "from", "with", "at"):
        places += [draft.last + 1, draft.last + 2]
    for index in places:
        other = scene.by_first.get(index)
        if other is None or other.kind != "entity" or other.entry is not None or other.candidates:
            continue
        if other.type in ("organization", "armed_group", "media") and doc[other.last - 1].text not in HYPHENS:
            return other
    return None


def _from_side(scene: Scene, draft: Draft, hit: Hit, role: Role, words: list[str]) -> None:
    entry = hit.entry
    if entry is None:
        draft.candidates = list(hit.candidates)
        return
    state = scene.state(entry)
    if role.kind == "group" and _renames(scene, draft, hit, role):
        draft.kind, draft.form, draft.rule = "entity", "name", "name and noun"
        draft.entry, draft.name, draft.affiliation = entry, entry.name, entry.affiliation
        draft.type, draft.sector, draft.country = entry.type, entry.sector, entry.country
        return
    polity = entry.id.startswith(("state/", "authority/")) or entry.stands_for is not None
    if polity and state is not None:
        if not _speaks_for_state(draft, role, words):
            return
        draft.country = state.country
        if hit.kinds() & frozenset(["capital"]) and not _is_state_body(draft, role, words) and role.kind == "person":
            return
        if _government_noun(words) or _is_state_body(draft, role, words):
            chosen, candidates = contested_state(scene, state, draft.head, army=_is_army(role, words))
            if chosen is None:
                draft.candidates = candidates
                return
            if chosen.id != state.id:
                draft.rule = "rival"
            state = chosen
        draft.affiliation = state.id
        return
    draft.country = entry.country
    draft.source_type = entry.source_type
    draft.affiliation = entry.affiliation or entry.id
    if entry.affiliation and entry.type == "media":
        draft.affiliation = entry.id
    if entry.id.startswith("un/") and scene.index.get("un/un") is not None and role.kind == "person":
        written = scene.doc[hit.first : hit.last].text.lower()
        if written.startswith(("un ", "u.n. ", "united nations ")):
            draft.affiliation = "un/un"


def _nominal_side(scene: Scene, draft: Draft) -> None:
    """ "a spokesman for the airline", "the governor's spokesman": a side that is a noun phrase itself."""
    doc = scene.doc
    if draft.noun not in use_words("flexible", "same") and draft.noun not in use_words("speaker_noun", "same"):
        return
    for index in range(draft.first, draft.head):
        if doc[index].text in ("'s", "’s", "'", "’") and index > draft.first:
            owner = scene.by_head.get(index - 1)
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


def _local_authority(scene: Scene, draft: Draft, words: list[str]) -> str | None:
    """ "ethnic Armenian authorities", "the separatist leader": the one partially recognised entity that the text names."""
    if not set(words) & use_words("breakaway", "same") or draft.noun not in use_words("authority_noun", "same"):
        return None
    named = [kb for kb in scene.context.entries if kb.startswith("authority/") and scene.index.entries[kb].sector == "PRE"]
    return named[0] if len(named) == 1 else None


def role_words(scene: Scene, first: int, title: Draft) -> str:
    """The words of a role without the side: "deputy spokesman" of "the Kremlin's deputy spokesman"."""
    doc = scene.doc
    start = first
    for index in range(first, title.head):
        if index in scene.by_token or doc[index].text in POSSESSIVES:
            start = index + 1
        elif doc[index].text in HYPHENS and index - 1 in scene.by_token:
            start = index + 2
    text, _, _ = bare_name(doc, min(start, title.head), title.head, {})
    rest = doc[title.head + 1 : title.last].text
    if not rest or title.last > title.head + 6:
        return text
    if any(token.is_title for token in doc[title.head + 1 : title.last]) and doc[title.head].is_title:
        text = doc[max(start, title.head) if start > title.head else title.head - len(text.split()) + 1 : title.head + 1].text
    return f"{text} {rest}"


def _renames(scene: Scene, draft: Draft, hit: Hit, role: Role) -> bool:
    """ "the KCNA news agency", "the Wagner group": whether the noun only says what the named actor is."""
    entry, doc = hit.entry, scene.doc
    if entry is None or entry.id.startswith(("state/", "authority/", "seat/")) or hit.kinds() & frozenset(["adjective"]):
        return False
    between = doc[hit.last : draft.head]
    if hit.last > draft.head or any(token.text in POSSESSIVES | HYPHENS for token in between):
        return False
    if any(token.lower_ not in ("news", "armed", "militant", "rebel", "rights", "aid", "state", "press") for token in between):
        return False
    return draft.noun in use_words("category_noun", "same") or role.source_type == entry.source_type


def _is_army(role: Role, words: list[str]) -> bool:
    return role.source_type == "military" or bool({"army", "military", "navy"} & set(words))


def _government_noun(words: list[str]) -> bool:
    return words[-1] in use_words("state_itself", "actor") or words[-1] in ("authorities", "regime", "officials", "official")


def _is_state_body(draft: Draft, role: Role, words: list[str]) -> bool:
    """Whether the phrase is a body or an officer that only a state has ("army", "defence ministry", "foreign minister")."""
    if role.source_type == "media":
        return "state" in words
    institutions = use_words("state_institution", "actor")
    pairs = {f"{one} {two}" for one, two in itertools.pairwise(words)}
    if role.kind == "group":
        return (
            words[-1] in institutions or bool(pairs & institutions) or words[-1] in use_words("state_itself", "actor") - {"side"}
        )
    return (
        bool(set(words) & institutions)
        or (role.source_type is None and bool(set(words) & {"military", "government", "presidential"}))
        or ("government" in words or "military" in words)
    )


def _speaks_for_state(draft: Draft, role: Role, words: list[str]) -> bool:
    """ "Ukrainian officials" speak for Ukraine, "Ukrainian medics" do not."""
    if role.source_type in use_words("speaks_for_state", "actor") or _is_state_body(draft, role, words):
        return True
    if role.source_type is None and role.kind == "person":
        return words[-1] not in ("member", "members", "figure", "worker", "workers", "founder")
    if role.source_type == "police" or (role.source_type == "media" and "state" in words):
        return True
    return words[-1] in use_words("state_itself", "actor") or words[-1] in (
        "commander",
        "commanders",
        "delegation",
        "peacekeepers",
    )


def nearest_body(scene: Scene, draft: Draft, role: Role, words: list[str]) -> str | None:
    """The state of the nearest body of the same kind before, else the document's anchor state."""
    wanted = "military" if {"army", "military", "navy"} & set(words) else role.source_type
    far: str | None = None
    for other in reversed(scene.drafts):
        distance = draft.head - other.head
        if distance > 120:
            break
        if other.head >= draft.head or other.kind != "nominal" or not isinstance(other.affiliation, str):
            continue
        if other.source_type == wanted and other.affiliation.startswith(("state/", "authority/")):
            if distance <= _NEAR:
                return other.affiliation
            far = far or other.affiliation
    anchor = scene.anchor()
    if anchor is None:
        return far
    chosen, candidates = contested_state(scene, anchor, draft.head, army=_is_army(role, words))
    draft.candidates = candidates
    return chosen.id if chosen is not None else None


def _possessor(scene: Scene, draft: Draft, pronoun: str) -> Draft | str | None:
    """ "its spokesman": the nearest organisation, group or state that acted before; "his men": the nearest person's side."""
    if pronoun in ("his", "her"):
        people = (other for other in reversed(scene.drafts[-30:]) if other.kind == "person" and other.last <= draft.first)
        person = next(people, None)
        return person.affiliation if person is not None and draft.first - person.last < 60 else None
    bodies = ("government_body", "armed_group", "organization", "media")
    recent = (one for one in reversed(scene.drafts[-12:]) if one.kind == "nominal" and one.type in bodies)
    body = next((one for one in recent if one.last <= draft.first and one.use == ACTOR), None)
    place = bisect_left(scene.entities, draft.first, key=lambda other: other.first)
    best = next((other for other in reversed(scene.entities[max(0, place - 20) : place]) if other.use == ACTOR), None)
    if body is not None and body.first > (best.first if best is not None else -1) and draft.first - body.last <= 60:
        return body.affiliation or body
    if best is None or draft.first - best.last > 60:
        return None
    if best.entry is None:
        return best
    return best.entry.affiliation or best.entry.id if best.entry.type != "media" else best.entry.id


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
        behind = [hit for hit in _sides(scene, draft.first, draft.head, draft.last) if hit.first >= draft.last]
        if behind and behind[0].first - draft.last < 3:
            draft.last = behind[0].last
        draft.type, draft.sector, draft.country = entry.type, entry.sector, entry.country
        if has_tree(scene.doc) and place_or_actor(scene.doc, draft.head, draft.head + 1) == MODIFIER:
            draft.use = MODIFIER
        return
    if entry is not None and draft.rule == "phrase" and draft.last < len(scene.doc) and scene.doc[draft.last].lower_ == "of":
        owner = scene.by_token.get(draft.last + 1) or scene.by_token.get(draft.last + 2)
        if owner is not None and scene.state(owner.entry) is entry:
            draft.name = f"{draft.name} of {entry.name}" if _is_state_body(draft, role, words) else draft.name
    if draft.rule == "context body" and entry is not None:
        adjective = next(iter(entry.names("adjective")), None)
        if adjective is not None:
            draft.name = f"{adjective} {draft.name}"
        draft.country = entry.country


def _worth(scene: Scene, draft: Draft) -> bool:
    """Generic nouns ("people", "a man") are mentions only where they act or speak, or have a side."""
    if draft.noun in _PLAIN_SIDES and draft.entry is None and not draft.candidates:
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
