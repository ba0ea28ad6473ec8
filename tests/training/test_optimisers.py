"""Optimisers: the lazy correction, and AdamP against a step computed by hand and against what it is for."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.golden.vectors import formulas
from training.loops.adamp import AdamP
from training.loops.optimisers import DECAY, lazy_optimiser, lazy_rates, step

KINDS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "adamp": AdamP}


@pytest.mark.parametrize("row", formulas("lazy_adam"))
def test_lazy_correction(row: dict[str, float]) -> None:
    rate, betas = lazy_rates(row["lr"], int(row["interval"]))
    assert rate == pytest.approx(row["lr_eff"], rel=1e-12)
    assert list(betas) == pytest.approx(row["betas_eff"], rel=1e-12)
    assert all(isinstance(beta, float) for beta in betas)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_lazy_correction(kind: str) -> None:
    network = nn.Linear(3, 2)
    optimiser = lazy_optimiser(network, 0.0025, 16, kind)  # type: ignore[arg-type]
    assert type(optimiser) is KINDS[kind]
    (group,) = optimiser.param_groups
    assert (group["lr"], group["betas"]) == lazy_rates(0.0025, 16)
    assert group["weight_decay"] == (DECAY if kind == "adamw" else 0.0)
    before = network.weight.clone()
    torch.autograd.backward(network(torch.ones(1, 3)).sum())
    network.bias.grad = torch.full((2,), torch.nan)  # counts as nothing
    step(optimiser)
    assert network.weight.grad is None
    assert not torch.equal(network.weight, before)
    assert bool(network.bias.isfinite().all())


def moved(weights: list[list[float]], gradient: list[list[float]], **options: float) -> Tensor:
    """Weights after AdamP's first step at rate 0.1."""
    parameter = nn.Parameter(torch.tensor(weights))
    parameter.grad = torch.tensor(gradient)
    AdamP([parameter], lr=0.1, betas=(0.0, 0.99), eps=0.0, **options).step()
    return parameter.detach()


def test_a_step_by_hand() -> None:
    """The gradient (-4, 3) stands upright on (3, 4). Adam's first change is its sign (-1, 1); 0.2 of that lies along
    (0.6, 0.8), so (-1.12, 0.84) is left.
    """
    torch.testing.assert_close(moved([[3.0, 4.0]], [[-4.0, 3.0]]), torch.tensor([[3.112, 3.916]]))
    # Of a decay of 0.5 a tenth is left: weights shrink by 0.1 * 0.05 first.
    found = moved([[3.0, 4.0]], [[-4.0, 3.0]], weight_decay=0.5)
    torch.testing.assert_close(found, torch.tensor([[3 * 0.995 + 0.112, 4 * 0.995 - 0.084]]))
    # A gradient along the weights: Adam as it is, and all of the decay.
    torch.testing.assert_close(moved([[3.0, 4.0]], [[3.0, 4.0]]), torch.tensor([[2.9, 3.9]]))
    found = moved([[3.0, 4.0]], [[3.0, 4.0]], weight_decay=0.5)
    torch.testing.assert_close(found, torch.tensor([[3 * 0.95 - 0.1, 4 * 0.95 - 0.1]]))


def test_the_whole_tensor_is_looked_at_where_no_filter_is_free() -> None:
    """Each row's gradient lies along its row, but they cancel: only their common scale is free."""
    weights, gradient = [[1.0, 2.0], [1.0, 2.0]], [[1.0, 2.0], [-1.0, -2.0]]
    change = torch.tensor([[1.0, 1.0], [-1.0, -1.0]])  # has nothing along the weights either
    torch.testing.assert_close(moved(weights, gradient), torch.tensor(weights) - 0.1 * change)
    found = moved(weights, gradient, weight_decay=1.0)
    torch.testing.assert_close(found, torch.tensor(weights) * 0.99 - 0.1 * change)


def lengths(optimiser_of: type[torch.optim.Optimizer], steps: int = 60) -> tuple[float, float]:
    """Weights' growth and loss after training filters whose scale does not matter."""
    torch.manual_seed(0)
    filters = nn.Parameter(torch.randn(8, 16))
    start = float(filters.detach().norm())
    x, wanted = torch.randn(64, 16), torch.randn(64, 8)
    optimiser = optimiser_of([filters], lr=0.05)  # type: ignore[call-arg]
    for _ in range(steps):
        optimiser.zero_grad()
        loss = (x @ F.normalize(filters, dim=1).t() - wanted).square().mean()
        torch.autograd.backward(loss)
        optimiser.step()
    return float(filters.detach().norm()) / start, float(loss.detach())


def test_free_weights_do_not_grow_along_themselves() -> None:
    torch.manual_seed(1)
    weights = nn.Parameter(torch.randn(4, 3, 3, 3))
    before = weights.detach().clone()
    torch.autograd.backward((F.normalize(weights.flatten(1), dim=1) * torch.randn(4, 27)).sum())
    AdamP([weights], lr=0.1, betas=(0.0, 0.99)).step()
    change = (weights.detach() - before).flatten(1)
    assert float(change.norm(dim=1).min()) > 0.1
    assert float((change * F.normalize(before.flatten(1), dim=1)).sum(dim=1).abs().max()) < 1e-6
    adam, adamp = lengths(torch.optim.Adam), lengths(AdamP)
    assert adamp[0] - 1 < 0.8 * (adam[0] - 1)
    assert adamp[1] < adam[1] * 1.01


def test_what_has_a_scale_is_moved_as_by_adam() -> None:
    torch.manual_seed(2)
    weights, bias = torch.randn(4, 6), torch.randn(4)
    found = []
    for optimiser_of in (torch.optim.Adam, AdamP):
        layer = [nn.Parameter(weights.clone()), nn.Parameter(bias.clone())]
        optimiser = optimiser_of(layer, lr=0.01, betas=(0.9, 0.999))
        for _ in range(5):
            optimiser.zero_grad()
            torch.autograd.backward(layer[0].square().sum() + (layer[1] - 1).square().sum())
            optimiser.step()
        found.append([part.detach() for part in layer])
    for mine, its in zip(*found, strict=True):
        torch.testing.assert_close(mine, its)


def test_adamp_goes_on_where_its_state_was_taken() -> None:
    def train(
        steps: int, weights: Tensor, state: dict[str, object] | None
    ) -> tuple[Tensor, dict[str, object]]:
        parameter = nn.Parameter(weights.clone())
        optimiser = AdamP([parameter], lr=0.1, betas=(0.9, 0.99))
        if state is not None:
            optimiser.load_state_dict(state)
        for _ in range(steps):
            optimiser.zero_grad()
            torch.autograd.backward(parameter.sin().sum() + parameter.square().sum())
            optimiser.step()
        return parameter.detach(), optimiser.state_dict()

    start = torch.randn(3, 3)
    whole, _ = train(6, start, None)
    half, state = train(2, start, None)
    again, _ = train(4, half, state)
    assert torch.equal(whole, again)
