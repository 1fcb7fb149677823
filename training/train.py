"""Training of one network: ``python -m training.train DATA OUT --help``. Resumes from ``OUT/checkpoint.pt`` if there is one."""

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.data import Data
from training.network import Network, Shape, load_bert

TRAIN_SETS = {0: 2, 1: 2, 2: 1, 3: 2}
WEIGHT = {"xpos": 0.5, "upos": 0.2, "feats": 0.2, "sent": 0.5, "arc": 1.0, "rel": 0.7, "ner": 1.5, "role": 1.5, "link": 0.2}
MIX = 0.5


def tree_mask(batch: dict[str, Tensor], sent_id: Tensor) -> Tensor:
    """Return [batch, words, 1 + words]: which heads a word may have (its own sentence, not itself, or the root)."""
    mask = batch["word_mask"]
    same = (sent_id[:, :, None] == sent_id[:, None, :]) & mask[:, None, :]
    same = same & ~torch.eye(mask.shape[1], dtype=torch.bool, device=mask.device)
    return torch.cat([torch.ones_like(same[:, :, :1]), same], 2)


def gather_heads(values: Tensor, head: Tensor) -> Tensor:
    """Pick the vectors of each word's head: values [batch, 1 + words, d], head [batch, words]."""
    return values.gather(1, head[:, :, None].expand(-1, -1, values.shape[2]))


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean where the mask is true, 0 where it is true nowhere."""
    return (values * mask).sum() / mask.sum().clamp_min(1)


def cross(logits: Tensor, gold: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross entropy over the last axis where a label is known (not negative)."""
    return mean(F.cross_entropy(logits.flatten(0, 1), gold.clamp_min(0).flatten(), reduction="none",
                                label_smoothing=smoothing), (gold >= 0).flatten())  # fmt: skip


