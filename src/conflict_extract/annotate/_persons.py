"""Drafts for persons: the name, and role and side from the title before it or the apposition beside it."""

from __future__ import annotations

from spacy.tokens import Token

from conflict_extract.annotate._actor_bodies import nearest_body
from conflict_extract.annotate._actor_draft import (
    HYPHENS,
    Draft,
    _joins,
    abbreviated_titles,
    has_tags,
    role_at,
    roles_in,
)
from conflict_extract.annotate._actor_names import head_of
from conflict_extract.annotate._actor_patterns import body_at, draft_phrase, is_phrase_head, phrase
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_sides import role_words
from conflict_extract.annotate._actor_use import ACTOR, has_tree, lemma_of, use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.actors import Role

_LEADS = frozenset(["lead", "head", "command", "run", "represent", "chair", "direct", "found", "oversee", "govern"])
_WORKS = frozenset(["work", "teach", "lecture", "serve", "volunteer", "study"])
_CALLS = frozenset(["call", "describe", "identify", "introduce", "style", "present"])
_BODIES = frozenset(["organization", "armed_group", "media", "government_body"])
_MAX_TITLE = 14
_BETWEEN = HYPHENS | {".", '"', "“", "”", "‘", "’"}  # "its chief, “General” X"
_RANK = "rank"  # noun of a person with a rank and nothing else


def draft_people(scene: Scene) -> None:
    """Add drafts for persons and for noun phrases, from left to right, so that each can look back."""
    spans = dict(scene.person_spans)
    titles = {first - 1 for first in spans}
    for index, found in enumerate(roles_in(scene.doc)):
        if index in spans and not any(token in scene.used for token in range(index, spans[index])):
            _draft_person(scene, index, spans[index])
        elif found is not None and index not in scene.used and not _before_name(scene, index, titles):
            draft_phrase(scene, index)
            if found[0].kind == "person":
                _described(scene, index)


def _described(scene: Scene, index: int) -> None:
    """ "A man who described himself as a commander of Y": the side that stands in a relative clause."""
    draft, doc = scene.by_head.get(index), scene.doc
    if draft is None or draft.kind != "nominal" or draft.affiliation is not None or draft.former or draft.last >= len(doc):
        return
    start = draft.last + int(doc[draft.last].text == ",")
    if start < len(doc) and doc[start].lower_ == "who":
        _relative(scene, draft, start)


def _draft_person(scene: Scene, first: int, last: int) -> None:
    draft = _person(scene, first, last)
    scene.add(draft)
    scene.used.update(range(first, last))
    _before(scene, draft)
    if draft.role is None or draft.affiliation is None:
        _after(scene, draft)
    if draft.role is None or draft.affiliation is None:
        _apposed_before(scene, draft)
    if draft.affiliation is None and not draft.former:
        _of_body(scene, draft)
    if draft.affiliation is None and draft.noun == _RANK:
        role = Role(noun="officer", kind="person", source_type="military")
        draft.affiliation = nearest_body(scene, draft, role, ["military", "officer"])


def _before_name(scene: Scene, index: int, titles: set[int]) -> bool:
    """Whether only titles stand between this token and a person's name, which then takes it up."""
    cursor = index
    while cursor < len(scene.doc) and cursor - index < 8:
        if cursor in titles:
            if scene.doc[cursor].lower_ == "of":
                return False
            found = role_at(scene.doc, index)
            return found is None or not found[1]
        if not _may_follow(scene, cursor + 1) if cursor + 1 < len(scene.doc) else True:
            return False
        cursor += 1
    return False


def _person(scene: Scene, first: int, last: int) -> Draft:
    doc = scene.doc
    return Draft(
        first=first,
        last=last,
        head=head_of(doc, first, last),
        kind="person",
        name=" ".join(surface_of(doc).span(first, last).split()),
        rule="person",
        type="person",
        sector=None,
        source_type="unknown",
        number="singular",
    )


