"""Who watches a run: the tellers, the checks, and the metric of the best snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.watching.best import Measure
from training.watching.examination import Examination
from training.watching.telling import Teller


@dataclass(frozen=True, slots=True)
class Watch:
    """Tellers are told in this order; no examination: no checks; no measure: no best snapshot."""

    tellers: Sequence[Teller] = ()
    examination: Examination | None = None
    measure: Measure | None = None


UNWATCHED = Watch()
