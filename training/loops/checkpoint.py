"""Checkpoints: written whole or not at all, read without executing anything."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from training.errors import TrainingError
from training.writing import whole

LATEST = "latest.pt"


def kept_name(kimg: float) -> str:
    """Of a checkpoint that stays."""
    return f"kimg-{int(kimg):05d}.pt"


class CheckpointError(TrainingError):
    """A file that is no checkpoint of ours, or not all of one."""


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write it in place of the one that is there. Raises `NotWritten` as `whole` does."""
    with whole(path) as file:
        torch.save(dict(state), file)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Tensors and plain values only; anything else in the file is refused by torch.

    Raises:
        CheckpointError: it cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch thinks of strange files is told in a sentence
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"there is no checkpoint {path}") from None
    except Exception as error:  # whatever a broken file provokes in torch's reader
        raise CheckpointError(f"{path} is damaged, or no checkpoint of ours") from error
    return state


@contextmanager
def as_asked(path: Path) -> Iterator[None]:
    """Reading what a checkpoint holds: it may be of another command, another size, or another version.

    Raises:
        CheckpointError: the body found something missing, unknown or of another shape.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} is of another command, or of networks of another size; take another folder"
        ) from error
