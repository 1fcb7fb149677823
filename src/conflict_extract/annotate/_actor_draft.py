"""What the parts of `conflict_actors` hand to each other: a draft of a mention, and small helpers over noun phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from spacy.tokens import Doc, Token

from conflict_extract.annotate._actor_match import Hit
from conflict_extract.annotate._actor_use import has_tree, use_words
from conflict_extract.annotate._tokens import Surface, surface_of
from conflict_extract.lexicons.actors import ActorEntry, Role, roles

DEMONYM = frozenset(["adjective", "person", "people"])
HYPHENS = frozenset("-‐‑–")
POSSESSIVES = frozenset(["'s", "’s", "'", "’"])
PRONOUNS = frozenset(["its", "their", "his", "her", "our", "my", "your"])
PERSON_LABELS = frozenset(["PER", "PERSON"])
PLACE_LABELS = frozenset(["LOC", "GPE", "FAC"])
_NOUNLIKE = frozenset(["ADJ", "NOUN", "PROPN", "NUM", "DET"])


@dataclass(slots=True, eq=False)
class Draft:
    """A mention before rows are made; fields as in `ActorMention` and `ActorRow`.

    `kind`: entity (of the knowledge base or named), person, nominal, joint. `affiliation`: the draft or the kb id that it speaks
    for. `definite`: it takes up an actor named before, if there is one.
    """

    first: int
    last: int
    head: int
    kind: str
    name: str
    rule: str
    form: str = "name"
    use: str = "actor"
    entry: ActorEntry | None = None
    hit: Hit | None = None
    candidates: list[str] = field(default_factory=list)
    type: str = "other"
    sector: str | None = None
    country: str | None = None
    source_type: str | None = None
    gender: str | None = None
    number: str | None = None
    role: str | None = None
    affiliation: Draft | str | None = None
    members: list[Draft | str] = field(default_factory=list)
    definite: bool = False
    anonymous: bool = False
    former: bool = False
    noun: str = ""
    same_as: Draft | None = None


def role_at(doc: Doc, index: int) -> tuple[Role, bool, int] | None:
    """The role noun that ends at this token, whether it is plural, and its first token."""
    return roles_in(doc)[index]


def roles_in(doc: Doc) -> list[tuple[Role, bool, int] | None]:
    """What `role_at` says for each token of a Doc."""
    forms = surface_of(doc)
    found: list[tuple[Role, bool, int] | None] | None = forms.kept.get("roles")
    if found is None:
        found = forms.kept["roles"] = [
            _role(forms, index) if word in _role_ends() else None for index, word in enumerate(forms.lower)
        ]
    return found


@lru_cache(maxsize=1)
def _role_ends() -> frozenset[str]:
    """The words that role nouns end in."""
    return frozenset(re.split(r"[ -]", form)[-1] for form in roles()) | frozenset(roles())


def _role(forms: Surface, index: int) -> tuple[Role, bool, int] | None:
    table, lower = roles(), forms.lower
    if index:
        pair = table.get(f"{lower[index - 1]} {lower[index]}")
        if pair is not None:
            return pair.role, pair.plural, index - 1
        if index > 1 and forms.word[index - 1] in HYPHENS:
            triple = table.get(f"{lower[index - 2]}-{lower[index]}")
            if triple is not None:
                return triple.role, triple.plural, index - 2
    found = table.get(lower[index])
    return None if found is None else (found.role, found.plural, index)


def has_tags(doc: Doc) -> bool:
    """Whether the Doc has parts of speech."""
    return len(doc) > 0 and (doc[0].pos != 0 or any(token.pos for token in doc[1:20]))


def starts_sentence(token: Token) -> bool:
    """Whether a token opens a sentence, a line or a quotation, so that its capital says nothing."""
    if token.i == 0 or token.is_sent_start:
        return True
    before = token.doc[token.i - 1]
    return before.is_space or before.text in {".", "!", "?", '"', "“", "‘", ":", "''", "``", "-", "–", "—", "--", ")"}


def left_edge(doc: Doc, head: int, hits: dict[int, Hit]) -> int:
    """The first token of the noun phrase that ends at `head`, to the left only: determiner, modifiers, possessors."""
    tagged, tree = has_tags(doc), has_tree(doc)
    first = head
    while first > 0:
        token = doc[first - 1]
        if token.text in HYPHENS and first > 1 and not token.whitespace_ and not doc[first - 2].whitespace_:
            first -= 2
            continue
        hit = hits.get(first - 1)
        if token.lower_ == "and" and first > 1 and _demonyms(hits.get(first - 2), hits.get(first)):
            first -= 2
            continue
        compound = first > 2 and doc[first - 2].text in HYPHENS and not doc[first - 2].whitespace_ and token.is_alpha
        if not compound and not _joins(token, doc[first], hits, tagged=tagged):
            break
        if compound and tree and not _governed(doc[head], token):
            break
        if hit is not None and hit.first < first - 1:
            first = hit.first
            continue
        if tree and token.text not in POSSESSIVES and not _governed(doc[head], token):
            break
        first -= 1
        if token.lower_ in ("the", "a", "an") or token.lower_ in PRONOUNS:
            break
    while first < head and doc[first].text in POSSESSIVES | HYPHENS:
        first += 1
    return first


def _demonyms(one: Hit | None, other: Hit | None) -> bool:
    """ "Indian and Pakistani officials": whether both are adjectives of states."""
    return all(hit is not None and bool(hit.kinds() & DEMONYM) for hit in (one, other))


def _governed(head: Token, token: Token) -> bool:
    """Whether `head` is above `token` in the tree, within few steps."""
    for _ in range(8):
        if token.i == head.i:
            return True
        if token.head.i == token.i:
            return False
        token = token.head
    return False


def _joins(token: Token, following: Token, hits: dict[int, Hit], *, tagged: bool) -> bool:
    """Whether a token can stand before `following` inside one noun phrase."""
    if token.is_space or token.text in {",", ";", ":", "(", ")", "“", "”", '"', "."}:
        return False
    if token.text in POSSESSIVES:
        return True
    if token.i in hits:
        return True
    if token.lower_ in PRONOUNS:
        return True
    if tagged:
        if token.pos_ in _NOUNLIKE:
            return True
        if token.dep_ == "case":
            return False
        if token.tag_ in ("VBN", "VBG", "PRP$"):
            return following.pos_ in ("NOUN", "PROPN", "ADJ")
        return token.pos_ == "ADV" and following.pos_ in ("ADJ", "VERB") and token.lower_.endswith("ly")
    if token.lower_ in use_words("np_modifier", "same") or token.lower_ in use_words("determiner", "same"):
        return True
    return token.lower_ in roles() or (token.is_title and not starts_sentence(token))


def bare_name(doc: Doc, first: int, head: int, hits: dict[int, Hit]) -> tuple[str, int, str]:
    """A phrase without determiner and numerals: its words, its first token, and the determiner in lower case.

    Common nouns lose the capital of a sentence start.
    """
    determiner = ""
    while first < head:
        token = doc[first]
        plain = token.lower_ in use_words("determiner", "same") or token.pos_ == "NUM" or token.like_num
        if not plain or token.i in hits or (doc[first + 1].text in HYPHENS and not token.whitespace_):
            break  # "42-year-old"
        determiner = determiner or token.lower_
        first += 1
    text = surface_of(doc).span(first, head + 1)
    token = doc[first]
    if (
        starts_sentence(token)
        and token.i not in hits
        and token.is_title
        and token.lower_ not in use_words("proper_adjective", "same")
        and (token.pos_ in ("NOUN", "ADJ", "VERB") or token.lower_ in roles() or token.lower_ in use_words("np_modifier", "same"))
        and not any(part.is_title for part in doc[first + 1 : head + 1] if part.i not in hits)
    ):
        text = text[0].lower() + text[1:]
    return " ".join(text.split()), first, determiner


def ordinal(word: str) -> bool:
    """Whether a word is a unit's number ("1st", "23rd").

    >>> ordinal("1st"), ordinal("23rd"), ordinal("west"), ordinal("12")
    (True, True, False, False)
    """
    return word[:1].isdigit() and word[:-2].isdigit() and word[-2:].lower() in ("st", "nd", "rd", "th")


@lru_cache(maxsize=1)
def abbreviated_titles() -> frozenset[str]:
    """Forms of ranks and forms of address that stand right before a name."""
    return frozenset(use_words("title", "same"))
