"""What a run drives: any recipe that learns in steps and can show what it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor

Terms = dict[str, float]
"""Named numbers of one step: losses, the augmentation's p."""


class Trainer(Protocol):
    """Networks, optimisers, random state and counters of one run."""

    @property
    def images_seen(self) -> int:
        """Real pictures shown so far."""
        ...

    def step(self) -> Terms:
        """One iteration."""
        ...

    def samples(self, columns: int) -> Tensor:
        """Pictures `[rows * columns, 3, R, R]` in [-1, 1], always of the same seeds, random state untouched."""
        ...

    @property
    def p(self) -> float:
        """Probability of the augmentation; 0 where there is none."""
        ...

    def pictures(self, n: int) -> tuple[Tensor, Tensor]:
        """Samples `[n, 3, R, R]` without truncation, always of the same seeds, and conditions `[n, c_dim]`."""
        ...

    def judged(self, images: Tensor, conditions: Tensor) -> Tensor:
        """The discriminator's logits `[M]` of `images [N, 3, R, R]`; batches that are not whole are left out."""
        ...

    def options(self) -> dict[str, Any]:
        """All numbers of the run, JSON-ready."""
        ...

    def tables(self) -> str:
        """What the networks consist of."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and plain values."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        ...