def _before(scene: Scene, draft: Draft) -> None:
    """The title right before the name: "Pentagon press secretary X", "Lt. Gen. X", "Secretary of State X"."""
    doc = scene.doc
    first, tagged = draft.first, has_tags(doc)
    while first > 0 and draft.first - first < _MAX_TITLE:
        token = doc[first - 1]
        if token.text == "." and first > 1 and doc[first - 2].lower_ in abbreviated_titles():
            first -= 2
        elif token.lower_.rstrip(".") in abbreviated_titles():
            first -= 1
        elif (token.text in HYPHENS and first > 1 and not token.whitespace_) or (
            token.lower_ == "of" and first > 1 and role_at(doc, first - 2) is not None and doc[first].is_title
        ):
            first -= 2
        elif first - 1 in scene.in_person:
            break
        elif _joins(token, doc[first], scene.by_token, tagged=tagged):
            first -= 1
            if token.lower_ in ("the", "a", "an", "its", "their", "his", "her"):
                break
        else:
            break
    if first == draft.first:
        return
    _gender(draft, [token.lower_.rstrip(".") for token in doc[first : draft.first]])
    nouns = [index for index in range(draft.first - 1, first - 1, -1) if _plain_title(scene, index)]
    if not nouns or any(not _may_follow(scene, index) for index in range(nouns[0] + 1, draft.first)):
        _rank_only(scene, draft, first)
        return
    head = nouns[0]
    found = role_at(doc, head)
    if found is None or found[1]:
        return
    title = phrase(scene, head, found, left=first)
    if title is not None:
        _take(scene, draft, title, found[0], first=title.first)
        scene.used.update(token for token in range(title.first, draft.first) if token not in scene.by_token)


def _plain_title(scene: Scene, index: int) -> bool:
    """A role noun for one person that is more than a form of address."""
    found = role_at(scene.doc, index)
    if found is None or found[0].kind != "person" or found[1]:
        return False
    word = scene.doc[index].lower_.rstrip(".")
    return word not in abbreviated_titles() or word in ("sheikh", "imam", "king", "queen", "pope", "emir", "ayatollah")


def _may_follow(scene: Scene, index: int) -> bool:
    """Whether a token may stand between the role noun and the name: a rank, a branch, "of State"."""
    forms = surface_of(scene.doc)
    return (
        forms.lower[index].rstrip(".") in abbreviated_titles()
        or forms.word[index] in {".", "of"}
        or forms.word[index].istitle()
        or role_at(scene.doc, index) is not None
    )


def _rank_only(scene: Scene, draft: Draft, first: int) -> None:
    """ "Gen. X": a rank makes a soldier, "Dr X" makes nothing."""
    words = {token.lower_.rstrip(".") for token in scene.doc[first : draft.first]}
    if words & use_words("title_military", "same"):
        draft.source_type, draft.sector = "military", "MIL"
        draft.role = draft.role or " ".join(surface_of(scene.doc).span(first, draft.first).split())
        sides = [scene.by_token[index] for index in range(first, draft.first) if index in scene.by_token]
        states = [scene.state(hit.entry) for hit in sides]
        if states and states[0] is not None:
            draft.affiliation, draft.country = states[0].id, states[0].country
        elif not words & use_words("former", "same"):
            draft.noun = _RANK
    elif words & {"sen", "rep"}:
        draft.source_type = "legislature"
    elif "gov" in words:
        draft.source_type = "local_official"


def _gender(draft: Draft, words: list[str]) -> None:
    if use_words("title_male", "same") & set(words):
        draft.gender = "male"
    elif use_words("title_female", "same") & set(words):
        draft.gender = "female"


def _take(scene: Scene, draft: Draft, title: Draft, role: Role, *, first: int) -> None:
    """Role, side and type of a title or apposition go to the person."""
    doc = scene.doc
    if draft.role is None or _mere_rank(draft.role):
        draft.role = role_words(scene, first, title)
    draft.affiliation = draft.affiliation or title.affiliation
    draft.country = draft.country or title.country
    draft.gender = draft.gender or role.gender
    draft.former = draft.former or title.former
    draft.candidates = draft.candidates or title.candidates
    if title.source_type and draft.source_type in (None, "unknown"):
        draft.source_type, draft.sector = title.source_type, title.sector
        if title.noun in ("father", "sister", "brother", "mother") and doc[title.head].is_title and title.head + 1 == draft.first:
            draft.source_type, draft.sector = "religious", "REL"
    words = {token.lower_.rstrip(".") for token in doc[first : draft.first]} if first < draft.first else set()
    if draft.source_type == "unknown" and words & use_words("title_military", "same"):
        draft.source_type = "military"


def _mere_rank(role: str) -> bool:
    """Whether a role is only a rank or form of address ("Maj. Gen.", "Sheikh"), which an office beside the name outdoes."""
    ranks = abbreviated_titles() | use_words("rank_military", "same")
    return all(word.lower().strip(".") in ranks for word in role.replace("-", " ").split())


