"""conflict_times against the case table, and what no input may break."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from conflict_extract.annotate.layer import FrameInfo, FrameRecord, TimeRecord, read, write, write_table
from conflict_extract.annotate.times import make_times
from conflict_extract.api import make_doc
from conflict_extract.values.periods import Period, parse_period

CASES = [
    json.loads(line)
    for line in (Path(__file__).resolve().parents[2] / "fixtures/cases/times.jsonl").read_text(encoding="utf-8").splitlines()
]


def marked(kind: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"], marks=[pytest.mark.xfail(strict=True, reason=case["xfail"])] if "xfail" in case else [])
        for case in CASES
        if case["kind"] == kind
    ]


@pytest.fixture(scope="module")
def nlp() -> Any:
    return spacy.blank("en")


def times(nlp: Any, text: str, day: str | None = None) -> list[TimeRecord]:
    doc = nlp.make_doc(text)
    doc._.ce_date = day
    return read(make_times(nlp, "times", None)(doc), "times", TimeRecord)


def as_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def value(period: Period, name: str) -> Any:
    found = getattr(period, name)
    if isinstance(found, date):
        return found.isoformat()
    if name == "readings":
        return [[low.isoformat(), high.isoformat()] for low, high in found]
    return found


def check(text: str, found: list[TimeRecord], times: list[dict[str, Any]]) -> None:
    assert len(found) == len(times), [text[record.start : record.end] for record in found]
    for record, wanted in zip(found, times, strict=True):
        words = text[record.start : record.end]
        assert wanted["words"] in words or words in wanted["words"]
        expected = {"date_start": wanted["start"], "date_end": wanted["end"]}
        expected |= {name: given for name, given in wanted.items() if name not in ("words", "start", "end")}
        assert {name: getattr(record, name) for name in expected} == expected


@pytest.mark.parametrize("case", marked("phrase"))
def test_phrase(case: dict[str, Any]) -> None:
    event = case.get("event")
    period = parse_period(
        case["phrase"],
        as_day(case.get("anchor")),
        case.get("direction", 0),
        case.get("dayfirst"),
        (date.fromisoformat(event[0]), date.fromisoformat(event[1])) if event else None,
    )
    if case["expect"] is None:
        assert period is None
        return
    assert period is not None
    expected = {name: given for name, given in case["expect"].items() if name != "basis_event"}
    assert {name: value(period, name) for name in expected} == expected


@pytest.mark.parametrize("case", marked("text"))
def test_text(nlp: Any, case: dict[str, Any]) -> None:
    text = case["text"]
    check(text, times(nlp, text, case["date"]), case["times"])


@pytest.mark.parametrize("case", marked("tree"))
def test_with_the_tree(extractor: Any, case: dict[str, Any]) -> None:
    doc = make_doc(extractor.nlp, case["text"], date=case["date"])
    for _, component in extractor.nlp.pipeline:
        doc = component(doc)
    check(case["text"], read(doc, "times", TimeRecord), case["times"])


def test_table_has_every_kind_and_field() -> None:
    assert len(CASES) >= 130
    phrases = [case for case in CASES if case["kind"] == "phrase"]
    granularities = Counter(case["expect"].get("granularity") for case in phrases if case["expect"])
    for name in ("hour", "part_of_day", "day", "week", "month", "season", "year", "longer"):
        assert granularities[name] >= 2, name
    fields = Counter(name for case in phrases if case["expect"] for name in case["expect"])
    for name in ("clock_start", "clock_end", "partial", "date_prec", "readings", "is_duration", "vague", "anaphoric"):
        assert fields[name] >= 2, name
    assert sum(case["expect"] is None for case in phrases) >= 30
    assert {case["expect"].get("date_prec") for case in phrases if case["expect"]} >= {1, 2, 3, 4, 5, None}


def test_frame_gives_the_anchor(nlp: Any) -> None:
    text = "10:05 GMT\nThe army left on Monday.\n\n11:10 GMT\nThe town was hit today."
    doc = nlp.make_doc(text)
    doc._.ce_date = "2024-03-14"
    write_table(doc, "frame", [FrameInfo(date="2024-03-14", anchor="2024-03-12", date_source="caller")])
    write(
        doc,
        "frame",
        [
            FrameRecord(start=0, end=35, kind="entry", published="2024-03-10T10:05"),
            FrameRecord(start=37, end=len(text), kind="entry", published="2024-03-11T11:10"),
        ],
    )
    found = {text[record.start : record.end]: record for record in read(make_times(nlp, "t", None)(doc), "times", TimeRecord)}
    assert found["on Monday"].date_start == "2024-03-04"
    assert found["today"].date_start == "2024-03-11"
    assert found["today"].basis == "dateline"


def test_frame_text_has_no_times(nlp: Any) -> None:
    text = "ORLAN, March 3 (Reuters) - Six died on Friday."
    doc = nlp.make_doc(text)
    doc._.ce_date = "2024-03-14"
    write_table(doc, "frame", [FrameInfo(date="2024-03-14", anchor="2024-03-14", date_source="caller")])
    write(doc, "frame", [FrameRecord(start=0, end=27, kind="dateline")])
    found = read(make_times(nlp, "t", None)(doc), "times", TimeRecord)
    assert [text[record.start : record.end] for record in found] == ["on Friday"]


def tree_doc(nlp: Any, rows: list[tuple[str, int, str, str, str]]) -> Doc:
    """A Doc with a UD tree: rows of word, head, relation, XPOS, UPOS."""
    words, heads, deps, tags, pos = (list(column) for column in zip(*rows, strict=True))
    doc = Doc(nlp.vocab, words=words, heads=heads, deps=deps, tags=tags, pos=pos)
    doc._.ce_scheme = "ud2"
    doc._.ce_date = "2024-03-14"
    return doc


def test_the_tree_decides_the_tense(nlp: Any) -> None:
    rows = [
        ("Rebels", 1, "nsubj", "NNS", "NOUN"),
        ("vowed", 1, "root", "VBD", "VERB"),
        ("Monday", 1, "obl:unmarked", "NNP", "PROPN"),
        ("to", 4, "mark", "TO", "PART"),
        ("leave", 1, "xcomp", "VB", "VERB"),
        ("on", 6, "case", "IN", "ADP"),
        ("Friday", 4, "obl", "NNP", "PROPN"),
    ]
    found = read(make_times(nlp, "t", None)(tree_doc(nlp, rows)), "times", TimeRecord)
    assert [record.date_start for record in found] == ["2024-03-11", "2024-03-15"]
    rows[4] = ("leave", 1, "xcomp", "VB", "VERB")
    rows[1] = ("began", 1, "root", "VBD", "VERB")
    found = read(make_times(nlp, "t", None)(tree_doc(nlp, rows)), "times", TimeRecord)
    assert [record.date_start for record in found] == ["2024-03-11", "2024-03-08"]


def test_a_name_is_no_time(nlp: Any) -> None:
    doc = Doc(nlp.vocab, words=["April", "Jones", "spoke", "in", "April"], ents=["B-PER", "I-PER", "O", "O", "O"])
    doc._.ce_date = "2024-03-14"
    found = read(make_times(nlp, "t", None)(doc), "times", TimeRecord)
    assert [(record.start, record.date_start) for record in found] == [(18, "2023-04-01")]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n" * 50, "٣ مارس ٢٠٢٤", "on Monday" * 40, "1/" * 500, "2024-" * 300, "the past " * 300, "May " * 300, "00:00 " * 300, "\x00\ufeffMonday",
     "99/99/9999 31/02/2024 0000-00-00 in 0000", "9" * 4000, "$", "½ of 1e9 10^400 1,00,00,000", "from Monday to " * 200, "(" * 300 + "Monday"],
)  # fmt: skip
@pytest.mark.parametrize("day", [None, "2024-03-14", "0001-01-01", "9999-12-31", "no date"])
def test_bad_input(nlp: Any, text: str, day: str | None) -> None:
    for record in times(nlp, text, day):
        assert 0 <= record.start < record.end <= len(text)
        if record.date_start and record.date_end:
            assert "0001-01-01" <= record.date_start <= record.date_end <= "9999-12-31"


@pytest.mark.timing
@pytest.mark.parametrize(
    "piece",
    ["Two died on Monday 5 March at 3 pm, three days after the vote in 2023. ", "Monday ", "12 ", "5 March ", "the past three "],
)
def test_linear(nlp: Any, piece: str) -> None:
    from conflict_extract.values.periods_compose import find_expressions

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        find_expressions(text)
        return time.process_time() - begun

    seconds(1000)
    small, large = min(seconds(4_000) for _ in range(3)), min(seconds(40_000) for _ in range(2))
    assert large < small * 25 + 0.05


def test_explicit_dates_agree_with_dateparser() -> None:
    dateparser = pytest.importorskip("dateparser")
    for text in [
        "5 March 2011",
        "March 5, 2011",
        "Sept. 9, 1996",
        "29 February 2024",
        "2 Dec 1984",
        "2019-07-30",
        "1st of May 1999",
        "25/12/2023",
    ]:
        period = parse_period(text)
        assert period is not None
        assert period.start == dateparser.parse(text, languages=["en"]).date()
