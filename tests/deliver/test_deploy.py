"""The files of docs/deploy: the Dockerfile passes its linter, both start a command that exists."""

from __future__ import annotations

import configparser
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from conflict_extract.deliver import cli_serve  # noqa: F401  (it registers the command)
from conflict_extract.deliver.cli import app

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
HADOLINT = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))


def instructions():
    lines = [line for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [tuple(line.split(" ", 1)) for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def options(words):
    """The options among the words of a command line, and those that `serve` has."""
    command = typer.main.get_command(app).commands["serve"]
    return {word for word in words if word.startswith("--")}, {name for option in command.params for name in option.opts}


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed (extra dev)")
def test_dockerfile_passes_its_linter():
    done = subprocess.run([HADOLINT, "--no-color", str(DEPLOY / "Dockerfile")], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout.strip(), done.stdout + done.stderr


def test_dockerfile_copies_the_wheel_only_and_runs_without_rights():
    found = instructions()
    assert [rest for name, rest in found if name in ("COPY", "ADD")] == ["dist/*.whl /tmp/"]
    assert [rest for name, rest in found if name == "USER"] == ["65534:65534"]
    (entry,) = [json.loads(rest) for name, rest in found if name == "ENTRYPOINT"]
    assert entry[:2] == ["conflict-extract", "serve"]
    used, known = options(entry)
    assert used and used <= known
    (port,) = [rest for name, rest in found if name == "EXPOSE"]
    assert port == entry[entry.index("--port") + 1]
    (probe,) = [rest for name, rest in found if name == "HEALTHCHECK"]
    assert f"127.0.0.1:{port}/livez" in probe
    compile(json.loads(probe[probe.index("[") :])[2], "probe", "exec")


def test_unit_starts_a_command_that_exists():
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read(DEPLOY / "conflict-extract.service")
    service = unit["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[0].endswith("/conflict-extract") and words[1] == "serve"
    used, known = options(words)
    assert used and used <= known
    assert service["KillMode"] == "mixed" and service["ProtectSystem"] == "strict" and service["DynamicUser"] == "yes"
    deadline = 60 + 5  # the default of --deadline and uvicorn's grace
    assert int(service["TimeoutStopSec"]) > deadline
    workers = int(words[words.index("--workers") + 1])
    assert float(service["MemoryMax"].removesuffix("G")) * 1024 >= 768 * workers
