"""Contact sheets of a generator's pictures, always from the same seeds, so that they compare."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import NoiseMode


def seeded_codes(seed: int, n: int, z_dim: int) -> Tensor:
    """`[n, z_dim]`, the same on every machine, and untouched by torch's random state."""
    return torch.from_numpy(np.random.RandomState(seed).randn(n, z_dim))


@torch.no_grad()
def class_mean(generator: Generator, label: int, n: int = 4096, seed: int = 123) -> Tensor:
    """`[num_ws, w_dim]`: the mean of w over z for one class (one `w_avg` would give every class one face)."""
    z = seeded_codes(seed, n, generator.config.z_dim).to(generator.mapping.w_avg.device)
    return generator.mapping(z, one_condition(generator, label, n), track=False).mean(dim=0)  # type: ignore[no-any-return]


def one_condition(generator: Generator, label: int, n: int) -> Tensor:
    """`[n, c_dim]`: the same class for all."""
    return torch.eye(generator.config.c_dim, device=generator.mapping.w_avg.device)[label].expand(n, -1)


MANY = 4
"""Classes above which a sheet has one row each, of pictures of at most `SMALL` px."""
SMALL = 256


@torch.no_grad()
def sample_rows(generator: Generator, columns: int = 12, noise: NoiseMode = "const") -> Tensor:
    """`[rows * columns, 3, R, R]`: each class pulled to its own mean by psi 1 and 0.7, of many by 0.7 alone."""
    rows = []
    many = generator.config.c_dim > MANY
    psis = (0.7,) if many else (1.0, 0.7)
    for label in range(max(generator.config.c_dim, 1)):
        c = one_condition(generator, label, columns) if generator.config.c_dim else None
        z = seeded_codes(label, columns, generator.config.z_dim).to(generator.mapping.w_avg.device)
        ws = generator.mapping(z, c, track=False)
        mean = class_mean(generator, label) if generator.config.c_dim else generator.mapping.w_avg
        images = [generator.synthesis(mean + psi * (ws - mean), noise=noise) for psi in psis]
        rows += [_small(row) if many else row for row in images]
    return torch.cat(rows)


def _small(images: Tensor) -> Tensor:
    times = max(images.shape[-1] // SMALL, 1)
    return torch.nn.functional.avg_pool2d(images, times)


def to_uint8(images: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """`[N, 3, R, R]` in [-1, 1] to `[N, R, R, 3]` of bytes."""
    return (images.permute(0, 2, 3, 1) * 127.5 + 128).clamp(0, 255).to(torch.uint8).cpu().numpy()
