"""The models that average faces come from: people's pack, a base for each gender, one fine-tuned on each type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.packs.loader import LoadedPack
from inference.wire import Gender
from training.averages.groups import Group
from training.errors import SettingError
from training.transfer import sources


@dataclass(frozen=True)
class Models:
    """All models of a plan, on one device.

    Attributes:
        pack: that people will use.
        bases: other base models, by gender.
        tuned: models that learnt one type, by name of a group or its label.
    """

    pack: LoadedPack
    bases: Mapping[Gender, LoadedPack]
    tuned: Mapping[str, Generator]

    def base(self, group: Group) -> LoadedPack:
        """Whose latents the group's photos become."""
        return self.bases.get(group.gender, self.pack)

    def own(self, group: Group) -> Generator | None:
        """The group's own model, or that of its label."""
        return self.tuned.get(group.name) or self.tuned.get(group.label)

    def check(self, groups: Sequence[Group]) -> None:
        """Raises `SettingError` where models do not fit each other, or none is of any group."""
        side = self.pack.manifest.resolution
        for gender, base in self.bases.items():
            found = base.manifest.resolution
            if found != side:
                raise SettingError(f"the base for {gender} draws {found} px, the pack {side} px")
        for group in groups:
            if (tuned := self.own(group)) is not None:
                _agree(group, tuned, self.base(group).generator)
        if self.tuned and not any(map(self.own, groups)):
            raise SettingError(
                f"no fine-tuned model is named after a type of the set: there are {_named(self.tuned)}, "
                f"and the set has {_named([group.name for group in groups])}"
            )


def open_models(
    pack: Path, bases: Mapping[Gender, Path], tuned: Path | None, device: torch.device | str
) -> Models:
    """Read them all.

    Raises:
        SettingError: the folder of fine-tuned ones holds none.
        PackError, TransferError: one cannot be read.
    """
    loaded = {gender: loader.load(path, device) for gender, path in bases.items()}
    return Models(loader.load(pack, device), loaded, _tuned(tuned, device) if tuned else {})


def _tuned(folder: Path, device: torch.device | str) -> dict[str, Generator]:
    """By name of a group: `ENFP.female`, `ENFP-female` and `ENFP` are names, with `.pt` where it is a file."""
    if not folder.is_dir() or not (
        paths := sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    ):
        raise SettingError(f"{folder} has no fine-tuned models: a run, pack or checkpoint for each type")
    return {_name(path): _generator(path).to(device) for path in paths}


def _generator(path: Path) -> Generator:
    source = sources.read(path)
    generator = Generator(source.generator_config).eval().requires_grad_(False)
    generator.load_state_dict(source.average)
    return generator


def _name(path: Path) -> str:
    stem = path.name.removesuffix(".pt").removesuffix(".pkl")
    for gender in ("female", "male"):
        for sign in ".-:":
            if stem.endswith(sign + gender):
                return f"{stem[: -len(gender) - 1]}:{gender}"
    return stem


def _agree(group: Group, tuned: Generator, base: Generator) -> None:
    its, mine = _shape(tuned), _shape(base)
    if its != mine:
        raise SettingError(
            f"the model of {group.name} has {its}; its base has {mine}: it cannot draw its latents"
        )


def _shape(generator: Generator) -> str:
    config = generator.config
    return f"{config.resolution} px, {config.channels} colours and {config.num_ws} codes of {config.w_dim}"


def _named(names: Sequence[str] | Mapping[str, object]) -> str:
    listed = list(names)
    return ", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else "")
