"""Packs MPNet's published weights for the machine that trains: int8 rows, our word pieces, in two parts.

``python -m training.teacher MPNET_FOLDER DATA`` reads ``model.safetensors`` of all-mpnet-base-v2 (Apache-2.0) and writes
``teacher.0.npz`` and ``teacher.1.npz``. MPNet has BERT's vocabulary, four places on.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.network import Network, Shape, load_bert

SIZES = {"width": 768, "layers": 12, "heads": 12, "inner": 3072, "positions": 322, "eps": 1e-5, "bias": True, "offset": 2}
SPECIAL = {"[PAD]": 1, "[CLS]": 0, "[SEP]": 2, "[UNK]": 3, "[MASK]": 30526}


def squeeze(value: np.ndarray) -> dict[str, np.ndarray]:
    """Return a matrix as int8 with one scale a row, anything else in half precision."""
    if value.ndim < 2 or value.size < 50_000:
        return {"": value.astype(np.float16)}
    scale = np.abs(value).max(1, keepdims=True) / 127 + 1e-12
    return {".q": np.rint(value / scale).astype(np.int8), ".s": scale.astype(np.float32)}


def unsqueeze(parts: list[Path]) -> dict[str, Tensor]:
    """Return what :func:`squeeze` packed."""
    raw: dict[str, np.ndarray] = {}
    for part in parts:
        with np.load(part) as file:
            raw.update({k: file[k] for k in file.files})
    out = {}
    for k, v in raw.items():
        if k.endswith(".q"):
            out[k[:-2]] = torch.from_numpy(v.astype(np.float32) * raw[k[:-2] + ".s"])
        elif not k.endswith(".s"):
            out[k] = torch.from_numpy(v.astype(np.float32))
    return out


def teacher(parts: list[Path], labels: dict[str, list[str]]) -> Network:
    """Return MPNet with new heads."""
    raw = unsqueeze(parts)
    net = Network(Shape(vocabulary=len(raw["embeddings.word_embeddings.weight"]), **SIZES), labels)  # type: ignore[arg-type]
    load_bert(net.encoder, raw)
    return net


def main() -> None:
    """Run from the command line."""
    from safetensors.numpy import load_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mpnet", type=Path)
    parser.add_argument("data", type=Path)
    args = parser.parse_args()
    vocabulary = (args.data / "vocabulary.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    original = np.load(args.data / "data.npz")["vocabulary"]
    rows = [SPECIAL.get(piece, int(original[i]) + 4) for i, piece in enumerate(vocabulary)]
    groups: list[dict[str, np.ndarray]] = [{}, {}, {}]
    for key, value in load_file(args.mpnet / "model.safetensors").items():
        if "pooler" in key or "position_ids" in key:
            continue
        if key.endswith("word_embeddings.weight"):
            value = value[rows]
        if key.endswith("position_embeddings.weight"):
            value = value[:322]
        layer = int(key.split(".")[2]) if key.startswith("encoder.layer.") else -1
        groups[0 if layer >= 6 else 1].update({key + k: v for k, v in squeeze(value).items()})
    for i, group in enumerate(groups[:2]):
        np.savez_compressed(args.data / f"teacher.{i}.npz", **group)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
