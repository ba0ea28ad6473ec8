"""What the names in an official pickle stand for here: data, and nothing that acts."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.errors import PackError
from inference.packs.foreign import tensors
from inference.packs.foreign.machine import MOST_BYTES, Built, Meaning

_NUMBERS = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "b1": "?"}


@dataclass(frozen=True)
class Stored:
    """A persistent object: its class's name and its attributes; never its source."""

    class_name: str
    state: Mapping[str, Any]


class NumpyType(Built):
    """A numpy dtype of plain numbers."""

    def __init__(self, code: str, *_: object) -> None:
        if code not in _NUMBERS:
            raise PackError("the checkpoint holds numbers of a kind that is not read")
        self.code, self.order = code, "<"

    def build(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise PackError("the checkpoint holds numbers of a kind that is not read")
        self.order = {">": ">"}.get(state[1], "<")


def _persistent(meta: object) -> Stored:
    """What `torch_utils.persistence._reconstruct_persistent_obj` stands for; `module_src` is dropped unread."""
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise PackError("the checkpoint holds an object of an unknown form")
    name, state = meta.get("class_name"), meta.get("state")
    if not isinstance(name, str) or not isinstance(state, dict):
        raise PackError("the checkpoint holds an object of an unknown form")
    return Stored(name, state)


def _ordered(items: object = ()) -> dict[Any, Any]:
    """What `collections.OrderedDict` stands for."""
    if not isinstance(items, (list, tuple)):
        raise TypeError(type(items))
    made: dict[Any, Any] = {}
    for key, value in items:
        if type(key) not in (str, int):
            raise TypeError(type(key))
        made[key] = value
    return made


def _listed(items: object = ()) -> list[Any]:
    """What `builtins.set` stands for: nobody asks these for members."""
    if not isinstance(items, (list, tuple)):
        raise TypeError(type(items))
    return list(items)


def _empty() -> dict[str, Any]:
    """What `dnnlib.util.EasyDict` stands for; its items follow."""
    return {}


def _scalar(kind: object, data: object) -> float | int | bool:
    """What numpy's `scalar` stands for."""
    if not isinstance(kind, NumpyType) or not isinstance(data, bytes):
        raise PackError("the checkpoint holds numbers of a kind that is not read")
    try:
        value: float | int | bool = struct.unpack(kind.order + _NUMBERS[kind.code], data)[0]
    except struct.error as error:
        raise PackError("the checkpoint holds a broken number") from error
    return value


def _encoded(text: object, coding: object) -> bytes:
    """What `_codecs.encode` stands for: how protocol 2 writes bytes."""
    if not isinstance(text, str) or coding != "latin1":
        raise PackError("the checkpoint holds bytes of an unknown form")
    return text.encode("latin1")


_COPYING: tuple[Meaning, ...] = (tensors.storage, _encoded)


class _Bounded:
    """What one file makes of its bytes: it may ask for the same ones again and again, so that all of it counts."""

    def __init__(self) -> None:
        self._left = MOST_BYTES

    def of(self, meaning: Meaning) -> Meaning:
        """The same, until there was too much."""

        def made(source: object, *rest: object) -> Any:
            self._left -= len(source) if isinstance(source, str | bytes) else 0
            if self._left < 0:
                raise PackError(f"the checkpoint makes more than {MOST_BYTES >> 30} GB of its bytes")
            return meaning(source, *rest)

        return made


def meanings() -> dict[str, Meaning]:
    """What names stand for in one file."""
    bounded = _Bounded()
    return {name: bounded.of(made) if made in _COPYING else made for name, made in MEANINGS.items()}


MEANINGS: Mapping[str, Meaning] = {
    "torch_utils.persistence._reconstruct_persistent_obj": _persistent,
    "dnnlib.util.EasyDict": _empty,
    "collections.OrderedDict": _ordered,
    "builtins.set": _listed,
    "__builtin__.set": _listed,
    "torch._utils._rebuild_parameter": tensors.parameter,
    "torch._utils._rebuild_tensor_v2": tensors.view,
    "torch.storage._load_from_bytes": tensors.storage,
    "numpy.core.multiarray.scalar": _scalar,
    "numpy._core.multiarray.scalar": _scalar,
    "numpy.dtype": NumpyType,
    "_codecs.encode": _encoded,
}
