"""`Source.type`: what kind of source an actor is when it speaks, by its noun, its modifiers and its side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from conflict_extract.annotate._actor_draft import Draft
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.lexicons.actors import ActorEntry, Role
from conflict_extract.lexicons.loader import Entry, load_table

if TYPE_CHECKING:
    from conflict_extract.annotate._actor_scene import Scene


class TypeWord(Entry):
    """A line of `actors_type_words.jsonl`: modifiers that decide the type of a noun that any side has ("police chief")."""

    source_type: str
    words: tuple[str, ...]


class NameEnding(Entry):
    """A line of `actors_name_endings.jsonl`: last words of names ("… Foundation") and what has such a name."""

    source_type: str
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _modifiers() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in load_table("actors_type_words", TypeWord):
        for word in row.words:
            found.setdefault(word, row.source_type)
    return found


@lru_cache(maxsize=1)
def name_endings() -> dict[str, str]:
    """`Source.type` by the last word of an organisation's name, in lower case."""
    return {word: row.source_type for row in load_table("actors_name_endings", NameEnding) for word in row.words}


def entry_type(entry: ActorEntry | None) -> str | None:
    """The type of an entry that speaks for itself."""
    if entry is None:
        return None
    return entry.source_type or ("government" if entry.type in ("state", "government_body") else None)


def spoken_type(scene: Scene, draft: Draft, role: Role | None, words: Sequence[str]) -> str:
    """The value of `Source.type` for a phrase or person.

    Args:
        scene: the document.
        draft: the mention; its affiliation is used.
        role: the role noun, if any.
        words: the words of the phrase or title, in lower case, the noun last.
    """
    if role is None and not words:
        return "unknown"
    noun = words[-1] if words else ""
    flexible = role is None or role.source_type is None or noun in use_words("flexible", "same")
    if role is not None and not flexible and role.source_type is not None:
        return _retyped(role.source_type, words)
    side = scene.index.get(draft.affiliation) if isinstance(draft.affiliation, str) else None
    by_side = draft.source_type or (entry_type(side) if side is not None else None)
    if by_side in ("un", "igo", "ngo", "company", "media", "party"):
        return by_side
    decided = _by_modifiers(words[:-1] if role is not None else words)
    if decided is not None:
        return "military" if decided == "government" and noun in ("force", "forces", "troops") else decided
    if isinstance(draft.affiliation, Draft) and by_side is None:
        by_side = draft.affiliation.source_type
    if by_side == "government" and role is not None and role.source_type in ("military", "police", "armed_group"):
        return "military" if role.source_type == "armed_group" else role.source_type
    if by_side is not None:
        return by_side
    if draft.source_type is not None and (role is None or role.source_type is None):
        return draft.source_type
    if role is not None and role.source_type is not None:
        return role.source_type
    return "other" if role is not None and role.kind == "group" else "unknown"


def _by_modifiers(words: Sequence[str]) -> str | None:
    """The type that the last deciding modifier gives."""
    table = _modifiers()
    for size in (2, 1):
        for index in range(len(words) - size, -1, -1):
            found = table.get(" ".join(words[index : index + size]))
            if found is not None:
                return found
    return None


def _retyped(source_type: str, words: Sequence[str]) -> str:
    """Nouns with a type of their own that a modifier still changes: "military prosecutor", "army doctor", "police spokesman"."""
    if source_type in ("witness", "victim_or_relative"):
        return source_type
    if source_type == "government" and words[-1] in ("commissioner", "secretary", "administration", "department"):
        return _by_modifiers(words[:-1]) or source_type
    return source_type
