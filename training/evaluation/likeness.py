"""How alike projections of people are whom no network has seen, and whether that depends on the group.

dlib's identity distance from a photo to the raw render of its projection. Groups are what the source's annotators
guessed; they serve to compare, and nothing is trained on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from inference.engine.engine import Engine
from training.datasets.archive import Archive, Pixels
from training.datasets.faces import FaceSource
from training.datasets.manifest import Row, is_held_out
from training.datasets.table import listed
from training.errors import DataError
from training.evaluation.neighbours import apart
from training.evaluation.spaces import IdentitySpace
from training.loops.samples import to_uint8

LEAST = 5
"""People below which a group is not told."""

Held = tuple[Row, str]
"""A row, and what its picture is called in the archive."""
Track = Callable[[Iterable[Held], str], Iterable[Held]]


@dataclass(frozen=True)
class Likeness:
    """Of each person the row, and `distances [N]`; `own`: the share who are nearest to their own photo."""

    people: Sequence[Row]
    distances: NDArray[np.float32]
    own: float

    @property
    def median(self) -> float:
        """Of all."""
        return float(np.median(self.distances))

    def groups(self) -> Mapping[str, tuple[int, float]]:
        """By group, how many there are and their median; small ones are left out."""
        found: dict[str, list[float]] = {}
        for person, distance in zip(self.people, self.distances.tolist(), strict=True):
            for group in (person.gender, person.age, person.ethnicity):
                found.setdefault(group, []).append(distance)
        return {
            group: (len(values), float(np.median(values)))
            for group, values in sorted(found.items())
            if group and len(values) >= LEAST
        }


def likeness(engine: Engine, source: FaceSource, most: int, track: Track) -> Likeness:
    """Project at most `most` held-out people, one photo each.

    Raises:
        DataError: the set cannot be read, or holds nobody out.
    """
    side, space = engine.pack.manifest.resolution, IdentitySpace()
    photos, drawn = [], []
    with Archive(source.archive) as archive:
        people = strangers(source, archive, most)
        for _, name in track(people, "projections"):
            photo = archive.picture(name, side)
            photos.append(space(photo[None])[0])
            drawn.append(space(_projected(engine, photo)[None])[0])
    between = apart(np.stack(drawn), np.stack(photos))
    own = float((between.argmin(axis=1) == np.arange(len(people))).mean())
    return Likeness([row for row, _ in people], between.diagonal().copy(), own)


def strangers(source: FaceSource, archive: Archive, most: int) -> list[Held]:
    """One row of each held-out person, and its picture's name, in an order that does not depend on names.

    Raises:
        DataError: the table cannot be read, does not tell pictures apart, or holds nobody out.
    """
    rows = listed(source.manifest, archive)
    people = {row.group: (row, name) for row, name in rows if is_held_out(row.group, source.held_out)}
    chosen = sorted(people.values(), key=lambda one: hashlib.sha256(one[0].group.encode()).digest())[:most]
    if not chosen:
        raise DataError(f"{source.archive.name} holds nobody out whose likeness could be measured")
    return chosen


def _projected(engine: Engine, photo: Pixels) -> Pixels:
    """The raw render of a photo's projection, `[R, R, 3]`."""
    search = engine.start([photo])
    while not search.done:
        engine.advance([search])
    with torch.no_grad():
        images = engine.pack.generator.synthesis(search.latent()[None], noise="const", force_fp32=True)
    image: Pixels = to_uint8(images)[0]
    return image
