"""A report's numbers: each subject against photos, and other photos against the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.evaluation.distances import Kernel, frechet, kernel
from training.evaluation.neighbours import ByHeart, by_heart, precision_recall, spread
from training.evaluation.photos import Photos
from training.evaluation.spaces import Space
from training.evaluation.subjects import Subject

THUMB: Final = 96  # px
_BATCH: Final = 16

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Step = Callable[[int], None]
"""Hears of so many more pictures."""


@dataclass(frozen=True)
class Look:
    """Pictures as numbers `[M, D]` in each space, by its name, of the first M; small copies `[N, 96, 96, 3]`."""

    numbers: dict[str, Floats]
    thumbs: Bytes

    def part(self, some: slice) -> Look:
        return Look({name: values[some] for name, values in self.numbers.items()}, self.thumbs[some])


@dataclass(frozen=True)
class Sides:
    """The photos at one size.

    Attributes:
        training, held_out: all of either.
        compared: those that samples are compared with.
        others: as many more, which nothing generated is expected to come nearer than: the floor.
    """

    training: Look
    held_out: Look
    compared: Look
    others: Look


@dataclass(frozen=True)
class Distance:
    """In one space: the Frechet distance, the kernel distance times 1000, precision and recall."""

    frechet: float
    kernel: Kernel
    precision: float
    recall: float


@dataclass(frozen=True)
class Judgement:
    """One column of the report.

    Attributes:
        name: of the subject, or of the floor.
        side: of its pictures, in pixels.
        distances: by space.
        diversity: mean distance between two pictures over that of two photos, in the identity space.
        heart: how near the samples are to training photos; none for the floor.
        samples: of the subject.
        photos: the training photos, at the subject's side.
        against: how many photos of which side the distances are to.
    """

    name: str
    side: int
    distances: dict[str, Distance]
    diversity: float
    heart: ByHeart | None
    samples: Look
    photos: Look
    against: str = ""


@dataclass(frozen=True)
class Judge:
    """Compares subjects with one set of photos.

    Attributes:
        photos: the data set.
        spaces: the first is the one that nearest pictures are looked for in.
        count: samples of each subject.
        psi: truncation of the samples; 1 is what the model has learnt.
        step: hears of the progress.
    """

    photos: Photos
    spaces: Sequence[Space]
    count: int
    psi: float = 1.0
    step: Step = lambda pictures: None

    def __call__(self, subjects: Sequence[Subject]) -> list[Judgement]:
        """The floor first, then the subjects in their order."""
        found: list[Judgement] = []
        for side in dict.fromkeys(subject.side for subject in subjects):
            sides = self._sides(side)
            if not found:
                found.append(self._floor(sides, side))
            found += [self._judged(s, sides) for s in subjects if s.side == side]
        order = {subject.name: place for place, subject in enumerate(subjects)}
        return [found[0], *sorted(found[1:], key=lambda judgement: order[judgement.name])]

    def pictures(self, subjects: Sequence[Subject]) -> int:
        """How many are looked at in all."""
        sides = len({subject.side for subject in subjects})
        photos = len(self.photos.training) + len(self.photos.held_out)
        return photos * sides + self.count * len(subjects)

    @property
    def compared(self) -> int:
        """Photos that samples are compared with: held-out ones where they are as many as samples, else every second."""
        return self.count if self._strange else min(self.count, len(self.photos.training) // 2)

    @property
    def against(self) -> str:
        """What samples are compared with."""
        return f"{self.compared} {'held-out' if self._strange else 'training'} photos"

    @property
    def _strange(self) -> bool:
        return min(len(self.photos.held_out), len(self.photos.training)) >= self.count

    def _sides(self, side: int) -> Sides:
        n = self.compared
        training = self._look(self.photos.read(self.photos.training, side), n if self._strange else 2 * n)
        held_out = self._look(self.photos.read(self.photos.held_out, side), n if self._strange else 0)
        if self._strange:
            return Sides(training, held_out, held_out.part(slice(0, n)), training.part(slice(0, n)))
        return Sides(training, held_out, training.part(slice(0, n)), training.part(slice(n, 2 * n)))

    def _judged(self, subject: Subject, sides: Sides) -> Judgement:
        drawn = subject.samples(self.count, self.photos.classes, self.psi)
        samples = self._look(drawn, self.compared)
        key = self.spaces[0].name
        strangers, known = sides.held_out.numbers.get(key), sides.training.numbers[key]
        if strangers is None or len(strangers) < 5:  # too few are held out: the other half stands in
            half = len(known) // 2
            strangers, known = known[half:], known[:half]
        heart = by_heart(known, strangers, samples.numbers[key])
        diversity = spread(samples.numbers[key]) / spread(sides.training.numbers[key])
        distances = self._distances(sides.compared, samples)
        return Judgement(
            subject.name, subject.side, distances, diversity, heart, samples, sides.training, self.against
        )

    def _floor(self, sides: Sides, side: int) -> Judgement:
        key = self.spaces[0].name
        diversity = spread(sides.others.numbers[key]) / spread(sides.training.numbers[key])
        distances = self._distances(sides.compared, sides.others)
        return Judgement(
            "other photos", side, distances, diversity, None, sides.others, sides.training, self.against
        )

    def _distances(self, photos: Look, others: Look) -> dict[str, Distance]:
        """As many of both, so that the floor and all subjects compare."""
        found = {}
        for space in self.spaces:
            a, b = (look.numbers[space.name][: self.compared] for look in (photos, others))
            found[space.name] = Distance(frechet(a, b), kernel(a, b, space.scale), *precision_recall(a, b))
        return found

    def _look(self, pictures: Iterable[Bytes], compared: int) -> Look:
        """The first space sees all of the pictures, the others, which may be slow, as many as are compared in them."""
        numbers: dict[str, list[Floats]] = defaultdict(list)
        thumbs: list[Bytes] = []
        first, *others = self.spaces
        for batch in _batches(pictures):
            stacked = np.stack(batch)
            numbers[first.name].append(first(stacked))
            few = stacked[: max(0, compared - len(thumbs))]
            if len(few):
                for space in others:
                    numbers[space.name].append(space(few))
            thumbs += [_thumb(picture) for picture in batch]
            self.step(len(batch))
        if not thumbs:
            return Look({}, np.zeros((0, THUMB, THUMB, 3), dtype=np.uint8))
        return Look({name: np.concatenate(rows) for name, rows in numbers.items()}, np.stack(thumbs))


def _batches(pictures: Iterable[Bytes]) -> Iterable[list[Bytes]]:
    batch: list[Bytes] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _thumb(picture: Bytes) -> Bytes:
    image = Image.fromarray(picture).resize((THUMB, THUMB), Image.Resampling.LANCZOS)
    return np.asarray(image)
