"""AdamP (Heo et al. 2021, arXiv 2006.08217), from the paper's algorithm 3 and section 3.

Where a layer's output does not change with the scale of its weights, a step along the weights only makes them
longer, and all later steps shorter. AdamP takes that part of the step away, and leaves others as Adam makes them.
Whether weights are such is told by their gradient, which then stands upright on them (equation 4): first filter by
filter, then for the whole tensor (appendix B).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from torch import Tensor, nn
from torch.nn import functional as F

UPRIGHT = 0.1  # delta: how small a cosine between gradient and weights, times the root of their number, counts as none
SPARED = 0.1  # of the weight decay is left where the projection already keeps the weights short


class AdamP(torch.optim.Optimizer):
    """Adam whose steps do not grow weights that have no scale.

    Args:
        parameters: What learns. Tensors of one dimension (biases) are moved as by AdamW.
        lr: Rate.
        betas: Of the moments; both are floats.
        eps: Added to the root of the second moment.
        weight_decay: Decoupled, as in AdamW (arXiv 1711.05101).
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Move every parameter that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)
        return loss

    def _move(self, weights: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        change = self._adam(weights, gradient, group)
        change, spared = projected(change, weights, gradient)
        decay = group["weight_decay"] * (SPARED if spared else 1.0)
        weights.mul_(1 - group["lr"] * decay).sub_(change, alpha=group["lr"])

    def _adam(self, weights: Tensor, gradient: Tensor, group: dict[str, Any]) -> Tensor:
        """Adam's change before the rate: `m / (sqrt(v) + eps)`, both moments corrected for their start."""
        state = self.state[weights]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(weights), torch.zeros_like(weights)
        state["step"] += 1
        first, second = group["betas"]
        state["exp_avg"].lerp_(gradient, 1 - first)
        state["exp_avg_sq"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
        n = float(state["step"])
        scale = state["exp_avg_sq"].div(1 - second**n).sqrt_().add_(group["eps"])
        change: Tensor = state["exp_avg"].div(1 - first**n).div_(scale)
        return change


def projected(change: Tensor, weights: Tensor, gradient: Tensor) -> tuple[Tensor, bool]:
    """The part of `change` that leaves the length of scale-free weights alone, and whether any are such.

    Args:
        change: What is to be taken from the weights, of their shape.
        weights: `[O, ...]`; one dimension is never scale-free.
        gradient: Of the weights.
    """
    if weights.dim() > 1:
        for rows in (weights.shape[0], 1):
            w, g = weights.reshape(rows, -1), gradient.reshape(rows, -1)
            if float(F.cosine_similarity(w, g, dim=1).abs().max()) < UPRIGHT / math.sqrt(w.shape[1]):
                unit = F.normalize(w, dim=1)
                c = change.reshape(rows, -1)
                along = (unit * c).sum(dim=1, keepdim=True)
                return (c - unit * along).reshape(change.shape), True
    return change, False
