"""A virtual environment for each peer, made when it is first needed and kept outside the repository.

The folder is `$BENCHMARK_PEERS`, else `conflict-extract/peers` in `$XDG_CACHE_HOME` or `~/.cache`. Its name holds a hash of the
requirements, so a changed pin makes a new environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from types import TracebackType
from typing import Any

RUNNERS = Path(__file__).parent / "runners"
ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = {
    "textacy": ("textacy==0.13.0", "spacy==3.8.*"),
    "quantulum3": ("quantulum3==0.10.0",),
    "quantulum3-classifier": ("quantulum3[classifier]==0.10.0", "scikit-learn==1.8.0"),  # the version its model was saved with
    "recognizers": ("recognizers-text-suite==1.0.2a2", "emoji==1.7.0"),
    "dateparser": ("dateparser==1.5.0",),
}


class PeerError(Exception):
    """A peer could not be installed or did not answer."""


def home() -> Path:
    """The folder of the environments."""
    given = os.environ.get("BENCHMARK_PEERS")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "conflict-extract" / "peers"


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made if it is missing.

    Raises:
        PeerError: pip could not install the peer; the half-made environment is removed.
    """
    wanted = REQUIREMENTS[peer]
    folder = home() / f"{peer}-{hashlib.sha256(' '.join((*wanted, sys.version)).encode()).hexdigest()[:8]}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    print(f"installing {', '.join(wanted)} into {folder}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    result = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise PeerError(
            f"pip could not install {', '.join(wanted)}; this step needs a package index (network, or PIP_INDEX_URL). pip says:\n"
            + "\n".join(result.stderr.strip().splitlines()[-3:])
        )
    (folder / "complete").touch()
    return python


class Runner:
    """A runner process that answers blocks of items; used as a context manager.

    Args:
        program: a file of `runners/` without its suffix.
        peer: whose environment, or None for this one (our own side).
        arguments: the runner's arguments.
    """

    def __init__(self, program: str, peer: str | None = None, *arguments: str) -> None:
        python = str(python_of(peer)) if peer else sys.executable
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        if peer is None:
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self.name = f"{program} {' '.join(arguments)}".strip()
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  open as long as the process
        self._process = subprocess.Popen(
            [python, str(RUNNERS / f"{program}.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        ready = self._answer()
        self.versions: dict[str, str] = ready["versions"]
        self.megabytes: float = ready["megabytes"]

    def ask(self, items: list[Any]) -> dict[str, Any]:
        """Let the runner read items; return its answer (see `runners/protocol.py`)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"items": items}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.megabytes = answer["megabytes"]
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._errors.seek(0)
            raise PeerError(f"the runner {self.name} ended with code {code}:\n" + "".join(self._errors.readlines()[-5:]))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
