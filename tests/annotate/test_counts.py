"""The component conflict_counts: the case table with and without tree, fields by value, bad input, growth of time."""

from __future__ import annotations

import time
from collections import Counter
from functools import lru_cache
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from conflict_extract.annotate.layer import QuantityRecord, has_layer, read
from conflict_extract.lexicons.loader import load_table
from conflict_extract.lexicons.quantities import BoundPhrase
from tests.annotate.quantity_cases import find, parameters, problems, records, rows

VALUE_FIELDS = frozenset({"kind", "value", "low", "high", "comparator", "currency"})


@pytest.fixture(scope="session")
def tagged() -> Any:
    """Encoder, counts and money; a text is read once."""
    nlp = spacy.blank("en")
    for name in ("conflict_encoder", "conflict_counts", "conflict_money"):
        nlp.add_pipe(name)
    return lru_cache(maxsize=None)(nlp)


@pytest.fixture(scope="session")
def bare() -> Any:
    """Tokens only."""
    nlp = spacy.blank("en")
    nlp.add_pipe("conflict_counts")
    nlp.add_pipe("conflict_money")
    return nlp


@pytest.mark.parametrize("case", parameters("counts", "measures"))
def test_case(tagged: Any, case: dict[str, Any]) -> None:
    assert problems(case, tagged(case["text"])) == []


def test_values_do_not_need_a_tree(bare: Any) -> None:
    """Kind, value, range, comparator and currency are the same from tokens alone."""
    wrong = {
        case["id"]: found
        for case in rows("counts", "measures", "money")
        if "xfail" not in case and (found := problems(case, bare(case["text"]), VALUE_FIELDS))
    }
    assert wrong == {}


