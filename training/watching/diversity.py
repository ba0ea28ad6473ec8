"""Mode collapse: the generator draws a few pictures over and over, or one.

Two numbers, each as a share of what photos of the same classes have: how far two pictures are from each other on
average, and how far each is from its nearest. The second falls too where there are several pictures, each many times.
Measured at 64 px: other photos of the same archive have 0.97 to 1.03, the starter pack 0.92 or more, 16 photos drawn
over and over 0.05.
"""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from training.watching.seen import EARLY, Finding, Pictures, Seen, Trouble

LEAST: Final = 0.4
_SIDE = 16

_SAYS = (
    "Mode collapse: samples differ from one another only {share:.0%} as much as photos do, so many z give nearly "
    "the same picture. Go on from an earlier kimg-*.pt (copy it over latest.pt) with R1 twice as strong (--gamma), or "
    "with half the rate (--rate)."
)


class Diversity:
    """Compares a run's samples with as many photos."""

    def __init__(self, reals: Pictures) -> None:
        self.reals = reals

    def __call__(self, seen: Seen) -> Finding:
        n = min(len(self.reals), len(seen.fakes))
        found, wanted = apart(seen.fakes.first(n)), apart(self.reals.first(n))
        spread, nearest = (f / max(w, 1e-6) for f, w in zip(found, wanted, strict=True))
        numbers = {"diversity": spread, "diversity_nearest": nearest}
        share = min(spread, nearest)
        if share >= LEAST or seen.kimg < EARLY:
            return Finding(numbers)
        return Finding(numbers, (Trouble("mode_collapse", _SAYS.format(share=share)),))


def apart(pictures: Pictures) -> tuple[float, float]:
    """Mean distance between two small pictures of one class, and mean distance to the nearest."""
    small = F.adaptive_avg_pool2d(pictures.images.float(), _SIDE).flatten(1)
    distances = torch.cdist(small, small)
    distances[_strangers(pictures.conditions)] = torch.nan
    distances.fill_diagonal_(torch.nan)
    nearest = distances.nan_to_num(nan=torch.inf).amin(dim=1)
    nearest = nearest[nearest.isfinite()]  # those who are alone in their class have none
    return float(distances.nanmean()), float(nearest.mean())


def _strangers(conditions: Tensor) -> Tensor:
    """`[N, N]`: pairs of different classes."""
    if not conditions.shape[1]:
        return torch.zeros(len(conditions), len(conditions), dtype=torch.bool, device=conditions.device)
    labels = conditions.argmax(dim=1)
    return labels[:, None] != labels
