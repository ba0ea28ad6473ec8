"""`typeface-inference bench`: how long people wait, and how much memory that takes.

Each figure of the engine alone stands beside the same through a server of its own over loopback, so one run
shows what the server adds; synthesis stands beside the textbook's way (`inference.commands.textbook`), whose
picture must be the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from inference import images
from inference.client import Client
from inference.commands import textbook
from inference.commands.loading import open_packs
from inference.engine.engine import Engine
from inference.errors import InternalError
from inference.settings import Settings, SettingsError
from inference.wire import Face, FacePicture, LabelFace, PackInfo, ProjectResult, SeedFace

_RENDERS = 30
_START_SECONDS = 120
_ROUNDS = 20
_BATCHES = (1, 4)
_SAME = 1e-4  # by which the textbook's picture may differ


@dataclass(frozen=True)
class Figure:
    """A line of the table: the engine alone, through the server, by the textbook; None where not measured."""

    name: str
    unit: str
    engine: float | None
    server: float | None = None
    textbook: float | None = None


@dataclass(frozen=True)
class Served:
    """What was measured through the server."""

    people: list[float]
    averages: list[float]
    again: list[float]
    projection: float | None
    steps: int
    rss: float | None
    peak: float | None


def run(settings: Settings, photo: Path | None, *, steps: int, as_json: bool) -> None:
    """Measure and print; projections take `steps`, or with 0 what the engine chooses."""
    data = _read(photo)
    torch.set_num_threads(settings.threads)
    packs = open_packs(settings.packs[:1], settings.device, 1)
    engine, info = next(iter(packs.engines.values())), packs.served[0].info
    alone = [_timed(partial(_draw, engine, _person(seed))) for seed in range(_RENDERS)]
    seconds, made = _project(engine, steps)
    drawn = [_synthesis(engine, count) for count in _BATCHES]
    served = asyncio.run(_through_server(settings, info, data, steps))
    figures = [*_figures(alone, seconds / made, made, served), *drawn]
    if as_json:
        print(json.dumps({"machine": _machine(settings), "figures": [asdict(f) for f in figures]}))
    else:
        _print(figures, settings, data is not None)


def _figures(alone: list[float], step: float, steps: int, served: Served) -> list[Figure]:
    through = served.projection
    return [
        Figure("a person at 512 px, p50", "ms", _quantile(alone, 0.5), _quantile(served.people, 0.5)),
        Figure("a person at 512 px, p95", "ms", _quantile(alone, 0.95), _quantile(served.people, 0.95)),
        Figure("an average's first picture, p95", "ms", None, _quantile(served.averages, 0.95)),
        Figure("an average's next pictures, p95", "ms", None, _quantile(served.again, 0.95)),
        Figure("projection steps a second", "1/s", 1 / step, served.steps / through if through else None),
        Figure(f"a projection of {steps} steps", "s", step * steps, through),
        Figure("memory of the server", "MB", None, served.rss),
        Figure("memory of the server, peak", "MB", None, served.peak),
    ]


def _person(seed: int) -> SeedFace:
    return SeedFace(seed=seed, psi=0.7)


def _draw(engine: Engine, face: Face) -> bytes:
    return images.encode(engine.picture(FacePicture(face=face)), size=512, format="jpeg")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


@torch.inference_mode()
def _synthesis(engine: Engine, count: int) -> Figure:
    """Pictures a second, `count` at once, in turns with the textbook. Raises InternalError when they differ."""
    network = engine.pack.generator.synthesis
    codes = torch.stack([engine.latent(_person(seed)) for seed in range(count)])
    ways = (
        partial(network, codes, noise="const", force_fp32=True),
        partial(textbook.synthesise, network, codes),
    )
    if (difference := textbook.apart(*(way() for way in ways))) > _SAME:
        raise InternalError(f"The textbook draws another picture: {difference:.1e} apart.")
    times = [[_timed(partial(_waited, way)) for way in ways] for _ in range(_ROUNDS)]
    # The best round of each: others use the machine too.
    ours, plain = (1000 * count / min(column) for column in zip(*times, strict=True))
    return Figure(f"synthesis, {count} at once", "pictures/s", ours, textbook=plain)


def _waited(way: Callable[[], torch.Tensor]) -> None:
    """A GPU answers before it has drawn; a pixel that is read back waits for the picture."""
    way()[0, 0, 0, 0].item()


def _project(engine: Engine, steps: int) -> tuple[float, int]:
    """Seconds and steps of a projection, of a person that the pack drew itself."""
    photo = engine.picture(FacePicture(face=_person(1)))
    engine.start(photo, 1)  # the faces that projections begin at are drawn once
    began = time.perf_counter()
    projection = engine.start(photo, steps)
    while not projection.done:
        engine.advance([projection])
    return time.perf_counter() - began, projection.steps


async def _through_server(settings: Settings, info: PackInfo, photo: bytes | None, asked: int) -> Served:
    async with _server(settings) as (url, pid), Client(url) as client:
        people = [await _fetch(client, _person(seed)) for seed in range(100, 100 + _RENDERS)]
        faces = [LabelFace(label=label.label, gender=label.genders[0]) for label in info.labels[:16]]
        averages = [await _fetch(client, face) for face in faces]
        again = [await _fetch(client, face) for face in faces]
        seconds, steps = None, 0
        if photo is not None:
            seconds, steps = await _send(client, photo, asked)
        rss, peak = _memory(pid)
    return Served(people, averages, again, seconds, steps, rss, peak)


async def _fetch(client: Client, face: Face) -> float:
    began = time.perf_counter()
    await client.render(face, size=512)
    return 1000 * (time.perf_counter() - began)


async def _send(client: Client, photo: bytes, steps: int) -> tuple[float, int]:
    began = time.perf_counter()
    async for news in client.project(photo, owner="bench", steps=steps):
        if isinstance(news, ProjectResult):
            return time.perf_counter() - began, news.steps
    raise InternalError("The projection ended without a result.")


@contextlib.asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[tuple[str, int]]:
    """A server process of our own on a free port."""
    command = [sys.executable, "-m", "inference", "serve", "--host", "127.0.0.1", "--port", "0"]
    command += ["--pack", str(settings.packs[0]), "--threads", str(settings.threads)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
        if not line:
            raise InternalError("The server did not start.")
        yield json.loads(line)["url"], process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _memory(pid: int) -> tuple[float | None, float | None]:
    """Resident memory of a process, now and at its peak, in MB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None, None
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024


def _quantile(values: list[float], share: float) -> float:
    if len(values) < 2:
        return values[0] if values else math.nan
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def _read(photo: Path | None) -> bytes | None:
    try:
        return None if photo is None else photo.read_bytes()
    except OSError as error:
        raise SettingsError(f"{photo} cannot be read: {error.strerror}.") from None


def _machine(settings: Settings) -> str:
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    place = f"{cpu}, {os.cpu_count()} cores" if settings.device == "cpu" else settings.device
    return f"{place}, {settings.threads} threads, torch {torch.__version__}"


def _print(figures: list[Figure], settings: Settings, sent: bool) -> None:
    table = Table(title="typeface-inference bench", caption=_machine(settings))
    for column in ("", "textbook", "engine alone", "through the server", ""):
        table.add_column(column, justify="left" if not column else "right")
    for figure in figures:
        measured = (figure.textbook, figure.engine, figure.server)
        table.add_row(figure.name, *map(_number, measured), figure.unit)
    console = Console()
    console.print(table)
    if not sent:
        console.print("Give --photo FILE to measure a selfie's way through the server.")


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.1f}"
