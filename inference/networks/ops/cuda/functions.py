"""The kernels as differentiable functions, twice over. Their twins in plain torch are in the folder above."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from inference.networks.ops.cuda.binding import DTYPES, FilterCall, Finish, FinishCall, Library, PointwiseCall

ACTIVATION_CODES = {
    name: code
    for code, name in enumerate(
        ("linear", "relu", "lrelu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish")
    )
}
_STRAIGHT = {ACTIVATION_CODES[name] for name in ("linear", "relu", "lrelu")}
_LINEAR, _SWISH = ACTIVATION_CODES["linear"], ACTIVATION_CODES["swish"]


class Pointwise(NamedTuple):
    """What `bias_act` does to a tensor; a clamp below 0 is none."""

    compiled: Library
    activation: int
    gain: float
    clamp: float


class Filter(NamedTuple):
    """What `upfirdn2d` does to a tensor, all pairs (x, y); `size` is the result's, (height, width)."""

    compiled: Library
    up: tuple[int, int]
    down: tuple[int, int]
    before: tuple[int, int]
    size: tuple[int, int]
    flip: bool
    gain: float

    def backwards(self, taps: Tensor, size: tuple[int, int]) -> Filter:
        """The gradient's way through, to an input of `size`."""
        kh, kw = taps.shape
        before = (kw - 1 - self.before[0], kh - 1 - self.before[1])
        return self._replace(up=self.down, down=self.up, before=before, size=size, flip=not self.flip)


class StyledEnd(NamedTuple):
    """How a styled layer ends.

    Attributes:
        scale: [N, C] float32, the demodulation.
        shift: [C], or [1, C, H, W] with noise, in the type of the layer.
        slope: of the leaky ReLU.
        clamp: bound on the result, or none.
    """

    compiled: Library
    scale: Tensor
    shift: Tensor
    slope: float
    clamp: float | None


def bias_act(x: Tensor, bias: Tensor | None, op: Pointwise) -> Tensor:
    """`clamp(activation(x + bias) * gain)`; see the twin."""
    if op.activation == _SWISH and bias is not None:  # its gradient is computed from x + bias
        x, bias = x + bias.to(x.dtype).reshape(1, -1, *([1] * (x.ndim - 2))), None
    return _apply(_BiasAct, _dense(x), bias, op)


def upfirdn2d(x: Tensor, taps: Tensor, op: Filter) -> Tensor:
    """`taps [kh, kw]` over `x [N, C, H, W]`; see the twin."""
    return _apply(_Filter, x, taps.float().contiguous(), op)


def _apply(function: Any, *inputs: Any) -> Tensor:
    result: Tensor = function.apply(*inputs)
    return result


