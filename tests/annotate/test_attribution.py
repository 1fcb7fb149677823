"""`conflict_attribution`: every rule has its own cases; quotation marks, nesting, acts, targets, bad input."""

from __future__ import annotations

import ast
import gzip
import inspect
import json
import time
from typing import Any

import pytest

from benchmarks import attribution
from conflict_extract.annotate import _direct, _figure_frames, _inner_quotes, _other_cues, _verb_frames, layer
from conflict_extract.annotate.layer import SaidRecord
from conflict_extract.errors import PipelineError
from tests.annotate.marked import differences, inject, read_marks
from tests.conftest import FIXTURES, cases


def said_of(nlp: Any, text: str) -> list[SaidRecord]:
    """The sayings of a text, by the components up to attribution and coreference."""
    doc = nlp.make_doc(text)
    for name in ("frame", "encoder", "actors", "counts", "money", "attribution", "coreference"):
        doc = nlp.get_pipe(f"conflict_{name}")(doc)
    return layer.read(doc, "said", SaidRecord)


@pytest.mark.parametrize("case", cases("attribution") + cases("quotes"))
def test_rule(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    assert differences(text, parts, case, said_of(nlp, text)) == []


@pytest.mark.parametrize("case", cases("acts"))
def test_act(case: dict[str, Any], nlp: Any) -> None:
    text, parts = read_marks(case["text"])
    assert differences(text, parts, case, said_of(nlp, text)) == []


@pytest.mark.parametrize("case", cases("nesting"))
def test_nesting(case: dict[str, Any], nlp: Any) -> None:
    text = case["text"]
    said = said_of(nlp, text)
    by_id = {record.id: record for record in said}

    def cue(record: SaidRecord) -> str:
        return text[slice(*record.cue)] if record.cue else ""

    if "inner" in case:
        inner = [record for record in said if cue(record) == case["inner"] and record.parent]
        assert [cue(by_id[record.parent]) for record in inner if record.parent] == [case["outer"]]
    elif "alone" in case:
        assert [cue(record) for record in said] == [case["alone"]]
    elif "apart" in case:
        assert sorted(cue(record) for record in said) == sorted(case["apart"])
        assert all(record.parent is None for record in said)
    else:
        depths = []
        for record in said:
            depth = 1
            node = record
            while node.parent:
                node = by_id[node.parent]
                depth += 1
            depths.append(depth)
        assert max(depths) == case["depth"]


def test_rules_are_named_in_the_cases() -> None:
    """Every rule name that the code can write has a case."""
    written: set[str] = set()
    constants: set[str] = set()
    for module in (_verb_frames, _figure_frames, _other_cues, _direct, _inner_quotes):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
                constants.add(node.value)
                if "-" not in node.value:
                    continue
                if node.value.replace("-", "").isalpha() and len(node.value) > 5:
                    written.add(node.value)
    tested = {
        json.loads(line)["rule"]
        for name in ("attribution", "quotes")
        for line in (FIXTURES / "cases" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    }
    assert tested <= constants | {"nominal-clause", "nominal-to", "nominal-for", "adjective-clause", "adjective-infinitive"}
    untested = (
        written
        - tested
        - {"comma-before", "paratactic-content", "headline-colon", "nominal-", "adjective-", "same-quote", "one-time"}
    )
    assert untested == set()


def test_rules_alone_find_the_same(nlp: Any) -> None:
    """Without learned spans the strong rules still work."""
    text = 'The mayor said the bridge was shut. "We will reopen it," he added. Rebels accused the army of shelling a clinic.'
    doc = nlp.get_pipe("conflict_encoder")(nlp.make_doc(text))
    layer.write(doc, "attribution", [])
    said = layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord)
    assert [(text[slice(*r.cue)], r.act) for r in sorted(said, key=lambda r: r.cue or [0]) if r.cue] == [
        ("said", "statement"),
        ("added", "commitment"),
        ("accused", "accusation"),
    ]
    assert all(record.score is None for record in said)


def test_weak_cues_need_the_learned_spans(nlp: Any) -> None:
    text, parts = read_marks("{The panel} <found> that [the fuse was faulty].")
    doc = nlp.get_pipe("conflict_encoder")(nlp.make_doc(text))
    layer.write(doc, "attribution", [])
    assert layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord) == []
    inject(doc, parts)
    assert len(layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord)) == 1


