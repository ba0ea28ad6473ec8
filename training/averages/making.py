"""Average faces of all types by either method.

By projection (the first of the original projects' methods): the photos' mean latent in a base model, drawn by the
model that was fine-tuned with FreezeD on that type, or by the base where there is none. By class: the mean of w over
z (psi 0) of a model that learnt labels. Both are drawn; people choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from inference.packs.loader import LoadedPack
from inference.wire import Gender
from training.averages.groups import Group
from training.errors import SettingError
from training.export.latents import render
from training.export.packing import SAMPLES, SEED
from training.loops.samples import class_mean
from training.transfer import sources

Method = Literal["projection", "class"]


@dataclass(frozen=True)
class Average:
    """An average face: its latent `[num_ws, w_dim]` in a pack's model, and its picture `[3, R, R]`."""

    group: Group
    method: Method
    latent: Tensor
    picture: Tensor


def tuned_generators(folder: Path, base: LoadedPack) -> dict[str, Generator]:
    """By name of a group: the models of a folder, each in a pack, run or checkpoint named after it.

    `ENFP.female`, `ENFP-female` and `ENFP` are names, with `.pt` where it is a file.

    Raises:
        SettingError: there is none, or one does not fit the base pack.
        PackError, TransferError: one cannot be read.
    """
    if not folder.is_dir() or not (
        paths := sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    ):
        raise SettingError(f"{folder} has no fine-tuned models: a run, pack or checkpoint for each type")
    return {_name(path): _generator(path, base) for path in paths}


def _name(path: Path) -> str:
    stem = path.name.removesuffix(".pt").removesuffix(".pkl")
    for gender in ("female", "male"):
        for sign in ".-:":
            if stem.endswith(sign + gender):
                return f"{stem[: -len(gender) - 1]}:{gender}"
    return stem


def _generator(path: Path, base: LoadedPack) -> Generator:
    source = sources.read(path)
    mine, its = base.generator.config, source.generator_config
    if (its.resolution, its.w_dim) != (mine.resolution, mine.w_dim):
        said = f"{its.resolution} px and codes of {its.w_dim}"
        raise SettingError(
            f"{path.name} has {said}; its base has {mine.resolution} px and codes of {mine.w_dim}"
        )
    generator = Generator(its).eval().requires_grad_(False)
    generator.load_state_dict(source.average)
    return generator


def by_class(pack: LoadedPack, group: Group) -> Average | None:
    """The mean of w over z of the group's class; none where the pack learnt no such class."""
    for index, condition in enumerate(pack.manifest.known_conditions):
        gender: Gender = condition.gender or "either"
        if (condition.label, gender) == (group.label, group.gender):
            latent = class_mean(pack.generator, index, SAMPLES, SEED)
            return Average(group, "class", latent, render(pack.generator, latent[None])[0])
    return None


def drawn(latent: Tensor, group: Group, base: LoadedPack, tuned: Mapping[str, Generator]) -> Tensor:
    """`[3, R, R]` by the group's own model, that of its label, or the base."""
    generator = tuned.get(group.name) or tuned.get(group.label) or base.generator
    return render(generator, latent[None])[0]
