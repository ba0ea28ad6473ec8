"""Aligned faces by whom they show: what a network that knows people learns from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.datasets.archive import Archive
from training.datasets.entries import Split
from training.datasets.faces import FaceSource
from training.datasets.manifest import is_held_out
from training.datasets.prepared import open_prepared
from training.datasets.table import listed
from training.datasets.training_set import enough


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


def load_people(data: Path, manifest: Path | None, resolution: int, split: Split = "train") -> People:
    """Read and shrink one side of the split; nobody stands on both.

    Args:
        data: what `prepare` made, whose people are those that it told apart, or a set of the official layout, where
            every picture is of somebody else; with `manifest` any zip.
        manifest: the zip's table.
        resolution: of the result.
        split: which side.

    Raises:
        DataError: they cannot be read, or are too few to learn from.
    """
    shown = _listed(data, manifest, split) if manifest else _prepared(data, split)
    if split == "train":
        enough(len(shown))
    images = np.empty((len(shown), 3, resolution, resolution), dtype=np.uint8)
    with Archive(data) as archive:
        for place, (file, _) in enumerate(shown):
            images[place] = archive.picture(file, resolution).transpose(2, 0, 1)
    numbers = {person: number for number, person in enumerate(sorted({person for _, person in shown}))}
    return People(torch.from_numpy(images), torch.tensor([numbers[person] for _, person in shown]))


def _listed(data: Path, manifest: Path, split: Split) -> list[tuple[str, str]]:
    """Files, and who is on them."""
    held_out, wanted = FaceSource(data, manifest).held_out, split == "validation"
    with Archive(data) as archive:
        rows = listed(manifest, archive)
    return [(name, row.group) for row, name in rows if is_held_out(row.group, held_out) == wanted]


def _prepared(data: Path, split: Split) -> list[tuple[str, str]]:
    return [(entry.file, entry.person) for entry in open_prepared(data).side(split)]
