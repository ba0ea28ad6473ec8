"""The photos that samples are compared with, read one after another: a thousand of 1024 px would not fit in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from training.datasets.archive import Archive, Pixels
from training.datasets.faces import HELD_OUT, FaceSource, chosen_rows
from training.datasets.prepared import open_prepared
from training.errors import DataError

LEAST: Final = 8
"""Training photos below which no distance means anything."""
MOST: Final = 5000


@dataclass(frozen=True)
class Photos:
    """A data set's files by side of the split, each at most so many, in an order that does not depend on names.

    Attributes:
        archive: the zip.
        training, held_out: its files.
        framed: whether they are faces in a pack's framing, as far as is known.
        classes: share of each class among the training photos; empty where they are not numbered.
    """

    archive: Path
    training: Sequence[str]
    held_out: Sequence[str]
    framed: bool = True
    classes: Sequence[float] = ()

    def read(self, files: Sequence[str], side: int) -> Iterator[Pixels]:
        """Pictures `[side, side, 3]`. Raises `DataError` for one that cannot be read."""
        with Archive(self.archive) as archive:
            for file in files:
                yield archive.picture(file, side)


def open_photos(
    archive: Path, manifest: Path | None = None, most: int = MOST, held_out: float = HELD_OUT
) -> Photos:
    """A data set, or any zip of aligned pictures with a table of them, a share of whose people is held out.

    At most `most` of either side.

    Raises:
        DataError: it cannot be read, or has fewer than `LEAST` training photos.
    """
    found = _prepared(archive) if manifest is None else _listed(FaceSource(archive, manifest, held_out))
    found = replace(found, training=_chosen(found.training, most), held_out=_chosen(found.held_out, most))
    if len(found.training) < LEAST:
        raise DataError(
            f"{archive.name} has {len(found.training)} photos to compare with; {LEAST} are the least."
        )
    return found


def _prepared(archive: Path) -> Photos:
    told = open_prepared(archive)
    training = told.side("train")
    counts = np.bincount([entry.label for entry in training], minlength=len(told.classes))
    shares = tuple((counts / max(counts.sum(), 1)).tolist())
    sides = [[entry.file for entry in told.side(side)] for side in ("train", "validation")]
    return Photos(archive, sides[0], sides[1], told.framed, shares)


def _listed(source: FaceSource) -> Photos:
    with Archive(source.archive) as archive:
        training, held_out = (
            [name for _, name in chosen_rows(source, archive, validation=side)] for side in (False, True)
        )
    return Photos(source.archive, training, held_out)


def _chosen(files: Sequence[str], most: int) -> list[str]:
    return sorted(files, key=lambda file: hashlib.sha256(file.encode()).digest())[:most]
