"""The photo that a face is put into, and whom that face was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image

from inference import images
from inference.alignment import Framing, Points, locate
from inference.errors import Box
from inference.wire import EditFace, Face, LatentFace, MixFace

_MOST_ORIGINS: Final = 2


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo with a face.

    Attributes:
        photo: upright RGB, as large as the result is to be.
        landmarks: of its face, in the photo's pixels.
        framing: how the pack cuts faces.
    """

    photo: Image.Image
    landmarks: Points
    framing: Framing


def read(data: bytes, framing: Framing, box: Box | None, *, size: int, max_bytes: int) -> Subject:
    """Read a photo and find its face; it is shrunk until its longer side is at most `size` px.

    Raises:
        PhotoError: what `images.read` and `alignment.align` raise.
    """
    photo = images.read(data, max_bytes=max_bytes)
    landmarks = locate(photo, framing, box)
    scale = size / max(photo.size)
    if scale < 1:
        sides = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
        landmarks = (landmarks + 0.5) * (sides[0] / photo.width, sides[1] / photo.height) - 0.5
        photo = photo.resize(sides, Image.Resampling.LANCZOS)
    return Subject(photo, landmarks, framing)


def origins(face: Face) -> list[LatentFace]:
    """Whose projections a face was made from, if it is more than one itself: two different ones at most."""
    if isinstance(face, LatentFace):
        return []
    return list(dict.fromkeys(_latents(face)))[:_MOST_ORIGINS]


def _latents(face: Face) -> Iterator[LatentFace]:
    if isinstance(face, LatentFace):
        yield face
    elif isinstance(face, EditFace):
        yield from _latents(face.face)
    elif isinstance(face, MixFace):
        yield from _latents(face.a)
        yield from _latents(face.b)
