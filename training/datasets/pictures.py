"""Pictures of a data set by their number: all in memory where there is room, else read when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch
from torch import Tensor

from training.datasets.archive import Archive, Pixels
from training.datasets.entries import Entry

IN_MEMORY: Final = 4 * 2**30
"""Bytes of pictures that are kept; beyond that, threads read ahead."""

_READERS = 4


class Pictures(Protocol):
    """`[M, 3, R, R]` of bytes, wherever they lie."""

    def __len__(self) -> int: ...

    def read(self, places: Sequence[int]) -> Tensor:
        """`[len(places), 3, R, R]` uint8."""
        ...

    def expect(self, places: Sequence[int]) -> None:
        """These will be read next."""
        ...


class Kept:
    """All in memory."""

    def __init__(self, images: Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def read(self, places: Sequence[int]) -> Tensor:
        return self.images[torch.tensor(places)]

    def expect(self, places: Sequence[int]) -> None:
        """They are there already."""


class Streamed:
    """Read from the archive, those of the next batch while this one is learnt from."""

    def __init__(self, path: Path, entries: Sequence[Entry], resolution: int) -> None:
        self.entries, self.resolution = entries, resolution
        self._archive = Archive(path)
        self._readers = ThreadPoolExecutor(_READERS, "pictures")
        self._coming: dict[int, Future[Pixels]] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def read(self, places: Sequence[int]) -> Tensor:
        """Raises `DataError` for a picture that is broken."""
        self.expect(places)
        pictures = [self._coming[place].result() for place in places]
        for place in set(places):
            del self._coming[place]
        return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()

    def expect(self, places: Sequence[int]) -> None:
        for place in places:
            if place not in self._coming:
                self._coming[place] = self._readers.submit(self._one, place)

    def _one(self, place: int) -> Pixels:
        return self._archive.picture(self.entries[place].file, self.resolution)
