"""What part a place plays: at, near, from, to, or reference ("45 km south of Mosul": Mosul is only a point of reference)."""

from __future__ import annotations

from collections.abc import Mapping

from spacy.tokens import Doc

from conflict_extract.annotate._actor_use import lemma_of
from conflict_extract.annotate._place_names import POSSESSIVE, capital, joined
from conflict_extract.lexicons.places import place_words

MAX_BACK = 12  # tokens that are stepped over between a name and the word that governs it
PLAIN = frozenset(["the", "a", "an", "its", "their", "his", "her", "both", "nearby", "neighbouring", "neighboring", "besieged"])


def _slot(name: str) -> frozenset[str]:
    return place_words().get(name, frozenset())


def _is(slot: str, doc: Doc, index: int) -> bool:
    """Whether the token's form or lemma stands in a slot of `place_words.jsonl`."""
    words = _slot(slot)
    token = doc[index]
    return token.lower_ in words or lemma_of(token) in words


def place_role(doc: Doc, start: int, end: int, earlier: Mapping[int, tuple[int, str]] | None = None) -> str:
    """The role of the place name in tokens `[start, end)`.

    Args:
        doc: the document; only words and lemmas are read, so that it works without a tree.
        start, end: the name in tokens.
        earlier: places before this one: end token -> (start token, role), for "A and B" and "A, B".

    Returns:
        at, near, from, to or reference.
    """
    if end + 1 < len(doc) and joined(doc, end) and doc[end + 1].lower_ == "bound":
        return "to"
    index = _governor(doc, start)
    if index < 0:
        return "at"
    word = doc[index].lower_
    if word in ("and", "or", ",", "–", "&", "plus") or (word == "as" and index > 1):
        return _shared(doc, index, earlier or {})
    return _by_word(doc, index, start)


def _governor(doc: Doc, start: int) -> int:
    """The token that governs a name: to the left over articles, directions, adjectives, "the city of", "Syria's"; -1 for none."""
    index = start - 1
    steps = 0
    kinds = _slot("settlement_noun") | _slot("region_noun") | _slot("area_noun") | _slot("facility_noun")
    while index >= 0 and steps < MAX_BACK:
        token = doc[index]
        word = token.lower_
        steps += 1
        if token.is_space:
            if "\n" in token.text:
                return -1
            index -= 1
        elif word in PLAIN or (word in _slot("direction") and not _compass_of(doc, index)):
            index -= 1
        elif word == "of" and index and doc[index - 1].lower_ in kinds and not _compass_of(doc, index - 1):
            index -= 2
        elif word in kinds and not capital(token) and index + 1 < len(doc) and capital(doc[index + 1]):
            index -= 1
        elif word in POSSESSIVE and index and capital(doc[index - 1]):
            index -= 2
            while index > 0 and capital(doc[index]) and capital(doc[index - 1]):
                index -= 1
        elif joined(doc, index):
            index -= 2
        elif (token.pos_ == "ADJ" and index + 1 < start and not token.is_sent_start) or (
            token.pos_ in ("VERB", "ADJ")
            and token.tag_ in ("VBN", "VBD", "JJ")
            and index
            and doc[index - 1].lower_ in ("the", "-")
        ):
            index -= 1
        else:
            return index
    return -1


def _compass_of(doc: Doc, index: int) -> bool:
    """ "south" before "of" is the head of "south of Mosul", not a modifier."""
    return doc[index].lower_ in _slot("compass") and index + 1 < len(doc) and doc[index + 1].lower_ in ("of", "from")


def _shared(doc: Doc, index: int, earlier: Mapping[int, tuple[int, str]]) -> str:
    """The role of the place before a comma or conjunction; `at` when none is there."""
    while index > 0 and (doc[index - 1].text == "," or doc[index].lower_ == "as" or doc[index - 1].lower_ in ("well", "and")):
        index -= 1
    for back in range(index, max(-1, index - 4), -1):
        if back in earlier:
            return earlier[back][1]
        if back < len(doc) and back < index and doc[back].is_punct and doc[back].text != ",":
            break
    return "at"


