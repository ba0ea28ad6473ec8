"""The numbers that define a StyleGAN2 network: plain data that a pack's manifest holds as JSON."""

from __future__ import annotations

import dataclasses
from typing import Literal

from inference.networks.config import Config

Architecture = Literal["skip", "resnet", "orig"]


def _check_resolution(resolution: int) -> None:
    if resolution < 8 or resolution & (resolution - 1):
        raise ValueError(f"resolution must be a power of two from 8 up, not {resolution}")


def _fp16_from(resolution: int, num_fp16_res: int) -> int:
    return max(resolution * 2 >> num_fp16_res, 8)


@dataclasses.dataclass(frozen=True, slots=True)
class GeneratorConfig(Config):
    """A generator of `resolution` px pictures, with `min(channel_base // r, channel_max)` channels at r."""

    z_dim: int = 512
    c_dim: int = 0
    w_dim: int = 512
    resolution: int = 256
    channels: int = 3
    mapping_layers: int = 8
    lr_multiplier: float = 0.01
    w_avg_beta: float = 0.995
    channel_base: int = 32768
    channel_max: int = 512
    num_fp16_res: int = 0
    architecture: Architecture = "skip"
    conv_clamp: float | None = None
    taps: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)

    def __post_init__(self) -> None:
        _check_resolution(self.resolution)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """4, 8, ... up to the picture's side."""
        return tuple(2**k for k in range(2, self.resolution.bit_length()))

    @property
    def num_ws(self) -> int:
        return 2 * len(self.resolutions)

    @property
    def fp16_from(self) -> int:
        """The lowest resolution whose block computes in float16; above `resolution` where none does."""
        return _fp16_from(self.resolution, self.num_fp16_res)

    def width(self, r: int) -> int:
        """Number of channels at resolution r."""
        return min(self.channel_base // r, self.channel_max)


@dataclasses.dataclass(frozen=True, slots=True)
class DiscriminatorConfig(Config):
    """The judge of `resolution` px pictures, in the terms of `GeneratorConfig`."""

    c_dim: int = 0
    resolution: int = 256
    channels: int = 3
    architecture: Architecture = "resnet"
    channel_base: int = 32768
    channel_max: int = 512
    num_fp16_res: int = 0
    conv_clamp: float | None = None
    cmap_dim: int | None = None
    mapping_layers: int = 8
    lr_multiplier: float = 0.01
    mbstd_group_size: int | None = 4
    mbstd_channels: int = 1
    taps: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)

    def __post_init__(self) -> None:
        _check_resolution(self.resolution)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The picture's side, half of it, ... down to 8."""
        return tuple(2**k for k in range(self.resolution.bit_length() - 1, 2, -1))

    @property
    def condition_dim(self) -> int:
        """Width of the condition's embedding; 0 without a condition."""
        if self.c_dim == 0:
            return 0
        return self.width(4) if self.cmap_dim is None else self.cmap_dim

    @property
    def fp16_from(self) -> int:
        """As in the generator."""
        return _fp16_from(self.resolution, self.num_fp16_res)

    def width(self, r: int) -> int:
        """Number of channels at resolution r."""
        return min(self.channel_base // r, self.channel_max)
