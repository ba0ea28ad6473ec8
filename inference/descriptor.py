"""dlib's identity network (Davis King, CC0) by numpy: the same 128 numbers, several times sooner.

A residual network of 29 convolutions (He et al., arXiv 1512.03385, halved), as dlib's own example
`dnn_face_recognition_ex` lays it out; its weights are read from dlib's file as it is. dlib's wheel multiplies
matrices without a BLAS, numpy with one. Results differ from dlib's in the sixth digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from inference.errors import InternalError

Floats = NDArray[np.float32]

SIDE: Final = 150
NUMBERS: Final = 128

_MEAN = np.array([122.782, 117.001, 104.298], dtype=np.float32)
_RANGE = 256
_BLOCKS: Final = "kkkdkkkdkkdkkd"  # each keeps its size, or halves it and may widen it


@dataclass(frozen=True)
class _Conv:
    """`weights` [kernel * kernel * in, out], the affine layer that follows folded in; `bias` [out]."""

    weights: Floats
    bias: Floats
    kernel: int

    def __call__(self, x: Floats, stride: int = 1) -> Floats:
        """[N, H, W, in] to [N, h, w, out]; as dlib has it, padded only where the stride is 1."""
        if stride == 1:
            edge = self.kernel // 2
            x = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
        windows = _windows(x, self.kernel, stride)
        n, h, w = windows.shape[:3]
        out: Floats = windows.reshape(n * h * w, -1) @ self.weights + self.bias
        return out.reshape(n, h, w, -1)


class Descriptor:
    """The network of one file. From then on numpy's products use one thread: theirs are too small for more.

    Raises:
        InternalError: the file is not that of dlib's network.
    """

    def __init__(self, path: Path) -> None:
        ThreadpoolController().select(internal_api="openblas").limit(limits=1)
        try:
            *convs, self._head = _layers(path.read_bytes())
        except (OSError, ValueError, IndexError) as error:
            raise InternalError(f"{path.name} is not dlib's identity network") from error
        self._stem, *self._convs = [_folded(*parts) for parts in zip(convs[::2], convs[1::2], strict=True)]
        if len(self._convs) != 2 * len(_BLOCKS):
            raise InternalError(f"{path.name} is not dlib's identity network")

    def __call__(self, faces: NDArray[np.uint8]) -> Floats:
        """[N, 150, 150, 3] uint8 RGB, aligned with padding 0.25, to [N, 128]."""
        assert faces.shape[1:] == (SIDE, SIDE, 3), "[N, 150, 150, 3]"
        x = np.maximum(self._stem((faces - _MEAN) / np.float32(_RANGE), stride=2), 0)
        x = _windows(x, 3, 2).max(axis=(3, 4))
        for block, first, second in zip(_BLOCKS, self._convs[::2], self._convs[1::2], strict=True):
            halved = block == "d"
            new = second(np.maximum(first(x, 2 if halved else 1), 0))
            x = np.maximum(_added(new, _windows(x, 2, 2).mean(axis=(3, 4)) if halved else x), 0)
        numbers: Floats = x.mean(axis=(1, 2)) @ self._head.reshape(-1, NUMBERS)
        return numbers


def _windows(x: Floats, kernel: int, stride: int) -> Floats:
    """[N, h, w, kernel, kernel, C], a view."""
    n, height, width, channels = x.shape
    h, w = (height - kernel) // stride + 1, (width - kernel) // stride + 1
    steps = x.strides
    strides = (steps[0], steps[1] * stride, steps[2] * stride, *steps[1:])
    return np.lib.stride_tricks.as_strided(x, (n, h, w, kernel, kernel, channels), strides, writeable=False)


def _added(a: Floats, b: Floats) -> Floats:
    """The sum; where one is smaller or has fewer channels, zeros stand in."""
    shape = np.maximum(a.shape, b.shape)
    out = np.zeros(shape, dtype=np.float32)
    for part in (a, b):
        out[tuple(slice(side) for side in part.shape)] += part
    return out


def _folded(conv: Floats, affine: Floats) -> _Conv:
    gain, shift = affine.reshape(2, -1)
    out = len(gain)
    filters, bias = conv[:-out].reshape(out, -1), conv[-out:]
    inside = 3 if filters.shape[1] == 147 else filters.shape[1] // 9
    kernel = 7 if inside == 3 else 3
    square = filters.reshape(out, inside, kernel, kernel).transpose(2, 3, 1, 0)
    weights = np.ascontiguousarray(square.reshape(-1, out) * gain, dtype=np.float32)
    return _Conv(weights, (bias * gain + shift).astype(np.float32), kernel)


def _layers(data: bytes) -> Iterator[Floats]:
    """The weights in the order that a picture meets them: dlib writes the innermost layer first."""
    place = 0
    marks = {b"\x05con_4": 0, b"\x07affine_": 0, b"\x04fc_2": 2}  # numbers between the name and the weights
    while True:
        found = [(data.find(mark, place), mark) for mark in marks]
        begins, mark = min(((at, mark) for at, mark in found if at >= 0), default=(-1, b""))
        if begins < 0:
            return
        place = begins + len(mark)
        for _ in range(marks[mark] + 1):  # and the version of the table
            _, place = _number(data, place)
        count = 1
        for _ in range(4):
            side, place = _number(data, place)
            count *= side
        yield np.frombuffer(data, "<f4", count, place)
        place += 4 * count


def _number(data: bytes, place: int) -> tuple[int, int]:
    """An integer as dlib writes it, its length before it, and the place behind it."""
    length = data[place]
    return int.from_bytes(data[place + 1 : place + 1 + length], "little"), place + 1 + length
