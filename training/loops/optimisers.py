"""Adam, its kin, and rates; lazy ones where a regulariser runs only now and then (arXiv 1912.04958, appendix B)."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import nn

from training.config import Optimiser
from training.loops.adamp import AdamP

BETAS: Final = (0.0, 0.99)
DECAY: Final = 0.01
"""Weight decay of AdamW, per unit of the rate. AdamP has none: its projection does that work."""


def pace(done: float, warm: float) -> float:
    """The share of the highest rate when a share of the run is `done`: a line up over `warm`, half a cosine down."""
    rise = min(1.0, done / warm) if warm else 1.0
    return max(rise, 0.01) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))


def lazy_rates(lr: float, interval: int | None) -> tuple[float, tuple[float, float]]:
    """Rate and betas that make `interval + 1` steps act like `interval`; unchanged where nothing is lazy.

    Decoupled weight decay is multiplied by the rate, and so corrected with it.
    """
    ratio = 1.0 if interval is None else interval / (interval + 1)
    return lr * ratio, (BETAS[0] ** ratio, BETAS[1] ** ratio)


def lazy_optimiser(
    network: nn.Module, lr: float, interval: int | None, kind: Optimiser = "adam"
) -> torch.optim.Optimizer:
    """An optimiser shared by the main and the lazy phase of one network."""
    rate, betas = lazy_rates(lr, interval)
    parameters = network.parameters()
    if kind == "adamp":
        return AdamP(parameters, rate, betas)
    if kind == "adamw":
        return torch.optim.AdamW(parameters, rate, betas, weight_decay=DECAY, fused=True)
    return torch.optim.Adam(parameters, rate, betas, fused=True)


def step(optimiser: torch.optim.Optimizer) -> None:
    """One step; a gradient that is not finite counts as nothing (nan) or as very steep (inf)."""
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                torch.nan_to_num(parameter.grad, nan=0.0, posinf=1e5, neginf=-1e5, out=parameter.grad)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
