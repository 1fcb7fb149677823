"""The knowledge base of actors: tables `actors_*.jsonl`, their models, and an index over names.

One entry a line: a state, an authority, a seat of government, an organisation, an armed group or party, an outlet. Users add,
replace or switch off entries with files of the same schema. Ids never change their meaning: a renamed entry keeps its old id
in `former_ids`, and `fixtures/kb_ids.txt` holds every id ever given.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import Entry, load_table, read_table

TABLES = (
    "actors_states",
    "actors_historical",
    "actors_disputed",
    "actors_seats",
    "actors_organisations",
    "actors_groups",
    "actors_media",
)
AliasKind = Literal["name", "official", "acronym", "description", "adjective", "person", "people", "capital", "seat"]
ActorType = Literal["state", "government_body", "person", "organization", "armed_group", "population", "media", "other"]
SourceType = Literal[
    "government", "military", "police", "judiciary", "legislature", "armed_group", "party", "local_official", "medical",
    "rescue", "un", "igo", "ngo", "media", "witness", "victim_or_relative", "expert", "company", "religious", "other",
    "unknown",
]  # fmt: skip
Sector = Literal[
    "GOV", "MIL", "COP", "SPY", "JUD", "LEG", "PTY", "REB", "UAF", "CRM", "PRE", "IGO", "NGO", "MED", "BUS", "CVL",
    "REL", "HLH", "EDU",
]  # fmt: skip


class Alias(Entry):
    """Another name of an entry.

    `kind`: what the name is; `description`: words that only describe ("UN refugee agency"). `since`, `until`: the days between
    which the name stood for the entry, both included. `weak`: the name is also an ordinary word or another's name, so it counts
    only where the document speaks of the entry's country or gives its full name.
    """

    text: str = Field(min_length=1)
    kind: AliasKind = "name"
    since: dt.date | None = None
    until: dt.date | None = None
    weak: bool = False


def _as_alias(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class ActorEntry(Entry):
    """A line of an actor table, ours or a user's.

    Attributes:
        id: "<kind>/<name>", the same in every release ("state/AZ", "group/m23").
        name: the canonical English name. `acronym`: the name itself is an acronym. `weak`: as in `Alias`, for the name.
        type: as in the schema's Actor. `sector`: PLOVER sector code; PRE for partially recognised entities.
        source_type: what `Source.type` is when the entry speaks.
        country: ISO 3166-1 alpha-2 code of the state it belongs to by the convention of docs/actors.md.
        aliases: other names, strings or objects.
        affiliation: id of the entry that it speaks for (a ministry for its state).
        stands_for: id of the entry that its name means ("the Kremlin" means Russia).
        region: a territory whose name acts only where the text makes it act.
        attributive: its name before a noun, where that is no adjective of the table ("the Myanmar military").
        spell_out: the full name replaces an acronym even where the text never gives it.
        valid_from, valid_to: first and last day of its existence.
        former_ids: ids that it had before.
        disabled: in a user's table, switches the entry off.
    """

    id: str = Field(pattern=r"^[a-z][a-z-]*/[A-Za-z0-9-]+$")
    name: str = ""
    type: ActorType = "other"
    sector: Sector | None = None
    source_type: SourceType | None = None
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    aliases: tuple[Annotated[Alias, BeforeValidator(_as_alias)], ...] = ()
    acronym: bool = False
    weak: bool = False
    affiliation: str | None = None
    stands_for: str | None = None
    region: bool = False
    spell_out: bool = False
    attributive: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    former_ids: tuple[str, ...] = ()
    disabled: bool = False

    def names(self, *kinds: AliasKind) -> list[str]:
        """The names of these kinds; the canonical name counts as "name"."""
        found = [self.name] if "name" in kinds and self.name else []
        return found + [alias.text for alias in self.aliases if alias.kind in kinds]


class Rival(Entry):
    """An authority that claims or holds a state's government while another does (`actors_rivals.jsonl`).

    `state`: ISO code. `authority`: kb id. `since`, `until`: when the claim stood. `cues`: words that show that this authority is
    meant. `seats`: cities whose names stand for a government and are contested in that time. `institutions`: whether "the X
    government", "X's foreign ministry" are contested too; `armies`: whether "the X army" is.
    """

    state: str
    authority: str
    since: dt.date | None = None
    until: dt.date | None = None
    cues: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    institutions: bool = True
    armies: bool = True


class Reading(Entry):
    """One reading of an ambiguous name: an entry, or `None` for something outside the tables, and the words that favour it."""

    id: str | None
    cues: tuple[str, ...] = ()


class Ambiguous(Entry):
    """A name that needs context (`actors_context.jsonl`): its readings, and the one without context (`None`: no id)."""

    text: str
    readings: tuple[Reading, ...]
    default: str | None = None


class Role(Entry):
    """A noun for people or bodies that speak and act (`actors_roles.jsonl`).

    `kind`: person, group (a body) or population. `source_type`: what `Source.type` is by the noun alone; None: by affiliation.
    """

    noun: str
    kind: Literal["person", "group", "population"]
    plural: tuple[str, ...] = ()
    source_type: SourceType | None = None
    gender: Literal["female", "male"] | None = None


class Office(Entry):
    """An office whose title alone names the state (`actors_offices.jsonl`): "Foreign Secretary", "Taoiseach".

    `state`: kb id, or None for an office of nobody's government. `unless`: ISO codes of states that have an office of this
    title too; where the text speaks of one of them, the title decides nothing. `unless` may hold ids of
    entries too. `given`: what the text must have for the title to count, ids' beginnings ("un/") and words.
    """

    title: str
    state: str | None = None
    unless: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


class Name(NamedTuple):
    """A name in the index: the entry, the alias's kind and its limits."""

    entry: ActorEntry
    text: str
    kind: AliasKind
    since: dt.date | None
    until: dt.date | None
    weak: bool


