"""The edges of what is claimed: no complementiser, cue, source, outer quotation marks or final punctuation."""

from __future__ import annotations

import re

from conflict_extract.annotate._view import View

_LEAD = re.compile(r"^[\s,;:.!?…)\]}–—-]+")
_TRAIL = re.compile(r"[\s,;:.!?…(\[{–—-]+$")
_OPEN = re.compile(r"^(?:\"\"|``|''|[\"“„‟«‹‘‚'`「『])")
_CLOSE = re.compile(r"(?:\"\"|''|[\"”“»›’'」』])$")
_THAT = re.compile(r"^that\b[\s,]*", re.IGNORECASE)
_WORD = re.compile(r"\w")
_ABBREVIATION = re.compile(r"(?:\b(?:[A-Za-z]\.)+[A-Za-z]|\b(?:Jr|Sr|Inc|Ltd|Co|Corp|No|etc)|\d{1,2} ?(?:a\.m|p\.m))\.$")
_ARTICLES = frozenset({"the", "a", "an"})  # alone they are torn from their noun by a misread tree
_DOUBLE = '"“”«»„'


def trim(text: str, start: int, end: int, that: bool = False) -> tuple[int, int] | None:
    """Cut white space, punctuation and outer quotation marks from both ends; None when no word is left.

    Args:
        text: the document.
        start, end: offsets of a piece of content.
        that: also cut a leading "that".

    >>> text = '"We left at dawn," he said.'
    >>> trim(text, 0, 18)
    (1, 16)
    >>> text = 'that the shelling was "unprovoked".'
    >>> start, end = trim(text, 0, len(text), that=True)
    >>> text[start:end]
    'the shelling was "unprovoked"'
    """
    while True:
        piece = text[start:end]
        if not _WORD.search(piece):
            return None
        lead = _LEAD.match(piece)
        if lead:
            start += lead.end()
            continue
        trail = _TRAIL.search(piece)
        if trail and not (piece.endswith(".") and _ABBREVIATION.search(piece[-9:])):
            end = start + trail.start()
            continue
        opener = _OPEN.match(piece)
        if opener and _outer(piece, opener.group()):
            start += opener.end()
            continue
        closer = _CLOSE.search(piece)
        if closer and _loose(piece, closer.group()):
            end = start + closer.start()
            continue
        match = _THAT.match(piece) if that else None
        if match:
            start, that = start + match.end(), False
            continue
        return start, end


def _outer(piece: str, mark: str) -> bool:
    """Whether the mark that opens a piece encloses all of it, or has no partner in it."""
    rest = piece[len(mark) :]
    if mark in ("'", "‘", "‚", "`"):
        return not rest[:1].isdigit() and (rest[-1:] in ("'", "’") or not re.search(r"['’](?!\w)", rest))
    at = next((i for i, sign in enumerate(rest) if sign in _DOUBLE), -1)
    return at < 0 or (at >= len(rest) - len(mark) and sum(sign in _DOUBLE for sign in rest) <= len(mark))


def _loose(piece: str, mark: str) -> bool:
    """Whether the mark that closes a piece has no partner in it, or stands after the sentence's punctuation."""
    rest = piece[: -len(mark)]
    if mark in ("'", "’"):
        if rest[-1:] in (".", ",", "!", "?"):
            return True
        return not rest[-1:].isalpha() and not re.search(r"(?<!\w)['‘]", rest)
    if rest[-1:] in (".", ",", "!", "?", "…", ";"):
        return True
    return sum(sign in _DOUBLE for sign in rest) % (2 * len(mark) if mark == '""' else 2) == 0


def pieces(view: View, tokens: list[int], that: bool = True) -> list[list[int]]:
    """Offsets of the content that a list of tokens makes, cut at gaps, trimmed; empty when no word is left.

    Args:
        view: the document.
        tokens: token indices in order.
        that: cut a leading "that" from the first piece.
    """
    out: list[list[int]] = []
    for first, last in view.spans(tokens):
        span = trim(view.text, view.start[first], view.end[last - 1], that and not out)
        if span is None:
            continue
        if out and not _WORD.search(view.text[out[-1][1] : span[0]]) and not _parted(view, out[-1][1], span[0]):
            out[-1][1] = span[1]
        else:
            out.append([*span])
    return [span for span in out if view.text[slice(*span)].lower() not in _ARTICLES] or out


def _parted(view: View, start: int, end: int) -> bool:
    """Whether the gap between two pieces holds quotation marks or a line break: then they stay apart."""
    gap = view.text[start:end]
    return any(mark in gap for mark in '"“”«»') or "\n\n" in gap


def words(text: str, start: int, end: int) -> int:
    """The number of words in a stretch of text."""
    return len(re.findall(r"\w+", text[start:end]))
