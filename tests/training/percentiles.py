"""Draws that are the same for every sample."""

import torch
from torch import Tensor

from training.augment.draws import RandomDraws, Shape


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
