"""The StyleGAN2 discriminator (arXiv 1912.04958), and its first blocks alone as image features."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inference.networks.blocks.conv import Conv
from inference.networks.blocks.dense import Dense
from inference.networks.blocks.minibatch import MinibatchStd
from inference.networks.ops.resample import downsample2d, make_filter
from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.mapping import Mapping, MappingShape


class DiscriminatorBlock(nn.Module):
    """`[N, C(r), r, r] -> [N, C(r/2), r/2, r/2]`; reads the picture itself where its architecture does."""

    resample_filter: Tensor

    def __init__(self, config: DiscriminatorConfig, resolution: int) -> None:
        super().__init__()
        self.resolution = resolution
        self.architecture = config.architecture
        wide, narrow = config.width(resolution), config.width(resolution // 2)
        clamp, taps = config.conv_clamp, config.taps
        self.register_buffer("resample_filter", make_filter(taps))
        self.fromrgb: Conv | None = None
        if resolution == config.resolution or config.architecture == "skip":
            self.fromrgb = Conv(config.channels, wide, 1, activation="lrelu", clamp=clamp, taps=taps)
        self.conv0 = Conv(wide, wide, 3, activation="lrelu", clamp=clamp, taps=taps)
        self.conv1 = Conv(wide, narrow, 3, resampling="down", activation="lrelu", clamp=clamp, taps=taps)
        if config.architecture == "resnet":
            self.skip = Conv(wide, narrow, 1, resampling="down", bias=False, taps=taps)

    def forward(self, x: Tensor | None, image: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Features, and the picture for the next block (half the size in the skip architecture)."""
        x = None if x is None else x.to(dtype)
        if self.fromrgb is not None:
            y = self.fromrgb(image.to(dtype))
            x = y if x is None else x + y
            if self.architecture == "skip":
                image = downsample2d(image, self.resample_filter)
        assert x is not None
        if self.architecture != "resnet":
            return self.conv1(self.conv0(x)), image
        y = self.skip(x, gain=0.5**0.5)
        return self.conv1(self.conv0(x), gain=0.5**0.5) + y, image


class Epilogue(nn.Module):
    """Block 4: minibatch deviation, convolution, two dense layers. Always float32."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.architecture = config.architecture
        width, clamp, taps = config.width(4), config.conv_clamp, config.taps
        if config.architecture == "skip":
            self.fromrgb = Conv(config.channels, width, 1, activation="lrelu", taps=taps)
        self.mbstd: MinibatchStd | None = None
        if config.mbstd_channels:
            self.mbstd = MinibatchStd(config.mbstd_group_size, config.mbstd_channels)
        inner = width + config.mbstd_channels
        self.conv = Conv(inner, width, 3, activation="lrelu", clamp=clamp, taps=taps)
        self.fc = Dense(width * 16, width, activation="lrelu")
        self.out = Dense(width, config.condition_dim or 1)

    def forward(self, x: Tensor, image: Tensor) -> Tensor:
        x = x.float()
        if self.architecture == "skip":
            x = x + self.fromrgb(image.float())
        if self.mbstd is not None:
            x = self.mbstd(x)
        x = self.conv(x)
        return self.out(self.fc(x.flatten(1)))  # type: ignore[no-any-return]


class _Trunk(nn.Module):
    """The blocks from the picture's side down, and in which precision they run."""

    def __init__(self, config: DiscriminatorConfig, blocks: int) -> None:
        super().__init__()
        self.config = config
        self.low_dtype = torch.float16
        self.low_from = config.fp16_from
        self.block_sides = config.resolutions[:blocks]
        for r in self.block_sides:
            self.add_module(f"b{r}", DiscriminatorBlock(config, r))

    def use_low_precision(self, dtype: torch.dtype, from_resolution: int) -> None:
        """Compute blocks from a resolution up in a 16-bit type; the epilogue stays in float32."""
        self.low_dtype, self.low_from = dtype, max(from_resolution, 8)

    def _descend(self, image: Tensor, blocks: int, force_fp32: bool) -> tuple[list[Tensor], Tensor]:
        assert image.shape[1:] == (self.config.channels, *[self.config.resolution] * 2), (
            "image is [N, 3, R, R]"
        )
        image = image.contiguous(memory_format=torch.channels_last)
        x: Tensor | None = None
        levels: list[Tensor] = []
        for r in self.block_sides[:blocks]:
            low = r >= self.low_from and not force_fp32
            x, image = self.get_submodule(f"b{r}")(x, image, self.low_dtype if low else torch.float32)
            assert x is not None
            levels.append(x)
        return levels, image

    def features(self, image: Tensor, blocks: int = 3, *, force_fp32: bool = False) -> list[Tensor]:
        """What each of the first `blocks` blocks makes of `image [N, 3, R, R]`: `[N, C(r/2), r/2, r/2]` each.

        No layer here looks across the batch.
        """
        assert blocks <= len(self.block_sides), f"only {len(self.block_sides)} blocks here"
        return self._descend(image, blocks, force_fp32)[0]


class Discriminator(_Trunk):
    """`image [N, 3, R, R]`, `c [N, c_dim]` to logits `[N, 1]`: large for what looks real."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__(config, len(config.resolutions))
        self.b4 = Epilogue(config)
        self.condition_dim = config.condition_dim
        if self.condition_dim:
            shape = MappingShape(
                z_dim=0,
                c_dim=config.c_dim,
                w_dim=self.condition_dim,
                num_ws=0,
                layers=config.mapping_layers,
                lr_multiplier=config.lr_multiplier,
            )
            self.mapping = Mapping(shape)

    def forward(self, image: Tensor, c: Tensor | None = None, *, force_fp32: bool = False) -> Tensor:
        levels, image = self._descend(image, len(self.block_sides), force_fp32)
        logits: Tensor = self.b4(levels[-1], image)
        if not self.condition_dim:
            return logits
        match: Tensor = (logits * self.mapping(None, c)).sum(dim=1, keepdim=True)  # [N, 1]
        scaled: Tensor = match * self.condition_dim**-0.5
        return scaled


class DiscriminatorFeatures(_Trunk):
    """Only the first blocks of a discriminator: what a pack ships to compare pictures with."""

    def __init__(self, config: DiscriminatorConfig, blocks: int = 3) -> None:
        super().__init__(config, blocks)

    def forward(self, image: Tensor) -> list[Tensor]:
        """`features` of all blocks that are here."""
        return self.features(image, len(self.block_sides))

    @classmethod
    def cut(cls, discriminator: Discriminator, blocks: int = 3) -> DiscriminatorFeatures:
        """The first blocks of a trained discriminator, as copies."""
        part = cls(discriminator.config, blocks)
        wanted = part.state_dict().keys()
        part.load_state_dict({k: v for k, v in discriminator.state_dict().items() if k in wanted})
        return part
