"""Path length regularisation: a step in w changes the picture by a steady amount (1912.04958, 3.2)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

DECAY = 0.01


def image_noise(images: Tensor) -> Tensor:
    """Random direction in picture space, `N(0, 1) / sqrt(H W)`."""
    return torch.randn_like(images) / math.sqrt(images.shape[2] * images.shape[3])


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """`[N]`: the root over layers' mean of `|d sum(images * noise) / d ws|^2`. The graph is kept."""
    (jacobian,) = torch.autograd.grad((images * noise).sum(), ws, create_graph=True)
    return jacobian.square().sum(dim=2).mean(dim=1).sqrt()


def path_length_terms(
    lengths: Tensor, mean: Tensor, average: Tensor, weight: float = 2.0
) -> tuple[dict[str, Tensor], Tensor]:
    """The penalty and the new running average; the gradient also flows through the average.

    Args:
        lengths: `[N]`.
        mean: Of all lengths of this step, those of other processes too.
        average: The running average so far, a scalar.
        weight: Of the penalty.
    """
    average = average.lerp(mean, DECAY)
    return {"g_path": (lengths - average).square().mean() * weight}, average.detach()
