"""`typeface-training add-encoder` and `add-upscaler`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.export.trained import Averaged, add_trained
from training.loops.checkpoint import LATEST
from training.telling import sentences

Run = Annotated[Path, typer.Option(help="Folder of the network's run.")]
Pack = Annotated[Path, typer.Option(help="Folder of the pack that gets it.")]
Checkpoint = Annotated[str, typer.Option(help="File of the run.")]


def add_encoder(run: Run, pack: Pack, checkpoint: Checkpoint = LATEST) -> None:
    """Put a trained encoder into a pack, whose version goes up.

    typeface-training add-encoder --run runs/encoder --pack packs/ours
    """
    _add("encoder", run / checkpoint, pack)


def add_upscaler(run: Run, pack: Pack, checkpoint: Checkpoint = LATEST) -> None:
    """Put a trained upscaler into a pack, whose version goes up.

    typeface-training add-upscaler --run runs/upscaler --pack packs/ours
    """
    _add("upscaler", run / checkpoint, pack)


def _add(name: Averaged, checkpoint: Path, pack: Path) -> None:
    with sentences():
        version = add_trained(name, checkpoint, pack)
    total = sum(file.stat().st_size for file in pack.iterdir())
    typer.echo(f"{pack}: version {version}, {total / 1e6:.2f} MB")
