"""What an encoder is trained by. Terms are weighted; their sum is the loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def code_terms(places: Tensor, wanted: Tensor, axes: Tensor, weight: float) -> dict[str, Tensor]:
    """Codes found against codes known, `[N, num_ws, w_dim]` in standard deviations.

    `axes [w_dim]` is how much each of them counts: as much as codes vary along it, since a picture tells little of
    the others.
    """
    apart = F.smooth_l1_loss(places, wanted, reduction="none")
    return {"codes": weight * (apart * (axes / axes.mean())).mean()}


def photo_terms(unlike: Tensor, places: Tensor, pull: float) -> dict[str, Tensor]:
    """`unlike [N]`, the projection's own loss of the render, and how far its codes `places` are from the mean."""
    return {"unlike": unlike.mean(), "pull": pull * places.square().mean()}
