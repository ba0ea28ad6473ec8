"""Upsample, filter, downsample: one per-channel operation with three everyday wrappers.

StyleGAN2 (arXiv 1912.04958) filters at every change of resolution so that no aliasing appears. Written from
the facts in the project's reference page. Where there are no kernels (`ops.cuda`), it runs as depthwise
convolutions, which keeps `channels_last` tensors as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.ops.cuda import functions, kernels
from inference.networks.ops.cuda.binding import Library

Padding = tuple[int, int, int, int]
"""Left, right, top, bottom; a negative number crops."""

SEPARABLE_FROM = 8
"""A list of at least so many taps stays one-dimensional and runs as two passes."""


def make_filter(taps: Sequence[float] = (1, 3, 3, 1)) -> Tensor:
    """The normalised filter of a list of taps: `[k, k]`, or `[k]` (separable) from eight taps on."""
    line = torch.as_tensor(taps, dtype=torch.float32)
    grid = line if line.ndim == 2 or line.numel() >= SEPARABLE_FROM else line.outer(line)
    return grid / grid.sum()


def upfirdn2d(  # noqa: PLR0913 - the operation's own four stages, each with its number
    x: Tensor,
    taps: Tensor,
    up: int | tuple[int, int] = 1,
    down: int | tuple[int, int] = 1,
    padding: Padding = (0, 0, 0, 0),
    *,
    flip: bool = False,
    gain: float = 1.0,
) -> Tensor:
    """Insert zeros, pad, convolve, keep every so-manyth sample; per channel.

    Args:
        x: `[N, C, H, W]`.
        taps: `[kh, kw]`, or `[k]` for a separable filter; normalised as the caller wants.
        up: Factor of zero insertion, (x, y) or one number: `up - 1` zeros after each sample.
        down: Factor of subsampling, (x, y) or one number, starting with the first sample.
        padding: Zeros around the upsampled picture.
        flip: Correlation in place of convolution.
        gain: Factor on the result (on the power of the upsampled signal: `up ** 2`).
    """
    (ux, uy), (dx, dy) = _pair(up), _pair(down)
    if (library := kernels.serving(x)) and not taps.requires_grad:
        return _by_kernel(library, x, taps, (ux, uy), (dx, dy), padding, flip=flip, gain=gain)
    if taps.ndim == 1:
        return _separable(x, taps * gain**0.5, (ux, uy), (dx, dy), padding, flip=flip)
    if ux > 1 or uy > 1:
        x = _insert_zeros(x, ux, uy)
    around = padding[0] if len(set(padding)) == 1 else 0  # what the convolution pads itself needs no copy
    if around <= 0 and any(padding):
        x, around = F.pad(x, padding), 0
    kernel = (taps if flip else taps.flip((0, 1))).to(x.dtype) * gain
    channels = x.shape[1]
    return F.conv2d(x, kernel.expand(channels, 1, -1, -1), stride=(dy, dx), padding=around, groups=channels)


def _by_kernel(  # noqa: PLR0913 - as above
    library: Library,
    x: Tensor,
    taps: Tensor,
    up: tuple[int, int],
    down: tuple[int, int],
    padding: Padding,
    *,
    flip: bool,
    gain: float,
) -> Tensor:
    if taps.ndim == 1:
        left, right, top, bottom = padding
        columns = taps[None], (up[0], 1), (down[0], 1), (left, right, 0, 0)
        rows = taps[:, None], (1, up[1]), (1, down[1]), (0, 0, top, bottom)
        for pass_ in (columns, rows):
            x = _by_kernel(library, x, *pass_, flip=flip, gain=gain**0.5)
        return x
    kh, kw = taps.shape
    height = (x.shape[2] * up[1] + padding[2] + padding[3] - kh) // down[1] + 1
    width = (x.shape[3] * up[0] + padding[0] + padding[1] - kw) // down[0] + 1
    before = (padding[0], padding[2])
    op = functions.Filter(library, up, down, before, (height, width), flip, gain)
    return functions.upfirdn2d(x, taps, op)


def _separable(
    x: Tensor, line: Tensor, up: tuple[int, int], down: tuple[int, int], padding: Padding, *, flip: bool
) -> Tensor:
    """Each axis as one matrix product: ten times faster than long depthwise filters, on a CPU."""
    if not flip:
        line = line.flip(0)
    rows = _axis_matrix(x.shape[2], line, up[1], down[1], padding[2:]).to(x.dtype)
    columns = _axis_matrix(x.shape[3], line, up[0], down[0], padding[:2]).to(x.dtype)
    return rows @ x @ columns.t()


def _axis_matrix(size: int, line: Tensor, up: int, down: int, padding: tuple[int, ...]) -> Tensor:
    """`[out, size]`: what insertion, padding, correlation and subsampling do to a line of `size` samples."""
    basis = torch.eye(size, device=line.device).unsqueeze(1)  # [size, 1, size]
    spread = F.pad(basis.unsqueeze(-1), (0, up - 1)).reshape(size, 1, size * up)
    return F.conv1d(F.pad(spread, padding), line[None, None], stride=down).squeeze(1).t()


def _pair(factor: int | tuple[int, int]) -> tuple[int, int]:
    return factor if isinstance(factor, tuple) else (factor, factor)


def _insert_zeros(x: Tensor, ux: int, uy: int) -> Tensor:
    n, c, h, w = x.shape
    x = x.reshape(n, c, h, 1, w, 1)
    return F.pad(x, (0, ux - 1, 0, 0, 0, uy - 1)).reshape(n, c, h * uy, w * ux)


def upsample2d(x: Tensor, taps: Tensor, *, extra: int = 0, flip: bool = False) -> Tensor:
    """Twice the size: `[N, C, H, W]` to `[N, C, 2H, 2W]`; borders are zeros."""
    f = taps.shape[-1]
    before, after = (f + 1) // 2 + extra, (f - 2) // 2 + extra
    return upfirdn2d(x, taps, up=2, padding=(before, after, before, after), gain=4.0, flip=flip)


def downsample2d(x: Tensor, taps: Tensor, *, extra: int = 0, flip: bool = False) -> Tensor:
    """Half the size: `[N, C, H, W]` to `[N, C, H/2, W/2]`; `extra` pads (or crops) all sides before."""
    f = taps.shape[-1]
    before, after = (f - 1) // 2 + extra, (f - 2) // 2 + extra
    return upfirdn2d(x, taps, down=2, padding=(before, after, before, after), flip=flip)
