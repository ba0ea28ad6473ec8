"""When a run tells of itself, and the numbers of many steps as one line."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping


def passed(before: float, after: float, every: float) -> bool:
    """Whether a multiple of `every` lies between the two."""
    return int(after / every) > int(before / every)


def not_finite(terms: Mapping[str, float]) -> str | None:
    """The first that is not a number, or without bounds."""
    return next((name for name, value in terms.items() if not math.isfinite(value)), None)


class Means:
    """Of each named number over the steps that had it."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, terms: Mapping[str, float]) -> None:
        for name, value in terms.items():
            self._values[name].append(value)

    def take(self) -> dict[str, float]:
        """The means so far; the next begin anew."""
        means = {name: round(sum(values) / len(values), 4) for name, values in self._values.items()}
        self._values.clear()
        return means
