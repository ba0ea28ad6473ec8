"""Gaussian filters and resampling of small planes as products with two matrices.

A plane is `[..., H, W]` float32. At the sizes used here, up to 512 px, a dense product takes less time than a
loop over taps, has no limit on sigma, and the borders are right by normalising the rows.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]


@lru_cache(maxsize=64)
def _matrix(target: int, source: int, sigma: float) -> Planes:
    """[target, source]: a Gaussian around each target pixel's place, `sigma` in source pixels."""
    places = (np.arange(target) + 0.5) * source / target - 0.5
    distance = (places[:, None] - np.arange(source)[None]) / sigma
    weights = np.where(np.abs(distance) < 5, np.exp(-0.5 * distance**2), 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _both(planes: Planes, side: int, sigma: float) -> Planes:
    matrix = _matrix(side, planes.shape[-1], sigma)
    return np.asarray(matrix @ planes @ matrix.T, dtype=np.float32)


def blur(planes: Planes, sigma: float) -> Planes:
    """Gaussian blur of square planes."""
    return _both(planes, planes.shape[-1], sigma)


def blur_within(planes: Planes, weight: Planes, sigma: float) -> Planes:
    """Blur that sees only where `weight` is, and goes on smoothly elsewhere (normalised convolution)."""
    result: Planes = blur(planes * weight, sigma) / (blur(weight, sigma) + 1e-4)
    return result


def resample(planes: Planes, side: int) -> Planes:
    """Square planes on a grid of `side`, without aliasing and without ringing."""
    source = planes.shape[-1]
    if source == side:
        return planes
    return _both(planes, side, 0.5 * max(1.0, source / side))


def smoothstep(value: Planes, low: float, high: float) -> Planes:
    """0 below `low`, 1 above `high`, with level ends."""
    t = np.clip((value - low) / (high - low), 0, 1)
    result: Planes = (t * t * (3 - 2 * t)).astype(np.float32)
    return result
