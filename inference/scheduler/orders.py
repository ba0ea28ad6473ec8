"""What the server orders from the worker, and what it reports back: plain data that crosses threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inference.errors import TypefaceError
from inference.images import Pixels
from inference.wire import DrawnPicture, FilmFormat, LatentFace, Priority


@dataclass(frozen=True)
class Ticket:
    """A projection as the scheduler sees it.

    Attributes:
        owner: the person, who may have one projection at a time.
        client: whose share of the device it uses.
        steps: None means as many as the engine chooses.
        deadline: seconds on the scheduler's clock, after which it is to end.
    """

    id: str
    owner: str
    pack: str
    client: str = ""
    priority: Priority = "normal"
    steps: int | None = None
    deadline: float | None = None


@dataclass(frozen=True, eq=False)
class ProjectOrder:
    """Find the latent of a person's `photos`, which are aligned to the pack's framing."""

    ticket: Ticket
    photos: tuple[Pixels, ...]


@dataclass(frozen=True)
class RenderOrder:
    """Turn pictures of faces, all of one kind, into pixels, in as few passes as the engine's width allows."""

    id: str
    pack: str
    pictures: tuple[DrawnPicture, ...]


@dataclass(frozen=True, eq=False)
class Glanced:
    """The first picture of a projection, which may still be waiting: where its search will begin."""

    preview: Pixels


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
    """A projection is complete, or at its deadline."""

    face: LatentFace
    steps: int
    loss: float


@dataclass(frozen=True, eq=False)
class Rendered:
    """The pictures are complete: [N, R, R, 3], or larger ones."""

    pixels: Pixels


@dataclass(frozen=True, eq=False)
class Filmed:
    """A morph is complete: its files."""

    files: Mapping[FilmFormat, bytes]


@dataclass(frozen=True)
class Failed:
    """The order cannot be fulfilled."""

    error: TypefaceError


@dataclass(frozen=True)
class Withdrawn:
    """The order was cancelled before its end."""


Report = Glanced | Started | Advanced | Projected | Rendered | Filmed | Failed | Withdrawn
Sink = Callable[[Report], None]
"""Takes reports; called mostly on the worker's thread, so it must return at once and raise nothing."""
