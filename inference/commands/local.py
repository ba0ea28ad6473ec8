"""`typeface-inference render` and `project`: the engine without a server."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from inference import images
from inference.alignment import align
from inference.commands.loading import Packs, open_packs
from inference.engine.engine import Engine
from inference.errors import BadRequest, Box
from inference.settings import Settings, SettingsError
from inference.wire import Face, FacePicture, ImageFormat, RenderRequest

_FACE: TypeAdapter[Face] = TypeAdapter(Face)
_FORMATS: dict[str, ImageFormat] = {".webp": "webp", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


@dataclass(frozen=True)
class Target:
    """Where a picture goes, and its side in pixels; the file's ending tells the format."""

    path: Path
    size: int = 512

    def __post_init__(self) -> None:
        if self.path.suffix.lower() not in _FORMATS:
            raise SettingsError(f"The ending of {self.path.name} must be one of {', '.join(_FORMATS)}.")

    @property
    def format(self) -> ImageFormat:
        return _FORMATS[self.path.suffix.lower()]


def parse_face(text: str) -> Face:
    """A face from JSON, or from the file that `@path` names. Raises BadRequest or SettingsError."""
    if text.startswith("@"):
        text = _read(Path(text[1:])).decode("utf-8", "replace")
    try:
        face = _FACE.validate_json(text)
        RenderRequest(face=face)  # the same bounds as through a server
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(f"This is not a face: {first['msg']}.") from None
    return face


def render(settings: Settings, face: Face, target: Target) -> None:
    """Draw a face into a file."""
    _, engine = _engine(settings)
    _save(engine, face, target)


def project(
    settings: Settings, photo: Path, target: Target, *, latent: Path | None, steps: int, box: Box | None
) -> None:
    """Find the face of a photo and draw it into a file; `latent` gets it as a face expression."""
    data = _read(photo)
    packs, engine = _engine(settings)
    image = images.read(data, max_bytes=settings.body_bytes)
    projection = engine.start(align(image, packs.served[0].framing, box), steps)
    console, began = Console(stderr=True), time.monotonic()
    with Progress(console=console) as progress:
        task = progress.add_task("projecting", total=projection.steps)
        while not projection.done:
            engine.advance([projection])
            progress.update(task, completed=projection.step, description=f"loss {projection.loss:.4f}")
    console.print(f"{projection.steps} steps in {time.monotonic() - began:.1f} s, loss {projection.loss:.4f}")
    face = engine.encode_latent(projection.latent())
    _save(engine, face, target)
    if latent is not None:
        _write(latent, face.model_dump_json().encode())


def _engine(settings: Settings) -> tuple[Packs, Engine]:
    torch.set_num_threads(settings.threads)
    packs = open_packs(settings.packs[:1], settings.device, 1)
    return packs, next(iter(packs.engines.values()))


def _save(engine: Engine, face: Face, target: Target) -> None:
    pixels = engine.picture(FacePicture(face=face))
    _write(target.path, images.encode(pixels, size=target.size, format=target.format))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
