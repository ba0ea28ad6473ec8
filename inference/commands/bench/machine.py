"""What the figures were measured on."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from inference.settings import Settings, cores


@dataclass(frozen=True)
class Machine:
    """One machine.

    Attributes:
        device: what does the work.
        cores: that this process may use.
        threads: of torch.
        load: how many processes wanted to run on average, in the minute before; None where nobody counts.
    """

    device: str
    processor: str
    cores: int
    threads: int
    torch: str
    cuda: str | None
    python: str
    date: str
    load: float | None = None

    def __str__(self) -> str:
        busy = "" if self.load is None else f", load {self.load:.1f} before"
        by = f"{self.threads} {'thread' if self.threads == 1 else 'threads'}"
        if self.device != self.processor:
            return f"{self.device}, {by} of {self.processor}, torch {self.torch}{busy}"
        return f"{self.processor}, {by} of {self.cores} cores, torch {self.torch}{busy}"


def describe(settings: Settings, device: torch.device) -> Machine:
    """Of this process; to be asked before the work, which is a load itself."""
    processor = _processor()
    on_gpu = device.type == "cuda"
    return Machine(
        device=torch.cuda.get_device_name(device) if on_gpu else processor,
        processor=processor,
        cores=cores(),
        threads=settings.threads,
        torch=torch.__version__,
        cuda=torch.version.cuda if on_gpu else None,
        python=platform.python_version(),
        date=datetime.now(UTC).date().isoformat(),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
