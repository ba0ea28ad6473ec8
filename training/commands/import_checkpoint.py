"""`typeface-training import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.export.imported import ImportPlan, import_pack
from training.telling import sentences


def import_checkpoint(  # noqa: PLR0913, PLR0917 - one a flag
    checkpoint: Annotated[Path, typer.Argument(help="Official .pkl, or rosinality's .pt.")],
    out: Annotated[Path, typer.Option(help="Folder of the pack.")],
    licence: Annotated[str, typer.Option(help="Of the weights, in a sentence; ask who made them.")],
    name: Annotated[str, typer.Option(help="Of the pack: a-z, 0-9, dot, dash.")] = "imported",
    version: Annotated[str, typer.Option(help="Of the pack.")] = "0.1.0",
    attribution: Annotated[str, typer.Option(help="Who made the weights, from what.")] = "unknown",
    framing_padding: Annotated[
        float, typer.Option(min=0, max=2, help="How wide the training photos were cut around the face.")
    ] = 0.25,
    label: Annotated[
        list[str] | None,
        typer.Option(help="A class's name, in order, once for each: ENFP, ENFP:female or ENFP:male."),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(help="Pack of the same size to compare pictures by, if there is no discriminator."),
    ] = None,
) -> None:
    """Make a pack from somebody else's checkpoint, of which nothing is run.

    typeface-training import network-snapshot.pkl --out packs/mine --licence "CC BY 4.0" --name mine
    """
    plan = ImportPlan(
        licence,
        name=name,
        version=version,
        attribution=attribution,
        padding=framing_padding,
        labels=label or (),
        features=features,
    )
    with sentences():
        import_pack(checkpoint, out, plan)
    total = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {total / 1e6:.2f} MB")
