"""Families of augmentation: each alone, CLAHE beside OpenCV's, one at a time, and gradients through all."""

import cv2
import numpy as np
import pytest
import torch
from skimage import data, transform
from torch import Tensor

from tests.training.percentiles import PercentileDraws
from training.augment.clahe import equalised
from training.augment.draws import RandomDraws
from training.augment.families import FAMILIES, OneOf
from training.augment.pipeline import AugmentPipe, pipe

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def face() -> Tensor:
    """`[2, 3, 64, 64]` in [-1, 1]: a face, and it darkened."""
    small = transform.resize(data.astronaut()[:200, 120:320], (64, 64), anti_aliasing=True)
    x = torch.from_numpy(small).float().permute(2, 0, 1) * 2 - 1
    return torch.stack([x, x * 0.5 - 0.4])


def at(name: str, images: Tensor, q: float) -> Tensor:
    return FAMILIES[name](images, PercentileDraws(q, CPU))


def test_flip(face: Tensor) -> None:
    assert torch.equal(at("flip", face, 0.5), face.flip(3))


def test_cutout_is_a_grey_square_of_half_the_side(face: Tensor) -> None:
    middle = at("cutout", face, 0.5)
    assert not middle[:, :, 16:48, 16:48].any()
    changed = (middle != face).any(dim=1)
    assert not changed[:, :16].any()
    assert not changed[:, :, 48:].any()
    corner = at("cutout", face, 0.0)
    assert not corner[:, :, :16, :16].any()
    assert torch.equal(corner[:, :, 16:], face[:, :, 16:])


def test_blur_keeps_the_mean_and_takes_detail(face: Tensor) -> None:
    sharpness = [float(at("blur", face, q).diff(dim=3).square().mean()) for q in (0.0, 0.3, 0.6, 1.0)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[3] < sharpness[0] / 2
    torch.testing.assert_close(at("blur", face, 0.0), face, atol=1e-4, rtol=0)
    flat = torch.full((1, 3, 64, 64), 0.3)
    torch.testing.assert_close(at("blur", flat, 1.0), flat)
    spot = torch.zeros(1, 3, 64, 64)
    spot[:, :, 32, 32] = 1.0
    spread = at("blur", spot, 1.0)[0, 0]
    wanted = (torch.arange(64.0) - 32).square() @ spread.sum(
        dim=0
    )  # the variance of a Gaussian of 64 / 40 px
    assert float(wanted) == pytest.approx(1.6**2, rel=0.02)


def test_brightness_and_blue_are_shifts(face: Tensor) -> None:
    for name, q, shift in [
        ("brightness", 0.5, (0, 0, 0)),
        ("blue", 1.0, (0, 0, 0.3)),
        ("blue", 0.0, (0, 0, -0.3)),
    ]:
        found = (at(name, face, q) - face).mean(dim=(0, 2, 3))
        assert found.tolist() == pytest.approx(shift, abs=1e-5)
    lighter = at("brightness", face, 0.9) - face
    assert float(lighter.min()) == pytest.approx(float(lighter.max()), abs=1e-6)
    assert float(lighter.min()) > 0.1


@pytest.mark.parametrize(("limit", "tiles"), [(2.0, 4), (4.0, 2)])
def test_clahe_is_opencv_s(limit: float, tiles: int) -> None:
    grey = (
        transform.resize(data.astronaut().mean(axis=2) / 255, (256, 256), anti_aliasing=True) * 255
    ).round()
    wanted = cv2.createCLAHE(limit, (tiles, tiles)).apply(grey.astype(np.uint8)).astype(np.float32)
    x = (torch.from_numpy(grey).float() / 127.5 - 1).expand(1, 3, -1, -1)
    found = ((equalised(x, torch.tensor([limit]), tiles, 256)[0, 0] + 1) * 127.5).numpy()
    effect = np.abs(wanted - grey).mean()
    assert effect > 10
    assert np.abs(found - wanted).mean() < 1  # of 255; its curves are rounded to whole levels
    assert np.percentile(np.abs(found - wanted), 99) < 4


def test_clahe_evens_contrast_and_keeps_colour(face: Tensor) -> None:
    found = equalised(face, torch.tensor([3.0, 3.0]))
    assert found.std(dim=(1, 2, 3))[1] > 1.3 * face.std(dim=(1, 2, 3))[1]
    torch.testing.assert_close(found[:, 0] - found[:, 2], face[:, 0] - face[:, 2], atol=1e-5, rtol=0)
    alone = equalised(face[1:], torch.tensor([3.0]))
    torch.testing.assert_close(alone, found[1:])  # nothing looks across the batch


def test_clahe_s_gradient_is_the_slope_of_its_curve(face: Tensor) -> None:
    """With the histogram held, a ramp of one colour moves along the curve: the slope is bounded by the limit."""
    x = face.clone().requires_grad_()
    limit = torch.tensor([2.0, 2.0])
    torch.autograd.backward(equalised(x, limit).sum())
    slope = x.grad.sum(dim=1) / 3  # type: ignore[union-attr]
    assert bool((slope > -1e-4).all())
    assert float(slope.max()) < 2 * 64 / 63 * 2  # the limit and what is handed back, at most as much again
    assert float(slope.std()) > 0.1


@pytest.mark.parametrize("name", FAMILIES)
def test_gradients_pass_once_and_twice(name: str, face: Tensor) -> None:
    """R1 needs the gradient's gradient; the generator's pictures need the first."""
    torch.manual_seed(0)
    x = face.clone().requires_grad_()
    out = FAMILIES[name](x, RandomDraws(CPU))
    (first,) = torch.autograd.grad(out.pow(3).sum(), x, create_graph=True)
    assert float((first != 0).float().mean()) > 0.6
    (second,) = torch.autograd.grad(first.square().sum(), x)
    assert bool(second.isfinite().all())
    assert bool(second.any())


def test_each_picture_gets_one_family_or_none() -> None:
    torch.manual_seed(0)
    x = torch.rand(400, 3, 32, 32) - 0.5
    out = OneOf("flip+blue+brightness", 0.6)(x)
    kept = (out == x).flatten(1).all(dim=1)
    flipped = (out == x.flip(3)).flatten(1).all(dim=1)
    shift = out - x
    even = (shift - shift.mean(dim=(2, 3), keepdim=True)).abs().amax(dim=(1, 2, 3)) < 1e-5
    tinted = even & ~kept & ((out == x)[:, :2].flatten(1).all(dim=1))
    lit = even & ~kept & ~tinted
    shares = [float(part.float().mean()) for part in (kept, flipped, tinted, lit)]
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx([0.4, 0.2, 0.2, 0.2], abs=0.07)


def test_descriptions() -> None:
    assert isinstance(pipe("bgc", 0.1), AugmentPipe)
    chosen = pipe("one:clahe+flip+flip", 0.2)
    assert isinstance(chosen, OneOf)
    assert chosen.families == [FAMILIES["clahe"], FAMILIES["flip"]]
    assert len(pipe("one:all", 0.0).families) == 6  # type: ignore[union-attr]
    x = torch.rand(2, 3, 16, 16)
    assert torch.equal(pipe("one:all", 0.0)(x), x)
    with pytest.raises(ValueError, match="no family of augmentation 'sepia'; there are: flip"):
        pipe("one:sepia", 0.0)
