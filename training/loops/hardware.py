"""What a run was computed on, for the model card."""

from __future__ import annotations

import platform

import torch

from training.loops.machine import Machine


def hardware(machine: Machine | None = None) -> str:
    """Such as `2 CPU threads (x86_64), torch 2.13.0`."""
    device = machine.device if machine else torch.device("cuda" if torch.cuda.is_available() else "cpu")
    count = machine.world.size if machine else 1
    many = f"{count} x " if count > 1 else ""
    if device.type == "cuda":
        return f"{many}{torch.cuda.get_device_name(device)}, torch {torch.__version__}"
    return f"{many}{torch.get_num_threads()} CPU threads ({platform.machine()}), torch {torch.__version__}"
