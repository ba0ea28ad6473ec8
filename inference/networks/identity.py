"""A small network that tells people apart: pictures of one person lie close on a sphere.

Strided residual stages (arXiv 1512.03385) with group normalisation (arXiv 1803.08494), since no layer may look
across the batch. Faces are aligned, so the last map is read place by place and not averaged.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.networks.config import Config

_LEFT = 4  # px: side of the last map


@dataclasses.dataclass(frozen=True, slots=True)
class IdentityConfig(Config):
    """Shape of the network.

    Attributes:
        resolution: side in pixels of the pictures; a multiple of `size`.
        size: the side that they are shrunk to first.
        widths: channels of each stage; each halves the side, down to 4 px.
        squeezed: channels that the last map is reduced to before it is read.
        dim: numbers of the embedding.
    """

    resolution: int = 64
    size: int = 64
    widths: tuple[int, ...] = (24, 48, 96, 160)
    squeezed: int = 64
    dim: int = 128

    def __post_init__(self) -> None:
        if self.size != _LEFT << len(self.widths):
            raise ValueError(f"{len(self.widths)} widths take pictures of {_LEFT << len(self.widths)} px")
        if self.resolution < self.size or self.resolution % self.size:
            raise ValueError(f"the resolution must be a multiple of {self.size}, not {self.resolution}")
        if any(width % 8 or width <= 0 for width in self.widths):
            raise ValueError("widths must be multiples of 8")


class _Stage(nn.Module):
    """`[N, I, r, r]` to `[N, O, r/2, r/2]`."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(narrow, wide, 3, stride=2, padding=1)
        self.norm0 = nn.GroupNorm(8, wide)
        self.conv = nn.Conv2d(wide, wide, 3, padding=1)
        self.norm1 = nn.GroupNorm(8, wide)

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.norm0(self.down(x)), 0.1)
        return F.leaky_relu(x + self.norm1(self.conv(x)), 0.1)


class Identity(nn.Module):
    """`[N, 3, R, R]` in [-1, 1] to `[N, dim]` of unit length."""

    def __init__(self, config: IdentityConfig) -> None:
        super().__init__()
        self.config = config
        sides = zip((3, *config.widths), config.widths, strict=False)
        self.stages = nn.Sequential(*[_Stage(narrow, wide) for narrow, wide in sides])
        self.squeeze = nn.Conv2d(config.widths[-1], config.squeezed, 1)
        self.out = nn.Linear(config.squeezed * _LEFT * _LEFT, config.dim)

    def forward(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (3, *[self.config.resolution] * 2), "[N, 3, R, R]"
        x = F.avg_pool2d(images, self.config.resolution // self.config.size)
        x = self.stages(x.contiguous(memory_format=torch.channels_last))  # [N, C, 4, 4]
        return F.normalize(self.out(self.squeeze(x).flatten(1)), dim=1)
