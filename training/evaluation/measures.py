"""Distances that are cheap enough to be taken while a run goes on: what chooses its best snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from training.evaluation.distances import kernel_distance
from training.evaluation.sliced_wasserstein import distances
from training.evaluation.spaces import IdentitySpace
from training.loops.samples import to_uint8
from training.watching.best import Measure
from training.watching.seen import Pictures, Source, drawn


class SlicedWasserstein:
    """The mean over the pyramid's levels, times 1000, between samples and as many photos."""

    name = "sliced_wasserstein"

    def __init__(self, photos: Source, count: int = 512) -> None:
        self.count = min(count, len(photos))
        self.reals = drawn(photos, self.count).images.cpu()

    def __call__(self, fakes: Pictures) -> float:
        levels = distances(self.reals, fakes.images.cpu().clamp(-1, 1))
        return sum(levels) / len(levels)


class IdentityKernel:
    """The kernel distance in dlib's identity space, times 1000: 16 ms of one core for a sample."""

    name = "identity_kernel"

    def __init__(self, photos: Source, count: int = 256) -> None:
        self.count = min(count, len(photos))
        self._space = IdentitySpace()
        self._reals = self._space(to_uint8(drawn(photos, self.count).images.cpu()))

    def __call__(self, fakes: Pictures) -> float:
        numbers = self._space(to_uint8(fakes.images.cpu()))
        return kernel_distance(self._reals, numbers, self._space.scale) * 1000


MEASURES: Final[dict[str, Callable[[Source], Measure]]] = {
    "sliced": SlicedWasserstein,
    "identity": IdentityKernel,
}
"""By the name that `--metric` takes."""
