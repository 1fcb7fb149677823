"""Nouns that refer back to an actor ("the group", "the court"), and channels through which something was said.

Tables: `data/descriptions.jsonl` and `data/channels.jsonl`, both written for this library and listed in SOURCES.md.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import Field

from conflict_extract.lexicons.loader import Entry, load_table

ViaKind = Literal["social_media", "agency", "broadcast", "press_conference", "statement", "phone", "other"]


class Description(Entry):
    """A common noun that can stand for an actor named before.

    Attributes:
        noun: lower-case singular. types: types of actors it can stand for.
        plural: its plural, when irregular. number: whether the noun itself means one or many.
        sectors: sectors it is restricted to, if any.
    """

    noun: str
    types: tuple[str, ...] = Field(min_length=1)
    number: Literal["singular", "plural"] = "singular"
    sectors: tuple[str, ...] = ()


class Channel(Entry):
    """A word that names the channel of a saying ("Telegram", "press conference").

    Attributes:
        words: lower-case words, one or more. kind: as in the schema.
        name: the channel's name, when the words are one ("Telegram").
        prepositions: at least one must stand before it; empty: any.
    """

    words: str
    kind: ViaKind
    name: str | None = None
    prepositions: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def descriptions() -> dict[str, Description]:
    """Nouns to descriptions."""
    return {row.noun: row for row in load_table("descriptions", Description)}


@lru_cache(maxsize=1)
def channels() -> dict[str, tuple[Channel, ...]]:
    """First word to channels, longest first."""
    found: dict[str, list[Channel]] = {}
    for row in load_table("channels", Channel):
        found.setdefault(row.words.split()[0], []).append(row)
    return {word: tuple(sorted(rows, key=lambda row: -len(row.words))) for word, rows in found.items()}
