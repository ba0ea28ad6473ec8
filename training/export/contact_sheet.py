"""A pack on one page: what its users will see."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import torch
from torch import Tensor

from inference.packs.loader import LoadedPack, load
from inference.wire import Gender
from training.export.latents import render
from training.export.types import TYPES
from training.loops.samples import one_condition, save_sheet, seeded_codes

COLUMNS = 16


@torch.no_grad()
def draw(pack_folder: Path, out: Path, zoom: int = 2) -> None:
    """Rows: the types for each gender; the looks; people of both at psi 0.5 and 0.7."""
    pack = load(pack_folder)
    genders = get_args(Gender)
    rows = [torch.stack([pack.labels[name, gender] for name in TYPES]) for gender in genders]
    looks = [look[gender] for gender in genders for look in pack.looks]
    looks += [pack.w_avg] * (-len(looks) % COLUMNS)
    rows.append(torch.stack(looks))
    rows += [_people(pack, index, psi) for index in range(2) for psi in (0.5, 0.7)]
    save_sheet(out, render(pack.generator, torch.cat(rows)), COLUMNS, zoom)


def _people(pack: LoadedPack, index: int, psi: float) -> Tensor:
    generator = pack.generator
    z = seeded_codes(7 + index, COLUMNS, generator.config.z_dim)
    ws = generator.mapping(z, one_condition(generator, index, COLUMNS))
    mean = pack.means[get_args(Gender)[index]]
    people: Tensor = mean + psi * (ws - mean)
    return people
