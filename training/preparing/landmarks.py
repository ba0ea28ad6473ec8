"""dlib's five points, whoever found the face, so that every picture is framed as a selfie will be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.alignment import Found, Framing, Points, chip_to_photo, landmarks_in
from inference.errors import Box

_AGREE = 0.2  # eye distances between two opinions about where the eyes are
_GROWN = 1.22  # dlib's detector draws wider than the mean face's frame; the median of 55 photos
_HALF_EYE = 0.203  # eye distances from the middle of an eye to its corner, in dlib's mean face
_TO_MOUTH = 0.35  # share of the way from the tip of the nose to the mouth at which the nose begins


def found_in(image: Image.Image, box: Box, score: float, points: Points | None = None) -> Found:
    """A face from another detector's box, and its own five points where it gives any.

    Boxes differ between detectors and dlib's points lean on the box, so they are placed twice: the second time
    in the box that dlib would have drawn. A detector's own points are the check and the fallback.

    Args:
        image: the RGB photo that was searched.
        box: in its pixels.
        score: the detector's.
        points: [5, 2] eyes, tip of the nose, corners of the mouth; from left to right as one looks.
    """
    pixels = np.asarray(image)
    own = None if points is None else five_of(points)
    placed = landmarks_in(pixels, usual_box(own if own is not None else landmarks_in(pixels, box)))
    if own is not None and apart(placed, own) > _AGREE:
        placed = own
    scale = image.info.get("full_size", image.size)[0] / image.width
    full = (round(box[0] * scale), round(box[1] * scale), round(box[2] * scale), round(box[3] * scale))
    left, _, right, _ = usual_box(placed)
    return Found(full, score, 0, placed, right - left)


def usual_box(points: Points) -> Box:
    """About the box that dlib's own detector draws around a face with these landmarks."""
    matrix = chip_to_photo(points, Framing(100, padding=0))
    x, y = matrix @ np.array([49.5, 49.5, 1])
    half = 50 * _GROWN * float(np.linalg.norm(matrix[:, 0]))
    return round(x - half), round(y - half), round(x + half), round(y + half)


def five_of(points: Points) -> Points:
    """Corners of the eyes and base of the nose, from middles of the eyes, tip of the nose and mouth."""
    left, right, tip = points[:3]
    mouth = points[3:].mean(axis=0)
    along = (right - left) * _HALF_EYE
    base = tip + _TO_MOUTH * (mouth - tip)
    return np.stack([right + along, right - along, left - along, left + along, base])


def apart(a: Points, b: Points) -> float:
    """Mean distance between two opinions about both eyes, in eye distances."""
    eyes_a, eyes_b = _eyes(a), _eyes(b)
    span = max(1.0, float(np.linalg.norm(eyes_a[0] - eyes_a[1])))
    return float(np.linalg.norm(eyes_a - eyes_b, axis=1).mean()) / span


def _eyes(points: Points) -> NDArray[np.float64]:
    eyes: NDArray[np.float64] = points[:4].reshape(2, 2, 2).mean(axis=1)
    return eyes