@dataclass(slots=True)
class Node:
    """A node of the token trie."""

    children: dict[str, Node] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)


# -- folding ------------------------------------------------------------------------------------------------
_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’ʼ‘`ʻ][^\W_]+)*|[^\w\s]", re.UNICODE)
_QUOTES = str.maketrans("", "", "'’ʼ‘`ʻ")
_SKIPPED = frozenset("-‐‑–.")  # marks that do not count inside a name


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word without case, accents, apostrophes and full stops.

    >>> fold("Sana'a"), fold("U.N."), fold("Yaoundé"), fold("d’Ivoire")
    ('sanaa', 'un', 'yaounde', 'divoire')
    """
    plain = word.translate(_QUOTES).replace(".", "").casefold()
    if plain.isascii():
        return plain
    plain = plain.replace("ı", "i").replace("ø", "o").replace("ł", "l").replace("đ", "d")
    return "".join(char for char in unicodedata.normalize("NFKD", plain).casefold() if not unicodedata.combining(char))


class Word(NamedTuple):
    """A word of a text: its folded form, its offsets, whether it is a mark."""

    form: str
    start: int
    end: int
    mark: bool


def words(text: str) -> Iterator[Word]:
    """The words and marks of a text with offsets; a possessive ending is left out of its word.

    >>> [(word.form, word.start, word.end) for word in words("Israel's U.N. envoy")]
    [('israel', 0, 6), ('un', 9, 13), ('envoy', 14, 19)]
    """
    for match in _TOKEN.finditer(text):
        form, size, mark = _read(match.group())
        start = match.start()
        yield Word(form, start, start + size, mark)


@lru_cache(maxsize=65536)
def _read(piece: str) -> tuple[str, int, bool]:
    """The folded form of a word or mark, its length without a possessive ending, whether it is a mark."""
    if not piece[0].isalnum():
        return piece, 1, True
    if len(piece) > 2 and piece[-2] in "'’" and piece[-1] in "sS":
        piece = piece[:-2]
    return fold(piece), len(piece), False


@lru_cache(maxsize=8192)
def key_of(name: str) -> tuple[str, ...]:
    """The folded words of a name, as the index keeps them."""
    return tuple(word.form for word in words(name) if word.form not in _SKIPPED)


# -- the index ----------------------------------------------------------------------------------------------
class ActorIndex:
    """All entries, by id and by name.

    Args:
        entries: the entries, ours first; a later entry with the same id replaces an earlier one.
        own: ids of the user's entries; a name of theirs is nobody else's.
    """

    def __init__(self, entries: Iterable[ActorEntry], own: frozenset[str] = frozenset()) -> None:
        self.own = own
        self.entries: dict[str, ActorEntry] = {}
        for entry in entries:
            if entry.disabled:
                self.entries.pop(entry.id, None)
            else:
                self.entries[entry.id] = entry
        self.former = {old: entry.id for entry in self.entries.values() for old in entry.former_ids}
        self.root = Node()
        self.by_key: dict[tuple[str, ...], list[Name]] = {}
        for entry in sorted(self.entries.values(), key=lambda entry: entry.id in own):
            for name in _names_of(entry):
                self._add(name)
        self.by_country: dict[str, ActorEntry] = {
            entry.country: entry for entry in self.entries.values() if entry.country and entry.id == f"state/{entry.country}"
        }

    def _add(self, name: Name) -> None:
        forms = [name.text]
        if name.text.lower().startswith("the ") and name.entry.type != "media" and name.kind != "capital":
            forms = [name.text[4:]]
        for form in forms:
            key = key_of(form)
            if not key:
                continue
            node = self.root
            for part in key:
                node = node.children.setdefault(part, Node())
            if name.entry.id in self.own:
                node.names[:] = [other for other in node.names if other.entry.id in self.own]
            node.names.append(name)
            self.by_key.setdefault(key, node.names)

    def get(self, kb: str) -> ActorEntry | None:
        """The entry with this id, or with this former id."""
        return self.entries.get(kb) or self.entries.get(self.former.get(kb, ""))

    def find(self, name: str) -> list[Name]:
        """The names in the index that are written like this, whatever their case and accents."""
        return self.by_key.get(key_of(name), [])

    def is_polity(self, name: str) -> bool:
        """Whether this is a state's, an authority's or a capital's name."""
        return any(
            found.kind in ("name", "official", "acronym", "capital")
            and (
                found.entry.id.startswith("state/")
                or found.entry.stands_for is not None
                or (found.entry.id.startswith("authority/") and not found.entry.region)
            )
            for found in self.find(name)
        )


