"""Files and photos: what Telegram takes, and the sizes it makes of a photo."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageOps

from tests.doubles.telegram.errors import RefusedError, bad
from tests.doubles.telegram.params import Params, Upload

PHOTO_BYTES, FILE_BYTES, DOWNLOAD_BYTES = 10 * 2**20, 50 * 2**20, 20 * 2**20
SIDES = (90, 320, 800, 1280)


@dataclass(frozen=True)
class Stored:
    file_id: str
    size: int
    path: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    @property
    def unique(self) -> str:
        return f"u{self.file_id}"

    def wire(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique, "file_size": self.size}

    def photo_size(self) -> dict[str, Any]:
        return {**self.wire(), "width": self.width, "height": self.height}


class Files:
    """Every file of the double, by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, Stored] = {}
        self._sizes: dict[str, list[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)

    def keep(
        self, data: bytes, suffix: str, size: int | None = None, shape: tuple[int, int] = (0, 0)
    ) -> Stored:
        number = next(self._numbers)
        folder = "photos" if shape != (0, 0) else "documents"
        path = f"{folder}/file_{number}{suffix}"
        stored = Stored(f"AgAC{number:06d}", len(data) if size is None else size, path, data, *shape)
        self._by_id[stored.file_id] = stored
        return stored

    def by_id(self, file_id: str) -> Stored:
        if file_id not in self._by_id:
            raise bad("wrong file_id or the file is temporarily unavailable")
        return self._by_id[file_id]

    def downloadable(self, file_id: str) -> dict[str, Any]:
        stored = self.by_id(file_id)
        if stored.size > DOWNLOAD_BYTES:
            raise bad("file is too big")
        return {**stored.wire(), "file_path": stored.path}

    def by_path(self, path: str) -> Stored | None:
        return next((f for f in self._by_id.values() if f.path == path and f.size <= DOWNLOAD_BYTES), None)

    def photo(self, data: bytes) -> list[dict[str, Any]]:
        """The sizes of a photo, the smallest first, at most 1,280 px; smaller photos stay as they are.

        Raises:
            RefusedError: Telegram would not take it as a photo.
        """
        try:
            picture = Image.open(io.BytesIO(data))
            picture.load()
        except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise bad("IMAGE_PROCESS_FAILED") from None
        width, height = picture.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        sizes = [self._shrunk(picture, side) for side in SIDES if side < max(width, height)]
        if max(width, height) <= SIDES[-1]:
            sizes.append(self.keep(data, ".jpg", shape=picture.size))
        wired = [size.photo_size() for size in sizes]
        self._sizes.update({size.file_id: wired for size in sizes})
        return wired

    def _shrunk(self, picture: Image.Image, side: int) -> Stored:
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((side, side))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=85)
        return self.keep(out.getvalue(), ".jpg", shape=small.size)

    def sent(self, params: Params, kind: str, source: Any = None) -> dict[str, Any]:
        """The media part of a message: an upload, `attach://NAME`, or the id of a file that is known."""
        given = params.values.get(kind) if source is None else source
        upload = params.files.get(kind)
        if isinstance(given, str) and given.startswith("attach://"):
            upload = params.files.get(given.removeprefix("attach://"))
        if upload is None:
            return self._again(kind, str(given or ""))
        return self._uploaded(kind, upload)

    def _again(self, kind: str, file_id: str) -> dict[str, Any]:
        if file_id not in (self._sizes if kind == "photo" else self._by_id):
            raise bad("wrong file identifier/HTTP URL specified")
        return {kind: self._sizes[file_id] if kind == "photo" else self._by_id[file_id].wire()}

    def _uploaded(self, kind: str, upload: Upload) -> dict[str, Any]:
        if len(upload.data) > (PHOTO_BYTES if kind == "photo" else FILE_BYTES):
            raise RefusedError(413, "Request Entity Too Large")
        if not upload.data:
            raise bad("file must be non-empty")
        if kind == "photo":
            return {"photo": self.photo(upload.data)}
        stored = self.keep(upload.data, ".bin").wire()
        if kind == "document":
            return {"document": {**stored, "file_name": upload.name}}
        return {kind: {**stored, "width": 1, "height": 1, "duration": 1}}
