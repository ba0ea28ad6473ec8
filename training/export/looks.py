"""Base faces beside a gender's mean: of other skin tones and ages, as the model has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.datasets.manifest import GENDERS
from training.evaluation.probes import Probe, lightness
from training.export.latents import LatentStatistics, render

SAMPLES = 700
PSI = 0.7
LOOKS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "lighter": (1.3, 0.0),
        "darker": (-1.3, 0.0),
        "younger": (0.0, -1.3),
        "older": (0.0, 1.5),
        "lighter-older": (1.0, 1.3),
        "darker-older": (-1.0, 1.3),
    }
)
"""How light the skin and how old the face are, in standard deviations of the model's own people."""


def conditional_mean(x: Tensor, values: Tensor, wanted: Tensor) -> Tensor:
    """`[w_dim]`: the mean of x among samples that the probes read as `wanted` (multiple linear regression).

    Args:
        x: Codes `[M, w_dim]` with mean zero.
        values: The probes' numbers `[M, k]`.
        wanted: `[k]`, in standard deviations of each.
    """
    values = (values - values.mean(dim=0)) / values.std(dim=0)
    together = values.t() @ values / len(values)
    found: Tensor = torch.linalg.solve(together, wanted) @ (values.t() @ x) / len(x)
    return found


def find_looks(
    generator: Generator, statistics: LatentStatistics, age: Probe | None
) -> dict[str, dict[str, Tensor]]:
    """By name of the look and gender: the code `[w_dim]` of the base face; without `age` those of skin only."""
    probes = [lightness, *([age] if age else [])]
    looks = {name: torch.tensor(wanted) for name, wanted in LOOKS.items() if age or not wanted[1]}
    found: dict[str, dict[str, Tensor]] = {name: {} for name in looks}
    for i, gender in enumerate(GENDERS):
        x, mean = statistics.residuals[i, :SAMPLES], statistics.means[gender]
        images = render(generator, (mean + PSI * x).unsqueeze(1).repeat(1, generator.num_ws, 1))
        values = torch.stack([probe(images).reshape(-1) for probe in probes], dim=1)
        for name, wanted in looks.items():
            found[name][gender] = mean + conditional_mean(x, values, wanted[: len(probes)])
    return found
