"""All directions of a pack, with what they do: named ones from labelled photos, numbered ones from the weights.

Networks compute where the pack lies; codes and pictures are kept on the CPU, where dlib and the rules see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference import alignment
from inference.packs.loader import LoadedPack
from training.directions.factorised import GROUPS, factorise
from training.directions.fitting import Fitted, fit
from training.directions.labelled import Labelled, levels
from training.directions.reach import Usual, learn, reach
from training.directions.reading import Reader, fit_reader
from training.export.latents import render
from training.loops.samples import seeded_codes, to_uint8

WORKS: Final = 0.25
"""A fitted direction that shows less of what was asked for does not do what its name says."""

PLUS: Final = {
    "gender": "more male",
    "age": "older",
    "smile": "a smile that shows teeth",
    "fringe": "dark hair over the forehead; minus: a bare one",
    "hair": "lighter hair, and a lighter backdrop with it",
    "skin": "lighter skin, as a brighter light makes it too",
    "glasses": "glasses",
    "turn": "the head turned to the right of the picture",
}

TRIED: Final = 16
"""Faces that range and identity are tried on."""

_PEOPLE = 48
_SAMPLES = 2000
_SEED = 31

Track = Callable[[Iterable[Any], str], Iterable[Any]]
"""Goes through a sequence and shows how far it is."""


@dataclass(frozen=True)
class Found:
    """A direction: one unit of it `[num_ws, w_dim]`, its range, how it was found, and its measured effects.

    Attributes:
        shown: of a named one, what it moved its own reading by before it was scaled, where 1 was asked for.
        leak: of a named one, the most that a unit moves another reading.
        identity: dlib's distance at the low and the high end, on average over people.
    """

    name: str
    vector: Tensor
    low: float
    high: float
    how: str
    identity: tuple[float, float]
    shown: float | None = None
    leak: float | None = None

    @property
    def works(self) -> bool:
        """Whether it does what its name says, and can be moved at all."""
        return (self.shown is None or self.shown >= WORKS) and self.high > 0 > self.low


@dataclass(frozen=True)
class Stage:
    """Where directions are tried.

    Attributes:
        pack: draws.
        usual: judges.
        people: on whom effects are measured, `[N, num_ws, w_dim]`.
        tried: fewer people, for range and identity.
        averages: as many of the pack's means and labels.
        known: dlib's identity of those that are tried.
    """

    pack: LoadedPack
    usual: Usual
    people: Tensor
    tried: Tensor
    averages: Tensor
    known: NDArray[np.float64]


def named(pack: LoadedPack, photos: Labelled, track: Track, tried: int = TRIED) -> list[Found]:
    """One direction for each label of the photos and each rule of `reading`, each free of the others."""
    reader, values = fit_reader(map(levels, photos.parts()), photos.labels)
    codes = _codes(pack, photos, track)
    if codes is None:
        codes = drawn = _sampled(pack, 1.0)
        values = torch.cat(
            [reader(render(pack.generator, part)) for part in track(torch.split(drawn, 64), "Reading")]
        )
    stage = _stage(pack, learn(pack.features, map(levels, photos.parts())), codes, tried)
    fitted = fit(pack.generator, reader, codes, values, stage.people)
    return [_named(stage, reader, fitted, i, len(codes)) for i in track(range(len(reader.names)), "Trying")]


def numbered(
    pack: LoadedPack, count: int, photos: Labelled | None, track: Track, tried: int = TRIED
) -> list[Found]:
    """The `count` strongest of SeFa, over all layers and over each group, one deviation of w long."""
    codes = _sampled(pack, 0.7)
    drawn = (render(pack.generator, part) for part in torch.split(_sampled(pack, 1.0), 64))
    shown = drawn if photos is None else map(levels, photos.parts())
    stage = _stage(pack, learn(pack.features, shown), codes, tried)
    spread = torch.cov(pack.generator.mapping.codes(*_draws(pack)).detach().cpu().t())
    found = []
    for group in track(list(GROUPS), "Factorising"):
        for i, unit in enumerate(factorise(pack.generator, group, count), start=1):
            axis = unit[unit.abs().sum(dim=1).argmax()]
            name = f"sefa-{i}" if group == "all" else f"sefa-{group}-{i}"
            how = f"SeFa: number {i} of {group} layers, from the weights; 1 is a standard deviation of w along it."
            found.append(_tried(stage, name, unit * (axis @ spread @ axis).sqrt(), how))
    return found


def _named(stage: Stage, reader: Reader, fitted: Fitted, index: int, count: int) -> Found:
    name, own = reader.names[index], fitted.effects[index].abs()
    shown = float(fitted.shown[index])
    leak = float(own[torch.arange(len(own)) != index].max())
    source = "labels" if name in reader.labels else "a rule on pixels or landmarks"
    how = (
        f"Plus: {PLUS.get(name, f'more of {name}')}. From {count} photos by {source}, all at once, unmixed by what "
        f"drawn faces show; 1 is a standard deviation among photos. Before scaling {shown:.2f} of it showed; others "
        f"move {leak:.2f} at most."
    )
    return _tried(stage, name, fitted.vectors[index], how, (shown, leak))


def _tried(
    stage: Stage, name: str, vector: Tensor, how: str, effects: tuple[float, float] | None = None
) -> Found:
    low, high = reach(stage.pack, stage.usual, vector, (stage.tried, stage.averages))
    ends = [_identities(stage.pack, stage.tried + amount * vector) for amount in (low, high)]
    apart = [round(float(np.linalg.norm(end - stage.known, axis=1).mean()), 3) for end in ends]
    how += f" Identity distance (dlib) {apart[0]:.2f} at the low end, {apart[1]:.2f} at the high one."
    shown, leak = effects or (None, None)
    return Found(name, vector, low, high, how, (apart[0], apart[1]), shown, leak)


def _stage(pack: LoadedPack, usual: Usual, codes: Tensor, tried: int) -> Stage:
    averages = _evenly(torch.stack([*pack.means.values(), *pack.labels.values()]).cpu(), tried)
    few = _evenly(codes, tried)
    return Stage(pack, usual, _evenly(codes, _PEOPLE), few, averages, _identities(pack, few))


def _evenly(codes: Tensor, count: int) -> Tensor:
    return codes[torch.from_numpy(np.linspace(0, len(codes) - 1, count).astype(np.int64))]


@torch.no_grad()
def _codes(pack: LoadedPack, photos: Labelled, track: Track) -> Tensor | None:
    if pack.encoder is None:
        return None
    parts = track(photos.parts(), "Encoding")
    return torch.cat([pack.encoder(levels(part).to(pack.device)).cpu() for part in parts])


@torch.no_grad()
def _sampled(pack: LoadedPack, psi: float) -> Tensor:
    codes: Tensor = pack.generator.mapping(*_draws(pack))
    return (pack.w_avg + psi * (codes - pack.w_avg)).cpu()


def _draws(pack: LoadedPack) -> tuple[Tensor, Tensor | None]:
    """People of all classes in turn, on the pack's device."""
    config = pack.generator.config
    z = seeded_codes(_SEED, _SAMPLES, config.z_dim).to(pack.device)
    classes = torch.arange(_SAMPLES) % max(config.c_dim, 1)
    return z, torch.eye(config.c_dim)[classes].to(pack.device) if config.c_dim else None


def _identities(pack: LoadedPack, ws: Tensor) -> NDArray[np.float64]:
    """`[N, 128]`."""
    return np.stack([alignment.identity(pixels) for pixels in to_uint8(render(pack.generator, ws))])


def told(found: Sequence[Found]) -> dict[str, Any]:
    """What a manifest's provenance says of them."""
    return {
        each.name: {"shown": each.shown, "leak": each.leak, "identity": list(each.identity)} for each in found
    }
