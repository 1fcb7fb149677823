"""What part a place plays: at, near, from, to, or reference ("45 km south of Mosul": Mosul is only a point of reference)."""

from __future__ import annotations

from collections.abc import Mapping

from conflict_extract.annotate._place_words import POSSESSIVE, Words, slot, slots

MAX_BACK = 12  # tokens that are stepped over between a name and the word that governs it


def place_role(words: Words, start: int, end: int, earlier: Mapping[int, str] | None = None) -> str:
    """The role of the place name in tokens `[start, end)`.

    Args:
        words: the document; only forms, lemmas and word classes are read, so that it works without a tree.
        start, end: the name in tokens.
        earlier: roles of the places before this one by their end, for "A and B" and "A, B".

    Returns:
        at, near, from, to or reference.
    """
    if end < len(words) and words.joined(end) and words.at(end + 1) == "bound":
        return "to"
    index = _governor(words, start)
    if index < 0:
        return "at"
    word = words.lower[index]
    if word in ("and", "or", ",", "–", "&", "plus") or (word == "as" and words.at(index - 1) == "well"):
        return _shared(words, index, earlier or {})
    return _by_word(words, index)


def _governor(words: Words, start: int) -> int:
    """The token that governs a name: to the left over articles, directions, adjectives, "the city of", "Syria's"; -1 for none."""
    index = start - 1
    kinds = slots("settlement_noun", "region_noun", "area_noun", "facility_noun")
    for _ in range(MAX_BACK):
        if index < 0:
            return -1
        word = words.lower[index]
        if word.isspace():
            if "\n" in word:
                return -1
            index -= 1
        elif word in slot("determiner") or (word in slot("direction") and not _heads_of(words, index)):
            index -= 1
        elif word == "of" and words.at(index - 1) in kinds and not _heads_of(words, index - 1):
            index -= 2
        elif word in kinds and not words.cap[index] and index + 1 < start + 1 and words.cap[index + 1]:
            index -= 1
        elif word in POSSESSIVE and index and words.cap[index - 1]:
            index -= 2
            while index > 0 and words.cap[index] and words.cap[index - 1]:
                index -= 1
        elif words.joined(index):
            index -= 2
        elif _attributive(words, index, start):
            index -= 1
        else:
            return index
    return -1


def _attributive(words: Words, index: int, start: int) -> bool:
    """An adjective or participle before the name ("the rebel-held Aleppo")."""
    token = words.token(index)
    if token.pos_ == "ADJ" and index + 1 < start and not words.sentence_start[index]:
        return True
    return token.pos_ in ("VERB", "ADJ") and token.tag_ in ("VBN", "VBD", "JJ") and words.at(index - 1) in ("the", "-")


def _heads_of(words: Words, index: int) -> bool:
    """ "south" before "of" is the head of "south of Mosul", not a modifier."""
    return words.at(index) in slot("compass") and words.at(index + 1) in ("of", "from")


def _shared(words: Words, index: int, earlier: Mapping[int, str]) -> str:
    """The role of the place before a comma or conjunction; `at` when none is there."""
    while index > 0 and words.lower[index] in (",", "and", "or", "as", "well", "&", "–", "plus"):
        if index in earlier:
            return earlier[index]
        index -= 1
    for end in range(index + 1, max(0, index - 2), -1):  # a generic noun may stand between ("A village and B")
        if end in earlier:
            return earlier[end]
    return "at"


def _by_word(words: Words, index: int) -> str:
    """The role by the governing word."""
    word, before = words.lower[index], words.at(index - 1)
    if word == "of":
        return _of(words, index, before)
    if word == "from":
        return "reference" if _far_from(words, index, before) else "from"
    if word in slot("to_prep"):
        return _to(words, index, before)
    if word == "for":
        return "to" if any(words.is_act(other, "for_verb") for other in range(max(0, index - 6), index)) else "at"
    if word == "on":
        return "to" if any(words.is_act(other, "to_verb_on") for other in range(max(0, index - 2), index)) else "at"
    if word in ("in", "at"):
        window = range(max(0, index - 3), index)
        arrives = any(words.is_act(other, "to_verb_in") and words.token(other).pos_ != "NOUN" for other in window)
        return "to" if arrives or before in slot("refuge") else "at"
    if word in ("between", "bordering"):
        return "reference"
    if word == "with":
        return "reference" if any(words.at(index - back) in slot("border_noun") for back in (1, 2)) else "at"
    if word in slot("near"):
        return _near(words, index, word, before)
    if words.is_act(index, "from_verb") and before not in ("the", "a", "on"):
        return "from"
    return "to" if words.is_act(index, "to_verb") and words.token(index).pos_ != "NOUN" else "at"


def _of(words: Words, index: int, before: str) -> str:
    if before in slot("compass") or before in slot("border_noun") or before in ("ahead", "short"):
        return "reference"
    window = words.lower[max(0, index - 7) : index]
    if any(item in slot("measure") for item in window[-2:]) and ("within" in window or any(map(_number, window))):
        return "reference"
    if before in slot("near_noun") or before == "outside":
        return "near"
    return "from" if before == "out" else "at"


def _far_from(words: Words, index: int, before: str) -> bool:
    """ "6 km from Daquq", "across the border from Gaziantep", "far from the city"."""
    if before in slots("measure", "away", "compass") or before == ")" or _number(before) or before in ("far", "apart"):
        return True
    window = words.lower[max(0, index - 4) : index]
    return "across" in window and any(item in slot("crossed_noun") for item in window)


def _to(words: Words, index: int, before: str) -> str:
    if before in slot("close_adjective"):
        return "near"
    if before in slot("compass") and words.at(index - 2) == "the":
        return "reference"
    if before in slot("route_noun") and "from" not in words.lower[max(0, index - 6) : index]:
        return "reference"
    return "to"


def _near(words: Words, index: int, word: str, before: str) -> str:
    if word == "by" and before not in slots("facility_noun", "settlement_noun", "road_noun"):
        return "at"
    if word == "off" and before in ("cut", "sealed", "closed", "set", "cordoned"):
        return "at"
    return "near"


def _number(word: str) -> bool:
    return word[:1].isdigit()
