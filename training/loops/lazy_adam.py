"""Adam for a network whose regulariser runs only now and then (StyleGAN2, arXiv 1912.04958, appendix B)."""

from __future__ import annotations

import torch
from torch import nn

BETAS = (0.0, 0.99)


def lazy_rates(lr: float, interval: int | None) -> tuple[float, tuple[float, float]]:
    """Rate and betas that make `interval + 1` steps act like `interval`; unchanged where nothing is lazy."""
    ratio = 1.0 if interval is None else interval / (interval + 1)
    return lr * ratio, (BETAS[0] ** ratio, BETAS[1] ** ratio)


def lazy_adam(network: nn.Module, lr: float, interval: int | None) -> torch.optim.Adam:
    """An optimiser shared by the main and the lazy phase of one network."""
    rate, betas = lazy_rates(lr, interval)
    return torch.optim.Adam(network.parameters(), lr=rate, betas=betas, eps=1e-8, fused=True)


def step(optimiser: torch.optim.Adam) -> None:
    """One step; a gradient that is not finite counts as nothing (nan) or as very steep (inf)."""
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                torch.nan_to_num(parameter.grad, nan=0.0, posinf=1e5, neginf=-1e5, out=parameter.grad)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
