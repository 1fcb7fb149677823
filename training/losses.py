"""Losses of the heads: against the annotation, and against what teachers say."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from training.network import Network

#: Weights of the heads in the loss.
WEIGHT = {"xpos": 0.5, "upos": 0.2, "feats": 0.2, "sent": 0.5, "arc": 1.0, "rel": 0.7, "ner": 1.5, "role": 1.5, "link": 0.2}


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
