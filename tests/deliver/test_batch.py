"""Batch runs: formats in, tables out, errors as rows, interruptions survived."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from conflict_extract.deliver.batch import Options, run
from conflict_extract.deliver.batch.arrow import ARROW_SCHEMA, FIELDS, TABLES, table_schema
from conflict_extract.deliver.batch.near import Near
from conflict_extract.deliver.batch.read import Columns, Reader, Record, expand
from conflict_extract.deliver.batch.run import _Stream, cut
from conflict_extract.deliver.batch.work import BlockHandler
from conflict_extract.deliver.batch.write import Writer
from conflict_extract.deliver.compare import compare, read_reports
from conflict_extract.errors import BatchError, InputError
from conflict_extract.settings import Settings
from tests.deliver.sample import sample_report

PLACES = ("Orlova", "Brenk", "Tal Amar", "Kiseli", "Norva")


def article(number: int) -> str:
    draw = random.Random(number)
    place = draw.choice(PLACES)
    return (
        f"{place} shelling, report {number}\n\nThe governor of {place} said on Monday that at least {draw.randint(2, 90)} people had "
        f"been killed by shelling. The rebels denied the claim and accused the army of firing {draw.randint(2, 40)} rockets."
    )


def in_process(settings, options):
    """An engine that works in this process, with the session's model."""
    handler = BlockHandler(settings, {"reports": options.jsonl or options.reports, "no_text": options.no_text})
    return lambda chunks: (handler(chunk, {}, lambda number: None) for chunk in chunks)


def go(inputs, out, options=None):
    options = options or Options(part=4, chunk=2)
    return run(list(inputs), out, Settings(), options, engine=in_process(Settings(), options))


