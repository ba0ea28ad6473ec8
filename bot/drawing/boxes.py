"""What the bot does to photos itself: shrink them to what is held, and number the faces in them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from inference import images
from inference.errors import Box

HELD = 2048
"""Pixels of the longest side of a photo that is held, and so of what the blended face is put back into."""
LONGEST = 1024
"""Pixels of the longest side of what is drawn."""
_COLOURS = ("#ffd60a", "#4cc9f0", "#ff7eb6", "#80ed99", "#ffa94d")
_DARK = "#111111"
_OF_PICTURE, _OF_FACE = 1 / 16, 1 / 4
"""A number's height: of the picture's longest side, which chats show small, but at least of the face's width."""
_ON_BOX = 0.25  # of a number's width and height lie on its face's box


class Boxes:
    """Fulfils `bot.core.ports.Drawing`."""

    def shrink(self, photo: bytes) -> bytes:
        """The upright photo as JPEG without the file's metadata, longest side at most 2,048 px.

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
        taken = list(scaled)
        for number, box in enumerate(scaled, 1):
            badge = _badge(str(number), box, picture.size, taken)
            _number(draw, str(number), badge, _COLOURS[(number - 1) % len(_COLOURS)])
            taken.append(badge)
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


def _badge(text: str, box: Rectangle, size: tuple[int, int], taken: Sequence[Rectangle]) -> Rectangle:
    """Where the number of `box` goes: at its upper left corner, in the picture, not on what is `taken` if it can be."""
    height = min(max(max(size) * _OF_PICTURE, (box[2] - box[0]) * _OF_FACE), min(size) / 2)
    width = height * (1 if len(text) == 1 else 1.5)
    left, top = box[:2]
    corners = (
        (left - (1 - _ON_BOX) * width, top - (1 - _ON_BOX) * height),  # across the corner
        (left, top - height),
        (left - width, top),
        (left, top),
    )
    inside = [
        (min(max(0.0, x), size[0] - width - 1), min(max(0.0, y), size[1] - height - 1)) for x, y in corners
    ]
    places = [(x, y, x + width, y + height) for x, y in inside]
    least = 2 * _ON_BOX**2 * width * height  # so much on its own box is no reason for another place
    return min(places, key=lambda place: max(least, sum(_overlap(place, other) for other in taken)))


def _overlap(a: Rectangle, b: Rectangle) -> float:
    """In square pixels."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, width) * max(0.0, height)


def _number(draw: ImageDraw.ImageDraw, text: str, badge: Rectangle, colour: str) -> None:
    height = badge[3] - badge[1]
    draw.rounded_rectangle(badge, radius=height / 4, fill=colour, outline=_DARK, width=2)
    font = ImageFont.load_default(size=height * 0.85)
    middle = ((badge[0] + badge[2]) / 2, (badge[1] + badge[3]) / 2)
    draw.text(middle, text, fill=_DARK, font=font, anchor="mm")
