"""Data sets: those that `typeface-training prepare` makes, and those of the official layout (`datasets.plain`).

`dataset.json` in a zip that `prepare` made holds `labels`, a list of `[file, class]` as the usual tools of StyleGAN
read it, and beyond that:

| field | what |
|---|---|
| `format` | 1 |
| `size` | side of every picture in pixels |
| `framing` | side and padding of dlib's chip, as in a pack's manifest; null where pictures were framed already |
| `detector` | who found the faces |
| `classes` | `{"label", "gender"}` of each class; gender is `female`, `male` or empty |
| `pictures` | of each: `file`, `class`, `person` (one name for one person), `split` (`train`, `validation`), `source` |

`source` is the SHA-256 of the photo's bytes: who has the photo finds its picture and can have it taken out, and
nobody else learns a name from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.datasets.archive import Archive, Pixels
from training.datasets.entries import PURPOSES, Entry, Split
from training.datasets.plain import plain_entries
from training.errors import DataError

FORMAT: Final = 1
INDEX: Final = "dataset.json"


@dataclass(frozen=True)
class Prepared:
    """What a data set holds, without its pictures."""

    path: Path
    size: int
    classes: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    framed: bool = True
    """Faces in a framing, and not pictures that `prepare` took as they were."""

    def side(self, split: Split) -> list[Entry]:
        """The pictures of one side of the split."""
        return [entry for entry in self.entries if entry.split == split]

    def load(self, split: Split, resolution: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Pictures `[M, 3, R, R]` and classes `[M]` of one side, shrunk by Lanczos where they are larger.

        Raises:
            DataError: there is none, they are smaller than `resolution`, or one of them is broken.
        """
        entries = self.side(split)
        if not entries:
            raise DataError(f"{self.path.name} has no pictures for {PURPOSES[split]}")
        if resolution > self.size:
            raise DataError(f"{self.path.name} has pictures of {self.size} px; {resolution} were asked for")
        pictures = np.empty((len(entries), 3, resolution, resolution), dtype=np.uint8)
        for place, pixels in enumerate(self.read([entry.file for entry in entries], resolution)):
            pictures[place] = pixels.transpose(2, 0, 1)
        return pictures, np.array([entry.label for entry in entries])

    def read(self, files: Sequence[str], side: int) -> Iterator[Pixels]:
        """Pictures `[side, side, 3]`, one after another. Raises `DataError` for one that is broken."""
        with Archive(self.path) as archive:
            for file in files:
                yield archive.picture(file, side)


def open_prepared(path: Path) -> Prepared:
    """Read what a data set holds, a zip or a folder.

    Raises:
        DataError: no such file, not a whole zip, not a data set, or of a later format.
    """
    with Archive(path) as archive:
        told = _index(archive)
        return _of_prepare(archive, told) if "format" in told else _plain(archive, told.get("labels"))


def _index(archive: Archive) -> dict[str, Any]:
    """What `dataset.json` says; nothing where there is none."""
    if INDEX not in archive.names:
        return {}
    try:
        told = json.loads(archive.read(INDEX))
    except ValueError as error:  # broken, or no text
        raise DataError(f"{INDEX} of {archive.path.name} cannot be read: {error}") from error
    if not isinstance(told, dict):
        raise DataError(f"{INDEX} of {archive.path.name} is of another program")
    return told


def _of_prepare(archive: Archive, told: dict[str, Any]) -> Prepared:
    name = archive.path.name
    if told["format"] != FORMAT:
        raise DataError(f"{name} has format {told['format']}; {FORMAT} is known")
    try:
        size = int(told["size"])
        classes = tuple((c["label"], c["gender"]) for c in told["classes"])
        entries = tuple(
            Entry(p["file"], p["class"], p["person"], p["split"], p["source"]) for p in told["pictures"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{name} says that prepare made it, and its {INDEX} is not whole") from error
    if missing := {entry.file for entry in entries} - set(archive.names):
        raise DataError(f"{name} lacks {len(missing)} of its pictures")
    return Prepared(archive.path, size, classes, entries, told.get("framing") is not None)


def _plain(archive: Archive, labels: Any) -> Prepared:
    """A picture of another size than the smallest is shrunk to it."""
    names, entries = plain_entries(archive, labels)
    size = min(archive.side(entry.file) for entry in entries)
    return Prepared(archive.path, size, tuple((label, "") for label in names), entries)
