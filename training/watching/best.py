"""The best snapshot by a chosen metric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from training.watching.seen import Pictures

BEST: Final = "best.pt"


class Measure(Protocol):
    """A distance of samples from photos, smaller is better; the same samples give the same number."""

    @property
    def name(self) -> str: ...

    @property
    def count(self) -> int:
        """How many samples it wants."""
        ...

    def __call__(self, fakes: Pictures) -> float: ...


@dataclass(frozen=True, slots=True)
class Record:
    """The best value so far, by which metric, and when."""

    metric: str
    value: float
    kimg: float

    def to_dict(self) -> dict[str, Any]:
        return {"metric": self.metric, "value": self.value, "kimg": self.kimg}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Record:
        return cls(values["metric"], values["value"], values["kimg"])


def better(record: Record | None, metric: str, value: float) -> bool:
    """Whether a value is a new best; another metric begins anew, and what is not a number never is."""
    return not math.isnan(value) and (record is None or record.metric != metric or value < record.value)
