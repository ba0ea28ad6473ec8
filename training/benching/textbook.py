"""Training networks as the textbook has them: what `typeface-training bench` measures the project's own path against.

Every change of resolution inserts zeros, pads and filters in passes of their own, bias, activation and gain are a pass
each, and tensors lie channel by channel. The same parameters give the same numbers (StyleGAN2, arXiv 1912.04958).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inference.networks.blocks.conv import Conv
from inference.networks.stylegan2.discriminator import Discriminator, DiscriminatorBlock, Epilogue
from inference.networks.stylegan2.synthesis import StyledConv, Synthesis, SynthesisBlock, ToRgb

_GAIN = 2**0.5  # of leaky ReLU


def synthesise(network: Synthesis, ws: Tensor, noise: str = "random") -> Tensor:
    """`ws [N, num_ws, w_dim]` to `[N, 3, R, R]`; skip networks in float32 alone."""
    assert noise == "random", "the textbook's noise"
    codes = list(ws.unbind(dim=1))
    x = network.get_submodule("b4").const.expand(len(ws), -1, -1, -1)  # type: ignore[operator]
    image: Tensor | None = None
    for r in network.config.resolutions:
        block = network.get_submodule(f"b{r}")
        assert isinstance(block, SynthesisBlock) and block.torgb is not None
        if r > 4:
            x = _styled(block.conv0, x, codes.pop(0))
        x = _styled(block.conv1, x, codes.pop(0))
        rgb = _rgb(block.torgb, x, codes[0])  # which the next block's first layer shares
        image = rgb if image is None else _upfirdn(image, block.resample_filter * 4, 2, (2, 1)) + rgb
    assert image is not None
    return image


def judge(network: Discriminator, image: Tensor, c: Tensor, *, force_fp32: bool = False) -> Tensor:
    """Logits `[N, 1]` of `image [N, 3, R, R]`; resnet networks in float32 alone."""
    x = image.contiguous()
    for r in network.config.resolutions:
        block = network.get_submodule(f"b{r}")
        assert isinstance(block, DiscriminatorBlock)
        if block.fromrgb is not None:
            x = _layer(block.fromrgb, x)
        y = _layer(block.skip, x, 0.5**0.5)
        x = _layer(block.conv1, _layer(block.conv0, x), 0.5**0.5) + y
    logits = _epilogue(network.b4, x)
    if not network.condition_dim:
        return logits
    match: Tensor = (logits * network.mapping(None, c)).sum(dim=1, keepdim=True)
    scaled: Tensor = match * network.condition_dim**-0.5
    return scaled


def _epilogue(block: Epilogue, x: Tensor) -> Tensor:
    assert block.mbstd is not None
    x = _layer(block.conv, block.mbstd(x))
    return block.out(block.fc(x.flatten(1)))  # type: ignore[no-any-return]


def _styled(layer: StyledConv, x: Tensor, w: Tensor) -> Tensor:
    styles, weight = layer.affine(w), layer.weight
    energy = (weight[None] * styles[:, None, :, None, None]).square().sum(dim=(2, 3, 4))  # [N, O]
    x = x * styles[:, :, None, None]
    if layer.up:
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        x = _upfirdn(x, layer.resample_filter * 4, 1, (1, 1))
    else:
        x = F.conv2d(x, weight, padding=1)
    x = x * (energy + 1e-8).rsqrt()[:, :, None, None]
    r = layer.resolution
    x = x + torch.randn(len(x), 1, r, r) * layer.noise_strength
    return F.leaky_relu(x + layer.bias[:, None, None], 0.2) * _GAIN


def _rgb(layer: ToRgb, x: Tensor, w: Tensor) -> Tensor:
    styles = layer.affine(w) * layer.weight_gain
    return F.conv2d(x * styles[:, :, None, None], layer.weight) + layer.bias[:, None, None]


def _layer(layer: Conv, x: Tensor, gain: float = 1.0) -> Tensor:
    weight = layer.weight * layer.weight_gain
    k = weight.shape[-1]
    if layer.resampling == "none":
        x = F.conv2d(x, weight, padding=k // 2)
    elif k == 1:
        taps = layer.resample_filter.flip((0, 1)).expand(x.shape[1], 1, -1, -1)
        x = F.conv2d(F.conv2d(F.pad(x, (1, 1, 1, 1)), taps, stride=2, groups=x.shape[1]), weight)
    else:
        x = F.conv2d(_upfirdn(x, layer.resample_filter, 1, (2, 2)), weight, stride=2)
    if layer.bias is not None:
        x = x + layer.bias[:, None, None]
    return F.leaky_relu(x, 0.2) * (_GAIN * gain) if layer.activation == "lrelu" else x * gain


def _upfirdn(x: Tensor, taps: Tensor, up: int, padding: tuple[int, int]) -> Tensor:
    """Zeros after each sample, zeros around, true convolution; per channel."""
    n, channels, height, width = x.shape
    if up > 1:
        x = F.pad(x.reshape(n, channels, height, 1, width, 1), (0, up - 1, 0, 0, 0, up - 1))
        x = x.reshape(n, channels, height * up, width * up)
    x = F.pad(x, (*padding, *padding))
    return F.conv2d(x, taps.flip((0, 1)).expand(channels, 1, -1, -1), groups=channels)


def plain(network: nn.Module) -> nn.Module:
    """The same network with its tensors channel by channel."""
    return network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload, no-any-return]
