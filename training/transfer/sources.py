"""Weights to start from: a run or checkpoint of ours, a pack, an official .pkl, rosinality's .pt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from torch import Tensor

from inference.errors import PackError
from inference.networks.dcgan import DcganGenerator
from inference.networks.registry import BASELINES, build_baseline
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.vanilla import VanillaGenerator
from inference.packs import loader
from inference.packs import manifest as manifests
from inference.packs.foreign import reading
from inference.packs.foreign.checkpoint import fitting, table
from training.config import GanConfig
from training.datasets.manifest import GENDERS
from training.loops.checkpoint import LATEST, as_asked, load_checkpoint
from training.loops.sittings import shown
from training.transfer.errors import TransferError

Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Source:
    """What a new run begins with.

    Attributes:
        name: of the file or folder.
        generator_config: of both generators.
        average: the averaged generator.
        generator: the one that was trained; where only the average is known, that.
        discriminator_config: of the discriminator; none where nothing of it is known.
        discriminator: all of it, or, of a pack, its first blocks.
        classes: names as `ENFP:female` of what it learnt, in order; none where they are not known.
        held_out: the share of a table's people that it has not learnt from, where that is known.
        kimg: thousand pictures that it was shown, and what it began with before it; 0 where that is not known.
    """

    name: str
    generator_config: GeneratorConfig
    average: Weights
    generator: Weights
    discriminator_config: DiscriminatorConfig | None
    discriminator: Weights
    classes: tuple[str, ...] = ()
    held_out: float | None = None
    kimg: float = 0.0


def read(path: Path) -> Source:
    """Read weights of any kind; nothing in the file is run.

    Raises:
        PackError: a pack or a foreign checkpoint that cannot be read.
        TransferError: there is nothing of the kind.
    """
    if path.is_dir():
        if (path / manifests.FILE).exists():
            return _pack(path)
        return _own(path / LATEST, path.name) or _nothing(path)
    if not path.is_file():
        _nothing(path)
    if own := _own(path, path.name):
        return own
    found = reading.read(path)
    return Source(
        path.name,
        found.generator_config,
        found.average,
        found.generator or found.average,
        found.discriminator_config,
        found.discriminator or {},
    )


def _nothing(path: Path) -> NoReturn:
    raise TransferError(f"{path} is no run, checkpoint or pack")


def _own(path: Path, name: str) -> Source | None:
    """A checkpoint of a run of ours, or none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return None
    state = _state(path, name)
    if family := _family(state):
        raise TransferError(f"{name} is a run of {family}, which has no style codes: only evaluate takes it")
    if not {"config", "generator", "discriminator", "average"} <= state.keys():
        return None
    try:
        config = GanConfig.from_dict(state["config"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TransferError(f"{name} is a checkpoint of another version of this program") from error
    return Source(
        name,
        config.generator,
        fitting(config.generator, table(state, "average")),
        fitting(config.generator, table(state, "generator")),
        config.discriminator,
        fitting(config.discriminator, table(state, "discriminator")),
        _classes(state.get("about", {}), config.generator.c_dim),
        state.get("about", {}).get("held_out"),
        _shown(state),
    )


def _shown(state: Mapping[str, Any]) -> float:
    images = state.get("images")
    return shown(images / 1000 if isinstance(images, int) else None, state.get("about"))


def _classes(about: Mapping[str, Any], c_dim: int) -> tuple[str, ...]:
    """What a run of ours learnt: the starter's genders, or the classes that it counted."""
    names = GENDERS if about.get("recipe") == "starter" else tuple(about.get("counts", ()))
    return names if len(names) == c_dim else ()


def baseline(path: Path) -> DcganGenerator | VanillaGenerator | None:
    """The generator of a run or checkpoint of a baseline; none where it is anything else."""
    file = path / LATEST if path.is_dir() and not (path / manifests.FILE).exists() else path
    if not file.is_file():
        return None
    with file.open("rb") as content:
        if content.read(2) != b"PK":
            return None
    state = _state(file, path.name)
    if (family := _family(state)) is None:
        return None
    with as_asked(file):
        generator, _ = build_baseline(state["config"]["network"], family)
        generator.load_state_dict(state["generator"])
    return generator


def _state(path: Path, name: str) -> Mapping[str, Any]:
    try:
        return reading.read_torch(path.read_bytes())
    except PackError as error:
        raise PackError(f"{name}: {error}") from error


def _family(state: Mapping[str, Any]) -> str | None:
    """Of a baseline's checkpoint."""
    config = state.get("config")
    family = config.get("family") if isinstance(config, Mapping) else None
    return family if family in BASELINES else None


def _pack(path: Path) -> Source:
    pack = loader.load(path)
    average, first = pack.generator.state_dict(), pack.features.state_dict()
    held_out = pack.manifest.provenance.get("held_out")
    known = pack.manifest.known_conditions
    classes = tuple(":".join(filter(None, (each.label, each.gender))) for each in known)
    kimg = shown(pack.manifest.provenance.get("kimg"), pack.manifest.provenance)
    config, features = pack.generator.config, pack.features.config
    return Source(path.name, config, average, average, features, first, classes, held_out, kimg)


def stored(run: Path) -> tuple[GanConfig, Mapping[str, Any]] | None:
    """Of a run that has begun: its configuration, and what its checkpoints tell of it."""
    if not (run / LATEST).exists():
        return None
    state = load_checkpoint(run / LATEST)
    with as_asked(run / LATEST):
        return GanConfig.from_dict(state["config"]), state.get("about", {})