class _BiasAct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, bias: Tensor | None, op: Pointwise) -> Tensor:
        y = torch.empty_like(x)
        shift = None if bias is None else bias.detach().float().contiguous()
        _call(op, 0, y, x, bias=shift)
        ctx.op, ctx.bias_type = op, None if bias is None else bias.dtype
        straight = op.activation == _LINEAR and op.clamp < 0
        ctx.save_for_backward(None if straight else x if op.activation == _SWISH else y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (known,) = ctx.saved_tensors
        dx = _apply(_Gradient, dy, known, ctx.op)
        if not ctx.needs_input_grad[1]:
            return dx, None, None
        others = [axis for axis in range(dx.ndim) if axis != 1]
        return dx, dx.sum(dim=others, dtype=torch.float32).to(ctx.bias_type), None


class _Gradient(torch.autograd.Function):
    """`dy` to `dx`. `known` is y, x for swish, none where the slope is the same everywhere."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, known: Tensor | None, op: Pointwise) -> Tensor:
        dy = _dense(dy, known)
        dx = torch.empty_like(dy)
        _call(op, 1, dx, dy, known=known)
        ctx.op = op
        ctx.save_for_backward(dy, known)
        return dx

    @staticmethod
    def backward(ctx: Any, ddx: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        dy, known = ctx.saved_tensors
        first = _apply(_Gradient, ddx, known, ctx.op) if ctx.needs_input_grad[0] else None
        if not ctx.needs_input_grad[1] or ctx.op.activation in _STRAIGHT:
            return first, None, None
        return first, _apply(_Second, dy, ddx, known, ctx.op), None


class _Second(torch.autograd.Function):
    """`ddx`, the gradient that arrives at `dx`, to the one of `known`. It has no gradient of its own."""

    @staticmethod
    def forward(ctx: Any, dy: Tensor, ddx: Tensor, known: Tensor, op: Pointwise) -> Tensor:
        out = torch.empty_like(dy)
        _call(op, 2, out, dy, arrived=_dense(ddx, dy), known=known)
        return out


class _Filter(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, taps: Tensor, op: Filter) -> Tensor:
        ctx.back = op.backwards(taps, (x.shape[2], x.shape[3]))
        ctx.save_for_backward(taps)
        return _filtered(_dense(x), taps, op, Finish())

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None, None]:
        (taps,) = ctx.saved_tensors
        return _apply(_Filter, dy, taps, ctx.back), None, None


def styled_end(x: Tensor, end: StyledEnd, blur: tuple[Tensor, Filter] | None = None) -> Tensor:
    """`clamp(leaky_relu(scale * blur(x) + shift))` of `x [N, C, H, W]` in one pass, without gradients.

    `blur` is taps, float32 [kh, kw], and what is done with them.
    """
    x, scale = _dense(x), end.scale
    last = _channels_last(x)
    assert scale.dtype == torch.float32, "scale is float32"
    assert scale.stride(1) == 1, "the numbers of a row of scale are neighbours"
    assert end.shift.dtype == x.dtype, "shift has the type of x"
    mapped = end.shift.ndim > 1
    shift = end.shift.contiguous(memory_format=_order(last)) if mapped else end.shift.contiguous()
    finish = Finish(
        *(scale.data_ptr(), shift.data_ptr(), scale.stride(0), mapped),
        *(end.slope, -1.0 if end.clamp is None else end.clamp),
    )
    if blur is not None:
        return _filtered(x, *blur, finish)
    c, h, w = x.shape[1:]
    y = torch.empty_like(x)
    call = FinishCall(
        *(y.data_ptr(), x.data_ptr(), finish, x.numel(), c * h * w, c, h * w, last, DTYPES[x.dtype])
    )
    end.compiled.finish(call, x)
    return y


def _filtered(x: Tensor, taps: Tensor, op: Filter, finish: Finish) -> Tensor:
    n, c, h, w = x.shape
    last = _channels_last(x)
    y = torch.empty((n, c, *op.size), dtype=x.dtype, device=x.device, memory_format=_order(last))
    call = FilterCall(
        *(y.data_ptr(), x.data_ptr(), taps.data_ptr(), finish),
        *(n, c, h, w, *op.size, *taps.shape, *op.up, *op.down, *op.before),
        *(op.flip, last, DTYPES[x.dtype], op.gain),
    )
    op.compiled.upfirdn2d(call, x)
    return y


def _order(last: bool) -> torch.memory_format:
    return torch.channels_last if last else torch.contiguous_format


def _channels_last(x: Tensor) -> bool:
    return x.ndim == 4 and not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)


def _dense(x: Tensor, like: Tensor | None = None) -> Tensor:
    """Laid out as `like`, or in one of the two orders that the kernels know."""
    if like is not None:
        return x.contiguous(memory_format=_order(_channels_last(like)))
    return x if _channels_last(x) else x.contiguous()


def _call(  # noqa: PLR0913 - what comes in and goes out, by name
    op: Pointwise,
    order: int,
    out: Tensor,
    x: Tensor,
    *,
    bias: Tensor | None = None,
    arrived: Tensor | None = None,
    known: Tensor | None = None,
) -> None:
    channels = x.shape[1]
    inner = 1 if _channels_last(x) else x.numel() // (x.shape[0] * channels)
    call = PointwiseCall(
        *(_address(tensor) for tensor in (out, x, arrived, known, bias)),
        *(x.numel(), inner, channels, op.gain, op.clamp, DTYPES[x.dtype], order, op.activation),
    )
    op.compiled.bias_act(call, x)


def _address(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()
