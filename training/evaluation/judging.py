"""A report's numbers: each subject against the photos, and two halves of the photos against each other."""

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

    def rows(self, part: slice) -> dict[str, Floats]:
        return {name: values[part] for name, values in self.numbers.items()}


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
    """

    name: str
    side: int
    distances: dict[str, Distance]
    diversity: float
    heart: ByHeart | None
    samples: Look
    photos: Look


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
            training = self._look(self.photos.read(self.photos.training, side), len(self.photos.training))
            held_out = self._look(self.photos.read(self.photos.held_out, side), 0)
            if not found:
                found.append(self._floor(training, side))
            found += [self._judged(s, training, held_out) for s in subjects if s.side == side]
        order = {subject.name: place for place, subject in enumerate(subjects)}
        return [found[0], *sorted(found[1:], key=lambda judgement: order[judgement.name])]

    def pictures(self, subjects: Sequence[Subject]) -> int:
        """How many are looked at in all."""
        sides = len({subject.side for subject in subjects})
        photos = len(self.photos.training) + len(self.photos.held_out)
        return photos * sides + self.count * len(subjects)

    def _judged(self, subject: Subject, training: Look, held_out: Look) -> Judgement:
        drawn = subject.samples(self.count, self.photos.classes, self.psi)
        samples = self._look(drawn, len(training.thumbs) // 2)
        key = self.spaces[0].name
        half = slice(0, len(training.thumbs) // 2)
        strangers, known = held_out.numbers.get(key), training.numbers[key]
        if strangers is None or len(strangers) < 5:  # too few are held out: the other half stands in
            strangers, known = known[half.stop :], known[half]
        heart = by_heart(known, strangers, samples.numbers[key])
        diversity = spread(samples.numbers[key]) / spread(training.numbers[key])
        distances = self._distances(training.rows(half), samples.rows(half))
        return Judgement(subject.name, subject.side, distances, diversity, heart, samples, training)

    def _floor(self, training: Look, side: int) -> Judgement:
        half = len(training.thumbs) // 2
        one, other = training.rows(slice(0, half)), training.rows(slice(half, 2 * half))
        key = self.spaces[0].name
        diversity = spread(other[key]) / spread(training.numbers[key])
        rest = Look(other, training.thumbs[half:])
        return Judgement(
            "photos (two halves)", side, self._distances(one, other), diversity, None, rest, training
        )

    def _distances(self, photos: dict[str, Floats], others: dict[str, Floats]) -> dict[str, Distance]:
        """As many of both, so that the floor and all subjects compare."""
        found = {}
        for space in self.spaces:
            n = min(self.count, len(photos[space.name]), len(others[space.name]))
            a, b = photos[space.name][:n], others[space.name][:n]
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
