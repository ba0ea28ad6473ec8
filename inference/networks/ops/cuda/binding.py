"""A compiled library of kernels, called through plain C: no torch headers, so no torch version binds it."""

from __future__ import annotations

import ctypes
from ctypes import c_float, c_int, c_int32, c_int64, c_void_p
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

DTYPES = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 2}


class KernelError(RuntimeError):
    """A kernel did not start."""


class PointwiseCall(ctypes.Structure):
    """The arguments of `typeface_bias_act`, as in bias_act.cu."""

    _fields_ = (
        *((name, c_void_p) for name in ("out", "x", "with_", "known", "bias")),
        *((name, c_int64) for name in ("count", "inner", "channels")),
        *((name, c_float) for name in ("gain", "clamp")),
        *((name, c_int32) for name in ("dtype", "order", "activation")),
    )


class Finish(ctypes.Structure):
    """How a styled layer ends, as in finish.cuh."""

    _fields_ = (
        *((name, c_void_p) for name in ("scale", "shift")),
        *((name, c_int32) for name in ("scale_row", "mapped")),
        *((name, c_float) for name in ("slope", "clamp")),
    )


class FinishCall(ctypes.Structure):
    """The arguments of `typeface_finish`, as in bias_act.cu."""

    _fields_ = (
        *((name, c_void_p) for name in ("out", "x")),
        ("finish", Finish),
        *((name, c_int64) for name in ("count", "picture")),
        *((name, c_int32) for name in ("channels", "inner", "last", "dtype")),
    )


class FilterCall(ctypes.Structure):
    """The arguments of `typeface_upfirdn2d`, as in upfirdn2d.cu."""

    _fields_ = (
        *((name, c_void_p) for name in ("out", "x", "taps")),
        ("finish", Finish),
        *((name, c_int32) for name in ("n", "c", "h", "w", "oh", "ow")),
        *((name, c_int32) for name in ("kh", "kw", "ux", "uy", "dx", "dy", "px", "py")),
        *((name, c_int32) for name in ("flip", "last", "dtype")),
        ("gain", c_float),
    )


class Library:
    """The kernels of one file. They run on torch's current stream and never wait, so a graph can hold them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lib = ctypes.CDLL(str(path))
        for name in ("typeface_bias_act", "typeface_finish", "typeface_upfirdn2d"):
            getattr(self._lib, name).argtypes = (c_void_p, c_int, c_void_p)
        self._lib.typeface_describe.restype = ctypes.c_char_p

    def bias_act(self, call: PointwiseCall, on: Tensor) -> None:
        self._run(self._lib.typeface_bias_act, call, on)

    def finish(self, call: FinishCall, on: Tensor) -> None:
        self._run(self._lib.typeface_finish, call, on)

    def upfirdn2d(self, call: FilterCall, on: Tensor) -> None:
        self._run(self._lib.typeface_upfirdn2d, call, on)

    def try_out(self, device: torch.device) -> None:
        """Run one kernel. Raises KernelError where none runs: another driver, another GPU."""
        x = torch.ones(8, device=device)
        out = torch.empty_like(x)
        call = PointwiseCall(
            out=out.data_ptr(), x=x.data_ptr(), count=8, inner=1, channels=8, gain=2, clamp=-1, activation=0
        )
        self.bias_act(call, x)
        if out.tolist() != [2.0] * 8:
            raise KernelError("the kernels compute wrong numbers")

    def _run(self, function: Any, call: ctypes.Structure, on: Tensor) -> None:
        if on.is_cuda:
            with torch.cuda.device(on.device):
                stream = torch.cuda.current_stream().cuda_stream
                code = function(ctypes.byref(call), on.get_device(), stream)
        else:
            code = function(ctypes.byref(call), 0, None)
        if code:
            raise KernelError(f"{function.__name__}: {self._lib.typeface_describe(code).decode()}")
