"""Square faces on a drawing: round, or with round corners."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image, ImageDraw

from inference import images

_FINER = 4  # edges are drawn so much larger, and shrunk


class Square(NamedTuple):
    """A place, in pixels."""

    left: int
    top: int
    side: int


def opened(picture: bytes) -> Image.Image:
    """A picture file of our own. Raises `inference.errors.BadImage`."""
    return images.read(picture)


def put(canvas: Image.Image, picture: bytes, place: Square, radius: float) -> None:
    """Lay a picture into `place`, cut to a square, with corners of `radius` px; half the side makes a circle."""
    face = opened(picture)
    side = min(face.size)
    left, top = (face.width - side) // 2, (face.height - side) // 2
    face = face.crop((left, top, left + side, top + side)).resize(
        (place.side, place.side), Image.Resampling.LANCZOS
    )
    canvas.paste(face, (place.left, place.top), _mask(place.side, radius))


def ring(canvas: Image.Image, place: Square, width: int, colour: str) -> None:
    """A disc behind a round picture, `width` px wider on all sides."""
    side = place.side + 2 * width
    canvas.paste(colour, (place.left - width, place.top - width), _mask(side, side / 2))


def _mask(side: int, radius: float) -> Image.Image:
    large = Image.new("L", (side * _FINER, side * _FINER))
    box = (0, 0, side * _FINER - 1, side * _FINER - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * _FINER, fill=255)
    return large.resize((side, side), Image.Resampling.BOX)
