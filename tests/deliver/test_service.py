"""The HTTP service, over real sockets with real worker processes."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import psutil
import pytest

from conflict_extract.deliver.cli_serve import JsonLines
from conflict_extract.deliver.service import ServiceOptions, create_app
from conflict_extract.deliver.service.crew import GROWN, Crew, resident
from conflict_extract.deliver.service.examples import REQUEST_ID
from conflict_extract.deliver.service.options import available_cpus
from conflict_extract.deliver.service.problems import TITLES, Problem
from conflict_extract.deliver.service.work import RequestHandler, render
from conflict_extract.errors import InputError
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
    claims = post(server, {"text": ARTICLE}).json()["claims"]
    least, most = sorted(claim["confidence"] for claim in claims)[:: len(claims) - 1]
    kept = post(server, {"text": ARTICLE, "min_confidence": most}).json()["claims"]
    assert least < most and [claim["key"] for claim in kept] == [c["key"] for c in claims if c["confidence"] >= most]
    wide = post(server, {"text": "😀 " + ARTICLE, "offsets": "utf16"}).json()
    narrow = post(server, {"text": "😀 " + ARTICLE}).json()
    assert wide["claims"][0]["content"][0]["start"] == narrow["claims"][0]["content"][0]["start"] + 1


def test_utf16_offsets_slice_utf16_text():
    dump = json.loads(render(sample_report(), {"offsets": "utf16"}))
    units = TEXT.encode("utf-16-le")
    for claim in dump["claims"]:
        for span in claim["content"]:
            assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == span["text"]
    assert render(sample_report(), {"offsets": "utf16"}) != render(sample_report(), {})
    assert json.loads(render(sample_report(), {})) == sample_report().model_dump(mode="json")
    for count, text in ((1, "a"), (0, "😀")):  # without such characters both count alike
        plain = sample_report().model_copy(update={"text": text})
        assert (render(plain, {"offsets": "utf16"}) == render(plain, {})) == bool(count)


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
    assert [row["line"] for row in rows if "error" in row] == [2, 4, 6], "lines are counted as in the body, blank ones too"


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


def test_a_document_that_needs_too_much_memory_is_given_up(server):
    """It gets a second worker, as the first may have been grown before; then it is 413, and the next document finds a new one."""
    post(server, {"text": ARTICLE})
    (worker,) = server.workers()
    before = server.app.state.crew.restarts
    with limits(server, memory=100):
        grown = post(server, LONG)
    assert (grown.status_code, grown.json()["type"]) == (413, "urn:conflict-extract:too_much_memory")
    assert ended(worker) and server.app.state.crew.restarts == before + 2
    assert post(server, {"text": ARTICLE}).status_code == 200


def test_a_worker_that_has_grown_is_replaced_once_it_is_idle(server):
    post(server, {"text": ARTICLE})
    (worker,) = server.app.state.crew._all
    with limits(server, memory=int(resident(worker) / GROWN * 0.98)):
        assert post(server, {"text": ARTICLE}).status_code == 200
    assert ended(worker.process)
    assert post(server, {"text": ARTICLE}).status_code == 200
    assert [other is not worker for other in server.app.state.crew._all] == [True]


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

    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}, {"Authorization": "Basic secret"}):
        page, alive = asyncio.run(ask(headers))
        assert page.status_code == 401 and page.headers["www-authenticate"] == "Bearer" and alive.status_code == 200
    for scheme in ("Bearer", "bearer"):
        assert asyncio.run(ask({"Authorization": f"{scheme} secret"}))[0].status_code == 200


def test_an_empty_token_is_refused():
    with pytest.raises(InputError):
        ServiceOptions(token="")


def test_no_other_site_may_read_an_answer(server):
    """No CORS: neither the answer nor a preflight allows an origin."""
    origin = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answers = [post(server, {"text": "End."}, headers=origin), server.client.options("/v1/extract", headers=origin)]
    assert [answer.status_code for answer in answers] == [200, 405]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


CPUS = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/", {"cpu.max": "max 100000"}, CPUS),
        ("0::/", {"cpu.max": "150000 100000"}, 1),
        ("0::/", {"cpu.max": "400000 100000"}, min(4, CPUS)),
        ("0::/", {"cpu.max": "50000 100000"}, 1),
        ("0::/system.slice/news.service", {"system.slice/news.service/cpu.max": "100000 100000"}, 1),
        ("0::/news/worker", {"news/worker/cpu.max": "max 100000", "news/cpu.max": "100000 100000"}, 1),
        ("0::/../../other", {"cpu.max": "100000 100000"}, 1),
        ("4:cpu,cpuacct:/x\n3:memory:/y", {"cpu/x/cpu.cfs_quota_us": "100000", "cpu/x/cpu.cfs_period_us": "100000"}, 1),
        ("4:cpu,cpuacct:/x", {"cpu/x/cpu.cfs_quota_us": "-1", "cpu/x/cpu.cfs_period_us": "100000"}, CPUS),
        ("broken", {"cpu.max": "nonsense"}, CPUS),
    ],
)
def test_processors_follow_the_cgroups_above_the_process(tmp_path, own, files, expected):
    for name, words in files.items():
        (tmp_path / "fs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "fs" / name).write_text(words)
    (tmp_path / "own").write_text(own)
    assert available_cpus(tmp_path / "fs", tmp_path / "own") == expected


def test_processors_follow_the_affinity(tmp_path):
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
    code += "from conflict_extract.deliver.service.options import available_cpus as a; print(a())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"


# -- problems ---------------------------------------------------------------------------------------------------------
def test_every_code_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "service.md").read_text(encoding="utf-8")
    rows = [re.findall(r"`(\w+)`", line.split("|")[2]) for line in page.splitlines() if re.match(r"\| \d{3}", line)]
    assert sorted(code for row in rows for code in row) == sorted(TITLES)
    responses = create_app().openapi()["paths"]["/v1/extract"]["post"]["responses"]
    for status, answer in responses.items():
        for code, example in answer["content"].get("application/problem+json", {}).get("examples", {}).items():
            assert TITLES[code][0] == int(status) == example["value"]["status"]
            assert set(example["value"]) - {"errors"} == {"type", "title", "status", "detail", "instance"}


def test_every_answer_of_the_description_has_an_example():
    document = create_app().openapi()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert all("example" in content for content in operation.get("requestBody", {}).get("content", {}).values()), path
            for status, answer in operation["responses"].items():
                for kind, content in answer["content"].items():
                    assert content["schema"] and (content.get("example") or content.get("examples")), (path, status, kind)
                    assert kind == "application/problem+json" or int(status) == 200, (path, status, kind)


def test_the_examples_are_what_the_service_answers(server, extractor):
    """What `python -m tests.golden` has written is what the library says now, and the batch's example what the service says."""
    paths = server.client.get("/openapi.json").json()["paths"]
    one, batch = paths["/v1/extract"]["post"], paths["/v1/batch"]["post"]
    request = one["requestBody"]["content"]["application/json"]["example"]
    shown = one["responses"]["200"]["content"]["application/json"]["example"]
    assert shown == extractor.extract(**request).model_dump(mode="json"), "run python -m tests.golden"
    assert shown == post(server, request).json() and len(shown["claims"]) >= 2
    lines = batch["requestBody"]["content"]["application/x-ndjson"]["example"]
    answer = server.client.post("/v1/batch", content=lines.encode(), headers={"X-Request-ID": REQUEST_ID})
    example = batch["responses"]["200"]["content"]["application/x-ndjson"]["example"]
    assert [json.loads(line) for line in answer.text.splitlines()] == [json.loads(line) for line in example.splitlines()]
    for path in ("/livez", "/readyz", "/version"):
        shown = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        assert server.client.get(path).json() == shown
    errors = [
        (server.client.post("/v1/extract", json={}, headers={"X-Request-ID": REQUEST_ID}), "invalid_request"),
        (server.client.post("/v1/extract", content=b"x", headers={"Content-Encoding": "gzip", "X-Request-ID": REQUEST_ID}),
         "unsupported_encoding"),
    ]  # fmt: skip
    for answer, code in errors:
        examples = one["responses"][str(answer.status_code)]["content"]["application/problem+json"]["examples"]
        assert answer.json() == examples[code]["value"]


