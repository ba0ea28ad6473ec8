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

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, as tensors and plain values."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        ...
