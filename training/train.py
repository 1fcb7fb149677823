"""Training of one network: ``python -m training.train DATA OUT --help``. Resumes from ``OUT/checkpoint.pt`` if there is one."""

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.data import Data
from training.losses import WEIGHT, imitation, lesson, losses
from training.measure import measure
from training.network import Network, Shape, load_bert

TRAIN_SETS = {0: 2, 1: 2, 2: 1, 3: 2}
MIX = 0.5


def groups(net: Network, rate: float, head_rate: float, decay: float) -> list[dict[str, Any]]:
    """Return optimiser groups: the lower a layer, the smaller its rate."""
    depth = len(net.encoder.layers)
    found: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, p in net.named_parameters():
        if name.startswith("heads."):
            r = head_rate
        elif ".layers." in name:
            r = rate * decay ** (depth - 1 - int(name.split(".")[2]))
        elif name.startswith(("encoder.form", "encoder.space")):
            r = head_rate
        else:
            r = rate * decay**depth
        found.setdefault((r, 0.0 if p.ndim < 2 else 0.01), []).append(p)
    return [{"params": ps, "lr": r, "peak": r, "weight_decay": wd} for (r, wd), ps in found.items()]


class Stepper:
    """One training step: eager, or recorded once for each batch size as a CUDA graph and replayed."""

    def __init__(
        self, net: Network, data: Data, rates: tuple[float, float, float], silver: float, teachers: list[Network], mix: float,
        recorded: bool,
    ) -> None:  # fmt: skip
        self.net, self.data, self.silver, self.teachers, self.mix = net, data, silver, teachers, mix
        self.recorded, cuda = recorded, data.device == "cuda"
        parts = groups(net, *rates)
        self.peak = torch.tensor([g["lr"] for g in parts], device=data.device)
        self.rate = torch.zeros_like(self.peak)
        for i, g in enumerate(parts):
            g["lr"] = self.rate[i] if cuda else g["lr"]
        self.opt = torch.optim.AdamW(parts, betas=(0.9, 0.98), fused=cuda, capturable=cuda)
        self.graphs: dict[int, tuple[Any, Tensor, Tensor]] = {}
        self.autocast: Any = lambda: torch.autocast("cuda", torch.bfloat16, enabled=cuda, cache_enabled=False)
        self.noise = 0.0

    def step(self, rows: Tensor, pieces: int) -> Tensor:
        """Do one step; return the losses as one tensor: all, then gold by head."""
        batch = self.data.unpack(rows, pieces, pieces - 2)
        self.data.augment(batch)
        if "changed" in batch:
            for k in ("xpos", "upos", "feats", "deprel", "head"):
                batch[k] = torch.where(batch["changed"], -2, batch[k])
            batch["ner"] = batch["ner"] | batch["changed"][:, :, None]
            batch["role"] = batch["role"] | batch["changed"][:, :, None]
        with self.autocast():
            found = self.net(batch)
        gold = losses(self.net, found, batch, self.silver)
        loss: Any = sum(WEIGHT[k] * v for k, v in gold.items())
        if self.teachers:
            with self.autocast():
                said = lesson(self.teachers, batch)
            soft = imitation(self.net, found, batch, said)
            loss = (1 - self.mix) * loss + self.mix * sum(WEIGHT[k] * v for k, v in soft.items())
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.opt.step()
        return torch.stack([loss.detach(), *(v.detach() for v in gold.values())])

    def __call__(self, rows: Tensor, pieces: int, factor: float) -> Tensor:
        """Set the rates to ``factor`` times their peaks and do one step."""
        if self.data.device != "cuda":
            for i, g in enumerate(self.opt.param_groups):
                g["lr"] = float(self.peak[i]) * factor
        torch.mul(self.peak, factor, out=self.rate)
        if not self.recorded:
            self.opt.zero_grad(set_to_none=True)
            return self.step(rows, pieces)
        if pieces not in self.graphs:
            self._record(rows, pieces)
            torch.mul(self.peak, factor, out=self.rate)
        graph, held, result = self.graphs[pieces]
        held.copy_(rows)
        graph.replay()
        return result

    def aside(self, loss: Any) -> None:
        """Do one step on another loss, at the rates of the last step."""
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.opt.step()

    def _record(self, rows: Tensor, pieces: int) -> None:
        self.rate.zero_()
        held = rows.clone()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(2):
                self.opt.zero_grad(set_to_none=True)
                self.step(held, pieces)
        torch.cuda.current_stream().wait_stream(side)
        self.opt.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = self.step(held, pieces)
        self.graphs[pieces] = graph, held, result


