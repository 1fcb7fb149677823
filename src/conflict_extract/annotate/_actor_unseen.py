"""Names of organisations that the entities leave out: what stands behind the noun for their kind ("the think tank Iberia Sur")."""

from __future__ import annotations

import numpy as np
from spacy.tokens import Doc, Span, Token

from conflict_extract.annotate._actor_draft import HYPHENS, PLACE_LABELS, abbreviated_titles, roles_in
from conflict_extract.annotate._actor_use import has_tree, use_words
from conflict_extract.lexicons.gazetteer import fold, gazetteer, unpack
from conflict_extract.lexicons.times import names_of

_CALENDAR = names_of("weekday") | names_of("month")
_LONGEST = 5  # words
_LARGE = 4.3  # log10 of the people of a town that is rather meant than a person or a body
_SPELT_OUT = 10  # tokens of a name before its acronym
_SMALL = frozenset(["of", "on", "for", "and", "against"])
_OFFICIAL = frozenset(["government", "military", "police", "legislature", "judiciary"])


def behind_kind(doc: Doc, taken: set[int]) -> list[Span]:
    """Capitalised words that no entity and no entry covers, right behind a noun like "charity" or "rebel group".

    Args:
        doc: with a tree. taken: tokens of entities and of names in the tables.
    """
    if not has_tree(doc):
        return []
    found: list[Span] = []
    kinds = use_words("category_noun", "same") | use_words("kind_of_body", "same")
    for index, role in enumerate(roles_in(doc)):
        if role is None or role[0].kind != "group" or role[1] or doc[index].is_title or role[0].source_type in _OFFICIAL:
            continue
        if doc[index].lower_ not in kinds:
            continue
        last = index + 1
        place = next((ent for ent in doc.ents if ent.start == last and ent.label_ in PLACE_LABELS), None)
        if place is not None and len(place) > 1 and not large_place(place.text):  # "the charity Costa Sur"
            if _beside(doc[index], place):
                found.append(Span(doc, last, place.end, label="ORG"))
            continue
        while last < len(doc) and last - index <= _LONGEST and last not in taken and _part(doc[last], first=last == index + 1):
            last += 1
        while last > index + 1 and doc[last - 1].text in HYPHENS:
            last -= 1
        if last > index + 1 and _beside(doc[index], doc[index + 1 : last]):
            found.append(Span(doc, index + 1, last, label="ORG"))
    return found


def before_acronym(doc: Doc, taken: set[int]) -> list[Span]:
    """ "The Coordinating Committee on Valley Integrity (CCVI)": the capitalised words that an acronym in brackets stands for.

    Args:
        doc: the document. taken: tokens of entities and of names in the tables.
    """
    found: list[Span] = []
    for index in range(3, len(doc) - 2):
        acronym = doc[index + 1]
        if doc[index].text != "(" or doc[index + 2].text != ")" or not acronym.is_upper or not 3 <= len(acronym.text) <= 8:
            continue
        first = index
        while first > 0 and index - first < _SPELT_OUT and first - 1 not in taken:
            before = doc[first - 1]
            if not (before.is_title and before.is_alpha) and before.lower_ not in _SMALL:
                break
            if before.is_title and before.lower_ in ("the", "a", "an"):
                break
            first -= 1
        while first < index and not doc[first].is_title:
            first += 1
        capitals = sum(token.is_title for token in doc[first:index])
        if capitals > 1 and first - 1 not in taken and doc[first].text[0] == acronym.text[0]:
            found.append(Span(doc, first, index, label="ORG"))
    return found


def _part(token: Token, *, first: bool) -> bool:
    """Whether a token can be a part of a name that starts behind a noun."""
    if token.text in HYPHENS:
        return not first
    plain = token.is_alpha and token.text[0].isupper() and token.pos_ in ("PROPN", "NOUN", "ADJ")
    return plain and token.lower_ not in _CALENDAR and token.lower_ not in abbreviated_titles()


def _beside(noun: Token, name: Span) -> bool:
    """Whether the tree has the name rename the noun, or the noun describe the name."""
    top = name.root
    return top.head.i == noun.i or noun.head.i in range(name.start, name.end)


def large_place(name: str) -> bool:
    """Whether the gazetteer has a region or a town of some size by this name."""
    table = gazetteer()
    for packed in table.find([fold(name)]):
        rows = [row for row, _ in unpack(packed.tolist())[:50]]
        if any(table.level(row) != "settlement" or float(table.populations(np.array([row]))[0]) > _LARGE for row in rows):
            return True
    return False
