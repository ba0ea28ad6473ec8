"""One photo: from its bytes to an aligned picture and what there is to say about it."""

from __future__ import annotations

import base64
import io
import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference import images
from inference.alignment import Found, Framing, chip_to_photo, cut, identity
from inference.errors import BadImage, TooLarge
from training.preparing.detectors.ports import Detector
from training.preparing.errors import Refused
from training.preparing.hashing import dhash
from training.preparing.measures import Measures, choose, measure, sharpness
from training.preparing.plan import PADDING, Look

MAX_BYTES: Final = 100 * 2**20


@dataclass(frozen=True)
class Verdict:
    """What looking at a photo brought: a reason against it, or its measures.

    Attributes:
        reason: key of `REASONS`, where there is no picture of it.
        chip_bytes: size of the picture's file in the work folder.
        hash: `hashing.dhash` of the picture.
        identity: dlib's 128 numbers, float16 in base64; empty where they were not asked for.
    """

    reason: str | None = None
    measures: Measures | None = None
    chip_bytes: int = 0
    hash: str = ""
    identity: str = ""

    @property
    def numbers(self) -> NDArray[np.float32]:
        """The identity, float32 `[128]`."""
        return np.frombuffer(base64.b64decode(self.identity), dtype=np.float16).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Verdict:
        measures = data["measures"]
        return Verdict(**{**data, "measures": Measures(**measures) if measures else None})


def load(path: Path) -> bytes:
    """The bytes of a photo.

    Raises:
        Refused: it cannot be opened, is no plain file, or has too many bytes.
    """
    try:
        if not path.is_file():
            raise Refused("unreadable")
        if path.stat().st_size > MAX_BYTES:
            raise Refused("too_large")
        return path.read_bytes()
    except OSError as error:
        raise Refused("unreadable") from error


def examine(data: bytes, look: Look, detector: Detector | None) -> tuple[Verdict, bytes]:
    """Judge a photo; the picture as PNG, empty where there is none. Never raises for a bad photo."""
    try:
        chip, measures = _whole(data, look) if detector is None else _face(data, look, detector)
    except Refused as error:
        return Verdict(error.reason), b""
    png = _png(chip)
    numbers = identity(chip).astype(np.float16).tobytes() if look.identity else b""
    verdict = Verdict(None, measures, len(png), dhash(chip), base64.b64encode(numbers).decode())
    return verdict, png


def _face(data: bytes, look: Look, detector: Detector) -> tuple[NDArray[np.uint8], Measures]:
    image, framing = _read(data), Framing(look.size, PADDING)
    found = detector(image)
    face, _ = choose(found)
    points, step = face.landmarks, _step(face, framing)
    whole = image.info[images.FULL_SIZE][0] / image.width
    if step < 1 < whole:  # the face has more pixels in the file than in the copy that was searched
        sharp = _read(data, math.ceil(max(image.size) / step))
        scale = sharp.width / image.width
        chip = cut(sharp, (points + 0.5) * scale - 0.5, framing)
    else:
        scale, chip = 1.0, cut(image, points, framing)
    return chip, measure(image, found, framing, chip).scaled(scale)


def _step(face: Found, framing: Framing) -> float:
    """Photo pixels to one pixel of the picture."""
    return float(np.linalg.norm(chip_to_photo(face.landmarks, framing)[:, 0]))


def _whole(data: bytes, look: Look) -> tuple[NDArray[np.uint8], Measures]:
    """The middle square, for drawings and pictures that are framed already."""
    image = _read(data, max(2 * look.size, 256))
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    chip = np.asarray(square.resize((look.size, look.size), Image.Resampling.LANCZOS))
    whole = image.info[images.FULL_SIZE][0] / image.width
    return chip, Measures(enlarged=round(look.size / side / whole, 3), sharpness=sharpness(chip))


def _read(data: bytes, enough: int | None = None) -> Image.Image:
    try:
        return images.read(data, max_bytes=MAX_BYTES, **({"enough": enough} if enough else {}))
    except TooLarge as error:
        raise Refused("too_large") from error
    except BadImage as error:
        raise Refused("bad_image") from error


def _png(chip: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(chip).save(out, "PNG", compress_type=zlib.Z_RLE)  # the time of level 2, a tenth less
    return out.getvalue()
