"""The sixteen types, and how people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

Gender = Literal["female", "male", "either"]
GENDERS: tuple[Gender, ...] = get_args(Gender)
TYPES: tuple[str, ...] = tuple("".join(letters) for letters in product("IE", "NS", "TF", "JP"))
"""The sixteen types in upper case: four rows of four, introverts first."""

_SPOKEN = {
    "INTJ": ("인티제",),
    "INTP": ("인팁", "인티피"),
    "INFJ": ("인프제",),
    "INFP": ("인프피",),
    "ISTJ": ("잇티제",),
    "ISTP": ("잇팁", "잇티피"),
    "ISFJ": ("잇프제",),
    "ISFP": ("잇프피",),
    "ENTJ": ("엔티제",),
    "ENTP": ("엔팁", "엔티피"),
    "ENFJ": ("엔프제",),
    "ENFP": ("엔프피",),
    "ESTJ": ("엣티제",),
    "ESTP": ("엣팁", "엣티피"),
    "ESFJ": ("엣프제",),
    "ESFP": ("엣프피",),
}
"""How Koreans say a type."""
_GENDER_WORDS: dict[Gender, str] = {
    "female": "female f woman women w girl lady 여자 여성 여 여자친구 여친",
    "male": "male m man men guy boy 남자 남성 남 남자친구 남친",
    "either": "either any anyone both whoever 아무나 상관없음 상관없어 상관없어요 둘다 모두 무관",
}
_BY_WORD = {word: kind for kind, said in _SPOKEN.items() for word in said} | {t.lower(): t for t in TYPES}
_GENDER_BY_WORD: dict[str, Gender] = {
    w: gender for gender, words in _GENDER_WORDS.items() for w in words.split()
}
_ENDINGS = re.compile(r"(?:이에요|예요|이요|요|으로|로|형|얼굴)$")
"""What Koreans hang on a word: `엔프피요`, `여자로`."""


@dataclass(frozen=True)
class Asked:
    """What words ask for. `unknown` is the first word that could be meant as a type and is none."""

    type: str | None = None
    gender: Gender | None = None
    unknown: str | None = None


def words(text: str) -> list[str]:
    """The words of `text` in lower case, without signs, digits and the ending of `ENFP-A`."""
    return re.findall(r"[^\W\d_]+", re.sub(r"(?<=[^\W\d_]{4})-[atAT]\b", "", text[:400]).lower())


def type_of(word: str) -> str | None:
    """The type that `word` writes, in any case or as Koreans say it."""
    low = word.lower()
    return _BY_WORD.get(low) or _BY_WORD.get(_ENDINGS.sub("", low))


def gender_of(word: str) -> Gender | None:
    """The gender that `word` names, in English or Korean."""
    low = word.lower()
    return _GENDER_BY_WORD.get(low) or _GENDER_BY_WORD.get(_ENDINGS.sub("", low))


def parse(*texts: str) -> Asked:
    """Find type and gender in `texts`, in any order and case; the first of each counts."""
    found = [word for text in texts for word in words(text)]
    kinds = [t for word in found if (t := type_of(word))]
    genders = [g for word in found if (g := gender_of(word))]
    rest = [w for w in found if len(w) > 1 and not type_of(w) and not gender_of(w)]
    return Asked(
        kinds[0] if kinds else None, genders[0] if genders else None, rest[0] if rest and not kinds else None
    )


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
