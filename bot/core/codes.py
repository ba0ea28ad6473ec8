"""Codes, as they are written and dictated: of a picture, and of one of two people, `K7M2-QX4B-9RTD`. Pure."""

from __future__ import annotations

import unicodedata

from db.records import PAIR_ALPHABET, PAIR_LETTERS

_GROUP = 4
_MEANT = str.maketrans("OIL", "011")
"""What is taken for a digit, and is in no code."""


def picture(said: str) -> str | None:
    """The code of a picture, however it is written; None for what is none."""
    plain = unicodedata.normalize("NFKC", said[:100]).upper()
    code = "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
    return code if 4 <= len(code) <= 12 else None


def spelled(pair: str) -> str:
    """In groups, as it is read out."""
    return "-".join(pair[at : at + _GROUP] for at in range(0, len(pair), _GROUP))


def read(said: str) -> str | None:
    """The code that was written, in any case and width, with hyphens, spaces or neither; None for what is none."""
    plain = unicodedata.normalize("NFKC", said[:100]).upper().translate(_MEANT)
    code = "".join(sign for sign in plain if sign.isalnum())
    return code if len(code) == PAIR_LETTERS and set(code) <= set(PAIR_ALPHABET) else None
