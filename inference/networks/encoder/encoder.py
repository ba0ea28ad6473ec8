"""From a photo to the codes of the face on it (pSp, arXiv 2008.00951, figure 2).

A residual trunk, a feature pyramid, and a head for each w layer: coarse layers read the 4 px map, middle ones
8 px, fine ones 16 px. Deviations: the trunk is small and new (pSp takes a face recogniser's), begins at 32 px
with the picture's pixels folded into channels, and normalises by groups of channels, so that no picture sees
another; heads answer in whitened coordinates, where an error counts the same along each axis.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.networks.encoder.config import EncoderConfig

_SLOPE = 0.2
_PER_GROUP = 16  # channels that are normalised together


class Residual(nn.Module):
    """`[N, C, r, r]`, twice normalised, bent and convolved, added to itself; the same at the beginning."""

    def __init__(self, width: int) -> None:
        super().__init__()
        groups = max(1, width // _PER_GROUP)
        self.norm0, self.norm1 = nn.GroupNorm(groups, width), nn.GroupNorm(groups, width)
        self.conv0 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv1.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv0(F.leaky_relu(self.norm0(x), _SLOPE))
        z: Tensor = self.conv1(F.leaky_relu(self.norm1(y), _SLOPE))
        return x + z


class Heads(nn.Module):
    """A pyramid map `[N, P, r, r]`, its side a multiple of 4, to `[N, layers, w_dim]`."""

    def __init__(self, config: EncoderConfig, layers: int) -> None:
        super().__init__()
        self.shape = (layers, config.w_dim)
        self.squeeze = nn.Conv2d(config.pyramid, config.summary, 3, padding=1)
        self.heads = nn.Linear(config.summary * 16, layers * config.w_dim)
        nn.init.zeros_(self.heads.weight)
        nn.init.zeros_(self.heads.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = F.adaptive_avg_pool2d(F.leaky_relu(self.squeeze(x), _SLOPE), 4)
        answer: Tensor = self.heads(x.flatten(1))
        return answer.reshape(-1, *self.shape)


class Encoder(nn.Module):
    """`images [N, 3, R, R]` in [-1, 1] to latents `[N, num_ws, w_dim]`; an untrained one answers the mean.

    The buffers `mean [w_dim]` and `basis [w_dim, w_dim]` are those of `inference.engine.space.Space`, as they
    were when it was trained: they belong to the network, as its weights do.
    """

    mean: Tensor
    basis: Tensor

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.patch = config.resolution // config.finest
        self.stem = nn.Conv2d(3 * self.patch**2, config.widths[0], 3, padding=1)
        self.stages = nn.ModuleList(
            nn.Sequential(*[Residual(width) for _ in range(blocks)])
            for width, blocks in zip(config.widths, config.blocks, strict=True)
        )
        self.downs = nn.ModuleList(
            nn.Conv2d(wide, narrow, 3, stride=2, padding=1)
            for wide, narrow in zip(config.widths, config.widths[1:], strict=False)
        )
        levels = [(width, layers) for width, layers in zip(config.widths[::-1], config.groups, strict=False)]
        levels = [level for level in levels if level[1]]
        self.laterals = nn.ModuleList(nn.Conv2d(width, config.pyramid, 1) for width, _ in levels)
        self.heads = nn.ModuleList(Heads(config, layers) for _, layers in levels)
        self.register_buffer("mean", torch.zeros(config.w_dim))
        self.register_buffer("basis", torch.eye(config.w_dim))

    def places(self, images: Tensor) -> Tensor:
        """`[N, num_ws, w_dim]` in whitened coordinates."""
        side = self.config.resolution
        assert images.shape[1:] == (3, side, side), "images is [N, 3, R, R]"
        answers: list[Tensor] = []
        above: Tensor | None = None
        for level, lateral, heads in zip(self._trunk(images)[::-1], self.laterals, self.heads, strict=False):
            x = lateral(level)
            above = x if above is None else x + F.interpolate(above, scale_factor=2.0)
            answers.append(heads(above))
        return torch.cat(answers, dim=1).float()

    def forward(self, images: Tensor) -> Tensor:
        return self.mean + self.places(images) @ self.basis

    def _trunk(self, images: Tensor) -> list[Tensor]:
        """The last map of each side, the finest first."""
        x = F.pixel_unshuffle(images, self.patch).contiguous(memory_format=torch.channels_last)
        x = self.stem(x)
        levels: list[Tensor] = []
        for index, stage in enumerate(self.stages):
            x = stage(self.downs[index - 1](x) if index else x)
            levels.append(x)
        return levels
