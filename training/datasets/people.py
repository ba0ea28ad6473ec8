"""Aligned faces by whom they show: what a network that knows people learns from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.datasets.faces import FaceSource
from training.datasets.manifest import is_held_out, read_manifest
from training.errors import DataError


@dataclass(frozen=True, slots=True)
class People:
    """`images` uint8 `[M, 3, R, R]` and `people` int64 `[M]`, equal where one person is shown."""

    images: Tensor
    people: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def pairs(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Two pictures of each of `size` people, `[size, 3, R, R]` in [-1, 1], and who they are `[size]`.

        The two are one and the same where there is no other. Draws from torch's default generator.
        """
        first = torch.randint(len(self), (size,))
        second = first.clone()
        for place, index in enumerate(first.tolist()):
            own = (self.people == self.people[index]).nonzero().flatten()
            second[place] = own[int(torch.randint(len(own), ()))]
        pictures = self.images[torch.cat([first, second])].float() / 127.5 - 1
        return pictures[:size], pictures[size:], self.people[first]


def load_people(source: FaceSource, resolution: int, *, validation: bool = False) -> People:
    """Read and shrink one side of the split; nobody stands on both.

    Raises:
        DataError: no picture is left.
    """
    with source.opened() as archive:
        names = {Path(name).name: name for name in archive.namelist()}
        rows = [
            row
            for row in read_manifest(source.manifest)
            if row.file in names and is_held_out(row.group, source.held_out) == validation
        ]
        if not rows:
            raise DataError(f"no pictures in {source.archive.name}")
        images = np.empty((len(rows), 3, resolution, resolution), dtype=np.uint8)
        for i, row in enumerate(rows):
            with Image.open(io.BytesIO(archive.read(names[row.file]))) as picture:
                small = picture.convert("RGB").resize((resolution, resolution), Image.Resampling.LANCZOS)
            images[i] = np.asarray(small).transpose(2, 0, 1)
    numbers = {group: number for number, group in enumerate(sorted({row.group for row in rows}))}
    return People(torch.from_numpy(images), torch.tensor([numbers[row.group] for row in rows]))
