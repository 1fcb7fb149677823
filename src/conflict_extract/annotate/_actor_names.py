"""Drafts for names: settled hits of the knowledge base and organisations that only the entities know."""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

from conflict_extract.annotate._actor_bodies import seat_before
from conflict_extract.annotate._actor_draft import HYPHENS, POSSESSIVES, Draft, left_edge, ordinal, role_at
from conflict_extract.annotate._actor_match import Hit
from conflict_extract.annotate._actor_scene import Scene, contested_state
from conflict_extract.annotate._actor_types import name_endings
from conflict_extract.annotate._actor_use import ACTOR, MODIFIER, PLACE, has_tree, place_or_actor, use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import ActorEntry, roles
from conflict_extract.lexicons.times import names_of

_PEOPLE = frozenset(["person", "people"])
_CALENDAR = names_of("weekday") | names_of("month")
_DEMONYM = frozenset(["adjective", "person", "people"])


def draft_names(scene: Scene) -> None:
    """Add drafts for hits and for organisations outside the tables."""
    for hit in scene.hits:
        draft = _from_hit(scene, hit)
        if draft is not None:
            scene.add(draft)
            scene.used.update(range(draft.first, draft.last))
    for span in scene.organisations:
        draft = _from_organisation(scene, span)
        if draft is not None:
            scene.add(draft)
            scene.used.update(range(draft.first, draft.last))
    scene.entities = sorted((draft for draft in scene.drafts if draft.kind == "entity"), key=lambda draft: draft.first)


def _covering(spans: dict[int, Span], hit: Hit) -> Span | None:
    span = spans.get(hit.first)
    return span if span is not None and hit.last <= span.end else None


def _from_hit(scene: Scene, hit: Hit) -> Draft | None:
    if any(token in scene.used for token in range(hit.first, hit.last)):
        return None
    size = hit.last - hit.first
    if scene.in_dateline(hit.start, hit.end):
        return None
    person = scene.person_at(hit.first, hit.last)
    if person is not None and person[1] - person[0] > size:
        return None
    larger = _covering(scene.in_organisation, hit) or _covering(scene.in_place, hit)
    kinds = hit.kinds()
    polity = hit.entry is None or hit.entry.id.startswith(("state/", "authority/"))
    if polity and larger is not None and larger.end - larger.start > size + _articles(larger) and not kinds <= _DEMONYM:
        ends_in_role = role_at(scene.doc, larger.end - 1) is not None
        if hit.last == larger.end or not ends_in_role:
            return None
    if kinds <= _DEMONYM:
        return _demonym(scene, hit)
    if "capital" in kinds:
        return _capital(scene, hit)
    return _named(scene, hit)


def _articles(span: Span) -> int:
    return int(span[0].lower_ == "the")


def _draft(hit: Hit, entry: ActorEntry | None, *, use: str, form: str, rule: str) -> Draft:
    doc_name = entry.name if entry is not None else hit.names[0].text
    return Draft(
        first=hit.first,
        last=hit.last,
        head=hit.last - 1,
        kind="entity",
        name=doc_name,
        rule=rule,
        form=form,
        use=use,
        entry=entry,
        hit=hit,
        candidates=list(hit.candidates) if entry is None else [],
        type=entry.type if entry else "other",
        sector=entry.sector if entry else None,
        country=entry.country if entry else None,
        source_type=entry.source_type if entry else None,
        number="singular",
    )


def head_of(doc: Doc, first: int, last: int) -> int:
    """The token of a span whose governor lies outside it; without a tree, the last."""
    if last - first > 1 and has_tree(doc):
        for token in doc[first:last]:
            if token.head.i == token.i or not first <= token.head.i < last:
                return token.i
    return last - 1


