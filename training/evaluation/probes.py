"""Numbers read off pictures: mean skin colour, and apparent age as a linear model sees it."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from training.datasets.faces import FaceSet

Probe = Callable[[Tensor], Tensor]
"""`[N, 3, R, R]` to `[N, k]`."""

_AGE_SIDE = 16


def face_region(images: Tensor) -> Tensor:
    """Brows to chin, cheek to cheek: `[N, 3, h, w]` of `[N, 3, R, R]` in the starter's framing."""
    r = images.shape[-1]
    return images[:, :, r * 7 // 32 : r * 15 // 16, r * 7 // 32 : r - r * 7 // 32]


def backdrop(images: Tensor) -> Tensor:
    """`[N, 3]`: the mean colour of the two upper corners, where hair or backdrop is."""
    r = images.shape[-1]
    corners = images[:, :, : r * 3 // 8, [*range(r // 8), *range(r - r // 8, r)]]
    return corners.mean(dim=(2, 3))


def skin_colour(images: Tensor) -> Tensor:
    """`[N, 3]`: the mean colour of the cheeks and nose, below the eyes and above the mouth."""
    r = images.shape[-1]
    return images[:, :, r * 3 // 8 : r * 5 // 8, r // 4 : r - r // 4].mean(dim=(2, 3))


def lightness(images: Tensor) -> Tensor:
    """`[N]`: how light the skin is."""
    return skin_colour(images).mean(dim=1)


def fit_age(faces: FaceSet) -> Probe:
    """A ridge regression of the age band on small pictures; those without a known age are left out."""
    known = ~faces.ages.isnan()
    x = _small(faces.images[known].float() / 127.5 - 1)
    weights = ridge(x, faces.ages[known][:, None], strength=30.0)
    return lambda images: _small(images) @ weights


def _small(images: Tensor) -> Tensor:
    """`[N, D + 1]`: shrunk grey pictures with their mean and spread taken out, and a one."""
    grey = F.adaptive_avg_pool2d(face_region(images).mean(dim=1, keepdim=True), _AGE_SIDE).flatten(1)
    grey = grey - grey.mean(dim=1, keepdim=True)
    grey = grey / grey.std(dim=1, keepdim=True).clamp_min(1e-3)
    return torch.cat([grey, torch.ones(len(grey), 1)], dim=1)


def ridge(x: Tensor, y: Tensor, strength: float) -> Tensor:
    """`[D, k]`: least squares of `y [N, k]` on `x [N, D]`, with a pull to zero."""
    weights: Tensor = torch.linalg.solve(x.t() @ x + strength * torch.eye(x.shape[1]), x.t() @ y)
    return weights
