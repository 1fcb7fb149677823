"""Is a place name an actor, a place or a modifier here? One rule through the Universal Dependencies tree.

The words that decide (verbs whose subject acts, nouns that only somebody with a will can possess, prepositions) are
rows of the table `actors_use.jsonl`. Nothing here loads a model or needs a component: the rule reads `dep_`, `head`,
`pos_` and, where there is one, `lemma_`. A Doc without a tree gets a weaker rule over the neighbouring words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from spacy.tokens import Doc, Token

from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.loader import Entry, load_table

ACTOR, PLACE, MODIFIER = "actor", "place", "modifier"
_ENDINGS = tuple(
    pair.split("=") for pair in ("ies=y", "ied=y", "es=", "s=", "ed=", "ed=e", "d=", "ing=", "ing=e")
)  # endings of English forms and what stands there in the lemma
_LIGHT = frozenset(
    ["be", "have", "will", "would", "could", "may", "might", "must", "should", "can", "has", "not", "also", "again"]
)
_PROBE = 20  # tokens
_MAX_STEPS = 12  # conjunctions and appositions are followed at most so far


class UseWords(Entry):
    """A line of `actors_use.jsonl`: words that make a name in a grammatical slot an actor or a place.

    `slot`: where the words stand (verb of a subject, possessed noun, governor of a preposition …). `use`: what the
    name is then;
    `same`: as its governor; `lemma`: the words are `form=lemma` pairs for texts without lemmas.
    """

    slot: str
    use: Literal["actor", "place", "same", "lemma"]
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, str], frozenset[str]]:
    """The table as sets by slot and use; read at the first call."""
    return {(row.slot, row.use): frozenset(row.words) for row in load_table("actors_use", UseWords)}


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    pairs = (pair.partition("=") for pair in _words()["irregular", "lemma"])
    return {form: lemma for form, _, lemma in pairs}


def lemma_of(token: Token) -> str:
    """The token's lemma in lower case; a guess from its form where no lemmatizer ran.

    >>> import spacy
    >>> [lemma_of(token) for token in spacy.blank("en")("said decisions denies")]
    ['say', 'decision', 'deny']
    """
    if token.lemma_:
        return token.lemma_.lower()
    return _guess_lemma(token.lower_)


@lru_cache(maxsize=8192)
def _guess_lemma(form: str) -> str:
    """The lemma of a form that stands in the table, by irregular forms and endings; else the form itself."""
    irregular = _irregular().get(form)
    if irregular is not None:
        return irregular
    known = _all_words()
    if form.endswith("s") and form[:-1] in known:
        return form[:-1]
    if form in known:
        return form
    for ending, new in _ENDINGS:
        if form.endswith(ending):
            stem = form[: -len(ending)] + new
            if stem in known:
                return stem
            if len(stem) > 2 and stem[-1] == stem[-2] and stem[:-1] in known:
                return stem[:-1]
    return form


@lru_cache(maxsize=1)
def _all_words() -> frozenset[str]:
    return frozenset(word for (slot, _), words in _words().items() if slot != "irregular" for word in words)


def use_words(slot: str, use: str) -> frozenset[str]:
    """The words of one slot of the table."""
    return _words().get((slot, use), frozenset())


def _is(slot: str, use: str, word: str) -> bool:
    return word in _words().get((slot, use), ())


def has_tree(doc: Doc) -> bool:
    """Whether the Doc has a dependency tree (looks at its start only, so that asking often costs nothing)."""
    return len(doc) > 0 and (doc[0].dep != 0 or any(token.dep for token in doc[1:_PROBE]))


def place_or_actor(doc: Doc, start_token: int, end_token: int) -> str:
    """How a place name is used: "actor", "place" or "modifier".

    Subject of a saying or acting verb, agent of a passive, possessor of a decision or of an institution, addressee:
    actor. Locative prepositions, objects of movement and of attack, subjects that only lie or burn: place. Attributive
    use ("the Gaza crossing", "Kyiv-based"): modifier. Names of states and their capitals act by default where they are
    subjects, other names only with verbs that need a will.

    Args:
        doc: the document; a UD v2 tree if it has one.
        start_token, end_token: the name, `[start, end)` in tokens.

    Raises:
        IndexError: the tokens are outside the document.
    """
    if not 0 <= start_token < end_token <= len(doc):
        raise IndexError(f"tokens {start_token}, {end_token} are outside a document of {len(doc)}")
    polity = _is_polity(surface_of(doc).span(start_token, end_token))
    if _hyphenated(doc, end_token):
        return MODIFIER
    if start_token > 1 and doc[start_token - 1].lower_ == "to" and doc[start_token - 2].lower_ == "according":
        return ACTOR
    if not has_tree(doc):
        return _by_neighbours(doc, start_token, end_token, polity=polity)
    return _by_tree(_head(doc, start_token, end_token), polity=polity, start=start_token, end=end_token)


def _is_polity(name: str) -> bool:
    """Whether the name is a state's, a territory's or a seat of government in the actor tables."""
    from conflict_extract.lexicons.actors import is_polity_name  # the tables load when first needed

    return is_polity_name(name)


def _hyphenated(doc: Doc, end: int) -> bool:
    """ "Gaza-based", "Kyiv-held": whether a hyphen joins the name to a following word."""
    return (
        end + 1 < len(doc)
        and doc[end].text in "-‐‑"
        and not doc[end].whitespace_
        and not doc[end - 1].whitespace_
        and doc[end + 1].is_alpha
        and not doc[end + 1].is_title
    )


def _head(doc: Doc, start: int, end: int) -> Token:
    """The token of the span whose governor is outside it (the first, if several)."""
    for token in doc[start:end]:
        if token.head.i == token.i or not start <= token.head.i < end:
            return token
    return doc[end - 1]


def _base(token: Token) -> str:
    return token.dep_.lower().partition(":")[0]


def _case(token: Token) -> str:
    """The preposition of a noun with its fixed parts ("according to") in lower case, or empty; "'s" for a bare
    possessive.
    """
    for child in token.children:
        if _base(child) == "case":
            if child.lower_ in ("'s", "’s", "'", "’"):
                return "'s"
            parts = [child, *(part for part in child.children if _base(part) == "fixed")]
            # "south of Mosul" is parsed with two case words as often as with one
            parts += [other for other in token.children if other.i > child.i and other.i < token.i and _base(other) == "case"]
            return " ".join(part.lower_ for part in sorted(set(parts), key=lambda part: part.i)).strip()
    return ""


def _by_tree(token: Token, *, polity: bool, start: int, end: int) -> str:
    """Walk from the name's head to the word that decides."""
    for _ in range(_MAX_STEPS):
        relation, governor = _base(token), token.head
        if token.dep_.lower() in ("nmod:poss", "poss"):
            return _possessor(governor, polity=polity)
        if relation in ("compound", "amod", "det") or token.dep_.lower() == "nmod:desc":
            return MODIFIER
        if relation in ("conj", "appos", "flat", "list") and governor.i != token.i and not _case(token):
            if relation == "appos" and governor.pos_ == "PROPN" and start > governor.i + 1 and _after_comma(token, governor):
                return PLACE if not _subject_like(governor) else _by_tree(governor, polity=polity, start=start, end=end)
            token = governor
            continue
        if relation in ("nsubj", "csubj"):
            passive = token.dep_.lower().endswith(":pass")
            return _subject(token, governor, passive=passive, polity=polity)
        if token.dep_.lower() == "obl:agent":
            return ACTOR
        if relation in ("obj", "iobj"):
            return _object(governor, relation, polity=polity)
        if relation == "vocative":
            return ACTOR
        case = _case(token)
        if case:
            return _prepositional(token, case, governor, polity=polity)
        if relation in ("obl", "nmod", "acl", "advcl", "orphan", "dep", "parataxis", "xcomp", "ccomp"):
            return _clause_of(token, polity=polity) or PLACE
        return _root(token, polity=polity)
    return PLACE


