"""The first GAN (Goodfellow et al. 2014, arXiv 1406.2661): fully connected layers on both sides.

Deviations: LeakyReLU and dropout in the discriminator in place of maxout, tanh in place of the sigmoid, and batch
normalisation in the generator: without it, it drew one grey picture after ten thousand.
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise

from torch import Tensor, nn

from inference.networks.config import Config


@dataclasses.dataclass(frozen=True, slots=True)
class VanillaConfig(Config):
    """`widths`: of the generator's hidden layers; the discriminator has the last ones in reverse order.

    `dropout`: the share of the discriminator's hidden numbers that is left out in training.
    """

    z_dim: int = 100
    resolution: int = 64
    widths: tuple[int, ...] = (256, 512, 1024)
    channels: int = 3
    dropout: float = 0.3

    @property
    def pixels(self) -> int:
        return self.channels * self.resolution**2


class VanillaGenerator(nn.Module):
    """`z [N, z_dim]` to a picture `[N, 3, R, R]` in [-1, 1]."""

    def __init__(self, config: VanillaConfig) -> None:
        super().__init__()
        self.config = config
        layers: list[nn.Module] = []
        for before, after in pairwise((config.z_dim, *config.widths)):
            layers += [nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Linear(config.widths[-1], config.pixels), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        assert z.shape[1:] == (self.config.z_dim,), "z is [N, z_dim]"
        side = self.config.resolution
        picture: Tensor = self.layers(z.float()).reshape(-1, self.config.channels, side, side)
        return picture


class VanillaDiscriminator(nn.Module):
    """A picture `[N, 3, R, R]` to logits `[N, 1]`: large for what looks real."""

    def __init__(self, config: VanillaConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths[-2::-1] or config.widths
        layers: list[nn.Module] = [nn.Flatten()]
        for before, after in pairwise((config.pixels, *widths)):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2), nn.Dropout(config.dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 1))

    def forward(self, image: Tensor) -> Tensor:
        assert image.shape[1:] == (self.config.channels, *[self.config.resolution] * 2), (
            "image is [N, 3, R, R]"
        )
        logits: Tensor = self.layers(image)
        return logits
