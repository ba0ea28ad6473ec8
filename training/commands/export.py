"""`typeface-training export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.datasets.faces import FaceSource
from training.export import starter_pack
from training.loops.checkpoint import LATEST


def export(
    run: Annotated[Path, typer.Option(help="Folder of a training run.")],
    out: Annotated[Path, typer.Option(help="Folder of the pack.")],
    faces: Annotated[
        Path | None, typer.Option(help="Archive, to hold age still and measure quality.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option(help="CSV table of the archive.")] = None,
    strength: Annotated[float, typer.Option(help="How far the types differ, in standard deviations.")] = 1.0,
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Turn a run's averaged generator into a pack with sixteen illustrative types."""
    path = run / checkpoint
    source = FaceSource(faces, manifest) if faces and manifest else None
    starter_pack.export(path, out, starter_pack.ExportPlan(strength=strength, source=source))
    total = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {total / 1e6:.2f} MB")
