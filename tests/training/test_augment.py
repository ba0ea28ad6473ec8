"""ADA's transforms against golden vectors: each at fixed percentiles, and whole pipelines from a seed."""

import pytest
import torch
from torch import Tensor

from tests.golden.vectors import GRADIENT, OUTPUT, arrays, formulas, off, off_norm
from tests.training.percentiles import PercentileDraws
from training.augment.controller import adjusted
from training.augment.pipeline import AugmentPipe
from training.augment.specs import multipliers
from training.config import AdaSettings

VALUES = arrays("augment")
CPU = torch.device("cpu")
NAMES = {"bgcfnc(seed7)": "bgcfnc", "bgcf+cutout(no noise)": "bgcf+cutout"}
CASES = [key for key in VALUES if "@" in key and not key.startswith("noise_")]


def source(wanted: Tensor) -> Tensor:
    return VALUES["x24" if wanted.shape[-1] == 24 else "x32"][:, : wanted.shape[1]]


@pytest.mark.parametrize("case", CASES)
def test_percentiles(case: str) -> None:
    name, q = case.removeprefix("gray:").split("@")
    torch.manual_seed(7)  # for the one group with noise
    pipe = AugmentPipe(NAMES.get(name, name), 1.0, sparse=False)
    assert off(pipe(source(VALUES[case]), PercentileDraws(float(q), CPU)), VALUES[case]) < OUTPUT


def test_noise_has_the_right_strength() -> None:
    for q in (0.2, 0.8):
        strength = PercentileDraws(q, CPU).half_normal((1,)) * 0.1
        torch.testing.assert_close(strength[0], VALUES[f"noise_std@{q}"])


@pytest.mark.parametrize("p", [1.0, 0.4])
def test_seeded_runs_draw_in_the_same_order(p: float) -> None:
    torch.manual_seed(11)
    found = AugmentPipe("bgc", p, sparse=False)(VALUES["x32"])
    assert off(found, VALUES[f"bgc(random seed11,p={p})"]) < OUTPUT


def test_gradient() -> None:
    values = arrays("augment_grad")
    x = VALUES["x32"].clone().requires_grad_()
    out = AugmentPipe("bgc", 1.0)(x, PercentileDraws(0.8, CPU))
    assert off(out, values["out"]) < OUTPUT
    (out * values["R"]).sum().backward()
    assert off_norm(x.grad, values["grad"]) < GRADIENT


def test_sparse_gives_the_same_pictures() -> None:
    torch.manual_seed(3)
    x = torch.rand(16, 3, 32, 32) * 2 - 1
    torch.manual_seed(5)
    sparse = AugmentPipe("scale+xfrac", 0.2)(x)
    torch.manual_seed(5)
    dense = AugmentPipe("scale+xfrac", 0.2, sparse=False)(x)
    untouched = (sparse == x).flatten(1).all(dim=1)
    assert 0 < int(untouched.sum()) < 16
    torch.testing.assert_close(sparse, dense, rtol=0, atol=1e-5)


def test_nothing_happens_at_p_zero() -> None:
    x = torch.rand(2, 3, 16, 16)
    assert torch.equal(AugmentPipe("bgcfnc", 0.0)(x), x)


def test_second_derivatives_pass_through() -> None:
    torch.manual_seed(0)
    x = torch.rand(2, 1, 8, 8, dtype=torch.float32, requires_grad=True)
    out = AugmentPipe("bgc", 1.0)(x, PercentileDraws(0.7, CPU))
    (first,) = torch.autograd.grad(out.pow(3).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.square().sum(), x)
    assert bool(second.abs().max() > 0)


def test_specs() -> None:
    assert multipliers("bgc*0.5+noise")["hue"] == 0.5
    assert multipliers("noise")["noise"] == 1.0
    assert multipliers("none") == {}
    with pytest.raises(ValueError, match="no augmentation 'blur'"):
        multipliers("bgc+blur")


@pytest.mark.parametrize("row", formulas("ada_adjust"))
def test_controller(row: dict[str, float]) -> None:
    settings = AdaSettings(row["target"], row["ada_kimg"], int(row["interval"]))
    found = adjusted(0.5, row["signs_real"], int(row["batch"]), settings) - 0.5
    assert found == pytest.approx(row["delta"], abs=1e-9)


def test_controller_stays_in_bounds() -> None:
    settings = AdaSettings(kimg=0.01, limit=0.3)
    assert adjusted(0.1, 0.0, 16, settings) == 0.0
    assert adjusted(0.1, 1.0, 16, settings) == 0.3
