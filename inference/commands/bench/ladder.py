"""Bigger and bigger batches, until one would take too long or too much memory: that is said, never hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch

from inference.commands.bench.memory import peak_mb

T = TypeVar("T")


@dataclass(frozen=True)
class Rung(Generic[T]):
    """What was measured at one size, or why nothing was."""

    size: int
    found: T | None
    left_out: str | None = None


@dataclass
class _Climbed:
    """The last size that was measured, and what it took."""

    size: int = 0
    seconds: float = 0.0
    grown: float = 0.0


def climb(
    sizes: Sequence[int], measure: Callable[[int], tuple[T, float]], *, longest: float
) -> Iterator[Rung[T]]:
    """Measure each size in turn; `measure` gives what it found and the seconds of one round."""
    last, before = _Climbed(), peak_mb()
    for size in sizes:
        reason = _forecast(last, size, longest)
        if reason is None:
            try:
                found, seconds = measure(size)
            except torch.OutOfMemoryError:
                reason = "the device has too little memory"
            else:
                last = _Climbed(size, seconds, (peak_mb() or 0) - (before or 0))
                yield Rung(size, found)
                continue
        yield Rung(size, None, reason)


def _forecast(last: _Climbed, size: int, longest: float) -> str | None:
    """Why this size is left out, by what the last one took; None where it is not."""
    if not last.size:
        return None
    factor = size / last.size
    if (seconds := last.seconds * factor) > longest:
        return f"a round would take about {seconds:.0f} s, more than {longest:.0f} s"
    free = _free_mb()
    if free is not None and (needed := last.grown * factor) > free:
        return f"needs about {needed / 1024:.0f} GB of memory"
    return None


def _free_mb() -> float | None:
    """Memory that the system could still give, in MB; None where it does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable")), None)
