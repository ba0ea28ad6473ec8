"""Many faces on one picture, each over its caption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from bot.drawing import faces
from bot.drawing.faces import Square
from bot.drawing.lettering import fit, legible
from inference import images
from inference.images import Format

_GROUND, _INK = "#fbf3e7", "#2a1a1f"
_MARGIN, _GAP, _CAPTION, _CORNER, _LETTERS = 1 / 8, 1 / 12, 1 / 4, 1 / 14, 1 / 7
"""In parts of a face's side: around all, between faces, below each, the radius of its corners, its caption's size."""


def sheet(pictures: Sequence[bytes], captions: Sequence[str], columns: int, format: Format) -> bytes:
    """The pictures in rows of `columns`, each over its caption; a last row that is not full stands in the middle.

    All are as large as the first one. Returns a picture file that says it is synthetic.

    Raises:
        inference.errors.BadImage: one is no picture.
    """
    side = min(faces.opened(pictures[0]).size)
    canvas = Image.new("RGB", _size(side, len(pictures), columns), _GROUND)
    pen = ImageDraw.Draw(canvas)
    for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        row, column = divmod(number, columns)
        missing = columns - min(columns, len(pictures) - row * columns)
        place = _place(side, row, column + missing / 2)
        faces.put(canvas, picture, place, side * _CORNER)
        words, font = fit(legible(caption), "bold", side, round(side * _LETTERS), max(8, side // 16))
        below = place.top + side * (1 + _CAPTION / 2)
        pen.text((place.left + side / 2, below), words, _INK, font, anchor="mm")
    return images.encode(np.asarray(canvas), size=max(canvas.size), format=format)


def mosaic(pictures: Sequence[bytes]) -> bytes:
    """Two pictures as halves of a square as large as the first one, or three or four as quarters; a PNG.

    Raises:
        inference.errors.BadImage: one is no picture.
    """
    opened = [faces.opened(picture) for picture in pictures]
    side = min(opened[0].size)
    canvas = Image.new("RGB", (side, side), _GROUND)
    width, height = side // 2, side if len(opened) == 2 else side // 2
    for number, face in enumerate(opened):
        row, column = divmod(number, 2)
        alone = number == len(opened) - 1 and column == 0
        left = (side - width) // 2 if alone else column * width
        canvas.paste(ImageOps.fit(face, (width, height), Image.Resampling.LANCZOS), (left, row * height))
    return images.encode(np.asarray(canvas), size=side, format="png")


def _size(side: int, count: int, columns: int) -> tuple[int, int]:
    last = _place(side, -(-count // columns) - 1, columns - 1)
    margin = round(side * _MARGIN)
    return last.left + side + margin, last.top + round(side * (1 + _CAPTION)) + margin // 2


def _place(side: int, row: int, column: float) -> Square:
    margin = side * _MARGIN
    left = margin + column * side * (1 + _GAP)
    return Square(round(left), round(margin + row * side * (1 + _CAPTION)), side)