def test_errors_have_places_and_reasons_and_no_words_of_the_request(server):
    body = {"offsets": "bytes", "date": "the mayor said", "the mayor denied it": 1}
    problem = post(server, body).json()
    assert {tuple(error["loc"]) for error in problem["errors"]} == {("text",), ("date",), ("offsets",), ("(unknown)",)}
    assert all(set(error) == {"loc", "msg"} and error["msg"] for error in problem["errors"])
    assert "mayor" not in json.dumps(problem)


def test_an_id_that_no_header_may_have_is_replaced(server):
    answer = server.client.get("/nothing", headers={"X-Request-ID": "two words"})
    assert answer.json()["instance"] == answer.headers["x-request-id"] != "two words"


def test_a_bug_of_ours_is_a_problem_and_its_log_line_has_no_text(server, monkeypatch, caplog):
    async def broken(payload):
        raise RuntimeError(payload["text"])

    monkeypatch.setattr(server.app.state.crew, "run", broken)
    began = time.monotonic()
    with caplog.at_level("INFO"):
        answer = post(server, {"text": ARTICLE}, headers={"X-Request-ID": "r-9"})
        rows = []
        while not rows and time.monotonic() < began + 10:  # the line is written once the answer has gone
            time.sleep(0.02)
            rows = [r.row for r in caplog.records if hasattr(r, "row") and r.row["request_id"] == "r-9"]
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:conflict-extract:failed")
    assert answer.json()["instance"] == answer.headers["x-request-id"] == "r-9"
    (row,) = rows
    assert (
        row["status"] == 500
        and row["code"] == "failed"
        and row["error"] == "RuntimeError"
        and row["trace"][-1].endswith("broken")
    )
    assert "governor" not in caplog.text and "Traceback" not in caplog.text


