import math

import numpy as np
import pytest
import torch
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

from inference.engine.measures import luma, ms_ssim, psnr, scales, ssim_map


def _pair() -> tuple[Tensor, Tensor]:
    """A face, and the same face with noise and a shift of brightness."""
    face = torch.from_numpy(data.astronaut()[20:212:3, 130:322:3].copy()).permute(2, 0, 1)[None] / 255
    noise = torch.from_numpy(np.random.RandomState(0).randn(*face.shape)).float()
    return face, (face * 0.9 + 0.05 * noise + 0.05).clamp(0, 1)


def test_equal_pictures_are_as_alike_as_can_be() -> None:
    face, _ = _pair()
    assert ssim_map(face, face).mean().item() == pytest.approx(1, abs=1e-6)
    assert ms_ssim(face, face).item() == pytest.approx(1, abs=1e-6)
    assert psnr(face, face).item() == math.inf


def test_one_scale_is_what_scikit_image_says() -> None:
    a, b = (luma(picture) for picture in _pair())
    wanted = structural_similarity(
        a[0, 0].numpy(),
        b[0, 0].numpy(),
        data_range=1,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert ssim_map(a, b).mean().item() == pytest.approx(wanted, abs=1e-4)


def test_decibels_are_what_scikit_image_says() -> None:
    a, b = _pair()
    wanted = peak_signal_noise_ratio(a.numpy(), b.numpy(), data_range=1)
    assert psnr(a, b).item() == pytest.approx(wanted, abs=1e-3)
    assert psnr(a * 0, a * 0 + 0.1).item() == pytest.approx(20, abs=1e-4)


def test_a_flat_grey_differs_in_luminance_alone_and_on_the_last_scale() -> None:
    dark, light = torch.full((1, 3, 64, 64), 0.2), torch.full((1, 3, 64, 64), 0.4)
    luminance = (2 * 0.2 * 0.4 + 1e-4) / (0.2**2 + 0.4**2 + 1e-4)
    exponents = (0.0448, 0.2856, 0.3001)
    assert ms_ssim(dark, light).item() == pytest.approx(
        luminance ** (exponents[2] / sum(exponents)), abs=1e-4
    )


def test_each_picture_of_a_batch_is_measured_alone_and_the_nearer_is_more_alike() -> None:
    a, b = _pair()
    both = ms_ssim(torch.cat([a, a]), torch.cat([b, a.lerp(b, 0.3)]))
    assert both.shape == (2,)
    assert both[0].item() == pytest.approx(ms_ssim(a, b).item(), abs=1e-6)
    assert both[0] < both[1] < 1


def test_a_negative_picture_counts_as_nothing_and_not_as_nan() -> None:
    a, _ = _pair()
    assert 0 <= ms_ssim(a, 1 - a).item() < 0.05


@pytest.mark.parametrize(("side", "wanted"), [(16, 1), (64, 3), (128, 4), (176, 5), (1024, 5)])
def test_as_many_scales_as_fit(side: int, wanted: int) -> None:
    assert scales(side) == wanted
