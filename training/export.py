"""Writes the network as one ONNX graph, int8 or fp32: ``python -m training.export WEIGHTS DATA MODEL_FOLDER``.

The graph is put together by hand from onnxruntime's operators, so that the export needs no torch and gives the same
bytes each time. The last layer is worked out for each word's first piece only: nothing else is read off it. Matrices are int8 with one scale a column, in 7 bits: products of 8-bit numbers overflow in 16 bits on
processors without VNNI, silently. Activations are quantised at run time, one scale a tensor. Word pieces' embeddings are int8
with one scale a row. The heads for tags, names, spans and boundaries stay fp32: they are small and sensitive.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH, EPS = 6, 12, 384, 1e-12
STEPS = 63
ARC, REL, LINK = 256, 128, 64
Weights = dict[str, np.ndarray]


def load(path: Path) -> Weights:
    """Read weights from a safetensors file, or from the ``.npz`` parts of a training run (a path without ``.0.npz``)."""
    if path.suffix == ".safetensors":
        from safetensors.numpy import load_file

        return {k: v.astype(np.float32) for k, v in load_file(path).items()}
    out: Weights = {}
    for part in sorted(path.parent.glob(f"{path.name}.*.npz")):
        with np.load(part) as file:
            out.update({k: file[k].astype(np.float32) for k in file.files})
    for key in sorted({k.partition("@")[0] for k in out if "@" in k}):
        parts = sorted((k for k in out if k.startswith(key + "@")), key=lambda k: int(k.partition("@")[2]))
        out[key] = np.concatenate([out.pop(k) for k in parts])
    if not out:
        raise SystemExit(f"no weights at {path}")
    return out


def columns(w: np.ndarray, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Quantise a matrix [in, out] to int8 with the scale of each column that loses least."""
    top = np.abs(w).max(0) / steps + 1e-12
    best, error = top, np.full(w.shape[1], np.inf)
    for ratio in np.arange(0.70, 1.001, 0.03):
        scale = top * ratio
        lost = ((np.clip(np.rint(w / scale), -steps, steps) * scale - w) ** 2).sum(0)
        best, error = np.where(lost < error, scale, best), np.minimum(lost, error)
    return np.clip(np.rint(w / best), -steps, steps).astype(np.int8), best.astype(np.float32)


class Graph:
    """Collects nodes and initialisers."""

    def __init__(self, quantise: bool) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.quantise = quantise
        self.count = 0

    def const(self, name: str, value: np.ndarray) -> str:
        """Add an initialiser."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], outputs: list[str] | None = None, domain: str = "", **attributes: Any) -> str:
        """Add a node; return its first output."""
        self.count += 1
        outputs = outputs or [f"{kind.lower()}_{self.count}"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=f"n{self.count}_{kind}", domain=domain, **attributes))
        return outputs[0]

    def linear(self, x: str, name: str, w: np.ndarray, b: np.ndarray | None, quantise: bool = True) -> str:
        """Multiply by ``w`` [out, in] as torch keeps it, and add ``b``."""
        if self.quantise and quantise:
            q, scale = columns(w.T)
            inputs = [x, self.const(f"{name}.q", q), self.const(f"{name}.s", scale),
                      self.const(f"{name}.z", np.zeros(len(scale), np.int8))]  # fmt: skip
            if b is not None:
                inputs.append(self.const(f"{name}.b", b.astype(np.float32)))
            return self.op("DynamicQuantizeMatMul", inputs, domain="com.microsoft")
        y = self.op("MatMul", [x, self.const(f"{name}.w", w.T.astype(np.float32))])
        return y if b is None else self.op("Add", [y, self.const(f"{name}.b", b.astype(np.float32))])

    def gelu(self, x: str) -> str:
        """Exact GELU."""
        return self.op("Gelu", [x], domain="com.microsoft")


def build(w: Weights, quantise: bool) -> onnx.ModelProto:
    """Return the graph. Inputs: pieces, form, space [pieces]; first [words], the index of each word's first piece."""
    g = Graph(quantise)
    table = w["encoder.word.weight"]
    if quantise:
        scale = np.abs(table).max(1, keepdims=True) / 127 + 1e-12
        rows = g.const("word.q", np.rint(table / scale).astype(np.int8))
        x = g.op("Cast", [g.op("Gather", [rows, "pieces"])], to=TensorProto.FLOAT)
        x = g.op("Mul", [x, g.op("Gather", [g.const("word.s", scale.astype(np.float32)), "pieces"])])
    else:
        x = g.op("Gather", [g.const("word", table), "pieces"])
    x = g.op("Add", [x, g.op("Gather", [g.const("form.w", w["encoder.form.weight"]), "form"])])
    x = g.op("Add", [x, g.op("Gather", [g.const("space.w", w["encoder.space.weight"]), "space"])])
    length = g.op("Shape", ["pieces"])
    zero = g.const("zero", np.array([0], np.int64))
    x = g.op("Add", [x, g.op("Slice", [g.const("position", w["encoder.position.weight"]), zero, length, zero])])
    x = g.op("Unsqueeze", [x, zero])
    x = g.op("LayerNormalization", [x, g.const("norm.w", w["encoder.norm.weight"]), g.const("norm.b", w["encoder.norm.bias"])],
             axis=-1, epsilon=EPS)  # fmt: skip
    for i in range(LAYERS):
        p = f"encoder.layers.{i}."
        names = [f"{p}{n}" for n in "qkv"]
        weight, bias = w[p + "qkv.weight"], w[p + "qkv.bias"]
        if i < LAYERS - 1:
            g.op("Split", [g.linear(x, f"{p}qkv", weight, bias)], names, axis=-1, num_outputs=3)
        else:
            g.op("Split", [g.linear(x, f"{p}kv", weight[WIDTH:], bias[WIDTH:])], names[1:], axis=-1, num_outputs=2)
            x = g.op("Gather", [x, "first"], axis=1)
            names[0] = g.linear(x, f"{p}q", weight[:WIDTH], bias[:WIDTH])
        y = g.op("MultiHeadAttention", names, domain="com.microsoft", num_heads=HEADS)
        y = g.linear(y, f"{p}out", w[p + "out.weight"], w[p + "out.bias"])
        x = _normed(g, x, y, p + "norm1", w)
        y = g.gelu(g.linear(x, f"{p}up", w[p + "up.weight"], w[p + "up.bias"]))
        y = g.linear(y, f"{p}down", w[p + "down.weight"], w[p + "down.bias"])
        x = _normed(g, x, y, p + "norm2", w)
    x = g.op("Squeeze", [x, zero])
    outputs = _heads(g, x, w)
    value = helper.make_tensor_value_info
    inputs = [value(k, TensorProto.INT64, ["pieces"]) for k in ("pieces", "form", "space")]
    inputs.append(value("first", TensorProto.INT64, ["words"]))
    graph = helper.make_graph(g.nodes, "encoder", inputs, [value(k, TensorProto.FLOAT, None) for k in outputs], g.weights)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="conflict-extract")


