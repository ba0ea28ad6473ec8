"""From a checkpoint to a pack: weights in float16, latents, manifest with hashes, card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from inference.networks.stylegan2.generator import Generator
from inference.packs import manifest as manifests
from training.config import GanConfig
from training.datasets.faces import FaceSource, load_faces
from training.evaluation.judge import judge
from training.export.axes import AxisSearch
from training.export.card import card
from training.export.illustrating import STRENGTH, Age, Illustration, illustrate
from training.export.packing import FEATURE_BLOCKS, first_blocks, half, write
from training.export.replacing import replacing
from training.loops.checkpoint import load_checkpoint

ATTRIBUTION = (
    "Trained in part on FairFace (Karkkainen & Joo, 2021), CC BY 4.0, https://github.com/joojs/fairface"
)
SKEW = (
    "Tier A is 80 % male before the cap of 400 men, mostly white and middle-aged or older, before blue or "
    "grey studio backdrops. Tier B is balanced over seven groups (fewest: Middle Eastern women), 70 % aged "
    "20-39, 5 % aged 60 or over. Nobody labelled under 20 is in the data. Gender, age and group are "
    "annotators' guesses."
)
_LOSSES = {
    "logistic": "Non-saturating loss, R1",
    "relativistic": "Relativistic loss on pairs at the end, R1 and R2",
}
LICENCE = "Apache-2.0 (weights), with the attribution above where they are passed on"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to export. From the labelled pictures of `source` age is learnt, and quality measured."""

    name: str = "starter"
    version: str = "0.1.0"
    strength: float = STRENGTH
    source: FaceSource | None = None
    search: AxisSearch = field(default_factory=AxisSearch)


def export(checkpoint: Path, out: Path, plan: ExportPlan) -> None:
    """Write a whole pack to the folder `out`, in whose place it comes at the end; other files there stay."""
    state = load_checkpoint(checkpoint)
    config, generator = averaged_generator(state)
    _round(generator)
    features = first_blocks(config.discriminator, state["discriminator"])
    faces = None if plan.source is None else load_faces(plan.source, config.generator.resolution)
    age = None if faces is None or plan.source is None else Age.learn(plan.source, faces)
    found = illustrate(generator, age, plan.strength, plan.search)
    facts = _facts(config, state, plan)
    facts["types"] = found.told
    facts["parameters"] = f"{sum(p.numel() for p in generator.parameters()):,}"
    facts["quality"] = "not measured" if faces is None else str(judge(generator, faces))
    with replacing(out) as fresh:
        files = {
            "generator": write(fresh / "generator.safetensors", half(generator)),
            "features": write(fresh / "features.safetensors", half(features)),
            "labels": write(fresh / "labels.safetensors", found.codes),
        }
        (fresh / manifests.FILE).write_text(_manifest(config, files, found, facts), encoding="utf-8")
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


def _round(network: nn.Module) -> None:
    """To float16 and back: latents are measured on what ships."""
    network.load_state_dict({name: value.float() for name, value in half(network).items()})


def _facts(config: GanConfig, state: Mapping[str, Any], plan: ExportPlan) -> dict[str, Any]:
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
        "from": about.get("from", "scratch"),
        "begun": f"from {about.get('from', 'scratch')}{_shown(about.get('before'))}",
        "before": about.get("before"),
        "held_out": about.get("held_out"),
        "kimg": round(state["images"] / 1000, 1),
        "hours": round(state["seconds"] / 3600, 2),
        "hardware": about.get("hardware", "unknown"),
        "batch": config.batch,
        "loss": _LOSSES[config.loss],
        "r1_gamma": config.r1_gamma,
        "ema_kimg": config.ema_kimg,
        "augment": config.augment,
        "augment_p": round(float(state["augment"]["p"]), 3),
        "counts": ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) or "not recorded",
        "attribution": ATTRIBUTION,
        "skew": SKEW,
        "licence": LICENCE,
    }


def _shown(kimg: float | None) -> str:
    return f" (after {kimg} thousand pictures)" if kimg else ""


def _manifest(
    config: GanConfig,
    files: Mapping[str, Mapping[str, str]],
    found: Illustration,
    facts: Mapping[str, Any],
) -> str:
    told = (
        "recipe",
        "from",
        "before",
        "held_out",
        "kimg",
        "hours",
        "hardware",
        "counts",
        "quality",
        "attribution",
        "skew",
    )
    return json.dumps(
        {
            "format": manifests.FORMAT,
            "name": facts["name"],
            "version": facts["version"],
            "resolution": config.generator.resolution,
            "framing": {"detector": "dlib-5", "padding": 0.25, "size": config.generator.resolution},
            "num_ws": config.generator.num_ws,
            "w_dim": config.generator.w_dim,
            "network": {"family": "stylegan2", "config": config.generator.to_dict()},
            "files": files,
            "features": {"blocks": FEATURE_BLOCKS, "config": config.discriminator.to_dict()},
            **found.entries(),
            "operations": [],
            "provenance": {
                "data": "Portraits of US officials (public domain, MIT, CC0); FairFace (CC BY 4.0)",
                **{name: facts[name] for name in told},
                "text": "Illustrative types: shifts along the model's own directions, from no data on types.",
            },
            "licence": facts["licence"],
        },
        indent=1,
    )
