"""CUDA graphs: a pass of hundreds of small kernels becomes one launch. Elsewhere the pass simply runs.

At 256 px a picture is 30 GFLOP, less than a tenth of a millisecond of a large GPU, while launching its kernels
one by one takes several: small batches wait for the processor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]
Function = Callable[..., Tensors]

_WARM = 3  # rounds before a capture: libraries choose their algorithms and take their workspaces
_log = logging.getLogger(__name__)

allowed = True
"""Of the process; a person who looks for a fault switches graphs off."""


class Graphs:
    """A function of tensors, captured once for each set of shapes (batch, resolution) and then replayed.

    The function takes and returns tensors alone; its work depends on their shapes only, and it never waits for the
    device (`.item()`, `.cpu()`). Weights it reads in place. Gradients are off around it; it turns them on for what it
    differentiates inside. Call it from one thread.
    """

    def __init__(
        self,
        function: Function,
        *,
        capture: Callable[[Function, Tensors], Function] | None = None,
        on: str = "cuda",
    ) -> None:
        """`capture` and `on`, the type of device that has graphs, are for tests."""
        self._function = function
        self._capture = capture or Captured
        self._on = on
        self._graphs: dict[tuple[tuple[torch.Size, torch.dtype, torch.device], ...], Function] = {}
        self._works = True

    def __call__(self, *inputs: Tensor) -> Tensors:
        """What the function returns, in tensors of the caller's own.

        Raises:
            torch.OutOfMemoryError: the device has no memory for the pass; the graphs are forgotten.
        """
        if not (allowed and self._works) or inputs[0].device.type != self._on:
            return self._plainly(inputs)
        key = tuple((tensor.shape, tensor.dtype, tensor.device) for tensor in inputs)
        if key not in self._graphs:
            try:
                self._graphs[key] = self._capture(self._function, inputs)
            except RuntimeError as error:
                self.clear()
                if shortage := _shortage(error):
                    raise shortage from None
                self._works = False
                _log.warning("CUDA graphs are off, since a capture failed: %s", str(error).partition("\n")[0])
                return self._plainly(inputs)
        return self._graphs[key](*inputs)

    def clear(self) -> None:
        """Give the memory of all graphs back; they are captured anew when they are needed."""
        self._graphs.clear()

    def _plainly(self, inputs: Tensors) -> Tensors:
        with torch.no_grad():
            return self._function(*inputs)


class Captured:
    """One captured graph, with the tensors that it reads and writes."""

    def __init__(self, function: Function, inputs: Tensors) -> None:
        # Tensors of inference mode could not be written from outside of it later.
        with torch.cuda.device(inputs[0].device), torch.inference_mode(False), torch.no_grad():
            self._inputs = [torch.empty_like(tensor).copy_(tensor) for tensor in inputs]
            side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(_WARM):
                    function(*self._inputs)
            torch.cuda.current_stream().wait_stream(side)
            self._graph = torch.cuda.CUDAGraph()
            # Other threads may go on using the device: each has its own capture state.
            with torch.cuda.graph(self._graph, stream=side, capture_error_mode="thread_local"):
                self._outputs = function(*self._inputs)

    def __call__(self, *inputs: Tensor) -> Tensors:
        for kept, given in zip(self._inputs, inputs, strict=True):
            kept.copy_(given)
        self._graph.replay()
        return tuple(tensor.clone() for tensor in self._outputs)


def _shortage(error: BaseException | None) -> torch.OutOfMemoryError | None:
    """The want of memory behind an error: ending a broken capture raises another one on top of it."""
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError):
            return error
        error = error.__context__
    return None
