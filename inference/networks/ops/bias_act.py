"""Bias, activation, gain and clamp in that order: the end of every StyleGAN2 layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.ops.cuda import functions, kernels


class Activation(NamedTuple):
    """An activation function and the gain that keeps the variance of its output near one."""

    function: Callable[[Tensor], Tensor]
    gain: float


_SQRT2 = 2**0.5

ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation(lambda x: x, 1.0),
    "relu": Activation(torch.relu, _SQRT2),
    "lrelu": Activation(lambda x: F.leaky_relu(x, 0.2), _SQRT2),
    "tanh": Activation(torch.tanh, 1.0),
    "sigmoid": Activation(torch.sigmoid, 1.0),
    "elu": Activation(F.elu, 1.0),
    "selu": Activation(F.selu, 1.0),
    "softplus": Activation(F.softplus, 1.0),
    "swish": Activation(lambda x: torch.sigmoid(x) * x, _SQRT2),
}


def bias_act(
    x: Tensor,
    bias: Tensor | None = None,
    activation: str = "linear",
    *,
    gain: float | None = None,
    clamp: float | None = None,
) -> Tensor:
    """`clamp(activation(x + bias) * gain)`: one kernel where there are kernels, else plain torch.

    Args:
        x: `[N, C, ...]`.
        bias: `[C]`, or none.
        activation: A name of `ACTIVATIONS`.
        gain: The factor after the activation; the activation's own when none is given.
        clamp: Bound on the absolute value of the result, after the gain.
    """
    entry = ACTIVATIONS[activation]
    factor = entry.gain if gain is None else gain
    if library := kernels.serving(x):
        code = functions.ACTIVATION_CODES[activation]
        limit = -1.0 if clamp is None else clamp
        return functions.bias_act(x, bias, functions.Pointwise(library, code, factor, limit))
    if bias is not None:
        x = x + bias.to(x.dtype).reshape(1, -1, *([1] * (x.ndim - 2)))
    x = entry.function(x)
    if factor != 1.0:
        x = x * factor
    return x if clamp is None else x.clamp(-clamp, clamp)
