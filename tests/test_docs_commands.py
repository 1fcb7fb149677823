"""Every command line in the README and docs/ is run as it stands, or, where it needs a GPU's hours or a network, is checked against its program."""

import gzip
import importlib.util
import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conflict_extract.deliver import cli, label_studio

ROOT = Path(__file__).parent.parent
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if page.name != "cli.md"]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def lines(start):
    """Page and line of each command in blocks that begins so."""
    for page in PAGES:
        for block in FENCED.finditer(page.read_text(encoding="utf-8")):
            for line in block[2].splitlines() if block[1] in ("", "sh") else ():
                for part in line.split("  #")[0].split(" && "):
                    if part.startswith(start):
                        yield pytest.param(part.strip(), id=f"{page.stem}: {part.strip()[:60]}")


@pytest.fixture(scope="module")
def folder(extractor, tmp_path_factory):
    """The files that the command lines name, in one folder."""
    path = tmp_path_factory.mktemp("commands")
    (path / "fixtures").symlink_to(ROOT / "fixtures")
    texts = [
        (ROOT / "fixtures" / "articles" / f"{name}.txt").read_text(encoding="utf-8")
        for name in ("ridge-villages", "hodeida-market")
    ]
    (path / "article.txt").write_text(texts[0], encoding="utf-8")
    with gzip.open(path / "news.jsonl.gz", "wt", encoding="utf-8") as news:
        for at, text in enumerate(texts):
            row = {"id": f"a{at}", "text": text, "date": "2024-03-18", "url": "https://example.org", "outlet": "Gazette"}
            print(json.dumps(row), file=news)
    reports = [extractor.extract(text, id=f"a{at}", date="2024-03-18") for at, text in enumerate(texts)]
    (path / "reports.jsonl").write_text("".join(report.model_dump_json() + "\n" for report in reports), encoding="utf-8")
    tasks = json.loads(json.dumps(label_studio.tasks(reports)))
    done = [{**task, "annotations": [{"was_cancelled": False, "result": task["predictions"][0]["result"]}]} for task in tasks]
    (path / "export.json").write_text(json.dumps(done), encoding="utf-8")
    for name in ("claims-1.0", "claims-1.1"):
        (path / name).mkdir()
        (path / name / "reports.jsonl").write_text((path / "reports.jsonl").read_text(encoding="utf-8"), encoding="utf-8")
    return path


@pytest.mark.parametrize("line", lines("conflict-extract "))
def test_commands_run(line, folder, monkeypatch):
    monkeypatch.chdir(folder)
    cli._register()
    words = shlex.split(line)[1:]
    if words[0] == "serve":  # runs until it is stopped; tests/deliver has it running
        words.append("--help")
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output
    for name in (word for before, word in pairwise(words) if before == "--out"):
        assert Path(name).exists()


@pytest.mark.parametrize("line", lines("python -m "))
def test_programs_have_the_options(line):
    words = shlex.split(line)[2:]
    found = importlib.util.find_spec(words[0])
    assert found and found.origin
    path = Path(found.origin)
    source = (path.parent / "__main__.py" if path.name == "__init__.py" else path).read_text(encoding="utf-8")
    for option in (word for word in words if word.startswith("--")):
        assert option in source, f"{words[0]} has no {option}"


def test_commands_are_found():
    assert len(list(lines("conflict-extract "))) >= 9 and len(list(lines("python -m "))) >= 6
