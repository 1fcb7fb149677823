"""The assembler on hand-built Docs."""

from __future__ import annotations

import time

import pytest

from conflict_extract.annotate import layer
from conflict_extract.assemble.assembler import assemble
from conflict_extract.schema import Report
from conflict_extract.settings import Settings
from tests.assemble.docs import Builder

GOVERNOR = (
    "The governor said 60 people, among them 14 children, had been killed, the state agency reported. "
    "The rebels denied killing 60 civilians and said they planned to free 30 prisoners."
)


def governor() -> Report:
    b = Builder(GOVERNOR, pos={"killed": "VERB", "killing": "VERB", "60": "NUM"}, lemmas={"killed": "kill", "killing": "kill"})
    b.actor("a1", "state agency", type="media")
    b.actor("a2", "governor", type="person")
    b.actor("a3", "rebels", type="armed_group")
    b.said("The governor said 60 people, among them 14 children, had been killed", "the state agency", "reported", speaker="a1")
    b.said("60 people, among them 14 children, had been killed", "The governor", "said", speaker="a2")
    b.said("killing 60 civilians", "The rebels", "denied", act="denial", speaker="a3")
    b.said("they planned to free 30 prisoners", "The rebels", "said", cue_number=1, speaker="a3")
    b.quantity("60 people", 60, unit="people", category="killed", id="counts:1")
    b.quantity("14 children", 14, unit="children", category="killed", part_of="counts:1", id="counts:2")
    b.quantity("60 civilians", 60, unit="civilians", category="killed", id="counts:3")
    b.quantity("30 prisoners", 30, unit="prisoners", id="counts:4")
    b.event("killed", "killing", salience=1.0, quantities=["counts:1", "counts:2"])
    b.event("killing", "killing", salience=1.0, quantities=["counts:3"])
    b.event("free", "other", salience=0.5, status="planned", quantities=["counts:4"])
    return b.report()


def test_governor_claims_are_nested_and_in_order() -> None:
    report = governor()
    assert [(c.id, c.source.name if c.source else None, c.parent) for c in report.claims] == [
        ("c1", "state agency", None),
        ("c2", "governor", "c1"),
        ("c3", "rebels", None),
        ("c4", "rebels", None),
    ]
    assert report.claims[0].quantities == report.claims[1].quantities == ("q1", "q2")


def test_governor_figures_are_four_rows() -> None:
    pytest.importorskip("pandas")
    rows = governor().figures()[["source", "relayed_by", "status", "best", "part_of"]].astype(object)
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["governor", "state agency", "asserted", 60.0, None],
        ["governor", "state agency", "asserted", 14.0, "60 people"],
        ["rebels", None, "denied", 60.0, None],
        ["rebels", None, "planned", 30.0, None],
    ]


def test_denied_event_is_negated() -> None:
    denial = governor().claims[2]
    assert denial.negated
    assert [figure.status for figure in denial.figures] == ["denied"]


def test_every_id_resolves_and_text_agrees() -> None:
    report = governor()
    for claim in report.claims:
        for name in claim.quantities:
            assert report.quantity(name).span.text == GOVERNOR[report.quantity(name).span.start : report.quantity(name).span.end]
        for event in claim.events:
            report.event(event.event)
    assert Report.model_validate(report.model_dump(mode="json")) == report


def test_key_depends_on_offsets_of_source_cue_and_content_alone() -> None:
    one, two = governor(), governor()
    assert [c.key for c in one.claims] == [c.key for c in two.claims]
    assert len({c.key for c in one.claims}) == 4
    assert all(len(c.key) == 16 for c in one.claims)


def test_narrated_clause_in_a_content_is_no_claim_of_the_article() -> None:
    b = Builder("The army said 12 men had died. Six men were killed on Monday.")
    b.said("12 men had died", "The army", "said")
    for words in ("12 men had died", "Six men were killed on Monday"):
        start, end = b.at(words)
        b.add("narrated", layer.NarratedRecord(start=start, end=end, content=[[start, end]], rule="event"))
    report = b.report()
    assert [(c.act, c.text) for c in report.claims] == [
        ("statement", "12 men had died"),
        ("narration", "Six men were killed on Monday"),
    ]
    assert [c.act for c in b.report(narrated=False).claims] == ["statement"]


def test_place_used_as_an_actor_is_no_place_of_the_claim() -> None:
    b = Builder("Moscow said Tbilisi had shelled Gori.")
    b.place("p1", "Tbilisi", as_actor=True)
    b.place("p2", "Gori", country="GE")
    b.said("Tbilisi had shelled Gori", "Moscow", "said")
    report = b.report()
    assert [report.place(name).name for name in report.claims[0].places] == ["Gori"]


def test_ages_stay_in_the_report_but_not_in_claims() -> None:
    b = Builder("The nurse said a man aged 34 had died.")
    b.quantity("34", 34, kind="age", unit="years", in_claims=False)
    b.said("a man aged 34 had died", "The nurse", "said")
    report = b.report()
    assert report.quantities[0].kind == "age" and report.claims[0].quantities == ()


def test_missing_layers_give_an_empty_report() -> None:
    report = Builder("Nothing happened here.").report()
    assert report.claims == () and report.text == "Nothing happened here."


def test_empty_text() -> None:
    assert Builder("").report().claims == ()


