"""What training computes, on small inputs: readers, CRF sums, windows to rows and back, the exported graph."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training import crf, export, labels, network, preprocess, readers, teacher  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TINY = ["O", "B-x", "I-x"]


def tiny_crf(seed: int) -> Any:
    torch.manual_seed(seed)
    out = crf.Crf(TINY)
    for p in out.parameters():
        torch.nn.init.normal_(p)
    return out


def every(model: Any, emissions: Any) -> dict[tuple[int, ...], float]:
    scores = {}
    for tags in itertools.product(range(3), repeat=len(emissions)):
        score = model.start[tags[0]] + model.rule_start[tags[0]] + model.end[tags[-1]] + emissions[0, tags[0]]
        for t in range(1, len(tags)):
            score = score + model.trans[tags[t - 1], tags[t]] + model.rule[tags[t - 1], tags[t]] + emissions[t, tags[t]]
        scores[tags] = float(score.detach())
    return scores


@pytest.mark.parametrize(("seed", "length"), [(0, 1), (1, 3), (2, 5)])
def test_crf_sums_over_all_sequences(seed: int, length: int) -> None:
    model = tiny_crf(seed)
    emissions = torch.randn(2, 5, 3)
    mask = torch.arange(5)[None].expand(2, 5) < torch.tensor([[length], [5]])
    scores = every(model, emissions[0, :length].detach())
    total = float(torch.logsumexp(torch.tensor(list(scores.values())), 0))
    assert float(model.total(*model.potentials(emissions, mask))[0].detach()) == pytest.approx(total, abs=1e-4)
    assert tuple(model.best(emissions, mask)[0, :length].tolist()) == max(scores, key=lambda tags: scores[tags])


def test_what_is_unknown_costs_nothing_and_a_label_costs_its_probability() -> None:
    model = tiny_crf(4)
    emissions, mask = torch.randn(1, 3, 3), torch.ones(1, 3, dtype=torch.bool)
    free = torch.ones(1, 3, 3, dtype=torch.bool)
    assert float(model.loss(emissions, mask, free).detach()) == pytest.approx(0.0, abs=1e-5)
    free[0, 0] = torch.tensor([False, True, False])
    scores = every(model, emissions[0].detach())
    weights = {tags: np.exp(s) for tags, s in scores.items()}
    p = sum(w for tags, w in weights.items() if tags[0] == 1) / sum(weights.values())
    assert float(model.loss(emissions, mask, free).detach()) == pytest.approx(-np.log(p), abs=1e-4)


def test_imitating_oneself_moves_nothing() -> None:
    model = tiny_crf(5)
    emissions = torch.randn(3, 6, 3, requires_grad=True)
    mask = torch.arange(6)[None] < torch.tensor([[6], [4], [1]])
    loss = model.imitate(emissions, mask, model.marginals(emissions, mask))
    for gradient in torch.autograd.grad(loss, [emissions, *model.parameters()]):
        assert float(gradient.abs().max()) < 1e-5
    other = model.imitate(emissions.detach() + torch.randn(3, 6, 3), mask, model.marginals(emissions, mask))
    assert float(other.detach()) > float(loss.detach())


def test_readers(tmp_path: Path) -> None:
    text = "Ada Torun said that she left."
    doc = readers.attribution(
        {"id": "x", "text": text, "attributions": [{"source": [[0, 9]], "cue": [[10, 14]], "content": [[15, 28], [0, 3]]}]},
        [(0, 3), (4, 9), (10, 14), (15, 19), (20, 23), (24, 28), (28, 29)],
    )
    assert doc.spans == [(0, 1, "content"), (2, 3, "cue"), (3, 6, "content")], "the shorter of two overlapping spans stands"
    assert doc.links == [(1, 0), (1, 2)]
    bank = readers.Document("x", words=["Ada", "Torun", "left", "Oslo"])
    assert readers.add_names(
        bank, {"text": "Ada Torun left Oslo", "ents": [[0, 9, "PER"], [15, 19, "OTHER"]], "unsure": [[10, 14]]}, labels.UNER
    )
    assert bank.ents == [(0, 2, "PER")] and bank.unsure == {2}
    assert not readers.add_names(bank, {"text": "Ada Turon left Oslo", "ents": []}, labels.UNER)
    path = tmp_path / "i.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.write(json.dumps({"id": "i", "tokens": ["He", "left"], "labels": ["B-source", "O"]}) + "\n")
    assert next(iter(readers.instances(path))).spans == [(0, 1, "source")]


def test_masks_hold_what_the_annotation_allows() -> None:
    bits = preprocess.masks(4, labels.NAME_LABELS, [(0, 2, "ORG")], [3])
    at = {label: 1 << i for i, label in enumerate(labels.NAME_LABELS)}
    assert bits.tolist() == [at["B-ORG"], at["I-ORG"], at["O"], 2 ** len(labels.NAME_LABELS) - 1]


def test_columns_quantise_to_seven_bits() -> None:
    w = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    q, scale = export.columns(w)
    assert q.dtype == np.int8 and np.abs(q).max() <= 63
    assert np.abs(q * scale - w).max() < np.abs(w).max(0).max() * 0.31
    assert (np.abs(q * scale - w) ** 2).mean() < 0.001
    squeezed = teacher.squeeze(np.random.default_rng(1).normal(size=(300, 300)).astype(np.float32))
    assert sorted(squeezed) == [".q", ".s"]


@pytest.mark.skipif(not (ROOT / "training/encoder.fp16.safetensors").exists(), reason="weights are not there")
def test_the_graph_computes_what_the_network_does(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    weights = export.load(ROOT / "training/encoder.fp16.safetensors")
    model = ROOT / "src/conflict_extract/model"
    names = json.loads((model / "labels.json").read_text())
    net = network.Network(network.Shape(vocabulary=len(weights["encoder.word.weight"])), names)
    net.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
    net.eval()
    rng = np.random.default_rng(0)
    feed = {
        "pieces": rng.integers(1000, 20000, 40),
        "form": rng.integers(0, 13, 40),
        "space": rng.integers(0, 5, 40),
        "first": np.arange(1, 39, 2),
    }
    batch = {k: torch.from_numpy(v)[None] for k, v in feed.items()}
    batch["piece_mask"] = torch.ones(1, 40, dtype=torch.bool)
    with torch.no_grad():
        want = net(batch)
    for quantise, least in ((False, 0.9999), (True, 0.97)):
        export.export(weights, model, tmp_path, quantise)
        session = onnxruntime.InferenceSession(str(tmp_path / "encoder.onnx"), providers=["CPUExecutionProvider"])
        found = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed), strict=True))
        for key, value in found.items():
            a, b = value.ravel(), want[key][0].numpy().ravel()
            assert float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) > least, key
    assert json.loads((tmp_path / "decoder.json").read_text()) == json.loads((model / "decoder.json").read_text())
    assert (tmp_path / "encoder.onnx").stat().st_size == (model / "encoder.onnx").stat().st_size
    shipped = onnxruntime.InferenceSession(str(model / "encoder.onnx"), providers=["CPUExecutionProvider"]).run(None, feed)
    for a, b in zip(shipped, found.values(), strict=True):
        assert float(a.ravel() @ b.ravel() / np.linalg.norm(a) / np.linalg.norm(b)) > 0.999, (
            "the shipped graph is of other weights"
        )
