"""Colour transforms, collected into one affine map of RGB per sample."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from training.augment.draws import Draws


def colour_map(n: int, draws: Draws, strength: Mapping[str, float], *, gray: bool = False) -> Tensor | None:
    """`[n, 4, 4]` acting on homogeneous RGB columns; none if no colour transform is enabled.

    Args:
        n: Number of samples.
        draws: The source of parameters and gates.
        strength: Probability of each transform by name.
        gray: The pictures have one channel: hue and saturation do nothing and draw nothing.
    """
    total: Tensor | None = None
    names = ("brightness", "contrast", "lumaflip") + (() if gray else ("hue", "saturation"))
    for name in names:
        p = strength.get(name, 0.0)
        if p > 0:
            step = _step(name, n, draws, p)
            total = step if total is None else step @ total
    return total


def _step(name: str, n: int, draws: Draws, p: float) -> Tensor:
    eye = torch.eye(4)
    grey = torch.tensor([1.0, 1.0, 1.0, 0.0]) / math.sqrt(3)
    along = grey.outer(grey)
    if name == "brightness":
        b = draws.normal((n,)) * 0.2
        b = b * draws.gate(p, (n,))
        return eye + b[:, None, None] * torch.tensor([1.0, 1.0, 1.0, 0.0])[:, None] * eye[3]
    if name == "contrast":
        c = torch.exp2(draws.normal((n,)) * 0.5)
        c = torch.where(draws.gate(p, (n,)), c, 1.0)
        return torch.stack([c, c, c, torch.ones_like(c)], dim=1).diag_embed()
    if name == "lumaflip":
        i = (draws.uniform((n, 1, 1)) * 2).floor()
        i = i * draws.gate(p, (n, 1, 1))
        return eye - 2 * along * i
    if name == "hue":
        angle = (draws.uniform((n,)) * 2 - 1) * math.pi
        return _rodrigues(angle * draws.gate(p, (n,)))
    s = torch.exp2(draws.normal((n, 1, 1)))
    s = torch.where(draws.gate(p, (n, 1, 1)), s, 1.0)
    return along + (eye - along) * s


def _rodrigues(angle: Tensor) -> Tensor:
    """`[N, 4, 4]`: rotation of RGB about the grey axis."""
    k = torch.ones(3) / math.sqrt(3)
    x, y, z = k.tolist()
    cross = torch.tensor([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    s, c = angle.sin()[:, None, None], angle.cos()[:, None, None]
    turn = c * torch.eye(3) + s * cross + (1 - c) * k.outer(k)
    total = torch.eye(4).repeat(len(angle), 1, 1)
    total[:, :3, :3] = turn
    return total


def recolour(images: Tensor, colours: Tensor) -> Tensor:
    """Apply `colours [N, 4, 4]` to `images [N, 3 or 1, H, W]`."""
    n, channels, h, w = images.shape
    if channels == 3:
        flat = colours[:, :3, :3] @ images.reshape(n, 3, h * w) + colours[:, :3, 3:]
        return flat.reshape(n, 3, h, w)
    rows = colours[:, :3].mean(dim=1)  # [N, 4]
    return images * rows[:, :3].sum(dim=1)[:, None, None, None] + rows[:, 3][:, None, None, None]