def _named(scene: Scene, hit: Hit) -> Draft | None:
    """A state, authority, seat, organisation, group or outlet by name or acronym."""
    doc, entry = scene.doc, hit.entry
    kinds = hit.kinds()
    form = "acronym" if "acronym" in kinds else "name"
    if entry is None:
        use = place_or_actor(doc, hit.first, hit.last)
        draft = _draft(hit, None, use=use, form=form, rule="ambiguous")
        draft.name = surface_of(doc).span(hit.first, hit.last)
    elif entry.stands_for:
        use = place_or_actor(doc, hit.first, hit.last)
        if use == PLACE:
            return None
        draft = _metonym(scene, hit, entry, use)
    elif entry.id.startswith(("state/", "authority/")) and entry.type in ("state", "government_body"):
        plain = bool(use_words("body_name", "same") & set(hit.names[0].text.lower().split())) or (
            form == "acronym" and entry.country != entry.id[6:]
        )
        use = _organisation_use(doc, hit.first, hit.last) if plain else place_or_actor(doc, hit.first, hit.last)
        draft = _draft(hit, entry, use=use, form=form, rule="kb")
    else:
        draft = _draft(hit, entry, use=_organisation_use(doc, hit.first, hit.last), form=form, rule="kb")
        if entry.affiliation:
            draft.affiliation = entry.affiliation
    draft.head = head_of(doc, hit.first, hit.last)
    return draft


def _metonym(scene: Scene, hit: Hit, seat: ActorEntry, use: str) -> Draft:
    target = scene.index.get(seat.stands_for or "")
    entry, candidates = (None, []) if target is None else contested_state(scene, target, hit.first, seat=seat.name)
    draft = _draft(hit, entry, use=use, form="metonym", rule="seat")
    draft.candidates = candidates
    if entry is None:
        draft.name = surface_of(scene.doc).span(hit.first, hit.last)
    return draft


def _organisation_use(doc: Doc, first: int, last: int) -> str:
    """Organisations act unless they only modify: "Hamas fighters", "UN-backed"."""
    if last + 1 < len(doc) and doc[last].text in HYPHENS and not doc[last].whitespace_ and not doc[last - 1].whitespace_:
        return MODIFIER
    if has_tree(doc):
        token = doc[head_of(doc, first, last)]
        relation = token.dep_.lower()
        return MODIFIER if relation in ("compound", "amod", "nmod:desc", "det") and token.head.i >= last else ACTOR
    following = doc[last] if last < len(doc) else None
    if following is not None and role_at(doc, last) is not None and not following.is_title:
        return MODIFIER
    return ACTOR


def _capital(scene: Scene, hit: Hit) -> Draft | None:
    """A capital that speaks or acts for its state; as a place it is no mention of the state."""
    doc = scene.doc
    use = place_or_actor(doc, hit.first, hit.last)
    if use != ACTOR or (hit.entry is None and not hit.candidates):
        return None
    place = _covering(scene.in_place, hit)
    if place is not None and place.end - place.start > hit.last - hit.first + 1:
        return None
    written = surface_of(doc).span(hit.first, hit.last)
    entry, candidates = hit.entry, list(hit.candidates)
    if entry is not None and entry.country:
        entry, candidates = contested_state(scene, entry, hit.first, seat=written)
    draft = _draft(hit, entry, use=ACTOR, form="metonym", rule="capital")
    draft.candidates = candidates
    if entry is None:
        draft.name, draft.type = written, "other"
    return draft


def _demonym(scene: Scene, hit: Hit) -> Draft | None:
    """ "Armenian officials": a modifier; "the Armenians", "ethnic Armenians", "a Syrian": people."""
    doc, entry = scene.doc, hit.entry
    if not _stands_alone(scene, hit):
        draft = _draft(hit, entry, use=MODIFIER, form="demonym", rule="demonym")
        if entry is None:
            draft.name = surface_of(doc).span(hit.first, hit.last)
        return draft
    if not hit.kinds() & _PEOPLE:
        return None
    first = left_edge(doc, hit.first, scene.by_token)
    while first < hit.first and (doc[first].lower_ in use_words("determiner", "same") or doc[first].like_num):
        first += 1
    plural = "people" in hit.kinds()
    draft = Draft(
        first=first,
        last=hit.last,
        head=hit.last - 1,
        kind="nominal",
        name=surface_of(doc).span(first, hit.last),
        rule="people",
        form="demonym",
        use=place_or_actor(doc, first, hit.last) if has_tree(doc) else ACTOR,
        hit=hit,
        type="population" if plural else "person",
        sector="CVL",
        country=entry.country if entry is not None and doc[first].lower_ != "ethnic" else None,
        source_type="unknown",
        number="plural" if plural else "singular",
        noun=doc[hit.last - 1].lower_,
    )
    if draft.use == PLACE:
        draft.use = ACTOR
    return draft


