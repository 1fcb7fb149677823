"""Which words one forward pass of the encoder sees: whole paragraphs, packed in order up to a limit of word pieces.

Training and inference use the same functions. Everything here works on plain lists of numbers, so that it runs without
spaCy and onnxruntime. All functions take time linear in their input.
"""

from collections.abc import Callable, Iterator, Sequence

#: Word pieces of one window, without the two that mark its start and its end.
LIMIT = 190


def paragraphs(breaks: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the (start, end) word ranges of paragraphs.

    Args:
        breaks: for each word, whether a paragraph break stands before it. The first word opens a paragraph anyway.
    """
    starts = [i for i, is_break in enumerate(breaks) if is_break or i == 0]
    return list(zip(starts, [*starts, len(breaks)][1:], strict=True))


def pack(lengths: Sequence[int], limit: int = LIMIT) -> list[tuple[int, int]]:
    """Group neighbouring paragraphs into windows and return (first, last + 1) paragraph indices of each.

    Args:
        lengths: word pieces of each paragraph.
        limit: word pieces a window may hold. A paragraph that is longer stands alone.
    """
    windows: list[tuple[int, int]] = []
    start, held = 0, 0
    for i, length in enumerate(lengths):
        if i > start and held + length > limit:
            windows.append((start, i))
            start, held = i, 0
        held += length
    if start < len(lengths):
        windows.append((start, len(lengths)))
    return windows


def fit(lengths: Sequence[int], start: int, end: int, limit: int = LIMIT) -> int:
    """Return the end of the longest run of words from ``start`` that holds at most ``limit`` pieces (one word at least)."""
    held = 0
    for i in range(start, end):
        held += lengths[i]
        if held > limit and i > start:
            return i
    return end


def cut(words: Sequence[str], start: int, end: int) -> int:
    """Return where to cut a sentence that no window holds: after its last ``; : , –`` (or dash), else at ``end``.

    A cut in the first quarter of the words is not worth it and is not made.
    """
    floor = start + max(1, (end - start) // 4)
    for i in range(end - 1, floor - 1, -1):
        if words[i] in _CUTS:
            return i + 1
    return end


_CUTS = frozenset({";", ":", ",", "–", "—", "--", "-"})


def slide(
    words: Sequence[str],
    lengths: Sequence[int],
    start: int,
    end: int,
    starts_in: Callable[[int, int], Sequence[int]],
    limit: int = LIMIT,
) -> Iterator[tuple[int, int, int]]:
    """Read a paragraph that is longer than a window; yield (start, end, keep): the window, and up to where it decides.

    Each window starts at the start of the last sentence that the window before did not hold whole, so that every
    decision comes from a window that holds its sentence. A sentence that no window holds is cut (see :func:`cut`).

    Args:
        words: the document's words.
        lengths: word pieces of each word.
        start, end: the paragraph's word range.
        starts_in: reads a window and returns the words in it (document indices) at which a sentence starts.
    """
    at = start
    while at < end:
        stop = fit(lengths, at, end, limit)
        inner = [i for i in starts_in(at, stop) if at < i < stop]
        if stop == end:
            keep = end
        elif inner:
            keep = inner[-1]
        else:
            keep = cut(words, at, stop)
        yield at, stop, keep
        at = keep
