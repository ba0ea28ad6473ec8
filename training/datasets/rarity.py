"""How often a picture is drawn, so that a network also meets the people of whom a set has few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import torch
from torch import Tensor

MOST = 3.0  # times an even draw: more, and the few that there are would be learnt by heart


def rarity(groups: Sequence[Hashable]) -> Tensor:
    """Weights of a draw, float64 `[M]` up to `MOST`: the share of a group grows with the root of its size.

    Args:
        groups: the group of each picture, `M` of them.
    """
    sizes = Counter(groups)
    weights = torch.tensor([sizes[group] for group in groups], dtype=torch.float64).rsqrt()
    return (weights / weights.mean()).clamp(max=MOST)
