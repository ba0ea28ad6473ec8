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
    """Do `work`; what it raises becomes a report that holds no frame, and so no picture."""
    try:
        return work()
    except TypefaceError as error:
        failure = error.with_traceback(None)
        failure.__context__ = failure.__cause__ = None
        return Failed(failure)
    except Exception as error:
        if _out_of_memory(error):
            log.warning("out of memory", error=type(error).__name__)
        else:
            log.exception("an order failed")
            return Failed(InternalError())
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return Failed(OutOfMemory())


def _out_of_memory(error: Exception) -> bool:
    """Torch tells of a full CPU by a plain RuntimeError."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )
