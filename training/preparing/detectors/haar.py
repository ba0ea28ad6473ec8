"""OpenCV's boosted cascade (Viola and Jones 2001): fast, frontal only, and often wrong."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from inference.alignment import Found
from training.preparing.detectors.ports import shrunk
from training.preparing.landmarks import found_in

_SMALLEST = 24  # px of the searched copy


def usual_model() -> Path:
    """The cascade that comes with OpenCV 4; OpenCV 5 has none."""
    return Path(str(cv2.__file__)).parent / "data" / "haarcascade_frontalface_alt2.xml"


class HaarDetector:
    def __init__(self, model: Path) -> None:
        cv2.setNumThreads(1)
        self._cascade = cv2.CascadeClassifier(str(model))
        if self._cascade.empty():
            raise ValueError("no cascade")

    def __call__(self, image: Image.Image) -> list[Found]:
        small, scale = shrunk(image)
        grey = cv2.equalizeHist(np.asarray(small.convert("L")))
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, scaleFactor=1.1, minNeighbors=4, minSize=(_SMALLEST, _SMALLEST), outputRejectLevels=True
        )
        found = []
        for (x, y, w, h), weight in zip(boxes, np.ravel(weights), strict=True):
            left, top, right, bottom = (round(float(v) / scale) for v in (x, y, x + w, y + h))
            found.append(found_in(image, (left, top, right, bottom), float(weight)))
        return found
