"""`python -m tests.bot.adapters.terminal.held FOLDER`: a chat at this terminal whose work on photos never ends.

The core is the real one, with fakes at its ports.
"""

import asyncio
import fcntl
import sys
import termios
from pathlib import Path

from bot.adapters.terminal.adapter import TerminalAdapter, TerminalOptions
from bot.core.house import House
from bot.core.service import Service
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces
from tests.bot.core.world.memory import Memory


async def chat(folder: Path) -> int:
    faces = FakeFaces()
    faces.gate = asyncio.Event()
    service = Service(faces, Memory(), FakeDrawing(), FakeClock(), House(24 * 3600))
    try:
        return await TerminalAdapter(service, TerminalOptions(out=folder)).run(sys.stdin.buffer, sys.stdout)
    finally:
        await service.close()


def main() -> int:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C, typed there, comes here
    try:
        return asyncio.run(chat(Path(sys.argv[1])))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
