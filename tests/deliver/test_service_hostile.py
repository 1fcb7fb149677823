"""Bodies that no client should send, and bodies made from the OpenAPI document: always a documented answer, never a crash."""

from __future__ import annotations

import gzip
import json
import os
import random
import socket
import time
from collections import Counter

import httpx
import psutil
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode

from conflict_extract.deliver.service import ServiceOptions, create_app
from conflict_extract.schema import Report
from tests.deliver.serving import Server

ARTICLE = "The governor of Orlova said on Monday that at least 12 people had been killed. The rebels denied the claim 😀."
OPTIONS = ServiceOptions(workers=1, max_body=300_000, max_text=200_000, deadline=30.0, queue=8)
BOMB = gzip.compress(b'{"text": "' + b"x" * 20_000_000 + b'"}')
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def server():
    with Server(OPTIONS) as running:
        yield running


def json_bytes(value) -> bytes:
    return json.dumps(value).encode()


def wrong_types(draw):
    wrong = draw.choice([None, 5, 1.5, True, [], {}, ["text"], {"text": "x"}, -(10**400)])
    field = draw.choice(["text", "id", "title", "date", "offsets", "include_text", "min_confidence"])
    if wrong is None and field in ("id", "title", "date"):
        wrong = {}
    if (field == "include_text" and wrong is True) or (field == "min_confidence" and wrong is True):
        wrong = []
    return json_bytes({"text": ARTICLE, field: wrong}), {}


def wrong_values(draw):
    extra = draw.choice(
        [
            {"date": draw.choice(["2024-02-30", "18/3/2024", "", "0000-00-00", "x" * 1000])},
            {"offsets": "bytes"},
            {"min_confidence": draw.choice([-1, 2, 1e300])},
            {"id": "x" * draw.randint(513, 5000)},
            {"title": "x" * draw.randint(2001, 9000)},
            {draw.choice(["__class__", "Text", "", "\x00", "😀"]): 1},
        ]
    )
    return json_bytes({"text": ARTICLE, **extra}), {}


def many_fields(draw):
    count = draw.randint(100, 20_000)
    return b'{"text": "x", ' + b", ".join(b'"%x": 1' % number for number in range(count)) + b"}", {}


def no_numbers(draw):
    return b'{"text": "x", "min_confidence": ' + draw.choice([b"NaN", b"Infinity", b"1e999", b"0x1", b"9" * 5000]) + b"}", {}


def no_object(draw):
    return draw.choice(
        [b"", b" ", b"null", b"true", b"12", b'"text"', b"[]", b"{}", b"[{}]", b"text=hello", b"<text/>", b"\x00"]
    ), {}


def truncated(draw):
    whole = json_bytes({"text": ARTICLE * draw.randint(1, 50), "id": "x"})
    return whole[: draw.randint(1, len(whole) - 1)], {}


def huge(draw):
    return b'{"text": "' + b"x " * draw.randint(100_001, 300_000) + b'"}', {}


