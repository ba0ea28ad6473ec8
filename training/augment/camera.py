"""What cameras and messengers do to a face before an encoder sees it.

`framed_and_lit` changes what the picture shows, and what is asked for with it; `worn` only how well it shows.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

_SHIFT = 0.02  # of the side: how far a landmark detector errs
_SCALE = 0.04
_TURN = 0.05  # radians
_GAIN = 0.15  # of each colour channel; a third of it where the channels go together
_LIFT = 0.08
_SPAN = 2.0  # of values in [-1, 1]


def framed_and_lit(images: Tensor) -> Tensor:
    """`[N, 3, R, R]` in [-1, 1]: a little moved, turned, scaled, brighter or darker, tinted."""
    n = len(images)
    turn, scale = _TURN * torch.randn(n) / 2, 1 + _SCALE * torch.randn(n) / 2
    cosine, sine = scale * turn.cos(), scale * turn.sin()
    shift = _SPAN * _SHIFT * torch.randn(2, n) / 2
    rows = torch.stack([cosine, -sine, shift[0], sine, cosine, shift[1]], dim=1)
    grid = F.affine_grid(rows.reshape(n, 2, 3).to(images.device), list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, mode="bicubic", padding_mode="reflection", align_corners=False)
    gain = 1 + _GAIN * (torch.randn(n, 1, 1, 1) + torch.randn(n, 3, 1, 1) / 3) / 2
    lift = _LIFT * torch.randn(n, 1, 1, 1)
    return (moved * gain.to(images.device) + lift.to(images.device)).clamp(-1, 1)


def worn(images: Tensor, p: float = 0.5) -> Tensor:
    """`[N, 3, R, R]` in [-1, 1]: each with probability `p` blurred, noisy, squeezed through JPEG."""
    blurred = _some(images, _blurred(images), p)
    noisy = _some(blurred, blurred + 0.05 * torch.rand(()) * torch.randn_like(blurred), p)
    return _some(noisy, _squeezed(noisy), p)


def _some(images: Tensor, changed: Tensor, p: float) -> Tensor:
    chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < p
    return torch.where(chosen, changed, images)


def _blurred(images: Tensor) -> Tensor:
    """As if taken with up to three times fewer pixels."""
    side = images.shape[-1]
    small = round(side / float(1 + 2 * torch.rand(())))
    shrunk = F.interpolate(images, size=(small, small), mode="bilinear", antialias=True)
    return F.interpolate(shrunk, size=(side, side), mode="bicubic").clamp(-1, 1)


def _squeezed(images: Tensor) -> Tensor:
    """There and back through JPEG, at a quality of 30 to 90."""
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    back = np.stack([_through_jpeg(picture, int(torch.randint(30, 91, ()))) for picture in pixels])
    return torch.from_numpy(back).permute(0, 3, 1, 2).to(images) / 127.5 - 1


def _through_jpeg(pixels: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    with Image.open(file) as picture:
        return np.asarray(picture)
