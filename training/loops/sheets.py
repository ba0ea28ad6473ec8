"""Pages of a network's pictures, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

from inference.fonts.letters import covers, font
from training.loops.samples import to_uint8
from training.writing import whole

_SIZE: Final = 14
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
        names: of the rows, in a margin.
        captions: of the pictures, below each. What the shipped fonts cannot write is told by its number.
    """
    tiles = to_uint8(images)
    r = tiles.shape[1] * zoom
    left, below = _margin(names), _SIZE + 6 if captions else 0
    rows = -(-len(tiles) // columns)
    page = Image.new("RGB", (left + columns * r, rows * (r + below)), _PAPER if names or captions else 0)
    pen = ImageDraw.Draw(page)
    for i, tile in enumerate(tiles):
        y, x = divmod(i, columns)
        top = y * (r + below)
        page.paste(_enlarged(tile, r), (left + x * r, top))
        if captions:
            _write(pen, (left + x * r + r / 2, top + r + below / 2), _said(captions, i), "mm")
        if names and not x:
            _write(pen, (left - 8, top + r / 2), _said(names, y), "rm")
    with whole(path) as file:
        page.save(file, "JPEG" if path.suffix == ".jpg" else "PNG", quality=85)


def _said(names: Sequence[str], index: int) -> str:
    return names[index] if covers("bold", names[index]) else str(index + 1)


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str) -> None:
    pen.text(at, text, _INK, font("regular", _SIZE, text), anchor=anchor)


def _margin(names: Sequence[str]) -> int:
    said = [_said(names, i) for i in range(len(names))]
    return max((int(font("regular", _SIZE, text).getlength(text)) + 16 for text in said), default=0)


def _enlarged(tile: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: int) -> Image.Image:
    picture = Image.fromarray(tile)
    return picture if picture.width == side else picture.resize((side, side), Image.Resampling.BICUBIC)
