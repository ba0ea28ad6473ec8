"""How much is measured: enough for figures that hold, little enough to wait for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """What one run of the bench spends.

    Attributes:
        batches: pictures at once, for synthesis.
        slots: people at once, for projection.
        rounds: of each measurement at most; the best one counts, since others use the machine too.
        seconds: how long one measurement may take; a first round is always made.
        longest: seconds that one round may take; a batch whose round would take longer is left out, and said so.
        jobs: how many people arrive in the staggered run.
        jobs_seconds: how long that may take, both ways together; projections get fewer steps to keep to it.
        renders: pictures that are asked of the server.
        selfie_steps: of the photo that is sent to it; None lets the server choose.
    """

    batches: tuple[int, ...] = (1, 4, 16, 32)
    slots: tuple[int, ...] = (1, 4, 8, 16)
    rounds: int = 20
    seconds: float = 5
    longest: float = 60
    jobs: int = 8
    jobs_seconds: float = 25
    renders: int = 30
    selfie_steps: int | None = None
