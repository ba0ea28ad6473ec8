"""The detector that a look asks for; what it needs is loaded only then."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from training.preparing.detectors.ports import Detector
from training.preparing.errors import PreparingError
from training.preparing.plan import DetectorName, Look

_ROOM = "training.preparing.detectors"
_CLASSES: dict[DetectorName, str] = {
    "hog": "HogDetector",
    "cnn": "CnnDetector",
    "haar": "HaarDetector",
    "yolo": "YoloDetector",
}


def open_detector(look: Look) -> Detector | None:
    """Ready to find faces; none where pictures are framed already.

    Raises:
        PreparingError: its package or its file is missing or is not what it should be.
    """
    if look.detector == "none":
        return None
    try:
        room = import_module(f"{_ROOM}.{look.detector}")
        model = Path(look.model) if look.model else room.usual_model()
        made: Detector = getattr(room, _CLASSES[look.detector])(model)
    except (ImportError, AttributeError) as error:
        raise PreparingError(
            f"The {look.detector} detector needs a package that is not installed: "
            "pip install 'typeface[detectors]'."
        ) from error
    except Exception as error:  # every library has its own way to say that a file is not a model
        said = " ".join(str(error).split())[:200]
        raise PreparingError(f"The {look.detector} model cannot be loaded: {said}") from error
    return made
