"""Whom a phrase speaks for: the names inside it and behind it."""

from __future__ import annotations

from conflict_extract.annotate._actor_bodies import (
    by_office,
    government_noun,
    is_army,
    is_state_body,
    local_authority,
    nearest_body,
    plain_words,
    possessive_words,
    possessor,
    seat_before,
    speaks_for_state,
)
from conflict_extract.annotate._actor_draft import DEMONYM as _DEMONYM
from conflict_extract.annotate._actor_draft import HYPHENS, POSSESSIVES, Draft, bare_name, starts_sentence
from conflict_extract.annotate._actor_match import Hit
from conflict_extract.annotate._actor_scene import Scene, contested_state
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import ActorEntry, Role

PLAIN_SIDES = frozenset(["side", "sides", "state", "states"])


_NO_SIDE = frozenset(["pro", "anti", "non"])


_HELD = frozenset(["run", "held", "controlled", "led", "appointed", "installed"])
_SIDE_NOUNS = frozenset(["coalition", "alliance", "movement", "party", "union", "bloc", "mission", "front", "brigade", "militia"])


def sides_of(scene: Scene, first: int, index: int, last: int) -> list[Hit]:
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
                owner = hit.last < len(doc) and doc[hit.last].text in POSSESSIVES  # "an aide to Chad's president"
                place = preposition in ("from", "at", "to") and _is_polity(hit) and not owner
                if not place:
                    found.append(hit)
                break
            token = doc[cursor]
            verb = token.pos_ in ("VERB", "AUX") and token.dep_ != "amod"  # "for the banned X"
            inner = token.lower_ == "for" and preposition == "of"  # "of the Secretary-General for X"
            if token.text in {",", ".", ";"} or verb or inner or token.lower_ in ("in", "near", "who", "that"):
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


def affiliate(scene: Scene, draft: Draft, sides: list[Hit], role: Role, words: list[str], determiner: str) -> None:
    """Whom the phrase speaks for, from names in it; a bare body of a state belongs to the document's state."""
    if draft.former:
        return
    if draft.noun in PLAIN_SIDES and not sides:
        return
    if not sides or all(hit.kinds() <= _DEMONYM for hit in sides):
        local = local_authority(scene, draft, words)
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
    if role.kind == "group" and len(bodies) > 1 and _renames(scene, draft, bodies[-1], role):
        chosen = bodies[-1]  # "NATO's KFOR mission"
    if chosen is not None:
        _from_side(scene, draft, chosen, role, words)
        return
    if (
        len(words) > 2
        and words[0] in use_words("state_noun", "same")
        and words[1] in POSSESSIVES
        and is_state_body(draft, role, words)
    ):
        anchor = scene.anchor()  # "the island's government"
        draft.affiliation, draft.country = (anchor.id, anchor.country) if anchor is not None else (None, None)
        return
    seat = _seat_beside(scene, draft) if role.kind == "group" and is_state_body(draft, role, words) else None
    if seat is not None:
        chosen_state, draft.candidates = contested_state(scene, seat[0], draft.head, seat=seat[1], army=is_army(role, words))
        if chosen_state is not None:
            draft.affiliation, draft.rule = chosen_state.id, "context body"
        return
    unknown = None if "minister" in words else _unlisted_side(scene, draft)  # "Communication Service Minister"
    if unknown is not None and role.kind == "person":
        told = unknown.source_type if unknown.source_type != "other" else role.source_type
        draft.affiliation, draft.source_type = unknown, told or unknown.source_type
        return
    if draft.definite and determiner in possessive_words():
        draft.affiliation = possessor(scene, draft, determiner)
        return
    named = scene.doc[draft.head].is_title and all(word in plain_words() for word in words)
    plain = role.kind == "person" or all(word in plain_words() or not scene.doc[draft.head].is_title for word in words)
    if role.kind == "person" and by_office(scene, draft):
        return
    if role.kind == "group" and _called(scene, draft):
        return
    if HYPHENS & set(words) and _HELD & set(words):
        return  # "the rebel-run health ministry"
    taken = _taken_side(scene, draft) if role.kind == "person" else None
    if taken is not None:
        draft.affiliation, draft.source_type = taken.entry.id if taken.entry is not None else taken, taken.source_type
        return
    if draft.noun in ("source", "sources") and not set(words) & {"ministry", "government", "presidency", "palace"}:
        return  # "two military sources"
    bare = determiner == "the" or role.kind == "person" or named or (role.source_type == "media" and not determiner)
    bare = bare or (not determiner and surface_of(scene.doc).end[draft.head] <= scene.headline_end)  # "army says"
    if is_state_body(draft, role, words) and plain and bare:
        draft.affiliation = nearest_body(scene, draft, role, words)
        if role.kind == "group":
            draft.rule = "context body"


