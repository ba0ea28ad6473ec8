"""A labelled page of pictures, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.fonts.letters import font
from inference.images import Pixels

_TILE = 192  # px
_GAP = 8
_LINE = 24


def page(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[NDArray[np.uint8]]]]) -> Pixels:
    """[H, W, 3]: `columns` name what stands in each row, whose own caption stands below its pictures."""
    step = _TILE + _LINE + _GAP
    size = (len(columns) * (_TILE + _GAP) + _GAP, len(rows) * step + _LINE + _GAP)
    canvas = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(canvas)
    for place, name in enumerate(columns):
        pen.text((place * (_TILE + _GAP) + _GAP, 4), name, fill="black", font=font("regular", 15, name))
    for index, (caption, pictures) in enumerate(rows):
        top = _LINE + _GAP + index * step
        pen.text((_GAP, top + _TILE + 3), caption, fill="black", font=font("regular", 15, caption))
        for place, picture in enumerate(pictures):
            tile = Image.fromarray(picture).resize((_TILE, _TILE), Image.Resampling.BICUBIC)
            canvas.paste(tile, (place * (_TILE + _GAP) + _GAP, top))
    return np.asarray(canvas)
