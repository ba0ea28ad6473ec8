"""What is evaluated: the generator of a checkpoint, a run, a pack, or somebody else's file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.networks.dcgan import DcganGenerator
from inference.networks.stylegan2.generator import Generator
from inference.networks.vanilla import VanillaGenerator
from training.errors import SettingError
from training.loops.samples import seeded_codes, to_uint8
from training.transfer import sources

_BATCH: Final = 16
_PIXELS: Final = 2**20  # in a batch

Pictures = Iterator[NDArray[np.uint8]]


class Subject(Protocol):
    """A generator and the name that the report gives it."""

    @property
    def name(self) -> str: ...

    @property
    def side(self) -> int: ...

    @property
    def truncates(self) -> bool:
        """Whether psi does anything to its samples."""
        ...

    @property
    def held_out(self) -> float | None:
        """The share of a table's people that it has not learnt from, where that is known."""
        ...

    def samples(self, count: int, shares: Sequence[float], psi: float) -> Pictures:
        """Pictures `[R, R, 3]` of seeded codes, the same each time; `shares` of the photos' classes."""
        ...


@dataclass(frozen=True)
class StyleSubject:
    """A StyleGAN2, averaged over its training."""

    name: str
    generator: Generator
    held_out: float | None = None
    truncates: bool = True

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
    def samples(self, count: int, shares: Sequence[float], psi: float) -> Pictures:
        config = self.generator.config
        device = self.generator.mapping.w_avg.device
        order = np.random.RandomState(1).permutation(count)
        classes = torch.from_numpy(self.classes(count, shares)[order])
        z = seeded_codes(0, count, config.z_dim)
        batch = max(1, min(_BATCH, _PIXELS // config.resolution**2))
        for codes, labels in zip(torch.split(z, batch), torch.split(classes, batch), strict=True):
            c: Tensor | None = torch.eye(config.c_dim)[labels].to(device) if config.c_dim else None
            yield from to_uint8(self.generator(codes.to(device), c, psi=psi, noise="const").cpu())


@dataclass(frozen=True)
class BaselineSubject:
    """A generator without w, which knows neither truncation nor classes."""

    name: str
    generator: DcganGenerator | VanillaGenerator
    device: str
    held_out: float | None = None
    truncates: bool = False

    @property
    def side(self) -> int:
        return self.generator.config.resolution

    @torch.no_grad()
    def samples(self, count: int, shares: Sequence[float], psi: float) -> Pictures:
        del shares, psi
        for codes in torch.split(seeded_codes(0, count, self.generator.config.z_dim), _BATCH):
            yield from to_uint8(self.generator(codes.to(self.device)))


def open_subjects(paths: Sequence[Path], device: str = "cpu") -> list[Subject]:
    """Read each; a checkpoint that a training replaces meanwhile is read as it was or as it is, whole.

    Raises:
        PackError: a pack or somebody else's checkpoint that cannot be read.
        TrainingError: no run, no checkpoint, one that cannot be read, or a network that draws no colours.
    """
    return [_open(path, name, device) for path, name in zip(paths, _names(paths), strict=True)]


def _open(path: Path, name: str, device: str) -> Subject:
    if baseline := sources.baseline(path):
        return BaselineSubject(name, baseline.eval().requires_grad_(False).to(device), device)
    found = sources.read(path)
    if found.generator_config.channels != 3:
        raise SettingError(f"{path} draws {found.generator_config.channels} channels, not colours.")
    generator = Generator(found.generator_config).eval().requires_grad_(False)
    generator.load_state_dict(found.average)
    return StyleSubject(name, generator.to(device), found.held_out)


def _names(paths: Sequence[Path]) -> list[str]:
    """The last parts of the paths, as many as tell them apart."""
    whole = [path.resolve() for path in paths]
    for length in (1, 2, 3):
        names = ["/".join(path.parts[-length:]) for path in whole]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {path.name}" for number, path in enumerate(whole, 1)]
