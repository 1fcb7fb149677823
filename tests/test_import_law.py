"""The import law of docs/architecture.md: which stage may import which at module level."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "conflict_extract"
LAW = {
    "errors": set(),
    "_version": set(),
    "settings": {"errors"},
    "schema": {"errors"},
    "lexicons": {"errors"},
    "values": {"lexicons", "errors"},
    "annotate": {"lexicons", "values", "settings", "errors"},
    "assemble": {"annotate.layer", "lexicons", "schema", "values", "settings", "errors"},
    "model": set(),
    "collector": set(),
    "api": {"annotate", "assemble", "collector", "lexicons", "schema", "settings", "errors", "_version"},
    "pool": {"api", "schema", "settings", "errors"},
    "evaluate": {"api", "annotate.encoder", "schema", "errors"},
    "deliver": {"api", "pool", "evaluate", "lexicons.loader", "schema", "settings", "errors", "_version"},
    "__main__": {"deliver"},
    "__init__": {"_version"},
}
# Imports inside functions that break the law on purpose: doors to `deliver` and the user tables' clash list.
DOORS = {"__init__", "schema", "deliver"}


def stage(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def module_level_imports(path: Path):
    """(line, dotted name below conflict_extract) of imports that run when the module is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    todo = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("conflict_extract"):
            base = (node.module or "").removeprefix("conflict_extract").lstrip(".")
            for alias in node.names:
                yield node.lineno, ".".join(part for part in (base, alias.name) if part)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("conflict_extract."):
                    yield node.lineno, alias.name.removeprefix("conflict_extract.")
        elif isinstance(node, ast.ImportFrom) and node.level:
            pytest.fail(f"{path}:{node.lineno}: relative import")
        todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)]


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda path: str(path.relative_to(SRC)))
def test_module_imports_only_what_its_stage_may(path):
    own = stage(path)
    allowed = LAW[own]
    for line, name in module_level_imports(path):
        first = name.split(".")[0]
        legal = first == own or any(name == item or name.startswith(item + ".") for item in allowed)
        assert legal, f"{path.relative_to(SRC)}:{line} imports {name}; {own} may import {sorted(allowed) or 'nothing'}"


def test_values_and_schema_know_nothing_of_spacy():
    for folder in ("values", "schema", "lexicons"):
        for path in (SRC / folder).rglob("*.py"):
            assert "import spacy" not in path.read_text(encoding="utf-8"), path


def test_only_settings_reads_the_environment():
    for path in SRC.rglob("*.py"):
        if path.name != "settings.py":
            assert "os.environ" not in path.read_text(encoding="utf-8"), path
