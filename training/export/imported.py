"""A pack from somebody else's checkpoint: an official .pkl, or rosinality's .pt."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from inference.errors import PackError
from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.packs.foreign import reading
from inference.packs.foreign.checkpoint import ForeignCheckpoint
from inference.wire import Gender
from training.export.packing import Contents, first_blocks, write_pack

CARD = """# {name} {version}

A pack made from `{file}` ({kind}), {resolution} x {resolution} px, by somebody else's training.

{text}

**Attribution.** {attribution}

**Licence.** {licence}
"""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What the checkpoint does not tell.

    Attributes:
        licence: of the weights; there is no pack without one.
        name, version: of the pack.
        attribution: who made the weights, from what.
        padding: how wide the training photos were cut around the face, as `typeface-training prepare` has it.
        labels: names of the classes in order, each `NAME` or `NAME:female`, `NAME:male`; none: class-0, class-1, ...
        features: a pack of the same resolution, whose features are taken where the checkpoint has no discriminator.
    """

    licence: str
    name: str = "imported"
    version: str = "0.1.0"
    attribution: str = "unknown"
    padding: float = 0.25
    labels: Sequence[str] = ()
    features: Path | None = None


def import_pack(checkpoint: Path, out: Path, plan: ImportPlan) -> None:
    """Write a whole pack to the folder `out`; see `write_pack`.

    Raises:
        PackError: the checkpoint cannot be read, or lacks what a pack needs; nothing is written.
    """
    found = reading.read(checkpoint)
    if found.generator_config.channels != 3:
        raise PackError(f"{checkpoint.name} draws {found.generator_config.channels} channels, not colours")
    labels = named_classes(plan.labels, found.generator_config.c_dim)
    features = _features(found, plan)
    generator = Generator(found.generator_config).eval().requires_grad_(False)
    generator.load_state_dict(found.average)
    told = {
        "name": plan.name,
        "version": plan.version,
        "licence": plan.licence,
        "illustrative": True,
        "provenance": _provenance(checkpoint, found, plan),
    }
    write_pack(out, Contents(generator, features, labels, told, plan.padding, CARD))


def _provenance(checkpoint: Path, found: ForeignCheckpoint, plan: ImportPlan) -> dict[str, Any]:
    with checkpoint.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "file": checkpoint.name,
        "file_sha256": digest,
        "kind": found.kind,
        "attribution": plan.attribution,
        "skew": "not known: the data is somebody else's",
        "text": "Labels are the mean of the style code over all people of a class; no data on types is in them.",
        **found.facts,
    }


def named_classes(names: Sequence[str], classes: int) -> list[tuple[str, Gender]]:
    """Name and gender of each class."""
    count = max(classes, 1)
    if names and len(names) != count:
        raise PackError(f"{len(names)} labels are given; the checkpoint has {count}")
    labels: list[tuple[str, Gender]] = []
    for name in names or (["mean"] if not classes else [f"class-{i}" for i in range(classes)]):
        label, _, gender = name.partition(":")
        known = {str(value): value for value in get_args(Gender)}
        if (gender or "either") not in known:
            raise PackError(f"the label {name} has no gender of {', '.join(known)}")
        labels.append((label, known[gender or "either"]))
    return labels


def _features(found: ForeignCheckpoint, plan: ImportPlan) -> DiscriminatorFeatures:
    side = found.generator_config.resolution
    if found.discriminator_config is not None and found.discriminator is not None:
        config: DiscriminatorConfig = found.discriminator_config
        if (config.resolution, config.channels) != (side, 3):
            raise PackError("the checkpoint's discriminator sees other pictures than its generator draws")
        return first_blocks(config, found.discriminator)
    if plan.features is None:
        raise PackError(
            "the checkpoint has no discriminator: faces could be drawn, but no selfie found, since its first blocks "
            f"are what compares pictures; name a pack of {side} px to take them from (--features)"
        )
    other = loader.load(plan.features)
    if other.manifest.resolution != side:
        raise PackError(f"{plan.features.name} has features for {other.manifest.resolution} px, not {side}")
    return other.features
