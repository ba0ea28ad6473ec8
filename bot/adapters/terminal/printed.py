"""Replies as lines: for people, or as JSON for programs. In a pipe each reply is one line, flushed at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TaskID, TaskProgressColumn
from rich.progress import Progress as Bar
from rich.text import Text

from bot.adapters.terminal.wrapped import glued, wrapped
from bot.core.replies import Button, Picture, Progress, Reply, Shown

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""What a terminal obeys, and what turns the words after it round."""


def buttons_of(reply: Reply) -> tuple[Button, ...]:
    """A reply's buttons in the order in which they are numbered."""
    rows = reply.menu if isinstance(reply, Progress) else reply.rows
    return tuple(button for row in rows for button in row)


def one_line(text: str) -> str:
    """The text in one line, and without what a terminal would obey."""
    lines = (_CONTROL.sub(" ", line).strip() for line in re.split(r"[\n\u2028\u2029]+", text))
    return " / ".join(line for line in lines if line)


def named(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button that says so, as it is printed; of several the last, which is in view."""
    same = [button for button in buttons if one_line(button.label).casefold() == text.casefold()]
    return same[-1] if same else None


class AlbumError(Exception):
    """The folder cannot be made or written to; the text is its path."""


class Album:
    """The folder that pictures are written to, under numbered names; nothing there is ever overwritten."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0

    def keep(self, picture: Picture) -> Path:
        """Write a picture; returns its path.

        Raises:
            AlbumError: the folder cannot be made or written to.
        """
        try:
            return self._write(picture)
        except OSError as error:
            raise AlbumError(str(self._folder)) from error

    def _write(self, picture: Picture) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]+", "-", Path(picture.name).name).strip(".-") or "picture"
        while True:
            self._number += 1
            path = self._folder / f"{self._number:04d}-{name}"
            try:
                with path.open("xb") as file:
                    file.write(picture.data)
            except FileExistsError:
                continue
            return path


@dataclass(frozen=True)
class Kept:
    """Where a reply's picture was written, and what that is called."""

    file: Path
    label: str


class Printer(Protocol):
    """Shows replies, and where their pictures were written; their buttons are numbered from `first`."""

    def prompt(self) -> None: ...

    def show(self, reply: Reply, kept: Kept | None = None, first: int = 1) -> None: ...

    def close(self) -> None: ...


def _kind(reply: Reply) -> str:
    if isinstance(reply, Progress):
        return "progress"
    if isinstance(reply, Shown):
        return "picture"
    return "menu" if reply.menu else "text"


class JsonPrinter:
    """One JSON object a reply, always with the same keys: kind, text, file, buttons, progress, code."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def prompt(self) -> None:
        """Programs need none."""

    def show(self, reply: Reply, kept: Kept | None = None, first: int = 1) -> None:
        line = {
            "kind": _kind(reply),
            "text": reply.text,
            "file": str(kept.file) if kept else None,
            "buttons": [{"n": n, "label": b.label} for n, b in enumerate(buttons_of(reply), first)],
            "progress": reply.fraction if isinstance(reply, Progress) else None,
            "code": None if isinstance(reply, Progress) else reply.code,
        }
        # ASCII alone: whatever the encoding of the pipe, the line can be written and read.
        self._out.write(json.dumps(line) + "\n")
        self._out.flush()

    def close(self) -> None:
        """Nothing is held."""


def human_line(reply: Reply, kept: Kept | None, first: int) -> str:
    """A reply in one line for people."""
    parts = [_fraction(reply), one_line(reply.text)]
    if kept:
        parts.append(f"({kept.label}: {kept.file})")
    if not isinstance(reply, Progress):
        parts += _numbered(reply, first)
    return "  ".join(part for part in parts if part)


def human_page(reply: Reply, kept: Kept | None, first: int, width: int) -> str:
    """A reply for people at a terminal: its own lines, its file, its buttons, as wide as the terminal."""
    lines = [one_line(line) for line in reply.text.splitlines()]
    if kept:
        lines.append(glued(f"({kept.label}: {kept.file})"))
    lines.append("  ".join(map(glued, _numbered(reply, first))))
    return "\n".join(wrapped(line, width) for line in lines if line)


def _fraction(reply: Reply) -> str:
    return f"{reply.fraction:4.0%}" if isinstance(reply, Progress) and reply.fraction is not None else ""


def _numbered(reply: Reply, first: int = 1) -> list[str]:
    return [f"[{n}] {one_line(button.label)}" for n, button in enumerate(buttons_of(reply), first)]


class _Moving(Bar):
    """What is told, and the bar under it: beside it, words would be broken around the bar."""

    told = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield Text(self.told)
        yield from super().get_renderables()


class HumanPrinter:
    """For people; progress moves in one place on a terminal, and in a pipe each reply is a line of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._console = Console(file=out)
        self._bar: _Moving | None = None
        self._task = TaskID(0)

    def prompt(self) -> None:
        if self._out.isatty():
            self._out.write("> ")
            self._out.flush()

    def show(self, reply: Reply, kept: Kept | None = None, first: int = 1) -> None:
        if isinstance(reply, Progress) and self._out.isatty():
            self._move(reply)
            return
        self.close()
        at_terminal = self._out.isatty()
        width = self._console.width
        told = human_page(reply, kept, first, width) if at_terminal else human_line(reply, kept, first)
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        # What the terminal's encoding cannot write becomes a question mark, not the end of the chat.
        self._out.write(told.encode(encoding, "replace").decode(encoding) + "\n")
        self._out.flush()

    def _move(self, reply: Progress) -> None:
        width = self._console.width
        told = wrapped("  ".join((one_line(reply.text), *map(glued, _numbered(reply)))), width)
        if self._bar is None:
            columns = BarColumn(min(40, width - len(" 100%"))), TaskProgressColumn()
            self._bar = _Moving(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=1)
        self._bar.told = told
        self._bar.update(self._task, completed=reply.fraction)
        self._bar.start()

    def close(self) -> None:
        """Take the moving line away."""
        if self._bar:
            self._bar.stop()
            self._bar = None