def test_a_bug_in_a_worker_names_its_place_and_not_the_text():
    handler = RequestHandler.__new__(RequestHandler)
    handler.extractor = SimpleNamespace(extract=lambda text, **_: {}[text])
    code, (detail, trace) = pickle.loads(handler([{"text": ARTICLE}], {}, lambda _: None))
    assert (code, detail) == ("failed", "KeyError") and trace and "governor" not in str(trace)


def test_a_log_line_is_one_object_without_messages_of_exceptions():
    try:
        raise ValueError(ARTICLE)
    except ValueError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "Exception in\nan application", None, sys.exc_info())
    row = json.loads(JsonLines().format(record))
    assert row["error"] == "ValueError" and row["event"] == "Exception in\nan application" and "governor" not in str(row)
    record.row = {"status": 200}
    assert json.loads(JsonLines().format(record))["event"] == "request"


# -- long texts and short ones ------------------------------------------------------------------------------------------
def crew_of(workers, **more):
    crew = Crew(Settings(), ServiceOptions(workers=workers, **more))
    crew._idle = [SimpleNamespace(name=number) for number in range(workers)]
    return crew


def test_long_texts_leave_a_worker_to_short_ones():
    async def lend():
        crew = crew_of(3, wait=0.05)
        long = [await crew._borrow(True), await crew._borrow(True)]
        with pytest.raises(Problem, match="busy"):
            await crew._borrow(True)
        short = await crew._borrow(False)
        waiting = asyncio.create_task(crew._borrow(True))
        await asyncio.sleep(0)
        crew._give_back(short)
        assert not waiting.done() and len(crew._idle) == 1
        crew._give_back(long[0])
        assert await waiting and len(crew._idle) == 1 and crew.waiting == 0

    asyncio.run(lend())


def test_a_short_text_goes_before_the_long_ones_that_wait():
    async def lend():
        crew = crew_of(1)
        order = []

        async def ask(name, long):
            worker = await crew._borrow(long)
            order.append(name)
            crew._give_back(worker)

        worker = await crew._borrow(True)
        tasks = [asyncio.create_task(ask(*item)) for item in (("L1", True), ("L2", True), ("S1", False), ("S2", False))]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.sleep(0)
        assert crew.waiting == 3
        crew._give_back(worker)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["S1", "S2", "L2"] and crew.waiting == 0 and len(crew._idle) == 1

    asyncio.run(lend())


@pytest.mark.slow
def test_short_texts_answer_while_long_ones_run():
    """Two workers, long texts without end: each short text answers within a second of its time alone."""

    async def ask(url):
        async with httpx.AsyncClient(base_url=url, timeout=120) as client:
            long = [asyncio.create_task(client.post("/v1/extract", json=LONG)) for _ in range(4)]
            await asyncio.sleep(0.5)
            times = []
            for _ in range(5):
                began = time.monotonic()
                assert (await client.post("/v1/extract", json={"text": ARTICLE})).status_code == 200
                times.append(time.monotonic() - began)
            running = sum(not task.done() for task in long)
            for task in long:
                task.cancel()
            await asyncio.gather(*long, return_exceptions=True)
            return times, running

    with Server(replace(OPTIONS, workers=2)) as running:
        times, unfinished = asyncio.run(ask(running.url))
    assert unfinished == 4 and max(times) < 1.5, times