def test_min_confidence_leaves_out_and_reparents() -> None:
    b = Builder("The paper said the mayor wrote that the rebels had promised help.")
    b.said("the mayor wrote that the rebels had promised help", "The paper", "said")
    b.said("the rebels had promised help", "the mayor", "wrote")
    b.said("help", "the rebels", "promised")
    spans = [("The paper", "source", 0.9), ("said", "cue", 0.99), ("wrote", "cue", 0.1), ("promised", "cue", 0.99)]
    spans += [("the mayor wrote that the rebels had promised help", "content", 0.9)]
    for words, label, score in spans:
        start, end = b.at(words)
        links = [{"id": "attribution:1", "label": "source", "prob": 0.9}] if words == "wrote" else []
        b.add("attribution", layer.SpanRecord(start=start, end=end, label=label, score=score, links=links))
    full = b.report()
    least = sorted(claim.confidence for claim in full.claims)[1]  # the claim whose cue the network ties to another source goes
    part = b.report(min_confidence=least)
    assert [(c.cue.text if c.cue else None, c.parent) for c in full.claims] == [
        ("said", None),
        ("wrote", "c1"),
        ("promised", "c2"),
    ]
    assert [(c.cue.text if c.cue else None, c.parent) for c in part.claims] == [("said", None), ("promised", "c1")]


def test_time_of_saying_by_distance_without_a_tree() -> None:
    b = Builder("The army said on Monday that six men died on Sunday.", date="2024-05-16")
    b.said("six men died on Sunday", "The army", "said")
    b.time("on Monday", "2024-05-13")
    b.time("on Sunday", "2024-05-12")
    report = b.report()
    claim = report.claims[0]
    assert [report.time(t).span.text for t in claim.said] == ["on Monday"]
    assert [report.time(t).span.text for t in claim.times] == ["on Monday", "on Sunday"]
    assert report.timeline()[0][0] == "2024-05-12"


def test_claims_by_state_group_and_person() -> None:
    b = Builder("Minister Ana Ruiz said it rained. Peru denied it.")
    b.actor("a1", "Ana Ruiz", type="person", affiliation="a2")
    b.actor("a2", "Peru", type="state", kb="state/PE")
    b.said("it rained", "Minister Ana Ruiz", "said", speaker="a1")
    b.said("it", "Peru", "denied", number=1, act="denial", speaker="a2")
    report = b.report()
    assert [c.id for c in report.claims_by("Peru")] == ["c1", "c2"]
    assert [c.id for c in report.claims_by("state/PE")] == ["c1", "c2"]
    assert [c.id for c in report.claims_by("Ana Ruiz")] == ["c1"]


@pytest.mark.timing
def test_work_grows_in_a_line() -> None:
    """800 claims take no more than about four times as long as 200 (twice that is allowed for noise)."""

    def seconds(number: int) -> float:
        b = Builder(" ".join(f"Official{n} said {n + 10} men died." for n in range(number)))
        for n in range(number):
            b.add("said", _said(b.text.index(f"Official{n} said"), n, b.text))
        doc = b.write()
        began = time.process_time()
        meta = {"library": "test", "lexicons_sha256": "0"}
        report = assemble(doc, report_id=None, settings=Settings(), replaced=0, meta=meta)
        assert len(report.claims) == number
        return time.process_time() - began

    seconds(20)
    assert min(seconds(800), seconds(800)) < 8 * seconds(200) + 0.2


@pytest.mark.timing
@pytest.mark.parametrize("joint", [". ", " and "], ids=["sentences", "one sentence"])
def test_many_claims_with_hedges_figures_and_times(joint: str) -> None:
    """Text without full stops is one sentence; it must not be slower than the same text with them."""

    def seconds(number: int) -> float:
        b = Builder(joint.join(f"M{i} may say {i + 10} men died on D{i}" for i in range(number)) + ".")
        at = 0
        for i in range(number):
            at = start = b.text.index(f"M{i} may", at)
            end = b.text.index(f"on D{i}", start) + len(f"on D{i}")
            may, cue, died = (b.text.index(word, start) for word in ("may", "say", "died"))
            content = [cue + 4, end]
            b.add("said", layer.SaidRecord(start=start, end=end, source=[start, may - 1], cue=[cue, cue + 3], content=[content]))
            for kind in ("hedge", "negation"):
                b.add("modality", layer.ModalityRecord(start=may, end=may + 3, kind=kind, scope=[may, end], is_hedge_span=True))
            b.add(
                "counts",
                layer.QuantityRecord(start=cue + 4, end=died - 1, kind="count", value=i + 10, unit="men", category="killed"),
            )
            b.add("events", layer.EventMention(start=died, end=died + 4, type="killing", clause=content, incident="i1"))
            b.add("times", layer.TimeRecord(start=died + 5, end=end, date_start="2024-01-01", date_end="2024-01-01"))
        doc = b.write()
        began = time.process_time()
        report = assemble(doc, report_id=None, settings=Settings(), replaced=0, meta={"library": "test", "lexicons_sha256": "0"})
        taken = time.process_time() - began
        assert all(len(claim.quantities) == len(claim.times) == 1 and not claim.said for claim in report.claims)
        assert max(claim.sentence.end - claim.sentence.start for claim in report.claims) <= 2_000
        return taken

    seconds(20)
    assert min(seconds(600), seconds(600)) < 8 * seconds(150) + 0.2


def _said(start: int, number: int, text: str) -> layer.SaidRecord:
    name = len(f"Official{number}")
    cue = start + name + 1
    end = text.index(".", start)
    return layer.SaidRecord(start=start, end=end, source=[start, start + name], cue=[cue, cue + 4], content=[[cue + 5, end]])
