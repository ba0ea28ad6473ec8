"""Where an augmentation's random numbers come from: the dice, or what a test puts in their place."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

Shape = tuple[int, ...]


class Draws(Protocol):
    """Parameters first, then the gate that says which samples get the transform."""

    def uniform(self, shape: Shape) -> Tensor: ...

    def normal(self, shape: Shape) -> Tensor: ...

    def half_normal(self, shape: Shape) -> Tensor: ...

    def gate(self, probability: float, shape: Shape, *, second: bool = False) -> Tensor:
        """Which samples are transformed; `second` marks a transform's repetition (rotation after scaling)."""
        ...


class RandomDraws:
    """From the default random generator of the device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def uniform(self, shape: Shape) -> Tensor:
        return torch.rand(shape, device=self.device)

    def normal(self, shape: Shape) -> Tensor:
        return torch.randn(shape, device=self.device)

    def half_normal(self, shape: Shape) -> Tensor:
        return self.normal(shape).abs()

    def gate(self, probability: float, shape: Shape, *, second: bool = False) -> Tensor:
        del second
        return self.uniform(shape) < probability
