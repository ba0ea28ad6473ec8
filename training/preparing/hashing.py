"""A fingerprint of a picture by which copies of it are found again (dHash, Krawetz 2013)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = 16
BITS: Final = SIDE * SIDE


def dhash(chip: NDArray[np.uint8]) -> str:
    """Whether each of 16 x 16 cells is brighter than its left neighbour: 64 hexadecimal digits.

    Sixteen cells a side and not the usual eight: aligned faces are all alike, and at 64 bits two people's
    pictures can be as near as two copies of one.
    """
    small = Image.fromarray(chip).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, dtype=np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes().hex()


def unpacked(hashes: list[str]) -> NDArray[np.float32]:
    """`[N, 256]` of -1 and 1: the dot product of two rows is 256 - 2 x their Hamming distance."""
    rows = np.frombuffer(bytes.fromhex("".join(hashes)), dtype=np.uint8).reshape(-1, BITS // 8)
    return np.unpackbits(rows, axis=1).astype(np.float32) * 2 - 1
