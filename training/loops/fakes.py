"""Made pictures for a phase: fresh z, conditions of real pictures, styles mixed now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator


class Conditions(Protocol):
    """`[n, c_dim]` as they are distributed over the real pictures."""

    def conditions(self, n: int) -> Tensor: ...


class Fakes(NamedTuple):
    """Pictures `[N, 3, R, R]`, the codes `[N, num_ws, w_dim]` and conditions `[N, c_dim]` that they came from."""

    images: Tensor
    ws: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class Draw:
    """What is random about the codes of a batch: from layer `cutoff` on the style is `second`'s."""

    z: Tensor
    labels: Tensor
    second: Tensor | None = None
    cutoff: int = 0


@dataclass(frozen=True, slots=True)
class Dice:
    """`mixing`: the probability that a batch has a second style. Labels are drawn, too, where none are given."""

    generator: Generator
    data: Conditions
    mixing: float
    device: torch.device

    def __call__(self, n: int, labels: Tensor | None = None) -> Draw:
        shape = self.generator.config
        z = torch.randn(n, shape.z_dim, device=self.device)
        if labels is None:
            labels = self.data.conditions(n).to(self.device) if shape.c_dim else z.new_zeros(n, 0)
        if torch.rand(()) >= self.mixing:
            return Draw(z, labels)
        return Draw(z, labels, torch.randn_like(z), int(torch.randint(1, shape.num_ws, ())))


def codes(generator: Generator, draw: Draw) -> Tensor:
    """`[N, num_ws, w_dim]`. The second style does not count for `w_avg`."""
    ws: Tensor = generator.mapping(draw.z, draw.labels)
    if draw.second is None:
        return ws
    other = generator.mapping(draw.second, draw.labels, track=False)
    return torch.cat([ws[:, : draw.cutoff], other[:, draw.cutoff :]], dim=1)
