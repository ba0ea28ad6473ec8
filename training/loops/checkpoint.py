"""Checkpoints: written whole or not at all, read without executing anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

LATEST = "latest.pt"


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write beside the target, flush to disk, rename over it: a crash leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        torch.save(dict(state), file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Tensors and plain values only; anything else in the file is refused by torch."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