def table(out, name):
    parts = sorted((out / name).glob("part-*.parquet"))
    return pa.concat_tables([pq.read_table(part) for part in parts]).to_pylist() if parts else []


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "news.jsonl"
    rows = [{"id": f"n{n}", "text": article(n), "date": "2024-03-18", "url": f"u{n}"} for n in range(9)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_tables_have_their_schema_and_agree_with_reports(lines, tmp_path, extractor):
    summary = go([lines], tmp_path / "out", Options(part=4, chunk=2, columns=Columns(keep=("url",))))
    assert (summary.documents, summary.errors) == (9, 0)
    for name in TABLES:
        part = sorted((tmp_path / "out" / name).glob("*.parquet"))[0]
        assert pq.read_schema(part).remove_metadata() == table_schema(name).remove_metadata()
        assert pq.read_schema(part).metadata[b"conflict_extract_schema"]
    documents = table(tmp_path / "out", "documents")
    assert [row["document_id"] for row in documents] == [f"n{n}" for n in range(9)]
    assert dict(documents[3]["keep"]) == {"url": "u3"}
    report = extractor.extract(article(3), date="2024-03-18", id="n3")
    rows = [row for row in table(tmp_path / "out", "claims") if row["document_id"] == "n3"]
    assert [(row["claim_id"], row["key"], row["source"], row["act"], row["content"]) for row in rows] == [
        (c.id, c.key, c.source and c.source.name, c.act, c.text) for c in report.claims
    ]


def test_rows_of_a_report_fill_every_column():
    from conflict_extract.deliver.batch.arrow import report_rows

    rows = report_rows(sample_report())
    for name, found in rows.items():
        assert all(set(row) == {field for field, _ in FIELDS[name]} for row in found), name
        assert found or name == "errors", name


def test_figures_of_a_claim_have_status_and_bounds(tmp_path):
    path = tmp_path / "toll.jsonl"
    text = "Brenk clinic\n\nThe rebels denied that more than 30 people had been killed in Brenk. The mayor said between 4 and 6 died."
    path.write_text(json.dumps({"id": "t", "text": text}))
    go([path], tmp_path / "out")
    figures = [figure for row in table(tmp_path / "out", "claims") for figure in row["figures"]]
    quantities = {row["quantity_id"]: row for row in table(tmp_path / "out", "quantities")}
    assert {(f["status"], f["at_least"], f["best"], f["at_most"]) for f in figures} == {
        ("denied", 31.0, 31.0, None), ("asserted", 4.0, None, 6.0),
    }  # fmt: skip
    assert all(f["at_least"] == quantities[f["quantity_id"]]["at_least"] for f in figures)


def test_every_table_and_column_is_documented():
    words = (Path(__file__).parents[2] / "docs/corpora.md").read_text(encoding="utf-8")
    assert f"version is `{ARROW_SCHEMA}`" in words
    for name, fields in FIELDS.items():
        section = words.split(f"\n### {name}\n")[1].split("\n#")[0]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == [
            field for field, _ in fields
        ], name


@pytest.mark.parametrize("jsonl", [False, True])
def test_a_run_gives_its_reports_back(lines, tmp_path, extractor, jsonl):
    rows = [json.loads(line) for line in lines.open(encoding="utf-8")]
    rows.append({"id": "copy", "text": rows[2]["text"].replace("Monday", "Tuesday"), "date": "2024-03-19"})
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    out = tmp_path / "out"
    go([lines], out, Options(part=4, chunk=2, jsonl=jsonl))
    found = list(read_reports([out]))
    assert [report.id for report, _ in found] == [*(f"n{n}" for n in range(9)), "copy"]
    assert found[3][0] == extractor.extract(article(3), date="2024-03-18", id="n3")
    assert found[9][1] == found[2][1] is not None
    reports, clusters = zip(*found, strict=True)
    assert compare(reports, clusters).copies >= 1


def test_a_run_without_reports_says_so(lines, tmp_path):
    go([lines], tmp_path / "out", Options(part=4, chunk=2, reports=False))
    with pytest.raises(InputError, match="--no-reports"):
        list(read_reports([tmp_path / "out"]))


def test_parts_and_chunks_end_early_on_long_texts():
    records = [Record(n, "f", n, text="x" * size) for n, size in enumerate([10, 90, 1, 1, 1, 200, 5, 5, 5, 5])]

    def pieces(*limits):
        return [([record.number for record in chunk], ends) for chunk, ends in cut(records, *limits)]

    assert pieces(3, 100, 100, 10_000) == [([0, 1], False), ([2, 3, 4], False), ([5], False), ([6, 7, 8], False), ([9], True)]
    assert pieces(3, 1000, 4, 200) == [([0, 1, 2], False), ([3], True), ([4, 5], True), ([6, 7, 8], False), ([9], True)]
    assert pieces(5, 1000, 5, 10_000) == [([0, 1, 2, 3, 4], True), ([5, 6, 7, 8, 9], True)]
    assert list(cut([], 3, 100, 3, 100)) == []


def test_a_chunk_is_passed_on_before_its_part_is_read(lines, tmp_path):
    """Reading a part ahead would keep the workers waiting."""
    read = []

    class Counted(Reader):
        def _fill(self, record, row, names):
            read.append(row["id"])
            super()._fill(record, row, names)

    writer = Writer(tmp_path, jsonl=False)
    with closing(_Stream(Counted([lines], Columns()), writer, Settings(), Options(part=8, chunk=2), tmp_path)) as stream:
        chunks = stream.chunks()
        assert len(next(chunks)) == 2 and len(read) == 3
        assert stream.end_of_part(0) is None
        assert [len(chunk) for chunk in chunks] == [2, 2, 2, 1]
        assert stream.end_of_part(0) == 8 and stream.end_of_part(8) == 9


def write_csv(path, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, delimiter=delimiter)
        rows.writerow(["headline", "body", "published"])
        rows.writerows([f"t{n}", article(n), "2024-03-18"] for n in range(3))


def test_formats(tmp_path):
    data = "".join(json.dumps({"text": article(n)}) + "\n" for n in range(3)).encode()
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data))
    (tmp_path / "c.jsonl.zst").write_bytes(zstandard.compress(data))
    write_csv(tmp_path / "d.csv")
    write_csv(tmp_path / "e.tsv", "\t")
    pq.write_table(pa.table({"content": [article(n) for n in range(3)]}), tmp_path / "f.parquet")
    (tmp_path / "g").mkdir()
    for n in range(3):
        (tmp_path / "g" / f"{n}.txt").write_text(article(n), encoding="utf-8")
    for path in sorted(tmp_path.iterdir()):
        reader = Reader(expand([path]), Columns())
        assert [record.text for record in reader] == [article(n) for n in range(3)], path
        assert reader.progress == 1.0
    assert len(list(Reader(expand([tmp_path]), Columns()))) == 21


