"""Lines from a stream, one at a time, without holding up the event loop."""

from __future__ import annotations

import asyncio
import io
import threading
from contextlib import suppress
from typing import BinaryIO

MAX_LINE_BYTES = 8192


def _unbuffered(stream: BinaryIO) -> BinaryIO | io.FileIO:
    """The stream's own file, when it has one.

    A thread that waits in a buffered reader holds its lock, and the interpreter could not end while it waits.
    """
    try:
        return open(stream.fileno(), "rb", buffering=0, closefd=False)
    except (OSError, io.UnsupportedOperation):
        return stream


def _read_line(stream: BinaryIO | io.FileIO) -> bytes | None:
    """The next line without its end, cut at `MAX_LINE_BYTES`; None at the end of the stream."""
    line = stream.readline(MAX_LINE_BYTES)
    piece = line
    while piece and not piece.endswith(b"\n"):
        piece = stream.readline(MAX_LINE_BYTES)
    return line.rstrip(b"\r\n") if line else None


class Lines:
    """Reads a line when it is asked for the next, never ahead: the rest may be meant for another program."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = _unbuffered(stream)
        self._asked: asyncio.Future[bytes | None] | None = None

    async def next(self) -> bytes | None:
        """The next line, or None at the end; whoever stops waiting for it leaves it to the next who asks."""
        if self._asked is None:
            self._asked = self._ask()
        line = await asyncio.shield(self._asked)
        self._asked = None
        return line

    def _ask(self) -> asyncio.Future[bytes | None]:
        """A daemon thread waits for the line, so that Ctrl-C need not wait for the Enter key."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[bytes | None] = loop.create_future()

        def tell(line: bytes | None, error: BaseException | None) -> None:
            if found.done():
                return
            if error:
                found.set_exception(error)
            else:
                found.set_result(line)

        def read() -> None:
            line: bytes | None = None
            error: BaseException | None = None
            try:
                line = _read_line(self._stream)
            except (OSError, ValueError) as failed:
                error = failed
            # The loop is gone when Ctrl-C came first; nobody waits then.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, line, error)

        threading.Thread(target=read, name="typeface-lines", daemon=True).start()
        return found
