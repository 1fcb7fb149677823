"""A linear-chain CRF whose sums run as a tree over the sequence, so that a GPU does them in few steps."""

import torch
from torch import Tensor, nn

NEVER = -1e4


def forbidden(labels: list[str]) -> Tensor:
    """Return 0 where label j may follow label i, a large negative number where it may not (I- without its B-)."""
    out = torch.zeros(len(labels), len(labels))
    for j, after in enumerate(labels):
        if after.startswith("I-"):
            for i, before in enumerate(labels):
                if before[2:] != after[2:]:
                    out[i, j] = NEVER
    return out


def opening(labels: list[str]) -> Tensor:
    """Return 0 for labels that a sequence may start with, a large negative number for the others."""
    return torch.tensor([NEVER if label.startswith("I-") else 0.0 for label in labels])


class Crf(nn.Module):
    """Transition scores of one BIO head; well-formedness is built in.

    Shapes: emissions [batch, time, labels]; mask [batch, time], true for words; allowed as emissions, true where the
    annotation permits a label.
    """

    rule: Tensor
    rule_start: Tensor

    def __init__(self, labels: list[str]) -> None:
        super().__init__()
        n = len(labels)
        self.trans = nn.Parameter(torch.zeros(n, n))
        self.start = nn.Parameter(torch.zeros(n))
        self.end = nn.Parameter(torch.zeros(n))
        self.register_buffer("rule", forbidden(labels), persistent=False)
        self.register_buffer("rule_start", opening(labels), persistent=False)

    def potentials(self, emissions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the first word's scores [batch, labels] and the step matrices [batch, time - 1, labels, labels]."""
        first = self.start + self.rule_start + emissions[:, 0]
        step = (self.trans + self.rule)[None, None] + emissions[:, 1:, None, :]
        n = self.trans.shape[0]
        same = torch.full((n, n), NEVER, device=step.device).fill_diagonal_(0.0)
        return first, torch.where(mask[:, 1:, None, None], step, same)

    def total(self, first: Tensor, step: Tensor) -> Tensor:
        """Return the log of the summed scores of all label sequences, [batch]."""
        while step.shape[1] > 1:
            if step.shape[1] % 2:
                n = step.shape[2]
                same = torch.full((n, n), NEVER, device=step.device).fill_diagonal_(0.0)
                step = torch.cat([step, same.expand(step.shape[0], 1, n, n)], 1)
            step = torch.logsumexp(step[:, 0::2, :, :, None] + step[:, 1::2, None, :, :], dim=3)
        if step.shape[1]:
            first = torch.logsumexp(first[:, :, None] + step[:, 0], dim=1)
        return torch.logsumexp(first + self.end, dim=1)

    def loss(self, emissions: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
        """Return the summed negative log likelihood of what the annotation allows."""
        seen = emissions.masked_fill(~allowed, NEVER)
        return (self.total(*self.potentials(emissions, mask)) - self.total(*self.potentials(seen, mask))).sum()

    def marginals(self, emissions: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities of first labels [batch, labels] and of label pairs [batch, time - 1, labels, labels]."""
        with torch.enable_grad():
            first, step = self.potentials(emissions.detach(), mask)
            first, step = first.detach().requires_grad_(), step.detach().requires_grad_()
            grads = torch.autograd.grad(self.total(first, step).sum(), [first, step])
        return grads[0], grads[1]

    def imitate(self, emissions: Tensor, mask: Tensor, wanted: tuple[Tensor, Tensor]) -> Tensor:
        """Return the summed cross entropy to another CRF's sequence distribution, given its marginals."""
        first, step = self.potentials(emissions, mask)
        inside = mask[:, 1:, None, None]
        score = (wanted[0] * first).sum() + (wanted[1] * step.clamp_min(-50.0) * inside).sum()
        last = mask.sum(1) - 1
        pairs = wanted[1].sum(2)
        at = (last - 1).clamp_min(0)[:, None, None].expand(-1, 1, pairs.shape[2])
        ends = torch.where((last > 0)[:, None], pairs.gather(1, at)[:, 0], wanted[0])
        return self.total(first, step).sum() - score - (ends * self.end).sum()

    @torch.no_grad()
    def best(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Return the best label sequences [batch, time]."""
        first, step = self.potentials(emissions, mask)
        back = []
        score = first
        for t in range(step.shape[1]):
            score, at = (score[:, :, None] + step[:, t]).max(1)
            back.append(at)
        now = (score + self.end).argmax(1)
        out = [now]
        for at in reversed(back):
            now = at.gather(1, now[:, None])[:, 0]
            out.append(now)
        return torch.stack(out[::-1], 1)
