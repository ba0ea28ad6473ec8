"""Makes the shipped fonts from Pretendard JP's package: `python subset.py package/dist OUT`; README.md tells more."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset

_SIGNS = (
    *((0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x1E00, 0x2000), (0x2000, 0x2070)),
    *((0x2070, 0x20D0), (0x2100, 0x2300), (0x2460, 0x2800), (0x3000, 0x3100), (0x3130, 0x3190)),
    *((0x3200, 0x3400), (0xFF00, 0xFFF0)),
)
_HANGUL = set(range(0xAC00, 0xD7A4))


def _rows(codec: str, first: int, last: int) -> set[int]:
    """The characters in these rows of a 94 by 94 set."""
    cells = (bytes((row, cell)) for row in range(first, last + 1) for cell in range(0xA1, 0xFF))
    return {ord(text) for text in (cell.decode(codec, "ignore") for cell in cells) if text}


def _cut(source: Path, target: Path, characters: set[int]) -> None:
    options = subset.Options(
        hinting=False, layout_features=["ccmp", "kern", "liga", "locl", "mark"], notdef_outline=True
    )
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def main(package: Path, out: Path) -> None:
    """Write `bold.otf`, `regular.otf` and the licence to `out`."""
    signs = {code for first, end in _SIGNS for code in range(first, end)}
    usual, rare = _rows("euc_jp", 0xB0, 0xCF), _rows("euc_jp", 0xD0, 0xF4)
    static = package / "public" / "static"
    _cut(static / "PretendardJP-Bold.otf", out / "bold.otf", signs | _HANGUL | usual | rare)
    _cut(
        static / "PretendardJP-Regular.otf",
        out / "regular.otf",
        signs | _rows("euc_kr", 0xB0, 0xC8) | usual,
    )
    shutil.copy(package / "LICENSE.txt", out / "OFL.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
