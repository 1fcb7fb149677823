"""What a number counts that has no noun right behind it: by the tree, or by what was counted before it.

"102 badly burned structures" (the noun stands further on), "police arrested 57", "the ministry put it at 7,400", "there were no more
than 90,000" (the noun was said before).
"""

from __future__ import annotations

import re

from spacy.tokens import Token

from conflict_extract.annotate._counted import NounPhrase, Words, plural
from conflict_extract.annotate.layer import QuantityRecord
from conflict_extract.lexicons.quantities import person_nouns, word_set

#: Verbs and nouns whose complement with "of", "at", "to" or "in" is a figure.
_FIGURES = word_set(
    "speak put estimate number stick figure toll revise count cite give place report reckon set tally total rise fall climb drop grow "
    "stand remain amount reach plan design room capacity limit cap certify list talk write update lower raise correct ask losses loss "
    "strength size"
)
_CASES = frozenset({"of", "at", "to", "from", "for", "in", "than"})
_BETWEEN = frozenset(
    {"amod", "compound", "nmod", "advmod", "punct", "nummod", "obl", "conj", "cc", "case", "det", "obl:unmarked", "compound:prt"}
)
_ALL = word_set("the all both these those such last first")
_AGE = re.compile(r"\s(?:years?|at the time|then|when)(?![^\W_])", re.IGNORECASE)
_CLOCK = re.compile(
    r"\s(?:past|to|o['’]clock|a\.?m|p\.?m|in the (?:morning|afternoon|evening)|at night)(?![^\W_])", re.IGNORECASE
)
_MOST_CHARACTERS = 500
_FURTHEST = 6  # words between a number and its noun


def governed_noun(words: Words, start: int, end: int) -> NounPhrase | None:
    """The noun that a number modifies by the tree, when adjectives, participles or a quotation mark stand between.

    Args:
        words: the Doc's tokens.
        start, end: character offsets of the number.
    """
    token = _number(words, start, end)
    if token is None or token.dep_ not in ("nummod", "nummod:gov") or token.head.pos_ not in ("NOUN", "PROPN"):
        return None
    head = token.head
    if not token.i < head.i <= token.i + _FURTHEST or head.tag_ not in ("NNS", "NNPS", "NN"):
        return None
    between = list(words.doc[token.i + 1 : head.i])
    if any(other.head.i not in (head.i, token.i) and not token.i < other.head.i < head.i for other in between):
        return None
    if any(other.dep_ not in _BETWEEN or other.like_num for other in between) or head.lower_ in (
        "times",
        "percent",
        "dead",
        "wounded",
    ):
        return None
    unit = head.text if head.tag_.endswith("S") or head.lower_ in person_nouns() else plural(head.text)
    first = between[0] if between else head
    listed = (*(other.lower_ for other in between if other.is_alpha), head.lower_)
    return NounPhrase(first.idx, head.idx + len(head), unit, head.lower_, listed, False, head.i)


def elliptic_unit(words: Words, record: QuantityRecord, last: QuantityRecord | None) -> str:
    """The noun of a number that stands for a noun phrase: that of the count before it, else nothing.

    Args:
        words: the Doc's tokens.
        record: the number's record.
        last: the last count with a noun.
    """
    token = _number(words, *record.number) if record.number else None
    if token is None or (last is not None and record.start - last.end > _MOST_CHARACTERS):
        return ""
    noun = last.unit if last is not None else ""
    if record.value in (None, 1.0) and record.low is None:
        return ""
    text = words.text
    if _CLOCK.match(text, record.end) or _AGE.match(text, record.end) or _beside(words, token):
        return ""
    relation = token.dep_
    if relation == "conj" and _number_like(token.head):
        relation = token.head.dep_
    if relation in ("nsubj", "nsubj:pass", "obj"):
        return noun
    if relation in ("obl", "nmod"):
        cases = {child.lower_ for child in token.lefts if child.dep_ == "case"}
        return noun if cases & _CASES and (token.head.lemma_.lower() in _FIGURES or token.head.lower_ in _FIGURES) else ""
    subject = next((child for child in token.children if child.dep_ == "nsubj"), None)
    if subject is None or not any(child.dep_ == "cop" for child in token.children):
        return ""
    if subject.lemma_ in _FIGURES:
        return noun or "people"
    return noun if subject.lower_ == "it" else ""


def _number(words: Words, start: int, end: int) -> Token | None:
    """The last token of a number, when there is a tree."""
    if not words.tree:
        return None
    at = words.index(end - 1)
    token = words.doc[at] if at < len(words.doc) else None
    return token if token is not None and token.idx < end and start < token.idx + len(token) else None


def _number_like(token: Token) -> bool:
    return token.like_num or token.pos_ == "NUM"


def _beside(words: Words, token: Token) -> bool:
    """Whether the number goes back to those just named, all of them: "the three", "all four"."""
    return token.i > 0 and words.doc[token.i - 1].lower_ in _ALL
