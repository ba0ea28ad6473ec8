"""All checks of a run together: numbers for the log, and each trouble told when it begins and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from training.watching.diversity import Diversity
from training.watching.leaking import Leaking
from training.watching.overfitting import Overfitting
from training.watching.seen import Check, Finding, Pictures, Seen, Source, Trouble, drawn

REALS = 1024
JUDGED = 256
SMALL = 32
"""Px, at which diversity and leaks are looked at: a thousand photos of 1,024 px would take 13 GB."""
FEW = 200
"""Photos below which a probe learns nothing."""


class Watched(Protocol):
    """What of a trainer is looked at. Its random state must stay untouched."""

    @property
    def images_seen(self) -> int: ...

    @property
    def p(self) -> float:
        """Probability of the augmentation; 0 where there is none."""
        ...

    def pictures(self, n: int) -> tuple[Tensor, Tensor]:
        """Samples `[n, 3, R, R]` without truncation, always of the same seeds, and conditions `[n, c_dim]`."""
        ...

    def judged(self, images: Tensor, conditions: Tensor) -> Tensor:
        """The discriminator's logits `[M]`; batches that are not whole are left out."""
        ...


class Examination:
    """The checks, and which troubles are there now."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = checks
        self.troubles: dict[str, Trouble] = {}

    def __call__(self, watched: Watched, fakes: Pictures) -> tuple[dict[str, float], list[Trouble]]:
        """All numbers, and the troubles that are new."""

        def judged(pictures: Pictures) -> Tensor:
            return watched.judged(pictures.images, pictures.conditions)

        seen = Seen(watched.images_seen / 1000, fakes, watched.p, judged)
        with torch.no_grad():
            findings = [check(seen) for check in self.checks]
        return _numbers(findings), self._new({t.code: t for f in findings for t in f.troubles})

    def _new(self, found: dict[str, Trouble]) -> list[Trouble]:
        new = [trouble for code, trouble in found.items() if code not in self.troubles]
        self.troubles = found
        return new


def examination(augment: str, photos: Source, held_out: Source | None) -> Examination:
    """The checks that a run deserves.

    Args:
        augment: Its augmentation, as `training.augment.pipeline.pipe` reads it.
        photos: What it learns from.
        held_out: What it does not learn from; none leaves out what needs it.
    """
    reals = drawn(photos, min(REALS, len(photos)), SMALL)
    checks: list[Check] = [Diversity(reals)]
    if len(reals) >= FEW:
        checks.append(_leaking(augment, reals, held_out))
    if held_out is not None:
        checks.append(Overfitting(drawn(photos, JUDGED), drawn(held_out, JUDGED)))
    return Examination(checks)


def _numbers(findings: Sequence[Finding]) -> dict[str, float]:
    return {name: round(value, 4) for finding in findings for name, value in finding.numbers.items()}


def _leaking(augment: str, reals: Pictures, held_out: Source | None) -> Leaking:
    """Bounds are set on held-out photos, or where there are too few on half of the others."""
    half = len(reals) // 2
    if held_out is not None and len(held_out) >= FEW // 4:
        return Leaking(augment, reals, drawn(held_out, min(half, len(held_out)), SMALL))
    return Leaking(augment, reals.first(half), Pictures(reals.images[half:], reals.conditions[half:]))
