"""Work is cancelled at a real terminal: by Ctrl-C, by a word, by its number."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.wording import say

ROOT = Path(__file__).resolve().parents[4]
CTRL_C, CTRL_D = "\x03", "\x04"


class Desk:
    """Somebody at a terminal, with a chat in a process of its own."""

    def __init__(self, terminal: int, running: asyncio.subprocess.Process, photo: Path) -> None:
        self._terminal, self.running, self._photo = terminal, running, photo
        self.seen = ""

    def types(self, what: str) -> None:
        os.write(self._terminal, what.encode())

    async def sees(self, words: str) -> None:
        """Wait until these words have come since what was waited for last."""
        while words not in self.seen:
            try:
                self.seen += os.read(self._terminal, 65536).decode(errors="replace")
            except BlockingIOError:
                await asyncio.sleep(0.02)
        self.seen = self.seen.partition(words)[2]

    async def works(self) -> None:
        """A photo is worked on that will never be done."""
        self.types("/mbti ENFP female\n")
        await self.sees("[3] " + say("en", "button-agree"))
        self.types("3\n")
        await self.sees("> ")
        await self.again()

    async def again(self) -> None:
        self.types(f"@{self._photo}\n")
        await self.sees("[1] " + say("en", "button-cancel"))

    async def cancelled(self) -> None:
        await self.sees("[1] " + say("en", "button-retry"))
        await self.sees("> ")

    async def ends(self) -> int:
        while self.running.returncode is None:  # nobody reads: a terminal that is full would hold it up
            try:
                self.seen += os.read(self._terminal, 65536).decode(errors="replace")
            except BlockingIOError:
                await asyncio.sleep(0.02)
            except OSError:
                break
        return await self.running.wait()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    photo = tmp_path / "me.jpg"
    photo.write_bytes(b"bytes")
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.adapters.terminal.held", str(tmp_path / "album")),
        cwd=ROOT,
        env=dict(os.environ, COLUMNS="300"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    desk = Desk(ours, running, photo)
    try:
        async with asyncio.timeout(120):
            await desk.sees("> ")
            yield desk
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
        os.close(ours)


async def test_ctrl_c_cancels_the_work_and_the_chat_goes_on(desk: Desk) -> None:
    await desk.works()
    desk.types(CTRL_C)
    await desk.sees(say("en", "terminal-cancelling"))
    await desk.sees(say("en", "error-cancelled"))
    await desk.cancelled()
    # The number of its button is good, and the work begins anew.
    desk.types("1\n")
    await desk.sees("[1] " + say("en", "button-cancel"))
    desk.types(CTRL_C)
    await desk.cancelled()
    desk.types(CTRL_C)
    assert await desk.ends() == 130, "at the prompt it ends the chat"


async def test_a_second_ctrl_c_ends_the_chat(desk: Desk) -> None:
    await desk.works()
    desk.types(CTRL_C + CTRL_C)
    # Two signals at the same moment may reach a process as one.
    while True:
        try:
            async with asyncio.timeout(5):
                assert await desk.ends() == 130
                return
        except TimeoutError:
            desk.types(CTRL_C)


@pytest.mark.parametrize("typed", ["/cancel", "1", " /CANCEL ", say("en", "button-cancel").upper()])
async def test_a_word_or_its_number_cancels_it_too(desk: Desk, typed: str) -> None:
    await desk.works()
    # What else is typed meanwhile is read when the work has ended, and in its order.
    desk.types(f"/help\n{typed}\n")
    await desk.sees(say("en", "error-cancelled"))
    await desk.sees("/mbti ENFP woman")
    desk.types("/cancel\n")
    await desk.sees(say("en", "nothing-runs"))
    desk.types(CTRL_D)
    assert await desk.ends() == 0


async def test_the_end_of_typing_in_mid_work_ends_the_chat_when_the_work_has(desk: Desk) -> None:
    await desk.works()
    desk.types(f"/cancel\n{CTRL_D}")
    await desk.sees(say("en", "error-cancelled"))
    assert await desk.ends() == 0
