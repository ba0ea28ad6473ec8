"""A pack of any generator: its weights, the mean face of each class, features, manifest and card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator, DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.packs import manifest as manifests
from inference.wire import Gender
from training.export.replacing import replacing
from training.loops.samples import one_condition, seeded_codes

FEATURE_BLOCKS = 3
SAMPLES = 10_000
SEED = 123


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a pack.

    Attributes:
        generator: the averaged one, in eval mode.
        features: first blocks of a discriminator, for pictures of the same side.
        labels: name and gender of each class, or of the one face of a generator without classes.
        told: the manifest's `name`, `version`, `licence`, `illustrative` and `provenance`.
        padding: how wide the photos were cut.
        card: text, in which the manifest's entries and its provenance's are filled in.
    """

    generator: Generator
    features: DiscriminatorFeatures
    labels: Sequence[tuple[str, Gender]]
    told: Mapping[str, Any]
    padding: float
    card: str


def write_pack(out: Path, contents: Contents) -> None:
    """Write a whole pack to the folder `out`, in whose place it comes at the end.

    Labels are the mean of w over z, of each class, or `w_avg` of an unconditional generator. The
    generator's weights are float16 where that changes a picture by less than a level of 255, else float32.

    Raises:
        PackError: it would not load; nothing is written.
    """
    generator = contents.generator
    if not generator.mapping.w_avg.any():  # the file has none
        generator.mapping.w_avg.copy_(_codes(generator).mean(dim=(0, 1)))
    weights = _weights(generator)
    generator.load_state_dict({name: value.float() for name, value in weights.items()})
    latents = _latents(generator)
    with replacing(out) as fresh:
        files = {
            "generator": write(fresh / "generator.safetensors", weights),
            "features": write(fresh / "features.safetensors", half(contents.features)),
            "labels": write(fresh / "labels.safetensors", latents),
        }
        manifest = _manifest(contents)
        (fresh / manifests.FILE).write_text(
            json.dumps(manifest | {"files": files}, indent=1), encoding="utf-8"
        )
        card = contents.card.format(**{**manifest, **manifest["provenance"]})
        (fresh / "CARD.md").write_text(card, encoding="utf-8")
        loader.load(fresh)


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
    exact, narrow = {name: value.clone() for name, value in generator.state_dict().items()}, half(generator)
    drawn = _pictures(generator)
    generator.load_state_dict({name: value.float() for name, value in narrow.items()})
    rounded = _pictures(generator)
    same = bool((drawn - rounded).abs().max() * 127.5 < 1)  # false where a weight has no float16
    return narrow if same else exact


def half(network: nn.Module) -> dict[str, Tensor]:
    """Its weights in float16."""
    return {name: value.half() for name, value in network.state_dict().items()}


def first_blocks(config: DiscriminatorConfig, weights: Mapping[str, Tensor]) -> DiscriminatorFeatures:
    """What of a discriminator compares pictures: its first three blocks, where it has as many."""
    discriminator = Discriminator(replace(config, num_fp16_res=0))
    discriminator.load_state_dict(weights)
    return DiscriminatorFeatures.cut(discriminator, min(FEATURE_BLOCKS, len(config.resolutions)))


@torch.no_grad()
def _pictures(generator: Generator, count: int = 4) -> Tensor:
    z, classes = seeded_codes(SEED, count, generator.config.z_dim), generator.config.c_dim
    c = torch.eye(classes)[torch.arange(count) % classes] if classes else None
    ws = generator.mapping(z, c)
    return torch.cat([generator.synthesis(w[None], noise="const", force_fp32=True) for w in ws])


def write(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """A file of tensors; its entry in the manifest."""
    path.write_bytes(save({name: value.contiguous() for name, value in tensors.items()}))
    return {"path": path.name, "sha256": manifests.sha256(path)}


def _manifest(contents: Contents) -> dict[str, Any]:
    config = replace(contents.generator.config, num_fp16_res=0)  # the engine chooses its own precision
    features, labels = contents.features, contents.labels
    return {
        "format": manifests.FORMAT,
        **contents.told,
        "resolution": config.resolution,
        "framing": {"detector": "dlib-5", "padding": contents.padding, "size": config.resolution},
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
    }


def _conditions(labels: Sequence[tuple[str, Gender]]) -> list[dict[str, str | None]]:
    return [{"label": label, "gender": None if gender == "either" else gender} for label, gender in labels]
