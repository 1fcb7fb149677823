"""The words of a document as plain lists, and the word classes that the place rules ask for."""

from __future__ import annotations

from functools import lru_cache

from spacy.tokens import Doc, Token

from conflict_extract.annotate._tokens import surface_of
from conflict_extract.lexicons.places import place_words

ARTICLES = frozenset(["al", "el", "ez", "as", "ash", "ar", "ad", "an", "at", "az", "ed", "es"])
HYPHENS = frozenset("-‐‑–")
POSSESSIVE = frozenset(("'s", "’s"))
_SMALL = frozenset("abcefghijklmnopqrstuvwxyz,.")  # no name begins so; "d'" may


def slot(name: str) -> frozenset[str]:
    """The words of a slot of `place_words.jsonl`."""
    return place_words()[name]


@lru_cache(maxsize=64)
def slots(*names: str) -> frozenset[str]:
    """The words of several slots together."""
    return frozenset().union(*(slot(name) for name in names))


@lru_cache(maxsize=16)
def verb_forms(name: str) -> frozenset[str]:
    """All forms of the verbs of a slot: regular endings, and the irregular ones of slot `irregular_verb` ("flee fled fled").

    >>> {"arrive", "arrived", "arrives", "arriving"} <= verb_forms("to_verb_in")
    True
    """
    irregular: dict[str, list[str]] = {}
    for line in slot("irregular_verb"):
        base, *others = line.split()
        irregular[base] = others
    forms: set[str] = set()
    for verb in slot(name):
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
        forms |= {verb, verb + "s", verb + "es", stem + "ed", stem + "ing", verb + verb[-1] + "ed", verb + verb[-1] + "ing"}
        forms |= {verb[:-1] + "ies", verb[:-1] + "ied"} if verb.endswith("y") else set()
        forms |= set(irregular.get(verb, ()))
    return frozenset(forms)


class Words:
    """Forms, lower-case forms, capitals and offsets of all tokens, read once.

    `cap[i]`: whether token i begins like a name. `gap[i]`: whether white space follows it. `stop[i]`: function word or punctuation.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        forms = surface_of(doc)
        self.source, self.text, self.lower = forms.text, forms.word, forms.lower
        self.begin, self.end, self.gap = forms.start, forms.end, forms.gap
        self.cap: list[bool] = [_capital(text) if text[:1] not in _SMALL else False for text in forms.word]
        table = doc.to_array(["SENT_START", "IS_STOP", "IS_PUNCT"])
        self.sentence_start: list[bool] = (table[:, 0] == 1).tolist()
        self.stop: list[bool] = ((table[:, 1] > 0) | (table[:, 2] > 0)).tolist()

    def __len__(self) -> int:
        return len(self.text)

    def token(self, index: int) -> Token:
        """The spaCy token."""
        return self.doc[index]

    def span(self, start: int, end: int) -> str:
        """The text from token `start` to `end`."""
        return self.source[self.begin[start] : self.end[end - 1]]

    def at(self, index: int) -> str:
        """The lower-case form, or an empty string outside the document."""
        return self.lower[index] if 0 <= index < len(self.lower) else ""

    def joined(self, index: int) -> bool:
        """Whether the token is a hyphen between two words without white space."""
        return self.text[index] in HYPHENS and 0 < index < len(self.text) - 1 and not self.gap[index] and not self.gap[index - 1]

    def starts(self, index: int) -> bool:
        """Whether a name may start here: a capitalised word, or an article joined to one ("al-Khani")."""
        if self.cap[index]:
            return True
        return (
            self.lower[index] in ARTICLES
            and index + 2 < len(self.text)
            and self.joined(index + 1)
            and self.text[index + 2][:1].isupper()
        )

    def back_over(self, index: int, *more: str) -> int:
        """From `index` to the left over articles, directions and the words given; the index of the first other token or -1."""
        directions = slot("direction")
        while index >= 0 and (self.lower[index] in ("the", "a", "an", *more) or self.lower[index] in directions):
            index -= 1
        return index

    def is_act(self, index: int, name: str) -> bool:
        """Whether a token is a form of a verb of the slot."""
        return 0 <= index < len(self.lower) and self.lower[index] in verb_forms(name)


def _capital(text: str) -> bool:
    if text[-1:] == "$":
        return False
    return text[:1].isupper() or (len(text) > 2 and text[:2] in ("d'", "d’") and text[2:3].isupper())
