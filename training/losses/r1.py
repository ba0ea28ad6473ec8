"""R1 and R2: the squared gradient of the discriminator at real pictures, and at made ones (arXiv 1801.04406)."""

from __future__ import annotations

import torch
from torch import Tensor


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """`[N]`: the squared norm of `d sum(logits) / d images` per sample; the graph is kept.

    Args:
        logits: `[N, 1]`, computed from `images` (through the augmentation, where there is one).
        images: `[N, C, H, W]` that require a gradient: the pictures before augmentation.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum(dim=(1, 2, 3))


def r1_terms(logits: Tensor, images: Tensor, gamma: float) -> dict[str, Tensor]:
    """`gamma / 2 * E|grad|^2`."""
    return {"d_r1": gradient_penalty(logits, images).mean() * (gamma / 2)}


def r2_terms(logits: Tensor, images: Tensor, gamma: float) -> dict[str, Tensor]:
    """The same of made pictures."""
    return {"d_r2": gradient_penalty(logits, images).mean() * (gamma / 2)}
