"""Convolution layer with an equalised learning rate, optionally halving or doubling the resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from inference.networks.ops.bias_act import ACTIVATIONS, bias_act
from inference.networks.ops.conv import conv2d_down, conv2d_plain, conv2d_up
from inference.networks.ops.resample import make_filter

Resampling = Literal["none", "up", "down"]


class Conv(nn.Module):
    """`[N, I, H, W] -> [N, O, H', W']`, then bias, activation, gain and clamp."""

    resample_filter: Tensor

    def __init__(  # noqa: PLR0913 - one number a stage of the layer
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        resampling: Resampling = "none",
        activation: Literal["linear", "lrelu"] = "linear",
        bias: bool = True,
        clamp: float | None = None,
        taps: Sequence[float] = (1, 3, 3, 1),
    ) -> None:
        super().__init__()
        self.resampling = resampling
        self.activation = activation
        self.clamp = clamp
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None
        self.register_buffer("resample_filter", make_filter(taps))
        self.weight_gain = (in_channels * kernel**2) ** -0.5

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        # All activations here are positively homogeneous: the gain goes to the weights, not over the picture.
        total = ACTIVATIONS[self.activation].gain * gain
        weight = (self.weight * (self.weight_gain * total)).to(x.dtype)
        bias = None if self.bias is None else self.bias * total
        if self.resampling == "up":
            x = conv2d_up(x, weight, self.resample_filter)
        elif self.resampling == "down":
            x = conv2d_down(x, weight, self.resample_filter)
        else:
            x = conv2d_plain(x, weight)
        clamp = None if self.clamp is None else self.clamp * gain
        return bias_act(x, bias, self.activation, gain=1.0, clamp=clamp)
