"""The sixteen types, and which of them a mistyped word is nearest to."""

from __future__ import annotations

from itertools import product
from typing import Literal, get_args

Gender = Literal["female", "male", "either"]
GENDERS: tuple[Gender, ...] = get_args(Gender)
TYPES: tuple[str, ...] = tuple("".join(letters) for letters in product("IE", "NS", "TF", "JP"))
"""The sixteen types in upper case: four rows of four, introverts first."""


def distance(a: str, b: str) -> int:
    """Edit distance, a swap of neighbours counting once (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def near(word: str, count: int = 4) -> tuple[str, ...]:
    """The types nearest to `word`, best first: by edit distance, then by how close its letters stand."""
    letters = word.upper()[:8]

    def far(kind: str) -> tuple[int, int]:
        return distance(letters, kind), sum(abs(ord(x) - ord(y)) for x, y in zip(letters, kind, strict=False))

    return tuple(sorted(TYPES, key=far)[:count])
