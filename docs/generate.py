"""Makes the generated pages: docs/cli.md, docs/schema.md, docs/schema.json.

python -m docs.generate
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import typer

from conflict_extract import Report
from conflict_extract.deliver import cli
from conflict_extract.settings import PREFIX, Settings

DOCS = Path(__file__).parent


def pages() -> dict[Path, str]:
    """The text of each generated file."""
    return {
        DOCS / "cli.md": cli_page(),
        DOCS / "schema.md": schema_page(),
        DOCS / "schema.json": schema_json(),
        DOCS / "settings.md": settings_page(),
    }


def cli_page() -> str:
    """The command line's reference, from its own help."""
    cli._register()
    command = typer.main.get_command(cli.app)
    assert isinstance(command, click.Group) or hasattr(command, "commands")
    out = ["# Command line", "", (cli.__doc__ or "").split("\n\n")[1].replace("\n", " ").strip(), ""]
    for name, entry in sorted(command.commands.items()):
        out += [f"## conflict-extract {name}", "", (entry.help or "").strip(), ""]
        out += ["| parameter | meaning |", "|---|---|"]
        for parameter in entry.params:
            words = getattr(parameter, "help", None) or ""
            names = " ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
            if parameter.param_type_name == "argument":
                names = f"`{(parameter.name or '').upper()}`"
            out.append(f"| {names} | {words} |".replace("\n", " "))
        if entry.epilog:
            out += ["", entry.epilog]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def schema_json() -> str:
    """The JSON Schema of a Report."""
    return json.dumps(Report.model_json_schema(mode="serialization"), indent=1, ensure_ascii=False) + "\n"


def schema_page() -> str:
    """The fields of every model."""
    schema = Report.model_json_schema(mode="serialization")
    out = [
        "# Schema",
        "",
        f"Version {Report.model_fields['schema_version'].default}. The JSON Schema is [schema.json](schema.json).",
        "",
    ]
    models: dict[str, Any] = {"Report": schema, **schema["$defs"]}
    for name, model in models.items():
        out += [f"## {name}", "", model.get("description", "").strip(), "", "| field | type |", "|---|---|"]
        out += [f"| `{field}` | {_type(entry)} |" for field, entry in model.get("properties", {}).items()]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def _type(entry: dict[str, Any]) -> str:
    """A field's type in words."""
    if "anyOf" in entry:
        return " or ".join(_type(option) for option in entry["anyOf"])
    if "$ref" in entry:
        name = entry["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if entry.get("type") == "array":
        return f"list of {_type(entry.get('items', {}))}"
    return str(entry.get("type", "any"))


def settings_page() -> str:
    """All settings."""
    out = [
        "# Settings",
        "",
        "Arguments of `load` win over the environment, which wins over a TOML file (`config=` or `CONFLICT_EXTRACT_CONFIG`).",
        "",
        "| setting | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        out.append(f"| `{name}` | `{PREFIX}{name.upper()}` | `{field.default}` | {field.description} |")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path)
