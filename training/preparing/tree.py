"""A tree of photos, and what its folders say about them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.datasets.manifest import GENDERS
from training.preparing.errors import PreparingError

UNLABELLED: Final = "unlabelled"


@dataclass(frozen=True, slots=True, order=True)
class Photo:
    """One file: its path below the tree's root, its label, and its gender or an empty text."""

    path: str
    label: str
    gender: str


def walk(root: Path, leave_out: Collection[Path] = ()) -> list[Photo]:
    """Every file of a tree in the order of its paths; hidden ones and `leave_out` (resolved) are passed by.

    Raises:
        PreparingError: no such folder, one that cannot be read, or no file in any.
    """
    if not root.is_dir():
        raise PreparingError(f"{shown(str(root))} is not a folder.")
    photos: list[Photo] = []
    for folder, below, files in os.walk(root, onerror=_closed):
        here = Path(folder)
        below[:] = [name for name in below if name[0] != "." and (here / name).resolve() not in leave_out]
        inside = here.relative_to(root)
        label, gender = told(inside.parts)
        photos += [
            Photo(str(inside / name), label, gender)
            for name in files
            if name[0] != "." and (here / name).resolve() not in leave_out
        ]
    if not photos:
        raise PreparingError(f"There are no files in {shown(str(root))}.")
    return sorted(photos)


def told(folders: tuple[str, ...]) -> tuple[str, str]:
    """Label and gender by a photo's folders.

    `ENFP/female/...` is ENFP, female, however deep; where the second folder is no gender, the whole path is
    the label (`actors/korean`). A Mac writes Korean names letter by letter (NFD); they are put together.
    """
    names = [unicodedata.normalize("NFC", shown(name)) for name in folders]
    if not names:
        return UNLABELLED, ""
    if len(names) > 1 and names[1].lower() in GENDERS:
        return names[0], names[1].lower()
    gender = names[0].lower() if names[0].lower() in GENDERS else ""
    return "/".join(names), gender


def shown(path: str) -> str:
    """A path that can be printed: bytes that are no text become escapes."""
    return path.encode("utf-8", "backslashreplace").decode()


def _closed(error: OSError) -> None:
    raise PreparingError(f"The folder {shown(str(error.filename))} cannot be read: {error.strerror}.")
