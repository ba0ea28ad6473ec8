"""The averaged generator: what is shown and shipped."""

from __future__ import annotations

import torch
from torch import nn


def ema_beta(batch: int, ema_kimg: float, images_seen: int, ramp: float | None) -> float:
    """How much of the average one iteration keeps.

    Args:
        batch: Pictures an iteration.
        ema_kimg: Half-life in thousand pictures.
        images_seen: Pictures before this iteration; with a ramp, 0 makes a plain copy.
        ramp: Half-life as a share of the pictures seen, while that is shorter; none: not shortened.
    """
    half_life = ema_kimg * 1000
    if ramp is not None:
        half_life = min(half_life, images_seen * ramp)
    return float(0.5 ** (batch / max(half_life, 1e-8)))


@torch.no_grad()
def update_ema(average: nn.Module, model: nn.Module, beta: float) -> None:
    """Parameters move towards the model's; buffers are copied."""
    for mine, its in zip(average.parameters(), model.parameters(), strict=True):
        mine.copy_(its.lerp(mine, beta))
    for kept, current in zip(average.buffers(), model.buffers(), strict=True):
        kept.copy_(current)