def _after_comma(token: Token, governor: Token) -> bool:
    """ "Goma, Congo": whether a comma parts an apposition from its governor, as in an address."""
    return any(part.text == "," for part in token.doc[governor.i : token.i])


def _subject_like(token: Token) -> bool:
    return _base(token) == "nsubj"


def _clause_of(token: Token, *, polity: bool) -> str | None:
    """ "Armenia, which says …": the verb of a relative clause decides where the main clause leaves it open."""
    for child in token.children:
        if child.dep_.lower() == "acl:relcl":
            for part in child.children:
                if _base(part) == "nsubj" and part.lower_ in ("which", "who", "that"):
                    return _subject(part, child, passive=part.dep_.lower().endswith(":pass"), polity=polity)
    return None


def _subject(token: Token, verb: Token, *, passive: bool, polity: bool) -> str:
    word = lemma_of(verb)
    if passive:
        if _is("passive_strong", ACTOR, word):
            return ACTOR
        if _is("passive", PLACE, word):
            return PLACE
        return ACTOR if polity else PLACE
    copular = any(_base(child) == "cop" for child in verb.children)
    if copular:
        if any(_base(child) == "case" for child in verb.children):
            return PLACE if not polity or _is("predicate", PLACE, word) or _locative_case(verb) else ACTOR
        if _is("predicate", PLACE, word):
            return PLACE
        return ACTOR if polity else PLACE
    if word in ("have", "get") and any(_base(child) == "obj" and _is("have", PLACE, lemma_of(child)) for child in verb.children):
        return PLACE
    if _is("subject_strong", ACTOR, word):
        return ACTOR
    if _is("subject", PLACE, word):
        return PLACE
    if polity:
        return ACTOR
    return ACTOR if _is("subject", ACTOR, word) and _has_will(verb) else PLACE


