"""dlib's convolutional detector (max-margin, King 2015): more poses than HOG, many times slower on a CPU."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np
from PIL import Image

from inference.alignment import Found, model_file
from training.preparing.detectors.ports import shrunk
from training.preparing.landmarks import found_in


def usual_model() -> Path:
    """The file that comes with `face_recognition_models`."""
    return Path(model_file("mmod_human_face_detector.dat"))


class CnnDetector:
    def __init__(self, model: Path) -> None:
        self._network = dlib.cnn_face_detection_model_v1(str(model))

    def __call__(self, image: Image.Image) -> list[Found]:
        small, scale = shrunk(image)
        found = []
        for face in self._network(np.asarray(small), 0):
            box = face.rect
            edges = [round(v / scale) for v in (box.left(), box.top(), box.right() + 1, box.bottom() + 1)]
            found.append(found_in(image, (edges[0], edges[1], edges[2], edges[3]), float(face.confidence)))
        return found
