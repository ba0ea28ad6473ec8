"""A pack on one page: what its users will see."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from inference.packs.loader import LoadedPack, load
from inference.packs.manifest import Condition
from training.export.latents import render
from training.loops.samples import class_mean, one_condition, seeded_codes
from training.loops.sheets import save_sheet

COLUMNS: Final = 16

_Named = tuple[str, Tensor]


def draw(pack_folder: Path, out: Path, zoom: int = 2) -> None:
    """Every label; the looks; people at psi 0.5 and 0.7: their name below each.

    Raises:
        PackError: the pack cannot be read.
    """
    pack = load(pack_folder)
    parts = [_labels(pack, "female"), _labels(pack, "male"), _labels(pack, "either"), _looks(pack)]
    parts += [_people(pack, psi) for psi in (0.5, 0.7)]
    faces = [face for part in parts if part for face in _whole_rows(part, pack.w_avg)]
    pictures = render(pack.generator, torch.stack([latent for _, latent in faces]))
    pictures[[not name for name, _ in faces]] = 1.0
    save_sheet(out, pictures, COLUMNS, zoom, captions=[name for name, _ in faces])


def _labels(pack: LoadedPack, gender: str) -> list[_Named]:
    """Of the manifest; not the means of both genders that the loader adds."""
    found = [label for label in pack.manifest.labels if label.gender == gender]
    return [(_name(each.label, gender), pack.labels[each.label, each.gender]) for each in found]


def _looks(pack: LoadedPack) -> list[_Named]:
    names = [look.name for look in pack.manifest.looks] or ["mean"]
    pairs = list(zip(names, pack.looks, strict=True))
    return [(f"{name} {gender}", look[gender]) for gender in ("female", "male") for name, look in pairs]


@torch.no_grad()
def _people(pack: LoadedPack, psi: float) -> list[_Named]:
    """Of each class in turn, pulled to its mean."""
    generator = pack.generator
    z = seeded_codes(7, COLUMNS, generator.config.z_dim)
    classes = pack.manifest.known_conditions
    found = []
    for i in range(COLUMNS):
        known = i % len(classes) if classes else None
        c = None if known is None else one_condition(generator, known, 1)
        mean = pack.w_avg if known is None else class_mean(generator, known)
        w = generator.mapping(z[i : i + 1], c, track=False)[0]
        name = "" if known is None else _condition(classes[known])
        found.append((f"{name} {psi}".strip(), mean + psi * (w - mean)))
    return found


def _condition(condition: Condition) -> str:
    return _name(condition.label or "", condition.gender or "")


def _name(label: str, gender: str) -> str:
    return label if gender == "either" else f"{label} {gender}".strip()


def _whole_rows(part: list[_Named], filler: Tensor) -> list[_Named]:
    """Filled up with what has no name, and is left white."""
    return part + [("", filler)] * (-len(part) % COLUMNS)
