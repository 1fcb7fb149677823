"""A pruned network learns from the one it was pruned from: ``python -m training.refine DATA OUT --start OUT/pruned --teacher WEIGHTS``.

The steps are those of ``training.train`` on the same data, with the whole network as the teacher. With ``--lists`` every third step learns
names alone, on documents with other names (``training.names``). Made for a CPU with two cores.
"""

import argparse
import itertools
import json
import random
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn

from training import names
from training.data import Data
from training.losses import WEIGHT
from training.measure import measure
from training.network import Network
from training.preprocess import all_documents, tokenizer
from training.train import TRAIN_SETS, Stepper, save, student

HEADS_FASTER, DECAY = 5, 0.9
AVERAGE, EVERY = 0.998, 5
NAMES_EVERY = 3


def annotated(data: Data, size: int, rng: random.Random) -> Iterator[tuple[int, Tensor]]:
    """Yield batches of the annotated windows without end: (pieces, rows)."""
    while True:
        yield from data.rounds(data.windows(TRAIN_SETS, rng), size, rng)


def renamed(renamer: names.Renamer, data: Data, size: int, rng: random.Random) -> Iterator[dict[str, Tensor]]:
    """Yield batches of windows with other names without end; case, spaces and quotation marks are changed as in training."""
    while True:
        for batch in renamer.batches(size, rng):
            near, data.near = data.near, None
            data.augment(batch)
            data.near = near
            yield batch


def refine(
    net: Network,
    teacher: Network,
    data: Data,
    renamer: names.Renamer | None,
    out: Path,
    *,
    seconds: float,
    seed: int,
    rate: float,
    size: int,
) -> None:
    """Train ``net`` for a time; its averaged weights are written to ``out/refined`` every two minutes and left in it at the end."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    stepper = Stepper(net, data, (rate, HEADS_FASTER * rate, DECAY), 0.5, [teacher], 0.5, False)
    average = {k: v.detach().clone() for k, v in net.state_dict().items()}
    whole = annotated(data, size, rng)
    only_names = renamed(renamer, data, size, rng) if renamer is not None else None
    began = saved = time.time()
    net.train()
    for done in itertools.count(1):
        part = (time.time() - began) / seconds
        if part >= 1:
            break
        for i, group in enumerate(stepper.opt.param_groups):
            group["lr"] = float(stepper.peak[i]) * min(1.0, part / 0.05) * max(0.01, min(1.0, (1 - part) / 0.95))
        stepper.opt.zero_grad(set_to_none=True)
        if only_names is None or done % NAMES_EVERY:
            pieces, rows = next(whole)
            now = stepper.step(rows, pieces)[0]
        else:
            now = WEIGHT["ner"] * names.loss(net, next(only_names))
            now.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            stepper.opt.step()
        if done % EVERY == 0:
            warm = min(AVERAGE, (1 + done) / (10 + done)) ** EVERY
            torch._foreach_lerp_(list(average.values()), list(net.state_dict().values()), 1 - warm)
        if time.time() - saved > 120:
            print(f"step {done} part {part:.2f} loss {float(now):.3f}", flush=True)
            kept = {k: v.clone() for k, v in net.state_dict().items()}
            net.load_state_dict(average)
            save(net, out, "refined")
            net.load_state_dict(kept)
            saved = time.time()
    net.load_state_dict(average)
    save(net, out, "refined")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="what training.preprocess wrote")
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, required=True, help="weights of training.prune")
    parser.add_argument("--teacher", type=Path, required=True, help="the weights they were made of")
    parser.add_argument("--lists", type=Path, help="folder with lists of names, see training.names")
    parser.add_argument("--shared", type=Path, help="with --lists: the data files that training.preprocess read")
    parser.add_argument("--seconds", type=float, default=3120)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--size", type=int, default=2048, help="padded pieces of a batch")
    parser.add_argument("--seed", type=int, default=21)
    args = parser.parse_args()
    data = Data(args.data, "cpu")
    labels = json.loads((args.data / "labels.json").read_text(encoding="utf-8"))
    net, teacher = (student(data, args.data, labels, start) for start in (args.start, args.teacher))
    teacher.eval().requires_grad_(False)
    data.neighbours(net.encoder.word.weight)
    renamer = None
    if args.lists is not None:
        documents = [doc for kind, doc in all_documents(args.shared, tokenizer()) if kind in ("ewt", "gum", "re3d")]
        renamer = names.Renamer(names.Names.read(args.lists), documents, args.data / "vocabulary.txt", tokenizer())
    refine(net, teacher, data, renamer, args.out, seconds=args.seconds, seed=args.seed, rate=args.rate, size=args.size)
    print(json.dumps(measure(net, data, nullcontext)), flush=True)


if __name__ == "__main__":
    main()
