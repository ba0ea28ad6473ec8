"""3x3 convolutions whose weights never change, in the form that the processor runs fastest.

On a CPU oneDNN reads weights in blocks of its own and can add a bias and bend (leaky ReLU) as it writes;
torch's public functions reorder the weights at every call and do neither. The operators used here are those
that `torch.compile` emits. They are internal to torch, so they are tried once; where they fail, the public ones
do the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

SLOPE = 0.2  # of leaky ReLU

Convolution = Callable[[Tensor], Tensor]


def plain(weight: Tensor, side: int, *, stride: int = 1) -> Convolution:
    """`[N, I, side, side] -> [N, O, ...]` by `weight [O, I, 3, 3]`; padding 1, or with stride 2 none."""
    weight = weight.contiguous(memory_format=torch.channels_last)
    padding = 1 if stride == 1 else 0
    if not fuses(weight.device, weight.dtype):
        return functools.partial(F.conv2d, weight=weight, stride=stride, padding=padding)
    shape = [1, weight.shape[1], side, side]
    steps = ([padding] * 2, [stride] * 2, [1, 1], 1)
    packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *steps, shape)
    return lambda x: torch.ops.mkldnn._convolution_pointwise(x, packed, None, *steps, "none", [], "")


def transposed(weight: Tensor, side: int) -> Convolution:
    """`[N, I, side, side] -> [N, O, 2 * side + 1, 2 * side + 1]` by `weight [I, O, 3, 3]`, stride 2."""
    weight = weight.contiguous(memory_format=torch.channels_last)
    if not fuses(weight.device, weight.dtype):
        return functools.partial(F.conv_transpose2d, weight=weight, stride=2)
    shape = [1, weight.shape[0], side, side]
    steps = ([0, 0], [0, 0], [2, 2], [1, 1], 1)
    packed = torch.ops.mkldnn._reorder_convolution_transpose_weight(weight, *steps, shape)
    return lambda x: torch.ops.mkldnn._convolution_transpose_pointwise(
        x, packed, None, *steps, "none", [], ""
    )


def bent(x: Tensor, weight: Tensor, bias: Tensor, noise: Tensor | None = None) -> Tensor:
    """`leaky_relu(conv(x, weight) + bias + noise)` with padding 1; `noise [1, 1, r, r]`.

    `weight [C, 1, k, k]` filters each channel alone.
    """
    groups = len(weight) if weight.shape[1] == 1 else 1
    if not fuses(x.device, x.dtype):
        return _bend(F.conv2d(x, weight, bias, padding=1, groups=groups), noise)
    steps = ([1, 1], [1, 1], [1, 1], groups)
    bend = ("leaky_relu", [SLOPE]) if noise is None else ("none", [])
    y: Tensor = torch.ops.mkldnn._convolution_pointwise(x, weight, bias, *steps, *bend, "")
    return y if noise is None else _bend(y, noise)


def winograd(x: Tensor, weight: Tensor, bias: Tensor, noise: Tensor | None = None) -> Tensor:
    """The same for one sample in float32 by NNPACK: fewer multiplications (arXiv 1509.09308)."""
    y = torch._nnpack_spatial_convolution(x.contiguous(), weight.contiguous(), bias, padding=[1, 1])
    return _bend(y, noise).contiguous(memory_format=torch.channels_last)


def _bend(y: Tensor, noise: Tensor | None) -> Tensor:
    return F.leaky_relu_(y if noise is None else y.add_(noise), SLOPE)


@functools.cache
def fuses(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether oneDNN's fused operators do here what they are used for."""
    if device.type != "cpu":
        return False
    x, weight = torch.ones(1, 16, 4, 4, dtype=dtype), torch.full((16, 16, 3, 3), -1.0, dtype=dtype)
    steps = ([1, 1], [1, 1], [1, 1], 1)
    try:
        packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *steps, list(x.shape))
        y = torch.ops.mkldnn._convolution_pointwise(x, packed, None, *steps, "leaky_relu", [SLOPE], "")
        up = ([0, 0], [0, 0], [2, 2], [1, 1], 1)
        packed = torch.ops.mkldnn._reorder_convolution_transpose_weight(weight, *up, list(x.shape))
        z = torch.ops.mkldnn._convolution_transpose_pointwise(x, packed, None, *up, "none", [], "")
    except (RuntimeError, AttributeError, TypeError):
        return False
    wanted = F.leaky_relu(F.conv2d(x.float(), weight.float(), padding=1), SLOPE)
    wider = F.conv_transpose2d(x.float(), weight.float(), stride=2)
    return torch.allclose(y.float(), wanted, rtol=1e-2) and torch.allclose(z.float(), wider, rtol=1e-2)


@functools.cache
def has_winograd() -> bool:
    """Whether NNPACK runs here; it must be asked before its first convolution, which fails otherwise."""
    try:
        if not torch._nnpack_available():
            return False
        y = winograd(torch.ones(1, 16, 16, 16), torch.ones(16, 16, 3, 3), torch.zeros(16))
    except (RuntimeError, AttributeError, TypeError):
        return False
    return abs(float(y[0, 0, 8, 8]) - 144) < 1e-2
