"""Faces in a photo, cut the way the pack's own training pictures were cut.

dlib's HOG detector looks at a copy shrunk to 640 px, its 5-point model (Davis King, CC0) places eyes and
nose, a similarity transform takes them to dlib's mean face. Where dlib's `get_face_chip` samples bilinearly
a large face is here shrunk first, so that it does not alias.
"""

from __future__ import annotations

import importlib.util
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.descriptor import NUMBERS, SIDE, Descriptor
from inference.errors import Box, FaceCut, FaceTooSmall, InternalError, ManyFaces, NoFace

Points = NDArray[np.float64]
"""[5, 2] x and y: outer and inner corner of the left eye, the same of the right, base of the nose."""

SMALLEST: Final = 48  # px: the width of the smallest face that is taken; its chip is about 60 px wide

_SEARCH = 640  # px: long side of the copy that is searched; on 12 megapixels the search takes 30 times longer
_COMPARABLE = 0.25  # a second face counts when its score is at least this share of the best one's
_BYSTANDER = 0.4  # a face less than this share as wide as the widest one is of somebody further back
_SAME = 0.3  # overlap (intersection over union) from which a found face is the one that a box means
_CUT = 0.2  # share of the cut-out that may lie outside of the photo
_TURNED = 0.38  # eye distances that the nose may stand off the middle of the eyes; a profile is beyond
_SMALL = 256  # px: the largest square that is sampled at twice its side and shrunk
_STEP = 1.2  # pixels of a photo to one of the square from which it is shrunk before it is turned
# dlib's mean face (image_transforms/interpolation.h, get_face_chip_details), in units of the face's box.
MEAN_FACE: Final = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
_LOCK = threading.Lock()  # dlib's detector and networks keep scratch memory between calls


@dataclass(frozen=True)
class Framing:
    """How a pack's photos were cut: side of the square in pixels, and the room left around the face's box."""

    size: int
    padding: float = 0.25


@dataclass(frozen=True)
class Found:
    """One face: where, how sure, and its landmarks.

    Attributes:
        box: in pixels of the full upright photo (of `images.read`: before it was shrunk).
        score: the detector's; about 0 to 3.
        turned: quarter turns to the left after which the face stood upright; 0 unless none was found upright.
        landmarks: [5, 2] in pixels of the image that was searched, whatever `turned`.
        width: of the box, in pixels of the image that was searched.
    """

    box: Box
    score: float
    turned: int
    landmarks: Points
    width: float


def find(image: Image.Image) -> list[Found]:
    """All faces of an RGB photo, best score first; in the first of four rotations that shows any."""
    for turned in (0, 1, 3, 2):
        upright = image.rotate(90 * turned, expand=True) if turned else image
        faces = _detect(upright, turned)
        if faces:
            scale = image.info.get("full_size", image.size)[0] / image.width
            found = [_turn_back(face, image.size, scale) for face in faces]
            return sorted(found, key=lambda face: -face.score)
    return []


def align(image: Image.Image, framing: Framing, box: Box | None = None) -> NDArray[np.uint8]:
    """Cut the face of a photo out in the pack's framing: [size, size, 3] uint8, eyes level.

    Args:
        image: upright RGB, as `images.read` returns it.
        framing: the pack's.
        box: which face, where there are several: one of the boxes that `ManyFaces` named.

    Raises:
        NoFace: none was found, or none where `box` is.
        ManyFaces: several comparable ones, and no `box`; the boxes go from left to right.
        FaceTooSmall: the face is less than `SMALLEST` px wide.
        FaceCut: too much of it lies outside of the photo, or it is seen from the side.
    """
    return cut(image, locate(image, framing, box), framing)


def locate(image: Image.Image, framing: Framing, box: Box | None = None) -> Points:
    """The landmarks of the face that `align` cuts out, in pixels of `image`. Raises as `align` does."""
    face = _choose(find(image), box)
    if face.width < SMALLEST:
        raise FaceTooSmall(
            f"the face is {face.width:.0f} px wide; {SMALLEST} is the least", smallest=SMALLEST
        )
    if nose_off(face.landmarks) > _TURNED:
        raise FaceCut("the face is turned too far away", reason="turned")
    if outside(face.landmarks, framing, image.size) > _CUT:
        raise FaceCut("the face leaves the photo", reason="cut")
    return face.landmarks


def cut(image: Image.Image, landmarks: Points, framing: Framing) -> NDArray[np.uint8]:
    """The square around a face, [size, size, 3] uint8; beyond the photo its edge goes on.

    Within about a level (root mean square) of a chip that is sampled eight times as finely and shrunk.
    """
    fine = 2 if framing.size <= _SMALL else 1
    side = framing.size * fine
    # Pixel j of the fine chip lies at (j + 0.5) / fine - 0.5 of the chip's own grid.
    to_grid = np.array([[1 / fine, 0, 0.5 / fine - 0.5], [0, 1 / fine, 0.5 / fine - 0.5], [0, 0, 1]])
    part, matrix = _shrunk(*_padded(image, chip_to_photo(landmarks, framing) @ to_grid, side))
    chip = part.transform((side, side), Image.Transform.AFFINE, pillow(matrix), Image.Resampling.BICUBIC)
    if fine > 1:
        chip = chip.resize((framing.size, framing.size), Image.Resampling.LANCZOS)
    return np.asarray(chip)


