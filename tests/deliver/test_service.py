"""The HTTP service, over real sockets with real worker processes."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import replace

import httpx
import psutil
import pytest

from conflict_extract.deliver.service import ServiceOptions, create_app
from conflict_extract.deliver.service.options import available_cpus
from conflict_extract.deliver.service.work import render, utf16_offsets
from conflict_extract.schema import Report
from conflict_extract.settings import Settings
from tests.deliver.sample import TEXT, sample_report
from tests.deliver.serving import Server

ARTICLE = "The governor of Orlova said on Monday that at least 12 people had been killed. The rebels denied the claim 😀."
OPTIONS = ServiceOptions(workers=1, max_body=300_000, max_text=200_000, deadline=20.0, queue=8)


@pytest.fixture(scope="module")
def server():
    with Server(OPTIONS) as running:
        yield running


def post(server, payload, **more):
    return server.client.post("/v1/extract", json=payload, **more)


def test_extract_gives_the_report_of_the_library(server, extractor):
    answer = post(server, {"text": ARTICLE, "date": "2024-03-18", "id": "x"})
    assert answer.status_code == 200
    assert Report.model_validate_json(answer.content) == extractor.extract(ARTICLE, date="2024-03-18", id="x")
    assert post(server, {"text": ARTICLE, "date": "2024-03-18", "id": "x"}).content == answer.content


def test_options(server):
    assert post(server, {"text": ARTICLE, "include_text": False}).json()["text"] is None
    assert post(server, {"text": ARTICLE, "min_confidence": 1.0}).json()["claims"] == []
    wide = post(server, {"text": "😀 " + ARTICLE, "offsets": "utf16"}).json()
    narrow = post(server, {"text": "😀 " + ARTICLE}).json()
    assert wide["claims"][0]["content"][0]["start"] == narrow["claims"][0]["content"][0]["start"] + 1


def test_utf16_offsets_slice_utf16_text():
    dump = utf16_offsets(sample_report().model_dump(mode="json"), TEXT)
    units = TEXT.encode("utf-16-le")
    for claim in dump["claims"]:
        for span in claim["content"]:
            assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == span["text"]
    assert render(sample_report(), {"offsets": "utf16"}) != render(sample_report(), {})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{not json", 422, "invalid_request"),
        (b"", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b'{"text": 5}', 422, "invalid_request"),
        (b'{"text": "x", "date": "18.3."}', 422, "invalid_request"),
        (b'{"text": "x", "unknown": 1}', 422, "invalid_request"),
        (b'{"text": "\xff"}', 422, "invalid_request"),
        (b"[" * 200_000, 422, "invalid_request"),
        (b'{"text": "' + b"x" * 250_000 + b'"}', 413, "text_too_long"),
        (b'{"text": "' + b"x" * 400_000 + b'"}', 413, "body_too_large"),
    ],
)
def test_bad_bodies_are_problems(server, body, status, code):
    answer = server.client.post("/v1/extract", content=body, headers={"X-Request-ID": "r-1"})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, f"urn:conflict-extract:{code}")
    assert problem["instance"] == answer.headers["x-request-id"] == "r-1"
    assert "xxxx" not in answer.text


def test_a_body_without_length_is_cut_at_the_limit(server):
    answer = server.client.post("/v1/extract", content=(b"x" * 50_000 for _ in range(20)))
    assert answer.status_code == 413


def test_compressed_bodies_are_refused(server):
    body = gzip.compress(b'{"text": "' + b"x" * 100_000_000 + b'"}')
    answer = server.client.post("/v1/extract", content=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_unknown_paths_and_methods(server):
    assert server.client.get("/nothing").json()["type"].endswith("not_found")
    assert server.client.get("/v1/extract").status_code == 405


def test_batch_streams_lines_and_errors_are_lines(server):
    lines = [{"text": ARTICLE, "id": "a"}, {"text": 5}, {"text": ARTICLE, "id": "b"}]
    body = (
        "\n".join(json.dumps(line) for line in lines)
        + "\n{broken\n\n"
        + "x" * 400_000
        + "\n"
        + json.dumps({"text": "End.", "id": "c"})
    )
    answer = server.client.post("/v1/batch", content=body)
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row.get("id") for row in rows] == ["a", None, "b", None, None, "c"]
    assert [row["error"]["type"].rsplit(":")[-1] for row in rows if "error" in row] == [
        "invalid_request",
        "invalid_request",
        "body_too_large",
    ]


def test_health_version_metrics_pages(server):
    assert server.client.get("/livez").json() == {"status": "alive"}
    assert server.client.get("/version").json()["version"]
    assert "conflict_extract_requests_total" in server.client.get("/metrics").text
    assert "<form" in server.client.get("/").text
    assert "POST /v1/extract" in server.client.get("/docs").text
    answer = server.client.post("/v1/page", json={"text": ARTICLE + "<script>x</script>"})
    assert "&lt;script&gt;" in answer.text and 'class="claim' in answer.text


def test_health_answers_while_a_worker_is_busy(server):
    async def both():
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            long = asyncio.create_task(client.post("/v1/extract", json={"text": (ARTICLE + "\n\n") * 100}))
            await asyncio.sleep(0.3)
            began = time.monotonic()
            assert (await client.get("/livez")).status_code == 200
            assert time.monotonic() - began < 1.0
            assert (await long).status_code == 200

    asyncio.run(both())


def test_a_killed_worker_comes_back(server):
    post(server, {"text": ARTICLE})
    (worker,) = server.workers()
    os.kill(worker.pid, signal.SIGKILL)
    answer = post(server, {"text": ARTICLE})
    assert answer.status_code == 200, answer.text


@contextmanager
def limits(server, **changes):
    """The service's limits, changed for a moment."""
    crew = server.app.state.crew
    before = crew.options
    crew.options = replace(before, **changes)
    try:
        yield
    finally:
        crew.options = before


