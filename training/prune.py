"""Takes the least needed inner units out of each layer: ``python -m training.prune DATA OUT --start WEIGHTS --keep 640 896 …``.

The method is the optimal brain surgeon's (Hassibi and Stork 1993), a unit at a time as in ZipLM (Kurtic, Frantar and Alistarh 2023):
the unit goes whose loss changes the layer's output least, in squares over training text, when the others' outgoing weights
are solved anew for what is left; then these weights are kept and the next unit goes. No gradient is needed. ``training.refine`` comes
after it.
"""

import argparse
import json
import random
from pathlib import Path

import torch
from torch import Tensor, nn

from training.data import Data
from training.network import Layer, Network
from training.train import like, save, student

SEEN = 90_000
"""Word pieces of training text over which outputs are compared."""
DAMPING = 1e-4


def products(net: Network, data: Data, seed: int) -> list[Tensor]:
    """Return, for each layer, the matrix of summed products of its inner units over training text, [units + 1, units + 1].

    The last row and column are those of the bias.
    """
    rng = random.Random(seed)
    windows = data.windows({0: 1, 1: 1, 2: 1, 3: 1}, rng)
    rng.shuffle(windows)
    held, count = 0, 0
    while held < SEEN:
        held += int(data.piece_start[windows[count][1]] - data.piece_start[windows[count][0]])
        count += 1
    inner = [module.down for module in net.encoder.layers if isinstance(module, Layer)]
    out = [torch.zeros(down.in_features + 1, down.in_features + 1, dtype=torch.float64) for down in inner]
    mask = torch.empty(0)

    def add(into: Tensor, given: tuple[Tensor, ...]) -> None:
        units = given[0][mask]
        units = torch.cat([units, torch.ones(len(units), 1)], 1)
        into.add_((units.T @ units).double())

    hooks = [
        down.register_forward_pre_hook(lambda _, given, into=into: add(into, given))
        for down, into in zip(inner, out, strict=True)
    ]
    net.eval()
    with torch.no_grad():
        for group in data.batches(windows[:count], 6000, rng):
            batch = data.batch(group)
            mask = batch["piece_mask"]
            net.encoder(batch["pieces"], batch["form"], batch["space"], mask)
    for hook in hooks:
        hook.remove()
    return out


def surgeon(gram: Tensor, weight: Tensor, bias: Tensor, keep: int) -> tuple[Tensor, Tensor, Tensor, float]:
    """Choose the units that stay and solve their weights.

    Args:
        gram: as :func:`products` gives it.
        weight: [outputs, units].
        bias: [outputs].
        keep: how many units stay.

    Returns:
        indices of the units that stay, their weights, the bias, and the share of the output (in squares) that is lost.
    """
    n = len(gram)
    inverse = torch.linalg.inv(gram + torch.eye(n, dtype=gram.dtype) * gram.diagonal()[:-1].mean() * DAMPING)
    out = torch.cat([weight.double().T, bias.double()[None]], 0)
    whole = float((out * (gram @ out)).sum())
    alive = torch.ones(n, dtype=torch.bool)
    lost = 0.0
    for _ in range(n - 1 - keep):
        cost = out.square().sum(1) / inverse.diagonal()
        cost[~alive] = torch.inf
        cost[-1] = torch.inf  # the bias stays
        j = int(cost.argmin())
        lost += float(cost[j])
        column = inverse[:, j].clone()
        out -= torch.outer(column / column[j], out[j].clone())
        inverse -= torch.outer(column, column) / column[j]
        alive[j], out[j], inverse[j], inverse[:, j] = False, 0.0, 0.0, 0.0
        inverse[j, j] = 1.0
    stay = torch.nonzero(alive[:-1])[:, 0]
    return stay, out[stay].T.float(), out[-1].float(), lost / whole


def prune(net: Network, grams: list[Tensor], keep: list[int]) -> tuple[dict[str, Tensor], list[float]]:
    """Return the weights with so many units in each layer, and each layer's loss."""
    weights, losses = {k: v.clone() for k, v in net.state_dict().items()}, []
    for i, (gram, count) in enumerate(zip(grams, keep, strict=True)):
        p = f"encoder.layers.{i}."
        stay, weight, bias, lost = surgeon(gram, weights[p + "down.weight"], weights[p + "down.bias"], count)
        weights[p + "up.weight"], weights[p + "up.bias"] = weights[p + "up.weight"][stay], weights[p + "up.bias"][stay]
        weights[p + "down.weight"], weights[p + "down.bias"] = weight, bias
        losses.append(lost)
    return weights, losses


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--keep", type=int, nargs="+", default=[640, 896, 768, 896, 896, 512])
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    data = Data(args.data, "cpu")
    labels = json.loads((args.data / "labels.json").read_text(encoding="utf-8"))
    net = student(data, args.data, labels, args.start)
    weights, lost = prune(net, products(net, data, args.seed), args.keep)
    print("lost of each layer's output:", [f"{100 * x:.1f}%" for x in lost])
    small: nn.Module = like(weights, labels)
    small.load_state_dict(weights)
    save(small, args.out, "pruned")


if __name__ == "__main__":
    main()
