"""What an aligned picture shows, as numbers: read off its pixels, or by a linear model of labelled photos.

The pixel rules hold for the framing of `inference.alignment` with padding 0.25: eyes level at 30 % of the height,
mouth at 70 %. Checked by eye at 64 px on 3,800 photos: the ends of each are what they should be. `hair` sees the
backdrop too, `skin` the light that falls on it, and `smile` teeth: a closed one reads like no smile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from inference.alignment import MEAN_FACE, landmarks_in
from training.evaluation.probes import ridge, skin_colour
from training.loops.samples import to_uint8
from training.preparing.landmarks import usual_box

Rule = Callable[[Tensor], Tensor]
"""`[N, 3, R, R]` in [-1, 1] to `[N]`."""

_SIDE = 16  # px of the grey pictures that linear models see
_PULL = 30.0
_LANDMARKS = 128  # px: below that dlib's landmarks shake


def smile(images: Tensor) -> Tensor:
    """How much whiter the whitest tenth of the mouth is than the cheeks: teeth."""
    mouth = _part(images, (0.62, 0.80), (0.34, 0.66)).amin(dim=1).flatten(1)
    cheeks = _part(images, (0.45, 0.58), (0.2, 0.8)).amin(dim=1).flatten(1)
    return mouth.quantile(0.9, dim=1) - cheeks.median(dim=1).values


def fringe(images: Tensor) -> Tensor:
    """How dark the upper edge is: hair over the forehead, or a bare one."""
    return -_part(images, (0, 0.08), (0.12, 0.88)).mean(dim=1).flatten(1).median(dim=1).values


def hair(images: Tensor) -> Tensor:
    """How light the darkest parts around the face are: the hair, or a backdrop that is darker."""
    edges = [((0, 0.12), (0, 1)), ((0.1, 0.5), (0, 0.1)), ((0.1, 0.5), (0.9, 1))]
    around = torch.cat([_part(images, *edge).mean(dim=1).flatten(1) for edge in edges], dim=1)
    return around.quantile(0.15, dim=1)


def skin(images: Tensor) -> Tensor:
    """How light cheeks and nose are."""
    return skin_colour(images).mean(dim=1)


def glasses(images: Tensor) -> Tensor:
    """The hardest step from light to dark going down the bridge of the nose: a frame."""
    rows = _part(images, (0.22, 0.40), (0.44, 0.56)).mean(dim=(1, 3))
    return rows.diff(dim=1).abs().amax(dim=1)


def turn(images: Tensor) -> Tensor:
    """Eye distances that dlib's landmark of the nose stands right of the middle of the eyes."""
    goal = (0.25 + MEAN_FACE) / 1.5 * _LANDMARKS
    box = usual_box(goal)
    found = []
    for pixels in to_uint8(images):
        large = Image.fromarray(pixels).resize((_LANDMARKS, _LANDMARKS), Image.Resampling.BICUBIC)
        points = landmarks_in(np.asarray(large), box)
        right, left = points[2:4].mean(axis=0), points[0:2].mean(axis=0)
        along = left - right
        found.append(float((points[4] - (left + right) / 2) @ along / max(along @ along, 1.0)))
    return torch.tensor(found)


RULES: Final[Mapping[str, Rule]] = {
    "smile": smile,
    "fringe": fringe,
    "hair": hair,
    "skin": skin,
    "glasses": glasses,
    "turn": turn,
}
"""What can be read off any picture."""


@dataclass(frozen=True)
class Reader:
    """Reads all that is known of a set's pictures, in standard deviations from its mean.

    Attributes:
        labels: names of what linear models read, which learnt it from labels; they come first.
        weights: of those models, `[D, labels]`.
        mean: `[labels + rules]`.
        spread: likewise.
    """

    labels: tuple[str, ...]
    weights: Tensor
    mean: Tensor
    spread: Tensor

    @property
    def names(self) -> list[str]:
        """Of the columns that come back."""
        return [*self.labels, *RULES]

    def __call__(self, images: Tensor) -> Tensor:
        """`[N, 3, R, R]`, about [-1, 1], to `[N, names]`."""
        images = images.clamp(-1, 1)
        read = torch.cat([_small(images) @ self.weights, _ruled(images)], dim=1)
        return (read - self.mean) / self.spread


def fit_reader(parts: Iterable[Tensor], labels: Mapping[str, Tensor]) -> tuple[Reader, Tensor]:
    """A reader, and what the photos themselves are: `[N, names]` in its units, labels where it has models.

    Args:
        parts: of pictures, `[n, 3, R, R]` in [-1, 1].
        labels: `[N]` by name, without gaps.
    """
    given = [(values - values.mean()) / values.std() for values in labels.values()]
    pairs = [(_small(images), _ruled(images)) for images in parts]
    small, ruled = (torch.cat(found) for found in zip(*pairs, strict=True))
    told = torch.stack(given, dim=1) if given else torch.empty(len(small), 0)
    weights = ridge(small, told, _PULL)
    read = torch.cat([small @ weights, ruled], dim=1)
    mean, spread = read.mean(dim=0), read.std(dim=0).clamp_min(1e-6)
    units = (read - mean) / spread
    units[:, : told.shape[1]] = told
    return Reader(tuple(labels), weights, mean, spread), units


def _ruled(images: Tensor) -> Tensor:
    return torch.stack([rule(images) for rule in RULES.values()], dim=1)


def _small(images: Tensor) -> Tensor:
    """`[N, D + 1]`: small pictures with their own mean and spread taken out, and a one."""
    flat = F.adaptive_avg_pool2d(images, _SIDE).flatten(1)
    flat = flat - flat.mean(dim=1, keepdim=True)
    flat = flat / flat.std(dim=1, keepdim=True).clamp_min(1e-3)
    return torch.cat([flat, torch.ones(len(flat), 1)], dim=1)


def _part(images: Tensor, rows: tuple[float, float], columns: tuple[float, float]) -> Tensor:
    """The part between shares of the side."""
    side = images.shape[-1]
    (top, bottom), (left, right) = (
        [round(share * side) for share in rows],
        [round(share * side) for share in columns],
    )
    return images[:, :, top:bottom, left:right]
