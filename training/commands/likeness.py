"""`typeface-training likeness`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from inference.engine.engine import Engine
from inference.packs import loader
from training.commands.options import Device, Threads
from training.datasets.faces import FaceSource, unseen
from training.evaluation.likeness import Likeness
from training.evaluation.likeness import likeness as measure
from training.export.measured import add_likeness
from training.loops.machine import machine
from training.telling import sentences


def likeness(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack.")],
    data: Annotated[Path, typer.Option(help="Archive of aligned pictures.")],
    manifest: Annotated[
        Path, typer.Option(help="CSV table of it: columns file, gender, person, age, ethnicity.")
    ],
    people: Annotated[int, typer.Option(min=1, help="So many held-out people at most.")] = 100,
    card: Annotated[
        bool, typer.Option("--card", help="Write what was measured into the pack's card.")
    ] = False,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Measure how alike projections of people are whom no network has seen, and of each group of them.

    typeface-training likeness --pack packs/ours --data aligned128.zip --manifest manifest.csv --card
    """
    with sentences(), machine(device, threads) as here:
        engine = Engine(loader.load(pack, here.device))
        source = FaceSource(data, manifest, unseen([engine.pack.manifest.provenance.get("held_out")]))
        found = measure(engine, source, people, track)
        _tell(found)
        if card:
            typer.echo(f"{pack}: version {add_likeness(pack, found)}")


def _tell(found: Likeness) -> None:
    table = Table("group", "people", "median distance", "from the whole's")
    table.add_row("all", str(len(found.people)), f"{found.median:.3f}", "")
    for group, (count, median) in found.groups().items():
        table.add_row(group, str(count), f"{median:.3f}", f"{median - found.median:+.3f}")
    Console().print(table)
    typer.echo(f"{found.own:.0%} are nearer to their own photo than to anybody else's")
