"""Names of the knowledge base in a text: a walk over the token trie, linear in the text, then which entry a name means.

Works on the text alone; tokens come in only to place the hits. No model is needed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from conflict_extract.annotate._tokens import surface_of
from conflict_extract.annotate.layer import text_of
from conflict_extract.lexicons.actors import (
    _SKIPPED,
    ActorEntry,
    ActorIndex,
    Name,
    Node,
    Word,
    ambiguous,
    fold,
    key_of,
)

_PEOPLE = frozenset(["adjective", "person", "people"])
_MAX_GAP = re.compile(r"(?:['’][sS])?[^\S\n]*\n?[^\S\n]*\Z")
_CAPS_WORDS = frozenset(
    [
        "us",
        "is",
        "it",
        "who",
        "un",
        "aa",
        "un",
        "ap",
        "pa",
        "tip",
        "eta",
        "ira",
        "raw",
        "care",
        "mag",
        "goal",
        "pace",
        "fact",
        "pen",
        "echo",
        "rain",
        "ant",
        "mend",
        "gam",
        "car",
        "eac",
        "rock",
        "raf",
        "pri",
        "anc",
    ]
)  # acronyms that are words in a line of capitals


@dataclass(slots=True)
class Hit:
    """A name found: its offsets and tokens, the names that it may be, and after `settle` the entry that it is."""

    start: int
    end: int
    first: int
    last: int  # tokens [first, last)
    names: tuple[Name, ...]
    entry: ActorEntry | None = None
    candidates: list[str] = field(default_factory=list)
    ruled_out: bool = False  # another sense than any of ours

    def kinds(self) -> frozenset[str]:
        """The kinds of alias that the settled entry has for this name (of all names, when it is not settled)."""
        return frozenset(name.kind for name in self.names if self.entry is None or name.entry.id == self.entry.id) or frozenset(
            name.kind for name in self.names
        )


def find_hits(doc: Doc, index: ActorIndex, tokens: Sequence[Word]) -> list[Hit]:
    """All names of the index in the text, longest first at each place, without overlaps; `tokens`: the words of the text."""
    text = text_of(doc)
    caps = _capital_lines(text)
    forms = surface_of(doc)
    starts = {begin: number for number, begin in enumerate(forms.start)}
    ends = {end: number for number, end in enumerate(forms.end, start=1)}
    opening = index.root.children
    hits: list[Hit] = []
    position, line = 0, 0
    while position < len(tokens):
        if tokens[position].mark or tokens[position].form not in opening:
            position += 1
            continue
        while line < len(caps) and caps[line][1] <= tokens[position].start:
            line += 1
        in_caps = line < len(caps) and caps[line][0] <= tokens[position].start
        found = _longest(tokens, position, index.root, text, in_caps=in_caps)
        if found is None:
            position += 1
            continue
        if tokens[position].form == "the" and position + 1 < len(tokens):  # "The National" or "National Unity Government"
            later = _longest(tokens, position + 1, index.root, text, in_caps=in_caps)
            if later is not None and later[0] > found[0]:
                position += 1
                continue
        stop, names = found
        start, end = tokens[position].start, tokens[stop - 1].end
        first, last = _token_range(doc, start, end, starts, ends)
        if first is not None and last is not None and text[end : end + 1] not in ("$", "€", "£"):
            hits.append(Hit(start=start, end=end, first=first, last=last, names=names))
        position = stop
    return hits


def _token_range(doc: Doc, start: int, end: int, starts: dict[int, int], ends: dict[int, int]) -> tuple[int | None, int | None]:
    first, last = starts.get(start), ends.get(end)
    if first is None or last is None:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is None:
            return None, None
        first, last = span.start, span.end
    return first, last


def _longest(
    tokens: Sequence[Word], position: int, root: Node, text: str, *, in_caps: bool
) -> tuple[int, tuple[Name, ...]] | None:
    """The longest name that starts here, and the names it may be."""
    node: Node | None = root
    best: tuple[int, tuple[Name, ...]] | None = None
    current = position
    while node is not None and current < len(tokens):
        word = tokens[current]
        if current > position:
            gap = text[tokens[current - 1].end : word.start]
            if not _MAX_GAP.match(gap):
                break
            if word.form in _SKIPPED and word.form not in node.children:
                if gap and word.form != "–":
                    break
                current += 1
                continue
        node = node.children.get(word.form)
        if node is None:
            break
        current += 1
        if node.names:
            written = text[tokens[position].start : word.end]
            names = tuple(name for name in node.names if _written_like(name, written, in_caps=in_caps))
            if names:
                best = (current, names)
    return best


def _written_like(name: Name, written: str, *, in_caps: bool) -> bool:
    """Whether the text writes the name with its capitals; a line of capitals is let through but for short words."""
    if in_caps:
        return fold(written) not in _CAPS_WORDS
    if name.kind == "acronym":
        letters = [char for char in written if char.isalpha()]
        capitals = sum(char.isupper() for char in letters)
        wanted = sum(char.isupper() for char in name.text)
        return capitals >= min(wanted, len(letters)) or (
            len(letters) >= 4 and written[0].isupper() and fold(written) not in _CAPS_WORDS
        )
    if name.kind in _PEOPLE and name.text.isascii() and not written.isascii():
        return False  # "Germán" is a man's name, not "German"
    ours = [part for part in re.split(r"[\s\-‐‑–]+", name.text) if part]
    theirs = [part for part in re.split(r"[\s\-‐‑–]+", written) if part]
    if ours and ours[0].lower() == "the" and len(theirs) == len(ours) - 1:
        ours = ours[1:]
    if len(ours) != len(theirs):
        return written[0].isupper() or not name.text[0].isupper()
    for our, their in zip(ours, theirs, strict=True):
        if our[0].isupper() and our.lower() not in ("al", "the", "el") and not their[0].isupper():
            return False
    return any(part[0].isupper() for part in theirs) or not any(part[0].isupper() for part in ours)


def _capital_lines(text: str) -> list[tuple[int, int]]:
    """Offsets of lines without any lower-case letter that are longer than a dateline."""
    found, start = [], 0
    for line in text.split("\n"):
        if len(line) > 24 and line.count(" ") >= 3 and line.upper() == line and any(char.isalpha() for char in line):
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


# -- which entry -----------------------------------------------------------------------------------------------
class Context:
    """What the document says about the places and sides it is about: words, countries, dates.

    Args:
        tokens: the words of the text.
        index: the knowledge base.
        hits: the names found.
        date: the document date, if known.
    """

    def __init__(self, tokens: Iterable[Word], index: ActorIndex, hits: Iterable[Hit], date: dt.date | None) -> None:
        self.index = index
        self.date = date
        self.hits = list(hits)
        self._folded = " " + " ".join(word.form for word in tokens if word.form not in _SKIPPED) + " "
        self._seen: dict[str, bool] = {}
        self.countries: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        for hit in self.hits:
            ids = {name.entry.id for name in hit.names}
            if len(ids) == 1 and key_of(hit.names[0].text) not in ambiguous() and not hit.names[0].weak:
                entry = hit.names[0].entry
                self.entries[entry.id] += 1
                if entry.country:
                    self.countries[entry.country] += 1

    def has(self, cue: str) -> bool:
        """Whether these words are in the document, whatever their case and accents."""
        known = self._seen.get(cue)
        if known is None:
            known = self._seen[cue] = f" {' '.join(key_of(cue))} " in self._folded
        return known

    def count(self, cues: Iterable[str]) -> int:
        """How many of these cues are in the document."""
        return sum(self.has(cue) for cue in cues)

    def alive(self, name: Name) -> bool:
        """Whether the name can mean its entry at the document's date: not before it existed."""
        if self.date is None:
            return True
        begin = name.since or name.entry.valid_from
        if name.since and name.entry.valid_from:
            begin = max(name.since, name.entry.valid_from)
        return begin is None or begin <= self.date

    def current(self, name: Name) -> bool:
        """Whether the name stood for its entry at the document's date (today's names, where no date is known)."""
        end = min((day for day in (name.until, name.entry.valid_to) if day), default=None)
        if end is None:
            return self.alive(name)
        return self.date is not None and self.date <= end and self.alive(name)


