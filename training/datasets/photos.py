"""Photos without labels, for networks that learn from faces as such: of a `prepare` set, or an archive with a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.datasets.faces import FaceSet, FaceSource, load_faces
from training.datasets.prepared import Prepared, open_prepared
from training.datasets.training_set import enough


@dataclass(frozen=True, slots=True)
class Photos:
    """`images` uint8 `[M, 3, R, R]`, and how many there are of each class."""

    images: Tensor
    counts: dict[str, int]

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Float32 in [-1, 1] `[size, 3, R, R]`, mirrored at random by torch's generator, and no labels `[size, 0]`."""
        pictures = self.images[torch.randint(len(self), (size,))].float() / 127.5 - 1
        mirrored = torch.rand(size) < 0.5
        return torch.where(mirrored[:, None, None, None], pictures.flip(3), pictures), torch.zeros(size, 0)


def load_photos(archive: Path, manifest: Path | None, side: int) -> tuple[Photos | FaceSet, Tensor]:
    """What is learnt from, and the pictures `[M, 3, R, R]` of people who are held out, of none as the case may be.

    Args:
        archive: What `prepare` made, or of the official layout; with `manifest` any zip of aligned pictures.
        manifest: The archive's table.
        side: Of the pictures, in pixels.

    Raises:
        DataError: they cannot be read, or are too few to learn from.
    """
    if manifest is not None:
        source = FaceSource(archive, manifest)
        faces = load_faces(source, side)
        enough(len(faces))
        return faces, load_faces(source, side, validation=True).images
    prepared = open_prepared(archive)
    enough(len(prepared.side("train")))
    held_out = torch.empty(0, 3, side, side, dtype=torch.uint8)
    if prepared.side("validation"):
        held_out = torch.from_numpy(prepared.load("validation", side)[0])
    return _photos(prepared, side), held_out


def _photos(prepared: Prepared, side: int) -> Photos:
    pictures, labels = prepared.load("train", side)
    names = [".".join(part for part in one if part) for one in prepared.classes]
    counts = {name: int((labels == number).sum()) for number, name in enumerate(names)}
    return Photos(torch.from_numpy(pictures), counts)
