"""Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994), as OpenCV does it.

How it is made differentiable: the curve of a tile, the clipped histogram's running sum, is taken as a constant, since
counting has no derivative. The gradient of a pixel is the slope of its curve, which the contrast limit bounds. Curves
are straight between their points, so second derivatives are zero, and R1's pass through.
"""

from __future__ import annotations

import torch
from torch import Tensor

_LUMA = (0.299, 0.587, 0.114)


def equalised(images: Tensor, limit: Tensor, tiles: int = 4, bins: int = 64) -> Tensor:
    """Local contrast evened out in the luminance; colour differences stay.

    Args:
        images: `[N, 3, H, W]`, about [-1, 1]; sides are multiples of `tiles`. What lies beyond passes as it is.
        limit: `[N]`: how many times the even share a bin may hold; 1 leaves a picture almost as it was.
        tiles: Along a side; each has its curve, pixels between centres take a mixture of four.
        bins: Of the histograms.
    """
    luma = (images * images.new_tensor(_LUMA)[:, None, None]).sum(dim=1)  # [N, H, W]
    grey = (luma / 2 + 0.5).clamp(0, 1)
    curves = _curves(grey.detach(), limit, tiles, bins)
    return images + (_mixed(grey, curves) - grey)[:, None] * 2


def _curves(grey: Tensor, limit: Tensor, tiles: int, bins: int) -> Tensor:
    """`[N, tiles, tiles, bins]`: from a bin to a value in [0, 1]."""
    n, h, w = grey.shape
    assert h % tiles == 0 and w % tiles == 0, f"sides are multiples of {tiles}"
    cells = grey.reshape(n, tiles, h // tiles, tiles, w // tiles).transpose(2, 3).reshape(n, tiles**2, -1)
    area = cells.shape[2]
    level = (cells * (bins - 1)).round().long()
    counts = torch.zeros(n, tiles**2, bins, device=grey.device).scatter_add_(2, level, torch.ones_like(cells))
    most = (limit * area / bins).clamp_min(1)[:, None, None]
    clipped = counts.minimum(most)
    spare = (area - clipped.sum(dim=2, keepdim=True)) / bins
    return ((clipped + spare).cumsum(dim=2) / area).reshape(n, tiles, tiles, bins)


def _mixed(grey: Tensor, curves: Tensor) -> Tensor:
    """`[N, H, W]` looked up in the four nearest tiles' curves."""
    _, h, w = grey.shape
    tiles = curves.shape[1]
    y0, y1, fy = _neighbours(h, tiles, grey.device)
    x0, x1, fx = _neighbours(w, tiles, grey.device)
    upper = _looked_up(grey, curves, y0, x0).lerp(_looked_up(grey, curves, y0, x1), fx)
    lower = _looked_up(grey, curves, y1, x0).lerp(_looked_up(grey, curves, y1, x1), fx)
    return upper.lerp(lower, fy[:, None])


def _neighbours(side: int, tiles: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """`[side]` each: the tile whose centre lies before a pixel, the one after it, and the share of the latter."""
    place = (torch.arange(side, device=device) + 0.5) * (tiles / side) - 0.5
    before = place.floor()
    after = (before + 1).clamp_max(tiles - 1).long()
    return before.clamp_min(0).long(), after, place - before


def _looked_up(grey: Tensor, curves: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """`[N, H, W]`: each pixel through the curve of the tile that `rows [H]` and `columns [W]` name."""
    n, tiles, _, bins = curves.shape
    place = grey * (bins - 1)
    level = place.detach().floor().clamp_max(bins - 2).long()
    tile = rows[:, None] * tiles + columns  # [H, W]
    index = (tile * bins + level).reshape(n, -1)
    table = curves.reshape(n, -1)
    low, high = (table.gather(1, index + step).reshape(grey.shape) for step in (0, 1))
    return low + (place - level) * (high - low)
