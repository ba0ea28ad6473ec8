"""Where each part of the photo's face lies in the rendered one: dense registration on a coarse grid.

Thirion's demons (Medical Image Analysis 1998): steps along the moving picture's gradient, kept smooth by a
Gaussian, here from coarse to fine on brightness whose local mean and contrast are levelled, since light and
skin differ between the two.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from inference.compose.filters import Planes, blur

_LEVELS: Final = ((4.0, 16), (2.4, 16), (1.4, 16))  # blur of the pictures in grid pixels; steps
_STIFF: Final = 2.2  # grid pixels: blur of the displacement after every step
_FARTHEST: Final = 0.07  # of the side; faces that are aligned by their eyes and nose differ by less


def find(photo: Planes, render: Planes, weight: Planes) -> Planes:
    """[2, N, N]: dx, dy in pixels with `photo[y + dy, x + dx]` like `render[y, x]`; both are brightness [N, N]."""
    side = photo.shape[-1]
    shift = np.zeros((2, side, side), np.float32)
    moving, fixed = levelled(photo, weight), levelled(render, weight)
    for sigma, steps in _LEVELS:
        coarse, goal = blur(moving, sigma), blur(fixed, sigma)
        for _ in range(steps):
            shift = blur(shift + weight * _step(sample(coarse, shift), goal), _STIFF)
    longest = np.maximum(1, np.hypot(*shift) / (_FARTHEST * side))
    result: Planes = shift / longest * weight
    return result


def _step(now: Planes, goal: Planes) -> Planes:
    dy, dx = np.gradient((now + goal) / 2)
    miss = goal - now
    result: Planes = np.stack([dx, dy]) * (miss / (dx**2 + dy**2 + miss**2 + 1e-3))
    return result


def levelled(picture: Planes, weight: Planes) -> Planes:
    """Brightness without its local mean, and of one local contrast: what two pictures of a face have in common."""
    wide = picture.shape[-1] / 10
    flat = picture - blur(picture, wide)
    contrast = np.sqrt(blur(weight * flat**2, wide) / (blur(weight, wide) + 1e-3))
    result: Planes = weight * flat / (contrast + 4)
    return result


def sample(planes: Planes, shift: Planes) -> Planes:
    """`planes[..., y + dy, x + dx]`, bilinear, the border repeated."""
    side = planes.shape[-1]
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    x, y = np.clip(x + shift[0], 0, side - 1), np.clip(y + shift[1], 0, side - 1)
    left, top = np.minimum(x.astype(np.intp), side - 2), np.minimum(y.astype(np.intp), side - 2)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = planes[..., top, left] * (1 - fx) + planes[..., top, left + 1] * fx
    lower = planes[..., top + 1, left] * (1 - fx) + planes[..., top + 1, left + 1] * fx
    result: Planes = upper * (1 - fy) + lower * fy
    return result
