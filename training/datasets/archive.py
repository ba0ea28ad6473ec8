"""Pictures and other files by name, of a zip archive or a folder."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.errors import DataError

PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
LARGEST: Final = 4096
"""px of a side."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
_BROKEN = (OSError, KeyError, ValueError, SyntaxError, RuntimeError, zipfile.BadZipFile, zlib.error)

Pixels = NDArray[np.uint8]


class Archive:
    """A zip, or a folder as if it were one. Threads may read at the same time.

    Raises:
        DataError: there is none, or it is no whole zip.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = None if path.is_dir() else _zip(path)
        self.names = self._zip.namelist() if self._zip else _files(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._zip:
            self._zip.close()

    @property
    def shown(self) -> list[str]:
        """Names of files, each once, as a zip may not have it; what systems hide among them is passed by."""
        return [name for name in dict.fromkeys(self.names) if not _hidden(name)]

    @property
    def pictures(self) -> list[str]:
        """Of these the pictures, in order."""
        return sorted(name for name in self.shown if name.lower().endswith(PICTURES))

    def read(self, name: str) -> bytes:
        """Raises `DataError` where it cannot be read."""
        try:
            with self._open(name) as file:
                return file.read()
        except _BROKEN as error:
            raise DataError(f"{name} of {self.path.name} cannot be read: {error}") from error

    def side(self, name: str) -> int:
        """Of a picture, by its first bytes. Raises `DataError` where it is broken, not square or huge."""
        try:
            with self._open(name) as file, Image.open(file, formats=_FORMATS) as picture:
                return self._square(name, picture)
        except DataError:
            raise
        except _BROKEN as error:
            raise DataError(f"a picture of {self.path.name} cannot be read: {error}") from error

    def picture(self, name: str, side: int) -> Pixels:
        """`[side, side, 3]`, resized by Lanczos where it is not of that side.

        Raises:
            DataError: it is broken, not square or huge.
        """
        data = io.BytesIO(self.read(name))
        try:
            with Image.open(data, formats=_FORMATS) as picture:
                self._square(name, picture)
                rgb = picture.convert("RGB")
        except DataError:
            raise
        except _BROKEN as error:
            raise DataError(f"a picture of {self.path.name} cannot be read: {error}") from error
        if rgb.size != (side, side):
            rgb = rgb.resize((side, side), Image.Resampling.LANCZOS)
        return np.asarray(rgb)

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(name) if self._zip else (self.path / name).open("rb")

    def _square(self, name: str, picture: Image.Image) -> int:
        wide, high = picture.size
        if wide != high or wide > LARGEST:
            said = f"{name} of {self.path.name} is {wide} x {high} px"
            raise DataError(
                f"{said}; pictures must be square, of {LARGEST} px at most (prepare makes them so)"
            )
        return wide


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise DataError(f"there is no data set {path.name}") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path.name} is not a whole zip archive; was its copying interrupted?") from error


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
