"""A handler that records what it is asked and answers by a script, in the place of the core."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator

from PIL import Image

from bot.core.events import Command, Event, Origin, PhotoSent, Press
from bot.core.ports import Push, Shared
from bot.core.replies import Button, Picture, Progress, Reply, Shown, Text
from bot.core.wording import pick


def picture(colour: str, name: str = "typeface-enfp.jpg", side: int = 64) -> Picture:
    data = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(data, "JPEG")
    return Picture(data.getvalue(), "image/jpeg", name, f"A {colour} square")


BLEND_MENU = (
    (Button("More me", "more-me"), Button("More type", "more-type")),
    (Button("My match", "match", "primary"),),
)


class NoShares:
    """Nobody shares anything."""

    async def look(self, token: str) -> Shared | None:
        return None

    async def picture(self, token: str, locale: str) -> bytes | None:
        return None


class Scripted:
    """`gate` holds a photo's answer back at half of its way until it is set; `broken` makes it end early."""

    def __init__(self) -> None:
        self.sharing = NoShares()
        self.events: list[Event] = []
        self.closed: list[Event] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.gone = asyncio.Event()
        self.broken = False
        self.chosen = ""
        self.pushes: dict[str, Push] = {}

    def reach(self, platform: str, push: Push) -> None:
        self.pushes[platform] = push

    async def language(self, origin: Origin) -> str:
        return self.chosen or pick(origin.locale)

    async def handle(self, event: Event) -> AsyncGenerator[Reply]:
        self.events.append(event)
        try:
            async for reply in self._answer(event):
                yield reply
        finally:
            self.closed.append(event)
            self.gone.set()

    async def _answer(self, event: Event) -> AsyncGenerator[Reply]:
        if self.broken:
            raise RuntimeError("scripted to break")
        if isinstance(event, PhotoSent) and event.photo.problem:
            yield Text("That file is too large.", code=event.photo.problem)
        elif isinstance(event, PhotoSent):
            async for reply in self._blend():
                yield reply
        elif isinstance(event, Press) and event.payload == "cancel":
            self.gate.set()
            yield Text("Cancelled.", code="cancelled")
        elif isinstance(event, Command) and event.name == "mbti":
            yield Shown(picture("coral"), f"This is {event.options.get('text')}.")
            yield Text("May I use a selfie?", ((Button("I agree", "yes", "primary"), Button("No", "no")),))
        else:
            said = event.payload if isinstance(event, Press) else getattr(event, "text", "something")
            yield Text(f"You said {said}")

    async def _blend(self) -> AsyncGenerator[Reply]:
        cancel = ((Button("Cancel", "cancel", "danger"),),)
        yield Progress("Waiting", None, None, cancel)
        await asyncio.sleep(0.3)
        yield Progress("Blending", 0.5, picture("teal"), cancel)
        await self.gate.wait()
        yield Shown(picture("navy"), "That is you.", BLEND_MENU)
