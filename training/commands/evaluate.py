"""`typeface-training evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.datasets.faces import FaceSource, load_faces
from training.evaluation.judge import judge
from training.export import starter_pack
from training.loops.checkpoint import LATEST, load_checkpoint


def evaluate(
    run: Annotated[Path, typer.Option(help="Folder of a training run.")],
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Measure how far a checkpoint's pictures are from the training pictures."""
    config, generator = starter_pack.averaged_generator(load_checkpoint(run / checkpoint))
    verdict = judge(generator, load_faces(FaceSource(faces, manifest), config.generator.resolution))
    typer.echo(f"sliced Wasserstein distance x 1000: {verdict}")
