"""The same work through a server of its own over loopback: what the server adds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from inference import images
from inference import settings as configuration
from inference.client import Client
from inference.commands.bench import configurations
from inference.commands.bench.effort import Effort
from inference.commands.bench.memory import peak_mb, status_mb
from inference.commands.bench.staggered import quantile
from inference.engine.engine import Engine
from inference.errors import InternalError
from inference.packs import manifest
from inference.packs.loader import LoadedPack
from inference.settings import Settings
from inference.wire import Face, JobEvent, LabelFace, ProjectResult, SeedFace

_START_SECONDS = 120
_SIZE = 512


@dataclass(frozen=True)
class Selfie:
    """One photo's way: seconds from sending it to the first picture and to the face, and the steps made."""

    first_preview_seconds: float | None
    seconds: float
    steps: int


@dataclass(frozen=True)
class Served:
    """Milliseconds of pictures at 512 px, encoded; megabytes.

    Attributes:
        engine_p50_ms, engine_p95_ms: a person by seed, by the engine in this process.
        person_p50_ms, person_p95_ms: the same through the server.
        average_p95_ms, average_again_p95_ms: a label's average, the first time and again.
        selfie: of the photo, where one was given.
        memory_mb, memory_peak_mb: of the server's process, in the end and at its highest.
    """

    person_p50_ms: float
    person_p95_ms: float
    average_p95_ms: float
    average_again_p95_ms: float
    selfie: Selfie | None
    memory_mb: float | None
    memory_peak_mb: float | None
    engine_p50_ms: float = math.nan
    engine_p95_ms: float = math.nan


def measure(pack: LoadedPack, settings: Settings, photo: bytes | None, effort: Effort) -> Served:
    """Start a server, ask it, end it. Raises InternalError when it does not start."""
    engine = configurations.engine(pack, settings)
    for seed in range(3):
        _drawn(engine, seed)
    alone = [_drawn(engine, seed) for seed in range(effort.renders)]
    through = asyncio.run(_asked(settings, _labels(pack), photo, effort))
    return replace(through, engine_p50_ms=quantile(alone, 0.5), engine_p95_ms=quantile(alone, 0.95))


def _labels(pack: LoadedPack) -> list[LabelFace]:
    labels = manifest.info(pack.manifest, default=True).labels
    return [LabelFace(label=label.label, gender=label.genders[0]) for label in labels[:16]]


def _drawn(engine: Engine, seed: int) -> float:
    began = time.perf_counter()
    images.encode(engine.picture(configurations.picture(seed)), size=_SIZE, format="jpeg")
    return 1000 * (time.perf_counter() - began)


async def _asked(settings: Settings, labels: list[LabelFace], photo: bytes | None, effort: Effort) -> Served:
    async with _server(settings) as (url, pid), Client(url, settings.token) as client:
        people = [await _fetch(client, SeedFace(seed=1000 + n, psi=0.7)) for n in range(effort.renders)]
        averages = [await _fetch(client, face) for face in labels]
        again = [await _fetch(client, face) for face in labels]
        selfie = None if photo is None else await _send(client, photo, effort.selfie_steps)
        return Served(
            person_p50_ms=quantile(people, 0.5),
            person_p95_ms=quantile(people, 0.95),
            average_p95_ms=quantile(averages, 0.95),
            average_again_p95_ms=quantile(again, 0.95),
            selfie=selfie,
            memory_mb=status_mb(pid, "VmRSS"),
            memory_peak_mb=peak_mb(pid),
        )


async def _fetch(client: Client, face: Face) -> float:
    began = time.perf_counter()
    await client.render(face, size=_SIZE)
    return 1000 * (time.perf_counter() - began)


async def _send(client: Client, photo: bytes, steps: int | None) -> Selfie:
    began, first = time.perf_counter(), None
    async for news in client.project(photo, owner="bench", steps=steps):
        if isinstance(news, ProjectResult):
            return Selfie(first, time.perf_counter() - began, news.steps)
        if first is None and isinstance(news, JobEvent) and news.preview is not None:
            first = time.perf_counter() - began
    raise InternalError("The projection ended without a result.")


@contextlib.asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[tuple[str, int]]:
    """A server process of our own on a free port."""
    command = [sys.executable, "-m", "inference", "serve", "--host", "127.0.0.1", "--port", "0"]
    command += ["--pack", str(settings.packs[0]), "--threads", str(settings.threads)]
    environment = {**configuration.environment(), "TYPEFACE_INFERENCE_DEVICE": settings.device}
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
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
