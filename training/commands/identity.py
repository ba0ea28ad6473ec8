"""`typeface-training identity`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from training.datasets.faces import FaceSource
from training.datasets.people import load_people
from training.export import identity as identities
from training.loops import identity as loop
from training.loops.checkpoint import LATEST
from training.recipes import identity as recipes
from training.telling import sentences


def identity(
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints; resumed if it has one.")],
    resolution: Annotated[int, typer.Option(help="Of the packs that it is for.")] = 64,
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Folder of the pack that gets it at the end.")] = None,
) -> None:
    """Train a network that tells people apart, until its last iteration, a limit, Ctrl-C or SIGTERM."""
    with sentences():
        _train(FaceSource(faces, manifest), out, resolution, minutes, pack)


def _train(source: FaceSource, out: Path, resolution: int, minutes: float | None, pack: Path | None) -> None:
    recipe = recipes.config(resolution)
    side = resolution * 3 // 2  # room to turn and bend in
    data, held_out = load_people(source, side), load_people(source, side, validation=True)
    trainer = loop.IdentityTrainer(recipe, data)
    typer.echo(f"{len(data)} pictures, {len(held_out)} held out; {torch.get_num_threads()} threads")
    loop.train(trainer, out, minutes, lambda line: print(line, flush=True))
    typer.echo(f"held out, found among {len(held_out)}: {loop.told_apart(trainer.network, held_out):.3f}")
    if pack is not None:
        typer.echo(f"{pack}: version {identities.add_identity(out / LATEST, pack)}")
