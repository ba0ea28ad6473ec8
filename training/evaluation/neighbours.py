"""What the nearest pictures tell: precision and recall, photos learnt by heart, diversity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEIGHBOURS: Final = 3
HEART: Final = 0.05
"""Share of held-out photos that are nearer to a training photo than the limit for a sample; see `by_heart`."""

_BLOCK = 512


def apart(a: Floats, b: Floats) -> Floats:
    """Distances `[N, M]` between the rows of `[N, D]` and `[M, D]`."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
    distances: Floats = np.sqrt(np.clip(squares, 0, None))
    return distances


def nearest(a: Floats, b: Floats) -> tuple[NDArray[np.int64], Floats]:
    """For each row of `a` the index and the distance of the nearest row of `b`."""
    places, distances = [], []
    for start in range(0, len(a), _BLOCK):
        block = apart(a[start : start + _BLOCK], b)
        places.append(block.argmin(axis=1))
        distances.append(block.min(axis=1))
    return np.concatenate(places), np.concatenate(distances)


def precision_recall(reals: Floats, fakes: Floats, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Improved precision and recall (Kynkaanniemi et al., arXiv 1904.06991).

    The share of fakes within the reals' region and of reals within the fakes'; a region is the union of balls
    that reach from each picture to its k-th nearest.
    """
    return _covered(reals, fakes, k), _covered(fakes, reals, k)


def _covered(centres: Floats, points: Floats, k: int) -> float:
    inside = apart(centres, centres)
    radius = np.sort(inside, axis=1)[:, min(k, len(centres) - 1)]  # the nearest is the picture itself
    return float((apart(points, centres) <= radius).any(axis=1).mean())


def spread(numbers: Floats) -> float:
    """Mean distance between two different rows."""
    n = len(numbers)
    return float(apart(numbers, numbers).sum() / (n * (n - 1)))


@dataclass(frozen=True)
class ByHeart:
    """Whether samples are nearer to the training photos than photos of strangers are.

    Attributes:
        places: of each sample, the index of its nearest training photo.
        distances: and how far it is.
        strangers: the distances of held-out photos to their nearest training photo.
        limit: nearer than that are 5 % of the strangers; more than that share of samples were learnt by heart.
        share: of the samples that are nearer than the limit.
    """

    places: NDArray[np.int64]
    distances: Floats
    strangers: Floats
    limit: float
    share: float


def by_heart(training: Floats, held_out: Floats, samples: Floats) -> ByHeart:
    """Compare samples with photos of people whom the model has not seen. All `[N, D]`."""
    places, distances = nearest(samples, training)
    _, strangers = nearest(held_out, training)
    limit = float(np.quantile(strangers, HEART))
    return ByHeart(places, distances, strangers, limit, float((distances < limit).mean()))