def test_joined_has_what_is_no_saying_too(nlp: Any) -> None:
    """Layer `joined`: the encoder's spans, with the saying of the same cue where there is one."""
    text = "Mayor Ada Torun, who was at the well, said it had run dry. No one has said that the bridge is safe."
    doc = nlp(text)
    spans = [
        (record.source and text[slice(*record.source)], text[slice(*record.cue)], [text[slice(*part)] for part in record.content])
        for record in layer.read(doc, "joined", layer.JoinedRecord)
    ]
    assert spans == [
        ("Mayor Ada Torun, who was at the well,", "said", ["it had run dry"]),
        ("No one", "has said", ["that the bridge is safe"]),
    ]
    said = [record.said for record in layer.read(doc, "joined", layer.JoinedRecord)]
    assert said == [layer.read(doc, "said", SaidRecord)[0].id, None]


def test_joined_has_what_the_rules_alone_find(nlp: Any) -> None:
    doc = nlp.make_doc("Mayor Ada Torun said the well had run dry.")
    for name in ("conflict_frame", "conflict_encoder", "conflict_actors"):
        doc = nlp.get_pipe(name)(doc)
    layer.write(doc, "attribution", [])
    (said,) = layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord)
    (joined,) = layer.read(doc, "joined", layer.JoinedRecord)
    assert (joined.source, joined.cue, joined.content, joined.said) == (said.source, said.cue, said.content, said.id)
    assert joined.rule == said.rule != "encoder"


@pytest.mark.shared
def test_joined_is_no_worse_than_the_encoder() -> None:
    """On a sample of PolNeAR's development documents; `benchmarks/attribution.py` has all of them."""
    with gzip.open(attribution.GOLD, "rt", encoding="utf-8") as lines:
        totals = attribution.compare([json.loads(line) for line in lines][::14])
    for part in ("attributions", "source", "cue"):
        joined, encoder = (attribution.figures(totals[name], part)[2] for name in ("joined", "encoder"))
        assert joined >= encoder, part


def test_needs_a_tree() -> None:
    import spacy

    blank = spacy.blank("en")
    blank.add_pipe("conflict_attribution")
    with pytest.raises(PipelineError, match="Universal Dependencies"):
        blank("The mayor said so.")


SILENT = [
    "The envoy did not say whether the talks had failed.",
    "The envoy declined to comment on the talks.",
    "The ferry sank near the island. Nine people swam ashore.",
    "Le ministre a dit que le pont était fermé. Les soldats sont partis hier.",
    "El alcalde dijo que el puente estaba cerrado.",
    "Министр сказал, что мост закрыт.",
    "Killed: 12 soldiers\nWounded: 40 soldiers\nMissing: 3 sailors\nDetained: 5 clerks",
    "- bread\n- water\n- tents for 40 families\n- two generators",
    'The film "The Long Retreat" was shown in the square.',
    "He bought a 5\" pipe and a 6' rope.",
    "No group claimed responsibility for the blast.",
    "The minister stopped short of accusing the neighbours.",
    "The council voted by nine votes to four to reject the motion.",
    "Not everyone believes that the truce will hold.",
    "The envoy left without saying that the truce had failed.",
    "The clerk, who asked that her surname not be used, fled on Monday.",
]


@pytest.mark.parametrize("text", SILENT)
def test_makes_no_claim(text: str, nlp: Any) -> None:
    assert said_of(nlp, text) == []


def test_an_unpaired_mark_hurts_nothing_else(nlp: Any) -> None:
    text = 'The clerk read "the long list of names.\nThe mayor said: "The bridge is shut."\nThe guard said the gate was open.'
    assert sorted(text[slice(*r.cue)] + ":" + r.mode for r in said_of(nlp, text) if r.cue) == ["said:direct", "said:indirect"]


def test_capitals(nlp: Any) -> None:
    text = "THE ARMY SAID TWO BOATS HAD BEEN SUNK NEAR THE PORT."
    assert len(said_of(nlp, text)) <= 1


def test_quotes_four_deep(nlp: Any) -> None:
    text = "\"He told me, 'She swore, \"They heard him shout, 'Run,'\" and left,'\" the porter said."
    said = said_of(nlp, text)
    assert any(text[slice(*r.cue)] == "said" for r in said if r.cue)