def _after(scene: Scene, draft: Draft) -> None:
    """ "X, the governor of Y,", "X, a spokesman for Y,", "X, who commands Y,"."""
    doc = scene.doc
    start = draft.last
    if start + 1 >= len(doc) or doc[start].text != ",":
        return
    start += 1
    if doc[start].lower_ in ("who", "which"):
        _relative(scene, draft, start)
        return
    for index in range(start, min(start + _MAX_TITLE, len(doc))):
        token = doc[index]
        if token.text in {",", ".", ";"} or (token.pos_ in ("VERB", "AUX") and token.tag_ != "VBN"):
            return
        found = role_at(doc, index)
        if found is None or found[0].kind != "person" or not is_phrase_head(scene, index):
            continue
        if found[1] or _names_another(scene, index):
            return
        title = phrase(scene, index, found)
        if title is None or title.first > start + 2:
            return
        if not _apposed(scene, draft, index):
            return
        _take(scene, draft, title, found[0], first=title.first)
        _same(scene, title, draft)
        return


def _names_another(scene: Scene, index: int) -> bool:
    """ "X, foreign minister Y": whether the role noun is the title of the next name."""
    doc = scene.doc
    return index + 1 < len(doc) and doc[index + 1].is_title and index + 1 in scene.in_person


def _apposed(scene: Scene, draft: Draft, index: int) -> bool:
    """Whether the tree, or the comma behind it, says that the noun renames the person."""
    doc = scene.doc
    if has_tree(doc):
        noun, name = doc[index], doc[draft.head]
        if noun.head.i == name.i or name.head.i == noun.i:
            return True
        if noun.dep_ in ("nsubj", "nsubj:pass"):
            return False
    return True


def _of_body(scene: Scene, draft: Draft) -> None:
    """ "X of the International Crisis Group", "Admiral X of the Peruvian navy", "Foreign Minister X of Pakistan"."""
    doc, last = scene.doc, draft.last
    if last + 2 < len(doc) and doc[last].text == "," and doc[last + 1].lower_ in ("of", "from"):
        last += 1  # "X, of the Y League,"
    if last + 1 >= len(doc) or doc[last].lower_ not in ("of", "from", "at", "with"):
        return
    public = draft.source_type in use_words("speaks_for_state", "actor")
    if public and doc[last].lower_ != "of":
        return  # "Ambassador X at the United Nations"
    start = last + 1
    if doc[start].lower_ == "the":
        start += 1
    owner = scene.by_first.get(start) or scene.by_first.get(start - 1)
    if owner is not None and owner.kind == "entity" and _takes(owner, public=public):
        _join_body(draft, owner)
        return
    for index in range(start, min(start + 5, len(doc))):
        if doc[index].text in {",", ".", ";"} or doc[index].pos_ in ("VERB", "AUX", "ADP"):
            return
        found = role_at(doc, index)
        if found is not None and found[0].kind == "group" and is_phrase_head(scene, index):
            named = doc[index].is_title and doc[start].is_title and index > start and found[0].source_type != "government"
            body = scene.by_head.get(index) or (body_at(scene, index) if named else phrase(scene, index, found))
            if body is not None and (body.affiliation is not None or named):
                draft.affiliation, draft.country = body.affiliation or body, draft.country or body.country
                draft.source_type = body.source_type if draft.source_type == "unknown" else draft.source_type
            return


def _takes(owner: Draft, *, public: bool) -> bool:
    """Whether a name behind "of" is the side of the person before it: a body, or for an officer of a state the state."""
    polity = owner.entry is not None and owner.entry.id.startswith(("state/", "authority/"))
    return public if polity else owner.type in _BODIES and not owner.candidates


def _join_body(draft: Draft, owner: Draft) -> None:
    """The person speaks for the body."""
    entry = owner.entry
    draft.affiliation = owner if entry is None else entry.id if entry.type == "media" else entry.affiliation or entry.id
    if draft.source_type in (None, "unknown"):
        draft.source_type = owner.source_type


def _base_form(token: Token) -> str:
    lemma = lemma_of(token)
    return "teach" if lemma in ("teaches", "taught") else lemma.removesuffix("s")