def landmarks_in(pixels: NDArray[np.uint8], box: Box) -> Points:
    """The five landmarks of the face in a box of an RGB image [H, W, 3], in its pixels."""
    with _LOCK:
        return _points(_predictor(), pixels, box)


def chip_to_photo(landmarks: Points, framing: Framing) -> NDArray[np.float64]:
    """[2, 3]: takes pixel (x, y, 1) of the chip to its place in the photo, as dlib's `get_face_chip` does."""
    goal = (framing.padding + MEAN_FACE) / (2 * framing.padding + 1) * framing.size
    matrix = _similarity(goal, landmarks)
    # dlib takes size / 2 to the centre of a box size * scale pixels wide, both ends counted, and lays the
    # chip's pixels 0 and size - 1 on the box's end pixels.
    centre = matrix @ np.array([framing.size / 2, framing.size / 2, 1])
    scale = float(np.linalg.norm(matrix[:, 0]))
    turn = matrix[:, :2] / scale * ((framing.size * scale - 1) / (framing.size - 1))
    middle = (framing.size - 1) / 2
    return np.column_stack([turn, centre - turn @ np.array([middle, middle])])


def identity(chip: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Dlib's 128 numbers of an aligned face (padding 0.25); one person's lie within about 0.5."""
    numbers: NDArray[np.float64] = identities([chip])[0].astype(np.float64)
    return numbers


def identities(chips: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """The same of many, [N, 128]."""
    network, square = _identity_network(), (SIDE, SIDE)
    found = [network(np.asarray(_resized(chip, square))[None])[0] for chip in chips]
    return np.stack(found) if found else np.zeros((0, NUMBERS), dtype=np.float32)


def _resized(chip: NDArray[np.uint8], square: tuple[int, int]) -> Image.Image:
    image = Image.fromarray(chip)
    return image if image.size == square else image.resize(square, Image.Resampling.LANCZOS, reducing_gap=3)


def _detect(image: Image.Image, turned: int) -> list[Found]:
    scale = min(1.0, _SEARCH / max(image.size))
    sides = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = np.asarray(image.resize(sides, Image.Resampling.BILINEAR) if scale < 1 else image)
    pixels = np.asarray(image)
    detector, predictor = _detector(), _predictor()
    with _LOCK:
        for upsample in (0, 1):
            boxes, scores, _ = detector.run(small, upsample, 0.0)
            if len(boxes):
                break
        return [
            _found(predictor, pixels, box, (float(score), scale, turned))
            for box, score in zip(boxes, scores, strict=True)
        ]


def _found(predictor: Any, pixels: NDArray[np.uint8], box: Any, how: tuple[float, float, int]) -> Found:
    score, scale, turned = how
    left, top = round(box.left() / scale), round(box.top() / scale)
    right, bottom = round((box.right() + 1) / scale), round((box.bottom() + 1) / scale)
    points = _points(predictor, pixels, (left, top, right, bottom))
    return Found((left, top, right, bottom), score, turned, points, right - left)


def _points(predictor: Any, pixels: NDArray[np.uint8], box: Box) -> Points:
    shape = predictor(pixels, dlib.rectangle(box[0], box[1], box[2] - 1, box[3] - 1))
    return np.array([[shape.part(i).x, shape.part(i).y] for i in range(5)], dtype=np.float64)


def _turn_back(face: Found, size: tuple[int, int], scale: float) -> Found:
    """From the turned image to the image itself; the box on to the full photo, within its edges."""
    left, top, right, bottom = face.box
    corners = _unturn(np.array([[left, top], [right, bottom]], dtype=np.float64), face.turned, size, 0)
    low, high = corners.min(axis=0), corners.max(axis=0)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    edges = [round(float(edge) * scale) for edge in (*low, *high)]
    points = _unturn(face.landmarks, face.turned, size, 1)
    return replace(face, box=(edges[0], edges[1], edges[2], edges[3]), landmarks=points)


def _unturn(points: Points, turned: int, size: tuple[int, int], pixel: int) -> Points:
    """Undo `Image.rotate(90 * turned, expand=True)`; `pixel` is 1 for pixel indices, 0 for edges."""
    width, height = size[0] - pixel, size[1] - pixel
    x, y = points[:, 0], points[:, 1]
    back = {0: (x, y), 1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}
    return np.column_stack(back[turned])


def _choose(faces: Sequence[Found], box: Box | None) -> Found:
    if box is not None:
        best = max(faces, key=lambda face: overlap(face.box, box), default=None)
        if best is None or overlap(best.box, box) < _SAME:
            raise NoFace("no face was found there")
        return best
    if not faces:
        raise NoFace("no face was found")
    sure = [face for face in faces if face.score >= _COMPARABLE * faces[0].score]
    widest = max(sure, key=lambda face: face.width)
    meant = [face for face in sure if face.width >= _BYSTANDER * widest.width]
    if len(meant) > 1 and widest.width >= SMALLEST:
        raise ManyFaces("several faces were found", sorted(face.box for face in meant))
    return widest


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return shared / max(1, sum(areas) - shared)


def nose_off(landmarks: Points) -> float:
    """How far the nose stands beside the middle of the eyes, in eye distances: 0 from the front."""
    right, left = landmarks[2:4].mean(axis=0), landmarks[0:2].mean(axis=0)
    along = left - right
    span = float(np.linalg.norm(along))
    if span < 1:
        return math.inf
    return abs(float((landmarks[4] - (left + right) / 2) @ along)) / span**2


def outside(landmarks: Points, framing: Framing, size: tuple[int, int]) -> float:
    """Share of the chip that lies outside of the photo."""
    grid = np.linspace(0, framing.size - 1, 24)
    x, y = np.meshgrid(grid, grid)
    places = chip_to_photo(landmarks, framing) @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    inside = (places >= 0).all(axis=0) & (places[0] < size[0]) & (places[1] < size[1])
    return 1 - float(inside.mean())


def _similarity(source: Points, target: Points) -> NDArray[np.float64]:
    """[2, 3] least-squares turn, scale and shift from `source` to `target` (Umeyama 1991, complex)."""
    a, b = source[:, 0] + 1j * source[:, 1], target[:, 0] + 1j * target[:, 1]
    centred = a - a.mean()
    factor = np.vdot(centred, b - b.mean()) / np.vdot(centred, centred).real
    shift = b.mean() - factor * a.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def _padded(
    image: Image.Image, matrix: NDArray[np.float64], side: int
) -> tuple[Image.Image, NDArray[np.float64]]:
    """The part of the photo that the square needs, its edge repeated outwards, and the way to its pixels."""
    corners = matrix @ np.array([[0, side, 0, side], [0, 0, side, side], [1, 1, 1, 1]], dtype=np.float64)
    low, high = np.floor(corners.min(axis=1)).astype(int) - 3, np.ceil(corners.max(axis=1)).astype(int) + 4
    first = np.clip(low, 0, np.array(image.size) - 1)
    last = np.maximum(np.clip(high, 1, image.size), first + 1)
    part = image.crop((int(first[0]), int(first[1]), int(last[0]), int(last[1])))
    before = np.maximum(first - low, 0)
    after = high - low - before - part.size
    if max(*before, *after) > 0:
        edges = [(int(before[1]), int(after[1])), (int(before[0]), int(after[0])), (0, 0)]
        part = Image.fromarray(np.pad(np.asarray(part), edges, mode="edge"))
    return part, np.column_stack([matrix[:, :2], matrix[:, 2] - low])


def _shrunk(part: Image.Image, matrix: NDArray[np.float64]) -> tuple[Image.Image, NDArray[np.float64]]:
    """A large part with `_STEP` of its pixels to one of the square: turning then neither aliases nor blurs."""
    step = float(np.linalg.norm(matrix[:, 0]))
    if step <= _STEP:
        return part, matrix
    sides = [max(1, round(pixels * _STEP / step)) for pixels in part.size]
    small = part.resize((sides[0], sides[1]), Image.Resampling.BICUBIC, reducing_gap=2)
    scale = np.array(small.size) / part.size
    matrix = scale[:, None] * matrix
    return small, np.column_stack([matrix[:, :2], matrix[:, 2] + scale / 2 - 0.5])


def pillow(matrix: NDArray[np.float64]) -> tuple[float, ...]:
    """A mapping of pixels' middles for `Image.transform`, which adds half a pixel before and takes none off after."""
    (a, b, c), (d, e, f) = matrix
    return (a, b, c + 0.5 - (a + b) / 2, d, e, f + 0.5 - (d + e) / 2)


def model_file(name: str) -> str:
    """Path of a model file of `face_recognition_models`, whose own import fails on new setuptools."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise InternalError("the package face_recognition_models is not installed")
    return str(Path(spec.origin).parent / "models" / name)


@lru_cache(maxsize=1)
def _detector() -> Any:
    return dlib.get_frontal_face_detector()


@lru_cache(maxsize=1)
def _predictor() -> Any:
    return dlib.shape_predictor(model_file("shape_predictor_5_face_landmarks.dat"))


@lru_cache(maxsize=1)
def _identity_network() -> Descriptor:
    return Descriptor(Path(model_file("dlib_face_recognition_resnet_model_v1.dat")))
