"""Aligned faces of two genders from a zip archive, held in memory at the training resolution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from training.datasets.archive import Archive
from training.datasets.manifest import GENDERS, Row, cap_groups, is_held_out
from training.datasets.rarity import rarity
from training.datasets.table import listed
from training.errors import DataError

HELD_OUT: Final = 0.13
"""Share of people that no recipe learns from: of FairFace and the portraits a thousand, enough to judge by."""


@dataclass(frozen=True, slots=True)
class FaceSource:
    """Where the pictures are and which of them to take.

    `tier_a_men` caps the one group that would tilt a balanced batch (portraits of officials, 80 % men).
    """

    archive: Path
    manifest: Path
    held_out: float = HELD_OUT
    tier_a_men: int = 400


@dataclass(frozen=True, slots=True)
class FaceSet:
    """`images` uint8 `[M, 3, R, R]`, `labels` int64 `[M]` (index into `GENDERS`), and how many of each tier.

    `ages` float32 `[M]` is the middle of the annotated band in years, nan where there is none. `weights` float64
    `[M]` tell how often each is drawn among those of its gender.
    """

    images: Tensor
    labels: Tensor
    ages: Tensor
    weights: Tensor
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Pictures float32 in [-1, 1] `[size, 3, R, R]` and one-hot labels `[size, 2]`.

        Half of each gender on average where there are both, rare people more often, mirrored at random; draws from
        torch's default generator.
        """
        gender = self._genders(size)
        index = torch.zeros_like(gender)
        for g in set(gender.tolist()):
            members = (self.labels == g).nonzero().flatten()
            drawn = members[torch.multinomial(self.weights[members], size, replacement=True)]
            index = torch.where(gender == g, drawn, index)
        pictures = self.images[index].float() / 127.5 - 1
        mirrored = torch.rand(size) < 0.5
        pictures = torch.where(mirrored[:, None, None, None], pictures.flip(3), pictures)
        return pictures, one_hot(gender)

    def conditions(self, n: int) -> Tensor:
        """`[n, 2]`: as even as the batches are."""
        return one_hot(self._genders(n))

    @property
    def has_both(self) -> bool:
        """Whether there are women and men."""
        return len(self._present()) == len(GENDERS)

    def _genders(self, n: int) -> Tensor:
        """`[n]` of those that are there."""
        present = torch.tensor(self._present())
        return present[torch.randint(len(present), (n,))]

    def _present(self) -> list[int]:
        return sorted(set(self.labels.tolist()))

    def state_dict(self) -> dict[str, Any]:
        """Nothing: all that it draws comes from torch's generator."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        del state


def one_hot(gender: Tensor) -> Tensor:
    """`[N]` of indices to float32 `[N, 2]`."""
    return torch.nn.functional.one_hot(gender, len(GENDERS)).float()


def unseen(shares: Iterable[object]) -> float:
    """The share of people whom none of several networks has learnt from, by what each tells; else `HELD_OUT`.

    Sides are nested: who is held out of the smaller share is held out of the larger one.
    """
    known = (share for share in shares if isinstance(share, int | float) and 0 <= share <= 1)
    return float(min(known, default=HELD_OUT))


def load_faces(source: FaceSource, resolution: int, *, validation: bool = False) -> FaceSet:
    """Read, shrink and stack one side of the split.

    Args:
        source: The archive (a zip of pictures, any format that Pillow reads) and its table.
        resolution: Side of the result in pixels; pictures are shrunk with a Lanczos filter.
        validation: The held-out side in place of the training side; of a small archive it may be empty.

    Raises:
        DataError: it cannot be read, or no picture with a known gender is left to learn from.
    """
    with Archive(source.archive) as archive:
        chosen = chosen_rows(source, archive, validation=validation)
        rows = [row for row, _ in chosen]
        if not rows and not validation:
            raise DataError(
                f"{source.archive.name} has no pictures that {source.manifest.name} knows: the table wants the same "
                "names of files, and a gender, female or male"
            )
        images = np.empty((len(rows), 3, resolution, resolution), dtype=np.uint8)
        for i, (_, name) in enumerate(chosen):
            images[i] = archive.picture(name, resolution).transpose(2, 0, 1)
    labels = torch.tensor([GENDERS.index(row.gender) for row in rows], dtype=torch.int64)
    counts = {f"{t}.{g}": sum(r.tier == t and r.gender == g for r in rows) for t, g in _kinds(rows)}
    ages = torch.tensor([row.years for row in rows])
    weights = rarity([(row.gender, row.tier, row.ethnicity, row.age) for row in rows])
    return FaceSet(torch.from_numpy(images), labels, ages, weights, counts)


def _kinds(rows: list[Row]) -> list[tuple[str, str]]:
    return sorted({(row.tier, row.gender) for row in rows})


def chosen_rows(source: FaceSource, archive: Archive, *, validation: bool) -> list[tuple[Row, str]]:
    """Those of one side of the split that show women or men, capped, with the names of their pictures in the archive.

    Raises:
        DataError: the table cannot be read, or does not tell pictures apart.
    """
    names = {row: name for row, name in listed(source.manifest, archive) if row.gender in GENDERS}
    rows = [row for row in names if is_held_out(row.group, source.held_out) == validation]
    return [(row, names[row]) for row in cap_groups(rows, "A", "male", source.tier_a_men)]
