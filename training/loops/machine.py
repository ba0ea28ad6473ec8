"""What a run computes on: one device, alone or with other processes, its networks compiled or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch

from inference.engine.precision import has_bf16
from inference.networks.ops.cuda import kernels
from training import settings
from training.config import Precision
from training.errors import SettingError
from training.loops.world import ALONE, World, joined

_CPU = torch.device("cpu")

DeviceName = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Machine:
    """`compiled`: the phases without second derivatives, which torch.compile cannot do, run compiled."""

    device: torch.device = _CPU
    world: World = ALONE
    compiled: bool = False

    def precision(self, wished: Precision) -> Precision:
        """`wished`, but float32 where bfloat16 is emulated: a step at 64 px then took ten times as long."""
        return "float32" if wished == "bfloat16" and not has_bf16(self.device) else wished

    def random_state(self) -> dict[str, Any]:
        """Of all generators that a step draws from."""
        cuda = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        return {"cpu": torch.get_rng_state(), "cuda": cuda}

    def set_random_state(self, state: dict[str, Any]) -> None:
        torch.set_rng_state(state["cpu"])
        if self.device.type == "cuda" and state["cuda"] is not None:
            torch.cuda.set_rng_state(state["cuda"], self.device)


@contextmanager
def machine(
    name: DeviceName, threads: int | None = None, *, compiled: bool = False, shared: bool = False
) -> Iterator[Machine]:
    """The machine that was asked for.

    Args:
        name: of the device; `auto` is the GPU where there is one.
        threads: of the processor; none: torch's own number.
        compiled: see `Machine`.
        shared: with the other processes that `torchrun` began; otherwise there must be none.

    Raises:
        SettingError: there is no such device, or there are other processes.
    """
    if threads:
        torch.set_num_threads(threads)
    rank, size, local = settings.ranks()
    if size > 1 and not shared:
        raise SettingError(f"this command runs in one process, and torchrun began {size}; run it by itself")
    device = _device(name, local)
    if device.type == "cuda":
        _ready(device)
    with joined(rank, size) as world:
        yield Machine(device, world, compiled)


def _device(name: DeviceName, local: int) -> torch.device:
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise SettingError("torch finds no CUDA device here; leave --device out, or ask for cpu")
    if name == "cpu" or not found:
        return _CPU
    if local >= torch.cuda.device_count():
        raise SettingError(f"process {local} has no GPU of its own: {torch.cuda.device_count()} are here")
    return torch.device("cuda", local)


def _ready(device: torch.device) -> None:
    """As the reference computes: no TF32 where float32 is asked for; the fastest convolution is looked for."""
    torch.cuda.set_device(device)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    kernels.prepare(settings.cache(), device)
