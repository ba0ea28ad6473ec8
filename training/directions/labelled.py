"""Photos with what is known of them: the numbers that named directions are fitted to."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.datasets.faces import FaceSource, load_faces
from training.datasets.manifest import GENDERS
from training.datasets.prepared import open_prepared
from training.errors import DataError

MOST = 4000
"""Photos that are looked at; more only take longer."""

_PART = 64
_LEAST = 100
_DIFFERENT = 5  # of the rarer value, for a label to teach anything


@dataclass(frozen=True)
class Labelled:
    """`images` uint8 `[N, 3, R, R]`, and labels `[N]` by name, without gaps; 0 and 1 for no and yes."""

    images: Tensor
    labels: Mapping[str, Tensor]

    def parts(self) -> list[Tensor]:
        """The images in parts: thousands of large ones are too many for float32 at once."""
        return list(torch.split(self.images, _PART))


def levels(images: Tensor) -> Tensor:
    """Of uint8 in [-1, 1]."""
    return images.float() / 127.5 - 1


def from_faces(source: FaceSource, resolution: int) -> Labelled:
    """Of an archive with a table: gender (1: male), and age in years."""
    faces = load_faces(source, resolution)
    return _usable(faces.images, {"gender": faces.labels.float(), "age": faces.ages})


def from_prepared(path: Path, resolution: int, table: Path | None = None) -> Labelled:
    """Of a set that `prepare` made: gender where its labels have one, and the columns of a table.

    Args:
        path: the set; only its training side is looked at.
        resolution: side of the result.
        table: CSV with a column `file`, as the set names its pictures, and others of numbers.

    Raises:
        DataError: a sentence about the set or the table.
    """
    prepared = open_prepared(path)
    pictures, classes = prepared.load("train", resolution)
    genders = [prepared.classes[index][1] for index in classes]
    known = torch.tensor([float(GENDERS.index(g)) if g in GENDERS else torch.nan for g in genders])
    columns = {} if table is None else _columns(table, [entry.file for entry in prepared.side("train")])
    return _usable(torch.from_numpy(pictures), {"gender": known, **columns})


def _columns(table: Path, files: list[str]) -> dict[str, Tensor]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            rows = {row["file"]: row for row in csv.DictReader(lines)}
        names = [name for name in next(iter(rows.values()), {}) if name and name.strip() and name != "file"]
        return {
            name.strip(): torch.tensor([float(rows.get(file, {}).get(name) or "nan") for file in files])
            for name in names
        }
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise DataError(
            f"{table.name} is no table of labels: it needs a column `file` and others of numbers ({error})"
        ) from error


def _usable(images: Tensor, labels: Mapping[str, Tensor]) -> Labelled:
    """Labels that differ, and the photos of which all of these are known, evenly chosen."""
    kept = {name: values for name, values in labels.items() if _differs(values)}
    known = torch.ones(len(images), dtype=torch.bool)
    for values in kept.values():
        known &= ~values.isnan()
    places = known.nonzero().flatten()
    if len(places) < _LEAST:
        raise DataError(
            f"{len(places)} photos have {' and '.join(kept) or 'anything'} known; {_LEAST} is the least"
        )
    if len(places) > MOST:
        places = places[torch.from_numpy(np.linspace(0, len(places) - 1, MOST).astype(np.int64))]
    return Labelled(images[places], {name: values[places] for name, values in kept.items()})


def _differs(values: Tensor) -> bool:
    known = values[~values.isnan()]
    if not len(known):
        return False
    usual = known.mode().values
    return int((known != usual).sum()) >= _DIFFERENT
