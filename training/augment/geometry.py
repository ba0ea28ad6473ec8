"""Blits and geometric transforms, collected into one matrix and executed once, without aliasing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.ops.resample import downsample2d, upsample2d
from training.augment.draws import Draws

Size = tuple[int, int]
"""Height and width in pixels."""

# The low-pass filter of the wavelet sym6.
SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263748278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)


def _matrix(rows: list[list[Tensor | float]], like: Tensor) -> Tensor:
    """`[N, k, k]` from entries that are numbers or `[N]`."""
    cells = [
        [torch.as_tensor(v, device=like.device, dtype=torch.float32).expand(len(like)) for v in r]
        for r in rows
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in cells], dim=-2)


def _scale(sx: Tensor, sy: Tensor) -> Tensor:
    return _matrix([[sx, 0, 0], [0, sy, 0], [0, 0, 1]], sx)


def _rotate(angle: Tensor) -> Tensor:
    c, s = angle.cos(), angle.sin()
    return _matrix([[c, -s, 0], [s, c, 0], [0, 0, 1]], angle)


def _translate(tx: Tensor, ty: Tensor) -> Tensor:
    return _matrix([[1, 0, tx], [0, 1, ty], [0, 0, 1]], tx)


def _xflip(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    i = (draws.uniform((n,)) * 2).floor()
    i = i * draws.gate(p, (n,))
    return _scale(1 - 2 * i, torch.ones_like(i))


def _rotate90(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    i = (draws.uniform((n,)) * 4).floor()
    return _rotate(i * draws.gate(p, (n,)) * (math.pi / 2))


def _xint(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    t = (draws.uniform((n, 2)) * 2 - 1) * 0.125
    t = t * draws.gate(p, (n, 1))
    return _translate(-(t[:, 0] * size[1]).round(), -(t[:, 1] * size[0]).round())


def _isotropic(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    s = torch.exp2(draws.normal((n,)) * 0.2)
    s = torch.where(draws.gate(p, (n,)), s, 1.0)
    return _scale(1 / s, 1 / s)


def _turn(n: int, draws: Draws, p: float, *, second: bool) -> Tensor:
    # Rotated before or after the anisotropic scaling: each so often that either happens with probability p.
    each = 1 - math.sqrt(1 - min(max(p, 0.0), 1.0))
    angle = (draws.uniform((n,)) * 2 - 1) * math.pi
    return _rotate(angle * draws.gate(each, (n,), second=second))


def _turn_before(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    return _turn(n, draws, p, second=False)


def _turn_after(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    return _turn(n, draws, p, second=True)


def _anisotropic(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    s = torch.exp2(draws.normal((n,)) * 0.2)
    s = torch.where(draws.gate(p, (n,)), s, 1.0)
    return _scale(1 / s, s)


def _xfrac(n: int, size: Size, draws: Draws, p: float) -> Tensor:
    t = draws.normal((n, 2)) * 0.125
    t = t * draws.gate(p, (n, 1))
    return _translate(-t[:, 0] * size[1], -t[:, 1] * size[0])


_STEPS: tuple[tuple[str, Callable[[int, Size, Draws, float], Tensor]], ...] = (
    ("xflip", _xflip),
    ("rotate90", _rotate90),
    ("xint", _xint),
    ("scale", _isotropic),
    ("rotate", _turn_before),
    ("aniso", _anisotropic),
    ("rotate", _turn_after),
    ("xfrac", _xfrac),
)


def inverse_map(n: int, size: Size, draws: Draws, strength: Mapping[str, float]) -> Tensor | None:
    """`[n, 3, 3]`: from output pixel to input pixel, origin at the centre; none if nothing is enabled.

    Args:
        n: Number of samples.
        size: Height and width.
        draws: The source of parameters and gates.
        strength: Probability of each transform by name; one that is absent or 0 draws nothing.
    """
    total: Tensor | None = None
    for name, step in _STEPS:
        p = strength.get(name, 0.0)
        if p > 0:
            inverse = step(n, size, draws, p)
            total = inverse if total is None else total @ inverse
    return total


def warp(images: Tensor, inverse: Tensor, taps: Tensor) -> Tensor:
    """Resample `images [N, C, H, W]` through `inverse [N, 3, 3]`, borders reflected, band-limited.

    `inverse` is on the CPU, so that nothing waits for a GPU to know how far a batch reaches.
    """
    _, _, height, width = images.shape
    hp = len(taps) // 4
    x0, y0, x1, y1 = _margins(inverse, height, width, hp)
    images = F.pad(images, (x0, x1, y0, y1), mode="reflect")
    inverse = _shift((x0 - x1) / 2, (y0 - y1) / 2) @ inverse
    images = upsample2d(images, taps)
    inverse = _zoom(2, 2) @ inverse @ _zoom(0.5, 0.5)
    inverse = _shift(-0.5, -0.5) @ inverse @ _shift(0.5, 0.5)
    out_h, out_w = (height + 2 * hp) * 2, (width + 2 * hp) * 2
    in_h, in_w = images.shape[2:]
    inverse = _zoom(2 / in_w, 2 / in_h) @ inverse @ _zoom(out_w / 2, out_h / 2)
    shape = [len(images), images.shape[1], out_h, out_w]
    grid = F.affine_grid(inverse[:, :2].to(images.device), shape, align_corners=False)
    images = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return downsample2d(images, taps, extra=-2 * hp, flip=True)


def _margins(inverse: Tensor, height: int, width: int, hp: int) -> tuple[int, int, int, int]:
    """How far the batch reaches beyond the picture: left, top, right, bottom; at most its own size."""
    cx, cy = (width - 1) / 2, (height - 1) / 2
    corners = torch.tensor([[-cx, -cy, 1], [cx, -cy, 1], [cx, cy, 1], [-cx, cy, 1]]).t()
    reached = (inverse.detach() @ corners)[:, :2]  # [N, 2, 4]
    x, y = reached[:, 0].flatten(), reached[:, 1].flatten()
    margin = torch.stack([-x, -y, x, y]).amax(dim=1) + torch.tensor([2 * hp - cx, 2 * hp - cy] * 2)
    limit = torch.tensor([width - 1, height - 1] * 2)
    x0, y0, x1, y1 = margin.clamp(min=0).minimum(limit).ceil().int().tolist()
    return x0, y0, x1, y1


def _shift(tx: float, ty: float) -> Tensor:
    return torch.tensor([[1, 0, tx], [0, 1, ty], [0, 0, 1.0]])


def _zoom(sx: float, sy: float) -> Tensor:
    return torch.tensor([[sx, 0, 0], [0, sy, 0], [0, 0, 1.0]])
