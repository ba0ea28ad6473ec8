"""What the README claims, measured on this machine: `make bench`.

Starts the whole house as `make run` does, all platforms on (Discord and Telegram are the test doubles), and uses it
over the web chat as a browser would. `--clone` also times `make run` from a fresh clone to ready. It only prints.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table
from skimage import data

from bot.core.mbti import TYPES
from bot.core.wording import say
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.telegram.server import Telegram
from tests.e2e.house import READY, House, Reply, Visitor, both_bots, environment, house

GENDERS = ("female", "male", "either")


@dataclass(frozen=True)
class Figure:
    """One measured thing beside what was asked of it."""

    what: str
    measured: float
    asked: float | None
    unit: str


def quantile(values: Sequence[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


async def answers(visitor: Visitor, questions: Iterable[str]) -> list[float]:
    """Seconds until the whole answer, the picture in it, is there, for each question."""
    seconds = []
    for question in questions:
        started = time.perf_counter()
        kinds = [reply["kind"] async for reply in visitor.stream({"kind": "line", "text": question})]
        assert "picture" in kinds
        seconds.append(time.perf_counter() - started)
    return seconds


async def selfies(visitor: Visitor, photo: bytes, times: int) -> tuple[list[float], list[float]]:
    """Seconds from the selfie to its first preview and to the blended face."""
    await visitor.say("/mbti ENFP female")
    asked = await visitor.send(photo)
    await visitor.press(asked[-1], say("en", "button-agree"))
    previews, blends = [], []
    for _ in range(times):
        started = time.perf_counter()
        first: float | None = None
        last: Reply = {}
        async for reply in visitor.stream({"kind": "photo"}, photo):
            last = reply
            if first is None and reply["kind"] == "progress" and reply["preview"]:
                first = time.perf_counter() - started
        assert last["kind"] == "picture", last
        assert first is not None
        previews.append(first)
        blends.append(time.perf_counter() - started)
    return previews, blends


async def use(running: House, photo: bytes) -> list[Figure]:
    questions = [f"/mbti {kind} {gender}" for kind, gender in itertools.product(TYPES, GENDERS)]
    async with Visitor(running.url) as visitor:
        await visitor.say("/start")
        cold = await answers(visitor, questions)
        warm = await answers(visitor, questions)
        previews, blends = await selfies(visitor, photo, 7)
    return [
        Figure("/mbti answer, first time, p50", quantile(cold, 0.5), None, "s"),
        Figure("/mbti answer, first time, p95", quantile(cold, 0.95), 0.5, "s"),
        Figure("/mbti answer, again, p95", quantile(warm, 0.95), 0.5, "s"),
        Figure("selfie to first preview, median", statistics.median(previews), None, "s"),
        Figure("selfie to blended face, median", statistics.median(blends), 15, "s"),
        Figure("selfie to blended face, slowest of 7", max(blends), 15, "s"),
        Figure("inference process, peak memory", peak_mb(running.inference_pid), 1536, "MB"),
        Figure("bot process, peak memory", peak_mb(running.process.pid), 250, "MB"),
    ]


async def measure(photo: bytes) -> list[Figure]:
    with tempfile.TemporaryDirectory() as home:
        async with DiscordDouble() as discord, Telegram() as telegram:
            started = time.perf_counter()
            async with house(Path(home), **both_bots(discord, telegram)) as running:
                ready = time.perf_counter() - started
                figures = await use(running, photo)
                await running.stop()
    return [Figure("installed to ready", ready, None, "s"), *figures]


def fresh_clone() -> Figure:
    """`git clone` and `make run`, to its last line."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "typeface"
        started = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
        command = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment(Path(folder) / "home", TYPEFACE_PORT="0"),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert command.stdout is not None
            assert any(line.startswith(READY) for line in command.stdout)
            return Figure("fresh clone to ready", time.perf_counter() - started, 360, "s")
        finally:
            os.killpg(command.pid, signal.SIGTERM)
            command.wait(60)


def show(figures: Iterable[Figure]) -> None:
    table = Table(
        "figure", "measured", "asked at most", "unit", title=f"Typeface on {os.cpu_count()} processors"
    )
    for figure in figures:
        asked = "" if figure.asked is None else f"{figure.asked:g}"
        table.add_row(figure.what, f"{figure.measured:.3g}", asked, figure.unit)
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photo", type=Path, help="a selfie (default: scikit-image's astronaut, NASA)")
    parser.add_argument("--clone", action="store_true", help="also time a fresh clone's `make run`")
    options = parser.parse_args()
    out = io.BytesIO()
    Image.fromarray(data.astronaut()).save(out, "JPEG", quality=92)
    photo = options.photo.read_bytes() if options.photo else out.getvalue()
    figures = [fresh_clone()] if options.clone else []
    show(figures + asyncio.run(measure(photo)))


if __name__ == "__main__":
    main()
