"""The Ray engine: the same output as local processes, on one node, on two, and when one of the two dies."""

from __future__ import annotations

import json
import threading
from contextlib import closing, suppress
from multiprocessing import AuthenticationError

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.generate import documents
from conflict_extract.deliver.batch import Options, run
from conflict_extract.deliver.batch.arrow import TABLES
from conflict_extract.deliver.batch.read import Record
from conflict_extract.deliver.batch.work import BlockHandler
from conflict_extract.deliver.cluster import BlockActor, Feed, flow, ray_engine, receive, record_table, table_records
from conflict_extract.errors import BatchError
from conflict_extract.settings import Settings


class Given:
    """Stands for a `Feed`: what it was given, and the numbers that are done."""

    def __init__(self):
        self.chunks, self.finished, self.ended = [], [], False

    def put(self, table):
        self.chunks.append(table_records(table))

    def done(self, number):
        self.finished.append(number)

    def end(self):
        self.ended = True


CHUNKS = [[Record(n, "f", n, text="x")] for n in range(6)]


def test_blocks_come_back_in_the_order_of_their_chunks():
    feed = Given()
    results = iter([(1, b"1"), (0, b"0"), (1, b"again"), (3, b"3"), (0, b""), (2, b"2"), (5, b"5"), (4, b"4")])
    assert list(flow(CHUNKS, feed, results, 4)) == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert feed.chunks == CHUNKS and sorted(feed.finished) == list(range(6)) and feed.ended
    assert next(results, None) is None


def test_a_block_is_given_out_as_soon_as_it_can_be_and_no_more_is_read_than_that_allows():
    feed = Given()

    def results():
        yield 1, b"1"
        assert len(feed.chunks) == 2
        yield 0, b"0"
        raise AssertionError("read too far")

    found = flow(CHUNKS, feed, results(), 2)
    assert [next(found), next(found)] == [b"0", b"1"]
    assert len(feed.chunks) == 2


@pytest.mark.parametrize("results", [[], [(0, b"0"), (2, b"2")], [(0, b"0"), (1, b"1"), (7, b"7")], [(0, b"")]])
def test_lost_chunks_and_unknown_ones_are_an_error(results):
    with pytest.raises(BatchError, match="other chunks"):
        list(flow(CHUNKS, Given(), iter(results), 4))


def fed(records):
    return pa.ipc.open_stream(records).read_all().column("number").to_pylist()


def test_a_feed_gives_its_chunks_again_to_a_task_that_starts_anew():
    """The second task gets as many rows as the first one; those whose block has come are empty."""
    with closing(Feed()) as feed:
        for chunk in CHUNKS[:3]:
            feed.put(record_table(chunk))
        first = receive(feed.address, feed.key)
        rows = [next(first) for _ in range(3)]
        assert [row.column("number").to_pylist() for row in rows] == [[0], [1], [2]]
        assert [fed(row.column("records")[0].as_py()) for row in rows] == [[0], [1], [2]]
        feed.done(0)
        feed.done(2)
        beside = receive(feed.address, feed.key)
        assert [fed(next(beside).column("records")[0].as_py() or next(beside).column("records")[0].as_py())] == [[1]]
        first.close()  # the task dies
        for chunk in CHUNKS[3:]:
            feed.put(record_table(chunk))
        feed.end()
        again = [row.column("records")[0].as_py() for row in receive(feed.address, feed.key)]
        assert [records and fed(records) for records in again] == [b"", [1], b"", [3], [4], [5]]


def test_a_feed_that_is_closed_early_is_an_error_for_its_task():
    feed = Feed()
    feed.put(record_table(CHUNKS[0]))
    task = receive(feed.address, feed.key)
    next(task)
    feed.close()
    with pytest.raises(EOFError):
        next(task)
    with pytest.raises(OSError):
        next(receive(feed.address, feed.key))
    Feed().close()  # nobody has called


def test_a_feed_takes_no_caller_without_its_key():
    with closing(Feed()) as feed:
        feed.put(record_table(CHUNKS[0]))
        with pytest.raises((AuthenticationError, EOFError, OSError)):
            next(receive(feed.address, b"other"))
        assert next(receive(feed.address, feed.key)).num_rows == 1


def test_records_survive_the_way_through_arrow():
    records = [
        Record(3, "a.jsonl", 4, id="x", text="Text.", date="2024-03-18", title="T", keep={"url": "u", "none": None}, cluster="x"),
        Record(4, "a.jsonl", 5, error="no_text", reason="no value in 'text'"),
    ]
    assert table_records(record_table(records)) == records


def test_rows_need_only_text():
    found = table_records(pa.table({"text": ["One.", None, "  "], "id": [7, 8, None], "other": [1, 2, 3]}))
    assert [(row.id, row.text, row.error) for row in found] == [("7", "One.", None), ("8", "", "no_text"), (None, "", "no_text")]
    assert [row.error for row in table_records(pa.table({"text": [1, 2]}))] == ["no_text", "no_text"]


def actor(timeout):
    return BlockActor(Settings().model_dump(), {"timeout": timeout})


def codes(block):
    return [[error["code"] for error in row] for row in block.column("errors").to_pylist()]


