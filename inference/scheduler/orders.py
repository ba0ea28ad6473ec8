"""What the server orders from the worker, and what it reports back: plain data that crosses threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inference.errors import TypefaceError
from inference.images import Pixels
from inference.wire import LatentFace, Picture


@dataclass(frozen=True)
class Ticket:
    """A projection as the scheduler sees it; `steps` 0 means as many as the engine chooses."""

    id: str
    owner: str
    pack: str
    steps: int = 0


@dataclass(frozen=True, eq=False)
class ProjectOrder:
    """Find the latent of `photo`, which is aligned to the pack's framing."""

    ticket: Ticket
    photo: Pixels


@dataclass(frozen=True)
class RenderOrder:
    """Turn a picture expression into pixels."""

    id: str
    pack: str
    picture: Picture


@dataclass(frozen=True)
class Started:
    """A projection has a slot, and will take `steps`."""

    steps: int


@dataclass(frozen=True, eq=False)
class Advanced:
    """A projection took a step; `preview` comes at most twice a second."""

    step: int
    steps: int
    preview: Pixels | None


@dataclass(frozen=True)
class Projected:
    """A projection is complete."""

    face: LatentFace
    steps: int
    loss: float


@dataclass(frozen=True, eq=False)
class Rendered:
    """A picture is complete."""

    pixels: Pixels


@dataclass(frozen=True)
class Failed:
    """The order cannot be fulfilled."""

    error: TypefaceError


@dataclass(frozen=True)
class Withdrawn:
    """The order was cancelled before its end."""


Report = Started | Advanced | Projected | Rendered | Failed | Withdrawn
Sink = Callable[[Report], None]
"""Takes reports; called on the worker's thread, so it must return at once and raise nothing."""