def ended(process):
    return not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


LONG = {"text": (ARTICLE + "\n\n") * 1700}


def test_a_late_document_is_504_and_costs_no_more(server):
    post(server, {"text": ARTICLE})
    (worker,) = server.workers()
    with limits(server, deadline=0.5):
        late = post(server, LONG)
    assert (late.status_code, late.json()["type"]) == (504, "urn:conflict-extract:deadline")
    assert ended(worker)
    assert post(server, {"text": ARTICLE}).status_code == 200


def test_a_client_that_goes_frees_its_worker(server):
    post(server, {"text": ARTICLE})
    (worker,) = server.workers()
    with pytest.raises(httpx.ReadTimeout):
        post(server, LONG, timeout=0.5)
    gone = time.monotonic()
    while not ended(worker) and time.monotonic() - gone < 10:
        time.sleep(0.05)
    assert time.monotonic() - gone < 3.0
    assert post(server, {"text": ARTICLE}).status_code == 200


def test_too_many_requests_are_told_to_come_back(server):
    async def many():
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            return await asyncio.gather(*(client.post("/v1/extract", json={"text": (ARTICLE + "\n\n") * 60}) for _ in range(8)))

    with limits(server, queue=2, wait=0.2):
        answers = asyncio.run(many())
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused and all(answer.headers["retry-after"] for answer in refused)


def test_token():
    async def ask(headers):
        app = create_app(Settings(), ServiceOptions(token="secret"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
            return await client.get("/"), await client.get("/livez")

    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}):
        page, alive = asyncio.run(ask(headers))
        assert page.status_code == 401 and page.headers["www-authenticate"] == "Bearer" and alive.status_code == 200
    assert asyncio.run(ask({"Authorization": "Bearer secret"}))[0].status_code == 200


@pytest.mark.parametrize(
    ("quota", "expected"), [("max 100000", None), ("150000 100000", 1), ("400000 100000", None), ("50000 100000", 1)]
)
def test_processors_follow_the_cgroup(tmp_path, quota, expected):
    (tmp_path / "cpu.max").write_text(quota)
    assert available_cpus(tmp_path) == (expected or len(os.sched_getaffinity(0)))
