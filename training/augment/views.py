"""Other photos that could have been taken of the same face: what a network that knows people must not mind."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.augment.camera import worn

_TURN = 0.12  # radians
_SCALE = 0.08
_SHIFT = 0.06  # of half the side
_BEND = 0.03  # of half the side: another expression, another lens
_ELSEWHERE = 0.7  # share that gets the surroundings of another photo
_GREY = 0.15


def views(images: Tensor, size: int) -> Tensor:
    """Each of `images [N, 3, R, R]` in [-1, 1] as another photo of it, `[N, 3, size, size]`.

    Framed, bent and mirrored otherwise, with another photo's surroundings, in another light, in colour or in
    grey, and as sharp as anything between a good camera and a small generator. Draws from torch's default
    generator.
    """
    x = _elsewhere(_reframed(images, size))
    return worn(_lit(x).clamp(-1, 1)).clamp(-1, 1)


def _reframed(images: Tensor, size: int) -> Tensor:
    n = len(images)
    turn, scale = _TURN * torch.randn(n) / 2, 1 + _SCALE * torch.randn(n) / 2
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    rows = torch.stack(
        [mirror * scale * turn.cos(), -scale * turn.sin(), scale * turn.sin(), scale * turn.cos()], 1
    )
    shift = _SHIFT * torch.randn(n, 2, 1) / 2
    grid = F.affine_grid(
        torch.cat([rows.reshape(n, 2, 2), shift], dim=2), [n, 3, size, size], align_corners=False
    )
    bend = F.interpolate(_BEND * torch.randn(n, 2, 5, 5) / 2, size=(size, size), mode="bicubic")
    grid = grid + bend.permute(0, 2, 3, 1)
    small = F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)
    return F.grid_sample(small, grid, padding_mode="reflection", align_corners=False)


def _elsewhere(images: Tensor) -> Tensor:
    """Beyond a soft oval the next picture of the batch shows: nobody is known by his curtains."""
    n, _, _, size = images.shape
    line = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(line, line, indexing="ij")
    reach = 0.7 + 0.15 * torch.rand(n, 1, 1)
    distance = ((x / reach).square() + ((y - 0.1) / (reach + 0.2)).square()).sqrt()
    inside = ((1.15 - distance) / 0.3).clamp(0, 1)[:, None]  # [N, 1, size, size]
    inside = torch.where(torch.rand(n, 1, 1, 1) < _ELSEWHERE, inside, 1.0)
    return images * inside + images.roll(1, dims=0) * (1 - inside)


def _lit(images: Tensor) -> Tensor:
    """Exposure, tint, contrast, a light from one side; some in grey."""
    n, _, _, size = images.shape
    light = (images + 1) / 2
    light = light.clamp_min(1e-3) ** torch.exp(0.25 * torch.randn(n, 1, 1, 1))
    line = torch.linspace(-1, 1, size)
    slope = 0.15 * torch.randn(n, 2, 1, 1)
    side = slope[:, :1] * line[None, None, None, :] + slope[:, 1:] * line[None, None, :, None]
    light = light * (1 + side) * torch.exp(0.15 * torch.randn(n, 1, 1, 1) + 0.08 * torch.randn(n, 3, 1, 1))
    grey = light.mean(dim=1, keepdim=True)
    vivid = torch.where(torch.rand(n, 1, 1, 1) < _GREY, 0.0, torch.exp(0.3 * torch.randn(n, 1, 1, 1)))
    return (grey + vivid * (light - grey)) * 2 - 1