def pair_scores(net: Network, out: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """Score the pairs of cue and other span, [batch, pairs]."""
    d = out["link_cue"].shape[2]
    cue = out["link_cue"].gather(1, batch["cue"].clamp_min(0)[:, :, None].expand(-1, -1, d))
    other = out["link_other"].gather(1, batch["other"].clamp_min(0)[:, :, None].expand(-1, -1, d))
    return net.heads.link(cue, other, batch["kind"].clamp_min(0))


def losses(net: Network, out: dict[str, Tensor], batch: dict[str, Tensor], silver: float) -> dict[str, Tensor]:
    """Return the loss of each head against the annotation.

    ``silver``: the share of windows with automatic names whose names are learned from.
    """
    found: dict[str, Tensor] = {}
    heads = net.heads
    for k in ("xpos", "upos", "feats"):
        found[k] = cross(out[k], batch[k], 0.02)
    found["sent"] = cross(out["sent"], batch["sent"])
    allowed = tree_mask(batch, batch["sent_id"])
    fits = (batch["head"] >= 0) & allowed.gather(2, batch["head"].clamp_min(0)[:, :, None])[:, :, 0]
    gold = torch.where(fits, batch["head"], -2)
    found["arc"] = cross(out["arc"].masked_fill(~allowed, -1e4), gold)
    rel = heads.relations(out["rel_dep"], gather_heads(out["rel_head"], gold.clamp_min(0)))
    found["rel"] = cross(rel, torch.where(fits, batch["deprel"], -2), 0.02)
    mask = batch["word_mask"]
    drop = (batch["set"] == 2) & (torch.rand(len(mask), 1, device=mask.device) >= silver)
    allowed_names = batch["ner"] | drop[:, :, None]
    known = ~allowed_names.all(2) & mask
    found["ner"] = heads.ner_crf.loss(out["ner"], mask, allowed_names) / known.sum().clamp_min(1)
    known = ~batch["role"].all(2) & mask
    found["role"] = heads.role_crf.loss(out["role"], mask, batch["role"]) / known.sum().clamp_min(1)
    score = F.binary_cross_entropy_with_logits(
        pair_scores(net, out, batch), batch["linked"].clamp_min(0).float(), reduction="none"
    )
    found["link"] = mean(score, batch["linked"] >= 0)
    return found


@torch.no_grad()
def lesson(teachers: list[Network], batch: dict[str, Tensor]) -> dict[str, Any]:
    """Return what the teachers say about a batch: distributions, averaged over teachers."""
    outs = [t(batch, "clean") for t in teachers]
    n = len(outs)
    said: dict[str, Any] = {k: sum(o[k].softmax(-1) for o in outs) / n for k in ("xpos", "upos", "feats", "sent")}
    guess = (said["sent"][:, :, 1] > 0.5).long()
    sent_id = torch.where(batch["tree"] == 1, batch["sent_id"], torch.cumsum(guess, 1))
    said["allowed"] = tree_mask(batch, sent_id)
    said["arc"] = sum(o["arc"].masked_fill(~said["allowed"], -1e4).softmax(-1) for o in outs) / n
    said["head"] = torch.where(batch["head"] >= 0, batch["head"], said["arc"].argmax(-1))
    said["rel"] = (
        sum(
            t.heads.relations(o["rel_dep"], gather_heads(o["rel_head"], said["head"])).softmax(-1)
            for t, o in zip(teachers, outs, strict=True)
        )
        / n
    )
    for k, name in (("ner", "ner_crf"), ("role", "role_crf")):
        parts = [getattr(t.heads, name).marginals(o[k], batch["word_mask"]) for t, o in zip(teachers, outs, strict=True)]
        said[k] = tuple(sum(p[i] for p in parts) / n for i in (0, 1))
    said["link"] = sum(pair_scores(t, o, batch).sigmoid() for t, o in zip(teachers, outs, strict=True)) / n
    return said


def imitation(net: Network, out: dict[str, Tensor], batch: dict[str, Tensor], said: dict[str, Any]) -> dict[str, Tensor]:
    """Return the loss of each head against the teachers' distributions."""
    mask = batch["word_mask"]
    n = mask.sum()
    found: dict[str, Tensor] = {}

    def near(logits: Tensor, wanted: Tensor) -> Tensor:
        return -((wanted * F.log_softmax(logits, -1)).sum(-1) * mask).sum() / n

    for k in ("xpos", "upos", "feats", "sent"):
        found[k] = near(out[k], said[k])
    found["arc"] = near(out["arc"].masked_fill(~said["allowed"], -1e4), said["arc"])
    found["rel"] = near(net.heads.relations(out["rel_dep"], gather_heads(out["rel_head"], said["head"])), said["rel"])
    found["ner"] = net.heads.ner_crf.imitate(out["ner"], mask, said["ner"]) / n
    found["role"] = net.heads.role_crf.imitate(out["role"], mask, said["role"]) / n
    score = F.binary_cross_entropy_with_logits(pair_scores(net, out, batch), said["link"], reduction="none")
    found["link"] = mean(score, batch["linked"] >= 0)
    return found


def spans_of(tags: list[int]) -> set[tuple[int, int, int]]:
    """Return (start, end, kind) of a BIO sequence of label numbers (O, B-0, I-0, B-1 ...)."""
    out, start, kind = set(), -1, -1
    for i, tag in enumerate([*tags, 0]):
        if start >= 0 and not (tag > 0 and tag % 2 == 0 and (tag - 1) // 2 == kind):
            out.add((start, i, kind))
            start = -1
        if tag % 2 == 1:
            start, kind = i, (tag - 1) // 2
    return out


def f1(hit: int, gold: int, said: int) -> float:
    """F1 in percent."""
    return 200.0 * hit / max(gold + said, 1)


@torch.no_grad()
def measure(net: Network, data: Data, autocast: Any) -> dict[str, float]:
    """Measure on the development sets with the windows of inference (sentence boundaries given for the tree)."""
    net.eval()
    result: dict[str, float] = {}
    for name, kind in (("ewt", 10), ("gum", 11), ("pol", 12), ("wiki", 14)):
        n: dict[str, float] = {}

        def add(key: str, value: float, n: dict[str, float] = n) -> None:
            n[key] = n.get(key, 0) + value

        for group in data.batches(data.windows({kind: 1}, None), 40_000, None):
            batch = data.batch(group)
            with autocast():
                out = net(batch)
            mask = batch["word_mask"]
            if kind in (10, 11):
                arc = out["arc"].masked_fill(~tree_mask(batch, batch["sent_id"]), -1e4).argmax(-1)
                ok = mask & (batch["head"] >= 0)
                right = (arc == batch["head"]) & ok
                rel = net.heads.relations(out["rel_dep"], gather_heads(out["rel_head"], arc)).argmax(-1)
                add("words", int(ok.sum()))
                add("uas", int(right.sum()))
                add("las", int((right & (rel == batch["deprel"])).sum()))
                add("xpos", int(((out["xpos"].argmax(-1) == batch["xpos"]) & ok).sum()))
                gold, said = (batch["sent"] == 1) & mask, (out["sent"].argmax(-1) == 1) & (batch["sent"] >= 0)
                add("s_gold", int(gold.sum()))
                add("s_said", int(said.sum()))
                add("s_hit", int((gold & said).sum()))
            heads = {"ner": net.heads.ner_crf} if kind != 12 else {"role": net.heads.role_crf}
            for key, crf in heads.items():
                best = crf.best(out[key], mask).masked_fill(~mask, 0).tolist()
                gold_tags = (batch[key].long().argmax(-1) * (~batch[key].all(-1))).masked_fill(~mask, 0).tolist()
                for g, s in zip(gold_tags, best, strict=True):
                    a, b = spans_of(g), spans_of(s)
                    for x in range(3):
                        ga, sb = {t for t in a if t[2] == x}, {t for t in b if t[2] == x}
                        for tail in [str(x), "all"] if key == "ner" else [str(x)]:
                            add(f"{key}{tail}_hit", len(ga & sb))
                            add(f"{key}{tail}_gold", len(ga))
                            add(f"{key}{tail}_said", len(sb))
        if "words" in n:
            result.update({f"{name}_{k}": 100 * n[k] / n["words"] for k in ("uas", "las", "xpos")})
            result[f"{name}_sent"] = f1(int(n["s_hit"]), int(n["s_gold"]), int(n["s_said"]))
        for key in sorted({k.rpartition("_")[0] for k in n if k.endswith("_hit") and k[0] != "s"}):
            result[f"{name}_{key}"] = f1(int(n[f"{key}_hit"]), int(n[f"{key}_gold"]), int(n[f"{key}_said"]))
    net.train()
    return {k: round(v, 2) for k, v in result.items()}


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
) -> dict[str, float]:  # fmt: skip
    """Train for a number of steps, or until the time is up (the schedule follows whichever comes first); average weights.

    The averaged network replaces ``net``'s weights at the end. With ``keep`` a checkpoint is written every minute and
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
        net = Network(Shape(vocabulary=len(raw["encoder.word.weight"])), labels)
        net.load_state_dict(raw)
        return net.to(data.device)
    raw = {k: torch.from_numpy(v) for k, v in np.load(folder / "minilm.npz").items()}
    net = Network(Shape(vocabulary=len(raw["embeddings.word_embeddings.weight"])), labels)
    load_bert(net.encoder, raw)
    return net.to(data.device)


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