def deep(draw):
    depth = draw.randint(1_000, 140_000)
    return draw.choice([b"[" * depth, b'{"text":' * (depth // 8), b'{"text": ' + b"[" * depth + b"]" * depth + b"}"]), {}


def bad_text(draw):
    piece = draw.choice([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\\ud800", b"\\x41", b"\x01", b"\xe2\x82"])
    return b'{"text": "The mayor said ' + piece + b' it."}', {}


def other_encoding(draw):
    return json.dumps({"text": ARTICLE}).encode(draw.choice(["utf-16", "utf-32", "utf-16-le"])), {}


def bomb(draw):
    return BOMB, {"Content-Encoding": draw.choice(["gzip", "GZIP", "deflate", "br", "gzip, gzip", "zstd"])}


def hidden_bomb(draw):
    return BOMB, {}


def noise(draw):
    return b"\xfe" + draw.randbytes(draw.randint(1, 5000)), {}


KINDS = [
    wrong_types, wrong_values, many_fields, no_numbers, no_object, truncated, huge, deep, bad_text, other_encoding, bomb, hidden_bomb, noise,
]  # fmt: skip


def family(server):
    """Resident MB of the service's worker processes and of the process that holds its event loop."""
    pids = [os.getpid(), *(process.pid for process in server.workers())]
    return sum(psutil.Process(pid).memory_info().rss for pid in pids) / 1e6


def attack(server, count):
    draw = random.Random(11)
    before, pids = 0.0, [process.pid for process in server.workers()]
    seen = Counter()
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        body, headers = kind(draw)
        answer = server.client.post("/v1/extract", content=body, headers=headers)
        seen[answer.status_code] += 1
        assert 400 <= answer.status_code < 500, (kind.__name__, answer.status_code, body[:200])
        assert answer.headers["content-type"] == "application/problem+json", kind.__name__
        problem = answer.json()
        assert problem["status"] == answer.status_code and problem["type"].startswith("urn:conflict-extract:"), kind.__name__
        assert "governor" not in answer.text, kind.__name__
        if number == count // 4:
            before = family(server)
    assert {413, 415, 422} <= set(seen)
    assert [process.pid for process in server.workers()] == pids
    assert family(server) - before < 40, "memory grew"
    assert server.client.post("/v1/extract", json={"text": ARTICLE}).status_code == 200


def test_200_hostile_bodies(server):
    attack(server, 200)


@pytest.mark.slow
def test_1000_hostile_bodies(server):
    attack(server, 1000)


def test_hostile_lines_are_error_lines(server):
    draw = random.Random(12)
    lines = [kind(draw)[0].replace(b"\n", b"") for kind in KINDS if kind is not huge for _ in range(3)]
    lines = [line for line in lines if line.strip()]
    body = b"\n".join([*lines, json_bytes({"text": ARTICLE, "id": "last"})])
    answer = server.client.post("/v1/batch", content=body)
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200 and len(rows) == len(lines) + 1
    assert all(400 <= row["error"]["status"] < 500 for row in rows[:-1])
    assert rows[-1]["id"] == "last" and rows[-1]["claims"]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"POST /v1/extract HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /v1/extract HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/extract HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /livez HTTP/1.1\r\nX: " + b"x" * 200_000,
    ],
)
def test_broken_connections_do_no_harm(server, raw):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        try:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(5)
            first = client.recv(100)
        except OSError:  # the server may have hung up already
            first = b""
    assert not first or first.split(b" ")[1].startswith(b"4"), first
    assert server.client.get("/livez").status_code == 200


# -- the OpenAPI document ---------------------------------------------------------------------------------------------
def without_null_defaults(value):
    if isinstance(value, dict):
        return {key: without_null_defaults(item) for key, item in value.items() if not (key == "default" and item is None)}
    return [without_null_defaults(item) for item in value] if isinstance(value, list) else value


def test_the_answer_documented_is_the_report():
    document = create_app().openapi()
    answer = document["paths"]["/v1/extract"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Report"}
    report = Report.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    wanted = {**report.pop("$defs"), "Report": report}
    assert without_null_defaults({name: document["components"]["schemas"][name] for name in wanted}) == without_null_defaults(
        wanted
    )


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    """A body of lines as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def examine(server, mode, examples):
    """Bodies made from the document, right ones and wrong ones, with all checks of schemathesis on the answers."""
    schema = schemathesis.openapi.from_url(server.url + "/openapi.json")
    statuses = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.path != "/v1/extract":
            continue  # no parameters, or lines of any kind: there is no wrong request

        @given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis_settings(
            max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def try_it(case):
            answer = case.call()
            statuses[answer.status_code] += 1
            if answer.status_code == 503:
                assert answer.headers["retry-after"]
                return
            case.validate_response(answer)

        try_it()
    return statuses


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_documented_answers_only(server, mode):
    statuses = examine(server, mode, 12)
    assert statuses[200 if mode is GenerationMode.POSITIVE else 422] and not any(500 <= status != 503 for status in statuses)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_documented_answers_only_with_many_examples(server, mode):
    examine(server, mode, 200)


# -- late requests ----------------------------------------------------------------------------------------------------
def busy_seconds():
    """Processor seconds of the service's processes by now."""
    return sum(sum(process.cpu_times()[:2]) for process in psutil.Process().children(recursive=True))


@pytest.mark.slow
def test_after_twenty_late_requests_a_small_one_answers_and_nothing_works_on():
    """Texts of 1 MB, each late: a second after the last answer nothing works but the start of a new worker, then nothing at all."""
    long = {"text": ((ARTICLE + "\n\n") * 9000)[:1_000_000]}
    with Server(ServiceOptions(workers=1, max_text=1_000_000, max_body=6_000_000, deadline=0.5, wait=60.0)) as server:
        for _ in range(20):
            (worker,) = server.workers()
            answer = httpx.post(
                server.url + "/v1/extract", json=long, timeout=60
            )  # a connection of its own: no keep-alive runs out
            assert answer.status_code == 504
            assert not psutil.pid_exists(worker.pid) or psutil.Process(worker.pid).status() == psutil.STATUS_ZOMBIE
            while not server.workers():
                time.sleep(0.05)
        time.sleep(1.0)
        before = busy_seconds()
        time.sleep(1.0)
        assert busy_seconds() - before < 0.2
        began = time.monotonic()
        assert server.client.post("/v1/extract", json={"text": ARTICLE}).status_code == 200
        assert time.monotonic() - began < 0.5 and len(server.workers()) == 1