def test_bad_records_are_rows(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_bytes(
        b"\n".join(
            [
                json.dumps({"id": "ok", "text": article(1)}).encode(),
                b"{not json",
                b'["a list"]',
                b'{"id": "none"}',
                b'{"id": "blank", "text": "  "}',
                b'{"id": "number", "text": 5}',
                b'{"id": "x", "text": "\xff"}',
                json.dumps({"id": "ok", "text": article(2)}).encode(),
                json.dumps({"id": "date", "text": article(2), "date": "18/3"}).encode(),
                json.dumps({"id": "long", "text": "x" * 5000}).encode(),
                b"[" * 100_000,
                json.dumps({"id": "last \ud800", "text": "The mayor said \ud800 it."}).encode(),
            ]
        )
    )
    summary = go([path], tmp_path / "out", Options(part=4, chunk=2, limit_length=4000))
    assert summary.documents == 2
    errors = table(tmp_path / "out", "errors")
    assert [(row["line"], row["code"]) for row in errors] == [
        (2, "bad_json"), (3, "bad_json"), (4, "no_text"), (5, "no_text"), (6, "no_text"), (7, "bad_encoding"), (8, "duplicate_id"),
        (9, "bad_date"), (10, "too_long"), (11, "bad_json"),
    ]  # fmt: skip
    assert all(row["reason"] for row in errors)


def test_truncated_archive_is_an_error_row(tmp_path):
    data = gzip.compress("".join(json.dumps({"text": article(n)}) + "\n" for n in range(200)).encode())
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(data[: len(data) // 2])
    records = list(Reader([path], Columns()))
    assert records[-1].error == "unreadable" and len(records) > 1


def test_duplicate_ids_with_suffix(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({"id": id, "text": article(n)}) + "\n" for n, id in enumerate(["a", "a", "a#2", "a"])))
    go([path], tmp_path / "out", Options(part=4, chunk=4, suffix_ids=True))
    ids = [row["document_id"] for row in table(tmp_path / "out", "documents")]
    assert ids[0] == "a" and len(set(ids)) == 4


def test_jsonl_output_holds_reports(lines, tmp_path, extractor):
    go([lines], tmp_path / "out", Options(part=4, chunk=2, jsonl=True))
    rows = [json.loads(line) for part in sorted((tmp_path / "out/reports").iterdir()) for line in part.open(encoding="utf-8")]
    assert rows[3] == json.loads(extractor.extract(article(3), date="2024-03-18", id="n3").model_dump_json())


def contents(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_interrupted_run_equals_an_uninterrupted_one(lines, tmp_path):
    options = Options(part=2, chunk=1)
    whole = tmp_path / "whole"
    go([lines], whole, options)
    broken = tmp_path / "broken"
    handler = BlockHandler(Settings(), {"reports": True})

    def dying(chunks):
        for number, chunk in enumerate(chunks):
            if number == 5:
                raise KeyboardInterrupt
            yield handler(chunk, {}, lambda at: None)

    with pytest.raises(KeyboardInterrupt):
        run([lines], broken, Settings(), options, engine=dying)
    assert not (broken / "done.json").exists() and table(broken, "documents")
    (broken / "claims" / "part-000000000008-000000000008.parquet.tmp").write_bytes(b"half a file")
    summary = go([lines], broken, options)
    assert summary.resumed == 4
    assert contents(broken) == contents(whole)


def test_other_settings_into_the_same_folder_are_refused(lines, tmp_path):
    go([lines], tmp_path / "out")
    with pytest.raises(BatchError, match="other options"):
        go([lines], tmp_path / "out", Options(part=8, chunk=2))
    lines.write_text(lines.read_text() + json.dumps({"text": "More."}) + "\n")
    with pytest.raises(BatchError, match="other input"):
        go([lines], tmp_path / "out")
    with pytest.raises(BatchError, match="not empty"):
        go([lines], lines.parent)


def test_full_disk_is_a_clear_error(lines, tmp_path, monkeypatch):
    from conflict_extract.deliver.batch import write

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write.os, "fsync", full)
    with pytest.raises(BatchError, match="No space left"):
        go([lines], tmp_path / "out")
    monkeypatch.undo()
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert go([lines], tmp_path / "out").documents == 9


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", "x", "unknown format"),
        ("a.csv", "", "is empty"),
        ("a.csv", "x,y\n1,2\n", "looks like text"),
        ("a.parquet", "x", "Parquet"),
    ],
)
def test_unusable_input_is_a_clear_error(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(BatchError, match=words):
        go([tmp_path / name], tmp_path / "out")


def test_near_copies_share_a_cluster(tmp_path):
    words = [f"word{n}" for n in range(2000)]
    story = " ".join(random.Random(1).choices(words, k=300))
    other = " ".join(random.Random(2).choices(words, k=300))
    with Near(tmp_path / "near.sqlite") as near:
        assert near.assign(0, "a", "Title one\n" + story) == "a"
        assert near.assign(1, "b", "Another title\n" + story) == "a"
        assert near.assign(2, "c", other) == "c"
        assert near.assign(3, "d", "T\n" + " ".join(story.split()[:150])) == "a"
        assert near.assign(4, "e", "T\n" + story.replace("word7 ", "word8 ")) == "a"


def command(path, out, *more):
    arguments = [sys.executable, "-m", "conflict_extract", "batch", str(path), "--out", str(out), "--part", "4", "-q", *more]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_the_main_process_loads_no_pipeline(lines, tmp_path):
    """Only workers need spaCy and the network; the main process reads, looks for near-copies and writes."""
    code = (
        "import sys; from pathlib import Path\n"
        "from conflict_extract.deliver import cli_batch\n"
        "from conflict_extract.deliver.batch import Options, run\n"
        "from conflict_extract.settings import Settings\n"
        f"path, out = Path({str(lines)!r}), Path({str(tmp_path / 'out')!r})\n"
        "try:\n    run([path], out, Settings(), Options(), engine=lambda chunks: iter(list(chunks)[:0]))\n"
        "finally:\n    print(*sorted({'spacy', 'thinc', 'torch', 'onnxruntime', 'datasketch'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["datasketch"]


def test_a_worker_is_started_before_arrow_and_its_like_are_imported():
    code = (
        "import sys; from conflict_extract.deliver import batch_workers, cli_batch\n"
        "print(*sorted({'numpy', 'pyarrow', 'datasketch', 'spacy', 'conflict_extract.api'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_workers_import_neither_the_writer_of_parquet_nor_the_command_line_of_spacy(tmp_path):
    """What a worker imports costs time at its start and memory for as long as it lives."""
    code = (
        "import sys; from conflict_extract.pool import spare_commands, spare_torch\n"
        "spare_torch(); spare_commands()\n"
        "from conflict_extract.deliver.batch.work import BlockHandler\n"
        "from conflict_extract.settings import Settings\n"
        "BlockHandler(Settings(), {})\n"
        "print(*sorted({'pyarrow.parquet', 'pyarrow.compute', 'datasketch', 'spacy.cli', 'torch', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path):
    """`kill -9` of the whole process group, again and again; the result is that of a run left alone. The variable KILLS says how often.

    The moment: a random time after the run has begun, or after so many more parts have appeared, so that start-up does not get all.
    """
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({"id": f"n{n}", "text": article(n)}) + "\n" for n in range(60)))
    whole = command(path, tmp_path / "whole")
    assert whole.wait(300) == 0, whole.stderr and whole.stderr.read()
    draw = random.Random(5)
    out, moments = tmp_path / "out", []

    def parts():
        return len(list((out / "documents").glob("*.parquet")))

    for _ in range(int(os.environ.get("KILLS", "3"))):
        wanted = parts() + draw.choice([0, 0, 1, 1, 2, 3])
        process = command(path, out, "--workers", "2")
        while parts() < wanted and process.poll() is None:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.5) if parts() else draw.uniform(0, 5))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        moments.append(parts())
        if (out / "done.json").exists():  # a finished run is compared, and the next one starts anew
            assert contents(out) == contents(tmp_path / "whole")
            shutil.rmtree(out)
    print("parts of 15 at each kill:", *moments)
    assert any(0 < count < 15 for count in moments)
    last = command(path, out)
    assert last.wait(300) == 0
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.slow
def test_a_document_that_takes_too_long_is_a_row(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text(
        json.dumps({"id": "long", "text": (article(1) + "\n\n") * 4000})
        + "\n"
        + json.dumps({"id": "ok", "text": article(2)})
        + "\n"
    )
    process = command(path, tmp_path / "out", "--timeout-per-document", "2")
    assert process.wait(120) == 3, process.stderr and process.stderr.read()
    assert [(row["document_id"], row["code"]) for row in table(tmp_path / "out", "errors")] == [("long", "timeout")]
    assert [row["document_id"] for row in table(tmp_path / "out", "documents")] == ["ok"]
