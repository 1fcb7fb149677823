"""The network: a small transformer over word pieces, and the heads on the first piece of each word."""

import math
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.crf import Crf

ARC, REL, LINK = 256, 128, 64


@dataclass
class Shape:
    """Sizes of a transformer.

    ``inner``: units between the two matrices of a layer, for all layers or for each; ``bias``: relative position buckets (MPNet), else
    none; ``offset``: first position.
    """

    vocabulary: int
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int | tuple[int, ...] = 1536
    positions: int = 320
    eps: float = 1e-12
    bias: bool = False
    offset: int = 0
    dropout: float = 0.1
    extra: dict[str, Any] = field(default_factory=dict)


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, shape: Shape, number: int) -> None:
        super().__init__()
        d = shape.width
        inner = shape.inner if isinstance(shape.inner, int) else shape.inner[number]
        self.heads, self.p = shape.heads, shape.dropout
        self.qkv = nn.Linear(d, 3 * d)
        self.out = nn.Linear(d, d)
        self.norm1 = nn.LayerNorm(d, eps=shape.eps)
        self.up = nn.Linear(d, inner)
        self.down = nn.Linear(inner, d)
        self.norm2 = nn.LayerNorm(d, eps=shape.eps)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [batch, pieces, width]; mask added to attention scores, broadcast to [batch, heads, pieces, pieces]."""
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        p = self.p if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=p)
        y = self.out(y.transpose(1, 2).reshape(b, t, d))
        x = self.norm1(x + F.dropout(y, p, self.training))
        y = self.down(F.gelu(self.up(x)))
        x = self.norm2(x + F.dropout(y, p, self.training))
        return x


class Encoder(nn.Module):
    """BERT or MPNet, with embeddings of case shape and of the space before a piece added to those of the pieces."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d = shape.width
        self.size = shape
        self.word = nn.Embedding(shape.vocabulary, d)
        self.position = nn.Embedding(shape.positions, d)
        self.form = nn.Embedding(13, d)
        self.space = nn.Embedding(5, d)
        nn.init.normal_(self.form.weight, std=0.01)
        nn.init.normal_(self.space.weight, std=0.01)
        self.norm = nn.LayerNorm(d, eps=shape.eps)
        self.layers = nn.ModuleList(Layer(shape, i) for i in range(shape.layers))
        self.relative = nn.Embedding(32, shape.heads) if shape.bias else None

    def forward(self, pieces: Tensor, form: Tensor, space: Tensor, mask: Tensor) -> Tensor:
        """All arguments [batch, pieces]; returns [batch, pieces, width]."""
        t = pieces.shape[1]
        at = torch.arange(t, device=pieces.device) + self.size.offset
        x = self.word(pieces) + self.position(at) + self.form(form) + self.space(space)
        x = F.dropout(self.norm(x), self.size.dropout, self.training)
        if self.relative is None:
            attend = mask[:, None, None, :]
        else:
            bias = self.relative(buckets(t, pieces.device)).permute(2, 0, 1)[None]
            attend = bias.to(torch.bfloat16 if x.is_cuda else x.dtype) + torch.where(mask, 0.0, -1e4)[:, None, None, :].to(
                torch.bfloat16 if x.is_cuda else x.dtype
            )
        out: Tensor = x
        for layer in self.layers:
            out = layer(out, attend)
        return out


def buckets(t: int, device: Any) -> Tensor:
    """Return MPNet's relative position buckets [t, t] (32 buckets, distances up to 128)."""
    at = torch.arange(t, device=device)
    n = -(at[None, :] - at[:, None])
    out = (n < 0).long() * 16
    n = n.abs()
    far = 8 + (torch.log(n.float().clamp_min(1) / 8) / math.log(128 / 8) * 8).long()
    return out + torch.where(n < 8, n, far.clamp_max(15))


