"""Pictures that say whose they are: 36 black and white squares, which outlive JPEG and the way through the bot."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s

import numpy as np
from PIL import Image

from bot.core.mbti import GENDERS, TYPES

SQUARES, PIXELS = 6, 15
BITS = {"person": 10, "type": 4, "gender": 2, "weight": 7}
CHECK = SQUARES**2 - sum(BITS.values())
NOBODY = 0
TYPE, SELFIE, PREVIEW = 100, 127, 126
"""Weights of a picture that is no blend of a person and a type."""


@dataclass(frozen=True)
class Mark:
    """`weight` is in hundredths of the type's face, or says what else it is."""

    person: int
    type: str = TYPES[0]
    gender: str = GENDERS[0]
    weight: int = SELFIE


def _number(mark: Mark) -> int:
    parts = (mark.person, TYPES.index(mark.type), GENDERS.index(mark.gender), mark.weight)
    number = 0
    for part, bits in zip(parts, BITS.values(), strict=True):
        assert 0 <= part < 2**bits
        number = number << bits | part
    return number


def _checked(number: int) -> int:
    """With a sum behind it, so that no other picture reads as a mark."""
    digest = int.from_bytes(blake2s(number.to_bytes(8)).digest()[:4])
    return number << CHECK | digest % 2**CHECK


@lru_cache(4096)
def paint(mark: Mark) -> bytes:
    """As JPEG, 90 px."""
    number = _checked(_number(mark))
    bits = [number >> at & 1 for at in range(SQUARES**2)]
    squares = np.array(bits, np.uint8).reshape(SQUARES, SQUARES) * 255
    out = io.BytesIO()
    Image.fromarray(np.kron(squares, np.ones((PIXELS, PIXELS), np.uint8))).save(out, "JPEG", quality=90)
    return out.getvalue()


@lru_cache(4096)
def read(data: bytes) -> Mark | None:
    """What a picture says; None of one that has no mark."""
    small = Image.open(io.BytesIO(data)).convert("L").resize((SQUARES, SQUARES), Image.Resampling.BOX)
    bits = (np.asarray(small).reshape(-1) > 127).tolist()
    number = sum(bit << at for at, bit in enumerate(bits)) >> CHECK
    if sum(bit << at for at, bit in enumerate(bits)) != _checked(number):
        return None
    parts = []
    for size in reversed(BITS.values()):
        parts.append(number & 2**size - 1)
        number >>= size
    weight, gender, kind, person = parts
    return Mark(person, TYPES[kind], GENDERS[gender], weight) if gender < len(GENDERS) else None
