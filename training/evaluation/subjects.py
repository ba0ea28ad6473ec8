"""What is evaluated: the averaged generator of a checkpoint, a run, a pack, or somebody else's file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.errors import SettingError
from training.loops.samples import seeded_codes, to_uint8
from training.transfer import sources

_BATCH: Final = 16
_PIXELS: Final = 2**20  # in a batch


@dataclass(frozen=True)
class Subject:
    """A generator and the name that the report gives it."""

    name: str
    generator: Generator

    @property
    def side(self) -> int:
        return self.generator.config.resolution

    def classes(self, count: int, shares: Sequence[float]) -> NDArray[np.int64]:
        """A class for each of `count` samples, in the shares of the photos where those are of these classes."""
        c_dim = self.generator.config.c_dim
        if not c_dim:
            return np.zeros(count, dtype=np.int64)
        weights = np.array(shares if len(shares) == c_dim else [1 / c_dim] * c_dim)
        return np.searchsorted(np.cumsum(weights)[:-1], (np.arange(count) + 0.5) / count, side="right")

    @torch.no_grad()
    def samples(self, count: int, shares: Sequence[float], psi: float) -> Iterator[NDArray[np.uint8]]:
        """Pictures `[R, R, 3]` of seeded codes, the same each time."""
        config = self.generator.config
        device = self.generator.mapping.w_avg.device
        order = np.random.RandomState(1).permutation(count)
        classes = torch.from_numpy(self.classes(count, shares)[order])
        z = seeded_codes(0, count, config.z_dim)
        batch = max(1, min(_BATCH, _PIXELS // config.resolution**2))
        for codes, labels in zip(torch.split(z, batch), torch.split(classes, batch), strict=True):
            c: Tensor | None = torch.eye(config.c_dim)[labels].to(device) if config.c_dim else None
            yield from to_uint8(self.generator(codes.to(device), c, psi=psi, noise="const").cpu())


def open_subjects(paths: Sequence[Path], device: str = "cpu") -> list[Subject]:
    """Read each; a checkpoint that a training replaces meanwhile is read as it was or as it is, whole.

    Raises:
        PackError: a pack or somebody else's checkpoint that cannot be read.
        TrainingError: no run, no checkpoint, one that cannot be read, or no StyleGAN2 that draws colours.
    """
    subjects = []
    for path, name in zip(paths, _names(paths), strict=True):
        found = sources.read(path)
        if found.generator_config.channels != 3:
            raise SettingError(f"{path} draws {found.generator_config.channels} channels, not colours.")
        generator = Generator(found.generator_config).eval().requires_grad_(False)
        generator.load_state_dict(found.average)
        subjects.append(Subject(name, generator.to(device)))
    return subjects


def _names(paths: Sequence[Path]) -> list[str]:
    """The last parts of the paths, as many as tell them apart."""
    whole = [path.resolve() for path in paths]
    for length in (1, 2, 3):
        names = ["/".join(path.parts[-length:]) for path in whole]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {path.name}" for number, path in enumerate(whole, 1)]
