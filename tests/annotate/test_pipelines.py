"""Our components inside spaCy: alone, stored, in several processes, as tuples, and in a pipeline of somebody else's."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from conflict_extract import api
from conflict_extract.annotate import COMPONENTS
from conflict_extract.annotate.layer import RECORDS, TABLES, has_layer, read, read_table
from conflict_extract.errors import PipelineError

TEXT = (
    "ORLAN, March 13 (Reuters) - Armenia said on Tuesday that at least 12 villagers, three of them children, were killed in Goma and that "
    "about 4,000 people had fled. “We did not fire,” said Ilya Dorn, a spokesman for the Congolese army, who denied the accusation.\n\n"
    "Shells hit a market in Sake on Monday and killed six people. He asked the United Nations for $2.5 million (€2.3 million). Rebels may attack Sake by Friday, the governor warned."
)
DOCUMENTS: list[Any] = [
    {"text": TEXT, "date": "2024-03-14", "title": "Villagers killed near Goma"},
    {"text": "Gunmen killed two soldiers in Beirut last week, police said.", "date": "2023-10-09"},
    "No date here: the army shelled Sake, witnesses told the BBC.",
]
NEEDS_TREE = ("conflict_attribution", "conflict_coreference", "conflict_events")


def state(doc: Doc) -> tuple[Any, ...]:
    """All that our components leave on a Doc."""
    spans = {name: [(span.start, span.end, span.label_, span.id_) for span in group] for name, group in doc.spans.items()}
    records = {name: read(doc, name, kind) for name, kind in RECORDS.items()}
    tables = {name: read_table(doc, name, kind) for name, kind in TABLES.items()}
    return doc.text, doc._.ce_date, doc._.ce_title, doc._.ce_scheme, records, tables, spans


@pytest.fixture(scope="module")
def docs(nlp: Any) -> list[Doc]:
    return list(nlp.pipe(api.prepare(nlp, DOCUMENTS)))


def test_the_sample_fills_every_layer(docs: list[Doc]) -> None:
    assert set(docs[0]._.ce_tables) >= {"frame", "actors", "places", "incidents"}
    for layer in RECORDS:
        assert has_layer(docs[0], layer), layer
        assert any(key.startswith(layer + ":") for key in docs[0]._.ce_records), layer


@pytest.mark.parametrize("name", [*COMPONENTS, "conflict_clearnlp"])
def test_alone_in_a_blank_pipeline(name: str) -> None:
    """A component works alone, or says in one sentence what to add."""
    nlp = spacy.blank("en")
    nlp.add_pipe(name)
    doc = next(api.prepare(nlp, DOCUMENTS[:1]))
    if name == "conflict_clearnlp":
        with pytest.raises(PipelineError, match="add it after a parser"):
            nlp(doc)
    elif name in NEEDS_TREE:
        with pytest.raises(PipelineError, match=f"{name} needs .*add conflict_encoder before it"):
            nlp(doc)
    else:
        done = nlp(doc)
        layer = "attribution" if name == "conflict_encoder" else name.removeprefix("conflict_")
        assert has_layer(done, layer)


@pytest.mark.parametrize("name", [*COMPONENTS, "conflict_clearnlp"])
def test_alone_on_nothing(name: str) -> None:
    """An empty text is no error but for the components that need a tree."""
    nlp = spacy.blank("en")
    nlp.add_pipe(name)
    try:
        assert nlp("").text == ""
    except PipelineError as error:
        assert name in NEEDS_TREE
        assert "add conflict_encoder" in str(error)


def test_analyze_pipes_is_clean(nlp: Any) -> None:
    analysis = nlp.analyze_pipes()
    assert {name: found for name, found in analysis["problems"].items() if found} == {}


def test_docbin_keeps_everything(nlp: Any, extractor: Any, docs: list[Doc]) -> None:
    stored = DocBin(store_user_data=True, docs=docs).to_bytes()
    back = list(DocBin().from_bytes(stored).get_docs(nlp.vocab))
    for before, after in zip(docs, back, strict=True):
        assert state(after) == state(before)
        assert extractor.report(after) == extractor.report(before)


def test_docbin_in_a_vocabulary_that_never_saw_the_text(docs: list[Doc]) -> None:
    stored = DocBin(store_user_data=True, docs=docs).to_bytes()
    for before, after in zip(docs, DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab), strict=True):
        assert state(after) == state(before)


def test_doc_bytes_keep_everything(nlp: Any, docs: list[Doc]) -> None:
    for doc in docs:
        assert state(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == state(doc)


def test_pipeline_to_disk_and_back(nlp: Any, docs: list[Doc], tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.pipe_names == nlp.pipe_names
    assert loaded.config["components"] == nlp.config["components"]
    for before, after in zip(docs, loaded.pipe(api.prepare(loaded, DOCUMENTS)), strict=True):
        assert state(after) == state(before)


def test_pipe_equals_single_documents(nlp: Any, docs: list[Doc]) -> None:
    for document, doc in zip(DOCUMENTS, docs, strict=True):
        assert state(nlp(next(api.prepare(nlp, [document])))) == state(doc)


def test_as_tuples(nlp: Any, docs: list[Doc]) -> None:
    pairs = zip(api.prepare(nlp, DOCUMENTS), ("one", "two", "three"), strict=True)
    for (after, context), before, name in zip(nlp.pipe(pairs, as_tuples=True), docs, ("one", "two", "three"), strict=True):
        assert context == name
        assert state(after) == state(before)


@pytest.mark.slow
def test_two_processes(nlp: Any, docs: list[Doc]) -> None:
    prepared = list(api.prepare(nlp, DOCUMENTS))
    for before, after in zip(docs, nlp.pipe(prepared, n_process=2, batch_size=1), strict=True):
        assert state(after) == state(before)


def test_two_processes_without_the_model() -> None:
    """n_process for components that need no model: cheap enough for every run."""
    nlp = spacy.blank("en")
    for name in ("conflict_frame", "conflict_times"):
        nlp.add_pipe(name)
    expected = [state(nlp(doc)) for doc in api.prepare(nlp, DOCUMENTS)]
    assert [state(doc) for doc in nlp.pipe(list(api.prepare(nlp, DOCUMENTS)), n_process=2, batch_size=1)] == expected


def test_config_equals_settings_defaults() -> None:
    from conflict_extract.settings import Settings

    nlp = spacy.blank("en")
    for name in COMPONENTS:
        for key, default in (nlp.get_factory_meta(name).default_config or {}).items():
            if (name, key) == ("conflict_encoder", "model"):  # where another model lies; load() always takes the bundled one
                continue
            assert key in Settings.model_fields, f"{name}: {key} is no setting"
            wanted = Settings.model_fields[key].default
            assert (tuple(default) if isinstance(default, list) else default) == wanted, f"{name}: {key}"


# -- a pipeline of somebody else's ---------------------------------------------------------------------------
# word, tag, pos, head, ClearNLP label, entity
SENTENCES = [
    "The/DT/DET/1/det/O army/NN/NOUN/2/nsubj/O said/VBD/VERB/2/ROOT/O that/IN/SCONJ/5/mark/O rebels/NNS/NOUN/5/nsubj/O killed/VBD/VERB/2/ccomp/O "
    "12/CD/NUM/7/nummod/O people/NNS/NOUN/5/dobj/O in/IN/ADP/5/prep/O Goma/NNP/PROPN/8/pobj/B-GPE ././PUNCT/2/punct/O",
    "Armenia/NNP/PROPN/1/nsubj/B-GPE denied/VBD/VERB/1/ROOT/O the/DT/DET/3/det/O attack/NN/NOUN/1/dobj/O ././PUNCT/1/punct/O",
    "Rebels/NNS/NOUN/1/nsubj/O fled/VBD/VERB/5/ccomp/O ,/,/PUNCT/5/punct/O the/DT/DET/4/det/O mayor/NN/NOUN/5/nsubj/O said/VBD/VERB/5/ROOT/O "
    "././PUNCT/5/punct/O",
    "The/DT/DET/1/det/O mayor/NN/NOUN/2/nsubj/O accused/VBD/VERB/2/ROOT/O rebels/NNS/NOUN/2/dobj/O of/IN/ADP/2/prep/O burning/VBG/VERB/4/pcomp/O "
    "houses/NNS/NOUN/5/dobj/O ././PUNCT/2/punct/O",
]


@pytest.fixture(scope="module")
def trained() -> Any:
    """spaCy's own tagger, parser and NER, trained until they know four sentences in ClearNLP labels."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("morphologizer")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    nlp.add_pipe("ner")
    gold = []
    for sentence in SENTENCES:
        words, tags, pos, heads, deps, ents = zip(*(row.rsplit("/", 5) for row in sentence.split()), strict=True)
        doc = Doc(
            nlp.vocab, words=list(words), tags=list(tags), pos=list(pos), heads=[int(head) for head in heads], deps=list(deps), ents=list(ents)
        )  # fmt: skip
        gold.append(Example(nlp.make_doc(doc.text), doc))
    random.seed(0)
    spacy.util.fix_random_seed(0)
    nlp.initialize(lambda: gold)
    for _ in range(40):
        nlp.update(gold)
    return nlp


