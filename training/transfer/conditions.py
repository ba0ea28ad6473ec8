"""Weights of a conditional network for another number of classes."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from inference.networks.blocks.normalise import normalise_second_moment
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig

_EMBEDDING = ("mapping.embed.weight", "mapping.embed.bias")


def generator_for(
    new: GeneratorConfig, old: GeneratorConfig, weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Generator weights for `new.c_dim` classes.

    As many classes as before are taken to be the same ones, in the same order. Otherwise the old condition is
    held at the mean of its classes, and the new one begins without effect: at first every class draws what the
    old network drew.
    """
    if new.c_dim == old.c_dim:
        return dict(weights)
    plain = _without(old, weights) if old.c_dim else dict(weights)
    if not new.c_dim:
        return plain
    z, w = new.z_dim, new.w_dim
    scaled = plain["mapping.fc0.weight"] * ((z + w) / z) ** 0.5  # the layer's own gain falls with its width
    plain["mapping.fc0.weight"] = torch.cat([scaled, torch.zeros(len(scaled), w)], dim=1)
    return plain | {name: fresh[name] for name in _EMBEDDING}


def _without(old: GeneratorConfig, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The embedding's mean over classes goes into the first layer's bias."""
    z, w = old.z_dim, old.w_dim
    embedded = (weights["mapping.embed.weight"] * old.c_dim**-0.5).T + weights["mapping.embed.bias"]
    mean = normalise_second_moment(embedded).mean(dim=0)  # [w_dim]
    both = weights["mapping.fc0.weight"]
    seen, told = both[:, :z], both[:, z:]
    plain = {name: value for name, value in weights.items() if name not in _EMBEDDING}
    plain["mapping.fc0.weight"] = seen * (z / (z + w)) ** 0.5
    plain["mapping.fc0.bias"] = weights["mapping.fc0.bias"] + told @ mean * (z + w) ** -0.5
    return plain


def discriminator_for(
    new: DiscriminatorConfig,
    old: DiscriminatorConfig,
    weights: Mapping[str, Tensor],
    fresh: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """Discriminator weights for `new.c_dim` classes: what judges the match begins anew where they differ.

    What `weights` lack, of a pack, begins anew too.
    """
    if new.c_dim == old.c_dim:
        return {**fresh, **weights}
    kept = {name: value for name, value in weights.items() if not name.startswith(("mapping.", "b4.out."))}
    return {**fresh, **kept}
