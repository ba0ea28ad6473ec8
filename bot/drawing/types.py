"""A community's map of types: sixteen fields, the darker the more people."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageColor, ImageDraw

from bot.drawing.lettering import fit

WIDTH, HEIGHT = 1200, 1100
_EDGE, _TOP, _GAP = 60, 150, 18
_PAPER, _INK, _EMPTY, _FULL = "#fbf3e7", "#2a1a1f", "#f0e5d4", "#19695f"
_ROWS = ("IS", "IN", "ES", "EN")
_COLUMNS = ("TJ", "FJ", "FP", "TP")
"""Neighbours differ in one letter, as such maps are usually laid out."""


def type_map(counts: Mapping[str, int], title: str) -> bytes:
    """A JPEG of 1,200 x 1,100 px; types that nobody has are there too."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    line, font = fit(title, "bold", WIDTH - 2 * _EDGE, 60, 30)
    pen.text((WIDTH / 2, 84), line, fill=_INK, font=font, anchor="mm")
    most = max(counts.values(), default=0)
    wide, high = (WIDTH - 2 * _EDGE + _GAP) / 4, (HEIGHT - _TOP - _EDGE + _GAP) / 4
    for row, first in enumerate(_ROWS):
        for column, last in enumerate(_COLUMNS):
            corner = (_EDGE + column * wide, _TOP + row * high)
            kind = first + last
            _field(
                pen,
                (*corner, corner[0] + wide - _GAP, corner[1] + high - _GAP),
                kind,
                (counts.get(kind, 0), most),
            )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def _field(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], kind: str, share: tuple[int, int]
) -> None:
    """One type: its name, and how many there are."""
    number, most = share
    deep = number / most if most else 0.0
    pen.rounded_rectangle(box, radius=22, fill=_between(_EMPTY, _FULL, deep))
    middle, centre = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    ink = _PAPER if deep > 0.6 else _INK
    line, font = fit(kind, "bold", box[2] - box[0] - 20, 46, 30)
    pen.text((middle, centre - 38), line, fill=ink, font=font, anchor="mm")
    line, font = fit(f"{number:,}", "regular", box[2] - box[0] - 20, 64, 24)
    pen.text((middle, centre + 36), line, fill=ink, font=font, anchor="mm")


def _between(low: str, high: str, share: float) -> tuple[int, ...]:
    ends = zip(ImageColor.getrgb(low), ImageColor.getrgb(high), strict=True)
    return tuple(round(a + (b - a) * share) for a, b in ends)
