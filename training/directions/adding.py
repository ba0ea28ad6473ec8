"""Directions go into a pack: vectors, ranges, how they were found, and a sheet to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from inference.packs import loader
from inference.packs import manifest as manifests
from inference.packs.loader import LoadedPack
from training.directions.finding import Found, told
from training.export.latents import render
from training.export.parts import changed
from training.loops.sheets import save_sheet

SHEET = "directions.jpg"
COLUMNS = 9


def add_directions(folder: Path, found: Sequence[Found]) -> str:
    """Write directions into a pack, in the place of those of the same name; the pack's new version.

    Raises:
        PackError: the pack does not load, or would not; it stays as it was.
    """
    with changed(folder, "Directions") as change:
        path = manifests.locate(folder, manifests.read(folder).files.labels)
        codes = load_file(path) | {_key(each): each.vector for each in found}
        change.write("labels", codes)
        fresh = {each.name: _entry(each) for each in found}
        kept = [entry for entry in change.manifest["directions"] if entry["name"] not in fresh]
        change.manifest["directions"] = [*kept, *fresh.values()]
        change.told = _text([entry["name"] for entry in kept], list(fresh))
        change.manifest["provenance"]["directions"] = change.manifest["provenance"].get(
            "directions", {}
        ) | told(found)
        draw(loader.load(folder), found, change.folder / SHEET)
    return change.version


def _text(had: Sequence[str], new: Sequence[str]) -> str:
    """The sheet is of the new ones."""
    shown = f"shows {', '.join(new)}" if had else "shows each"
    return (
        f"{', '.join([*had, *new])}: the manifest tells how each was found, how far it may go, and what it does to "
        f"dlib's identity; `{SHEET}` {shown}, from its low to its high end, on the average woman and man."
    )


def draw(pack: LoadedPack, found: Sequence[Found], out: Path, zoom: int = 1) -> None:
    """Two rows for each direction, from its low to its high end: the average woman, and man."""
    rows = [_strip(each, pack.means[gender].cpu()) for each in found for gender in ("female", "male")]
    names = [name for each in found for name in (each.name, "")]
    save_sheet(out, render(pack.generator, torch.cat(rows)), COLUMNS, zoom, names)


def _strip(found: Found, face: Tensor) -> Tensor:
    """`[COLUMNS, num_ws, w_dim]`; the face itself in the middle."""
    half = COLUMNS // 2
    amounts = [found.low * (half - i) / half for i in range(half)] + [
        found.high * i / half for i in range(half + 1)
    ]
    return torch.stack([face + amount * found.vector for amount in amounts])


def _key(found: Found) -> str:
    return f"direction.{found.name}"


def _entry(found: Found) -> dict[str, str | float]:
    return {
        "name": found.name,
        "low": found.low,
        "high": found.high,
        "how": found.how[:500],
        "key": _key(found),
    }
