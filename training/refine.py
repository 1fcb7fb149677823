"""A pruned network learns from the one it was pruned from: ``python -m training.refine DATA OUT --start OUT/pruned --teacher WEIGHTS``.

The steps are those of ``training.train`` on the same data, with the whole network as the teacher. With ``--lists`` every third step learns
names alone, on documents with other names (``training.names``). Made for a CPU with two cores.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from torch import Tensor

from training import names
from training.data import Data
from training.losses import WEIGHT
from training.preprocess import all_documents, tokenizer
from training.train import fit, save, student

WHOLE = 2
"""Steps on the annotated windows before one on names alone."""


def renamed(renamer: names.Renamer, data: Data, size: int, rng: random.Random) -> Iterator[dict[str, Tensor]]:
    """Yield batches of windows with other names without end; case, spaces and quotation marks are changed as in training."""
    while True:
        for batch in renamer.batches(size, rng):
            near, data.near = data.near, None
            data.augment(batch)
            data.near = near
            yield batch


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
    aside = None
    if args.lists is not None:
        documents = [doc for kind, doc in all_documents(args.shared, tokenizer()) if kind in ("ewt", "gum", "re3d")]
        renamer = names.Renamer(names.Names.read(args.lists), documents, args.data / "vocabulary.txt", tokenizer())
        stream = renamed(renamer, data, args.size, random.Random(args.seed))
        aside = WHOLE, lambda: WEIGHT["ner"] * names.loss(net, next(stream))
    args.out.mkdir(parents=True, exist_ok=True)
    fit(net, data, args.out, seconds=args.seconds, steps=10**9, size=args.size, rate=args.rate, head_rate=5 * args.rate, decay=0.9,
        seed=args.seed, log="refined", teachers=[teacher], keep=True, aside=aside)  # fmt: skip
    save(net, args.out, "refined")


if __name__ == "__main__":
    main()
