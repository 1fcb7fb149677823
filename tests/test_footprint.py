"""What an extraction leaves behind: no file anywhere, no connection; it runs without a home and without a temporary folder."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Runs in a process of its own: records every file opened for writing, every folder made and every address looked up or called.
SCRIPT = """
import os, sys
seen = []
WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITE and arguments[0] != os.devnull:
        seen.append((event, str(arguments[0])))
    elif event in ("os.mkdir", "os.rename", "socket.connect", "socket.getaddrinfo", "tempfile.mkstemp"):
        seen.append((event, str(arguments)))

sys.addaudithook(watch)
import conflict_extract
report = conflict_extract.extract("The mayor of Orlova denied on Monday that 4 people had died.", date="2024-03-18")
assert report.claims
print(seen)
"""


def run(**environment):
    names = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "SYSTEMROOT")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    command = [sys.executable, "-B", "-c", SCRIPT]
    done = subprocess.run(command, env={**kept, **environment}, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_an_extraction_leaves_nothing_behind(tmp_path):
    """A folder of one's own as home, cache and temporary folder stays empty: native libraries are seen too, such as ONNX Runtime,
    which otherwise keeps a device id and events for its maker there."""
    folder = str(tmp_path)
    assert run(HOME=folder, XDG_CACHE_HOME=folder, XDG_CONFIG_HOME=folder, TMPDIR=folder) == "[]"
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.slow
def test_no_home_is_needed():
    assert run(HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent", TMPDIR="/nonexistent") == "[]"
