"""Reads the checked tables in `lexicons/data`: one JSON object a line, one pydantic model a table.

Every table is named in SOURCES.md. A line that does not fit its model is a `LexiconError` with file and line number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from conflict_extract.errors import LexiconError


class Entry(BaseModel):
    """Base of all table lines: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


E = TypeVar("E", bound=BaseModel)


def data_file(name: str) -> Traversable:
    """The file `name` of the bundled tables (works from a zipped wheel too)."""
    return files("conflict_extract.lexicons") / "data" / name


@cache
def load_table(name: str, model: type[E]) -> tuple[E, ...]:
    """All lines of the bundled table `name`.jsonl, checked against `model`; read once per process.

    Raises:
        LexiconError: the table is missing, or a line does not fit; the message has file and line number.
    """
    source = data_file(f"{name}.jsonl")
    try:
        text = source.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LexiconError(f"the bundled table {name}.jsonl is missing") from error
    return tuple(parse_lines(text, model, f"{name}.jsonl"))


def read_table(path: str | Path, model: type[E]) -> tuple[E, ...]:
    """All lines of a user's table, checked like ours.

    Raises:
        LexiconError: the file cannot be read, or a line does not fit; the message has file and line number.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"cannot read the table {path}: {error}") from error
    return tuple(parse_lines(text, model, str(path)))


def parse_lines(text: str, model: type[E], where: str) -> Iterator[E]:
    """Check each non-blank line of a JSONL text against `model`; `where` names the file in errors."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield model.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            raise LexiconError(f"{where}, line {number}: not JSON ({error.msg}, column {error.colno})") from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "line"
            raise LexiconError(f"{where}, line {number}: {field}: {first['msg']}") from error


@lru_cache(maxsize=1)
def lexicons_sha256() -> str:
    """The SHA-256 of all bundled tables together (names and contents, in order of name)."""
    digest = hashlib.sha256()
    folder = files("conflict_extract.lexicons") / "data"
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_file() and not item.name.startswith("."):
            digest.update(item.name.encode() + b"\0" + item.read_bytes() + b"\0")
    return digest.hexdigest()
