"""`typeface-inference bench`: how fast the engine draws and projects, how long people wait, what it takes.

Each figure stands beside what it is to be measured against: synthesis beside the textbook's way, whose picture
must be the same, and the machine's own ceilings; people in the scheduler beside one after another; the engine
alone beside the same through a server.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import TypeVar

import torch

from inference import logs
from inference.commands import given
from inference.commands.bench import (
    ceilings,
    configurations,
    machine,
    memory,
    plots,
    projection,
    report,
    staggered,
    synthesis,
    through_server,
)
from inference.commands.bench.asked import STARTER, Asked
from inference.commands.bench.ladder import Rung
from inference.commands.bench.results import Results
from inference.engine.precision import chosen
from inference.settings import Settings

T = TypeVar("T")


def run(settings: Settings, asked: Asked, *, as_json: bool) -> None:
    """Measure what `asked.check` let pass, print and draw.

    Raises:
        SettingsError: the pack cannot be measured.
        PackError: it does not load.
        InternalError: something measured is wrong.
    """
    logs.configure(sys.stderr)
    photo = None if asked.photo is None else given.read(asked.photo)
    results = _measure(settings, asked, photo)
    if as_json:
        print(json.dumps(results.to_dict()))
    else:
        report.show(results)
    if asked.plot is not None:
        for path in plots.draw(results, asked.plot):
            _tell(f"drew {path}")


def _measure(settings: Settings, asked: Asked, photo: bytes | None) -> Results:
    effort, began = asked.effort, time.perf_counter()
    torch.set_num_threads(settings.threads)
    pack = configurations.pack(asked.config, settings)
    described = machine.describe(settings, pack.device)
    _tell("ceilings")
    with _exact():
        before = ceilings.measure(pack.device, effort)
        pictures = _told("synthesis, batch", synthesis.measure(pack, effort))
        after = ceilings.measure(pack.device, effort)
    people = _told("projection, slots", projection.measure(pack, settings, effort))
    _tell(f"{effort.jobs} people, one after another and through the scheduler")
    crowd = staggered.measure(pack, settings, effort)
    _tell("memory")
    peaks = memory.measure(settings, asked.config)
    served = None
    if asked.config == STARTER:
        _tell("through a server")
        served = through_server.measure(pack, settings, photo, effort)
    _tell(f"done after {time.perf_counter() - began:.0f} s")
    return Results(
        machine=described,
        configuration=asked.config,
        pack=f"{pack.manifest.name} {pack.manifest.version}",
        network=pack.generator.config,
        precision=chosen(settings.precision, pack.device, pack.generator.config),
        ceilings=before.highest(after),
        synthesis=pictures,
        projection=people,
        staggered=crowd,
        memory=peaks,
        served=served,
    )


@contextlib.contextmanager
def _exact() -> Iterator[None]:
    """For as long as the textbook is drawn, fp32 means fp32; what follows is measured as it is served."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def _told(what: str, rungs: Iterator[Rung[T]]) -> list[Rung[T]]:
    """All of them, each named when it is there."""
    found = []
    for rung in rungs:
        _tell(f"{what} {rung.size}{f': left out, {rung.left_out}' if rung.left_out else ''}")
        found.append(rung)
    return found


def _tell(text: str) -> None:
    """Progress; stdout is for the figures."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()
