"""The data sets that `typeface-training prepare` makes: aligned pictures of any labels, from one zip archive.

`dataset.json` in the archive holds `labels`, a list of `[file, class]` as the usual tools of StyleGAN read it, and
beyond that:

| field | what |
|---|---|
| `format` | 1 |
| `size` | side of every picture in pixels |
| `framing` | side and padding of dlib's chip, as in a pack's manifest; null where pictures were framed already |
| `detector` | who found the faces |
| `classes` | `{"label", "gender"}` of each class; gender is `female`, `male` or empty |
| `pictures` | of each: `file`, `class`, `person` (one name for one person), `split` (`train`, `validation`), `source` |

`source` is the SHA-256 of the photo's bytes: who has the photo finds its picture and can have it taken out, and
nobody else learns a name from it.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.errors import DataError

FORMAT: Final = 1
INDEX: Final = "dataset.json"

Split = Literal["train", "validation"]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the archive; `label` is an index into `Prepared.classes`."""

    file: str
    label: int
    person: str
    split: Split
    source: str


@dataclass(frozen=True)
class Prepared:
    """What an archive holds, without its pictures."""

    path: Path
    size: int
    classes: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    framed: bool = True
    """Faces in the framing of `prepare`, and not pictures that were framed already."""

    def side(self, split: Split) -> list[Entry]:
        """The pictures of one side of the split."""
        return [entry for entry in self.entries if entry.split == split]

    def load(self, split: Split, resolution: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Pictures `[M, 3, R, R]` and classes `[M]` of one side, shrunk by Lanczos where they are larger.

        Raises:
            ValueError: there is none, they are smaller than `resolution`, or one of them is broken.
        """
        entries = self.side(split)
        if not entries:
            raise DataError(f"{self.path.name} has no pictures for {split}")
        if resolution > self.size:
            raise DataError(f"{self.path.name} has pictures of {self.size} px; {resolution} were asked for")
        pictures = np.empty((len(entries), 3, resolution, resolution), dtype=np.uint8)
        try:
            with zipfile.ZipFile(self.path) as archive:
                for place, entry in enumerate(entries):
                    pictures[place] = read_picture(archive.read(entry.file), resolution)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise DataError(f"a picture of {self.path.name} cannot be read: {error}") from error
        return pictures, np.array([entry.label for entry in entries])


def open_prepared(path: Path) -> Prepared:
    """Read what a data set holds.

    Raises:
        DataError: no such file, not a whole zip, not a data set, or of a later format.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            told: dict[str, Any] = json.loads(archive.read(INDEX))
            missing = {p["file"] for p in told["pictures"]} - set(archive.namelist())
        if told["format"] != FORMAT:
            raise DataError(f"{path.name} has format {told['format']}; {FORMAT} is known")
        classes = tuple((c["label"], c["gender"]) for c in told["classes"])
        entries = tuple(
            Entry(p["file"], p["class"], p["person"], p["split"], p["source"]) for p in told["pictures"]
        )
    except FileNotFoundError:
        raise DataError(f"there is no data set {path.name}") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path.name} is not a whole zip archive; was its copying interrupted?") from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name} has no {INDEX} of this project") from error
    if missing:
        raise DataError(f"{path.name} lacks {len(missing)} of its pictures")
    return Prepared(path, told["size"], classes, entries, told.get("framing") is not None)


def read_picture(data: bytes, resolution: int) -> Pixels:
    """`[3, R, R]`, shrunk by Lanczos where it is larger."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
        rgb = picture.convert("RGB")
    if rgb.size != (resolution, resolution):
        rgb = rgb.resize((resolution, resolution), Image.Resampling.LANCZOS)
    return np.asarray(rgb, dtype=np.uint8).transpose(2, 0, 1)
