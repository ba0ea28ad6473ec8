"""A core that says what the test tells it to, and remembers what it was told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable

from PIL import Image

from bot.core.events import Event, Origin, Person
from bot.core.mbti import Gender
from bot.core.replies import Button, Picture, Progress, Reply, Shown, Text
from bot.core.wording import pick

Script = Callable[[Event], AsyncIterator[Reply]]
MENU = ((Button("More me", "1.abc.me", "primary"), Button("Forget", "1.abc.forget", "danger")),)


def jpeg(side: int = 64, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


def picture(colour: str = "teal") -> Picture:
    return Picture(jpeg(colour=colour), "image/jpeg", "face.jpg", "A face.")


async def hello(_: Event) -> AsyncIterator[Reply]:
    yield Text("Hello!")


async def face(_: Event) -> AsyncIterator[Reply]:
    yield Shown(picture(), "Here is ENFP.", MENU)


class Scripted:
    """`events` are what came, `closed` counts the answers that were ended early."""

    def __init__(self, script: Script = hello) -> None:
        self.script = script
        self.events: list[Event] = []
        self.closed = 0
        self.samples: list[tuple[str, str]] = []
        self.broken = False
        self.chosen = ""
        self.moves: list[tuple[str, str]] = []
        self.gone: list[Person] = []

    async def moved(self, platform: str, old: str, new: str) -> bool:
        self.moves.append((old, new))
        return True

    def left(self, person: Person) -> None:
        self.gone.append(person)

    async def sample(self, kind: str, gender: Gender) -> bytes | None:
        self.samples.append((kind, gender))
        if self.broken:
            return None
        return jpeg()

    async def language(self, origin: Origin) -> str:
        return self.chosen or pick(origin.locale)

    async def handle(self, event: Event) -> AsyncIterator[Reply]:
        self.events.append(event)
        try:
            async for reply in self.script(event):
                yield reply
        except (GeneratorExit, asyncio.CancelledError):
            self.closed += 1
            raise


def working(steps: int, seconds: float, previews: bool = False) -> Script:
    """A job with progress, and a face at its end."""

    async def script(_: Event) -> AsyncIterator[Reply]:
        for step in range(steps):
            preview = picture(f"#{step:02d}80{99 - step:02d}") if previews else None
            yield Progress(f"Step {step}", step / steps, preview)
            await asyncio.sleep(seconds)
        yield Shown(picture(), "Done.", MENU)

    return script
