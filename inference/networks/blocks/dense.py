"""Fully connected layer with an equalised learning rate (Progressive GAN, arXiv 1710.10196, section 4.1)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inference.networks.ops.bias_act import bias_act


class Dense(nn.Module):
    """`[N, in] -> [N, out]`: weights are drawn from N(0, 1) / `lr_multiplier` and scaled at run time."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        activation: str = "linear",
        lr_multiplier: float = 1.0,
        bias_init: float = 0.0,
    ) -> None:
        super().__init__()
        self.activation = activation
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_multiplier)
        self.bias = nn.Parameter(torch.full((out_features,), bias_init))
        self.weight_gain = lr_multiplier * in_features**-0.5
        self.bias_gain = lr_multiplier

    def forward(self, x: Tensor) -> Tensor:
        weight = (self.weight * self.weight_gain).to(x.dtype)
        bias = self.bias if self.bias_gain == 1.0 else self.bias * self.bias_gain
        return bias_act(x @ weight.t(), bias, self.activation)
