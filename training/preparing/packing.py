"""The data set's file: a zip of PNGs and `dataset.json`, there whole or not at all, equal for equal photos."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.datasets.prepared import FORMAT, INDEX
from training.preparing.journal import chip_path
from training.preparing.plan import PADDING, Look
from training.preparing.sifting import Taken
from training.writing import whole

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip entry, so that no clock is in the file


def write_set(out: Path, chips: Path, taken: Sequence[Taken], look: Look) -> None:
    """Write the archive.

    Raises:
        NotWritten: what was there before is as it was.
    """
    with whole(out) as file:
        _fill(file, chips, taken, look)


def describe(taken: Sequence[Taken], look: Look) -> dict[str, Any]:
    """The text of `dataset.json`; see `training.datasets.prepared`."""
    classes = sorted({(t.seen.photo.label, t.seen.photo.gender) for t in taken})
    index = {pair: number for number, pair in enumerate(classes)}
    pictures = [
        {
            "file": entry_name(t.seen.sha),
            "class": index[t.seen.photo.label, t.seen.photo.gender],
            "person": t.person,
            "split": "validation" if t.held_out else "train",
            "source": t.seen.sha,
        }
        for t in taken
    ]
    pictures.sort(key=lambda picture: str(picture["file"]))
    return {
        "labels": [[p["file"], p["class"]] for p in pictures],
        "format": FORMAT,
        "size": look.size,
        "framing": None if look.detector == "none" else {"size": look.size, "padding": PADDING},
        "detector": look.detector,
        "classes": [{"label": label, "gender": gender} for label, gender in classes],
        "pictures": pictures,
    }


def entry_name(sha: str) -> str:
    """A picture's name in the archive: by its photo's bytes, since a photo's own name may name a person."""
    return f"{sha[:2]}/{sha[:24]}.png"


def _fill(file: Any, chips: Path, taken: Sequence[Taken], look: Look) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for sha in sorted(t.seen.sha for t in taken):
            archive.writestr(zipfile.ZipInfo(entry_name(sha), _LONG_AGO), chip_path(chips, sha).read_bytes())
        text = json.dumps(describe(taken, look), ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(INDEX, _LONG_AGO), text, zipfile.ZIP_DEFLATED)
