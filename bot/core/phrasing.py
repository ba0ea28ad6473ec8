"""From what the conversation says to replies: in a language, with buttons that belong to somebody."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from math import ceil

from bot.core import menus, presses
from bot.core.effects import Choices, Line, Say, Show
from bot.core.events import Person
from bot.core.replies import Button, Menu, Picture, Progress, Shown, Text
from bot.core.wording import say
from inference.wire import JobEvent


@dataclass(frozen=True)
class Phrasing:
    """One person's language and buttons."""

    person: Person
    locale: str

    def line(self, line: Line) -> str:
        return say(self.locale, line.key, **line.args)

    def lines(self, lines: tuple[Line, ...]) -> str:
        return "\n\n".join(self.line(line) for line in lines)

    def menu(self, choices: Choices) -> Menu:
        return tuple(
            tuple(
                Button(self.line(c.label), presses.encode(self.person, c.action, *c.args), c.style)
                for c in row
            )
            for row in choices
            if row
        )

    def text(self, said: Say) -> Text:
        return Text(self.lines(said.lines), self.menu(said.menu), said.code)

    def shown(self, show: Show, picture: bytes) -> Shown:
        """`picture` is a JPEG."""
        image = Picture(picture, "image/jpeg", f"{show.name}.jpg", self.line(show.alt))
        return Shown(image, self.lines(show.lines), self.menu(show.menu), show.code, show.public)

    def begun(self, job: int, *, composing: bool = False) -> Progress:
        """The first word about a job: a composition, else a projection."""
        line = Line("progress-compose" if composing else "progress-start")
        return Progress(self.line(line), menu=self.menu(menus.cancel(job)))

    def progress(self, job: int, event: JobEvent) -> Progress:
        """How far a projection is."""
        view = event.job
        seconds = max(1, ceil(view.eta))
        fraction = min(1.0, view.step / view.steps) if view.steps else None
        if view.state == "queued":
            line = Line("progress-queued", {"position": max(1, view.position), "seconds": seconds})
        elif fraction is None:
            line = Line("progress-start")
        else:
            line = Line("progress-running", {"percent": round(100 * fraction), "seconds": seconds})
        preview = None
        if event.preview:
            data = b64decode(event.preview)
            preview = Picture(data, "image/jpeg", "preview.jpg", self.line(Line("alt-preview")))
        return Progress(self.line(line), fraction, preview, self.menu(menus.cancel(job)))
