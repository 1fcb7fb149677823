"""The command: output formats, exit codes, errors on standard error."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from conflict_extract.deliver import cli
from conflict_extract.schema import Report

cli._register()
runner = CliRunner()
TEXT = "The governor of Orlova said on Monday that at least 12 people had been killed.\n"


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def one_extractor(monkeypatch, extractor):
    """Commands use the session's Extractor when they ask for default settings."""
    from conflict_extract import api

    load = api.load
    monkeypatch.setattr(
        api, "load", lambda *, config=None, **given: load(config=config, **given) if config or given else extractor
    )


def invoke(*arguments, **more):
    return runner.invoke(cli.app, [str(argument) for argument in arguments], **more)


def test_json_in_a_pipe(article):
    result = invoke("extract", article, "--date", "2024-03-18")
    assert result.exit_code == 0
    assert Report.model_validate_json(result.stdout).date == "2024-03-18"


def test_jsonl_is_one_line(article):
    result = invoke("extract", article, "-f", "jsonl")
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["claims"]


def test_standard_input():
    assert json.loads(invoke("extract", "-", "-f", "jsonl", input=TEXT).stdout)["text"] == TEXT


def test_table_and_html(article):
    assert "at least 12 people" in invoke("extract", article, "-f", "table").stdout
    assert invoke("extract", article, "-f", "html").stdout.startswith("<!doctype html>")


def test_no_text(article):
    report = json.loads(invoke("extract", article, "--no-text").stdout)
    assert report["text"] is None and "killed" not in json.dumps(report["claims"][0]["content"])


def test_id_and_min_confidence(article):
    report = json.loads(invoke("extract", article, "--id", "x", "--min-confidence", "1").stdout)
    assert report["id"] == "x" and all(claim["confidence"] == 1 for claim in report["claims"])


def test_show_writes_a_page_from_text_and_from_json(article, tmp_path):
    out = tmp_path / "page.html"
    assert invoke("show", article, "--out", out).exit_code == 0
    saved = tmp_path / "report.json"
    saved.write_text(invoke("extract", article).stdout, encoding="utf-8")
    assert invoke("show", saved).stdout.strip() == out.read_text(encoding="utf-8").strip()


def test_info_lists_every_setting():
    from conflict_extract import Settings

    facts = json.loads(invoke("info", "--json").stdout)
    assert {row["name"] for row in facts["settings"]} == set(Settings.model_fields)
    assert all(row["meaning"] for row in facts["settings"])
    assert invoke("info").exit_code == 0


@pytest.mark.parametrize("command", ["extract", "show", "evaluate", "info", "batch", "serve"])
def test_every_command_has_help_with_its_purpose(command):
    result = invoke(command, "--help")
    assert result.exit_code == 0 and len(result.stdout.splitlines()) > 8


def run(*arguments, data=b""):
    return subprocess.run([sys.executable, "-m", "conflict_extract", *arguments], input=data, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "data", "words"),
    [
        (["extract", "no-such-file.txt"], b"", "cannot read no-such-file.txt"),
        (["extract", "-"], b"\xff\xfe\x00", "not UTF-8"),
        (["extract", "-", "--date", "18.3.2024"], b"x", "YYYY-MM-DD"),
        (["show", "-"], b'{"schema_version": 7}', "not a report"),
    ],
)
def test_our_errors_are_one_line_and_exit_code_1(arguments, data, words):
    result = run(*arguments, data=data)
    message = result.stderr.decode()
    assert result.returncode == 1 and words in message and message.count("\n") == 1 and not result.stdout


def test_wrong_command_line_is_2():
    assert run("extract", "--no-such-option").returncode == 2
