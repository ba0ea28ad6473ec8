"""`typeface-training`: train, export, sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from training.config import GanConfig
from training.datasets.faces import FaceSource, load_faces
from training.evaluation.judge import judge
from training.export import contact_sheet, starter_pack
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.gan import GanTrainer
from training.loops.hardware import hardware
from training.loops.run import Run, RunPlan
from training.recipes import starter

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train Typeface's models and pack them.")

RECIPES = {"starter": starter.config}


@app.callback()
def root() -> None:
    """Train Typeface's models and pack them."""


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help=f"One of: {', '.join(RECIPES)}.")],
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")],
    max_minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    max_kimg: Annotated[float | None, typer.Option(help="Stop at so many thousand pictures.")] = None,
) -> None:
    """Train a recipe until a limit, Ctrl-C or SIGTERM; run again to go on."""
    config: GanConfig = RECIPES[recipe]()
    data = load_faces(FaceSource(faces, manifest), config.generator.resolution)
    typer.echo(f"{len(data)} pictures: {data.counts}; {torch.get_num_threads()} threads")
    about = {"recipe": recipe, "counts": data.counts, "hardware": hardware()}
    plan = RunPlan(out, max_kimg, max_minutes, about=about)
    run = Run(GanTrainer(config, data), plan, lambda line: print(line, flush=True))
    run.resume()
    run.go()


@app.command()
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


@app.command()
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


@app.command()
def sheet(
    pack: Annotated[Path, typer.Option(help="Folder of a pack.")],
    out: Annotated[Path, typer.Option(help="PNG to write.")],
) -> None:
    """Draw a pack: its types for women and men, its looks, and people at psi 0.5 and 0.7."""
    contact_sheet.draw(pack, out)
    typer.echo(str(out))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
