"""Latents in whitened coordinates, where steps are equally long in every direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.packs.loader import LoadedPack

_SAMPLES = 4096  # of the mapping network, to learn how latents spread


@dataclass(frozen=True)
class Space:
    """Latents in whitened coordinates, where a typical one lies a standard deviation off along each axis.

    Attributes:
        mean: [w_dim].
        basis: [w_dim, w_dim]: row i is the i-th principal axis, one standard deviation long.
    """

    mean: Tensor
    basis: Tensor

    def latents(self, places: Tensor) -> Tensor:
        """[..., w_dim] of coordinates."""
        return self.mean + places @ self.basis

    def places(self, latents: Tensor) -> Tensor:
        """[..., w_dim] coordinates of latents."""
        places: Tensor = torch.linalg.solve(self.basis, latents - self.mean, left=False)
        return places


def whitened(pack: LoadedPack, seed: int = 0) -> Space:
    """How latents of the mapping network spread."""
    config = pack.generator.config
    z = torch.from_numpy(np.random.RandomState(seed).randn(_SAMPLES, config.z_dim)).to(pack.device)
    c = None
    if config.c_dim:
        c = F.one_hot(torch.arange(_SAMPLES, device=z.device) % config.c_dim, config.c_dim).float()
    with torch.no_grad():
        w = pack.generator.mapping.codes(z, c)
    mean = w.mean(dim=0)
    _, sizes, axes = torch.linalg.svd(w - mean, full_matrices=False)
    deviations = sizes.clamp_min(1e-4 * sizes[0]) / _SAMPLES**0.5  # an axis of no length has no inverse
    return Space(mean, axes * deviations[:, None])
