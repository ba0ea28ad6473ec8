"""`typeface-training evaluate`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.packs import manifest as manifests
from training.commands.options import Data, Manifest, Threads
from training.evaluation.judging import Judgement
from training.evaluation.photos import MOST
from training.evaluation.report import Plan
from training.evaluation.report import evaluate as run
from training.export.measured import add_measures
from training.loops.machine import DeviceName, machine
from training.telling import sentences


def evaluate(  # noqa: PLR0913, PLR0917 - one a flag
    subjects: Annotated[
        list[Path], typer.Argument(help="Runs, checkpoints, packs, .pkl or .pt, any number.")
    ],
    data: Data,
    out: Annotated[
        Path, typer.Option(help="Report to write, an .html; the numbers go to a .json beside it.")
    ],
    manifest: Manifest = None,
    count: Annotated[int, typer.Option(help="Samples of each.")] = 512,
    photos: Annotated[int, typer.Option(min=8, help="Photos to compare with, at most.")] = MOST,
    psi: Annotated[float, typer.Option(help="Truncation of the samples; 1 is what was learnt.")] = 1.0,
    inception: Annotated[
        Path | None,
        typer.Option(
            help="Inception weights for FID and KID: pt_inception-2015-12-05-6726825d.pth, .safetensors."
        ),
    ] = None,
    card: Annotated[
        bool, typer.Option("--card", help="Write what was measured into the cards of the packs among them.")
    ] = False,
    device: Annotated[DeviceName, typer.Option(help="cpu leaves the GPU to a training.")] = "cpu",
    threads: Threads = None,
) -> None:
    """Compare generators with the photos: distances, repeated photos, diversity, in one HTML report.

    It may run beside the training: it takes the processor only while that is idle.

    typeface-training evaluate runs/enfp --data faces.zip --out report.html

    typeface-training evaluate packs/ours --data faces.zip --out report.html --card

    typeface-training evaluate runs/enfp/kimg-00200.pt runs/enfp packs/old --data faces.zip --out compared.html
    """
    with suppress(AttributeError, OSError):
        os.nice(10)
    with sentences(), machine(device, threads) as here:
        plan = Plan(subjects, data, out, manifest, count, photos, psi, inception, str(here.device))
        floor, *judged = run(plan, Console())
        if card:
            _write_cards(subjects, floor, judged)
    typer.echo(str(out))


def _write_cards(subjects: Sequence[Path], floor: Judgement, judged: Sequence[Judgement]) -> None:
    for subject, own in zip(subjects, judged, strict=True):
        if (subject / manifests.FILE).exists():
            typer.echo(f"{subject}: version {add_measures(subject, floor, own)}")
