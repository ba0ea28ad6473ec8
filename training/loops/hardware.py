"""What a run was computed on, for the model card."""

from __future__ import annotations

import platform

import torch


def hardware() -> str:
    """Such as `2 CPU threads (x86_64), torch 2.13.0`."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    return f"{torch.get_num_threads()} CPU threads ({platform.machine()}), torch {torch.__version__}"
