"""DCGAN (Radford et al. 2015, arXiv 1511.06434): transposed convolutions up, strided ones down, batch normalisation.

As in section 3 of the paper: no pooling, no hidden dense layers, ReLU up and LeakyReLU down, tanh at the end, no
normalisation where pictures come out or go in, weights drawn from N(0, 0.02).
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import torch
from torch import Tensor, nn

from inference.networks.config import Config

_LEFT = 4  # px: side of the first map up, and of the last down


@dataclasses.dataclass(frozen=True, slots=True)
class DcganConfig(Config):
    """`width` channels at half the picture's side, twice as many at each step towards 4 px."""

    z_dim: int = 100
    resolution: int = 64
    width: int = 64
    channels: int = 3

    def __post_init__(self) -> None:
        if self.resolution < 16 or self.resolution & (self.resolution - 1):
            raise ValueError(f"resolution must be a power of two from 16 up, not {self.resolution}")

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels at 4, 8, ... up to half the picture's side."""
        steps = (self.resolution // _LEFT).bit_length() - 1
        return tuple(self.width << k for k in range(steps - 1, -1, -1))


class DcganGenerator(nn.Module):
    """`z [N, z_dim]` to a picture `[N, 3, R, R]` in [-1, 1]."""

    def __init__(self, config: DcganConfig) -> None:
        super().__init__()
        self.config = config
        first, last = config.widths[0], config.widths[-1]
        layers: list[nn.Module] = [nn.ConvTranspose2d(config.z_dim, first, _LEFT, bias=False), *_up(first)]
        for wide, narrow in pairwise(config.widths):
            layers += [nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=False), *_up(narrow)]
        layers += [nn.ConvTranspose2d(last, config.channels, 4, 2, 1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.apply(_begin)

    def forward(self, z: Tensor) -> Tensor:
        assert z.shape[1:] == (self.config.z_dim,), "z is [N, z_dim]"
        picture: Tensor = self.layers(z.float()[:, :, None, None])
        return picture


class DcganDiscriminator(nn.Module):
    """A picture `[N, 3, R, R]` to logits `[N, 1]`: large for what looks real."""

    def __init__(self, config: DcganConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths[::-1]
        layers: list[nn.Module] = [nn.Conv2d(config.channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for narrow, wide in pairwise(widths):
            layers += [nn.Conv2d(narrow, wide, 4, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.LeakyReLU(0.2)]
        layers += [nn.Conv2d(widths[-1], 1, _LEFT), nn.Flatten()]
        self.layers = nn.Sequential(*layers)
        self.apply(_begin)

    def forward(self, image: Tensor) -> Tensor:
        assert image.shape[1:] == (self.config.channels, *[self.config.resolution] * 2), (
            "image is [N, 3, R, R]"
        )
        logits: Tensor = self.layers(image)
        return logits


def _up(width: int) -> tuple[nn.Module, nn.Module]:
    return nn.BatchNorm2d(width), nn.ReLU()


@torch.no_grad()
def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        module.weight.normal_(0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        module.weight.normal_(1.0, 0.02)