def _stands_alone(scene: Scene, hit: Hit) -> bool:
    """Whether a demonym is a noun here."""
    doc = scene.doc
    token = doc[hit.last - 1]
    following = doc[hit.last] if hit.last < len(doc) else None
    if following is None:
        return True
    if following.text in HYPHENS or (following.lower_ in ("and", "or") and _pair(scene, hit)):
        return False
    if token.pos_:
        if following.pos_ in ("NOUN", "PROPN", "ADJ") and token.dep_ in ("amod", "compound", "nmod:desc", "det", ""):
            return False
        return token.pos_ in ("NOUN", "PROPN") or token.tag_ in ("NNS", "NNPS") or not following.is_alpha
    return role_at(doc, hit.last) is None and not (following.is_title and following.is_alpha) and "people" in hit.kinds()


def _pair(scene: Scene, hit: Hit) -> bool:
    """ "Indian and Pakistani officials": two adjectives before one noun."""
    other = scene.by_token.get(hit.last + 1)
    return (
        other is not None
        and bool(other.kinds() & _DEMONYM)
        and other.last < len(scene.doc)
        and (scene.doc[other.last].pos_ in ("NOUN", "PROPN", "ADJ") or scene.doc[other.last].lower_ in roles())
    )


def _from_organisation(scene: Scene, span: Span) -> Draft | None:
    """An organisation that no table knows. Phrases with a role noun of their own are left to the patterns."""
    doc, first, last = scene.doc, span.start, span.end
    while first < last and (doc[first].lower_ in ("the", "a", "an") or doc[first].is_space):
        first += 1
    if first < last:
        first, last = _whole(scene, first, last)
    if first >= last or any(token in scene.used for token in range(_behind_demonym(scene, first, last), last)):
        return None
    if scene.in_dateline(doc[first].idx, doc[last - 1].idx):
        return None
    if (last - first < 3 and doc[first].lower_ in use_words("not_actor", "same")) or doc[last - 1].lower_ in use_words(
        "not_actor", "same"
    ):
        return None
    if all(token in scene.by_token for token in range(first, last)):
        return None
    if not any(token.is_alpha and token.text[0].isupper() for token in doc[first:last]):
        return None
    for index in range(first, last - 1):
        inner = role_at(doc, index) if doc[index + 1].lower_ in ("of", "for") or index == first else None
        if inner is not None and inner[0].kind == "group" and inner[0].source_type in ("government", "military"):
            return None
    if first > 1 and doc[first - 1].text == "(" and first - 2 in scene.in_place:
        return None
    final = doc[last - 1].lower_.rstrip(".")
    if final not in name_endings() and last - first < 3 and has_tree(doc):
        token = doc[head_of(doc, first, last)]
        inside = (
            last - first == 1 and first > 0 and doc[first - 1].lower_ in ("in", "near", "outside", "around", "across", "into")
        )
        if inside and not doc[first].is_upper:
            return None
        if token.dep_ in ("nsubj", "nsubj:pass", "obj") and place_or_actor(doc, first, last) == PLACE:
            return None
    role = role_at(doc, last - 1)
    rebel = bool({token.lower_ for token in doc[first:last]} & use_words("rebel_name", "same"))
    if role is not None and role[0].source_type in ("government", "military") and role[0].kind == "group" and not rebel:
        return None
    state = _whose(scene, first, last)
    guessed = name_endings().get(final) or name_endings().get(doc[first].lower_) or (role[0].source_type if role else None)
    kind = "armed_group" if guessed == "armed_group" else "media" if guessed == "media" else "organization"
    return Draft(
        affiliation=state.id if state is not None else None,
        country=state.country if state is not None else None,
        first=first,
        last=last,
        head=head_of(doc, first, last),
        kind="entity",
        name=" ".join(surface_of(doc).span(first, last).split()),
        rule="entity",
        form="acronym" if surface_of(doc).span(first, last).isupper() and last - first == 1 else "name",
        use=_organisation_use(doc, first, last),
        type=kind,
        source_type=guessed or ("government" if state is not None else "other"),
        number="singular",
    )


