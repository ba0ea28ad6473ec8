"""What a training draws from: pictures in shuffled rounds, mirrored where asked, with or without their labels.

A round shows every picture once, in an order that only the seed and the round's number decide, so that where a
run is takes one number, and any number of processes share a round evenly. Deviation from the reference, which
shuffles once and then swaps within a window: a fresh order each round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.datasets.pictures import Pictures
from training.errors import DataError

LEAST = 8
"""Pictures below which nothing but copies can be learnt."""


def enough(count: int) -> None:
    """Raises `DataError` where so many pictures are too few to learn from."""
    if count < LEAST:
        pictures = f"{count} picture{'' if count == 1 else 's'}"
        raise DataError(f"{pictures} cannot train a model; it takes {LEAST}, and hundreds to be good")


@dataclass(frozen=True, slots=True)
class Use:
    """How pictures are shown: mirrored as well (left to right, upside down), with their labels as conditions."""

    mirror_x: bool = False
    mirror_y: bool = False
    conditional: bool = False
    seed: int = 0


class TrainingSet:
    """Pictures, the class `[M]` of each, and how they are used; `part`: this process's number, of how many."""

    def __init__(
        self,
        pictures: Pictures,
        labels: Tensor,
        classes: int,
        use: Use,
        device: torch.device,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        """Raises `DataError` where there is too little to learn from."""
        enough(len(pictures))
        self.pictures, self.use, self.device = pictures, use, device
        self.rank, self.processes = part
        self.conditions_of = torch.zeros(len(labels), 0)
        if use.conditional:
            self.conditions_of = F.one_hot(labels, classes).float()
        self.position = 0  # in all rounds, of all processes together

    def __len__(self) -> int:
        """Pictures of a round, mirrored ones too."""
        return len(self.pictures) * (1 + self.use.mirror_x) * (1 + self.use.mirror_y)

    @property
    def c_dim(self) -> int:
        return self.conditions_of.shape[1]

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Pictures float32 in [-1, 1] `[size, 3, R, R]` and conditions `[size, c_dim]`, on the device."""
        places = self._places(self.position, size)
        self.position += size * self.processes
        index = places % len(self.pictures)
        images = self._moved(self.pictures.read(index.tolist())).float() / 127.5 - 1
        self.pictures.expect((self._places(self.position, size) % len(self.pictures)).tolist())
        turns = torch.from_numpy(places // len(self.pictures))
        if self.use.mirror_x:
            images = _mirrored(images, turns % 2 == 1, axis=3)
            turns = turns // 2
        if self.use.mirror_y:
            images = _mirrored(images, turns % 2 == 1, axis=2)
        return images, self.conditions_of[torch.from_numpy(index)].to(self.device)

    def conditions(self, n: int) -> Tensor:
        """`[n, c_dim]` of pictures drawn at random: as the labels are distributed."""
        return self.conditions_of[torch.randint(len(self.conditions_of), (n,))]

    def state_dict(self) -> dict[str, Any]:
        return {"position": self.position}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.position = state.get("position", 0)

    def _places(self, start: int, size: int) -> NDArray[np.int64]:
        """Numbers in [0, len(self)) at this process's part of the batch that begins at `start`."""
        start += self.rank * size
        total = len(self)
        orders = (_order(self.use.seed, at // total, total)[at % total] for at in range(start, start + size))
        return np.fromiter(orders, dtype=np.int64, count=size)

    def _moved(self, images: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return images
        return images.pin_memory().to(self.device, non_blocking=True)


@lru_cache(maxsize=4)
def _order(seed: int, turn: int, total: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, turn]).permutation(total)


def _mirrored(images: Tensor, which: Tensor, axis: int) -> Tensor:
    return torch.where(which.to(images.device)[:, None, None, None], images.flip(axis), images)