def _normed(g: Graph, x: str, y: str, name: str, w: Weights) -> str:
    """Add and normalise, in two operators: onnxruntime's fused one (1.32, CPU) takes five times as long as both."""
    x = g.op("Add", [x, y])
    return g.op("LayerNormalization", [x, g.const(f"{name}.w", w[name + ".weight"]), g.const(f"{name}.b", w[name + ".bias"])],
                axis=-1, epsilon=EPS)  # fmt: skip


def _heads(g: Graph, x: str, w: Weights) -> list[str]:
    """Add the heads; return the names of the outputs."""
    fine = [("xpos", "tags.xpos"), ("upos", "tags.upos"), ("sent", "sent"), ("ner", "ner"), ("role", "role")]
    coarse = [("feats", "tags.feats"), ("dep", "arc_dep"), ("head", "arc_head"), ("rel_dep", "rel_dep"), ("rel_word", "rel_head"),
              ("link_cue", "link_cue"), ("link_other", "link_other")]  # fmt: skip
    for group, quantise in ((fine, False), (coarse, True)):
        weight = np.concatenate([w[f"heads.{n}.weight"] for _, n in group])
        bias = np.concatenate([w[f"heads.{n}.bias"] for _, n in group])
        sizes = np.array([len(w[f"heads.{n}.bias"]) for _, n in group], np.int64)
        y = g.linear(x, f"heads.{int(quantise)}", weight, bias, quantise)
        g.op("Split", [y, g.const(f"sizes.{int(quantise)}", sizes)], [k for k, _ in group], axis=-1)
    root = g.const("arc_root", w["heads.arc_root"][None])
    dep, head = g.gelu("dep"), g.op("Concat", [root, g.gelu("head")], axis=0)
    dep = g.linear(dep, "arc", w["heads.arc.weight"] / np.sqrt(ARC), w["heads.arc.bias"] / np.sqrt(ARC), False)
    g.op("MatMul", [dep, g.op("Transpose", [head], perm=[1, 0])], ["arc"])
    g.op("Concat", [g.const("rel_root", w["heads.rel_root"][None]), "rel_word"], ["rel_head"], axis=0)
    return ["xpos", "upos", "feats", "sent", "ner", "role", "arc", "rel_dep", "rel_head", "link_cue", "link_other"]


def decoder(w: Weights) -> dict[str, Any]:
    """Return what decoding needs beside the graph: CRF scores and the layer that scores relations of chosen arcs."""
    keys = {"ner": "heads.ner_crf", "role": "heads.role_crf"}
    crf = {k: {n: _rounded(w[f"{v}.{n}"]) for n in ("trans", "start", "end")} for k, v in keys.items()}
    return {"crf": crf, "relation": {"weight": _rounded(w["heads.rel.weight"]), "bias": _rounded(w["heads.rel.bias"])}}


def _rounded(values: np.ndarray) -> Any:
    return json.loads(json.dumps(values.astype(np.float64).tolist()), parse_float=lambda s: float(f"{float(s):.5g}"))


def export(w: Weights, data: Path, folder: Path, quantise: bool = True) -> None:
    """Write ``encoder.onnx``, ``decoder.json``, ``labels.json`` and ``vocabulary.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    model = build(w, quantise)
    (folder / "encoder.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "decoder.json").write_text(json.dumps(decoder(w), separators=(",", ":")) + "\n", encoding="utf-8")
    labels = json.loads((data / "labels.json").read_text(encoding="utf-8"))
    (folder / "labels.json").write_text(json.dumps(labels, indent=1) + "\n", encoding="utf-8")
    if (data / "vocabulary.txt").resolve() != (folder / "vocabulary.txt").resolve():
        shutil.copyfile(data / "vocabulary.txt", folder / "vocabulary.txt")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("data", type=Path, help="folder with labels.json and vocabulary.txt")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fp32", action="store_true")
    args = parser.parse_args()
    export(load(args.weights), args.data, args.folder, not args.fp32)


if __name__ == "__main__":
    main()
