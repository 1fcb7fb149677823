"""What `conflict-extract info` says: version, model, settings, tables, clashes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from conflict_extract._version import __version__
from conflict_extract.api import COMPONENTS, model_sha256
from conflict_extract.lexicons.loader import lexicons_sha256
from conflict_extract.settings import PREFIX, Settings, make_settings


def about(config: Path | None = None, **arguments: Any) -> dict[str, Any]:
    """Facts about this installation, as plain data.

    Args:
        config: a TOML file with settings.
        arguments: settings given as arguments (empty ones are left out).
    """
    settings = make_settings(config, **{key: value for key, value in arguments.items() if value})
    model = files("conflict_extract.model") / "encoder.onnx"
    tables = []
    for item in sorted((files("conflict_extract.lexicons") / "data").iterdir(), key=lambda entry: entry.name):
        if item.is_file() and item.name.endswith(".jsonl"):
            lines = sum(1 for line in item.read_text(encoding="utf-8").splitlines() if line.strip())
            tables.append({"table": item.name, "entries": lines})
    return {
        "version": __version__,
        "model": {"sha256": model_sha256(), "bytes": len(model.read_bytes()) if model.is_file() else None},
        "lexicons_sha256": lexicons_sha256(),
        "components": list(COMPONENTS),
        "settings": [
            {
                "name": name,
                "value": getattr(settings, name),
                "default": field.default,
                "environment": PREFIX + name.upper(),
                "meaning": field.description,
            }
            for name, field in Settings.model_fields.items()
        ],
        "tables": tables,
        "clashes": clashes(settings),
    }


def clashes(settings: Settings) -> list[str]:
    """Entries of the user's tables that clash with ours, in words."""
    from conflict_extract.lexicons.actors import clashes as actor_clashes
    from conflict_extract.lexicons.places import place_clashes

    found = actor_clashes(settings.actors) if settings.actors else []
    for path in settings.places:
        found += place_clashes(path)
    return found
