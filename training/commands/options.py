"""Options that several commands have, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from training.augment.families import FAMILIES
from training.config import Precision
from training.loops.machine import DeviceName

Data = Annotated[
    Path,
    typer.Option(help="What prepare made, a zip or folder of the official layout; with --manifest any zip."),
]
Manifest = Annotated[
    Path | None, typer.Option(help="CSV table of a zip of aligned pictures: columns file, gender, person.")
]
Out = Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")]

Kimg = Annotated[float | None, typer.Option(min=0, help="Stop at so many thousand pictures.")]
Minutes = Annotated[float | None, typer.Option(min=0, help="Stop after so many minutes.")]
Device = Annotated[DeviceName, typer.Option(help="auto: the GPU where there is one.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Of the processor; torch's own number.")]
Seed = Annotated[int, typer.Option(min=0, help="Of all dice.")]
Start = Annotated[
    Path | None,
    typer.Option("--from", help="Begin with the weights of a run, checkpoint, pack, .pkl or .pt."),
]
PartStart = Annotated[
    Path | None,
    typer.Option(
        "--from", help="Begin with the network of another such run, of its checkpoint, or of a pack."
    ),
]
GrowFrom = Annotated[
    Path | None, typer.Option(help="Begin as a network of half the size: what --from takes.")
]
Widen = Annotated[
    int,
    typer.Option(
        min=1, max=16, help="So many times the channels of what it begins with; it draws the same at first."
    ),
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
PRECISIONS: Final[dict[str, Precision]] = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
MetricName = Literal["sliced", "identity"]
Metric = Annotated[
    MetricName | None,
    typer.Option(
        help="Keep the snapshot with the least of this distance as best.pt, measured at every look."
    ),
]
