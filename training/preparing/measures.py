"""What can be measured about a face in a photo, and what is not good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.alignment import (
    SMALLEST,
    Found,
    Framing,
    chip_to_photo,
    nose_off,
    outside,
)
from training.preparing.errors import Refused
from training.preparing.plan import Limits

_COMPARABLE = 0.25  # of the best score
_BYSTANDER = 0.4  # of the widest face
_NOISE = 4.0  # grey levels squared that a flat, clean surface has anyway


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers that `Limits` are held against; the zeros are a framed picture's.

    Attributes:
        score: the detector's.
        width: of the face's box, in pixels of the photo.
        rivals: other faces of about the same weight.
        enlarged: picture pixels to one photo pixel.
        outside: share of the picture beyond the photo's edge.
        turned: eye distances from the nose to the middle of the eyes.
        sharpness: see `sharpness`.
    """

    enlarged: float
    sharpness: float
    score: float = 0.0
    width: float = 0.0
    rivals: int = 0
    outside: float = 0.0
    turned: float = 0.0

    def scaled(self, scale: float) -> Measures:
        """The same face in a file that has `scale` pixels where the searched copy has one."""
        return replace(self, width=round(self.width * scale, 1), enlarged=round(self.enlarged / scale, 3))


def why_not(measures: Measures, limits: Limits) -> str | None:
    """The first reason against a photo, or none."""
    faults = {
        "many_faces": measures.rivals > 0 and limits.many == "reject",
        "too_small": measures.enlarged > limits.enlarged or 0 < measures.width < SMALLEST,
        "turned": measures.turned > limits.turned,
        "cut": measures.outside > limits.outside,
        "unsure": measures.width > 0 and measures.score < limits.sure,
        "blurred": measures.sharpness < limits.sharp,
    }
    return next((reason for reason, true in faults.items() if true), None)


def choose(found: Sequence[Found]) -> tuple[Found, int]:
    """The most confident face, and how many others are comparable.

    Raises:
        Refused: there is none.
    """
    if not found:
        raise Refused("no_face")
    best = max(found, key=lambda face: face.score)
    sure = [face for face in found if face.score >= _COMPARABLE * best.score]
    widest = max(face.width for face in sure)
    meant = [face for face in sure if face is best or face.width >= _BYSTANDER * widest]
    return best, len(meant) - 1


def measure(
    image: Image.Image, found: Sequence[Found], framing: Framing, chip: NDArray[np.uint8]
) -> Measures:
    """Of the face that `choose` chose, whose cut-out is `chip`."""
    face, rivals = choose(found)
    step = float(np.linalg.norm(chip_to_photo(face.landmarks, framing)[:, 0]))
    return Measures(
        score=round(face.score, 3),
        width=round(face.width, 1),
        rivals=rivals,
        enlarged=round(1 / step, 3),
        outside=round(outside(face.landmarks, framing, image.size), 3),
        turned=round(min(nose_off(face.landmarks), 9.0), 3),
        sharpness=sharpness(chip),
    )


def sharpness(chip: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian over that of the face itself, within the middle of an aligned picture.

    It is taken at half the picture's side, since a photo is seldom sharp to the last pixel; over the face's own
    variance, so that light does not count; and times the side over 256, by which sharp photos of 128 to 512 px
    come out alike: about 0.7, and 0.2, 0.05 and 0.02 after a Gaussian blur of 1, 2 and 3 px.

    Args:
        chip: [S, S, 3] uint8.
    """
    half = Image.fromarray(chip).convert("L").reduce(2)
    edge = half.width // 5
    grey = np.asarray(half, dtype=np.float64)[edge:-edge, edge:-edge]
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    ratio = (around - 4 * middle).var() / (middle.var() + _NOISE)
    return round(float(ratio) * len(chip) / 256, 4)
