"""Toponym evaluation: counts on small documents worked out by hand, bad files, and the figures on the shared sets."""

from __future__ import annotations

import gzip
import json

import pytest

from conflict_extract.errors import GoldError
from conflict_extract.evaluate.places import kilometres, read_toponyms, run, score

TEXT = "Shells hit Sumy and Kyiv, Ukraine said."


def toponym(name, **more):
    start = TEXT.index(name)
    return {"start": start, "end": start + len(name), **more}


def document(*toponyms):
    return {"id": "a", "text": TEXT, "toponyms": list(toponyms)}


def test_counts_by_hand():
    gold = document(
        toponym("Sumy", lat=50.92, lon=34.78, geonames=1),
        toponym("Kyiv", lat=50.45, lon=30.52, as_actor=False),
        toponym("Ukraine"),
    )
    found = document(
        toponym("Sumy", lat=50.9, lon=34.8, geonames=2),
        toponym("Kyiv, Ukraine", lat=48.4, lon=35.0, as_actor=True),
        toponym("said"),
    )
    result = score([gold], [found])
    assert result["toponyms.exact"]["tp"] == 1 and result["toponyms.overlap"]["tp"] == 2
    assert result["toponyms.overlap"]["r"] == pytest.approx(2 / 3)
    assert result["recognised_with_coordinates"] == 2
    assert result["within_161km"] == 0.5
    assert result["same_geonames_id"] == 0.0
    assert result["as_actor"] == 0.0


def test_no_coordinates_are_wrong_coordinates():
    gold = document(toponym("Sumy", lat=50.92, lon=34.78))
    assert score([gold], [document(toponym("Sumy", lat=None, lon=None))])["within_161km"] == 0.0
    assert score([gold], [])["toponyms.exact"]["gold"] == 1


def test_a_prediction_counts_once():
    gold = document({"start": 0, "end": 6}, {"start": 7, "end": 10})
    found = document({"start": 0, "end": 10})
    assert score([gold], [found])["toponyms.overlap"]["tp"] == 1


def test_distance():
    assert kilometres(52.52, 13.4, 48.86, 2.35) == pytest.approx(878, abs=3)


def test_bad_gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    for content in ("{", '{"id": 1}', json.dumps({"id": 1, "text": "ab", "toponyms": [{"start": 1, "end": 9}]})):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(GoldError):
            read_toponyms(path)
    with pytest.raises(GoldError):
        read_toponyms(tmp_path / "none.jsonl")


def test_run_writes_predictions_in_the_golds_format(tmp_path):
    gold = tmp_path / "gold.jsonl.gz"
    gold.write_bytes(gzip.compress(json.dumps(document(toponym("Sumy"), toponym("Kyiv"), toponym("Ukraine"))).encode()))
    out = tmp_path / "out.jsonl"
    scores = run(gold, out)
    assert scores["toponyms.overlap"]["r"] == 1.0
    assert read_toponyms(out)[0]["toponyms"]


@pytest.mark.shared
@pytest.mark.slow
def test_shared_sets(shared, tmp_path):
    for name, recognition, near in (("lgl", 0.70, 0.72), ("geovirus", 0.75, 0.82)):
        lines = gzip.decompress((shared / f"data/places/{name}.jsonl.gz").read_bytes()).decode().splitlines()
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(lines[::6]), encoding="utf-8")
        scores = run(path)
        assert scores["toponyms.overlap"]["f"] >= recognition - 0.05
        assert scores["within_161km"] >= near - 0.08
