"""Evaluates face expressions to latents."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.engine import latents
from inference.errors import BadRequest, UnknownDirection, UnknownLabel, UnknownLook
from inference.packs.loader import LoadedPack
from inference.packs.manifest import Condition
from inference.wire import EditFace, Face, Gender, LabelFace, LatentFace, MixFace, SeedFace


class Faces:
    """`latent` of every expression over one pack."""

    def __init__(self, pack: LoadedPack) -> None:
        self._pack = pack
        self._shape = (pack.manifest.num_ws, pack.manifest.w_dim)
        self._conditions = pack.manifest.known_conditions

    def latent(self, face: Face) -> Tensor:
        """[num_ws, w_dim] float32 on the pack's device.

        Raises:
            BadRequest: mostly as one of its leaves: the pack has not what the expression names.
        """
        match face:
            case LabelFace():
                return self._label(face)
            case SeedFace():
                return self._person(face.seed, None, face.gender, self._pack.means[face.gender], face.psi)
            case LatentFace():
                return latents.decode(face, self._shape).to(self._pack.device)
            case MixFace():
                return self._mix(face)
            case EditFace():
                return self._edit(face)

    def _label(self, face: LabelFace) -> Tensor:
        latent = self._pack.labels.get((face.label, face.gender))
        if latent is None:
            raise UnknownLabel(f"the pack has no label {face.label} ({face.gender})", label=face.label)
        if face.look >= len(self._pack.looks):
            raise UnknownLook(f"the pack has {len(self._pack.looks)} looks", look=face.look)
        # The label is a shift away from the gender's mean; any look can wear it.
        latent = latent + (self._pack.looks[face.look][face.gender] - self._pack.means[face.gender])
        if face.psi == 0:
            return latent
        if face.seed is None:
            raise BadRequest("a label with psi above 0 needs a seed")
        return self._person(face.seed, face.label, face.gender, latent, face.psi)

    def _person(self, seed: int, label: str | None, gender: Gender, centre: Tensor, psi: float) -> Tensor:
        """`centre + psi * (w - mean of the class that w was drawn for)`."""
        config = self._pack.generator.config
        z = torch.from_numpy(np.random.RandomState(seed).randn(1, config.z_dim)).to(self._pack.device)
        index = self._class(label, gender, seed)
        c = None
        if index is not None:
            c = F.one_hot(torch.tensor([index]), config.c_dim).float().to(self._pack.device)
        with torch.no_grad():
            w: Tensor = self._pack.generator.mapping(z, c)[0]
        return centre + psi * (w - self._mean(index))

    def _class(self, label: str | None, gender: Gender, seed: int) -> int | None:
        """The condition that fits best; where several fit alike, the seed picks one."""
        fits = [_fit(condition, label, gender) for condition in self._conditions]
        if not fits:
            return None
        best = [index for index, fit in enumerate(fits) if fit == max(fits)]
        return best[seed % len(best)]

    def _mean(self, index: int | None) -> Tensor:
        if index is None:
            return self._pack.w_avg
        condition = self._conditions[index]
        gender = condition.gender or "either"
        if condition.label is not None and (condition.label, gender) in self._pack.labels:
            return self._pack.labels[condition.label, gender]
        return self._pack.means[gender]

    def _mix(self, face: MixFace) -> Tensor:
        a, b = self.latent(face.a), self.latent(face.b)
        weight = torch.zeros(self._shape[0], 1, device=a.device)
        weight[latents.chosen(face.layers, self._shape[0])] = face.weight
        return a.lerp(b, weight)

    def _edit(self, face: EditFace) -> Tensor:
        vector = self._pack.directions.get(face.direction)
        if vector is None:
            raise UnknownDirection(f"the pack has no direction {face.direction}", direction=face.direction)
        return self.latent(face.face) + face.amount * vector


def _fit(condition: Condition, label: str | None, gender: Gender) -> int:
    """How well a condition fits what is asked: a wrong label or gender is worse than an open one."""
    fit = 0
    if condition.label is not None:
        fit += 4 if condition.label == label else -4
    if condition.gender is not None and gender != "either":
        fit += 2 if condition.gender == gender else -2
    return fit
