"""What the checks of a run look at, and what they find."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch
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


def drawn(source: Source, n: int) -> Pictures:
    """The first `n` of a source; its place and the random state of the run stay as they are."""
    place = copy.deepcopy(source.state_dict())
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        pictures = Pictures(*source.batch(n))
    source.load_state_dict(place)
    return pictures


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

EARLY: Final = 10.0
"""Kimg: until then samples are blurs, which look alike, and like nothing."""
