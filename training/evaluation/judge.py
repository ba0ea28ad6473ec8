"""How far a generator's pictures are from real ones, beside how far real ones are from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.datasets.faces import FaceSet, one_hot
from training.evaluation.sliced_wasserstein import distances


@dataclass(frozen=True, slots=True)
class Verdict:
    """Sliced Wasserstein distances times 1000, one for each level, largest pictures first.

    `fakes` is between generated and real pictures, `reals` between two halves of the real ones: the floor.
    """

    fakes: list[float]
    reals: list[float]

    def __str__(self) -> str:
        return f"{_row(self.fakes)} (real against real: {_row(self.reals)})"


def _row(numbers: list[float]) -> str:
    return ", ".join(f"{number:.0f}" for number in numbers)


@torch.no_grad()
def judge(generator: Generator, faces: FaceSet, count: int = 1024, batch: int = 64) -> Verdict:
    """Compare `count` generated pictures with real ones of the same classes; at most half of the set."""
    dice = np.random.RandomState(11)
    order = torch.from_numpy(dice.permutation(len(faces)))
    count = min(count, len(faces) // 2)
    chosen, others = order[:count], order[count : 2 * count]
    z = torch.from_numpy(dice.randn(count, generator.config.z_dim))
    c = one_hot(faces.labels[chosen])
    fakes = torch.cat(
        [generator(z[i : i + batch], c[i : i + batch], noise="const") for i in range(0, count, batch)]
    )
    reals = _real(faces, chosen)
    return Verdict(distances(reals, fakes.clamp(-1, 1)), distances(reals, _real(faces, others)))


def _real(faces: FaceSet, index: Tensor) -> Tensor:
    return faces.images[index].float() / 127.5 - 1
