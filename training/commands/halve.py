"""`typeface-training halve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.loops.checkpoint import LATEST
from training.telling import sentences
from training.transfer.halving import halve as run_halve


def halve(
    run: Annotated[Path, typer.Option(help="Folder of a run of a StyleGAN2.")],
    out: Annotated[Path, typer.Option(help="Folder of the small one; it must not have a run.")],
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Make a small copy of a run, in half precision, to go on elsewhere: on a GPU rented by the hour.

    typeface-training halve --run runs/faces --out carried/faces

    There, the command that trained it goes on, with --out carried/faces.
    """
    with sentences():
        written = run_halve(run, out, checkpoint)
    typer.echo(f"{written}: {written.stat().st_size / 1e6:.2f} MB")
