"""What the bot does to photos itself: shrink them to what is held, and number the faces in them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from inference import images
from inference.errors import Box

HELD = 1600
"""Pixels of the longest side of a photo that is held: faces are looked for in less than half of that."""
LONGEST = 1024
"""Pixels of the longest side of what is drawn."""
_COLOURS = ("#ffd60a", "#4cc9f0", "#ff7eb6", "#80ed99", "#ffa94d")
_DARK = "#111111"


class Boxes:
    """Fulfils `bot.core.ports.Drawing`."""

    def shrink(self, photo: bytes) -> bytes:
        """The upright photo as JPEG without the file's metadata, longest side at most 1,600 px.

        Raises:
            inference.errors.BadImage: the file cannot be read as a photo.
            inference.errors.TooLarge: it has more bytes or pixels than are read.
        """
        picture = images.read(photo)
        picture.thumbnail((HELD, HELD), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=95)
        return out.getvalue()

    def number_boxes(self, photo: bytes, boxes: Sequence[Box]) -> bytes:
        """The upright photo as JPEG, longest side at most 1,024 px, with each box numbered from 1.

        Args:
            photo: the file as it was sent.
            boxes: left, top, right, bottom in pixels of the upright photo in its full size.

        Raises:
            inference.errors.PhotoError: the photo cannot be read.
        """
        picture = images.read(photo)
        full = picture.info.get(images.FULL_SIZE, picture.size)
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        scale = picture.width / full[0], picture.height / full[1]
        draw = ImageDraw.Draw(picture)
        width = max(2, max(picture.size) // 256)
        scaled = [_fit(box, scale, picture.size) for box in boxes]
        for number, box in enumerate(scaled, 1):
            colour = _COLOURS[(number - 1) % len(_COLOURS)]
            draw.rectangle(_grown(box, width), outline=_DARK, width=2 * width)
            draw.rectangle(box, outline=colour, width=width)
        # Numbers come last, so that no other face's box crosses one.
        for number, box in enumerate(scaled, 1):
            _number(draw, str(number), box, picture.size, _COLOURS[(number - 1) % len(_COLOURS)])
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=88)
        return out.getvalue()


Rectangle = tuple[float, float, float, float]


def _fit(box: Box, scale: tuple[float, float], size: tuple[int, int]) -> Rectangle:
    """The box on the drawn picture, inside it and never empty."""
    left, top = (min(max(0.0, v * s), n - 2.0) for v, s, n in zip(box[:2], scale, size, strict=True))
    right, bottom = (min(max(0.0, v * s), n - 1.0) for v, s, n in zip(box[2:], scale, size, strict=True))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _grown(box: Rectangle, by: float) -> Rectangle:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _number(draw: ImageDraw.ImageDraw, text: str, box: Rectangle, size: tuple[int, int], colour: str) -> None:
    """A badge at the box's upper left corner, moved inside the picture."""
    height = min(max(24.0, (box[3] - box[1]) / 5), 64.0, min(size) / 2)
    width = height * (1 if len(text) == 1 else 1.5)
    left = min(max(0.0, box[0] - height / 4), max(0.0, size[0] - width - 1))
    top = min(max(0.0, box[1] - height / 4), max(0.0, size[1] - height - 1))
    badge = (left, top, left + width, top + height)
    draw.rounded_rectangle(badge, radius=height / 4, fill=colour, outline=_DARK, width=2)
    font = ImageFont.load_default(size=height * 0.75)
    draw.text((left + width / 2, top + height / 2), text, fill=_DARK, font=font, anchor="mm")
