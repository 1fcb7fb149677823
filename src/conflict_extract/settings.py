"""Frozen settings; the only reader of the environment.

Precedence, low to high: defaults, a TOML file (`CONFLICT_EXTRACT_CONFIG` or `config=`), environment variables
`CONFLICT_EXTRACT_<NAME>`, arguments.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conflict_extract.errors import SettingsError

PREFIX = "CONFLICT_EXTRACT_"
RESERVED = frozenset({"CONFLICT_EXTRACT_CONFIG", "CONFLICT_EXTRACT_TESTS_STRICT"})
"""Variables with our prefix that are no settings: the settings file, and the strict mode of the test suite."""


class Settings(BaseModel):
    """All settings of an Extractor. One file may stand for a tuple of files.

    Raises:
        SettingsError: a name is unknown (the nearest known one is named) or a value does not fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_chars: int = Field(2_000_000, ge=1, description="Longest text accepted, in characters.")
    threads: int = Field(1, ge=1, le=256, description="Threads of one ONNX session.")
    overwrite_ents: bool = Field(True, description="Whether the encoder replaces entities that are already on the Doc.")
    dayfirst: bool | None = Field(
        None,
        description="How to read 03/04/2024: true day first, false month first, none: the document decides, else both.",
    )
    money_default: str | None = Field(
        None,
        pattern=r"^[A-Z]{3}$",
        description="ISO 4217 code for '$' when the document does not settle it; none: candidates.",
    )
    actors: tuple[str, ...] = Field((), description="Files with actors of your own (JSONL, our table's schema).")
    places: tuple[str, ...] = Field((), description="Files with places of your own (JSONL, our table's schema).")
    countries: str | None = Field(None, description="File that replaces the country convention of disputed places (JSONL).")
    narrated: bool = Field(True, description="Whether the article's own assertions become claims.")
    min_confidence: float = Field(0.0, ge=0.0, le=1.0, description="Claims below this confidence are left out.")

    if not TYPE_CHECKING:  # type checkers see the fields

        def __init__(self, **values: Any) -> None:
            for key in ("actors", "places"):
                if isinstance(values.get(key), str | Path):
                    values[key] = (str(values[key]),)
            try:
                super().__init__(**_known(values, "the arguments"))
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                raise SettingsError(f"setting {where}: {first['msg']}, got {first['input']!r}") from error


def make_settings(config: str | Path | None = None, environ: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
    """Settings from a TOML file, the environment and arguments, in that order of precedence from low to high.

    Args:
        config: a TOML file; default: the one named by CONFLICT_EXTRACT_CONFIG, else none.
        environ: default: `os.environ`.
        arguments: settings by name.

    Raises:
        SettingsError: a name is unknown (the nearest known one is named) or a value does not fit.
    """
    env = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    path = config if config is not None else env.get(f"{PREFIX}CONFIG")
    if path:
        try:
            values.update(_known(tomllib.loads(Path(path).read_text(encoding="utf-8")), f"the file {path}"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"cannot read the settings file {path}: {error}") from error
    for name, text in sorted(env.items()):
        if name.startswith(PREFIX) and name not in RESERVED:
            key = name[len(PREFIX) :].lower()
            value: Any = text
            if key in ("actors", "places"):
                value = tuple(part for part in text.split(os.pathsep) if part)
            elif text == "" or text.lower() == "none":
                value = None
            values.update(_known({key: value}, f"the environment variable {name}"))
    values.update(_known(arguments, "the arguments"))
    return Settings(**values)


def _known(values: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """`values` when all names are settings."""
    for name in values:
        if name not in Settings.model_fields:
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(Settings.model_fields)}"
            raise SettingsError(f"unknown setting {name!r} in {where}{hint}")
    return values


def opt_out(variable: str, value: str) -> bool:
    """Set a library's variable against telemetry, unless the user set it; call it before that library is imported.

    Args:
        variable: the environment variable that the library reads.
        value: what switches its telemetry off.

    Returns:
        Whether it is off.
    """
    return os.environ.setdefault(variable, value) == value