@pytest.mark.slow
def test_an_actor_makes_a_row_of_a_document_that_is_late_or_deadly(extractor):
    long = ("The governor of Orlova said at least 12 people had been killed. The rebels denied it.\n\n" * 12_000)[:990_000]
    worker = actor(10.0)
    block = worker(pa.table({"text": ["The mayor said 4 people died.", long, "The army denied the claim."]}))
    assert codes(block) == [[], ["timeout"], []]
    before = worker.worker.process.pid
    assert codes(worker(pa.table({"text": ["The mayor said 4 people died."]}))) == [[]]
    assert worker.worker.process.pid == before

    deadly = actor(60.0)
    began = deadly._ready

    def ready():
        process = began()
        killer = threading.Timer(1.5, process.process.kill)
        killer.daemon = True
        if process.done == 0 and len(killed) < 2:
            killed.append(process)
            killer.start()
        return process

    killed = []
    deadly._ready = ready
    assert codes(deadly(pa.table({"text": [long]}))) == [["worker_died"]]
    for one in (worker, deadly):
        one._drop()


def test_an_address_for_clients_is_refused():
    with pytest.raises(BatchError, match="node of the cluster"):
        ray_engine(Settings(), Options(), address="ray://head:10001")


# -- with Ray itself --------------------------------------------------------------------------------------------------
@pytest.fixture
def corpus(tmp_path):
    rows = [json.dumps(document) for document in documents(30)]
    rows[7] = "{broken"
    rows[11] = json.dumps({"id": "late", "text": "The mayor said 4 people died.", "date": "yesterday"})
    path = tmp_path / "news.jsonl"
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return path


OPTIONS = Options(part=6, chunk=2, workers=2)


def local(corpus, out):
    handler = BlockHandler(Settings(), {"reports": True})
    return run(
        [corpus], out, Settings(), OPTIONS, engine=lambda chunks: (handler(chunk, {}, lambda at: None) for chunk in chunks)
    )


def same(left, right):
    for name in TABLES:
        ours, theirs = (sorted((out / name).glob("part-*.parquet")) for out in (left, right))
        assert [part.name for part in ours] == [part.name for part in theirs] and ours
        for one, other in zip(ours, theirs, strict=True):
            assert pq.read_table(one).equals(pq.read_table(other), check_metadata=True), (name, one.name)
    assert (left / "done.json").read_bytes() == (right / "done.json").read_bytes()


def processes(parent):
    """The processes below one, with their command lines; without those that end while we look."""
    import psutil

    for child in parent.children(recursive=True):
        with suppress(psutil.Error):  # a zombie has no command line
            yield child, " ".join(child.cmdline())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_one_node_equals_the_local_run(corpus, tmp_path, extractor):
    ray = pytest.importorskip("ray")
    import psutil

    from conflict_extract import cluster

    expected = local(corpus, tmp_path / "local")
    killed = []

    def kill(progress):
        """The task that reads from this process dies once, when half is done; Ray starts it again."""
        if progress.documents >= 12 and not killed:
            killed.extend(process for process, words in processes(psutil.Process()) if "ReadFeed" in words)
            for process in killed:
                process.kill()

    try:
        engine = ray_engine(Settings(), OPTIONS)
        assert run([corpus], tmp_path / "ray", Settings(), OPTIONS, engine=engine, on_progress=kill) == expected
        assert len(killed) == 1
        same(tmp_path / "ray", tmp_path / "local")

        text = "The governor of Orlova said at least 12 people had been killed. The rebels denied the claim."
        rows = ray.data.from_items([{"text": text}, {"text": text + " More."}, {"text": ""}])
        found = {
            row["documents"][0]["report"] if len(row["documents"]) else None: row
            for row in cluster.extract_dataset(rows, reports=True).take_all()
        }
        assert len(found) == 3
        report = extractor.extract(text, id="sha256:" + extractor.extract(text).meta.text_sha256)
        row = found[report.model_dump_json()]
        assert [claim["content"] for claim in row["claims"]] == [claim.text for claim in report.claims]
        assert row["record"] is None and row["errors"] == []
        assert [error["code"] for error in found[None]["errors"]] == ["no_text"]
    finally:
        ray.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_dies_loses_and_doubles_nothing(corpus, tmp_path):
    """Two nodes work; one is killed (SIGKILL to its raylet, which takes its actors along) after the first documents."""
    ray = pytest.importorskip("ray")
    import psutil
    from ray.cluster_utils import Cluster

    expected = local(corpus, tmp_path / "local")
    two = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        nodes = [two.add_node(num_cpus=2) for _ in range(2)]
        engine = ray_engine(Settings(), OPTIONS, address=two.address)

        def busy(node):
            raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
            return sum("ChunkActor" in words for _, words in processes(raylet))

        killed = []

        def kill(progress):
            if not killed and all(busy(node) for node in nodes):
                killed.append((progress.documents, [busy(node) for node in nodes]))
                two.remove_node(nodes[1], allow_graceful=False)

        summary = run([corpus], tmp_path / "ray", Settings(), OPTIONS, engine=engine, on_progress=kill)
        assert killed and killed[0][0] < 20, killed
        assert summary == expected
        same(tmp_path / "ray", tmp_path / "local")
    finally:
        ray.shutdown()
        two.shutdown()
