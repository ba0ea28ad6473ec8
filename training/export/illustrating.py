"""Sixteen illustrative types and the looks that wear them, found in a generator of women and men."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from inference.packs import loader
from inference.packs import manifest as manifests
from training.datasets.faces import FaceSet, FaceSource, load_faces
from training.datasets.manifest import GENDERS
from training.errors import SettingError
from training.evaluation.probes import Probe, backdrop, fit_age, skin_colour
from training.evaluation.spaces import IdentitySpace
from training.export.axes import LAYERS, AxisSearch, Moves, find_axes, on_layers, try_moves
from training.export.changes import type_changes
from training.export.latents import LatentStatistics, measure, render
from training.export.levelling import Scene, levelled
from training.export.looks import find_looks
from training.export.parts import changed
from training.export.types import LETTERS, TYPES, type_latents, type_shifts

STRENGTH = 0.8
_AGES = 30
"""Known ones, below which a reader of age tells all people the same, so that nothing can be held to it."""
_TEMPLATE = Path(__file__).with_name("types.md")
_HOW = "largest effect on the grey structure of the face region, skin colour and age held"


@dataclass(frozen=True, slots=True)
class Illustration:
    """`codes`: for the labels file, float32; `looks`: names; `told`: for the card."""

    codes: dict[str, Tensor]
    looks: list[str]
    strength: float
    told: str

    def entries(self) -> dict[str, Any]:
        """What the manifest has of it."""
        worn = [{"name": look, "keys": {g: f"look.{look}.{g}" for g in GENDERS}} for look in self.looks]
        return {
            "labels": [
                {"label": t, "gender": g, "key": f"{t}.{g}"} for t in TYPES for g in (*GENDERS, "either")
            ],
            "conditions": [{"gender": g} for g in GENDERS],
            "looks": [{"name": "mean"}, *worn],
            "directions": [_direction(pair.lower(), self.strength) for pair in LETTERS],
            "illustrative": True,
        }


def _direction(name: str, strength: float) -> dict[str, Any]:
    return {"name": name, "low": -2 * strength, "high": 2 * strength, "how": _HOW, "key": f"axis.{name}"}


@dataclass(frozen=True, slots=True)
class Age:
    """A reader of apparent age, and by how many years it errs on people it has not seen, if there are some."""

    probe: Probe
    error: float | None

    @classmethod
    def learn(cls, source: FaceSource, faces: FaceSet) -> Age | None:
        """From `faces`, the training side of `source`, if ages of enough are known; judged on the other one."""
        if int((~faces.ages.isnan()).sum()) < _AGES:
            return None
        probe, strangers = fit_age(faces), load_faces(source, faces.images.shape[-1], validation=True)
        known = ~strangers.ages.isnan()
        if not known.any():
            return cls(probe, None)
        read = probe(strangers.images[known].float() / 127.5 - 1)[:, 0]
        return cls(probe, float((read - strangers.ages[known]).abs().mean()))

    def __str__(self) -> str:
        errs = (
            "" if self.error is None else f", which errs by {self.error:.0f} years on people it has not seen"
        )
        return f"Apparent age is what a linear model reads{errs}."


def illustrate(
    generator: Generator, age: Age | None, strength: float = STRENGTH, search: AxisSearch | None = None
) -> Illustration:
    """Find axes, types and looks; without `age`, that is not held, and there are looks of skin only."""
    search, statistics = search or AxisSearch(), measure(generator)
    level: dict[str, Probe] = {"skin colour": skin_colour} | ({"apparent age": age.probe} if age else {})
    held = level | {"backdrop": backdrop}
    moves = try_moves(generator, statistics, held, search)
    axes = find_axes(statistics, moves, search.count)
    steps = type_shifts(axes, strength)
    shifts = {
        gender: levelled(steps, Scene(generator, mean, level), moves)
        for gender, mean in statistics.means.items()
    }
    types = type_latents(statistics.means, shifts, generator.num_ws)
    looks = find_looks(generator, statistics, age.probe if age else None)
    told = {
        "strength": strength,
        "layers": LAYERS,
        "num_ws": generator.num_ws,
        "held": ", ".join(held),
        "level": " and ".join(level),
        "age": age or "Age was not held.",
        "changes": _changes(type_changes(generator, statistics.means, types, held), moves),
        **_apart(generator, types),
    }
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(told).strip()
    codes = types | _codes(statistics, axes, looks, generator.num_ws)
    return Illustration(
        {name: code.contiguous() for name, code in codes.items()}, list(looks), strength, text
    )


def _codes(
    statistics: LatentStatistics, axes: Tensor, looks: Mapping[str, Mapping[str, Tensor]], num_ws: int
) -> dict[str, Tensor]:
    """What the labels file holds beside the types: means, spread, looks, axes."""
    means = dict(statistics.means) | {"either": statistics.w_avg}
    codes = {f"mean.{gender}": mean.repeat(num_ws, 1) for gender, mean in means.items()}
    codes |= {"w_avg": statistics.w_avg, "w_std": statistics.w_std}
    for look, worn in looks.items():
        codes |= {f"look.{look}.{gender}": code.repeat(num_ws, 1) for gender, code in worn.items()}
    return codes | {
        f"axis.{pair.lower()}": on_layers(axis, num_ws) for pair, axis in zip(LETTERS, axes, strict=True)
    }


def _changes(found: Mapping[str, tuple[float, float]], moves: Moves) -> str:
    """A list for the card."""
    spread = {name: f", {float(values.std(dim=0).max()):.2f}" for name, values in moves.read.items()}
    return "\n".join(
        f"- {what}: {mean:.2f}, {largest:.2f}{spread.get(what, '')}"
        for what, (mean, largest) in found.items()
    )


def _apart(generator: Generator, types: Mapping[str, Tensor]) -> dict[str, str]:
    """Dlib's distance between types of one gender, over all pairs and genders."""
    found = []
    for gender in (*GENDERS, "either"):
        images = render(generator, torch.stack([types[f"{name}.{gender}"] for name in TYPES]))
        pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
        who = IdentitySpace()(pixels)
        pairs = np.linalg.norm(who[:, None] - who[None], axis=2)
        found.append(pairs[np.triu_indices(len(TYPES), 1)])
    distances = np.concatenate(found)
    return {"nearest": f"{distances.min():.2f}", "median": f"{np.median(distances):.2f}"}


def retype(folder: Path, source: FaceSource | None, strength: float = STRENGTH) -> str:
    """Find the types of a pack of women and men anew, in the place of those it had; the pack's new version.

    Raises:
        PackError: the pack does not load, or would not; it stays as it was.
        SettingError: its generator does not draw women and men.
    """
    pack = loader.load(folder)
    if [condition.gender for condition in pack.manifest.known_conditions] != list(GENDERS):
        raise SettingError(
            "illustrative types need a generator that learnt women and men, as the starter's did"
        )
    side = pack.manifest.resolution
    age = None if source is None else Age.learn(source, load_faces(source, side))
    found = illustrate(pack.generator, age, strength)
    with changed(folder, "Types", found.told) as change:
        path = manifests.locate(folder, manifests.read(folder).files.labels)
        kept = {
            name: code for name, code in load_file(path).items() if not name.startswith(("look.", "axis."))
        }
        change.write("labels", kept | found.codes)
        entries = found.entries()
        axes = {entry["name"] for entry in entries["directions"]}
        entries["directions"] += [each for each in change.manifest["directions"] if each["name"] not in axes]
        change.manifest.update(entries)
    return change.version
