"""Weights of a conditional network for another number of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from inference.networks.blocks.normalise import normalise_second_moment
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.datasets.manifest import GENDERS

_EMBEDDING = ("mapping.embed.weight", "mapping.embed.bias")

Kin = Sequence[Sequence[int]]
"""Of each class now, the classes of before that it begins as."""


def kin(now: Sequence[str], before: Sequence[str]) -> Kin | None:
    """By names as `ENFP:female`: the class of that name, else those of its gender, else all; none: nothing is known."""
    if not now or not before:
        return None
    every = range(len(before))
    found = []
    for name in now:
        same = [i for i in every if before[i] == name]
        alike = [i for i in every if _gender(name) and _gender(before[i]) == _gender(name)]
        found.append(same or alike or list(every))
    return found


def _gender(name: str) -> str | None:
    last = name.rpartition(":")[2]
    return last if last in GENDERS else None


def generator_for(
    new: GeneratorConfig,
    old: GeneratorConfig,
    weights: Mapping[str, Tensor],
    fresh: Mapping[str, Tensor],
    kin: Kin | None = None,
) -> dict[str, Tensor]:
    """Generator weights for `new.c_dim` classes.

    Classes that each have one of before as their kin begin as that one. Otherwise the old condition is held at the
    mean of all kin, and the new one begins without effect: at first every class draws the same. Where nothing is
    known of them, as many classes as before are taken to be the same ones, in the same order.
    """
    if new.c_dim and (columns := _columns(new.c_dim, old.c_dim, kin)):
        return dict(weights) | _chosen(weights, columns)
    if not old.c_dim:
        plain = dict(weights)
    else:
        plain = _without(old, weights, sorted({i for each in kin for i in each} if kin else range(old.c_dim)))
    if not new.c_dim:
        return plain
    z, w = new.z_dim, new.w_dim
    scaled = plain["mapping.fc0.weight"] * ((z + w) / z) ** 0.5  # the layer's own gain falls with its width
    plain["mapping.fc0.weight"] = torch.cat([scaled, torch.zeros(len(scaled), w)], dim=1)
    return plain | {name: fresh[name] for name in _EMBEDDING}


def _columns(now: int, before: int, kin: Kin | None) -> list[int] | None:
    """Of each class the one of before that it is, where each is one."""
    if kin is None:
        return list(range(now)) if now == before else None
    return [each[0] for each in kin] if all(len(each) == 1 for each in kin) else None


def _chosen(weights: Mapping[str, Tensor], columns: Sequence[int]) -> dict[str, Tensor]:
    """The embedding of these classes; its layer's gain falls with their number."""
    before = weights[_EMBEDDING[0]]  # [w_dim, c_dim]
    return {_EMBEDDING[0]: before[:, list(columns)] * (len(columns) / before.shape[1]) ** 0.5}


def _without(
    old: GeneratorConfig, weights: Mapping[str, Tensor], classes: Sequence[int]
) -> dict[str, Tensor]:
    """The embedding's mean over these classes goes into the first layer's bias."""
    z, w = old.z_dim, old.w_dim
    embedded = (weights["mapping.embed.weight"] * old.c_dim**-0.5).T + weights["mapping.embed.bias"]
    mean = normalise_second_moment(embedded)[list(classes)].mean(dim=0)  # [w_dim]
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
    kin: Kin | None = None,
) -> dict[str, Tensor]:
    """Discriminator weights for `new.c_dim` classes: what judges the match begins anew where they are others.

    What `weights` lack, of a pack, begins anew too.
    """
    if not new.c_dim and not old.c_dim:
        return {**fresh, **weights}
    columns = _columns(new.c_dim, old.c_dim, kin) if new.c_dim and old.c_dim else None
    if columns and new.condition_dim == old.condition_dim:
        match = _chosen(weights, columns) if _EMBEDDING[0] in weights else {}
        return {**fresh, **weights, **match}
    kept = {name: value for name, value in weights.items() if not name.startswith(("mapping.", "b4.out."))}
    return {**fresh, **kept}
