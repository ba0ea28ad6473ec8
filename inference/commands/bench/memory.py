"""Peak memory, each figure of a process that does nothing else."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch

from inference.commands.bench import configurations
from inference.commands.loading import settled
from inference.settings import Settings

_STEPS = 2  # the second one has Adam's moments


@dataclass(frozen=True)
class Memory:
    """Of a process that loads a pack and then draws one picture, or projects one person.

    Attributes:
        work: what it did.
        peak_mb: its resident memory at the highest, in MB; None where the system does not tell.
        device_mb: the most that torch held on a CUDA device, in MB; None on a CPU.
    """

    work: str
    peak_mb: float | None
    device_mb: float | None


def measure(settings: Settings, configuration: str) -> list[Memory]:
    """A new process for each figure: a peak never comes down again."""
    return [_child(settings, configuration, work) for work in ("render", "projection")]


def _child(settings: Settings, configuration: str, work: str) -> Memory:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_work, settings, configuration, work).result()


def _work(settings: Settings, configuration: str, work: str) -> Memory:
    settings = settled(settings)  # a new process knows nothing of kernels and graphs
    torch.set_num_threads(settings.threads)
    pack = configurations.pack(configuration, settings)
    engine = configurations.engine(pack, settings)
    picture = engine.picture(configurations.picture(1))
    if work == "projection":
        projection = engine.start([picture], _STEPS)
        while not projection.done:
            engine.advance([projection])
    held = None
    if pack.device.type == "cuda":
        held = torch.cuda.max_memory_allocated(pack.device) / 2**20
    return Memory(work, peak_mb(), held)


def peak_mb(pid: int | str = "self") -> float | None:
    """Resident memory of a process at its highest so far, in MB; None where the system does not tell."""
    return status_mb(pid, "VmHWM")


def status_mb(pid: int | str, entry: str) -> float | None:
    """An entry of the process's status such as `VmRSS`, in MB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{entry}:")), None)
