"""The fonts that ship (`README.md`): Latin, Greek, Cyrillic, Korean and Japanese, in two weights."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from fontTools.ttLib import TTFont
from PIL import ImageFont

Weight = Literal["regular", "bold"]
Font = ImageFont.FreeTypeFont
FILES: Final[dict[Weight, Path]] = {
    weight: Path(__file__).with_name(f"{weight}.otf") for weight in ("regular", "bold")
}


def covers(weight: Weight, text: str) -> bool:
    """Whether a font has every character of `text`."""
    return all(ord(sign) in _known(weight) for sign in text)


def font(weight: Weight, size: int, text: str = "") -> Font:
    """The font of that weight, `size` px; the bold one, which has more, where another lacks a character of `text`."""
    return _loaded(weight if covers(weight, text) else "bold", size)


@cache
def _known(weight: Weight) -> frozenset[int]:
    with TTFont(FILES[weight], lazy=True) as opened:
        return frozenset(opened.getBestCmap())


@lru_cache(64)
def _loaded(weight: Weight, size: int) -> Font:
    return ImageFont.truetype(FILES[weight], size)
