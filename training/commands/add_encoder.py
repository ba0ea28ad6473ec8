"""`typeface-training add-encoder`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.export import encoder as encoders
from training.loops.checkpoint import LATEST
from training.telling import sentences


def add_encoder(
    run: Annotated[Path, typer.Option(help="Folder of an encoder's run.")],
    pack: Annotated[Path, typer.Option(help="Folder of the pack that gets it.")],
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Put a trained encoder into a pack, whose version goes up.

    typeface-training add-encoder --run runs/encoder --pack packs/ours
    """
    with sentences():
        version = encoders.add_encoder(run / checkpoint, pack)
    total = sum(file.stat().st_size for file in pack.iterdir())
    typer.echo(f"{pack}: version {version}, {total / 1e6:.2f} MB")
