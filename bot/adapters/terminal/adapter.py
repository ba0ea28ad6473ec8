"""The terminal as a platform of the bot: lines in, one line a reply out, for people and for pipes."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

from bot.adapters.terminal import typed
from bot.adapters.terminal.lines import Lines
from bot.adapters.terminal.meanwhile import Meanwhile
from bot.adapters.terminal.printed import (
    Album,
    AlbumError,
    HumanPrinter,
    JsonPrinter,
    Kept,
    Printer,
    buttons_of,
)
from bot.core.events import Command, Origin, Person, Press
from bot.core.languages import Voice
from bot.core.pace import paced
from bot.core.ports import Handler
from bot.core.replies import Button, Progress, Reply, Shown, Text
from bot.core.wording import pick


@dataclass(frozen=True)
class TerminalOptions:
    """`person` is who writes: another name, another conversation. Pictures go to `out`.

    `pace_seconds` is how often progress is told in a pipe; on a terminal it moves ten times as often. `guest`: faces
    come from another process's server, which whoever sits here may have stopped.
    """

    person: str = "me"
    locale: str = "en"
    json: bool = False
    out: Path = Path("typeface-pictures")
    pace_seconds: float = 1.0
    guest: bool = False


class TerminalAdapter:
    """One chat over one pair of streams."""

    name = "terminal"

    def __init__(self, service: Handler, options: TerminalOptions) -> None:
        self._service, self._options = service, options
        self._locale = pick(options.locale)
        self._album = Album(options.out)
        self._menu: tuple[Button, ...] = ()
        self._anew = True

    async def run(self, stdin: BinaryIO, stdout: TextIO) -> int:
        """Answer every line of `stdin`; the next is read when the answer to the last is complete.

        Returns:
            0 when the stream ended and every line was answered, be it by an error's code; 1 when reading, or
            writing to `stdout`, could not go on; 2 when a picture could not be written to the folder, which is
            told on stderr. Ctrl-C cancels the work that goes on, where somebody sits at a terminal; else, and when it
            is pressed again, this itself, as asyncio does.
        """
        printer = self._printer(stdout)
        press = partial(self._press, printer)
        meanwhile = self._meanwhile = Meanwhile(Lines(stdin), press, attended=stdin.isatty())
        try:
            with meanwhile.interrupts():
                if stdout.isatty() and not self._options.json:
                    await self._return(printer)
                while True:
                    printer.prompt()
                    if (line := await meanwhile.next()) is None:
                        return 0
                    if line.strip():
                        await self._answer(line, printer, stdout)
        except AlbumError as error:
            printer.close()
            print(await self._voice().say("terminal-no-folder", path=str(error)), file=sys.stderr)
            return 2
        except OSError:
            return 1
        finally:
            printer.close()

    def _printer(self, stdout: TextIO) -> Printer:
        return JsonPrinter(stdout) if self._options.json else HumanPrinter(stdout)

    def _origin(self) -> Origin:
        handle = self._options.person
        name = "" if handle == TerminalOptions.person else handle
        update = uuid.uuid4().hex
        return Origin(Person("terminal", handle), "terminal", self._locale, update, name=name, handle=handle)

    def _voice(self) -> Voice:
        return Voice(self._service, self._origin())

    async def _answer(self, line: bytes, printer: Printer, stdout: TextIO) -> None:
        self._anew = True
        event = await asyncio.to_thread(typed.read, line, self._menu, self._origin())
        if isinstance(event, typed.Mistake):
            printer.show(await self._own(event))
            if event.code == "no_such_button" and not self._menu:
                await self._return(printer)
            return
        moving = not self._options.json and stdout.isatty()
        pace = self._options.pace_seconds / (10 if moving else 1)
        code: str | None = None
        try:
            async with aclosing(paced(self._service.handle(event), pace, time)) as replies:
                async for reply in replies:
                    # First: who sees that Ctrl-C cancels the work may press it at once.
                    self._meanwhile.goes_on(buttons_of(reply) if isinstance(reply, Progress) else ())
                    await self._show(reply, printer)
                    code = None if isinstance(reply, Progress) else reply.code
            await self._meanwhile.ended()
        finally:
            self._meanwhile.leave()
        if code == "unreachable" and self._options.guest and not self._options.json:
            printer.show(Text(await self._voice().say("terminal-house-away")))

    async def _press(self, printer: Printer, button: Button, by_key: bool) -> None:
        """Press a button of the work that goes on."""
        if by_key:
            printer.show(Text(await self._voice().say("terminal-cancelling")))
        async with aclosing(self._service.handle(Press(self._origin(), button.payload))) as replies:
            async for reply in replies:
                await self._show(reply, printer)

    async def _return(self, printer: Printer) -> None:
        """Show where the person stands, with buttons whose numbers are good from now on; a new one is welcomed."""
        async for reply in self._service.handle(Command(self._origin(), "back", {})):
            await self._show(reply, printer)

    async def _own(self, mistake: typed.Mistake) -> Text:
        argument = "path" if mistake.code == "no_such_file" else "number"
        return Text(await self._voice().say(mistake.key, **{argument: mistake.shown}), code=mistake.code)

    async def _show(self, reply: Reply, printer: Printer) -> None:
        kept = None
        if isinstance(reply, Shown):
            kept = Kept(self._album.keep(reply.picture), await self._voice().say("terminal-file"))
        first = 1
        if reply.menu and not isinstance(reply, Progress):
            # The buttons of one answer are numbered on, so that none of them takes another's number.
            before = () if self._anew else self._menu
            self._menu, self._anew, first = before + buttons_of(reply), False, len(before) + 1
        printer.show(reply, kept, first)
