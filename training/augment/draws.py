"""Where an augmentation's random numbers come from: the dice, or one percentile for tests."""

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


class PercentileDraws:
    """Every transform applied to every sample, each parameter at the same percentile q of its distribution.

    As in the reference's own test mode, the normal quantile lacks its factor sqrt(2), and the dice are thrown
    all the same, so that what is drawn after them does not change.
    """

    def __init__(self, q: float, device: torch.device) -> None:
        self.q = torch.tensor(q, device=device)
        self.dice = RandomDraws(device)

    def uniform(self, shape: Shape) -> Tensor:
        self.dice.uniform(shape)
        return self.q.expand(shape)

    def normal(self, shape: Shape) -> Tensor:
        self.dice.normal(shape)
        return (self.q * 2 - 1).erfinv().expand(shape)

    def half_normal(self, shape: Shape) -> Tensor:
        self.dice.normal(shape)
        return self.q.erfinv().expand(shape)

    def gate(self, probability: float, shape: Shape, *, second: bool = False) -> Tensor:
        self.dice.gate(probability, shape)
        return torch.full(shape, not second, device=self.q.device)