def _seat_beside(scene: Scene, draft: Draft) -> tuple[ActorEntry, str] | None:
    """ "the Foreign Ministry in Sana'a", "In Hanoi, the Foreign Ministry": the state of the capital, and the capital's name."""
    doc = scene.doc
    for index in (draft.last + 1, seat_before(scene, draft.first)):
        hit = scene.by_token.get(index) if index is not None else None
        if hit is None or "capital" not in hit.kinds() or doc[hit.first - 1].lower_ != "in":
            continue
        state = scene.state(hit.entry)
        if state is not None:
            return state, surface_of(doc).span(hit.first, hit.last)
    return None


def _called(scene: Scene, draft: Draft) -> bool:
    """ "the Karen army": whether a capitalised word outside the tables stands before a body's noun."""
    doc = scene.doc
    return any(
        doc[index].is_title and not starts_sentence(doc[index]) and doc[index].lower_ not in plain_words()
        for index in range(draft.first, draft.head)
        if index not in scene.by_token and not doc[draft.head].is_title
    )


def _taken_side(scene: Scene, draft: Draft) -> Draft | None:
    """ "a coalition spokesman": the last actor named before whose name ends in the noun."""
    lower = surface_of(scene.doc).lower
    for noun in lower[draft.first : draft.head]:
        if noun in _SIDE_NOUNS:
            for other in reversed(scene.entities):
                if other.last <= draft.first and lower[other.last - 1] == noun and not other.candidates:
                    return other
    return None


def _unlisted_side(scene: Scene, draft: Draft) -> Draft | None:
    """An organisation outside the tables in the phrase or behind it: "a Green Party candidate", "the head of Agro-Prohnoz"."""
    doc = scene.doc
    if draft.noun in ("critic", "critics", "supporter", "supporters", "opponent", "opponents", "reader", "customer"):
        return None
    places = list(range(draft.first, draft.head))
    if draft.last < len(doc) and doc[draft.last].lower_ in ("of", "for", "from", "with", "at"):
        for index in range(draft.last + 1, min(draft.last + 8, len(doc))):
            places.append(index)
            if index in scene.by_first or not _before_body(scene, index):
                break
    for index in places:
        other = scene.by_first.get(index)
        if other is None or other.kind != "entity" or other.entry is not None or other.candidates:
            continue
        if other.type in ("organization", "armed_group", "media") and doc[other.last - 1].text not in HYPHENS:
            return other
    return None


def _before_body(scene: Scene, index: int) -> bool:
    """Whether a token can stand between "of" and the name of a body: "the opposition X", "the Madrid-based think tank X"."""
    token = scene.doc[index]
    kinds = use_words("of_any_group", "same") | use_words("category_noun", "same") | use_words("kind_of_body", "same")
    words = token.pos_ in ("DET", "ADJ", "VERB", "") or token.lower_ in kinds or token.lower_ == "think"
    return (not token.is_punct and (words or index in scene.in_place)) or token.text in HYPHENS


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
        if not speaks_for_state(draft, role, words):
            return
        draft.country = state.country
        if hit.kinds() & frozenset(["capital"]) and not is_state_body(draft, role, words) and role.kind == "person":
            return
        if government_noun(words) or is_state_body(draft, role, words):
            chosen, candidates = contested_state(scene, state, draft.head, army=is_army(role, words))
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
        written = surface_of(scene.doc).span(hit.first, hit.last).lower()
        if written.startswith(("un ", "u.n. ", "united nations ")):
            draft.affiliation = "un/un"


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
    rest = surface_of(doc).span(title.head + 1, title.last)
    if not rest or title.last > title.head + 6:
        return text
    if any(token.is_title for token in doc[title.head + 1 : title.last]) and doc[title.head].is_title:
        text = surface_of(doc).span(
            max(start, title.head) if start > title.head else title.head - len(text.split()) + 1, title.head + 1
        )
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
