"""`training.prune`: units that are not needed go, and what is said to be lost is what is lost."""

import pytest

torch = pytest.importorskip("torch")

from training.prune import surgeon  # noqa: E402  # after the check for torch


def _layer(count: int, units: int, seed: int) -> tuple["torch.Tensor", "torch.Tensor", "torch.Tensor"]:
    make = torch.Generator().manual_seed(seed)
    seen = torch.randn(count, units, generator=make)
    return seen, torch.randn(5, units, generator=make), torch.randn(5, generator=make)


def _gram(seen: "torch.Tensor") -> "torch.Tensor":
    whole = torch.cat([seen, torch.ones(len(seen), 1)], 1).double()
    return whole.T @ whole


def test_what_others_can_do_goes_without_loss() -> None:
    seen, weight, bias = _layer(400, 8, 1)
    seen = torch.cat([seen, 2 * seen[:, :1] + 1, seen[:, 1:2] - seen[:, 2:3]], 1)
    weight = torch.cat([weight, weight[:, :2]], 1)
    stay, new, shift, lost = surgeon(_gram(seen), weight, bias, 8)
    assert lost < 1e-3 and len(stay) == 8
    assert torch.allclose(seen[:, stay] @ new.T + shift, seen @ weight.T + bias, atol=0.05)


def test_the_loss_is_that_of_the_output() -> None:
    seen, weight, bias = _layer(500, 24, 2)
    weight[:, 5] *= 0.01
    before = seen @ weight.T + bias
    stay, new, shift, lost = surgeon(_gram(seen), weight, bias, 16)
    assert 5 not in stay and 0 < lost < 0.5
    gone = (seen[:, stay] @ new.T + shift - before).square().sum() / before.square().sum()
    assert float(gone) == pytest.approx(lost, rel=0.02)
    only_cut = (seen[:, stay] @ weight[:, stay].T + bias - before).square().sum() / before.square().sum()
    assert float(gone) < float(only_cut)