def _has_will(verb: Token) -> bool:
    """Whether a verb like "hold" or "keep" governs a clause, so that its subject decides something."""
    return any(_base(child) in ("xcomp", "ccomp") for child in verb.children)


def _locative_case(noun: Token) -> bool:
    return _is("preposition", PLACE, _case(noun))


def _object(verb: Token, relation: str, *, polity: bool) -> str:
    word = lemma_of(verb)
    if relation == "iobj" or _is("object", ACTOR, word):
        return ACTOR
    if _is("object", PLACE, word):
        return PLACE
    return ACTOR if polity else PLACE


def _possessor(noun: Token, *, polity: bool) -> str:
    word = lemma_of(noun)
    first = next((child for child in noun.children if _base(child) in ("compound", "amod") and child.i < noun.i), None)
    if _is("possessed", ACTOR, word) or noun.lower_ in _words()["possessed", ACTOR]:
        return ACTOR
    if _is("possessed", PLACE, word):
        return PLACE
    if first is not None and _is("possessed", ACTOR, lemma_of(first)):
        return ACTOR
    if noun.pos_ == "PROPN":  # "Armenia's Pashinyan", "Syria's Aleppo"
        return PLACE if noun.ent_type_ in ("LOC", "GPE", "FAC") else ACTOR
    return ACTOR if polity else PLACE


def _prepositional(token: Token, case: str, governor: Token, *, polity: bool) -> str:
    if case == "'s":
        return _possessor(governor, polity=polity)
    if _is("preposition", "same", case):
        if governor.i == token.i:
            return ACTOR if polity else PLACE
        if _base(governor) in ("nsubj", "obj", "iobj") and not governor.dep_.endswith(":pass"):
            return _by_tree(governor, polity=polity, start=token.i, end=token.i + 1)
        return PLACE if _is("region_head", PLACE, lemma_of(governor)) else (ACTOR if polity else PLACE)
    if _is("preposition", ACTOR, case) or lemma_of(governor) == "accord":
        return ACTOR
    if _is("preposition", PLACE, case):
        return PLACE
    last = case.split()[-1]
    words = _governors(token, governor, case)
    if last == "by":
        return PLACE if any(_is("by", PLACE, word) for word in words) else ACTOR
    if last == "with":
        return PLACE if any(_is("with", PLACE, word) for word in words) or not polity else ACTOR
    if last == "between":
        return PLACE if any(_is("between", PLACE, word) for word in words) or not polity else ACTOR
    if last == "of":
        return _of(governor, words, polity=polity)
    slot = "toward" if last in ("toward", "towards") else "on" if last in ("on", "upon") else last
    if any(_is(slot, ACTOR, word) for word in words):
        return ACTOR
    return PLACE


