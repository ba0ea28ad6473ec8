"""A network of twice the resolution that begins as the one it grew from.

All blocks that were there are copied, so their widths agree: the new network takes `channel_base` and
`channel_max` of the old one, and its new block has `min(channel_base // 2R, channel_max)` channels. In the
generator ToRGB of the new block is zero, so the first pictures are the old ones, doubled by the skip's own
filter. In the discriminator the new block passes the picture through, halved by the same filter, and applies
the old fromrgb to it: what it makes of a picture is what the old one made of the half-sized picture.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from training.transfer.errors import TransferError

_SLOPE = 0.2  # of the leaky ReLU
_COLOURS = 3


def grown_generator(
    new: GeneratorConfig, weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Weights at `new.resolution` from those at half of it. Raises `TransferError` without a skip architecture."""
    if new.architecture != "skip":
        raise TransferError(
            f"a generator of the {new.architecture} architecture cannot grow, only a skip one"
        )
    block = f"synthesis.b{new.resolution}."
    added = {name: value.clone() for name, value in fresh.items() if name.startswith(block)}
    for name in (f"{block}torgb.weight", f"{block}torgb.bias"):
        added[name].zero_()
    return {**weights, **added}


def grown_discriminator(
    new: DiscriminatorConfig, weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The same for a discriminator.

    A colour v goes through the leaky ReLU as v and -v, two channels whose difference is 1.2 v, so that it comes
    out whole. The block's other channels begin as in a fresh network, and count from the first step on.

    Raises:
        TransferError: it is no resnet, or the new block has less than six channels.
    """
    r, wide = new.resolution, new.width(new.resolution)
    if new.architecture != "resnet" or new.channels != _COLOURS:
        raise TransferError("only a discriminator of the resnet architecture, for colours, can grow")
    if wide < 2 * _COLOURS:
        raise TransferError(f"the new block at {r} px has {wide} channels; to grow it needs {2 * _COLOURS}")
    old = f"b{r // 2}.fromrgb."
    block = {name: value.clone() for name, value in fresh.items() if name.startswith(f"b{r}.")}
    both = torch.cat([torch.eye(_COLOURS), -torch.eye(_COLOURS)])  # [6, 3]: a colour and its negative
    undone = 1 / (2**0.5 * (1 + _SLOPE))  # of the activation, whose gain is sqrt(2)
    block[f"b{r}.fromrgb.weight"][:6, :, 0, 0] = both / _gain(_COLOURS, 1)
    block[f"b{r}.fromrgb.bias"][:6] = 0
    conv0 = block[f"b{r}.conv0.weight"]
    conv0[:6] = 0
    conv0[:6, :6, 1, 1] = both @ both.T * undone / _gain(wide, 3)
    block[f"b{r}.conv0.bias"][:6] = 0
    # The old layer's gain is sqrt(2), this one's is 1: sqrt(2) of the activation, sqrt(1/2) of the two paths.
    seen = weights[f"{old}weight"][:, :, 0, 0] * _gain(_COLOURS, 1) * 2**0.5  # [C(R), 3]
    conv1 = block[f"b{r}.conv1.weight"].zero_()
    conv1[:, :6, 1, 1] = seen @ both.T * undone / _gain(wide, 3)
    block[f"b{r}.conv1.bias"] = weights[f"{old}bias"] * 2**0.5
    block[f"b{r}.skip.weight"].zero_()
    return {**{name: value for name, value in weights.items() if not name.startswith(old)}, **block}


def _gain(fan_in: int, kernel: int) -> float:
    """What a convolution multiplies its weights by."""
    return float((fan_in * kernel**2) ** -0.5)
