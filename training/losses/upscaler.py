"""What an upscaler is trained by. Terms are weighted; their sum is the loss."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_ROUND = 1e-2  # in levels of [-1, 1]: below that a difference counts by its square


def shrunk(images: Tensor, side: int) -> Tensor:
    """`[N, 3, side, side]`, without aliasing."""
    if images.shape[-1] == side:
        return images
    return F.interpolate(images, size=(side, side), mode="bicubic", antialias=True, align_corners=False)


def softened(images: Tensor, far: Tensor) -> Tensor:
    """`images [N, 3, R, R]`, `far [N, 1, 1, 1]` of the way (0 to 1) to what a binomial filter of 5 taps leaves."""
    taps = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], device=images.device, dtype=images.dtype) / 16
    kernel = torch.outer(taps, taps).expand(3, 1, 5, 5)
    blurred = F.conv2d(F.pad(images, (2, 2, 2, 2), mode="replicate"), kernel, groups=3)
    return images + far * (blurred - images)


def apart(images: Tensor, goal: Tensor) -> Tensor:
    """Mean Charbonnier distance (arXiv 1710.01992, equation 4), where the smaller is compared at its own size."""
    side = min(images.shape[-1], goal.shape[-1])
    difference = shrunk(images, side) - shrunk(goal, side)
    return torch.sqrt(difference.square() + _ROUND**2).mean()
