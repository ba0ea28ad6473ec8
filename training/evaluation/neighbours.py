"""What the nearest pictures tell: precision and recall, photos learnt by heart, diversity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEIGHBOURS: Final = 3
HEART: Final = 0.05
"""Share of held-out photos that are beyond each limit for a sample; see `ByHeart`."""
_CROWD: Final = 50

_BLOCK = 512
_SPREAD = 5000  # rows: more change the mean by less than a sample does, and take all the memory


def apart(a: Floats, b: Floats) -> Floats:
    """Distances `[N, M]` between the rows of `[N, D]` and `[M, D]`."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
    distances: Floats = np.sqrt(np.clip(squares, 0, None))
    return distances


def _blocks(a: Floats, b: Floats) -> Iterator[Floats]:
    """`apart`, some rows at a time: of 50,000 pictures all would take 10 GB."""
    for start in range(0, len(a), _BLOCK):
        yield apart(a[start : start + _BLOCK], b)


def nearest(a: Floats, b: Floats) -> tuple[NDArray[np.int64], Floats]:
    """For each row of `a` the index and the distance of the nearest row of `b`."""
    places, distances = [], []
    for block in _blocks(a, b):
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
    last = min(k, len(centres) - 1)  # the nearest is the picture itself
    radius = np.concatenate([np.sort(block, axis=1)[:, last] for block in _blocks(centres, centres)])
    return float(np.concatenate([(block <= radius).any(axis=1) for block in _blocks(points, centres)]).mean())


def spread(numbers: Floats) -> float:
    """Mean distance between two different rows, of the first 5,000."""
    numbers = numbers[:_SPREAD]
    n = len(numbers)
    return float(apart(numbers, numbers).sum() / (n * (n - 1)))


@dataclass(frozen=True)
class ByHeart:
    """Which samples are training photos again.

    Such a sample is nearer to a photo than photos of strangers are, and that photo stands out: its next neighbours are
    much farther. The second part lets blurred and average faces go, which are somewhat near to everybody (as
    arXiv 2301.13188, section 4.2, divides by the distance to the nearest fifty).

    Attributes:
        places: of each sample, the index of its nearest training photo.
        distances: and how far it is.
        strangers: the distances of held-out photos to their nearest training photo.
        limit: nearer than that are 5 % of the strangers.
        share: of the samples that are nearer than the limit to a photo that stands out more than for 95 % of strangers.
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
    alone = np.quantile(strangers / _crowd(held_out, training), HEART)
    learnt = (distances < limit) & (distances / _crowd(samples, training) < alone)
    return ByHeart(places, distances, strangers, limit, float(learnt.mean()))


def _crowd(points: Floats, photos: Floats) -> Floats:
    """For each of the points its mean distance to the photos that come after the nearest."""
    few = min(_CROWD, len(photos) - 1)
    found: Floats = np.concatenate(
        [np.sort(block, axis=1)[:, 1 : few + 1].mean(axis=1) for block in _blocks(points, photos)]
    )
    return found
