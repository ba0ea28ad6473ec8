"""Convolution with a change of resolution, blurred so that it does not alias."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.ops.resample import downsample2d, upfirdn2d, upsample2d


def conv2d_plain(x: Tensor, weight: Tensor) -> Tensor:
    """`[N, I, H, W]` to `[N, O, H, W]`; weight `[O, I, k, k]`, correlation, zero borders."""
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2)


def conv2d_down(x: Tensor, weight: Tensor, taps: Tensor) -> Tensor:
    """`[N, I, H, W]` to `[N, O, H/2, W/2]`: blur, convolve with stride 2 (1x1: shrink, then convolve)."""
    k = weight.shape[-1]
    if k == 1:
        return F.conv2d(downsample2d(x, taps), weight)
    f, p = taps.shape[-1], k // 2
    before, after = p + (f - 1) // 2, p + (f - 2) // 2
    x = upfirdn2d(x, taps, padding=(before, after, before, after))
    return _strided(partial(F.conv2d, stride=2), x, weight)


def conv2d_up(x: Tensor, weight: Tensor, taps: Tensor) -> Tensor:
    """`[N, I, H, W]` to `[N, O, 2H, 2W]`: transposed convolution, then blur (1x1: convolve, then enlarge)."""
    k = weight.shape[-1]
    if k == 1:
        return upsample2d(F.conv2d(x, weight), taps)
    f, p = taps.shape[-1], k // 2
    # H -> 2H + 1 (k = 3); the weight goes in unflipped, only its in and out axes change places.
    x = _strided(partial(F.conv_transpose2d, stride=2), x, weight.transpose(0, 1))
    before, after = (f + 1) // 2 - p, (f - 2) // 2 - p + 1
    return upfirdn2d(x, taps, padding=(before, after, before, after), gain=4.0)


def _strided(conv: Callable[[Tensor, Tensor], Tensor], x: Tensor, weight: Tensor) -> Tensor:
    """In float32, where a weight is learnt in bfloat16 on a CPU: its strided gradient has no fast path there.

    Measured on 64 channels at 33 to 65 px: 78 ms in bfloat16, 12 ms in float32.
    """
    slow = x.dtype == torch.bfloat16 and x.device.type == "cpu"
    if slow and weight.requires_grad and torch.is_grad_enabled():
        return conv(x.float(), weight.float()).to(x.dtype)
    return conv(x, weight)
