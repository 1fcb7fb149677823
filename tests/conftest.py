"""Fixtures and rules of the whole suite."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"


def cases(name: str) -> list[Any]:
    """The cases of fixtures/cases/<name>.jsonl as pytest parameters; a case with `xfail` is a strict known failure."""
    out = []
    path = FIXTURES / "cases" / f"{name}.jsonl"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            case = json.loads(line)
            why = case.pop("xfail", None)
            marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
            out.append(pytest.param(case, id=f"{name}-{number}", marks=marks))
    return out


@pytest.fixture(scope="session")
def extractor() -> Any:
    """The Extractor with default settings, loaded once."""
    from conflict_extract.api import default_extractor

    return default_extractor()


@pytest.fixture(scope="session")
def nlp(extractor: Any) -> Any:
    """The spaCy pipeline of the default Extractor."""
    return extractor.nlp


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder ../shared; tests that need it are marked `shared`."""
    return SHARED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests marked `shared` when ../shared is absent."""
    if not SHARED.is_dir():
        skip = pytest.mark.skip(reason="../shared is not beside the checkout")
        for item in items:
            if "shared" in item.keywords:
                item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """With CONFLICT_EXTRACT_TESTS_STRICT, list the skipped tests: there they fail the run."""
    if os.environ.get("CONFLICT_EXTRACT_TESTS_STRICT"):
        for report in terminalreporter.stats.get("skipped", []):
            terminalreporter.write_line(f"SKIPPED {report.nodeid}: {report.longrepr}", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CONFLICT_EXTRACT_TESTS_STRICT a skipped test fails the run: nothing is missing there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CONFLICT_EXTRACT_TESTS_STRICT") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1
