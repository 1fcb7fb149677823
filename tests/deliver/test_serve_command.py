"""The command `conflict-extract serve` as an operator runs it, and the examples of docs/service.md against it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from conflict_extract.deliver.service import ServiceOptions

PAGE = Path(__file__).parents[2] / "docs" / "service.md"
ARTICLE = "The governor of Orlova said on Monday that at least 12 people had been killed. The rebels denied the claim."
pytestmark = pytest.mark.slow


# Every file system but /proc read-only, in a mount namespace of its own; then a user without rights or home.
CONFINE = """
while read -r _ place _; do case $place in /proc*) ;; *) mount -o remount,bind,ro "$place" 2>/dev/null;; esac; done < /proc/self/mounts
exec unshare --user --map-user=65534 "$@"
"""


def confined():
    """The words before a command that confine it; none where namespaces are not allowed, and only the variables stay."""
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", CONFINE, "sh"]
    allowed = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0
    return words if allowed else []


@pytest.fixture(scope="module")
def served():
    """A service that can write nowhere and has no home and temporary folder: (URL, process)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nowhere = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), "/nonexistent")
    command = [*confined(), sys.executable, "-m", "conflict_extract", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, cwd="/", env={**os.environ, **nowhere}, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(900):
        try:
            if httpx.get(url + "/readyz").status_code == 200:
                break
        except httpx.TransportError:
            assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.1)
    yield url, process
    process.kill()
    process.wait()


@pytest.mark.skipif(not confined(), reason="namespaces are not allowed here")
def test_the_service_can_write_nowhere(served, tmp_path):
    for member in [psutil.Process(served[1].pid), *psutil.Process(served[1].pid).children(recursive=True)]:
        mounts = Path(f"/proc/{member.pid}/mounts").read_text().splitlines()
        writable = [line.split()[1] for line in mounts if "rw" in line.split()[3].split(",")]
        assert not {"/", "/tmp", str(tmp_path)} & set(writable), writable
        status = Path(f"/proc/{member.pid}/status").read_text()
        assert re.search(r"CapEff:\s0+$", status, re.MULTILINE), "no rights of root are left"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_curl_example(served):
    """The command's words are read as a shell would and sent by a client of our own, so curl need not be there."""
    (example,) = [block for block in blocks("sh") if "curl" in block]
    words = shlex.split(example.replace("\\\n", " "))
    assert words[:2] == ["curl", "-s"]
    (header,) = [words[at + 1] for at, word in enumerate(words) if word == "-H"]
    (data,) = [words[at + 1] for at, word in enumerate(words) if word == "-d"]
    address = words[2].replace("localhost:8000", served[0])
    answer = httpx.post(address, content=data, headers=dict([header.split(": ", 1)]), timeout=60)
    assert answer.status_code == 200
    assert [claim["act"] for claim in answer.json()["claims"]] == ["denial"]


def test_python_example(served):
    (example,) = [block for block in blocks("py") if "httpx" in block]
    names = {"text": ARTICLE}
    exec(example.replace("http://localhost:8000", served[0]), names)
    assert names["claims"]


def test_mount_example():
    (example,) = [block for block in blocks("py") if "create_app" in block]
    names = {}
    exec(example, names)
    assert "/v1/extract" in names["app"].openapi()["paths"]


@pytest.mark.parametrize("kind", ["article", "quotations", "numbers"])
def test_a_worker_fits_its_memory(served, kind):
    """All processes together, at every moment of the longest text that the defaults allow: news, one paragraph of quotations, a table."""
    url, process = served
    piece = {"article": ARTICLE + "\n\n", "quotations": "“We deny it,” he said. ", "numbers": "12 345 6,789 3.5 "}[kind]
    text = (piece * 20_000)[: ServiceOptions.max_text]
    most, done = [0], threading.Event()

    def watch():
        main = psutil.Process(process.pid)
        while not done.wait(0.1):
            total = 0
            for member in [main, *main.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    total += member.memory_info().rss
            most[0] = max(most[0], total)

    watching = threading.Thread(target=watch)
    watching.start()
    answer = httpx.post(url + "/v1/extract", json={"text": text}, timeout=200)
    done.set()
    watching.join()
    assert answer.status_code in (200, 413, 504) and 300e6 < most[0] < 768e6, (answer.status_code, most)
    assert kind != "article" or answer.status_code in (200, 504)  # a slow machine may not be done in time


def test_a_stop_finishes_the_request_in_work(served):
    url, process = served
    answers = []

    def ask():
        answers.append(httpx.post(url + "/v1/extract", json={"text": (ARTICLE + "\n\n") * 300}, timeout=120))

    asking = threading.Thread(target=ask)
    asking.start()
    while "conflict_extract_running 2.0" not in httpx.get(url + "/metrics").text:  # that request and this one
        assert asking.is_alive(), "the request must be in work when the signal comes"
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    asking.join(120)
    assert answers and answers[0].status_code == 200
    log = process.communicate(timeout=60)[1]
    assert process.returncode in (0, -signal.SIGTERM)
    assert "governor" not in log and '"status": 200' in log
    rows = [json.loads(line) for line in log.splitlines()]
    assert all({"time", "level", "logger", "event"} <= set(row) for row in rows)
    requests = [row for row in rows if row["logger"] == "conflict_extract.service"]
    assert {row["path"] for row in requests} >= {"/readyz", "/v1/extract"} and all(row["request_id"] for row in requests)
