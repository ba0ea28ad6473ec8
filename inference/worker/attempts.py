"""Work that may fail: what one order raises becomes its report, and nobody else's trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
import torch

from inference.errors import InternalError, OutOfMemory, TypefaceError
from inference.scheduler.orders import Failed

log = structlog.get_logger(__name__)
T = TypeVar("T")


def attempt(work: Callable[[], T]) -> T | Failed:
    """Do `work`; what it raises becomes a report that holds no frame, and so no picture and no tensor.

    A bug is logged here; a device without memory is not, since the caller may know a way out.

    Raises:
        AcceleratorError: the device has failed, and fails whatever comes next as well.
    """
    try:
        return work()
    except TypefaceError as error:
        failure = error.with_traceback(None)
        failure.__context__ = failure.__cause__ = None
        return Failed(failure)
    except Exception as error:
        if isinstance(error, torch.AcceleratorError) and not out_of_memory(error):
            raise
        if not out_of_memory(error):
            log.exception("an order failed")
            return Failed(InternalError())
    give_memory_back()  # out here, where the error's frames hold nothing any more
    return Failed(OutOfMemory())


def lacked_memory(outcome: object) -> bool:
    """Whether an attempt failed for want of memory."""
    return isinstance(outcome, Failed) and isinstance(outcome.error, OutOfMemory)


def out_of_memory(error: Exception) -> bool:
    """Torch tells of a full CPU by a plain RuntimeError, and of what CUDA itself finds full as of a failed device."""
    if isinstance(error, torch.AcceleratorError):
        return "out of memory" in str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def give_memory_back() -> None:
    """Let the device have what torch keeps for later."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
