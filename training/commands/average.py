"""`typeface-training average`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from inference.wire import Gender
from training.averages.adding import add_averages
from training.averages.groups import LEAST
from training.averages.judging import Judgement
from training.averages.making import Average, Method
from training.averages.run import SHEET, WORK, AveragePlan, Averages
from training.commands.options import Device, Threads
from training.errors import SettingError
from training.loops.machine import machine
from training.telling import sentences

_METHODS: dict[str, tuple[Method, ...]] = {
    "both": ("projection", "class"),
    "projection": ("projection",),
    "class": ("class",),
}


def average(  # noqa: PLR0913, PLR0917 - one a flag
    data: Annotated[
        Path, typer.Option(help="Photos by type and gender: what prepare made, or of the official layout.")
    ],
    pack: Annotated[Path, typer.Option(help="The base model, and where labels were learnt, their model.")],
    out: Annotated[
        Path, typer.Option(help="Folder of the sheet and the numbers; gone on with if it exists.")
    ],
    method: Annotated[
        Literal["both", "projection", "class"],
        typer.Option(
            help="projection: mean of the photos' latents; class: psi 0 of a model that learnt labels."
        ),
    ] = "both",
    tuned: Annotated[
        Path | None,
        typer.Option(
            help="Folder of models fine-tuned on a type each: ENFP.female, ENFP.male (run, pack, .pt)."
        ),
    ] = None,
    base_female: Annotated[Path | None, typer.Option(help="Another base pack for women.")] = None,
    base_male: Annotated[Path | None, typer.Option(help="Another base pack for men.")] = None,
    steps: Annotated[
        int | None, typer.Option(min=0, help="Of each projection; the pack's usual number.")
    ] = None,
    least: Annotated[int, typer.Option(min=1, help="Photos that a class must have.")] = LEAST,
    write: Annotated[
        Literal["projection", "class"] | None, typer.Option(help="Put these into the pack as its labels.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Make the average face of every label and gender, by two methods, and show and judge them side by side.

    The original project found the second more natural; look at the sheet, and choose with --write.

    typeface-training average --data types.zip --pack packs/ours --out averages

    typeface-training average --data types.zip --pack packs/base --tuned runs/freezed --out averages --write projection
    """
    with sentences(), machine(device, threads) as here:
        bases: dict[Gender, Path] = {}
        if base_female is not None:
            bases["female"] = base_female
        if base_male is not None:
            bases["male"] = base_male
        if write is not None and write not in _METHODS[method]:
            raise SettingError(f"--write {write} needs --method {write} or both")
        plan = AveragePlan(data, pack, out, bases, tuned, _METHODS[method], steps, least, str(here.device))
        averages = Averages(plan)
        judged = averages.make(track)
        _tell(judged, averages.failed)
        shown = " | ".join(dict.fromkeys(each.method for each, _ in judged))
        typer.echo(f"{out / SHEET}: {shown}; {out / WORK} holds people's faces, delete it when done")
        if write is not None:
            chosen = [each for each, _ in judged if each.method == write]
            if not chosen:
                raise SettingError(f"there is no average face by {write} to write")
            typer.echo(f"{pack}: version {add_averages(pack, averages.usable(chosen))}")


def _tell(judged: Sequence[tuple[Average, Judgement]], failed: Sequence[tuple[str, str]]) -> None:
    table = Table("label", "photos", "method", "identity to its photos", "to others'", "sharpness")
    for each, said in judged:
        numbers = ["" if number is None else f"{number:.3f}" for number in (said.own, said.others)]
        table.add_row(
            each.group.name, str(len(each.group.entries)), each.method, *numbers, f"{said.sharpness:.3f}"
        )
    Console().print(table)
    for file, why in failed:
        typer.echo(f"{file}: {why}", err=True)
