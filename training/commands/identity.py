"""`typeface-training identity`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import torch
import typer

from training.commands.options import Data, Device, Manifest, Minutes, Out, Seed, Threads
from training.datasets.people import load_people
from training.errors import SettingError
from training.export import identity as identities
from training.loops import identity as loop
from training.loops.checkpoint import LATEST
from training.loops.machine import Machine, machine
from training.recipes import identity as recipes
from training.recipes.identity import IdentityTraining
from training.telling import sentences
from training.writing import alone


def identity(  # noqa: PLR0913, PLR0917 - one a flag
    data: Data,
    out: Out,
    manifest: Manifest = None,
    resolution: Annotated[int, typer.Option(help="Of the packs that it is for.")] = 64,
    pack: Annotated[Path | None, typer.Option(help="Folder of the pack that gets it at the end.")] = None,
    minutes: Minutes = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train a network that tells people apart, until its last iteration, a limit, Ctrl-C or SIGTERM.

    typeface-training identity --data faces.zip --out runs/identity --pack packs/ours --minutes 15
    """
    with sentences(), machine(device, threads) as here:
        recipe = replace(_recipe(resolution), seed=seed)
        _train(recipe, _Source(data, manifest), out, minutes, here)
        if pack is not None:
            typer.echo(f"{pack}: version {identities.add_identity(out / LATEST, pack)}")


def _recipe(resolution: int) -> IdentityTraining:
    try:
        return recipes.config(resolution)
    except ValueError as error:
        raise SettingError(f"--resolution: {error}") from error


@dataclass(frozen=True, slots=True)
class _Source:
    data: Path
    manifest: Path | None


def _train(
    recipe: IdentityTraining, source: _Source, out: Path, minutes: float | None, here: Machine
) -> None:
    side = recipe.network.resolution * 3 // 2  # room to turn and bend in
    people = load_people(source.data, source.manifest, side)
    held_out = load_people(source.data, source.manifest, side, "validation")
    trainer = loop.IdentityTrainer(recipe, people, here)
    typer.echo(f"{len(people)} pictures, {len(held_out)} held out; {torch.get_num_threads()} threads")
    with alone(out):
        loop.train(trainer, out, minutes, partial(print, flush=True))
    if len(held_out):
        typer.echo(f"held out, found among {len(held_out)}: {loop.told_apart(trainer.network, held_out):.3f}")
