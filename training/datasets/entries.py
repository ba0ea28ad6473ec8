"""One picture of a data set, as its index tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "validation"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`label` is an index into the set's classes; `person` is one name for one person."""

    file: str
    label: int
    person: str
    split: Split
    source: str
