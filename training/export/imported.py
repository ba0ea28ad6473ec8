"""A pack from somebody else's checkpoint: an official .pkl, or rosinality's .pt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import torch
from safetensors.torch import save
from torch import Tensor, nn

from inference.errors import PackError
from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator, DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.packs import manifest as manifests
from inference.packs.foreign import reading
from inference.packs.foreign.checkpoint import ForeignCheckpoint
from inference.wire import Gender
from training.export.replacing import replacing
from training.loops.samples import one_condition, seeded_codes

FEATURE_BLOCKS = 3
SAMPLES = 10_000
SEED = 123
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
    """Write a whole pack to the folder `out`, in whose place it comes at the end.

    Labels are the mean of w over z, of each class, or `w_avg` of an unconditional generator. The
    generator's weights are float16 where that changes a picture by less than a level of 255, else float32.

    Raises:
        PackError: the checkpoint cannot be read, or lacks what a pack needs; nothing is written.
    """
    found = reading.read(checkpoint)
    if found.generator_config.channels != 3:
        raise PackError(f"{checkpoint.name} draws {found.generator_config.channels} channels, not colours")
    labels = _labels(plan.labels, found.generator_config.c_dim)
    features = _features(found, plan)
    generator = Generator(found.generator_config).eval().requires_grad_(False)
    generator.load_state_dict(found.average)
    if not generator.mapping.w_avg.any():  # the file has none
        generator.mapping.w_avg.copy_(_codes(generator).mean(dim=(0, 1)))
    weights = _weights(generator)
    generator.load_state_dict({name: value.float() for name, value in weights.items()})
    latents = _latents(generator)
    with replacing(out) as fresh:
        files = {
            "generator": _write(fresh / "generator.safetensors", weights),
            "features": _write(fresh / "features.safetensors", _half(features)),
            "labels": _write(fresh / "labels.safetensors", latents),
        }
        told = _manifest(checkpoint, found, plan, labels, features)
        (fresh / manifests.FILE).write_text(json.dumps(told | {"files": files}, indent=1), encoding="utf-8")
        card = CARD.format(**{**told, **told["provenance"]})
        (fresh / "CARD.md").write_text(card, encoding="utf-8")
        loader.load(fresh)


def _labels(names: Sequence[str], classes: int) -> list[tuple[str, Gender]]:
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
        discriminator = Discriminator(replace(config, num_fp16_res=0))
        discriminator.load_state_dict(found.discriminator)
        return DiscriminatorFeatures.cut(discriminator, min(FEATURE_BLOCKS, len(config.resolutions)))
    if plan.features is None:
        raise PackError(
            "the checkpoint has no discriminator: faces could be drawn, but no selfie found, since its first blocks "
            f"are what compares pictures; name a pack of {side} px to take them from (--features)"
        )
    other = loader.load(plan.features)
    if other.manifest.resolution != side:
        raise PackError(f"{plan.features.name} has features for {other.manifest.resolution} px, not {side}")
    return other.features


@torch.no_grad()
def _codes(generator: Generator) -> Tensor:
    """`[classes, SAMPLES, w_dim]`, of the same people in each class."""
    z, classes = seeded_codes(SEED, SAMPLES, generator.config.z_dim), generator.config.c_dim
    if not classes:
        return generator.mapping.codes(z, None)[None]
    return torch.stack(
        [generator.mapping.codes(z, one_condition(generator, i, SAMPLES)) for i in range(classes)]
    )


def _latents(generator: Generator) -> dict[str, Tensor]:
    """The labels file. The mean of a network without classes is its own, which official tools truncate to."""
    codes = _codes(generator)
    means = codes.mean(dim=1) if generator.config.c_dim else generator.mapping.w_avg[None]
    tensors = {"w_avg": means.mean(dim=0), "w_std": codes.flatten(0, 1).std(dim=0).clamp_min(1e-6)}
    tensors |= {_key(i): mean for i, mean in enumerate(means)}
    return {name: value.clone().contiguous() for name, value in tensors.items()}


def _key(index: int) -> str:
    """Of a class's latent in the labels file."""
    return f"class.{index}"


def _weights(generator: Generator) -> dict[str, Tensor]:
    """In float16, if nobody sees that."""
    exact, half = {name: value.clone() for name, value in generator.state_dict().items()}, _half(generator)
    drawn = _pictures(generator)
    generator.load_state_dict({name: value.float() for name, value in half.items()})
    rounded = _pictures(generator)
    same = bool((drawn - rounded).abs().max() * 127.5 < 1)  # false where a weight has no float16
    return half if same else exact


def _half(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.half() for name, value in network.state_dict().items()}


@torch.no_grad()
def _pictures(generator: Generator, count: int = 4) -> Tensor:
    z, classes = seeded_codes(SEED, count, generator.config.z_dim), generator.config.c_dim
    c = torch.eye(classes)[torch.arange(count) % classes] if classes else None
    ws = generator.mapping(z, c)
    return torch.cat([generator.synthesis(w[None], noise="const", force_fp32=True) for w in ws])


def _write(path: Path, tensors: dict[str, Tensor]) -> dict[str, str]:
    path.write_bytes(save({name: value.contiguous() for name, value in tensors.items()}))
    return {"path": path.name, "sha256": manifests.sha256(path)}


def _manifest(
    checkpoint: Path,
    found: ForeignCheckpoint,
    plan: ImportPlan,
    labels: Sequence[tuple[str, Gender]],
    features: DiscriminatorFeatures,
) -> dict[str, Any]:
    config = replace(found.generator_config, num_fp16_res=0)  # the engine chooses its own precision
    with checkpoint.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "format": manifests.FORMAT,
        "name": plan.name,
        "version": plan.version,
        "resolution": config.resolution,
        "framing": {"detector": "dlib-5", "padding": plan.padding, "size": config.resolution},
        "num_ws": config.num_ws,
        "w_dim": config.w_dim,
        "network": {"family": "stylegan2", "config": config.to_dict()},
        "features": {"blocks": len(features.block_sides), "config": features.config.to_dict()},
        "labels": [
            {"label": label, "gender": gender, "key": _key(i)} for i, (label, gender) in enumerate(labels)
        ],
        "conditions": _conditions(labels) if config.c_dim else [],
        "looks": [{"name": "mean"}],
        "directions": [],
        "operations": [],
        "provenance": {
            "file": checkpoint.name,
            "file_sha256": digest,
            "kind": found.kind,
            "attribution": plan.attribution,
            "skew": "not known: the data is somebody else's",
            "text": "Labels are the mean of the style code over all people of a class; no data on types is in them.",
            **found.facts,
        },
        "licence": plan.licence,
        "illustrative": True,
    }


def _conditions(labels: Sequence[tuple[str, Gender]]) -> list[dict[str, str | None]]:
    return [{"label": label, "gender": None if gender == "either" else gender} for label, gender in labels]
