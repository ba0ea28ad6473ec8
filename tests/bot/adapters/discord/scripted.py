"""A core whose answers the test writes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from bot.core.events import Event, Origin, Photo
from bot.core.replies import Button, Picture, Progress, Reply, Shown, Text
from bot.core.wording import pick

Step = Reply | float | asyncio.Event
"""A reply, seconds to wait, or something to wait for."""
Script = Callable[[Event], Sequence[Step]]


def jpeg(side: int = 64) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (side, side), (200, 150, 120)).save(data, "JPEG")
    return data.getvalue()


def picture(name: str = "face.jpg") -> Picture:
    return Picture(jpeg(), "image/jpeg", name, "A face that is half ENFP and half yours.")


MENU = ((Button("More me", "1.abc.me", "primary"), Button("Show everyone", "1.abc.show.1")),)
SHOWN = Shown(picture(), "Here you are.", MENU)
BLEND: Sequence[Step] = (
    Progress("Reading", 0.0, menu=((Button("Cancel", "1.abc.cancel.1"),),)),
    0.05,
    Progress("Looking", 0.5, preview=picture("preview.jpg")),
    0.05,
    SHOWN,
)


@dataclass
class Scripted:
    """Answers each event with the steps that `script` gives; remembers events, counts answers cut off."""

    script: Script = lambda _: (Text("Hello."),)
    events: list[Event] = field(default_factory=list)
    cut: int = 0
    chosen: str = ""

    async def language(self, origin: Origin) -> str:
        return self.chosen or pick(origin.locale)

    async def handle(self, event: Event) -> AsyncIterator[Reply]:
        self.events.append(event)
        try:
            for step in self.script(event):
                if isinstance(step, float):
                    await asyncio.sleep(step)
                elif isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        except (GeneratorExit, asyncio.CancelledError):
            self.cut += 1
            raise

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def photos(self) -> list[Photo]:
        """The photos of all events, None left out."""
        return [photo for photo in (getattr(event, "photo", None) for event in self.events) if photo]
