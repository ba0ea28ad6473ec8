"""What a run says of itself as it goes, and who listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.watching.seen import Trouble


@dataclass(frozen=True, slots=True)
class Tick:
    """A stretch of a run.

    Attributes:
        kimg: Thousand pictures shown when it ended.
        pace: Seconds a thousand pictures took in it.
        seconds: Spent in training until then, over all sittings.
        numbers: Means of the losses, and what the checks have measured since the last tick.
    """

    kimg: float
    pace: float
    seconds: float
    numbers: Mapping[str, float]


class Teller:
    """One that is told; does nothing of itself."""

    def begin(self, kimg: float) -> None:
        """A sitting begins: whatever was told of a later time is void, its checkpoint was not reached."""

    def step(self, kimg: float, seconds: float) -> None:
        """An iteration is over, `seconds` into the sitting."""

    def tick(self, tick: Tick) -> None:
        """A stretch is over."""

    def trouble(self, kimg: float, trouble: Trouble) -> None:
        """Something is wrong since about `kimg`."""

    def note(self, kimg: float, text: str) -> None:
        """Something happened that is worth a line: a best snapshot, the end."""

    def close(self) -> None:
        """The sitting is over, however it ended."""
