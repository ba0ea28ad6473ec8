"""Many faces on one picture, each over its caption."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from inference import images

MARGIN = 12
CAPTION = 30
_GROUND, _INK = "#f6f3ee", "#1d1b19"


def sheet(pictures: Sequence[bytes], captions: Sequence[str], columns: int) -> bytes:
    """Pictures of one size, in rows of `columns`, as JPEG that says it is synthetic."""
    faces = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    side = faces[0].width
    step, rows = side + MARGIN, -(-len(faces) // columns)
    drawn = Image.new("RGB", (MARGIN + columns * step, MARGIN + rows * (step + CAPTION)), _GROUND)
    draw, font = ImageDraw.Draw(drawn), ImageFont.load_default(CAPTION - 8)
    for number, (face, caption) in enumerate(zip(faces, captions, strict=True)):
        x, y = MARGIN + number % columns * step, MARGIN + number // columns * (step + CAPTION)
        drawn.paste(face, (x, y))
        draw.text((x + side / 2, y + side + CAPTION / 2), caption, _INK, font, anchor="mm")
    return images.encode(np.asarray(drawn), size=max(drawn.size), format="jpeg")
