"""From a small face to a large one: what a photo of it would have shown.

A residual network works at the small size, sub-pixel convolutions (ESPCN, arXiv 1609.05158) draw the larger ones, each
smoothed so that its four phases leave no grid (arXiv 1806.02658), and what they draw is added to the picture as plain
interpolation enlarges it (after SRGAN, arXiv 1609.04802, without normalisation). Faces are aligned, so it is told where
in the picture it is: an eye is drawn otherwise than a collar.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.networks.config import Config

_SLOPE = 0.2
_PLACES = 2  # further channels: x and y


@dataclasses.dataclass(frozen=True, slots=True)
class UpscalerConfig(Config):
    """Shape of the network.

    Attributes:
        resolution: side in pixels of the small picture.
        width: channels at that size.
        blocks: residual ones, of two convolutions each.
        widths: channels at each larger size; each doubles the side.
        smooth: each doubling is followed by a filter; the weights of earlier packs were learnt without.
    """

    resolution: int = 64
    width: int = 48
    blocks: int = 6
    widths: tuple[int, ...] = (32, 16, 8)
    smooth: bool = False

    def __post_init__(self) -> None:
        if not self.widths or min(self.width, self.blocks, *self.widths) < 1:
            raise ValueError("an upscaler has at least one block, one larger size, and channels everywhere")

    @property
    def size(self) -> int:
        """Side in pixels of the large picture."""
        return self.resolution << len(self.widths)

    @classmethod
    def of(cls, resolution: int, size: int) -> UpscalerConfig:
        """For pictures of `resolution` to become `size`. Raises `ValueError` unless that is twice, four times, ..."""
        doublings = math.log2(max(size, 1) / resolution)
        if doublings < 1 or not doublings.is_integer():
            raise ValueError(f"{resolution} px cannot be doubled into {size} px")
        return cls(resolution=resolution, widths=tuple(32 >> i for i in range(int(doublings))), smooth=True)


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(width, width, 3, padding=1)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        shown: Tensor = x + self.conv1(F.leaky_relu(self.conv0(x), _SLOPE))
        return shown


class _Doubled(nn.Module):
    """`[N, I, r, r]` to `[N, O, 2r, 2r]`; where it is smooth, a binomial filter passes no pattern of period 2."""

    filter: Tensor

    def __init__(self, narrow: int, wide: int, smooth: bool) -> None:
        super().__init__()
        self.smooth = smooth
        self.conv = nn.Conv2d(narrow, 4 * wide, 3, padding=1)
        taps = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("filter", torch.outer(taps, taps).repeat(wide, 1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        drawn = F.pixel_shuffle(self.conv(x), 2)
        if self.smooth:
            drawn = F.conv2d(_edged(_edged(drawn, 2), 3), self.filter, groups=len(self.filter))
        return F.leaky_relu(drawn, _SLOPE)


class Upscaler(nn.Module):
    """`[N, 3, R, R]` to `[N, 3, S, S]`, about [-1, 1]; fresh, it interpolates."""

    def __init__(self, config: UpscalerConfig) -> None:
        super().__init__()
        self.config = config
        self.first = nn.Conv2d(3 + _PLACES, config.width, 3, padding=1)
        self.blocks = nn.Sequential(*[_Block(config.width) for _ in range(config.blocks)])
        widths = zip((config.width, *config.widths), config.widths, strict=False)
        self.doubled = nn.Sequential(*[_Doubled(narrow, wide, config.smooth) for narrow, wide in widths])
        self.last = nn.Conv2d(config.widths[-1], 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, images: Tensor) -> Tensor:
        assert images.shape[1:] == (3, *[self.config.resolution] * 2), "[N, 3, R, R]"
        x = torch.cat([images, _places(images)], dim=1).contiguous(memory_format=torch.channels_last)
        x = F.leaky_relu(self.first(x), _SLOPE)
        drawn: Tensor = self.last(self.doubled(x + self.blocks(x)))
        return drawn + enlarged(images, self.config.size)


def _edged(x: Tensor, dim: int) -> Tensor:
    """The outermost pixels once more; torch's own padding would leave 16-bit types."""
    return torch.cat([x.narrow(dim, 0, 1), x, x.narrow(dim, -1, 1)], dim=dim)


def enlarged(images: Tensor, size: int) -> Tensor:
    """`[N, 3, size, size]` by bicubic interpolation."""
    return F.interpolate(images, size=(size, size), mode="bicubic", align_corners=False)


def _places(images: Tensor) -> Tensor:
    """`[N, 2, R, R]`: x and y from -1 to 1."""
    line = torch.linspace(-1, 1, images.shape[-1], device=images.device, dtype=images.dtype)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y]).expand(len(images), -1, -1, -1)
