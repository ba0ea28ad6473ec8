"""A device that is not the CPU, pretended: on torch's `meta`, tensors have shapes and no numbers, and may not mix.

Every operation that is given tensors of two places fails, as on a GPU. What needs a number (a coin that falls, a loss
that is printed) gets a half, and what is brought to the CPU is zeros.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as tree

ELSEWHERE = torch.device("meta")

_NUMBERS: dict[Callable[..., Any], Any] = {
    Tensor.__float__: 0.5,
    Tensor.__int__: 1,
    Tensor.__index__: 1,
    Tensor.__bool__: True,
}
_ACROSS = {
    torch._has_compatible_shallow_copy_type,
    Tensor.to,
    Tensor.copy_,
    Tensor.__getitem__,
    Tensor.__setitem__,
    Tensor.type_as,
}
"""What may be given tensors of two places, by torch's own rule."""


@contextmanager
def elsewhere() -> Iterator[torch.device]:
    """Inside, `ELSEWHERE` is a place like a GPU."""
    with pytest.MonkeyPatch.context() as patch, _Apart():
        optimiser = import_module("torch.optim.optimizer")
        patch.setattr(torch, "autocast", lambda *_, **__: nullcontext())
        patch.setattr(optimiser, "_get_fused_kernels_supported_devices", lambda: ["cpu", "meta"])
        yield ELSEWHERE


class _Apart(TorchFunctionMode):
    def __torch_function__(self, function: Any, types: Any, given: Any = (), more: Any = None) -> Any:
        more = more or {}
        if given and isinstance(given[0], Tensor) and given[0].device == ELSEWHERE:
            if function in _NUMBERS:
                return _NUMBERS[function]
            if function is Tensor.item:
                return 0.5 if given[0].is_floating_point() else 1
            if function is Tensor.tolist:
                return _zeros(given[0]).tolist()
            if function is Tensor.cpu or (function is Tensor.to and _to_cpu(given[1:], more)):
                return _zeros(given[0])
        if function is Tensor.pin_memory:
            return given[0]
        if function not in _ACROSS:
            _check(function, (given, more))
        return function(*given, **more)


def _zeros(tensor: Tensor) -> Tensor:
    return torch.zeros(tensor.shape, dtype=tensor.dtype)


def _to_cpu(asked: tuple[Any, ...], more: dict[str, Any]) -> bool:
    places = [x.device if isinstance(x, Tensor) else x for x in (*asked, more.get("device"))]
    return any(str(place) == "cpu" for place in places)


def _check(function: Any, given: Any) -> None:
    """A CPU's single number may go anywhere."""
    tensors = [x for x in tree.tree_leaves(given) if isinstance(x, Tensor)]
    places = {x.device for x in tensors if x.dim() or x.device == ELSEWHERE}
    if len(places) > 1:
        raise AssertionError(f"{getattr(function, '__name__', function)} over {places}")