def _by_word(doc: Doc, index: int, start: int) -> str:
    word = doc[index].lower_
    before = doc[index - 1].lower_ if index else ""
    if word == "of":
        if before in _slot("compass"):
            return "reference"
        if _measured(doc, index, "within"):
            return "reference"
        if before in _slot("near_noun"):
            return "near"
        if before in ("outside", "out"):
            return "from" if before == "out" else "near"
        if before in ("bank", "shore", "shores", "foot", "slopes", "mouth"):
            return "at"
        if before in _slot("border_noun"):
            return "reference"
        if before == "ahead":
            return "reference"
        return "at"
    if word in _slot("from_prep"):
        if (
            before in _slot("measure")
            or before in _slot("away")
            or before in _slot("compass")
            or before.isdigit()
            or before == ")"
        ):
            return "reference"
        if before in ("far", "apart") or _across_border(doc, index):
            return "reference"
        return "from"
    if word in _slot("to_prep"):
        if before in ("close", "next", "adjacent", "closer", "nearest", "near", "proximity"):
            return "near"
        if before in _slot("compass") and index > 1 and doc[index - 2].lower_ == "the":
            return "reference"
        if before in (
            "road",
            "highway",
            "route",
            "gateway",
            "access",
            "line",
            "lines",
            "roads",
            "routes",
            "motorway",
        ) and "from" not in (token.lower_ for token in doc[max(0, index - 6) : index]):
            return "reference"
        return "to"
    if word == "for":
        back = " ".join(lemma_of(token) for token in doc[max(0, index - 6) : index])
        return (
            "to"
            if any(verb in back.split() for verb in ("leave", "depart", "head", "bind", "bound", "flee", "set", "embark", "sail"))
            else "at"
        )
    if word == "on":
        return "to" if any(_is("to_verb_on", doc, back) for back in range(max(0, index - 2), index)) else "at"
    if word in ("in", "at"):
        window = range(max(0, index - 3), index)
        if any(_is("to_verb_in", doc, back) and doc[back].pos_ != "NOUN" for back in window):
            return "to"
        return "to" if before in ("refuge", "shelter", "sanctuary", "asylum") else "at"
    if word == "between" or word == "bordering":
        return "reference"
    if word in ("with", "separating") and any(
        doc[back].lower_ in _slot("border_noun") for back in range(max(0, index - 2), index)
    ):
        return "reference"
    if word in _slot("near"):
        if word == "by" and not _near_by(doc, index):
            return "at"
        if word == "off" and before in ("cut", "sealed", "closed", "set", "cordoned"):
            return "at"
        return "near"
    if word == "towards":
        return "to"
    if _is("from_verb", doc, index) and doc[index].pos_ != "NOUN" and not (index and doc[index - 1].lower_ in ("the", "a", "on")):
        return "from"
    if _is("to_verb", doc, index) and doc[index].pos_ != "NOUN":
        return "to"
    return "at"


def _measured(doc: Doc, index: int, word: str) -> bool:
    """ "within 7.5 kilometres of", "15 km short of": a measure between a word and this token."""
    window = [token.lower_ for token in doc[max(0, index - 7) : index]]
    return any(item in _slot("measure") for item in window[-3:]) or (
        word in window and any(token.like_num for token in doc[max(0, index - 5) : index])
    )


def _across_border(doc: Doc, index: int) -> bool:
    """ "across the border from Gaziantep", "across the river from"."""
    words = [token.lower_ for token in doc[max(0, index - 4) : index]]
    return "across" in words and any(
        word in words for word in ("border", "river", "frontier", "strait", "lake", "line", "bay", "water")
    )


def _near_by(doc: Doc, index: int) -> bool:
    """Whether "by" is a place word: "a camp by the Tigris"."""
    return (
        index > 0
        and doc[index - 1].pos_ == "NOUN"
        and doc[index - 1].lower_ in _slot("facility_noun") | _slot("settlement_noun") | _slot("road_noun")
    )
