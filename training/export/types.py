"""Sixteen illustrative types: a gender's mean face, moved along four axes of the model.

They tell nothing about a person: no data about types is in them. The letters only choose the sign of four
steps; what those move by the way (skin colour, backdrop, age) is then taken back, for each type and gender.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import torch
from torch import Tensor

from training.export.axes import on_layers

LETTERS = ("EI", "SN", "TF", "JP")
TYPES = tuple("".join(letters) for letters in itertools.product(*LETTERS))


def signs(name: str) -> Tensor:
    """`[4]` of +-1: plus for the first letter of each pair."""
    return torch.tensor(
        [1.0 if letter == pair[0] else -1.0 for letter, pair in zip(name, LETTERS, strict=True)]
    )


def type_shifts(axes: Tensor, strength: float) -> Tensor:
    """`[16, w_dim]`, in the order of `TYPES`.

    Args:
        axes: `[4, w_dim]`, in the order of `LETTERS`.
        strength: Length of the step along each axis, in the axis's own length (one standard deviation).
    """
    return torch.stack([signs(name) for name in TYPES]) @ axes * strength


def type_latents(means: Mapping[str, Tensor], shifts: Mapping[str, Tensor], num_ws: int) -> dict[str, Tensor]:
    """Latents `[num_ws, w_dim]` by key, such as `ENFP.female`; `either` is the mean of the other two.

    Args:
        means: The mean code `[w_dim]` of each gender.
        shifts: `[16, w_dim]` of each gender, for the first layers.
        num_ws: Number of style codes.
    """
    latents: dict[str, Tensor] = {}
    for i, name in enumerate(TYPES):
        worn = {gender: mean + on_layers(shifts[gender][i], num_ws) for gender, mean in means.items()}
        latents |= {f"{name}.{gender}": latent for gender, latent in worn.items()}
        latents[f"{name}.either"] = torch.stack(list(worn.values())).mean(dim=0)
    return latents
