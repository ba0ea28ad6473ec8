"""The photos of a prepared set by type and gender: what an average face is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from inference.errors import BadImage
from inference.wire import Gender
from training.datasets.archive import Archive, Pixels
from training.datasets.entries import Entry
from training.datasets.prepared import Prepared
from training.errors import DataError

LEAST: Final = 5
"""Photos of a class: the average of fewer would show the persons themselves."""


@dataclass(frozen=True)
class Group:
    """A class of a set and its photos, on both sides of the split: an average learns nothing."""

    label: str
    gender: Gender
    entries: Sequence[Entry]

    @property
    def name(self) -> str:
        return self.label if self.gender == "either" else f"{self.label}:{self.gender}"


def groups_of(prepared: Prepared, least: int = LEAST) -> list[Group]:
    """All classes that have photos.

    Raises:
        DataError: the set is empty, or classes have fewer than `least` photos, which are named.
    """
    found = []
    for index, (label, gender) in enumerate(prepared.classes):
        entries = [entry for entry in prepared.entries if entry.label == index]
        worn: Gender = "female" if gender == "female" else "male" if gender == "male" else "either"
        found.append(Group(label, worn, entries))
    if not any(group.entries for group in found):
        raise DataError(f"{prepared.path.name} has no pictures")
    few = [f"{group.name} ({len(group.entries)})" for group in found if 0 < len(group.entries) < least]
    if few:
        raise DataError(
            f"too few photos: {', '.join(few)}; the average of fewer than {least} shows the persons themselves. "
            "Collect more, or leave these labels out of the set (prepare --least)"
        )
    return [group for group in found if group.entries]


def photo(archive: Archive, entry: Entry, side: int) -> Pixels:
    """`[side, side, 3]` of a photo. Raises `BadImage` where it is broken."""
    try:
        return archive.picture(entry.file, side)
    except DataError as error:
        raise BadImage(f"{entry.file} is broken") from error
