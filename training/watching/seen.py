"""What the checks of a run look at, and what they find."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor


class Source(Protocol):
    """Photos, drawn at random or in an order of its own."""

    def __len__(self) -> int: ...

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """`[size, 3, R, R]` in [-1, 1] with one-hot conditions `[size, c_dim]`."""
        ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Pictures:
    """`images` float32 `[N, 3, R, R]`, about [-1, 1], and their `conditions [N, c_dim]`."""

    images: Tensor
    conditions: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def first(self, n: int) -> Pictures:
        return Pictures(self.images[:n], self.conditions[:n])


def drawn(source: Source, n: int, side: int | None = None) -> Pictures:
    """The first `n` of a source on the CPU, at most of `side` px; its place and the random state of the run stay."""
    place = copy.deepcopy(source.state_dict())
    parts: list[Pictures] = []
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        for start in range(0, n, _TOGETHER):
            images, conditions = (part.cpu() for part in source.batch(min(_TOGETHER, n - start)))
            parts.append(Pictures(images if side is None else shrunk(images, side), conditions))
    source.load_state_dict(place)
    return Pictures(torch.cat([p.images for p in parts]), torch.cat([p.conditions for p in parts]))


def forked(device: torch.device) -> AbstractContextManager[None]:
    """Random states of the CPU and of `device` come back at the end."""
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])


def shrunk(images: Tensor, side: int) -> Tensor:
    """`[N, 3, side, side]` of `images [N, 3, R, R]`, unless those are smaller."""
    return F.adaptive_avg_pool2d(images, side) if images.shape[-1] > side else images


@dataclass(frozen=True, slots=True)
class Seen:
    """A run at one moment.

    Attributes:
        kimg: Thousand pictures shown so far.
        fakes: Of the generator that is shown, untruncated, always of the same seeds.
        p: Probability of the augmentation.
        judged: The discriminator's logits `[N]` of pictures that are not augmented.
    """

    kimg: float
    fakes: Pictures
    p: float
    judged: Callable[[Pictures], Tensor]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stable code, and a sentence or two: what is seen, what to do; `last`: the run ends with these words."""

    code: str
    says: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Numbers for the log, and the trouble if there is one."""

    numbers: Mapping[str, float]
    troubles: tuple[Trouble, ...] = ()


Check = Callable[[Seen], Finding]

_TOGETHER = 64  # pictures that are read at once

EARLY: Final = 10.0
"""Kimg: until then samples are blurs, which look alike, and like nothing."""
