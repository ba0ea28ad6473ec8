"""The synthesis network: from style codes to a picture (StyleGAN2, arXiv 1912.04958, figure 2).

Deviation from the reference arithmetic: the convolution always runs in the scale form (`ops.modulated`),
which agrees with per-sample weights to about 1e-6, and tensors are kept in `channels_last`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from inference.networks.blocks.conv import Conv
from inference.networks.blocks.dense import Dense
from inference.networks.ops.bias_act import ACTIVATIONS, bias_act
from inference.networks.ops.conv import conv2d_plain, conv2d_up
from inference.networks.ops.modulated import modulated_conv2d
from inference.networks.ops.resample import make_filter, upsample2d
from inference.networks.stylegan2.config import GeneratorConfig

NoiseMode = Literal["const", "random", "none"]
Noise = NoiseMode | Sequence[Tensor]
"""A mode, or one map `[1 or N, 1, r, r]` for each styled convolution: one at 4 px, two at every other size."""


class StyledConv(nn.Module):
    """Modulated 3x3 convolution, noise, bias, leaky ReLU: `[N, I, h, w] -> [N, O, r, r]`."""

    resample_filter: Tensor
    noise_const: Tensor

    def __init__(self, config: GeneratorConfig, in_channels: int, resolution: int, *, up: bool) -> None:
        super().__init__()
        out_channels = config.width(resolution)
        self.resolution = resolution
        self.clamp = config.conv_clamp
        self.up = up
        self.affine = Dense(config.w_dim, in_channels, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, 3, 3))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.register_buffer("resample_filter", make_filter(config.taps))

    def forward(self, x: Tensor, w: Tensor, noise: NoiseMode | Tensor, gain: float = 1.0) -> Tensor:
        conv = partial(conv2d_up, taps=self.resample_filter) if self.up else conv2d_plain
        # The leaky ReLU is positively homogeneous: its gain goes before it, to what is small.
        total = ACTIVATIONS["lrelu"].gain * gain
        x = modulated_conv2d(x, self.weight, self.affine(w), conv, gain=total)
        field = self._noise(noise, len(x))
        if field is not None:
            x = x + (field * (self.noise_strength * total)).to(x.dtype)
        clamp = None if self.clamp is None else self.clamp * gain
        return bias_act(x, self.bias * total, "lrelu", gain=1.0, clamp=clamp)

    def _noise(self, noise: NoiseMode | Tensor, n: int) -> Tensor | None:
        if isinstance(noise, Tensor):
            return noise
        if noise == "const":
            return self.noise_const
        if noise == "random":
            r = self.resolution
            return torch.randn(n, 1, r, r, device=self.weight.device)
        return None


class ToRgb(nn.Module):
    """Modulated 1x1 convolution without demodulation: features to colour channels."""

    def __init__(self, config: GeneratorConfig, resolution: int) -> None:
        super().__init__()
        width = config.width(resolution)
        self.clamp = config.conv_clamp
        self.affine = Dense(config.w_dim, width, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(config.channels, width, 1, 1))
        self.bias = nn.Parameter(torch.zeros(config.channels))
        self.weight_gain = width**-0.5  # on the styles, not on the weight

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        styles = self.affine(w) * self.weight_gain
        x = modulated_conv2d(x, self.weight, styles, conv2d_plain, demodulate=False)
        return bias_act(x, self.bias, clamp=self.clamp)


class SynthesisBlock(nn.Module):
    """All layers of one resolution. `ws [N, 3, w_dim]`: conv0, conv1, torgb (block 4: the last two)."""

    resample_filter: Tensor

    def __init__(self, config: GeneratorConfig, resolution: int) -> None:
        super().__init__()
        self.resolution = resolution
        self.architecture = config.architecture
        width = config.width(resolution)
        self.register_buffer("resample_filter", make_filter(config.taps))
        if resolution == 4:
            self.const = nn.Parameter(torch.randn(width, 4, 4))
        else:
            self.conv0 = StyledConv(config, config.width(resolution // 2), resolution, up=True)
        self.conv1 = StyledConv(config, width, resolution, up=False)
        self.torgb: ToRgb | None = None
        if config.architecture == "skip" or resolution == config.resolution:
            self.torgb = ToRgb(config, resolution)
        if config.architecture == "resnet" and resolution > 4:
            taps = config.taps
            self.skip = Conv(config.width(resolution // 2), width, 1, resampling="up", bias=False, taps=taps)

    def forward(
        self, x: Tensor | None, image: Tensor | None, ws: Tensor, noise: Sequence[NoiseMode | Tensor]
    ) -> tuple[Tensor, Tensor | None]:
        """Features `[N, C(r), r, r]` and, where the architecture makes one here, the picture so far."""
        conv0_w, conv1_w, rgb_w = ws.unbind(dim=1)
        if x is None:
            x = self.const.expand(len(ws), -1, -1, -1).contiguous(memory_format=torch.channels_last)
            x = self.conv1(x, conv1_w, noise[-1])
        elif self.architecture == "resnet":
            y = self.skip(x, gain=0.5**0.5)
            x = self.conv1(self.conv0(x, conv0_w, noise[0]), conv1_w, noise[-1], gain=0.5**0.5)
            x = y + x
        else:
            x = self.conv1(self.conv0(x, conv0_w, noise[0]), conv1_w, noise[-1])
        if image is not None:
            image = upsample2d(image, self.resample_filter)
        if self.torgb is not None:
            rgb = self.torgb(x, rgb_w).float()
            image = rgb if image is None else image + rgb
        return x, image


class Synthesis(nn.Module):
    """`ws [N, num_ws, w_dim]` to a picture `[N, 3, R, R]`, float32, about [-1, 1] and not clamped."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.low_dtype = torch.float16
        self.low_from = config.fp16_from
        for r in config.resolutions:
            self.add_module(f"b{r}", SynthesisBlock(config, r))

    @property
    def num_ws(self) -> int:
        return self.config.num_ws

    def use_low_precision(self, dtype: torch.dtype, from_resolution: int) -> None:
        """Compute blocks from a resolution up in a 16-bit type (never block 4). Styles stay in float32."""
        self.low_dtype, self.low_from = dtype, max(from_resolution, 8)

    def forward(self, ws: Tensor, noise: Noise = "random", *, force_fp32: bool = False) -> Tensor:
        """Render.

        Args:
            ws: `[N, num_ws, w_dim]`.
            noise: `const` (the network's own maps: reproducible), `random`, `none`, or the maps themselves.
            force_fp32: Compute all blocks in float32.
        """
        assert ws.shape[1:] == (self.num_ws, self.config.w_dim), "ws is [N, num_ws, w_dim]"
        ws = ws.float()
        x: Tensor | None = None
        image: Tensor | None = None
        for block, block_ws, maps in self._walk(ws, noise):
            low = block.resolution >= self.low_from and not force_fp32
            x = None if x is None else x.to(self.low_dtype if low else torch.float32)
            x, image = block(x, image, block_ws, maps)
        assert image is not None
        return image

    def _walk(
        self, ws: Tensor, noise: Noise
    ) -> Iterator[tuple[SynthesisBlock, Tensor, Sequence[NoiseMode | Tensor]]]:
        """Each block with its codes and noise. torgb's code is the next block's first: a stride of two."""
        maps = None if isinstance(noise, str) else list(noise)
        for i, r in enumerate(self.config.resolutions):
            first = max(2 * i - 1, 0)
            block_ws = ws[:, [0, 0, 1]] if i == 0 else ws[:, first : first + 3]
            own: Sequence[NoiseMode | Tensor]
            own = [noise, noise] if isinstance(noise, str) else (maps or [])[first : 2 * i + 1]
            block = self.get_submodule(f"b{r}")
            assert isinstance(block, SynthesisBlock)
            yield block, block_ws, own