def _relative(scene: Scene, draft: Draft, start: int) -> None:
    """ "X, who leads Y,", "X, who teaches at Y,", "X, who calls himself a spokesman for Y,"; `start`: the relative pronoun."""
    doc = scene.doc
    verb = next((i for i in range(start + 1, min(start + 4, len(doc))) if _base_form(doc[i]) in _LEADS | _WORKS | _CALLS), None)
    if verb is None:
        return
    if _base_form(doc[verb]) in _CALLS:
        _self_styled(scene, draft, verb)
        return
    if _base_form(doc[verb]) in _WORKS:
        for index in range(verb + 1, min(verb + 12, len(doc))):
            owner = scene.by_first.get(index)
            if owner is not None and owner.kind == "entity" and owner.use == ACTOR and _takes(owner, public=False):
                _join_body(draft, owner)
                return
            if doc[index].text in {",", ".", ";"}:
                return
        return
    window = range(verb + 1, min(verb + 10, len(doc)))
    words = []
    for index in window:
        if doc[index].text in {",", ".", ";"}:
            break
        words.append(doc[index].lower_)
        hit = scene.by_token.get(index)
        if hit is not None and hit.entry is not None and draft.affiliation is None:
            before = doc[hit.first - 1].lower_
            if before not in ("in", "near", "from"):
                draft.affiliation = hit.entry.affiliation or hit.entry.id
                draft.source_type = hit.entry.source_type
        owner = scene.by_first.get(index)
        near = owner is not None and owner.entry is None and owner.use == ACTOR and index <= verb + 2
        if owner is not None and near and draft.affiliation is None and _takes(owner, public=False):
            _join_body(draft, owner)
    if draft.affiliation is None and {"army", "military", "navy", "troops", "forces"} & set(words):
        role = Role(noun="commander", kind="person", source_type="military")
        draft.affiliation = nearest_body(scene, draft, role, words)
        draft.source_type = "military"
    if draft.affiliation is not None:
        draft.role = draft.role or doc[verb].text


def _self_styled(scene: Scene, draft: Draft, verb: int) -> None:
    """ "calls herself a spokeswoman for Y", "introduced himself as a commander of Y": role and side that somebody claims."""
    doc = scene.doc
    at = verb + 1
    if at >= len(doc) or doc[at].lower_ not in ("himself", "herself", "themselves", "themself"):
        return
    for index in range(at + 1, min(at + 8, len(doc))):
        if doc[index].text in {",", ".", ";"}:
            return
        found = role_at(doc, index)
        if found is None or found[0].kind != "person" or not is_phrase_head(scene, index):
            continue
        title = phrase(scene, index, found)
        if title is not None:
            _take(scene, draft, title, found[0], first=title.first)
        return


def _apposed_before(scene: Scene, draft: Draft) -> None:
    """ "its deputy spokesman, X,", "an adviser to the Ukrainian defence minister, X,"."""
    doc = scene.doc
    comma = draft.first - 1
    while comma > 1 and draft.first - comma < 6 and (doc[comma].text in _BETWEEN or doc[comma].is_title):
        if doc[comma].text not in _BETWEEN and not _may_follow(scene, comma):
            break
        comma -= 1  # "its spokesman, Commodore X"
    if comma < 1 or doc[comma].text != ",":
        return
    for index in range(comma - 1, max(comma - _MAX_TITLE, -1), -1):
        token = doc[index]
        hyphened = index > 0 and doc[index - 1].text in HYPHENS
        if token.text in {",", ".", ";", "“", "”", '"'} or (token.pos_ in ("VERB", "AUX") and not hyphened):
            return
        found = role_at(doc, index)
        if found is None or found[0].kind != "person" or found[1]:
            continue
        following = doc[index + 1].lower_ if index + 1 < len(doc) else ""
        inner = index > 0 and _inside_another(scene, index)
        if inner or (index + 1 != comma and following not in ("of", "for", "to", "from", "at", "in", "with", "there")):
            continue
        if has_tree(doc):
            noun, name = doc[index], doc[draft.head]
            closed = draft.last < len(doc) and doc[draft.last].text == ","
            beside = noun.dep_ == "nsubj" and index + 1 == comma and (closed or noun.head.i == name.head.i)  # "its head, X, said"
            if not (index <= name.head.i < comma or noun.head.i == name.i or beside):
                continue
        title = phrase(scene, index, found)
        if title is None:
            return
        _take(scene, draft, title, found[0], first=title.first)
        _same(scene, title, draft)
        return


def _inside_another(scene: Scene, index: int) -> bool:
    """Whether another role noun with "to", "for", "of" stands before it in the same phrase ("an adviser to the minister")."""
    doc = scene.doc
    cursor = index - 1
    while cursor > 0 and index - cursor < 10:
        if doc[cursor].text in {",", "."} or doc[cursor].pos_ in ("VERB", "AUX"):
            return False
        if doc[cursor].lower_ in ("to", "for", "of") and role_at(doc, cursor - 1) is not None:
            return True
        cursor -= 1
    return False


def _same(scene: Scene, title: Draft, person: Draft) -> None:
    """Keep the apposition as a mention of the person."""
    known = scene.by_head.get(title.head)
    if known is not None and known.kind == "nominal":
        known.same_as = person
        return
    if title.head in scene.used:
        return
    title.same_as = person
    scene.add(title)
    scene.used.update(range(title.head, title.last))
