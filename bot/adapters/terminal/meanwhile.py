"""What is typed while work goes on: to cancel it is done at once, all else waits for its end."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from bot.adapters.terminal.lines import Lines
from bot.adapters.terminal.printed import named
from bot.core.replies import Button

CANCEL = b"/cancel"
Press = Callable[[Button, bool], Coroutine[None, None, None]]


class Meanwhile:
    """Reads lines, and while there is work, hears whether it is to be cancelled.

    Where nobody sits at a terminal, no line is read before its time, and Ctrl-C ends the chat as ever.

    Args:
        lines: what is typed.
        press: press a button of the work, by Ctrl-C or not, and show what comes of it.
        attended: somebody sits there.
    """

    def __init__(self, lines: Lines, press: Press, *, attended: bool) -> None:
        self._lines, self._press, self._attended = lines, press, attended
        self._kept: deque[bytes | None] = deque()
        self._buttons: Sequence[Button] = ()
        self._hearing: asyncio.Task[None] | None = None
        self._pressing: asyncio.Task[None] | None = None
        self._interrupted = False

    async def next(self) -> bytes | None:
        """The next line that was not meant for the work; None at the end."""
        return self._kept.popleft() if self._kept else await self._lines.next()

    def goes_on(self, buttons: Sequence[Button]) -> None:
        """Work goes on, and these buttons belong to it, of which the first cancels it."""
        if not self._attended or not buttons:
            return
        self._buttons = buttons
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear())

    async def ended(self) -> None:
        """Wait until what was pressed is answered, too."""
        self._buttons = ()
        if self._pressing is not None:
            await self._pressing

    def leave(self) -> None:
        """The answer is complete, or given up."""
        for task in (self._hearing, self._pressing):
            if task is not None:
                task.cancel()
        self._buttons, self._hearing, self._pressing, self._interrupted = (), None, None, False

    async def _hear(self) -> None:
        with suppress(OSError):  # it is met again at the next line
            while (line := await self._lines.next()) is not None:
                if not self._pressed(line.strip().lower()):
                    self._kept.append(line)
            self._kept.append(None)

    def _pressed(self, typed: bytes) -> bool:
        number = 1 if typed == CANCEL else int(typed) if typed.isdigit() and len(typed) < 4 else 0
        button = named(typed.decode("utf-8", "replace"), self._buttons)
        if 1 <= number <= len(self._buttons):
            button = self._buttons[number - 1]
        if button is not None:
            self._begin(button, False)
        return button is not None

    def _begin(self, button: Button, by_key: bool) -> None:
        if self._pressing is None:
            self._pressing = asyncio.create_task(self._press(button, by_key))

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """Within this the first Ctrl-C cancels the work, where there is any; all others do what they did before."""
        if not self._attended:
            yield
            return
        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGINT)

        def interrupted(number: int, frame: FrameType | None) -> None:
            if self._buttons and self._pressing is None and not self._interrupted:
                self._interrupted = True
                loop.call_soon_threadsafe(self._begin, self._buttons[0], True)
            elif callable(before):
                before(number, frame)

        signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
