"""What every detector of faces can do."""

from __future__ import annotations

from typing import Final, Protocol

from PIL import Image

from inference.alignment import Found

SEARCHED: Final = 640
"""Long side in pixels of the copy that is searched; the smallest usable face is 48 px of a 1280 px photo."""


class Detector(Protocol):
    """Finds faces in an upright RGB photo; their landmarks are dlib's five, in the photo's pixels."""

    def __call__(self, image: Image.Image) -> list[Found]: ...


def shrunk(image: Image.Image, side: int = SEARCHED) -> tuple[Image.Image, float]:
    """The photo with `side` pixels at most on its long side, and copy pixels to one photo pixel."""
    scale = min(1.0, side / max(image.size))
    sides = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return (image.resize(sides, Image.Resampling.BILINEAR) if scale < 1 else image), scale
