"""Pages of a network's pictures, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from training.loops.samples import to_uint8
from training.writing import whole

_FONT: Final = 14
_PAPER, _INK = (250, 250, 248), (40, 40, 40)


def save_sheet(
    path: Path,
    images: Tensor,
    columns: int,
    zoom: int = 1,
    names: Sequence[str] = (),
    captions: Sequence[str] = (),
) -> None:
    """Write `images [N, 3, R, R]` as a PNG, or JPEG by its name, of rows of `columns`.

    Args:
        path: of the picture.
        images: in [-1, 1].
        columns: pictures in a row.
        zoom: times that each is enlarged.
        names: of the rows, in a margin; where letters are not Latin, the row's number: no font has all.
        captions: of the pictures, below each.
    """
    tiles = to_uint8(images)
    r = tiles.shape[1] * zoom
    left, below = _margin(names), _FONT + 6 if captions else 0
    rows = -(-len(tiles) // columns)
    page = Image.new("RGB", (left + columns * r, rows * (r + below)), _PAPER if names or captions else 0)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(_FONT)
    for i, tile in enumerate(tiles):
        y, x = divmod(i, columns)
        top = y * (r + below)
        page.paste(_enlarged(tile, r), (left + x * r, top))
        if captions:
            pen.text((left + x * r + r / 2, top + r + below / 2), _said(captions, i), _INK, font, anchor="mm")
        if names and not x:
            pen.text((left - 8, top + r / 2), _said(names, y), _INK, font, anchor="rm")
    with whole(path) as file:
        page.save(file, "JPEG" if path.suffix == ".jpg" else "PNG", quality=85)


def _said(names: Sequence[str], index: int) -> str:
    return names[index] if names[index].isascii() else str(index + 1)


def _margin(names: Sequence[str]) -> int:
    font = ImageFont.load_default(_FONT)
    return max((int(font.getlength(_said(names, i))) + 16 for i in range(len(names))), default=0)


def _enlarged(tile: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: int) -> Image.Image:
    picture = Image.fromarray(tile)
    return picture if picture.width == side else picture.resize((side, side), Image.Resampling.BICUBIC)
