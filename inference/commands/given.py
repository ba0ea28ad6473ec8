"""What command lines give: files to read and to write, faces, photos. Checked before torch and a pack are loaded."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from inference import images
from inference.alignment import align
from inference.compose import subject
from inference.compose.subject import Subject
from inference.errors import BadRequest, Box, ManyFaces, PhotoError
from inference.images import Pixels
from inference.packs import manifest
from inference.settings import Settings, SettingsError
from inference.wire import MAX_PHOTOS, Face, FilmFormat, ImageFormat, MorphRequest, RenderRequest

_FACE: TypeAdapter[Face] = TypeAdapter(Face)
_FORMATS: dict[str, ImageFormat] = {".webp": "webp", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
_FILMS: dict[str, FilmFormat] = {".mp4": "mp4", ".webp": "webp"}
_PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})


@dataclass(frozen=True)
class Target:
    """Where a picture goes, and its side in pixels; the file's ending tells the format.

    Raises:
        SettingsError: of an ending that is none of them, or where no file can be written.
    """

    path: Path
    size: int = 512

    def __post_init__(self) -> None:
        writable(self.path, _FORMATS)

    @property
    def format(self) -> ImageFormat:
        return _FORMATS[self.path.suffix.lower()]


def writable(path: Path, endings: Collection[str] = ()) -> None:
    """Check a file that is to be written: its folder is there, and its ending one of `endings`, if there are any."""
    if endings and path.suffix.lower() not in endings:
        raise SettingsError(f"The ending of {path.name} must be one of {', '.join(endings)}.")
    if not path.parent.is_dir():
        raise SettingsError(f"{path} cannot be written: there is no folder {path.parent}.")
    if path.is_dir():
        raise SettingsError(f"{path} cannot be written: it is a folder.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SettingsError(f"{path} cannot be written: permission denied.")


def there(packs: Sequence[Path]) -> None:
    """Check that each folder is one of a pack, before what takes long. Raises SettingsError."""
    for folder in packs:
        if not (folder / manifest.FILE).is_file():
            raise SettingsError(f"{folder} is not a pack: there is no {manifest.FILE} in it.")


def read(path: Path) -> bytes:
    """A file. Raises SettingsError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None


def write(path: Path, data: bytes) -> None:
    """A file; a disk may be full after all. Raises SettingsError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def face(text: str) -> Face:
    """A face from JSON, or from the file that `@path` names. Raises BadRequest or SettingsError."""
    if text.startswith("@"):
        text = read(Path(text[1:])).decode("utf-8", "replace")
    try:
        found = _FACE.validate_json(text)
        RenderRequest(face=found)  # the same bounds as through a server
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(f"This is not a face: {first['msg']}.") from None
    return found


def morph(faces: Sequence[Face], out: Path, *, seconds: float, size: int) -> MorphRequest:
    """A morph into the file `out`. Raises BadRequest or SettingsError."""
    writable(out, _FILMS)
    try:
        form = _FILMS[out.suffix.lower()]
        return MorphRequest(faces=list(faces), owner="me", seconds=seconds, size=size, formats=[form])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(f"This is not a morph: {first['loc'][0]}: {first['msg']}.") from None


def box(text: str | None) -> Box | None:
    """Of `left,top,right,bottom`. Raises SettingsError."""
    if text is None:
        return None
    try:
        left, top, right, bottom = (int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError("A box is four whole numbers: left,top,right,bottom.") from None
    return left, top, right, bottom


def album(folder: Path) -> list[Path]:
    """The photos in a folder, by name. Raises SettingsError when there are none."""
    if not folder.is_dir():
        raise SettingsError(f"{folder} is not a folder.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PHOTOS and path.is_file())
    if not found:
        raise SettingsError(f"{folder} holds no photos.")
    return found


def portraits(settings: Settings, photos: Sequence[Path], which: Box | None = None) -> list[Pixels]:
    """The face of each photo [R, R, 3], as the default pack cuts it; `which` one, of a single photo.

    Raises:
        BadRequest: too many photos, or a box for several.
        SettingsError: a file cannot be read.
        PhotoError: a photo cannot be used; which one, and the boxes of its faces if there are several.
        PackError: the pack does not tell how it cuts.
    """
    if not 1 <= len(photos) <= MAX_PHOTOS:
        raise BadRequest("Give one to five photos of one person.")
    if which is not None and len(photos) > 1:
        raise BadRequest("A box goes with a single photo.")
    files = [read(photo) for photo in photos]
    framing = manifest.read(settings.packs[0]).cut
    found = []
    for photo, data in zip(photos, files, strict=True):
        try:
            found.append(align(images.read(data, max_bytes=settings.body_bytes), framing, which))
        except PhotoError as error:
            raise _of(photo, error, alone=len(photos) == 1) from None
    return found


def place(settings: Settings, photo: Path, which: Box | None, size: int) -> Subject:
    """The photo that a face is put into. Raises as `portraits` does."""
    data = read(photo)
    framing = manifest.read(settings.packs[0]).cut
    try:
        return subject.read(data, framing, which, size=size, max_bytes=settings.body_bytes)
    except PhotoError as error:
        raise _of(photo, error, alone=True) from None


def _of(photo: Path, error: PhotoError, *, alone: bool) -> PhotoError:
    """The same, with the photo's name, and with what is needed to choose one of several faces."""
    said = f"{photo}: {error.detail.rstrip('.')}"
    if not isinstance(error, ManyFaces):
        return PhotoError(f"{said}.")
    boxes = [f"\n  {number}: {','.join(map(str, box))}" for number, box in enumerate(error.boxes, 1)]
    advice = "choose one by --box" if alone else "cut the photo to one, or give it alone with --box"
    return PhotoError(f"{said}; {advice}:{''.join(boxes)}")
