"""Base faces beside a gender's mean: with lighter or darker skin, or older, as the model has it."""

from __future__ import annotations

from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.datasets.manifest import GENDERS
from training.evaluation.probes import Probe, lightness
from training.export.latents import LatentStatistics, render

SAMPLES = 700
REACH = 1.3
"""How far a look goes, in standard deviations of the probe."""


def conditional_shift(x: Tensor, values: Tensor, reach: float) -> Tensor:
    """`[w_dim]`: the mean move among samples whose probe is `reach` deviations off (linear regression).

    Args:
        x: Codes `[M, w_dim]` with mean zero.
        values: The probe's numbers `[M]`.
        reach: In standard deviations; negative goes the other way.
    """
    values = values - values.mean()
    return (x * values[:, None]).mean(dim=0) / values.std() * reach


def apart_from(values: Tensor, other: Tensor) -> Tensor:
    """`[M]`: what of `values` a linear regression on `other` does not explain."""
    values, other = values - values.mean(), other - other.mean()
    return values - other * (values @ other) / (other @ other)


def find_looks(
    generator: Generator, statistics: LatentStatistics, probes: dict[str, tuple[Probe, float]]
) -> dict[str, dict[str, Tensor]]:
    """By name of the look and gender: the code `[w_dim]` of the base face.

    A look that is not about lightness keeps the lightness of the skin.

    Args:
        generator: The averaged generator.
        statistics: Its latent statistics.
        probes: By name of the look, what to read off a picture and how far to go (in standard deviations).
    """
    looks: dict[str, dict[str, Tensor]] = {name: {} for name in probes}
    for i, gender in enumerate(GENDERS):
        x = statistics.residuals[i, :SAMPLES]
        mean = statistics.means[gender]
        wide = (mean + 0.7 * x).unsqueeze(1).repeat(1, generator.num_ws, 1)
        images = render(generator, wide)
        for name, (probe, reach) in probes.items():
            values = probe(images).reshape(-1)
            if probe is not lightness:
                values = apart_from(values, lightness(images))
            looks[name][gender] = mean + conditional_shift(x, values, reach)
    return looks
