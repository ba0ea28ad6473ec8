"""A run to take along: its checkpoint at a fifth of the size, from which the same command goes on elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from training.errors import SettingError
from training.loops.breaking import all_finite
from training.loops.checkpoint import LATEST, as_asked, load_checkpoint, save_checkpoint
from training.loops.gan import MOMENTS

_NETWORKS: Final = ("generator", "discriminator", "average")


def halve(run: Path, out: Path, checkpoint: str = LATEST) -> Path:
    """Write a run's networks in float16, and its counters, without the optimisers' moments, as a run of its own.

    Args:
        run: folder of a run of StyleGAN2.
        out: folder of the new run.
        checkpoint: file of `run`.

    Returns:
        the file that was written.

    Raises:
        CheckpointError: it cannot be read, or is of another network.
        SettingError: `out` has a run already, or a weight is too large for float16.
        NotWritten: as `whole` raises it.
    """
    target = out / LATEST
    if any(out.glob("*.pt")):
        raise SettingError(f"{out} has a run already; give another --out")
    path = run / checkpoint
    with as_asked(path):
        state = halved(load_checkpoint(path))
    if not all_finite(state):
        raise SettingError(f"{path} has a weight beyond float16; take the whole run along")
    save_checkpoint(target, state)
    return target


def halved(state: Mapping[str, Any]) -> dict[str, Any]:
    """A trainer's state whose networks are float16. Raises `KeyError` where it has no such networks."""
    kept = {name: value for name, value in state.items() if name not in MOMENTS}
    best = {"best": None}  # that snapshot stays behind, so the next one that is written is the best
    return kept | best | {name: _narrowed(state[name]) for name in _NETWORKS}


def _narrowed(network: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.half() if value.dtype == torch.float32 else value for name, value in network.items()}