def test_clearnlp_pipeline_in_place_of_the_encoder(trained: Any) -> None:
    """Attribution runs on rules alone over the converted tree."""
    trained.add_pipe("conflict_clearnlp")
    api.add_to(trained, exclude=["conflict_encoder"])
    assert not any(trained.analyze_pipes()["problems"].values())
    said = []
    for example in SENTENCES:
        words = " ".join(row.split("/")[0] for row in example.split()[:-1]) + "."
        doc = trained(next(api.prepare(trained, [{"text": words.replace(" ,", ","), "date": "2024-03-14"}])))
        assert doc._.ce_scheme == "ud2"
        rows = [row for key, row in doc._.ce_records.items() if key.startswith("said:")]
        said.append([tuple(doc.text[slice(*row[part])] if row[part] else None for part in ("source", "cue")) for row in rows])
    assert said[0] == [("The army", "said")]
    assert said[1] == [("Armenia", "denied")]
    assert said[2] == [("the mayor", "said")]
    assert said[3] == [("The mayor", "accused")]
    report = api.load(nlp=trained).report(
        trained(next(api.prepare(trained, ["The army said that rebels killed 12 people in Goma."])))
    )
    assert any(claim.source and claim.source.mention.text == "The army" for claim in report.claims)
    assert report.meta.model_sha256 is None


def test_add_to_refuses_what_it_does_not_know() -> None:
    nlp = spacy.blank("en")
    with pytest.raises(PipelineError, match="unknown component"):
        api.add_to(nlp, exclude=["conflict_encode"])
    nlp.add_pipe("conflict_frame")
    with pytest.raises(PipelineError, match="already"):
        api.add_to(nlp)
