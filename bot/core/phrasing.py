"""From what the conversation says to replies: in a language, with buttons that belong to somebody."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from bot.core import menus, presses
from bot.core.effects import Arg, Choice, Choices, Line, Range, Say, Selection, Show
from bot.core.events import Person
from bot.core.presence import Running
from bot.core.replies import Button, Menu, Picture, Progress, Select, Shown, Slider, Text
from bot.core.wording import say
from inference.wire import JobEvent


@dataclass(frozen=True)
class Shot:
    """An encoded picture, film or file; of a film also its `poster`. `code` tells how it was made, if one does."""

    data: bytes = b""
    media_type: str = "image/jpeg"
    code: str | None = None
    poster: bytes = b""


@dataclass(frozen=True)
class Phrasing:
    """One person's language and buttons."""

    person: Person
    locale: str

    def line(self, line: Line) -> str:
        return say(self.locale, line.key, **{name: self._arg(value) for name, value in line.args.items()})

    def _arg(self, value: Arg) -> str | int | datetime:
        if isinstance(value, Line):
            return self.line(value)
        return ", ".join(map(self.line, value)) if isinstance(value, tuple) else value

    def lines(self, lines: tuple[Line, ...]) -> str:
        return "\n\n".join(self.line(line) for line in lines)

    def _button(self, choice: Choice) -> Button:
        payload = presses.encode(self.person, choice.action, *choice.args)
        return Button(self.line(choice.label), payload, choice.style, choice.form)

    def menu(self, choices: Choices) -> Menu:
        return tuple(tuple(map(self._button, row)) for row in choices if row)

    def select(self, selection: Selection | None) -> Select | None:
        if selection is None:
            return None
        return Select(self.line(selection.label), tuple(map(self._button, selection.options)))

    def slider(self, of: Range) -> Slider:
        payload = presses.encode(self.person, of.action, *of.args, str(of.value))
        prefix = payload.removesuffix(str(of.value))
        group = self.line(of.group) if of.group else ""
        return Slider(self.line(of.label), prefix, of.low, of.high, of.value, of.unit, group)

    def text(self, said: Say) -> Text:
        lines, menu, select = self.lines(said.lines), self.menu(said.menu), self.select(said.select)
        stays = self.lines(said.stays)
        return Text(
            lines,
            menu,
            said.code,
            said.public,
            select,
            said.link,
            stays,
            said.to,
            said.instead,
            said.ended,
        )

    def shown(self, show: Show, made: Shot) -> Shown:
        """`made` is what the picture is."""
        code = made.code if show.made else None
        lines = show.lines if code is None else (*show.lines, Line("made-code", {"code": code}))
        name = f"{show.name}.{made.media_type.split('/')[1].replace('jpeg', 'jpg')}"
        return Shown(
            Picture(made.data, made.media_type, name, self.line(show.alt), made.poster),
            self.lines(lines),
            self.menu(menus.published(show.menu, code) if show.publish and code else show.menu),
            show.code,
            show.public,
            self.select(show.select),
            tuple(map(self.slider, show.ranges)),
            code,
            show.whole,
            show.instead,
            show.pair,
        )

    def begun(self, job: int, line: Line) -> Progress:
        """The first word about a job."""
        return Progress(self.line(line), menu=self.menu(menus.cancel(job)))

    def progress(self, running: Running, event: JobEvent) -> Progress:
        """How far a job is."""
        view = event.job
        seconds = max(1, ceil(view.eta))
        fraction = min(1.0, view.step / view.steps) if view.steps else None
        if view.state == "queued":
            line = Line("progress-queued", {"position": max(1, view.position), "seconds": seconds})
        elif fraction is None:
            line = Line(f"progress-{running.doing}")
        else:
            args = {"percent": round(100 * fraction), "seconds": seconds}
            line = Line(f"progress-{running.doing}-running", args)
        preview = None
        if event.preview:
            data = b64decode(event.preview)
            preview = Picture(data, "image/jpeg", "preview.jpg", self.line(Line("alt-preview")))
        return Progress(self.line(line), fraction, preview, self.menu(menus.cancel(running.number)))
