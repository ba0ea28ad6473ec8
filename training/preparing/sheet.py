"""Pictures on one page, a numbered row for each label."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

COLUMNS: Final = 12

_SIDE, _GAP, _MARGIN = 96, 4, 40
_PAPER, _INK = (250, 250, 248), (40, 40, 40)
_MOST_ROWS = 200


def draw(rows: Sequence[Sequence[Path]]) -> bytes:
    """A PNG with the first twelve pictures of each row; the report has the names by their numbers."""
    rows = rows[:_MOST_ROWS]
    pitch = _SIDE + _GAP
    page = Image.new("RGB", (_MARGIN + COLUMNS * pitch + _GAP, len(rows) * pitch + _GAP), _PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    for number, row in enumerate(rows):
        top = _GAP + number * pitch
        pen.text((_MARGIN - 8, top + _SIDE / 2), str(number + 1), _INK, font, anchor="rm")
        for column, path in enumerate(spread(row)):
            with Image.open(path, formats=["PNG"]) as picture:
                small = picture.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
            page.paste(small, (_MARGIN + column * pitch, top))
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=6)
    return out.getvalue()


def spread(row: Sequence[Path]) -> list[Path]:
    """At most twelve, evenly from the whole row, so that one album does not fill it."""
    if len(row) <= COLUMNS:
        return list(row)
    return [row[i * len(row) // COLUMNS] for i in range(COLUMNS)]
