"""What the space of style codes looks like: class means, spread, and samples of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.datasets.manifest import GENDERS
from training.loops.samples import one_condition, seeded_codes

SAMPLES = 10_000
SEED = 123


@dataclass(frozen=True, slots=True)
class LatentStatistics:
    """Of the averaged generator, over `SAMPLES` codes a gender.

    Attributes:
        means: By gender, `[w_dim]`: the mean of w over z for that class.
        w_avg: `[w_dim]`, the mean over both.
        w_std: `[w_dim]`, standard deviation of each number of w, over both.
        residuals: `[genders, SAMPLES, w_dim]`: w minus its own class's mean.
    """

    means: dict[str, Tensor]
    w_avg: Tensor
    w_std: Tensor
    residuals: Tensor


@torch.no_grad()
def measure(generator: Generator, samples: int = SAMPLES) -> LatentStatistics:
    """Map `samples` seeded codes for each gender."""
    z = seeded_codes(SEED, samples, generator.config.z_dim)
    codes = torch.stack(
        [generator.mapping.codes(z, one_condition(generator, g, samples)) for g in range(len(GENDERS))]
    )  # [genders, samples, w_dim]
    means = codes.mean(dim=1)
    return LatentStatistics(
        means=dict(zip(GENDERS, means, strict=True)),
        w_avg=means.mean(dim=0),
        w_std=codes.flatten(0, 1).std(dim=0),
        residuals=codes - means[:, None],
    )


@torch.no_grad()
def render(generator: Generator, ws: Tensor, batch: int = 64) -> Tensor:
    """Pictures of `ws [N, num_ws, w_dim]`, with the network's own noise; on the CPU, wherever the network is."""
    place = generator.mapping.w_avg.device
    parts = (part.to(place) for part in torch.split(ws, batch))
    return torch.cat([generator.synthesis(part, noise="const", force_fp32=True).cpu() for part in parts])
