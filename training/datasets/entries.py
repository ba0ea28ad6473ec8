"""One picture of a data set, as its index tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Split = Literal["train", "validation", "watched"]
"""What is learnt from; people who are held out; pictures that are held out, perhaps of people who are learnt from."""
PURPOSES: Final[dict[Split, str]] = {"train": "training", "validation": "validation", "watched": "watching"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`label` is an index into the set's classes; `person` is one name for one person."""

    file: str
    label: int
    person: str
    split: Split
    source: str
