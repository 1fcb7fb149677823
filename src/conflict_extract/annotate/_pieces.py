"""From words to what the network reads: word pieces, the case shape of each word, and the space before it.

The vocabulary is uncased, so case reaches the network by shape. Nothing here needs spaCy or onnxruntime.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer

#: More pieces of one word than these are not read: they are addresses and noise.
MAX_PIECES = 12
MAX_CHARS = 100

_QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "´": "'", "`": "'", "„": "“", "‟": "“", "«": "“", "»": "”", "\u2011": "-"})
_UNREAD = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")


class Shape(IntEnum):
    """Case shape of a word. The order is that of the embedding table: append only."""

    NONE = 0
    LOWER = 1
    TITLE = 2
    UPPER = 3
    LETTER = 4
    MIXED_UPPER = 5
    MIXED_LOWER = 6
    DIGITS = 7
    DIGITS_LOWER = 8
    DIGITS_UPPER = 9
    PUNCT = 10
    DOTTED = 11
    CASELESS = 12


class Space(IntEnum):
    """What stands before a word; INSIDE is for word pieces after a word's first."""

    GLUED = 0
    BLANK = 1
    LINE = 2
    PARAGRAPH = 3
    INSIDE = 4


#: Shape of a word when its text is written in lower case, in capitals, with a capital at the start.
AS_LOWER = [0, 1, 1, 1, 1, 1, 1, 7, 8, 8, 10, 1, 12]
AS_UPPER = [0, 3, 3, 3, 4, 3, 3, 7, 9, 9, 10, 11, 12]
AS_TITLE = [0, 2, 2, 2, 4, 2, 2, 7, 8, 9, 10, 11, 12]


def shape(word: str) -> int:
    """Return the :class:`Shape` of a word.

    >>> [int(shape(w)) for w in ("ceasefire", "Goma", "NATO", "A", "McCain", "iPhone", "1,200", "3rd", "F16", "—", "U.S.")]
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    """
    letters = [c for c in word if c.isalpha()]
    if any(c.isdigit() for c in word):
        if not letters:
            return Shape.DIGITS
        return Shape.DIGITS_UPPER if any(c.isupper() for c in letters) else Shape.DIGITS_LOWER
    if not letters:
        return Shape.PUNCT
    upper = [c.isupper() for c in letters]
    if not any(upper):
        return Shape.LOWER if any(c.islower() for c in letters) else Shape.CASELESS
    if all(upper):
        if "." in word and len(word) > 2:
            return Shape.DOTTED
        return Shape.UPPER if len(letters) > 1 else Shape.LETTER
    if upper[0]:
        return Shape.MIXED_UPPER if any(upper[1:]) else Shape.TITLE
    return Shape.MIXED_LOWER


def plain(word: str) -> str:
    """Return the word with quotation marks in the forms the vocabulary knows (`` and '' become “ and ”)."""
    if word == "``":
        return "“"
    if word == "''":
        return "”"
    return word.translate(_QUOTES)


def gap(text: str, following: str) -> int:
    """Return the :class:`Space` for the white space between two words.

    A blank line is a paragraph break, and so is a single line break unless a lower-case letter follows it
    (hard-wrapped text).

    Args:
        text: what stands between the words.
        following: the word after it.
    """
    if not text:
        return Space.GLUED
    breaks = text.count("\n") + (text.count("\r") if "\n" not in text else 0) + text.count("\u2029") * 2
    if breaks == 0:
        return Space.BLANK
    if breaks > 1 or not following[:1].islower():
        return Space.PARAGRAPH
    return Space.LINE


class Pieces:
    """The word-piece vocabulary; words are looked up one by one, and their pieces are kept.

    Args:
        vocabulary: a file with one piece a line; the line's number is the id.
    """

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")
        ids = {piece: i for i, piece in enumerate(pieces)}
        self.size = len(pieces)
        self.unknown, self.start, self.end = ids["[UNK]"], ids["[CLS]"], ids["[SEP]"]
        self._tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=MAX_CHARS))
        self._tokenizer.normalizer = BertNormalizer(lowercase=True, handle_chinese_chars=False)
        self._held: dict[str, tuple[int, ...]] = {}
        self._shapes: dict[str, int] = {}

    def of(self, word: str) -> tuple[int, ...]:
        """Return the ids of a word's pieces; empty for what has none (white space, control characters, lone marks)."""
        held = self._held.get(word)
        if held is not None:
            return held
        found = self._look_up(word)
        if len(self._held) > 60_000:
            self._held.clear()
        if len(word) <= 40:
            self._held[word] = found
        return found

    def of_all(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the ids of the pieces of each word."""
        held = self._held
        return [held.get(word) or self.of(word) for word in words]

    def shape(self, word: str) -> int:
        """Return the :class:`Shape` of a word; those of words met before are kept."""
        held = self._shapes.get(word)
        if held is None:
            held = int(shape(word))
            if len(self._shapes) > 60_000:
                self._shapes.clear()
            if len(word) <= 40:
                self._shapes[word] = held
        return held

    def shapes(self, words: Sequence[str]) -> list[int]:
        """Return the shapes of words."""
        held = self._shapes
        return [held.get(word) or self.shape(word) for word in words]

    def _look_up(self, word: str) -> tuple[int, ...]:
        text = _UNREAD.sub("", plain(word[:MAX_CHARS]))
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if not text:
            return ()
        found: list[int] = []
        for part in _PARTS.findall(text):
            found.extend(self._tokenizer.encode(part, add_special_tokens=False).ids)
            if len(found) >= MAX_PIECES:
                break
        return tuple(found[:MAX_PIECES])


#: Word pieces never join letters and signs: "U.S." is read as u . s .
_PARTS = re.compile(r"[^\W_]+|[\W_]")


def arrays(
    pieces: Pieces, ids: Sequence[tuple[int, ...]], shapes: Sequence[int], spaces: Iterable[int]
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Lay out one window: (piece ids, shape, space, index of each word's first piece), with start and end pieces."""
    out, shape_of, space_of, first = [pieces.start], [0], [int(Space.PARAGRAPH)], []
    inside = int(Space.INSIDE)
    for word, form, space in zip(ids, shapes, spaces, strict=True):
        first.append(len(out))
        out += word
        shape_of.append(form)
        space_of.append(space)
        if (more := len(word) - 1) > 0:
            shape_of += [form] * more
            space_of += [inside] * more
    out.append(pieces.end)
    shape_of.append(0)
    space_of.append(int(Space.PARAGRAPH))
    return out, shape_of, space_of, first
