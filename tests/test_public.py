"""The public door: exactly what is promised, quickly imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

import conflict_extract


def test_all_is_what_dir_shows():
    shown = {name for name in dir(conflict_extract) if not name.startswith("_")} | {"__version__"}
    assert shown == set(conflict_extract.__all__) | {"compare", "cluster"}


@pytest.mark.parametrize("name", conflict_extract.__all__)
def test_every_public_name_resolves(name):
    assert getattr(conflict_extract, name) is not None


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = conflict_extract.no_such_thing


def test_every_public_name_has_a_docstring():
    missing = [n for n in conflict_extract.__all__ if n != "__version__" and not getattr(conflict_extract, n).__doc__]
    assert missing == []


def test_import_is_light():
    """Heavy packages are imported when first needed, not by `import conflict_extract`."""
    code = "import sys, conflict_extract; print([m for m in ('spacy', 'onnxruntime', 'numpy', 'pydantic') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_error_tree_has_one_root():
    from conflict_extract import errors

    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, errors.ConflictExtractError) for kind in kinds)
    drawn = errors.__doc__
    assert drawn is not None and all(kind.__name__ in drawn for kind in kinds)


def test_version_is_the_changelogs_first():
    import re
    from pathlib import Path

    changelog = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.M)
    assert found is not None and found[1] == conflict_extract.__version__