def _names_of(entry: ActorEntry) -> Iterator[Name]:
    yield Name(entry, entry.name, "acronym" if entry.acronym else "name", None, None, entry.weak)
    for alias in entry.aliases:
        yield Name(entry, alias.text, alias.kind, alias.since, alias.until, alias.weak)


def bundled_entries() -> tuple[ActorEntry, ...]:
    """The entries of our own tables, in order."""
    return tuple(entry for table in TABLES for entry in load_table(table, ActorEntry))


@lru_cache(maxsize=1)
def peoples() -> frozenset[str]:
    """The names of all peoples in our own tables ("Syrians", "Thais", "Kurds")."""
    return frozenset(alias.text for entry in bundled_entries() for alias in entry.aliases if alias.kind == "people")


@lru_cache(maxsize=1)
def default_index() -> ActorIndex:
    """The index over our own tables; built once per process."""
    return ActorIndex(bundled_entries())


@lru_cache(maxsize=8)
def _user_index(files: tuple[tuple[str, int, int], ...]) -> ActorIndex:
    entries = list(bundled_entries())
    own: set[str] = set()
    for path, _, _ in files:
        theirs = user_entries(path)
        entries += theirs
        own |= {entry.id for entry in theirs}
    return ActorIndex(entries, frozenset(own))


def index_for(paths: Sequence[str | Path] = ()) -> ActorIndex:
    """The index over our tables and the user's, later files winning; shared within a process.

    Raises:
        LexiconError: a file cannot be read or a line does not fit; the message has file and line number.
    """
    if not paths:
        return default_index()
    stamps = []
    for path in paths:
        try:
            stat = Path(path).stat()
        except OSError as error:
            raise LexiconError(f"cannot read the table {path}: {error}") from error
        stamps.append((str(path), stat.st_mtime_ns, stat.st_size))
    return _user_index(tuple(stamps))


def user_entries(path: str | Path) -> tuple[ActorEntry, ...]:
    """The checked entries of a user's table.

    Raises:
        LexiconError: the file cannot be read, a line does not fit, or an entry that is not switched off has no name.
    """
    entries = read_table(path, ActorEntry)
    for entry in entries:
        if not entry.disabled and not entry.name:
            raise LexiconError(f"{path}: the entry {entry.id} has no name")
    return entries


def clashes(paths: Sequence[str | Path]) -> list[str]:
    """In words, what the user's entries change: entries of ours replaced or switched off, names that ours have too.

    Raises:
        LexiconError: as `user_entries`.
    """
    ours = default_index()
    found: list[str] = []
    for path in paths:
        for entry in user_entries(path):
            known = ours.get(entry.id)
            where = f"{Path(path).name}: {entry.id}"
            if entry.disabled:
                found.append(f"{where} switches off {known.name!r}" if known else f"{where} is not in our tables")
                continue
            if known:
                found.append(f"{where} replaces {known.name!r}")
            for name in _names_of(entry):
                others = sorted({other.entry.id for other in ours.find(name.text)} - {entry.id})
                if others:
                    found.append(f"{where}: the name {name.text!r} is also {', '.join(others)}")
    return found


def is_polity_name(name: str) -> bool:
    """Whether a name is a state's, a territory authority's or a capital's in our tables.

    >>> is_polity_name("Baku"), is_polity_name("Narnia")
    (True, False)
    """
    return default_index().is_polity(name)


# -- the smaller tables -------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def rivals() -> dict[str, tuple[Rival, ...]]:
    """Rival authorities by ISO code of the state."""
    found: dict[str, list[Rival]] = {}
    for row in load_table("actors_rivals", Rival):
        found.setdefault(row.state, []).append(row)
    return {state: tuple(rows) for state, rows in found.items()}


@lru_cache(maxsize=1)
def offices() -> dict[str, Office]:
    """Offices whose title names the state, by title in lower case."""
    return {row.title: row for row in load_table("actors_offices", Office)}


@lru_cache(maxsize=1)
def ambiguous() -> dict[tuple[str, ...], Ambiguous]:
    """Names that need context, by their folded words."""
    return {key_of(row.text): row for row in load_table("actors_context", Ambiguous)}


class RoleForm(NamedTuple):
    """A role noun and whether this form is its plural."""

    role: Role
    plural: bool


@lru_cache(maxsize=1)
def roles() -> dict[str, RoleForm]:
    """Role nouns by form in lower case, singular and plural; some are two words ("aid worker")."""
    found: dict[str, RoleForm] = {}
    for row in load_table("actors_roles", Role):
        found.setdefault(row.noun.lower(), RoleForm(row, plural=False))
        for form in row.plural:
            found[form.lower()] = RoleForm(row, plural=True)
    return found
