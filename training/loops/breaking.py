"""A run whose numbers are no numbers any more stops at once, and leaves its checkpoints alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.errors import TrainingError
from training.loops.checkpoint import LATEST, kept_name

_OF_GANS = "lower the rate (--rate), raise R1 (--gamma), or compute in float32 (--precision fp32)"


class Broken(TrainingError):
    """A loss or a weight is not a number, or without bounds."""

    @classmethod
    def at(cls, kimg: float, what: str, folder: Path, saved: float | None, change: str = _OF_GANS) -> Broken:
        """The sentence: what broke, the last good checkpoint of `folder`, taken at `saved` kimg, and what to change."""
        # Later ones are of a branch that a roll back has left.
        kept = sorted(each.name for each in folder.glob("kimg-*.pt") if each.name <= kept_name(saved or 0))
        good = f"{LATEST} ({saved:.1f} kimg) is the last good checkpoint" if saved is not None else ""
        good = (
            f"Nothing was overwritten: {good}; the same command goes on from it."
            if good
            else ("No checkpoint had been written yet.")
        )
        earlier = f"go on from an earlier one ({kept[-1]} copied over {LATEST}), " if kept else ""
        return cls(
            f"Training broke at {kimg:.2f} kimg: {what} is not a finite number. {good} "
            f"If it breaks again, {earlier}{change}."
        )


def all_finite(state: Any) -> bool:
    """Whether every number of every tensor in nested dictionaries and lists is finite."""
    if isinstance(state, Tensor):
        return not state.is_floating_point() or bool(torch.isfinite(state).all())
    if isinstance(state, Mapping):
        return all(all_finite(part) for part in state.values())
    if isinstance(state, list | tuple):
        return all(all_finite(part) for part in state)
    return True
