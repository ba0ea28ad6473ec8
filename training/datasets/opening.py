"""A data set from what the command line names: `prepare`'s, one of the official layout, or any zip and its table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.datasets.choosing import chosen
from training.datasets.entries import PURPOSES, Split
from training.datasets.faces import FaceSource, load_faces
from training.datasets.manifest import GENDERS
from training.datasets.pictures import IN_MEMORY, Kept, Pictures, Streamed
from training.datasets.prepared import open_prepared
from training.datasets.training_set import LEAST
from training.errors import DataError, SettingError

SIZES = (32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Opened:
    """One part of the split: pictures, the class `[M]` of each, the classes' names, how many there are of each."""

    pictures: Pictures
    labels: Tensor
    classes: tuple[str, ...]
    resolution: int

    @property
    def counts(self) -> dict[str, int]:
        return {name: int((self.labels == i).sum()) for i, name in enumerate(self.classes)}


def open_data(
    archive: Path,
    manifest: Path | None,
    resolution: int | None,
    split: Split = "train",
    only: str | None = None,
) -> Opened:
    """Open one side of the split, at a smaller size where one is asked for, and `only` one type of a prepared set.

    Raises:
        DataError: it cannot be read, or holds nothing for training.
        SettingError: no such size, no such type.
    """
    if resolution is not None and resolution not in SIZES:
        raise SettingError(f"--resolution takes one of {_sizes()}, not {resolution}")
    if manifest is None:
        return _archive(archive, resolution, split, only)
    if only is not None:
        raise SettingError("--only chooses a type of a set that prepare made, and not of a --manifest")
    return _table(archive, manifest, resolution, split)


def open_held_out(
    archive: Path, manifest: Path | None, resolution: int, only: str | None = None
) -> Opened | None:
    """What is not learnt from, people or else pictures; none where it is too small to tell anything."""
    sides: tuple[Split, ...] = ("validation",) if manifest else ("validation", "watched")
    for side in sides:
        try:
            opened = open_data(archive, manifest, resolution, side, only)
        except DataError:
            continue
        if len(opened.labels) >= LEAST:
            return opened
    return None


def _sizes() -> str:
    return ", ".join(map(str, SIZES))


def _archive(path: Path, resolution: int | None, split: Split, only: str | None) -> Opened:
    prepared = open_prepared(path) if only is None else chosen(open_prepared(path), only)
    side = resolution or prepared.size
    if side not in SIZES:
        raise SettingError(
            f"{path.name} has pictures of {side} px; say a smaller --resolution, of {_sizes()}"
        )
    entries = prepared.side(split)
    if not entries:
        raise DataError(f"{path.name} has no pictures{f' of {only}' if only else ''} for {PURPOSES[split]}")
    if side > prepared.size:
        raise DataError(f"{path.name} has pictures of {prepared.size} px; {side} were asked for")
    pictures: Pictures = Streamed(path, entries, side)
    if len(entries) * 3 * side**2 <= IN_MEMORY:
        pictures = Kept(torch.from_numpy(prepared.load(split, side)[0]))
    names = tuple(":".join(filter(None, pair)) for pair in prepared.classes)
    return Opened(pictures, torch.tensor([entry.label for entry in entries]), names, side)


def _table(archive: Path, manifest: Path, resolution: int | None, split: Split) -> Opened:
    if resolution is None:
        raise SettingError("with --manifest, say a --resolution: the archive's pictures may be of any size")
    faces = load_faces(FaceSource(archive, manifest), resolution, validation=split == "validation")
    return Opened(Kept(faces.images), faces.labels, GENDERS, resolution)
