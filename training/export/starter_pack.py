"""From a checkpoint to a pack: weights in float16, latents, manifest with hashes, card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor, nn

from inference.networks.stylegan2.discriminator import Discriminator, DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.packs import manifest as manifests
from training.config import GanConfig
from training.datasets.faces import FaceSource, load_faces
from training.datasets.manifest import GENDERS
from training.evaluation.judge import judge
from training.evaluation.probes import Probe, backdrop, fit_age, skin_colour
from training.export.axes import LAYERS, AxisSearch, find_axes, on_layers, try_moves
from training.export.card import card, table
from training.export.changes import type_changes
from training.export.latents import LatentStatistics, measure
from training.export.levelling import Scene, levelled
from training.export.looks import LOOKS, find_looks
from training.export.replacing import replacing
from training.export.types import LETTERS, TYPES, type_latents, type_shifts
from training.loops.checkpoint import load_checkpoint

FEATURE_BLOCKS = 3
ATTRIBUTION = (
    "Trained in part on FairFace (Karkkainen & Joo, 2021), CC BY 4.0, https://github.com/joojs/fairface"
)
SKEW = (
    "Tier A is 80 % male before the cap of 400 men, mostly white and middle-aged or older, before blue or "
    "grey studio backdrops. Tier B is balanced over seven groups (fewest: Middle Eastern women), 70 % aged "
    "20-39, 5 % aged 60 or over. Nobody labelled under 20 is in the data. Gender, age and group are "
    "annotators' guesses."
)
LICENCE = "Apache-2.0 (weights), with the attribution above where they are passed on"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to export. From the labelled pictures of `source` age is learnt, and quality measured."""

    name: str = "starter"
    version: str = "0.1.0"
    strength: float = 0.8
    source: FaceSource | None = None
    search: AxisSearch = field(default_factory=AxisSearch)


def export(checkpoint: Path, out: Path, plan: ExportPlan) -> None:
    """Write a whole pack to the folder `out`, in whose place it comes at the end; other files there stay."""
    state = load_checkpoint(checkpoint)
    config, generator = averaged_generator(state)
    _round(generator)
    features = _features(config, state)
    statistics = measure(generator)
    faces = None if plan.source is None else load_faces(plan.source, config.generator.resolution)
    age = None if faces is None else fit_age(faces)
    level: dict[str, Probe] = {"skin colour": skin_colour} | ({"apparent age": age} if age else {})
    held = level | {"backdrop": backdrop}
    moves = try_moves(generator, statistics, held, plan.search)
    axes = find_axes(statistics, moves, plan.search.count)
    steps = type_shifts(axes, plan.strength)
    shifts = {
        gender: levelled(steps, Scene(generator, mean, level), moves)
        for gender, mean in statistics.means.items()
    }
    tensors = type_latents(statistics.means, shifts, generator.num_ws)
    tensors |= _codes(generator, statistics, axes, age)
    facts = _facts(config, state, plan, list(held))
    facts["level"] = " and ".join(level)
    facts["parameters"] = f"{sum(p.numel() for p in generator.parameters()):,}"
    facts["quality"] = "not measured" if faces is None else str(judge(generator, faces))
    facts["changes"] = table(type_changes(generator, statistics.means, tensors, held))
    with replacing(out) as fresh:
        files = {
            "generator": _write(fresh / "generator.safetensors", _half(generator)),
            "features": _write(fresh / "features.safetensors", _half(features)),
            "labels": _write(fresh / "labels.safetensors", tensors),
        }
        (fresh / manifests.FILE).write_text(_manifest(config, files, tensors, facts, plan), encoding="utf-8")
        (fresh / "CARD.md").write_text(card(facts), encoding="utf-8")
        manifests.read(fresh)


def averaged_generator(state: Mapping[str, Any]) -> tuple[GanConfig, Generator]:
    """Of a checkpoint: its configuration, and its averaged generator, without noise if it was trained without."""
    config = GanConfig.from_dict(state["config"])
    generator = Generator(config.generator).eval().requires_grad_(False)
    generator.load_state_dict(state["average"])
    if config.noise == "none":  # a pack is rendered with its own noise: let that be none, too
        for name, strength in generator.named_parameters():
            if name.endswith("noise_strength"):
                strength.zero_()
    return config, generator


def _features(config: GanConfig, state: Mapping[str, Any]) -> DiscriminatorFeatures:
    discriminator = Discriminator(config.discriminator)
    discriminator.load_state_dict(state["discriminator"])
    return DiscriminatorFeatures.cut(discriminator, FEATURE_BLOCKS)


