"""Every Python block in the README and docs/ is run, page by page, in one namespace; generated pages are current."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest

import conflict_extract

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page, extractor, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    blocks = list(BLOCK.finditer(page.read_text(encoding="utf-8")))
    space: dict[str, object] = {"__name__": "__docs__"}
    for block in blocks:
        line = page.read_text(encoding="utf-8")[: block.start()].count("\n") + 2
        code = block[1]
        if ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, space, page.name, str(page), line)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
            runner.run(test, clear_globs=False)
            space.update(test.globs)
            assert runner.summarize(verbose=False).failed == 0, f"{page.name}:{line}"
        else:
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), space)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


PAGE = """<html lang="en"><head><title>Shells hit Orlan market</title>
<meta property="article:published_time" content="2024-03-18T06:00:00Z"></head><body><nav><a href="/">Home</a></nav><article>
<h1>Shells hit Orlan market</h1>
<p>At least 12 people were killed when shells hit the market of Orlan on Sunday, the governor of the province said.</p>
<p>The rebels denied that they had fired on the market. Their spokesman, Ilya Maren, said the shells had come from the army's own lines.</p>
<p>The ministry of health put the number of wounded at 31, among them nine children, and asked for blood donors.</p>
</article><footer>Sign up for our newsletter</footer></body></html>"""


def other_block(page, word):
    """The one `py` block (not run with its page, since it needs something from outside) with this word."""
    blocks = re.findall(r"^```py\n(.*?)^```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.M | re.S)
    (block,) = [block for block in blocks if word in block]
    return compile(block, page, "exec")


def test_the_step_from_a_web_page():
    pytest.importorskip("trafilatura")
    space = {"html": PAGE, "extract": conflict_extract.extract}
    exec(other_block("corpora.md", "trafilatura"), space)
    report = space["report"]
    assert report.date == "2024-03-18" and "newsletter" not in report.text
    assert {"statement", "denial", "estimate"} <= {claim.act for claim in report.claims}


def test_the_service_as_an_application():
    pytest.importorskip("fastapi")
    space: dict[str, object] = {}
    exec(other_block("service.md", "create_app"), space)
    assert "/v1/extract" in space["app"].openapi()["paths"]


def modules():
    for info in pkgutil.walk_packages(conflict_extract.__path__, "conflict_extract."):
        if not info.name.endswith("__main__"):
            yield info.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_doctests(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0


def test_generated_pages_are_current():
    from docs import generate

    for path, text in generate.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"run: python -m docs.generate ({path.name} is old)"


def test_pictures_show_what_the_library_returns(extractor):
    from docs import draw

    for path, text in draw.pictures(extractor).items():
        assert path.read_text(encoding="utf-8") == text, f"run: python -m docs.draw ({path.name} is old)"


def test_pictures_are_shown_and_there():
    shown = {name for page in PAGES for name in re.findall(r"\]\(pictures/([^)]+)\)", page.read_text(encoding="utf-8"))}
    assert shown == {path.name for path in (ROOT / "docs" / "pictures").iterdir()}


def test_schema_only_grows():
    """Within schema version 1 fields are only added: every property of the released schema is in this one, unchanged in type."""
    released = json.loads((ROOT / "fixtures" / "schema-1.0.json").read_text(encoding="utf-8"))
    current = conflict_extract.Report.model_json_schema(mode="serialization")

    def compare(old, new, where):
        for name, field in old.get("properties", {}).items():
            assert name in new["properties"], f"{where}.{name} is gone"
            assert field.get("type") == new["properties"][name].get("type"), f"{where}.{name} changed its type"
        for value in old.get("enum", []):
            assert value in new["enum"], f"{where} lost {value}"

    compare(released, current, "Report")
    for name, model in released["$defs"].items():
        compare(model, current["$defs"][name], name)
