"""The samples in which a face detector sees least of a face: what a card owes to whoever takes the pack."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from training.evaluation.judging import Bytes

FILE: Final = "failures.jpg"
EACH: Final = 6
_FACE = (0.25, 0.75)  # of a side: where an aligned face lies
_SIDE, _RIM = 192, 48  # px; the detector wants 80 px, and something around the face
_NOTHING = -2.0


def failures(samples: Bytes) -> Image.Image:
    """A row each of dark, medium and light samples, the worst first: dlib's detector is less sure of dark skin.

    Args:
        samples: `[N, S, S, 3]`, aligned.
    """
    scores = np.array([sureness(sample) for sample in samples])
    thirds = np.array_split(np.argsort(_brightness(samples), kind="stable"), 3)
    worst = [third[np.argsort(scores[third], kind="stable")][:EACH] for third in thirds]
    side = samples.shape[1]
    sheet = Image.new("RGB", (side * EACH, side * len(worst)), "white")
    for row, places in enumerate(worst):
        for column, place in enumerate(places):
            sheet.paste(Image.fromarray(samples[place]), (column * side, row * side))
    return sheet


def sureness(sample: Bytes) -> float:
    """The detector's score of the best face in a picture `[S, S, 3]`: below 0 it would not call it one."""
    picture = Image.fromarray(sample).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    _, scores, _ = _detector().run(np.asarray(ImageOps.expand(picture, _RIM)), 0, _NOTHING)
    return max(scores, default=_NOTHING)


def _brightness(samples: Bytes) -> NDArray[np.float64]:
    first, last = (round(samples.shape[1] * end) for end in _FACE)
    means: NDArray[np.float64] = samples[:, first:last, first:last].mean(axis=(1, 2, 3))
    return means


@lru_cache(maxsize=1)
def _detector() -> Any:
    return dlib.get_frontal_face_detector()