def _round(network: nn.Module) -> None:
    """To float16 and back: latents are measured on what ships."""
    network.load_state_dict({name: value.float() for name, value in _half(network).items()})


def _half(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.half().contiguous() for name, value in network.state_dict().items()}


def _write(path: Path, tensors: dict[str, Tensor]) -> dict[str, str]:
    path.write_bytes(save(tensors))
    return {"path": path.name, "sha256": manifests.sha256(path)}


def _codes(
    generator: Generator, statistics: LatentStatistics, axes: Tensor, age: Probe | None
) -> dict[str, Tensor]:
    """What the labels file holds beside the types, float32: means, spread, looks, axes."""
    num_ws = generator.num_ws
    means = dict(statistics.means) | {"either": statistics.w_avg}
    tensors = {f"mean.{gender}": mean.repeat(num_ws, 1) for gender, mean in means.items()}
    tensors |= {"w_avg": statistics.w_avg, "w_std": statistics.w_std}
    for look, worn in find_looks(generator, statistics, age).items():
        tensors |= {f"look.{look}.{gender}": code.repeat(num_ws, 1) for gender, code in worn.items()}
    tensors |= {
        f"axis.{pair.lower()}": on_layers(axis, num_ws) for pair, axis in zip(LETTERS, axes, strict=True)
    }
    return {name: value.contiguous() for name, value in tensors.items()}


def _facts(config: GanConfig, state: Mapping[str, Any], plan: ExportPlan, held: list[str]) -> dict[str, Any]:
    """What manifest and card tell of the run."""
    about: Mapping[str, Any] = state["about"]
    counts = about.get("counts", {})
    shape = config.generator
    return {
        "name": plan.name,
        "version": plan.version,
        "resolution": shape.resolution,
        "channel_base": shape.channel_base,
        "channel_max": shape.channel_max,
        "blocks": FEATURE_BLOCKS,
        "recipe": about.get("recipe", "unknown"),
        "kimg": round(state["iteration"] * config.batch / 1000, 1),
        "hours": round(state["seconds"] / 3600, 2),
        "hardware": about.get("hardware", "unknown"),
        "batch": config.batch,
        "r1_gamma": config.r1_gamma,
        "ema_kimg": config.ema_kimg,
        "augment": config.augment,
        "augment_p": round(float(state["augment"]["p"]), 3),
        "counts": ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) or "not recorded",
        "attribution": ATTRIBUTION,
        "skew": SKEW,
        "strength": plan.strength,
        "layers": LAYERS,
        "num_ws": shape.num_ws,
        "held": ", ".join(held),
        "licence": LICENCE,
    }


def _manifest(
    config: GanConfig,
    files: Mapping[str, Mapping[str, str]],
    tensors: Mapping[str, Tensor],
    facts: Mapping[str, Any],
    plan: ExportPlan,
) -> str:
    genders = (*GENDERS, "either")
    looks = [look for look in LOOKS if f"look.{look}.{GENDERS[0]}" in tensors]
    told = ("recipe", "kimg", "hours", "hardware", "counts", "quality", "attribution", "skew")
    return json.dumps(
        {
            "format": manifests.FORMAT,
            "name": plan.name,
            "version": plan.version,
            "resolution": config.generator.resolution,
            "framing": {"detector": "dlib-5", "padding": 0.25, "size": config.generator.resolution},
            "num_ws": config.generator.num_ws,
            "w_dim": config.generator.w_dim,
            "network": {"family": "stylegan2", "config": config.generator.to_dict()},
            "files": files,
            "features": {"blocks": FEATURE_BLOCKS, "config": config.discriminator.to_dict()},
            "labels": [{"label": t, "gender": g, "key": f"{t}.{g}"} for t in TYPES for g in genders],
            "conditions": [{"gender": g} for g in GENDERS],
            "looks": [{"name": "mean"}]
            + [{"name": look, "keys": {g: f"look.{look}.{g}" for g in GENDERS}} for look in looks],
            "directions": [_direction(pair.lower(), plan.strength) for pair in LETTERS],
            "operations": [],
            "provenance": {
                "data": "Portraits of US officials (public domain, MIT, CC0); FairFace (CC BY 4.0)",
                **{name: facts[name] for name in told},
                "text": "Illustrative types: shifts along the model's own directions, from no data on types.",
            },
            "licence": facts["licence"],
            "illustrative": True,
        },
        indent=1,
    )


def _direction(name: str, strength: float) -> dict[str, Any]:
    return {
        "name": name,
        "low": -2 * strength,
        "high": 2 * strength,
        "how": "largest effect on the grey structure of the face region, skin colour and age held",
        "key": f"axis.{name}",
    }
