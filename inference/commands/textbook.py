"""Synthesis as the textbook has it: what `typeface-inference bench` measures the project's own path against.

Each sample is convolved with weights of its own, as one grouped convolution (StyleGAN2, arXiv 1912.04958,
equations 1 to 3), and each change of resolution inserts zeros and filters in a pass of its own. The same
parameters give the same picture; nobody is served by it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.stylegan2.synthesis import StyledConv, Synthesis, SynthesisBlock, ToRgb

_GAIN = 2**0.5  # of leaky ReLU


def synthesise(network: Synthesis, ws: Tensor) -> Tensor:
    """`ws [N, num_ws, w_dim]` to `[N, 3, R, R]` in float32 with the network's own noise; `skip` networks alone."""
    config = network.config
    assert (config.architecture, len(config.taps)) == ("skip", 4), "the textbook's network"
    codes = list(ws.float().unbind(dim=1))
    x = _block(network, 4).const.expand(len(ws), -1, -1, -1)
    image: Tensor | None = None
    for r in config.resolutions:
        block = _block(network, r)
        assert block.torgb is not None
        if r > 4:
            x = _styled(block.conv0, x, codes.pop(0))
        x = _styled(block.conv1, x, codes.pop(0))
        rgb = _rgb(block.torgb, x, codes[0])  # which the next block's first layer shares
        image = rgb if image is None else _upfirdn(image, block.resample_filter, 2, (2, 1)) + rgb
    assert image is not None
    return image


def _block(network: Synthesis, resolution: int) -> SynthesisBlock:
    block = network.get_submodule(f"b{resolution}")
    assert isinstance(block, SynthesisBlock)
    return block


def _styled(layer: StyledConv, x: Tensor, w: Tensor) -> Tensor:
    weight = layer.weight * layer.affine(w)[:, None, :, None, None]  # [N, O, I, 3, 3]
    weight = weight * (weight.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    if layer.up:
        x = _grouped_up(x, weight)  # [N, O, 2H + 1, 2W + 1]
        x = _upfirdn(x, layer.resample_filter, 1, (1, 1))
    else:
        x = _grouped(x, weight)
    x = x + layer.noise_const * layer.noise_strength + layer.bias[:, None, None]
    return _clamped(F.leaky_relu(x, 0.2) * _GAIN, layer.clamp)


def _rgb(layer: ToRgb, x: Tensor, w: Tensor) -> Tensor:
    styles = layer.affine(w) * layer.weight_gain
    x = _grouped(x, layer.weight * styles[:, None, :, None, None])
    return _clamped(x + layer.bias[:, None, None], layer.clamp)


def _grouped(x: Tensor, weight: Tensor) -> Tensor:
    """`[N, I, H, W]` by `[N, O, I, k, k]`: samples become groups of one picture."""
    n, _, height, width = x.shape
    joined = x.reshape(1, -1, height, width)
    y = F.conv2d(joined, weight.flatten(0, 1), padding=weight.shape[-1] // 2, groups=n)
    return y.reshape(n, -1, height, width)


def _grouped_up(x: Tensor, weight: Tensor) -> Tensor:
    n, _, height, width = x.shape
    joined = x.reshape(1, -1, height, width)
    swapped = weight.transpose(1, 2).flatten(0, 1)  # [N * I, O, 3, 3]
    y = F.conv_transpose2d(joined, swapped, stride=2, groups=n)
    return y.reshape(n, -1, 2 * height + 1, 2 * width + 1)


def _upfirdn(x: Tensor, taps: Tensor, up: int, padding: tuple[int, int]) -> Tensor:
    """Zeros after each sample, zeros around, true convolution with `taps [4, 4]` at gain 4; per channel."""
    n, channels, height, width = x.shape
    spread = x.new_zeros(n, channels, height * up, width * up)
    spread[:, :, ::up, ::up] = x
    kernel = (taps.flip((0, 1)) * 4).expand(channels, 1, -1, -1)
    return F.conv2d(F.pad(spread, (*padding, *padding)), kernel, groups=channels)


def _clamped(x: Tensor, bound: float | None) -> Tensor:
    return x if bound is None else x.clamp(-bound, bound)


def apart(a: Tensor, b: Tensor) -> float:
    """The largest difference of two results, as a share of the largest number."""
    return float((a - b).abs().max() / torch.maximum(a.abs().max(), b.abs().max()))
