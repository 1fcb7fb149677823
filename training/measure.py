"""Development figures while training, on the training device: approximate, as no windows overlap and trees are greedy."""

from typing import Any

import torch

from training.data import Data
from training.losses import gather_heads, tree_mask
from training.network import Network


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
