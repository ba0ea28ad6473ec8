"""How far a direction may go: as long as the faces stay as usual as photos are.

Usual is what the discriminator's first blocks find so: mean and spread of each of their channels are Gaussian over
photos, and a picture's oddness is its Mahalanobis distance. The middle face of a moved crowd may be as odd as the
middle photo, or a tenth odder than it was, for a model whose faces are odd anyway. At 64 px that fell where the eye
put it (2.5 for a smile, 1 for light skin, 2 for a turned head); dlib's detector, tried first, finds faces far beyond.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.packs.loader import LoadedPack
from training.export.latents import render

FARTHEST = 3.0
STEP = 0.25
_ODDER = 1.1
_FLOOR = 1e-4
_PART = 64


@dataclass(frozen=True)
class Usual:
    """What is usual in pictures, `mean [D]` and `root [D, D]` of their covariance; `middle` a photo's oddness."""

    network: DiscriminatorFeatures
    mean: Tensor
    root: Tensor
    middle: float

    def oddness(self, images: Tensor) -> Tensor:
        """`[N]` of `[N, 3, R, R]`."""
        return _distances(summaries(self.network, torch.split(images, _PART)), self.mean, self.root)


def learn(network: DiscriminatorFeatures, parts: Iterable[Tensor]) -> Usual:
    """What is usual among pictures `[N, 3, R, R]` that come in parts."""
    seen = summaries(network, parts)
    covariance = torch.cov(seen.t())
    covariance += _FLOOR * covariance.diagonal().mean().clamp_min(1e-8) * torch.eye(len(covariance))
    mean, root = seen.mean(dim=0), torch.linalg.cholesky(covariance)
    return Usual(network, mean, root, float(_distances(seen, mean, root).median()))


@torch.no_grad()
def summaries(network: DiscriminatorFeatures, parts: Iterable[Tensor]) -> Tensor:
    """`[N, D]`: mean and spread of every channel of every block, on the CPU."""
    rows, place = [], next(network.buffers()).device
    for part in parts:
        maps = network(part.clamp(-1, 1).to(place))
        rows.append(torch.cat([f(level) for level in maps for f in (_mean, _spread)], dim=1).cpu())
    return torch.cat(rows)


def reach(pack: LoadedPack, usual: Usual, vector: Tensor, crowds: Sequence[Tensor]) -> tuple[float, float]:
    """The lowest and the highest useful amount of a direction `[num_ws, w_dim]`.

    Args:
        pack: draws.
        usual: judges.
        vector: one unit.
        crowds: groups of faces `[N, num_ws, w_dim]`; the middle one of each must stay usual.
    """
    return 0.0 - _end(pack, usual, -vector, crowds), _end(pack, usual, vector, crowds)


def _end(pack: LoadedPack, usual: Usual, vector: Tensor, crowds: Sequence[Tensor]) -> float:
    def middle(crowd: Tensor) -> float:
        return float(usual.oddness(render(pack.generator, crowd)).median())

    allowed = [max(usual.middle, _ODDER * middle(crowd)) for crowd in crowds]

    def odd(steps: int) -> bool:
        moved = [middle(crowd + steps * STEP * vector) for crowd in crowds]
        return not all(value <= most for value, most in zip(moved, allowed, strict=True))  # NaN is odd

    return bisect_left(range(1, round(FARTHEST / STEP) + 1), True, key=odd) * STEP


def _distances(seen: Tensor, mean: Tensor, root: Tensor) -> Tensor:
    whitened: Tensor = torch.linalg.solve_triangular(root, (seen - mean).t(), upper=False)
    distances: Tensor = whitened.norm(dim=0)
    return distances


def _mean(level: Tensor) -> Tensor:
    return level.mean(dim=(2, 3))


def _spread(level: Tensor) -> Tensor:
    return level.std(dim=(2, 3))
