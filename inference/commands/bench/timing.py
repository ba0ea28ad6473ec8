"""Seconds of work on a device, as the best of rounds in turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

import torch

from inference.commands.bench.effort import Effort

Work = Callable[[], object]
_ROUND_SECONDS = 0.02  # a shorter call is repeated, so that the clock's own steps do not count


def seconds(work: Work, device: torch.device, repeats: int = 1) -> float:
    """Of one call of `work`; a GPU answers before it has worked, so it is waited for, before and after."""
    finish(device)
    began = time.perf_counter()
    for _ in range(repeats):
        work()
    finish(device)
    return (time.perf_counter() - began) / repeats


def finish(device: torch.device) -> None:
    """Wait until all that was asked of the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def best(ways: Mapping[str, Work], device: torch.device, effort: Effort) -> dict[str, float]:
    """Seconds of the best call of each way. They take turns, so that all meet the same moods of the machine.

    The first round warms up; it counts only where `effort.seconds` leave no time for another.
    """
    fastest = {name: seconds(way, device) for name, way in ways.items()}
    left = effort.seconds - sum(fastest.values())
    if sum(fastest.values()) > left:
        return fastest
    fastest = {name: seconds(way, device) for name, way in ways.items()}  # warm
    repeats = {name: max(1, math.ceil(_ROUND_SECONDS / max(taken, 1e-6))) for name, taken in fastest.items()}
    length = sum(fastest[name] * repeats[name] for name in ways)
    left -= sum(fastest.values())
    for _ in range(min(effort.rounds, int(left / length))):
        for name, way in ways.items():
            fastest[name] = min(fastest[name], seconds(way, device, repeats[name]))
    return fastest
