"""Names in a text that some table knows: every run of capitalised words is looked up, all runs of a document in one call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from conflict_extract.annotate._place_words import ARTICLES, POSSESSIVE, Words, slots
from conflict_extract.lexicons.gazetteer import STRIPPED, fold, gazetteer, unpack
from conflict_extract.lexicons.places import PlaceEntry, PlaceTable, RegionShort, country_names, region_shorts

MAX_WORDS = 6
BIG = 1000  # no more rows of one name are looked at
PARTICLES = frozenset(
    [
        *("of", "the", "and", "upon", "on", "in", "&", "de", "del", "della", "di", "do", "da", "dos", "das", "la", "le", "las"),
        *("les", "los", "el", "al", "ez", "ed", "es", "en", "sur", "am", "an", "der", "den", "e", "y", "i", "bin", "ben"),
    ]
)


@dataclass(slots=True)
class Reading:
    """What the tables know about one name: an entry of our tables, countries (alpha-2 codes), gazetteer rows with their kind."""

    folded: str
    entry: PlaceEntry | None = None
    countries: tuple[str, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()

    @property
    def strong(self) -> bool:
        """A country or an entry of the tables."""
        return self.entry is not None or bool(self.countries)


def ends(words: Words, index: int) -> list[int]:
    """The ends (exclusive) of the runs of name words that start at this token, shortest first."""
    found: list[int] = []
    count, position, loose = 0, index, 0
    while position < len(words) and count < MAX_WORDS:
        text, lower = words.text[position], words.lower[position]
        if words.cap[position] or (count and text.isdigit()):
            count, loose = count + 1, 0
            found.append(position + 1)
        elif lower in PARTICLES and count and loose < 2:
            loose += 1
        elif not (_linked(words, position) or (lower in ARTICLES and position == index) or _owns(words, position, count)):
            if found and found[-1] == position and lower in _small_nouns():
                found.append(position + 1)
            break
        position += 1
    return found


def _linked(words: Words, index: int) -> bool:
    """A hyphen inside a word, or a small word between two of them ("Port-au-Prince")."""
    if words.joined(index):
        return True
    return 0 < index < len(words) - 1 and words.joined(index - 1) and words.joined(index + 1)


def _owns(words: Words, index: int, count: int) -> bool:
    """Whether the token is the "'s" of a name that goes on ("Cox's Bazar")."""
    return bool(count) and words.text[index] in POSSESSIVE and index + 1 < len(words) and words.cap[index + 1]


@lru_cache(maxsize=1)
def _small_nouns() -> frozenset[str]:
    """Generic nouns that table names end in in lower case ("Lachin corridor", "Rafah crossing")."""
    return slots("area_noun", "facility_noun", "water_noun", "region_noun")


class Names:
    """All known names of a document: `at[start]` maps an end to its reading."""

    def __init__(self, words: Words, table: PlaceTable) -> None:
        self.at: dict[int, dict[int, Reading]] = {}
        runs: list[tuple[int, int, str]] = []
        wanted: dict[str, int] = {}
        for index, (capital, lower) in enumerate(zip(words.cap, words.lower, strict=True)):
            if not capital and (lower not in ARTICLES or not words.starts(index)):
                continue
            for end in ends(words, index):
                folded = fold(words.span(index, end))
                if len(folded) > 1:
                    runs.append((index, end, folded))
                    wanted.setdefault(folded, len(wanted))
        packed = gazetteer().find(list(wanted))
        readings: dict[tuple[str, bool], Reading | None] = {}
        for index, end, folded in runs:
            upper = words.span(index, end).isupper()
            key = (folded, upper)
            if key not in readings:
                readings[key] = read_name(folded, upper, table, tuple(unpack(packed[wanted[folded]][:BIG])))
            reading = readings[key]
            if reading is not None:
                self.at.setdefault(index, {})[end] = reading

    def get(self, start: int, end: int) -> Reading | None:
        """The reading of this very span, or None."""
        return self.at.get(start, {}).get(end)

    def longest(self, start: int, limit: int) -> tuple[int, Reading] | None:
        """The longest known name from `start` that ends at `limit` or before."""
        found = [end for end in self.at.get(start, {}) if end <= limit]
        return (max(found), self.at[start][max(found)]) if found else None


def read_name(folded: str, upper: bool, table: PlaceTable, rows: tuple[tuple[int, int], ...]) -> Reading | None:
    """The reading of a folded name, or None when no table knows it. Short country names ("US") count in capitals only."""
    country = country_names().get(folded)
    if country is not None and len(folded.replace(" ", "")) <= 3 and not upper:
        country = None
    countries = () if country is None else ("CD", "CG") if folded == "congo" else (country,)
    entry = table.find(folded)
    if (
        entry is not None
        and len(folded) <= 4
        and any(name.isupper() and fold(name) == folded for name in entry.aliases)
        and not upper
    ):
        lower = [name for name in (entry.name, *entry.aliases) if fold(name) == folded and not name.isupper()]
        entry = entry if lower else None
    if len(folded) <= 2:
        rows = ()
    if not (entry or countries or rows):
        return None
    return Reading(folded, entry, countries, rows)


@lru_cache(maxsize=1)
def _short_pattern() -> re.Pattern[str]:
    shorts = sorted((name for name in region_shorts() if not name.startswith(",")), key=len, reverse=True)
    dotted = "|".join(re.escape(name).replace(r"\.", r"\.\s?", name.count(".") - 1) for name in shorts)
    postal = "|".join(sorted((name[1:] for name in region_shorts() if name.startswith(",")), key=len, reverse=True))
    return re.compile(rf"(?<![\w.])(?P<dotted>{dotted})(?!\w)|(?<=[a-z],\s)(?P<postal>{postal})(?![\w.])")


def short_regions(text: str) -> list[tuple[int, int, RegionShort]]:
    """Printed short forms of states and provinces ("Ill.", "W.Va.", ", TX") as character spans.

    A form with one full stop ("Miss.", "Ore.") counts only after a name and a comma, a form with two ("S.C.") anywhere.
    """
    found: list[tuple[int, int, RegionShort]] = []
    for match in _short_pattern().finditer(text):
        form = re.sub(r"\s", "", match.group())
        entry = region_shorts()[("," if match.group("postal") else "") + form]
        before = text[max(0, match.start() - 3) : match.start()]
        after_name = bool(re.search(r"[\w.]\s?,\s$", before))
        if match.group("dotted") and form.count(".") == 1 and not after_name:
            continue
        found.append((match.start(), match.end(), entry))
    return found


def weak(reading: Reading) -> bool:
    """Whether only stripped forms of region names match ("Washington" of "Washington County")."""
    return not reading.strong and all(kind == STRIPPED for _, kind in reading.rows)