def fit(
    net: Network, data: Data, out: Path, *, seconds: float, steps: int, size: int, rate: float, head_rate: float, decay: float,
    seed: int, silver: float = 0.5, teachers: list[Network] | None = None, log: str = "", mix: float = MIX,
    sets: dict[int, int] | None = None, average: float = 0.998, keep: bool = False, recorded: bool = True,
    aside: tuple[int, Callable[[], Tensor]] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Train for a number of steps, or until the time is up (the schedule follows whichever comes first); average weights.

    ``aside``: every so many steps are followed by one on the loss that the function returns. The averaged network replaces ``net``'s
    weights at the end. With ``keep`` a checkpoint is written every minute and
    training goes on from it when it is called again.
    """
    cuda = data.device == "cuda"
    rng = random.Random(seed)
    torch.manual_seed(seed)
    stepper = Stepper(net, data, (rate, head_rate, decay), silver, teachers or [], mix, recorded and cuda)
    ema = {k: v.detach().clone() for k, v in net.state_dict().items()}
    done, spent, saved, every = 0, 0.0, time.time(), 5
    file = out / f"checkpoint-{seed}.pt"
    if keep and file.exists():
        state = torch.load(file, map_location=data.device, weights_only=False)
        net.load_state_dict(state["net"])
        stepper.opt.load_state_dict(state["opt"])
        ema, done, spent = state["ema"], state["done"], state["spent"]
        rng.setstate(state["rng"])
    t0 = time.time() - spent
    net.train()
    while done < steps and time.time() - t0 < seconds:
        for pieces, rows in data.rounds(data.windows(sets or TRAIN_SETS, rng), size, rng):
            spent = time.time() - t0
            part = max(done / steps, spent / seconds)
            if part >= 1.0:
                break
            result = stepper(rows, pieces, min(1.0, part / 0.06) * max(0.01, min(1.0, (1 - part) / 0.94)))
            done += 1
            if aside is not None and done % aside[0] == 0:
                stepper.aside(aside[1]())
            if done % every == 0:
                warm = min(average, (1 + done) / (10 + done)) ** every
                with torch.no_grad():
                    torch._foreach_lerp_(list(ema.values()), list(net.state_dict().values()), 1 - warm)
            if done % 25 == 0 and cuda:
                torch.cuda.synchronize()
            if done % 500 == 0 or done == 50:
                values = [round(v, 3) for v in result.tolist()]
                print(f"{log} step {done} {spent:.0f}s part {part:.2f} loss {values}", flush=True)
            if teachers and time.time() - saved > 80:
                now = {k: v.clone() for k, v in net.state_dict().items()}
                net.load_state_dict(ema)
                save(net, out, log)
                net.load_state_dict(now)
                saved = time.time()
            if keep and time.time() - saved > 60:
                held = {"net": net.state_dict(), "opt": stepper.opt.state_dict(), "ema": ema, "done": done}
                torch.save({**held, "spent": time.time() - t0, "rng": rng.getstate()}, file)
                saved = time.time()
    net.load_state_dict(ema)
    measured = measure(net, data, stepper.autocast)
    print(f"{log} done {done} steps {time.time() - t0:.0f}s {json.dumps(measured)}", flush=True)
    return measured


def student(data: Data, folder: Path, labels: dict[str, list[str]], start: Path | None = None) -> Network:
    """Return MiniLM with new heads, or the network of earlier weights (as ``training.export.load`` reads them)."""
    if start is not None:
        from training.export import load

        raw = {k: torch.from_numpy(v) for k, v in load(start).items()}
        net = like(raw, labels)
        net.load_state_dict(raw)
        return net.to(data.device)
    raw = {k: torch.from_numpy(v) for k, v in np.load(folder / "minilm.npz").items()}
    net = Network(Shape(vocabulary=len(raw["embeddings.word_embeddings.weight"])), labels)
    load_bert(net.encoder, raw)
    return net.to(data.device)


def like(raw: dict[str, Tensor], labels: dict[str, list[str]]) -> Network:
    """Return a network of the sizes of these weights, with other weights."""
    inner = tuple(len(raw[f"encoder.layers.{i}.up.bias"]) for i in range(Shape.layers))
    return Network(Shape(vocabulary=len(raw["encoder.word.weight"]), inner=inner), labels)


def save(net: nn.Module, folder: Path, name: str, largest: float = 15e6) -> None:
    """Write weights in half precision, in parts of at most ``largest`` bytes; a matrix may be cut by rows (``key@row``)."""
    folder.mkdir(parents=True, exist_ok=True)
    chunk: dict[str, np.ndarray] = {}
    held, number = 0, 0
    for key, value in net.state_dict().items():
        array = value.detach().cpu().half().numpy()
        rows = max(1, int(4e6 // max(array.nbytes // max(len(array), 1), 1))) if array.ndim else 1
        pieces = (
            [(f"{key}@{i}", array[i : i + rows]) for i in range(0, len(array), rows)] if array.nbytes > 4e6 else [(key, array)]
        )
        for k, v in pieces:
            if held + v.nbytes > largest:
                np.savez(folder / f"{name}.{number}.npz", **chunk)  # type: ignore[arg-type]
                chunk, held, number = {}, 0, number + 1
            chunk[k] = v
            held += v.nbytes
    np.savez(folder / f"{name}.{number}.npz", **chunk)  # type: ignore[arg-type]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=100_000.0)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--head-rate", type=float, default=2e-3)
    parser.add_argument("--decay", type=float, default=0.9)
    parser.add_argument("--silver", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", type=json.loads, default=None)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--name", default="student")
    parser.add_argument("--start", type=Path, help="weights to start from; default: MiniLM")
    args = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = True
    args.out.mkdir(parents=True, exist_ok=True)
    data = Data(args.data, args.device)
    labels = json.loads((args.data / "labels.json").read_text())
    torch.manual_seed(args.seed)
    net = student(data, args.data, labels, args.start)
    sets = {int(k): v for k, v in args.sets.items()} if args.sets else None
    result = fit(net, data, args.out, seconds=args.seconds, steps=args.steps, size=args.size, rate=args.rate,
                 head_rate=args.head_rate, decay=args.decay, seed=args.seed, silver=args.silver, log=args.name, sets=sets,
                 keep=args.device == "cpu")  # fmt: skip
    save(net, args.out, args.name)
    (args.out / f"{args.name}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
