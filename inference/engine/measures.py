"""How alike two pictures are, in the measures that papers report. Pictures are `[N, C, H, W]` in [0, 1]."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

_WINDOW: Final = 11
_SIGMA: Final = 1.5
_C1: Final = 0.01**2  # against division by nothing where both pictures are black, and flat
_C2: Final = 0.03**2
_EXPONENTS: Final = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of each scale, finest first


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """[N] decibels of the peak against the mean squared difference; infinite where nothing differs."""
    return -10 * (a - b).square().mean(dim=(1, 2, 3)).log10()


def ssim_map(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity at each place that the window of 11 px fits around: `[N, C, H - 10, W - 10]`.

    Differentiable; its mean is the measure of Wang et al. 2004, equation 13.
    """
    luminance, structure = _compared(a, b)
    return luminance * structure


def ms_ssim(a: Tensor, b: Tensor) -> Tensor:
    """[N] structural similarity of the luma on several scales (Wang, Simoncelli, Bovik 2003, equation 7).

    As many of the five scales as the window of 11 px fits into, their exponents renormalised to the sum of 1
    (64 px: three, 128 px: four, from 176 px: five). A negative contrast counts as 0.

    Args:
        a: `[N, 3, H, W]` in [0, 1], 11 px or more.
        b: likewise.
    """
    assert a.shape == b.shape and a.shape[1] == 3, "[N, 3, H, W]"
    a, b = luma(a), luma(b)
    exponents = _EXPONENTS[: scales(min(a.shape[2:]))]
    total = torch.ones(len(a), device=a.device)
    for scale, exponent in enumerate(exponents):
        luminance, structure = _compared(a, b)
        last = scale + 1 == len(exponents)
        alike = (luminance * structure if last else structure).mean(dim=(1, 2, 3)).clamp_min(0)
        total = total * alike ** (exponent / sum(exponents))
        if not last:
            a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
    return total


def scales(side: int) -> int:
    """How many halvings of a picture, itself counted, the window fits into; at most five."""
    return sum(side >> scale >= _WINDOW for scale in range(len(_EXPONENTS)))


def luma(images: Tensor) -> Tensor:
    """`[N, 1, H, W]` of `[N, 3, H, W]` (Rec. 601)."""
    red, green, blue = torch.chunk(images, 3, dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _compared(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Luminance, and contrast times structure, at each place that the window fits around."""
    mean_a, mean_b, square_a, square_b, product = _blur(torch.cat([a, b, a * a, b * b, a * b])).chunk(5)
    variances = square_a + square_b - mean_a.square() - mean_b.square()
    covariance = product - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a.square() + mean_b.square() + _C1)
    return luminance, (2 * covariance + _C2) / (variances + _C2)


def _blur(x: Tensor) -> Tensor:
    """Gaussian window, valid places alone: [N, C, H, W] to [N, C, H - 10, W - 10]."""
    offsets = torch.arange(_WINDOW, device=x.device, dtype=x.dtype) - _WINDOW // 2
    line = torch.exp(-offsets.square() / (2 * _SIGMA**2))
    line = (line / line.sum()).expand(x.shape[1], 1, -1)
    x = F.conv2d(x, line[:, :, :, None], groups=x.shape[1])
    return F.conv2d(x, line[:, :, None, :], groups=x.shape[1])
