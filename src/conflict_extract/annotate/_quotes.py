"""Quotation marks of a text, paired paragraph by paragraph in one pass.

Straight, curly, single, low, guillemets, TeX-style and doubled marks (`""` as tables export them). A quotation that a paragraph
leaves open runs to its end when the next paragraph opens with a mark again, or when the quotation opened the paragraph; any other
unpaired mark is ignored. Marks that belong to words (apostrophes, primes) are no quotation marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation.

    Attributes:
        open, close: offsets of the whole with its marks. start, end: offsets of the inner text.
        paragraph: index of its paragraph.
        closed: whether its closing mark is there.
        double: False for single marks.
    """

    open: int
    start: int
    end: int
    close: int
    paragraph: int
    closed: bool = True
    double: bool = True


_BREAK = re.compile(r"\r?\n(?:[^\S\n]*\r?\n)+\s*|\r?\n(?![^\S\n]*[a-z])")
_MARK = re.compile(r"\"\"|``|''|[\"“”„‟«»‹›‘’‚‛'`「」『』＂]")
_PAIRS = {
    "“": '”"',
    "„": '“”"',
    "‟": '”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "``": "''\"",
    '""': '""',
    '"': '"”',
    "＂": "＂",
    "''": "''",
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
    "`": "'",
}
_REACH = 40  # marks looked at for a partner: keeps the pass linear
_SINGLE = frozenset("‘‚'`‛’")
_ELISION = re.compile(r"['’‘](?:em|til|tis|twas|cause|n|\d0?s?)\b", re.IGNORECASE)


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Offsets of the paragraphs: split at blank lines, and at line breaks that no lower-case letter follows."""
    spans = []
    start = 0
    for gap in _BREAK.finditer(text):
        if text[start : gap.start()].strip():
            spans.append((start, gap.start()))
        start = gap.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def find_quotes(text: str, blocks: list[tuple[int, int]] | None = None) -> list[Quote]:
    """All outermost quotations, in order; linear in the length of the text.

    Args:
        text: any string.
        blocks: its paragraphs, when they are known.

    >>> [q.closed for q in find_quotes('"We left," she said. "They stayed.')]
    [True]
    >>> text = '“One.' + chr(10) + '“Two.”'
    >>> [text[q.start : q.end] for q in find_quotes(text)]
    ['One.', 'Two.']
    """
    spans = paragraphs(text) if blocks is None else blocks
    found: list[Quote] = []
    for number, (begin, end) in enumerate(spans):
        follows = spans[number + 1][0] if number + 1 < len(spans) else None
        _scan(text, begin, end, number, follows, found)
    return found


def _scan(text: str, begin: int, end: int, number: int, follows: int | None, found: list[Quote]) -> None:
    """Pair the marks of one paragraph."""
    while end > begin and text[end - 1].isspace():
        end -= 1
    start = begin
    while start < end and text[start].isspace():
        start += 1
    doubled = text.find('""', start, end) >= 0
    lead = start
    if doubled and text[start : start + 3] == '"""':
        lead = start + 1  # the outer mark of an exported table cell
    marks = [
        (match.start(), match.group()) for match in _MARK.finditer(text, lead, end) if not (doubled and match.group() == '"')
    ]
    position = 0
    while position < len(marks):
        offset, mark = marks[position]
        if not _can_open(text, offset, mark, begin, end):
            position += 1
            continue
        closer = _closer(text, marks, position, end)
        if closer is None:
            single = mark in _SINGLE
            continued = follows is not None and text[follows : follows + 1] in ("“", '"', "«", "„", "‘", "'") and not single
            at_start = offset == lead and not single and _sentence_end(text, end)
            if continued or at_start:
                later = [
                    other
                    for other, sign in marks[position + 1 : position + 1 + _REACH]
                    if sign == mark and mark in '“"' and _can_open(text, other, sign, begin, end)
                ]
                if not later:
                    found.append(Quote(offset, offset + len(mark), end, end, number, closed=False))
                    return
            position += 1
            continue
        last, sign = marks[closer]
        if last > offset + len(mark):
            found.append(Quote(offset, offset + len(mark), last, last + len(sign), number, double=mark not in _SINGLE))
        position = closer + 1


def _sentence_end(text: str, end: int) -> bool:
    """Whether the text before `end` ends like a sentence."""
    return text[end - 1 : end] in (".", "!", "?", "…", ",")


def _can_open(text: str, offset: int, mark: str, begin: int, end: int) -> bool:
    """Whether a mark at `offset` can open a quotation."""
    if mark not in _PAIRS or (mark == "»" and offset > begin and not text[offset - 1].isspace()):
        return False
    before = text[offset - 1] if offset > begin else " "
    after = text[offset + len(mark)] if offset + len(mark) < end else " "
    if after.isspace() and mark not in ("«", "``", '""'):
        return False
    if mark in ("“", "„", "«", "‹", "「", "『", "``", "‟"):
        return True
    if mark in _SINGLE and _ELISION.match(text, offset):
        return False
    return not (before.isalnum() or before in ".,!?;%")


def _closer(text: str, marks: list[tuple[int, str]], position: int, end: int) -> int | None:
    """Index of the mark that closes the one at `position`, or None."""
    _offset, mark = marks[position]
    closers = _PAIRS[mark]
    limit = min(len(marks), position + 1 + _REACH)
    single = mark in _SINGLE
    fallback: int | None = None
    depth = 0
    for index in range(position + 1, limit):
        where, sign = marks[index]
        before = text[where - 1]
        after = text[where + len(sign)] if where + len(sign) < end else " "
        if single:
            if sign in ('"', "“", "”"):
                break
            if sign not in closers or after.isalnum() or before.isspace():
                continue
            if before in ".,!?;:…" or before.isdigit() or before.lower() != "s":
                return index
            if fallback is None:
                fallback = index
            continue
        if sign == mark and sign in "“«„":
            depth += 1
            continue
        if sign in (closers if len(mark) > 1 and len(sign) > 1 else tuple(closers)) or sign == closers:
            if depth and sign != '"':
                depth -= 1
                continue
            if sign in ('"', "＂") and before.isspace() and not after.isspace() and after.isalnum():
                if mark == sign:
                    return None  # this one opens anew: the mark before it stays unpaired
                continue
            return index
    return fallback