def settle(hit: Hit, context: Context) -> None:
    """Set `entry` or `candidates` of a hit, or rule it out."""
    names = [name for name in hit.names if context.alive(name)]
    if not names:
        hit.ruled_out = True
        return
    now = [name for name in names if context.current(name)]
    capital_only = all(name.kind == "capital" for name in names)
    if capital_only and not now:
        hit.ruled_out = True
        return
    names = now or names
    ids = list(dict.fromkeys(name.entry.id for name in names))
    row = ambiguous().get(key_of(names[0].text))
    if row is not None:
        chosen = _by_cues(row.readings, row.default, context)
        if chosen == "":
            hit.ruled_out = True
            return
        readings = [reading.id for reading in row.readings if reading.id]
        if chosen is None:
            hit.candidates = readings if len(readings) > 1 else []
            hit.ruled_out = len(readings) < 2
            return
        hit.entry = context.index.get(chosen)
        return
    if len(ids) == 1:
        if all(name.weak for name in names) and not _supported(names[0].entry, context):
            hit.ruled_out = True
            return
        hit.entry = names[0].entry
        return
    entries = [entry for kb in ids if (entry := context.index.get(kb)) is not None]
    hit.entry = _best_supported(entries, context)
    if hit.entry is None:
        hit.candidates = ids


def _by_cues(readings: Sequence[object], default: str | None, context: Context) -> str | None:
    """The id of the reading with most cues, '' for a reading outside the tables, None when nothing decides."""
    from conflict_extract.lexicons.actors import Reading

    scores: list[tuple[int, str]] = []
    for reading in readings:
        assert isinstance(reading, Reading)
        score = context.count(reading.cues)
        if reading.id and reading.id in context.entries:
            score += 2
        scores.append((score, reading.id or ""))
    scores.sort(key=lambda pair: -pair[0])
    best = scores[0]
    if best[0] > 0 and (len(scores) == 1 or best[0] > scores[1][0]):
        return best[1]
    return default if best[0] == 0 or default in [kb for score, kb in scores if score == best[0]] else None


def _supported(entry: ActorEntry, context: Context) -> bool:
    """Whether the document speaks of the entry's country or gives a full name of it."""
    return entry.id in context.entries or (entry.country is not None and context.countries[entry.country] > 0)


def _best_supported(entries: Sequence[ActorEntry], context: Context) -> ActorEntry | None:
    """The one entry that the document names in full, else the one whose country it speaks of most; None on a tie."""
    full = [entry for entry in entries if context.entries[entry.id] > 0]
    if len(full) == 1:
        return full[0]
    scored = sorted(entries, key=lambda entry: -context.countries[entry.country or ""])
    top = [context.countries[entry.country or ""] for entry in scored[:2]]
    return scored[0] if top[0] > 0 and (len(top) == 1 or top[0] > top[1]) else None
