"""What the worker asks of engines; fulfilled by `inference.engine`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import torch

from inference.images import Pixels
from inference.wire import DrawnPicture, LatentFace


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

    @property
    def width(self) -> int: ...
    def narrow(self) -> int: ...
    def picture(self, picture: DrawnPicture) -> Pixels: ...
    def pictures(self, pictures: Sequence[DrawnPicture]) -> Pixels: ...
    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> P: ...
    def advance(self, projections: Sequence[P]) -> None: ...
    def encode_latent(self, latent: torch.Tensor) -> LatentFace: ...


AnyEngine: TypeAlias = Engine[Any]
