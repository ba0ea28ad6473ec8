"""Pictures of a pack's generator together with their codes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from inference.packs.loader import LoadedPack
from training.loops.samples import class_mean


class Generated:
    """People of all classes, at several distances from the mean, some with layers of two people."""

    def __init__(self, pack: LoadedPack) -> None:
        self._pack = pack
        classes = range(pack.generator.config.c_dim)
        means = [class_mean(pack.generator, index) for index in classes] or [pack.w_avg]
        self._means = torch.stack(means)  # [classes, num_ws, w_dim]

    @torch.no_grad()
    def batch(self, n: int, psi: tuple[float, float], mixing: float) -> tuple[Tensor, Tensor]:
        """`[n, 3, R, R]` and their codes `[n, num_ws, w_dim]`; draws from torch's default generator."""
        codes = self._people(n, psi)
        cut = torch.randint(1, codes.shape[1], (n, 1, 1), device=codes.device)
        cut[torch.rand(n) >= mixing] = codes.shape[1]
        first = torch.arange(codes.shape[1], device=codes.device)[:, None] < cut  # [n, num_ws, 1]
        codes = torch.where(first, codes, self._people(n, psi))
        return self._pack.generator.synthesis(codes, noise="const"), codes

    def _people(self, n: int, psi: tuple[float, float]) -> Tensor:
        generator, device = self._pack.generator, self._pack.device
        classes = torch.randint(len(self._means), (n,))
        c = None
        if generator.config.c_dim:
            c = F.one_hot(classes, generator.config.c_dim).float().to(device)
        w = generator.mapping(torch.randn(n, generator.config.z_dim).to(device), c)
        mean = self._means[classes.to(self._means.device)]
        low, high = psi
        far = low + (high - low) * torch.rand(n, 1, 1)
        people: Tensor = mean + far.to(device) * (w - mean)
        return people
