"""What numbers say of average faces: whether they are like their photos, and sharp."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference import alignment
from inference.errors import BadImage
from training.averages.groups import Group, photo
from training.averages.making import Average
from training.datasets.archive import Archive
from training.datasets.entries import Entry
from training.datasets.prepared import Prepared
from training.loops.samples import to_uint8
from training.preparing.measures import sharpness

Numbers = NDArray[np.float64]
"""`[N, 128]`: dlib's identity of each."""

JUDGED: Final = 24
"""Photos of a class that averages are held against."""


@dataclass(frozen=True)
class Judgement:
    """What numbers say of an average face.

    Attributes:
        own: mean distance of dlib's identity to the class's own photos: small is like them.
        others: the same to the photos of other labels of that gender; none where there is no other.
        sharpness: of the picture; see `training.preparing.measures`.
    """

    own: float | None
    others: float | None
    sharpness: float


Track = Callable[[Iterable[Any], str], Iterable[Any]]


def photo_numbers(prepared: Prepared, groups: Sequence[Group], side: int, track: Track) -> dict[str, Numbers]:
    """By name of a group: identities of some of its photos, evenly chosen, at the side of the pictures."""
    with Archive(prepared.path) as archive:
        return {
            group.name: _numbers(archive, _evenly(group.entries), side) for group in track(groups, "Judging")
        }


def judge(average: Average, photos: Mapping[str, Numbers]) -> Judgement:
    """Hold an average face against the photos' numbers, as `photo_numbers` gives them."""
    pixels = to_uint8(average.picture[None])[0]
    number, group = alignment.identity(pixels), average.group
    _, _, gender = group.name.partition(":")
    rivals = [
        numbers for name, numbers in photos.items() if name != group.name and name.partition(":")[2] == gender
    ]
    others = _far(number, np.concatenate(rivals)) if rivals else None
    return Judgement(_far(number, photos[group.name]), others, sharpness(pixels))


def _numbers(archive: Archive, entries: Sequence[Entry], side: int) -> Numbers:
    found = []
    for entry in entries:
        try:
            found.append(alignment.identity(photo(archive, entry, side)))
        except BadImage:  # told where it could not be projected
            continue
    return np.array(found).reshape(-1, 128)


def _evenly(entries: Sequence[Entry]) -> list[Entry]:
    places = np.linspace(0, len(entries) - 1, min(JUDGED, len(entries))).astype(int)
    return [entries[place] for place in places]


def _far(number: Numbers, others: Numbers) -> float | None:
    return round(float(np.linalg.norm(others - number, axis=1).mean()), 4) if len(others) else None
