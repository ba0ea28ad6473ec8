"""Average faces of all types by either method.

By projection (the first of the original projects' methods): the photos' mean latent in a base model, drawn by the
model that was fine-tuned with FreezeD on that type, or by the base where there is none. By class: the mean of w over
z (psi 0) of a model that learnt labels. Both are drawn; people choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from inference.packs.loader import LoadedPack
from inference.wire import Gender
from training.averages.groups import Group
from training.averages.models import Models
from training.export.latents import render
from training.export.packing import SAMPLES, SEED
from training.loops.samples import class_mean

Method = Literal["projection", "class"]


@dataclass(frozen=True)
class Average:
    """An average face: its latent `[num_ws, w_dim]` in a pack's model, and its picture `[3, R, R]`, on the CPU."""

    group: Group
    method: Method
    latent: Tensor
    picture: Tensor


def by_class(pack: LoadedPack, group: Group) -> Average | None:
    """The mean of w over z of the group's class; none where the pack learnt no such class."""
    for index, condition in enumerate(pack.manifest.known_conditions):
        gender: Gender = condition.gender or "either"
        if (condition.label, gender) == (group.label, group.gender):
            latent = class_mean(pack.generator, index, SAMPLES, SEED).cpu()
            return Average(group, "class", latent, render(pack.generator, latent[None])[0])
    return None


def drawn(latent: Tensor, group: Group, models: Models) -> Tensor:
    """`[3, R, R]` by the group's own model, that of its label, or the base."""
    return render(models.own(group) or models.base(group).generator, latent[None])[0]
