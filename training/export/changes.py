"""How much the types change what they should leave alone, and what they should not."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.evaluation.probes import Probe
from training.export.latents import render
from training.export.types import TYPES


@torch.no_grad()
def type_changes(
    generator: Generator,
    means: Mapping[str, Tensor],
    latents: Mapping[str, Tensor],
    probes: Mapping[str, Probe],
) -> dict[str, tuple[float, float]]:
    """By probe, mean and largest absolute difference between a type's face and its gender's mean face.

    Beside the probes: `any pixel`, the mean absolute difference of all pixels, on the scale of [-1, 1].
    """
    found: dict[str, list[Tensor]] = {name: [] for name in (*probes, "any pixel")}
    for gender, mean in means.items():
        base = render(generator, mean.repeat(1, generator.num_ws, 1))
        worn = render(generator, torch.stack([latents[f"{name}.{gender}"] for name in TYPES]))
        for name, probe in probes.items():
            found[name].append((probe(worn) - probe(base)).abs().flatten(1).amax(dim=1))
        found["any pixel"].append((worn - base).abs().mean(dim=(1, 2, 3)))
    return {name: (float(torch.cat(v).mean()), float(torch.cat(v).max())) for name, v in found.items()}
