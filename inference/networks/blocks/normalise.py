"""Scale each vector to a mean square of one."""

from __future__ import annotations

from torch import Tensor


def normalise_second_moment(x: Tensor) -> Tensor:
    """`[N, D] -> [N, D]`: `x / sqrt(mean(x^2) + 1e-8)` over the last axis."""
    return x * (x.square().mean(dim=-1, keepdim=True) + 1e-8).rsqrt()
