"""A YOLO model of faces, as an ONNX file that the user brings; no weights of one come with this project.

One output is understood, `[1, N, C]` or `[1, C, N]`, in pixels of the network's square input. By its channels C:

| C | laid out as | exported by |
|---|---|---|
| 16 | x y w h, objectness, 5 (x y), class | yolov5-face |
| 21 | x y w h, objectness, class, 5 (x y sure) | yolov7-face |
| 20 | x y w h, sure, 5 (x y sure) | yolov8-face, ultralytics `pose` |
| 15 | x y w h, sure, 5 (x y) | ultralytics `pose` with plain points |
| 6, 5 | x y w h, objectness, class; x y w h, sure | yolov5, ultralytics `detect`; dlib places the points |
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from inference.alignment import Found
from training.preparing.detectors.ports import SEARCHED
from training.preparing.landmarks import found_in

Floats = NDArray[np.float32]

_SURE = 0.3
_SAME = 0.45  # intersection over union of two boxes around one face
_GREY = 114  # what all of them were trained to see beyond the photo


@dataclass(frozen=True, slots=True)
class Layout:
    """Which channels are multiplied into the score, and where the points begin, `stride` channels each."""

    scores: tuple[int, ...]
    points: int | None = None
    stride: int = 2


LAYOUTS: Final = {
    16: Layout((4, 15), 5),
    21: Layout((4, 5), 6, 3),
    20: Layout((4,), 5, 3),
    15: Layout((4,), 5),
    6: Layout((4, 5)),
    5: Layout((4,)),
}


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A photo in the middle of a grey square: `scale` input pixels to a photo pixel, after `left` and `top`."""

    scale: float
    left: int
    top: int

    def undo(self, places: Floats) -> Floats:
        """`[..., 2]` from input to photo pixels."""
        photo: Floats = (places - np.array([self.left, self.top], dtype=np.float32)) / self.scale
        return photo


class YoloDetector:
    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        (entry,) = self._session.get_inputs()
        self._input = entry.name
        self._side = entry.shape[2] if isinstance(entry.shape[2], int) else SEARCHED
        blank = np.zeros((1, 3, self._side, self._side), dtype=np.float32)
        rows_of(self._session.run(None, {self._input: blank}))  # tells at once of a layout that is not known

    def __call__(self, image: Image.Image) -> list[Found]:
        pixels, letterbox = boxed(image, self._side)
        rows, layout = rows_of(self._session.run(None, {self._input: pixels}))
        scores = np.prod(rows[:, list(layout.scores)], axis=1)
        rows, scores = rows[scores >= _SURE], scores[scores >= _SURE]
        corners = np.stack([rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2], axis=1)
        found = []
        for kept in without_overlaps(corners.reshape(-1, 4), scores):
            (left, top), (right, bottom) = letterbox.undo(corners[kept])
            box = (round(float(left)), round(float(top)), round(float(right)), round(float(bottom)))
            points = _points(rows[kept], layout, letterbox)
            found.append(found_in(image, box, float(scores[kept]), points))
        return found


def boxed(image: Image.Image, side: int) -> tuple[Floats, Letterbox]:
    """The photo as the network wants it: `[1, 3, side, side]` RGB in [0, 1], its proportions kept."""
    scale = side / max(image.size)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    left, top = (side - width) // 2, (side - height) // 2
    square = Image.new("RGB", (side, side), (_GREY,) * 3)
    square.paste(image.resize((width, height), Image.Resampling.BILINEAR), (left, top))
    pixels = np.asarray(square, dtype=np.float32).transpose(2, 0, 1)[None] / 255
    return np.ascontiguousarray(pixels), Letterbox(scale, left, top)


def rows_of(outputs: list[Any]) -> tuple[Floats, Layout]:
    """A row of channels for each candidate, and what they mean.

    Raises:
        ValueError: the output has a layout that is not known.
    """
    shapes = [list(np.shape(output)) for output in outputs]
    if len(outputs) == 1 and len(shapes[0]) == 3 and shapes[0][0] == 1:
        rows = np.asarray(outputs[0][0], dtype=np.float32)
        if rows.shape[0] < rows.shape[1] and rows.shape[0] in LAYOUTS:
            rows = rows.T
        if rows.shape[1] in LAYOUTS:
            return rows, LAYOUTS[rows.shape[1]]
    known = ", ".join(str(channels) for channels in LAYOUTS)
    raise ValueError(f"its outputs are {shapes}; one of [1, N, C] is understood, with C of {known}")


def without_overlaps(boxes: Floats, scores: Floats) -> list[int]:
    """Non-maximum suppression: rows of `boxes` `[N, 4]` (left, top, right, bottom) to keep, best first."""
    kept: list[int] = []
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    left = np.argsort(-scores, kind="stable")
    while left.size:
        best, left = int(left[0]), left[1:]
        kept.append(best)
        low, high = np.maximum(boxes[left, :2], boxes[best, :2]), np.minimum(boxes[left, 2:], boxes[best, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        left = left[shared < _SAME * (areas[left] + areas[best] - shared)]
    return kept


def _points(row: Floats, layout: Layout, letterbox: Letterbox) -> NDArray[np.float64] | None:
    if layout.points is None:
        return None
    rows = row[layout.points : layout.points + 5 * layout.stride].reshape(5, layout.stride)
    return letterbox.undo(rows[:, :2]).astype(np.float64)