def _governors(token: Token, governor: Token, case: str) -> list[str]:
    """The lemmas that may decide a preposition: its governor and a verb's object ("impose sanctions on")."""
    words = [lemma_of(governor), governor.lower_]
    if governor.pos_ in ("VERB", "AUX") and not case.startswith(("into", "in")):
        words += [lemma_of(child) for child in governor.children if _base(child) in ("obj", "compound") and child.i < token.i]
    return words


def _of(governor: Token, words: list[str], *, polity: bool) -> str:
    if any(_is("region_head", PLACE, word) for word in words):
        return PLACE
    if any(_is("of", ACTOR, word) or _is("possessed", ACTOR, word) for word in words):
        return ACTOR
    if governor.pos_ == "PROPN" and any(_is("of", ACTOR, word) for word in words):
        return ACTOR
    return PLACE


def _root(token: Token, *, polity: bool) -> str:
    """A name that heads its sentence: predicate of a copula, dateline, label, headline without verb."""
    if any(_base(child) == "cop" for child in token.children):
        return ACTOR if polity and any(_base(child) == "nsubj" for child in token.children) else PLACE
    return _clause_of(token, polity=polity) or PLACE


# --- no tree


def _by_neighbours(doc: Doc, start: int, end: int, *, polity: bool) -> str:
    """The weaker rule for a Doc without a tree: the word before and the words after the name."""
    before = doc[start - 1].lower_ if start else ""
    two = f"{doc[start - 2].lower_} {before}" if start > 1 else before
    if _is("preposition", ACTOR, two) or _is("preposition", ACTOR, before) or before == "by":
        return ACTOR
    if end < len(doc) and doc[end].lower_ in ("'s", "’s"):
        following = [lemma_of(token) for token in doc[end + 1 : end + 4] if token.is_alpha]
        for word in following[:3]:
            if _is("possessed", PLACE, word):
                return PLACE
            if _is("possessed", ACTOR, word):
                return ACTOR
        return ACTOR if polity else PLACE
    if _is("preposition", PLACE, before):
        return PLACE
    governor = lemma_of(doc[start - 2]) if start > 1 else ""
    if before in ("to", "from", "of", "for", "on", "with", "between", "toward", "towards", "upon"):
        slot = {"towards": "toward", "upon": "on"}.get(before, before)
        if slot in ("with", "between"):
            return PLACE if _is(slot, PLACE, governor) or not polity else ACTOR
        return ACTOR if _is(slot, ACTOR, governor) and not _is("region_head", PLACE, governor) else PLACE
    if start and _is("object", ACTOR, lemma_of(doc[start - 1])):
        return ACTOR
    if start and _is("object", PLACE, lemma_of(doc[start - 1])):
        return PLACE
    return _before_words(doc, end, polity=polity)


def _before_words(doc: Doc, end: int, *, polity: bool) -> str:
    """What follows the name: a verb of saying or acting, a noun it stands before, or nothing that decides."""
    passive = False
    for token in doc[end : end + 5]:
        word = lemma_of(token)
        if token.lower_ in ("was", "were", "been", "being"):
            passive = True
        elif word in _LIGHT:
            continue
        elif passive and _is("passive_strong", ACTOR, word):
            return ACTOR
        elif passive and _is("passive", PLACE, word):
            return PLACE
        elif _is("subject_strong", ACTOR, word) or (polity and _is("subject", ACTOR, word)):
            return ACTOR
        elif _is("subject", PLACE, word):
            return PLACE
        elif token.i == end and token.is_alpha and (token.pos_ in ("NOUN", "PROPN") or _is("possessed", ACTOR, word)):
            return MODIFIER
        else:
            break
    return ACTOR if polity and end < len(doc) and doc[end].is_alpha else PLACE