class Heads(nn.Module):
    """Everything that is read off a word's first piece."""

    def __init__(self, width: int, labels: dict[str, list[str]], dropout: float = 0.2) -> None:
        super().__init__()
        self.tags = nn.ModuleDict({k: nn.Linear(width, len(labels[k])) for k in ("xpos", "upos", "feats")})
        self.sent = nn.Linear(width, 2)
        self.ner = nn.Linear(width, len(labels["ner"]))
        self.role = nn.Linear(width, len(labels["attribution"]))
        self.ner_crf, self.role_crf = Crf(labels["ner"]), Crf(labels["attribution"])
        self.arc_dep, self.arc_head = nn.Linear(width, ARC), nn.Linear(width, ARC)
        self.arc = nn.Linear(ARC, ARC)
        self.arc_root = nn.Parameter(torch.randn(ARC) * 0.02)
        self.rel_dep, self.rel_head = nn.Linear(width, 2 * REL), nn.Linear(width, 2 * REL)
        self.rel_root = nn.Parameter(torch.randn(2 * REL) * 0.02)
        self.rel = nn.Linear(2 * REL, len(labels["deprel"]))
        self.link_cue, self.link_other = nn.Linear(width, 2 * LINK), nn.Linear(width, 2 * LINK)
        self.p = dropout

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """x [batch, words, width]; arcs are [batch, words, 1 + words], column 0 is the root."""
        b = x.shape[0]
        x = F.dropout(x, self.p, self.training)
        out = {k: head(x) for k, head in self.tags.items()}
        out["sent"], out["ner"], out["role"] = self.sent(x), self.ner(x), self.role(x)
        dep, head = F.gelu(self.arc_dep(x)), F.gelu(self.arc_head(x))
        dep, head = F.dropout(dep, self.p, self.training), F.dropout(head, self.p, self.training)
        head = torch.cat([self.arc_root.to(head.dtype).expand(b, 1, -1), head], 1)
        out["arc"] = self.arc(dep) @ head.transpose(1, 2) / math.sqrt(ARC)
        out["rel_dep"] = self.rel_dep(x)
        out["rel_head"] = torch.cat([self.rel_root.to(x.dtype).expand(b, 1, -1), self.rel_head(x).to(x.dtype)], 1)
        out["link_cue"], out["link_other"] = self.link_cue(x), self.link_other(x)
        return out

    def relations(self, dep: Tensor, head: Tensor) -> Tensor:
        """Score relations of word pairs: [..., 2 * REL] each -> [..., relations]."""
        added = F.gelu(dep[..., :REL] + head[..., :REL])
        both = torch.cat([added, dep[..., REL:] * head[..., REL:]], -1)
        scores: Tensor = self.rel(F.dropout(both, self.p, self.training))
        return scores

    @staticmethod
    def link(cue: Tensor, other: Tensor, kind: Tensor) -> Tensor:
        """Score cue-other pairs [..., 2 * LINK]; kind 0: source, 1: content."""
        both: Tensor = (cue * other).reshape(*cue.shape[:-1], 2, LINK).sum(-1) / math.sqrt(LINK)
        return both.gather(-1, kind[..., None])[..., 0]


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, shape: Shape, labels: dict[str, list[str]]) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.heads = Heads(shape.width, labels)

    def forward(self, batch: dict[str, Tensor], pieces: str = "pieces") -> dict[str, Tensor]:
        """Run a batch of ``training.data.Data.batch``."""
        x = self.encoder(batch[pieces], batch["form"], batch["space"], batch["piece_mask"])
        x = x.gather(1, batch["first"][:, :, None].expand(-1, -1, x.shape[2]))
        return {k: v.float() for k, v in self.heads(x).items()}


def load_bert(encoder: Encoder, weights: dict[str, Tensor]) -> None:
    """Put BERT's or MPNet's published weights into an encoder."""
    w = {k.removeprefix("bert.").removeprefix("mpnet."): v.float() for k, v in weights.items()}
    e = encoder
    with torch.no_grad():
        e.word.weight.copy_(w["embeddings.word_embeddings.weight"])
        e.position.weight.copy_(w["embeddings.position_embeddings.weight"][: e.position.weight.shape[0]])
        if "embeddings.token_type_embeddings.weight" in w:
            e.word.weight.add_(w["embeddings.token_type_embeddings.weight"][0])
        e.norm.weight.copy_(w["embeddings.LayerNorm.weight"])
        e.norm.bias.copy_(w["embeddings.LayerNorm.bias"])
        if e.relative is not None:
            e.relative.weight.copy_(w["encoder.relative_attention_bias.weight"])
        for i, layer in enumerate(e.layers):
            p = f"encoder.layer.{i}."
            names = ("query", "key", "value")
            att, out, norm = p + "attention.self.", p + "attention.output.dense", p + "attention.output.LayerNorm"
            if e.relative is not None:
                names, att = ("q", "k", "v"), p + "attention.attn."
                out, norm = p + "attention.attn.o", p + "attention.LayerNorm"
            for kind in ("weight", "bias"):
                getattr(layer.qkv, kind).copy_(torch.cat([w[f"{att}{n}.{kind}"] for n in names]))
                getattr(layer.out, kind).copy_(w[f"{out}.{kind}"])
                getattr(layer.norm1, kind).copy_(w[f"{norm}.{kind}"])
                getattr(layer.up, kind).copy_(w[f"{p}intermediate.dense.{kind}"])
                getattr(layer.down, kind).copy_(w[f"{p}output.dense.{kind}"])
                getattr(layer.norm2, kind).copy_(w[f"{p}output.LayerNorm.{kind}"])
