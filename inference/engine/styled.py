"""One styled layer of a frozen network: forward in few kernels, backward towards the codes alone.

`z = clamp(leaky_relu(d * conv(x * s, W) + b))` with `d` the demodulation (StyleGAN2, arXiv 1912.04958, equations
1 to 3) and `b` bias and noise. The gain sqrt(2) of the activation lies in the next layers' styles.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.engine import convolution
from inference.engine.convolution import SLOPE, Convolution
from inference.networks.ops.cuda import kernels
from inference.networks.ops.cuda.binding import Library
from inference.networks.ops.cuda.functions import Filter, StyledEnd, styled_end
from inference.networks.ops.resample import upfirdn2d
from inference.networks.stylegan2.synthesis import StyledConv

WINOGRAD_CHANNELS = 128
WINOGRAD_SIDES = {"AVX512": (64,)}.get(torch.backends.cpu.get_cpu_capability(), (32, 64, 128))
"""Where NNPACK, which stops at AVX2, beats oneDNN, from so many channels on. Measured, ms at 32, 64 and 128 px for
512, 256 and 128 channels with its changes of layout: 18, 15, 20; oneDNN with AVX-512 18, 18, 19, without 35, 36, 36."""


class FrozenLayer:
    """A `StyledConv` that learns no more. Tensors are `channels_last` and of `dtype`."""

    def __init__(self, layer: StyledConv, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.up = layer.up
        self.side = layer.resolution
        self.out_channels, self.in_channels = layer.weight.shape[:2]
        self.clamp = None if layer.clamp is None else layer.clamp / 2**0.5
        weight = layer.weight.detach().float()
        self.energy = weight.square().sum(dim=(2, 3)).t()  # Q [I, O]
        self._filter = layer.resample_filter
        # True convolution, with the gain of 4 that inserted zeros ask for.
        self._taps = layer.resample_filter.flip((0, 1)).mul(4).expand(self.out_channels, 1, -1, -1)
        self._bias = layer.bias.detach().to(dtype)
        self._noise: Tensor | None = None  # [1, 1, r, r]; none where its strength is 0
        if layer.noise_strength:
            self._noise = (layer.noise_const * layer.noise_strength.detach())[None, None].to(dtype)
        # Scaling the weights is less work than scaling what they are convolved with.
        self._folds = not self.up and 9 * self.in_channels <= self.side**2
        self._weight = weight.contiguous(memory_format=torch.channels_last) if self._folds else weight

    @cached_property
    def _forward(self) -> Convolution:
        weight = self._weight.to(self.dtype)
        if self.up:
            return convolution.transposed(weight.transpose(0, 1), self.side // 2)
        return convolution.plain(weight, self.side)

    @cached_property
    def _backward(self) -> Convolution:
        weight = self._weight.to(self.dtype).transpose(0, 1)
        if self.up:
            return convolution.plain(weight, self.side + 1, stride=2)
        return convolution.plain(weight.flip((2, 3)), self.side)

    def draw(self, x: Tensor, s: Tensor, d: Tensor) -> Tensor:
        """`x [N, I, h, h]`, `s [N, I]`, `d [N, O]` to `[N, O, r, r]`. No gradient."""
        if library := kernels.serving(x):
            return self._by_kernels(library, x, s, d)
        alone = len(x) == 1 and x.device.type == "cpu"
        z = self._alone(x, s, d) if alone else self._together(x, s, d)
        return z if self.clamp is None else z.clamp_(-self.clamp, self.clamp)

    def _by_kernels(self, library: Library, x: Tensor, s: Tensor, d: Tensor) -> Tensor:
        """All that follows the convolution, the blur too, in one pass over memory."""
        y = self._forward(_scaled(x, s))
        blur = None
        if self.up:
            size = (self.side, self.side)
            blur = self._filter, Filter(library, (1, 1), (1, 1), (1, 1), size, flip=False, gain=4.0)
        return styled_end(y, StyledEnd(library, d, self._shift, SLOPE, self.clamp), blur)

    @cached_property
    def _shift(self) -> Tensor:
        """Bias, with noise if there is any: `[O]` or `[1, O, r, r]`."""
        if self._noise is None:
            return self._bias
        return (self._bias[:, None, None] + self._noise).contiguous(memory_format=torch.channels_last)

    def _alone(self, x: Tensor, s: Tensor, d: Tensor) -> Tensor:
        """One sample: its factors go into whatever is smallest, bias and bend into the convolution."""
        if self.up:
            taps = (self._taps * d[0, :, None, None, None]).to(self.dtype)
            return convolution.bent(self._forward(_scaled(x, s)), taps, self._bias, self._noise)
        if not self._folds:
            return self._together(x, s, d)
        weight = self._weight * (d.t() * s)[:, :, None, None]
        if self._by_winograd:
            return convolution.winograd(x, weight, self._bias, self._noise)
        return convolution.bent(x, weight.to(self.dtype), self._bias, self._noise)

    @cached_property
    def _by_winograd(self) -> bool:
        fits = self.side in WINOGRAD_SIDES and self.in_channels >= WINOGRAD_CHANNELS
        on_cpu = self._weight.device.type == "cpu"
        return fits and on_cpu and self.dtype == torch.float32 and convolution.has_winograd()

    def _together(self, x: Tensor, s: Tensor, d: Tensor) -> Tensor:
        y = self._forward(_scaled(x, s))
        if self.up:
            y = upfirdn2d(y, self._filter, padding=(1, 1, 1, 1), gain=4.0)
        y = torch.addcmul(self._bias[:, None, None], y, d.to(self.dtype)[:, :, None, None])
        return F.leaky_relu_(y if self._noise is None else y.add_(self._noise), SLOPE)

    def undraw(self, g: Tensor, x: Tensor, z: Tensor, s: Tensor, d: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of x, s and d from that of `z = draw(x, s, d)`."""
        if self.clamp is not None:
            g = g * (z.abs() < self.clamp)
        inner = torch.ops.aten.leaky_relu_backward(g, z, SLOPE, True)  # the slope's sign is that of z
        # inner * (z before the bend) is g * z, so y = (z before the bend - bias - noise) / d need not be kept.
        to_d = _summed(g * z) - _summed(inner) * self._bias
        if self._noise is not None:
            to_d -= _summed(inner * self._noise)
        to_d /= d
        inner *= d.to(self.dtype)[:, :, None, None]
        if self.up:
            inner = upfirdn2d(inner, self._filter, padding=(2, 2, 2, 2), flip=True, gain=4.0)
        inner = self._backward(inner)
        to_s = _summed(inner * x)
        inner *= s.to(self.dtype)[:, :, None, None]
        return inner, to_s, to_d


def _scaled(x: Tensor, factors: Tensor) -> Tensor:
    return x * factors.to(x.dtype)[:, :, None, None]


def _summed(x: Tensor) -> Tensor:
    """`[N, C, r, r] -> [N, C]` float32."""
    return x.sum(dim=(2, 3), dtype=torch.float32)


class _Styled(torch.autograd.Function):
    """`FrozenLayer.draw` with its gradients; weights have none."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, s: Tensor, d: Tensor, layer: FrozenLayer) -> Tensor:
        z = layer.draw(x, s, d)
        ctx.save_for_backward(x, z, s, d)
        ctx.layer = layer
        return z

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, z, s, d = ctx.saved_tensors
        gradient = gradients[0].contiguous(memory_format=torch.channels_last)
        return *ctx.layer.undraw(gradient, x, z, s, d), None


def styled(x: Tensor, s: Tensor, d: Tensor, layer: FrozenLayer) -> Tensor:
    """`layer.draw`, differentiable in x, s and d."""
    z: Tensor = _Styled.apply(x, s, d, layer)  # type: ignore[no-untyped-call]
    return z
