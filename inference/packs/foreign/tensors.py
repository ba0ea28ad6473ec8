"""Tensors of a pickle, from the bytes that PyTorch writes a storage as; every size is held to what is there."""

from __future__ import annotations

import io
import math
from typing import Any

import torch
from torch import Tensor

from inference.errors import PackError
from inference.packs.foreign.machine import Machine

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # of torch.save before its zip files
_TYPES = {
    "torch.FloatStorage": torch.float32,
    "torch.DoubleStorage": torch.float64,
    "torch.HalfStorage": torch.float16,
    "torch.LongStorage": torch.int64,
    "torch.IntStorage": torch.int32,
    "torch.ByteStorage": torch.uint8,
    "torch.BoolStorage": torch.bool,
}


class _Kind:
    """A storage's type, as a stand-in for torch's class."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def __call__(self, *_: object) -> Any:
        raise PackError("the checkpoint makes a storage without bytes")


_KINDS = {name: _Kind(dtype) for name, dtype in _TYPES.items()}


def storage(blob: bytes) -> Tensor:
    """What `torch.storage._load_from_bytes` stands for: `[n]`, sharing memory with a copy of the bytes.

    The original is a whole unpickler of its own, and believes the sizes that it is told.
    """
    file = io.BytesIO(_bytes(blob))
    magic, protocol, system = (Machine({}).run(file) for _ in range(3))
    if (magic, protocol) != (_MAGIC, _PROTOCOL) or not isinstance(system, dict):
        raise PackError("the checkpoint holds a tensor that PyTorch has not written")
    key, dtype, count = Machine(_KINDS, _told).run(file)
    keys = Machine({}).run(file)
    length = int.from_bytes(file.read(8), "little")
    data = bytearray(file.read())
    if keys != [key] or length != count or len(data) != count * dtype.itemsize:
        raise PackError("the checkpoint holds a tensor whose size is not that of its bytes")
    return torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)


def view(values: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Tensor:
    """What `torch._utils._rebuild_tensor_v2` stands for; a view never has more elements than its storage."""
    if not isinstance(values, Tensor) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        raise PackError("the checkpoint holds a tensor that PyTorch has not written")
    most = values.numel()
    numbers = (offset, *size, *stride)
    if (
        len(size) != len(stride)
        or len(size) > 8
        or not all(type(n) is int and 0 <= n < 2**40 for n in numbers)
    ):
        raise PackError("the checkpoint holds a tensor of an impossible shape")
    count = math.prod(size)
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True) if n)
    if count > most or (count and last >= most):
        raise PackError("the checkpoint holds a tensor that is larger than its bytes")
    return torch.as_strided(values, size, stride, offset) if count else values.new_empty(size)


def parameter(data: Tensor, *_: object) -> Tensor:
    """What `torch._utils._rebuild_parameter` stands for: the tensor itself."""
    if not isinstance(data, Tensor):
        raise PackError("the checkpoint holds a parameter without a tensor")
    return data


def _told(identifier: Any) -> tuple[str, torch.dtype, int]:
    """Key, type and length of `("storage", type, key, device, length, none)`."""
    if not isinstance(identifier, tuple) or len(identifier) != 6 or identifier[0] != "storage":
        raise PackError("the checkpoint holds a tensor that PyTorch has not written")
    _, kind, key, _, count, part = identifier
    meaning = getattr(kind, "meaning", None)
    if not isinstance(meaning, _Kind) or type(count) is not int or count < 0 or part is not None:
        raise PackError("the checkpoint holds a tensor that PyTorch has not written")
    return key, meaning.dtype, count


def _bytes(blob: object) -> bytes:
    if not isinstance(blob, bytes):
        raise PackError("the checkpoint holds a tensor without bytes")
    return blob