def _behind_demonym(scene: Scene, first: int, last: int) -> int:
    """The token behind the adjective of a state that a name begins with ("Canadian Northern Command")."""
    hit = scene.by_token.get(first)
    inside = hit is not None and hit.first == first and hit.last < last and hit.kinds() <= _DEMONYM
    return hit.last if hit is not None and inside else first


def _whole(scene: Scene, first: int, last: int) -> tuple[int, int]:
    """A name with what the entities left out of it: "Task Force X Y", "the 1st Infantry Division", "Office … on Legal Matters"."""
    doc = scene.doc

    def free(index: int) -> bool:
        return index not in scene.used and index not in scene.by_token and doc[index].ent_type_ in ("", "ORG", "MISC")

    while first > 0 and free(first - 1):
        token = doc[first - 1]
        joined = token.pos_ == "PROPN" and token.is_title and _governed_by(token, first, last) and token.lower_ not in _CALENDAR
        if not (joined and role_at(doc, first - 1) is None) and not (ordinal(token.text) and doc[first].is_title):
            break
        first -= 1
    if doc[first].lower_ in use_words("office_name", "same") and last + 1 < len(doc) and doc[last].lower_ in ("on", "for"):
        end = last + 1
        while end < len(doc) and free(end) and (doc[end].is_title or doc[end].lower_ in ("and", "of", "the")):
            end += 1
        while end > last and not doc[end - 1].is_title:
            end -= 1
        if end > last + 1 and doc[last + 1].lower_ not in _CALENDAR:
            last = end
    return first, last


def _governed_by(token: Token, first: int, last: int) -> bool:
    """Whether a token hangs on one of `[first, last)`, or one of these on it, as a part of the same name."""
    if first <= token.head.i < last and token.dep_ in ("compound", "flat", "nmod", "nmod:desc", "nmod:unmarked", "amod"):
        return True
    parts = (child for child in token.children if first <= child.i < last)
    return any(child.dep_ in ("flat", "compound", "appos", "nmod:desc", "nmod:unmarked") for child in parts)


def _whose(scene: Scene, first: int, last: int) -> ActorEntry | None:
    """The state whose body a name is: "Haiti's Transitional Council", "United States Southern Command", "Office of … of Armenia"."""
    doc = scene.doc
    final, opening = doc[last - 1].lower_.rstrip("."), doc[first].lower_
    owner = scene.by_token.get(first - 2) if first > 1 and doc[first - 1].text in POSSESSIVES else None
    if owner is not None:
        return (
            scene.state(owner.entry)
            if final in use_words("public_body", "same") or final in use_words("own_body", "same")
            else None
        )
    hit = scene.by_token.get(first)
    if hit is not None and hit.first == first and hit.last < last:
        own = {token.lower_ for token in doc[hit.last : last]} & use_words("own_body", "same")  # "Thai Second Army Region"
        of_government = "acronym" in hit.kinds() and final in use_words("public_body", "same")  # "GoSL Peace Secretariat"
        if final in use_words("own_body", "same") or of_government or (own and hit.kinds() <= _DEMONYM):
            return scene.state(hit.entry)
    if final in use_words("seated_body", "same"):  # "In Hanoi, the X Office", "the X Office in Hanoi"
        for at in (last + 1 if last < len(doc) and doc[last].lower_ == "in" else None, seat_before(scene, first)):
            hit = scene.by_token.get(at) if at is not None else None
            state = scene.state(hit.entry) if hit is not None and "capital" in hit.kinds() else None
            if hit is not None and state is not None and doc[hit.first - 1].lower_ == "in":
                return contested_state(scene, state, first, seat=surface_of(doc).span(hit.first, hit.last))[0]
    if opening in use_words("office_name", "same"):
        for index in range(first + 2, last):
            hit = scene.by_token.get(index)
            if hit is not None and doc[hit.first - 1].lower_ in ("of", "the") and not hit.kinds() <= _DEMONYM:
                return scene.state(hit.entry)
    return None
