"""What the worker asks of engines; fulfilled by `inference.engine`."""

from __future__ import annotations

from typing import Protocol, TypeVar

import torch

from inference.images import Pixels
from inference.wire import LatentFace, Picture


class Projection(Protocol):
    """A projection between two steps; fulfilled by `inference.engine`."""

    @property
    def step(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def done(self) -> bool: ...
    @property
    def loss(self) -> float: ...
    def latent(self) -> torch.Tensor: ...
    def preview(self) -> Pixels: ...


P = TypeVar("P", bound=Projection)


class Engine(Protocol[P]):
    """What the worker asks of an engine; fulfilled by `inference.engine.Engine`."""

    def picture(self, picture: Picture) -> Pixels: ...
    def start(self, photo: Pixels, steps: int = 0) -> P: ...
    def advance(self, projections: list[P]) -> None: ...
    def encode_latent(self, latent: torch.Tensor) -> LatentFace: ...