def test_a_document_that_is_one_quotation(nlp: Any) -> None:
    text = '"' + "The river rose and the people left. " * 40 + '"'
    assert len(said_of(nlp, text)) <= 1


def _seconds(nlp: Any, text: str) -> float:
    doc = nlp.get_pipe("conflict_encoder")(nlp.make_doc(text))
    best = 9e9
    for _ in range(2):
        start = time.process_time()
        for name in ("conflict_attribution", "conflict_coreference"):
            doc = nlp.get_pipe(name)(doc)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.timing
@pytest.mark.parametrize(
    "unit",
    [
        '"The bridge is shut," said the mayor.\n',
        '"The bridge is shut. ',
        "He said she said they said ",
        "MAYOR: The bridge is shut.\n",
        "- The mayor said the bridge was shut\n",
    ],
)
def test_time_is_linear(unit: str, nlp: Any) -> None:
    small, large = _seconds(nlp, unit * 60), _seconds(nlp, unit * 240)
    assert large < 0.05 + 4 * 2.5 * small


@pytest.mark.timing
@pytest.mark.slow
def test_two_thousand_quotations(nlp: Any) -> None:
    text = '"The bridge is shut," said the mayor. ' * 2000
    doc = nlp.get_pipe("conflict_encoder")(nlp.make_doc(text))
    start = time.process_time()
    said = layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord)
    assert time.process_time() - start < 20
    assert len(said) <= 2000


def hand_built(nlp: Any, words: str, heads: str, deps: str, tags: str) -> list[SaidRecord]:
    """The sayings of a Doc with a given tree: words, absolute heads, relations and tags, each separated by spaces."""
    from spacy.tokens import Doc

    pos = {
        "N": "NOUN",
        "V": "VERB",
        "M": "AUX",
        "D": "DET",
        "P": "PRON",
        ",": "PUNCT",
        ":": "PUNCT",
        ".": "PUNCT",
        "R": "ADV",
        "J": "ADJ",
    }
    doc = Doc(
        nlp.vocab,
        words=words.split(),
        heads=[int(head) for head in heads.split()],
        deps=deps.split(),
        tags=tags.split(),
        pos=[pos[tag[0]] for tag in tags.split()],
    )
    doc._.ce_scheme = "ud2"
    return layer.read(nlp.get_pipe("conflict_attribution")(doc), "said", SaidRecord)


def test_paratactic_content(nlp: Any) -> None:
    said = hand_built(
        nlp,
        "Roe insisted : guns stay outside .",
        "1 1 4 4 1 4 1",
        "nsubj root punct nsubj parataxis advmod punct",
        "NNP VBD : NNS VBP RB .",
    )
    assert [(r.rule, r.content) for r in said] == [("paratactic-content", [[15, 32]])]


def test_comma_before(nlp: Any) -> None:
    """A content that the parser left in pieces: all before the comma."""
    said = hand_built(
        nlp,
        "The ferry hit a mine , Roe said .",
        "1 7 1 4 2 7 7 7 7",
        "det nsubj acl det obj punct nsubj root punct",
        "DT NN NN DT NN , NNP VBD .",
    )
    assert [(r.rule, r.content) for r in said] == [("comma-before", [[0, 20]])]


def test_headline_colon(nlp: Any) -> None:
    said = said_of(nlp, "Hezbollah: the strike will not be forgotten\n\nThe funeral in Tyre was on Monday.")
    assert [r.rule.partition(";")[0] for r in said][:1] == ["headline-colon"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("India and China accused each other of opening fire first.", {("India", "China"), ("China", "India")}),
        ("Chad and Niger blamed one another for the raid on the salt road.", {("Chad", "Niger"), ("Niger", "Chad")}),
        ("The two governments accused each other of moving tanks.", {("The two governments", None)}),
    ],
)
def test_reciprocals_are_two_sayings(extractor: Any, text: str, pairs: set[tuple[str, str | None]]) -> None:
    report = extractor.extract(text)
    names = {actor.id: actor.name for actor in report.actors}
    assert {(claim.source.mention.text, names.get(claim.target)) for claim in report.claims if claim.source} == pairs
