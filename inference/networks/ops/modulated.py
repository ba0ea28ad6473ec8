"""Modulated convolution, in the form that never builds a weight per sample.

`y = d * conv(x * s, W)` with `d = rsqrt(s^2 @ Q + 1e-8)`, `Q[i, o] = sum_k W[o, i]^2` (StyleGAN2, equations 1
to 3): the same numbers as convolving each sample with its own weights, many times faster on a CPU and at
batch sizes above one.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def modulated_conv2d(
    x: Tensor,
    weight: Tensor,
    styles: Tensor,
    conv: Callable[[Tensor, Tensor], Tensor],
    *,
    demodulate: bool = True,
    gain: float = 1.0,
) -> Tensor:
    """Convolve with weights scaled per sample and input channel.

    Args:
        x: `[N, I, H, W]`, float32 or a 16-bit type.
        weight: `[O, I, k, k]`, float32.
        styles: `[N, I]`, float32.
        conv: The convolution, with its resampling: `(x, weight) -> [N, O, H', W']`.
        demodulate: Bring each output channel back to unit expected variance.
        gain: Factor on a demodulated result.

    Returns:
        `[N, O, H', W']` in the type of `x`.
    """
    if demodulate and x.dtype == torch.float16:
        # float16 overflows at 65504: normalise first. Only the effect of the 1e-8 changes.
        fan_in = weight[0].numel()
        weight = weight * (fan_in**-0.5 / weight.abs().amax(dim=(1, 2, 3), keepdim=True))
        styles = styles / styles.abs().amax(dim=1, keepdim=True)
    y = conv(x * styles.to(x.dtype)[:, :, None, None], weight.to(x.dtype))
    if not demodulate:
        return y
    energy = styles.square() @ weight.square().sum(dim=(2, 3)).t()  # [N, I] @ [I, O]
    scale = (energy + 1e-8).rsqrt() * gain
    return y * scale.to(y.dtype)[:, :, None, None]
