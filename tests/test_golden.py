"""What a change of rules or model changes on our articles, as a diff that can be read.

When the change is meant: `python -m tests.golden`, read `git diff fixtures/golden`, commit both.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import golden  # noqa: E402


@pytest.mark.parametrize("name", golden.names())
def test_golden(extractor: Any, name: str) -> None:
    path = golden.GOLDEN / f"{name}.txt"
    assert path.is_file(), f"no golden output for {name}: run python -m tests.golden"
    before, after = path.read_text(encoding="utf-8"), golden.golden_text(extractor, name)
    diff = "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "golden", "now", n=2))
    if diff:
        pytest.fail(f"the output for {name} has changed; if that is meant, run python -m tests.golden\n\n{diff}", pytrace=False)


def test_every_golden_file_has_an_article() -> None:
    assert sorted(path.stem for path in golden.GOLDEN.glob("*.txt")) == golden.names()


def test_render_leaves_out_what_changes_by_itself(extractor: Any) -> None:
    """No hash, no version, no confidence: only what a reader would notice."""
    report = extractor.extract("Rebels killed 12 people in Goma, the army said.", id="x")
    lines = golden.render(report)
    assert report.meta.lexicons_sha256[:12] not in lines
    assert report.claims[0].key not in lines
    assert report.meta.library not in lines


def test_keys_stay_the_same_in_every_release(extractor: Any) -> None:
    """A key is the hash of the text's hash and of the offsets of source, cue and content: published keys must not change."""
    report = extractor.extract("Baku has denied the claim.", date="2023-09-30")
    assert [(claim.source.mention.text, claim.cue.text, claim.text) for claim in report.claims] == [
        ("Baku", "denied", "the claim")
    ]
    assert [claim.key for claim in report.claims] == ["7d06aaea89da8fc9"]
