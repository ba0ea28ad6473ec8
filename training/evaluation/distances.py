"""How far two sets of pictures are from each other, as a network that looks at them sees it.

The Frechet distance (arXiv 1706.08500) and the kernel distance (Binkowski et al., arXiv 1801.01401): on Inception's
numbers they are FID and KID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_SUBSETS: Final = 20
_LARGEST: Final = 1000


def frechet(a: Floats, b: Floats) -> float:
    """`|m - n|^2 + tr(S + T - 2 (S T)^1/2)` of the means and covariances of `[N, D]` and `[M, D]`.

    It falls with the number of pictures: compare only numbers that as many gave.
    """
    (m, s), (n, t) = _moments(a), _moments(b)
    root = _root(s)
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ t @ root), 0, None)).sum()
    return max(0.0, float(((m - n) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * cross))


def kernel_distance(a: Floats, b: Floats, scale: float) -> float:
    """The unbiased estimate of the squared maximum mean discrepancy with the kernel `(scale x.y + 1)^3`.

    Around 0 for two sets of one kind, whatever their number, and so sometimes below it.
    """
    x, y = a.astype(np.float64), b.astype(np.float64)
    within = [_others(_kernel(side, side, scale)) for side in (x, y)]
    return float(sum(within) - 2 * _kernel(x, y, scale).mean())


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel distance and its spread over subsets, both times 1000."""

    value: float
    spread: float


def kernel(a: Floats, b: Floats, scale: float) -> Kernel:
    """Over twenty seeded subsets of half the pictures, 1000 at most."""
    dice = np.random.RandomState(0)
    size = max(2, min(_LARGEST, len(a) // 2, len(b) // 2))
    found = [
        kernel_distance(a[dice.permutation(len(a))[:size]], b[dice.permutation(len(b))[:size]], scale) * 1000
        for _ in range(_SUBSETS)
    ]
    return Kernel(float(np.mean(found)), float(np.std(found)))


def _kernel(x: Doubles, y: Doubles, scale: float) -> Doubles:
    found: Doubles = (scale * (x @ y.T) + 1) ** 3
    return found


def _others(kernels: Doubles) -> float:
    """The mean over pairs of two different pictures."""
    n = len(kernels)
    return float((kernels.sum() - np.trace(kernels)) / (n * (n - 1)))


def _moments(numbers: Floats) -> tuple[Doubles, Doubles]:
    wide = numbers.astype(np.float64)
    return wide.mean(axis=0), np.atleast_2d(np.cov(wide, rowvar=False))


def _root(matrix: Doubles) -> Doubles:
    """The root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    root: Doubles = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root
