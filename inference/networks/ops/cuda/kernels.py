"""Which kernels run on which device of this process. Nothing is built before `prepare` is called."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import torch
from torch import Tensor

from inference.networks.ops.cuda import build
from inference.networks.ops.cuda.binding import DTYPES, KernelError, Library
from inference.networks.ops.cuda.build import BuildError

_log = logging.getLogger(__name__)
_found: dict[int, Kernels] = {}
_lock = Lock()


@dataclass(frozen=True)
class Kernels:
    """What `prepare` found for a device: the compiled kernels, or why torch's own operations run instead."""

    compiled: Library | None
    reason: str


def prepare(cache: Path, device: torch.device) -> Kernels:
    """Load the kernels of a GPU, compiled into `cache` the first time; found once for the process.

    Of several libraries the first that runs is taken. Where none does, one line of the log says why the first one does
    not, and torch's own operations go on.
    """
    if device.type != "cuda":
        return Kernels(None, "the CUDA kernels are for GPUs")
    index = torch.cuda.current_device() if device.index is None else device.index
    with _lock:
        if index not in _found:
            _found[index] = found = _load(cache, torch.device("cuda", index))
            if found.compiled is None:
                _log.warning("The CUDA kernels do not run, torch's own operations do: %s", found.reason)
        return _found[index]


def _load(cache: Path, device: torch.device) -> Kernels:
    major, minor = torch.cuda.get_device_capability(device)
    failed = []
    for made in build.compiled(cache, [f"{major}{minor}"]):
        found = _tried(made, device)
        if found.compiled is not None:
            return found
        failed.append(found)
    return failed[0]


def _tried(made: Path | BuildError, device: torch.device) -> Kernels:
    if isinstance(made, BuildError):
        return Kernels(None, str(made))
    try:
        library = Library(made)
        library.try_out(device)
    except KernelError as error:
        return Kernels(None, str(error))
    except OSError as error:
        return Kernels(None, f"the compiled library does not load: {error}")
    return Kernels(library, f"compiled by nvcc {made.parent.name}")


def serving(x: Tensor) -> Library | None:
    """The kernels for a tensor, if its device and type have some."""
    if not x.is_cuda or x.dtype not in DTYPES or not x.numel():
        return None
    found = _found.get(x.get_device())
    return found.compiled if found else None
