"""Options that several commands have, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from training.augment.families import FAMILIES

Out = Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")]
MaxMinutes = Annotated[float | None, typer.Option(help="Stop after so many minutes.")]
MaxKimg = Annotated[float | None, typer.Option(help="Stop at so many thousand pictures.")]
Start = Annotated[
    Path | None,
    typer.Option("--from", help="Begin with the weights of a run, checkpoint, pack, .pkl or .pt."),
]
GrowFrom = Annotated[
    Path | None, typer.Option(help="Begin as a network of half the size: what --from takes.")
]
FreezeD = Annotated[
    int | None, typer.Option(min=0, help="Layers of the discriminator that do not learn: 4, 7, 10, 13.")
]
FreezeG = Annotated[
    int | None, typer.Option(min=0, help="Mapping and blocks up to so many px do not learn; 0: all do.")
]
Families = Annotated[
    str | None,
    typer.Option(
        help="In place of ADA's transforms: families of which a picture gets one at a time, `all` or a list "
        f"such as flip,blur: {', '.join(FAMILIES)}.",
        rich_help_panel="Augmentation",
    ),
]
MetricName = Literal["sliced", "identity"]
Metric = Annotated[
    MetricName | None,
    typer.Option(
        help="Keep the snapshot with the least of this distance as best.pt, measured at every look."
    ),
]
