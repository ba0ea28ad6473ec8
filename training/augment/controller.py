"""ADA's controller: raise p while the discriminator is too sure of the reals, lower it when it is not."""

from __future__ import annotations

import math

from training.config import AdaSettings


def adjusted(p: float, mean_sign: float, batch: int, settings: AdaSettings) -> float:
    """The next p (ADA, arXiv 2006.06676, section 3.2). Never below 0, and not above `settings.limit`."""
    gap = mean_sign - settings.target
    step = math.copysign(batch * settings.interval / (settings.kimg * 1000), gap) if gap else 0.0
    return min(max(p + step, 0.0), settings.limit)
