"""The Ray engine: the same output as local processes, on one node, on two, and when one of the two dies."""

from __future__ import annotations

import json
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.generate import documents
from conflict_extract.deliver.batch import Options, run
from conflict_extract.deliver.batch.arrow import TABLES
from conflict_extract.deliver.batch.read import Record
from conflict_extract.deliver.batch.work import BlockHandler
from conflict_extract.deliver.cluster import BlockActor, in_order, record_table, table_records
from conflict_extract.errors import BatchError
from conflict_extract.settings import Settings


def numbers(*values):
    return pa.table({"record": pa.array(values, pa.int64())})


def test_chunks_come_back_whole_and_in_order():
    firsts, sizes = [0, 4, 8], [4, 4, 2]
    shuffled = [numbers(6, 7), numbers(8, 9, 0, 1), numbers(4, 5), numbers(2, 3)]
    chunks = [chunk.column("record").to_pylist() for chunk in in_order(shuffled, firsts, sizes)]
    assert chunks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_chunk_is_given_out_as_soon_as_it_can_be():
    def blocks():
        yield numbers(0, 1)
        raise AssertionError("read too far")

    assert next(in_order(blocks(), [0, 2], [2, 2])).num_rows == 2


@pytest.mark.parametrize("blocks", [[(0, 1)], [(0, 1), (2, 2)], [(0, 1), (2, 3), (3,)], [(2, 3)], []])
def test_lost_or_doubled_records_are_an_error(blocks):
    with pytest.raises(BatchError, match="other records"):
        list(in_order([numbers(*block) for block in blocks], [0, 2], [2, 2]))


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


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_one_node_equals_the_local_run(corpus, tmp_path, extractor):
    ray = pytest.importorskip("ray")
    from conflict_extract import cluster
    from conflict_extract.deliver.cluster import ray_engine

    expected = local(corpus, tmp_path / "local")
    try:
        engine = ray_engine(Settings(), OPTIONS)
        assert run([corpus], tmp_path / "ray", Settings(), OPTIONS, engine=engine) == expected
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

    from conflict_extract.deliver.cluster import ray_engine

    expected = local(corpus, tmp_path / "local")
    two = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        nodes = [two.add_node(num_cpus=2) for _ in range(2)]
        engine = ray_engine(Settings(), OPTIONS, address=two.address)

        def busy(node):
            raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
            return sum("BlockActor" in " ".join(child.cmdline()) for child in raylet.children(recursive=True))

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
