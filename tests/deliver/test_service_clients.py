"""Slow clients, clients that leave, many bodies at once: what they cost. Workers are replaced by a stand-in where none is needed."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
import tracemalloc
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from conflict_extract.deliver.service import ServiceOptions
from conflict_extract.deliver.service import app as service
from conflict_extract.deliver.service.intake import parse
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.errors import InputError
from tests.deliver.serving import Server

ARTICLE = "The governor of Orlova said on Monday that at least 12 people had been killed. The rebels denied the claim 😀."
MEGABYTES = 20


class StandIn:
    """A crew without processes: "text" comes back; a text that begins with "wait" never ends, one with "big" gives a long answer."""

    ready = True
    waiting = restarts = 0

    def __init__(self, settings, options):
        self.cancelled = 0

    def admit(self):
        pass

    async def start(self):
        pass

    async def stop(self):
        pass

    async def run(self, payload):
        try:
            while payload["text"].startswith("wait"):
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return b"x" * (1_000_000 * MEGABYTES) if payload["text"] == "big" else json.dumps(payload["text"]).encode()


@pytest.fixture(scope="module")
def server():
    options = ServiceOptions(workers=1, max_body=300_000, max_text=200_000, bodies=900_000, patience=0.6)
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(service, "Crew", StandIn)
            running = stack.enter_context(Server(options))
        yield running


@contextmanager
def connected(server, path="/v1/extract", length=None, start=b""):
    """A connection on which a request has begun: with a length, or in chunks when there is none."""
    how = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % (path.encode(), how) + start)
        yield client


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def read_until(client, words, limit=10_000_000):
    seen = b""
    while words not in seen and len(seen) < limit:
        piece = client.recv(65_536)
        if not piece:
            break
        seen += piece
    return seen


def answer_of(client):
    """(status, headers, JSON body) of the answer on a connection that the server then closes."""
    seen = read_until(client, b"never")
    head, _, body = seen.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.lower(), json.loads(body)


def metric(server, name):
    found = re.search(rf"^conflict_extract_{name} (\S+)$", server.client.get("/metrics").text, re.MULTILINE)
    return float(found[1])


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def test_a_slow_body_is_408_and_its_connection_is_closed(server):
    with connected(server, length=1000, start=b'{"text": "') as client:
        began = time.monotonic()
        while time.monotonic() < began + 0.4:  # a byte now and then does not help
            client.sendall(b"x")
            time.sleep(0.05)
        status, head, problem = answer_of(client)
    assert (status, problem["type"], problem["status"]) == (408, "urn:conflict-extract:slow_body", 408)
    assert b"connection: close" in head and 0.5 < time.monotonic() - began < 10
    until(lambda: metric(server, "held_bytes") == 0)


def test_a_connection_on_which_no_request_begins_is_closed(server):
    """At first, and after a request."""
    for before in (b"", b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(before)
            if before:
                assert b"alive" in read_until(client, b"alive")
            client.sendall(b"GET /livez HTTP/1.1\r\nX: ")
            began = time.monotonic()
            closed = False
            while not closed and time.monotonic() < began + 20:
                try:
                    client.sendall(b"x")  # a byte now and then does not help
                    time.sleep(0.05)
                    closed = not client.recv(1, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    continue
                except OSError:
                    closed = True
            assert closed and time.monotonic() - began < 10


def test_a_slow_line_ends_a_batch_and_a_waiting_client_does_not(server):
    with connected(server, "/v1/batch") as client:
        client.sendall(chunk(b'{"text": "one"}\n'))
        assert b'"one"\n' in read_until(client, b'"one"\n'), "the answer comes before the next line is sent"
        client.sendall(chunk(b'{"text": "two"}\n{"te'))
        seen = read_until(client, b"\r\n0\r\n\r\n")
    assert b'"two"\n' in seen
    row = json.loads(re.search(rb'{"error".*}', seen)[0])
    assert (row["error"]["type"], row["error"]["status"], row["line"]) == ("urn:conflict-extract:slow_body", 408, 3)


def test_a_batch_may_be_silent_while_its_documents_are_in_work(server):
    crew = server.app.state.crew
    before = crew.cancelled
    with connected(server, "/v1/batch") as client:
        client.sendall(chunk(b'{"text": "wait for me"}\n'))
        client.settimeout(2.0)  # more than the patience
        read_until(client, b"\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert crew.cancelled == before
    until(lambda: crew.cancelled == before + 1)
    until(lambda: metric(server, "held_bytes") == 0)


def test_bodies_in_memory_have_a_bound(server):
    """Three bodies that are on their way fill it; the next one is told to come back, and finds room once they have gone."""
    part = b'{"text": "' + b"x" * 280_000
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(connected(server, length=290_000, start=part))
        until(lambda: metric(server, "held_bytes") > 800_000)
        answer = server.client.post("/v1/extract", json={"text": "x" * 150_000})
        assert (answer.status_code, answer.json()["type"]) == (429, "urn:conflict-extract:too_many_requests")
        assert answer.headers["retry-after"] and "room" in answer.json()["detail"]
        assert server.client.post("/v1/batch", content=b'{"text": "x"}').status_code == 429
        assert server.client.post("/v1/extract", json={"text": "short"}).status_code == 200
    until(lambda: metric(server, "held_bytes") == 0)
    assert server.client.post("/v1/extract", json={"text": "x" * 150_000}).status_code == 200
    with pytest.raises(InputError):
        ServiceOptions(bodies=10)


def test_an_answer_that_nobody_takes_is_dropped(server):
    """A client that reads nothing: after the patience the answer is no longer held, and what was sent is a part of it."""
    body = b'{"text": "big"}'
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(b"POST /v1/extract HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        until(lambda: metric(server, "held_bytes") >= 1_000_000 * MEGABYTES)
        until(lambda: metric(server, "held_bytes") == 0)
        client.settimeout(20)
        assert len(read_until(client, b"never", 1_000_000 * MEGABYTES)) < 1_000_000 * MEGABYTES
    assert len(server.client.post("/v1/extract", content=body).content) == 1_000_000 * MEGABYTES


def test_a_body_of_nothing_but_unknown_fields_costs_little():
    body = b'{"text": "x", ' + b", ".join(b'"%x": 1' % number for number in range(150_000)) + b"}"
    tracemalloc.start()
    with pytest.raises(Problem) as raised:
        parse(body, ServiceOptions())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.code == "invalid_request" and 0 < len(raised.value.errors) <= 20
    assert 1_500_000 < len(body) < 2_000_000 and peak < 40e6, peak


# -- clients that leave, with real workers ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def working():
    with Server(ServiceOptions(workers=1, max_body=300_000, max_text=200_000, deadline=60.0)) as running:
        yield running


def processor_seconds(process):
    """Of a process, None once it has ended."""
    try:
        seen = psutil.Process(process.pid)
        return None if seen.status() == psutil.STATUS_ZOMBIE else sum(seen.cpu_times()[:2])
    except psutil.NoSuchProcess:
        return None


LONG = (ARTICLE + "\n\n") * 1700


@pytest.mark.parametrize("path", ["/v1/extract", "/v1/page", "/v1/batch"])
def test_a_client_that_leaves_costs_no_more_than_a_second(working, path):
    """Of processor time, so that a busy machine does not decide; a long text would take the worker many more."""
    server = working
    assert server.client.post("/v1/extract", json={"text": ARTICLE}).status_code == 200
    (worker,) = server.workers()
    idle = processor_seconds(worker)
    body = json.dumps({"text": LONG}, ensure_ascii=False).encode()
    if path == "/v1/batch":
        body = b"\n".join([body, json.dumps({"text": ARTICLE}).encode(), b""])
    with connected(server, path, len(body), body):
        until(lambda: (processor_seconds(worker) or 0.0) > idle + 0.3)
        at_leaving = processor_seconds(worker)
    last, end = at_leaving, time.monotonic() + 60
    while (now := processor_seconds(worker)) is not None:
        last = now
        assert last - at_leaving < 1.0, "it works on"
        assert time.monotonic() < end, "it neither works nor ends"
        time.sleep(0.01)
    assert last > idle
    assert server.client.post("/v1/extract", json={"text": ARTICLE}).status_code == 200