def test_every_value_of_the_fields_has_five_cases_and_f1() -> None:
    """The table holds each category, status, age, sex and scope at least five times."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in rows("counts"):
        for wanted in case["expect"]:
            for field in ("category", "scope"):
                if wanted.get(field):
                    seen[field, wanted[field]] += 1
            for field, value in (wanted.get("who") or {}).items():
                seen[field, value] += 1
            for field in ("part_of", "percent_of", "replaces"):
                if field in wanted:
                    seen[field, "set"] += 1
    wanted_values = {
        "category": "killed wounded casualties missing captured detained abducted displaced returned evacuated affected troops "
        "population weapons vehicles buildings other",
        "status": "civilian combatant police aid_worker medic journalist peacekeeper official unknown",
        "age": "child adult unknown",
        "sex": "female male unknown",
        "scope": "new cumulative further unknown",
        "part_of": "set",
        "percent_of": "set",
        "replaces": "set",
    }
    for field, values in wanted_values.items():
        for value in values.split():
            assert seen[field, value] >= 5, (field, value)


def test_f1_per_field_and_value(tagged: Any) -> None:
    """F1 of each field, and of each of its values, over the cases, known failures included, is at least 0.85."""
    gold: Counter[tuple[str, str]] = Counter()
    predicted: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for case in rows("counts"):
        found = records(tagged(case["text"]))
        for wanted in case["expect"]:
            record = find(found, case["text"], wanted["at"], wanted.get("kind"))
            who = (record.who or {}) if record else {}
            pairs = [(field, wanted[field], getattr(record, field, None)) for field in ("category", "scope") if wanted.get(field)]
            pairs += [(field, value, who.get(field)) for field, value in (wanted.get("who") or {}).items()]
            for field in ("part_of", "percent_of", "replaces"):
                if field in wanted:
                    other = find(found, case["text"], wanted[field])
                    linked = record is not None and other is not None and getattr(record, field) == other.id
                    pairs.append((field, "right", "right" if linked else None))
            for field, want, got in pairs:
                for key in ((field, ""), (field, want)):
                    gold[key] += 1
                    right[key] += got == want
                if got is not None:
                    predicted[field, ""] += 1
                    predicted[field, got] += 1
    low = {key: score for key in gold if (score := 2 * right[key] / (gold[key] + predicted[key])) < 0.85}
    assert len(gold) > 40 and low == {}


def test_hand_built_doc_without_sentences() -> None:
    words = ["Shelling", "killed", "12", "farmers", "and", "wounded", "30", "others", "."]
    nlp = spacy.blank("en")
    nlp.add_pipe("conflict_counts")
    doc = nlp.get_pipe("conflict_counts")(Doc(nlp.vocab, words=words))
    first, second = read(doc, "counts", QuantityRecord)
    assert (first.value, first.unit, first.category) == (12.0, "farmers", "killed")
    assert (second.value, second.unit, second.category, second.scope) == (30.0, "farmers", "wounded", "further")


def test_survives_docbin(bare: Any) -> None:
    doc = bare("At least 12 people were killed.")
    stored = next(iter(DocBin(store_user_data=True, docs=[doc]).get_docs(bare.vocab)))
    assert [plain.value for plain in read(stored, "counts", QuantityRecord)] == [12.0]
    assert has_layer(doc, "counts")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\x00", "$", "½", "10^400", "1e999", "9" * 5000, "1,2,3,4,5,6", "1" + "," * 300, "½" * 500, "٣" * 100, "-" * 200,
        "one " * 3000, "a a a a", "of the of the 3 of the of", "twenty " * 500, "12-34-56-78", "31 February and 00/00/0000",
        "three\u200bpeople", "5\u00a0000\u00a0000 people", "(((((5)))))", "hundred of hundreds of thousands of million", "1 in", "one in",
    ],
)  # fmt: skip
def test_bad_input(bare: Any, text: str) -> None:
    doc = bare(text)
    for record in records(doc):
        assert 0 <= record.start < record.end <= len(text)
        for value in (record.value, record.low, record.high):
            assert value is None or abs(value) <= 1e15


@pytest.mark.timing
@pytest.mark.parametrize(
    "piece", ["12 people were killed and 3 wounded. ", "7 ", "1234567890", "$5m ", "between 3 and 4 of the "]
)
def test_time_grows_linearly(bare: Any, piece: str) -> None:
    """Five times the text takes about five times as long; the limit leaves room for a busy machine, not for a square."""

    def seconds(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        doc = bare.make_doc(text)
        started = time.perf_counter()
        for name in ("conflict_counts", "conflict_money"):
            doc = bare.get_pipe(name)(doc)
        return time.perf_counter() - started

    seconds(1_000)
    small = min(seconds(2_000), seconds(2_001), seconds(2_002))
    large = seconds(10_000)
    assert large < 20 * max(small, 0.01)


def test_no_bound_phrase_is_dead(bare: Any) -> None:
    """Every phrase of the bounds table is found in a sentence, with its comparator."""
    missed = []
    for entry in load_table("bounds", BoundPhrase):
        if entry.comparator is None or not entry.phrase[0].isalpha():
            continue
        number = "40 percent" if entry.needs or entry.phrase in ("near", "near to") else "40 people"
        if entry.position == "before":
            text = f"They found {entry.phrase} {number} there."
        else:
            text = f"They found 40 {entry.phrase}."
        doc = bare(text)
        if not any(record.comparator == entry.comparator for record in records(doc)):
            missed.append((entry.position, entry.phrase))
    assert missed == []


@pytest.mark.shared
def test_shared_dev_documents(tagged: Any, shared: Any) -> None:
    """Span, value, comparator and unit of the development documents: F1 of the quantities that claims list at least 0.90."""
    import json

    right = gold_total = predicted_total = 0
    for path in sorted((shared / "eval" / "dev").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        gold = {tuple(item["span"]): item for claim in document["claims"] for item in claim["quantities"]}
        areas = [span for claim in document["claims"] for span in claim["content"]]
        found = [
            record
            for record in records(tagged(document["text"]))
            if record.in_claims and any(record.start < end and start < record.end for start, end in areas)
        ]
        gold_total += len(gold)
        predicted_total += len(found)
        for (start, end), item in gold.items():
            right += any(
                record.start < end
                and start < record.end
                and record.comparator == item["comparator"]
                and record.value == item.get("value")
                and (item.get("value") is not None or (record.low, record.high) == (item.get("low"), item.get("high")))
                for record in found
            )
    assert 2 * right / (gold_total + predicted_total) >= 0.90
