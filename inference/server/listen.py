"""Listening: from a free port to the last answered request."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import time
from collections.abc import Callable

import structlog
from aiohttp import web

from inference.server.jobs import JOBS
from inference.server.ports import DEVICE, GATE, SETTINGS, Device
from inference.server.runner import Runner
from inference.settings import SettingsError

_LINGER_SECONDS = 2.0
"""How long a stopping server waits for somebody to fetch a result that has just come."""
_WATCH_SECONDS = 0.5
INTERRUPTED = 128 + signal.SIGINT
BROKEN = 1
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
log = structlog.get_logger(__name__)


async def serve(app: web.Application, announce: Callable[[str], None]) -> int:
    """Listen until SIGTERM or SIGINT, then drain; a second signal ends the wait.

    Returns:
        The exit code: 0; 130 when Ctrl-C came before it was warm, and so before it could do what it was started for;
        1 when no device works any more, so that whoever watches over the server starts it again.

    Args:
        app: from `inference.server.app.build`.
        announce: called with the address when the server is warm.

    Raises:
        SettingsError: the address cannot be listened on, or the packs do not run.
    """
    stop, code = _Signals(), 0
    runner = Runner(app)
    await runner.setup()
    try:
        url = await _listen(runner, app)
        if await _warm(app, stop):
            announce(url)
            log.info("ready", url=url)
            code = await _end(app[DEVICE], stop)
        elif stop.first == signal.SIGINT:
            code = INTERRUPTED
        await drain(app, lambda: stop.seen(2))
    finally:
        await runner.cleanup()
        stop.close()
    return code


class _Signals:
    """Counts the signals that ask the server to stop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self.first: int | None = None
        self._came = asyncio.Event()
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._take, number)

    def _take(self, number: int) -> None:
        self._count += 1
        self.first = self.first or number
        self._came.set()
        self._came = asyncio.Event()

    def seen(self, count: int) -> bool:
        return self._count >= count

    async def wait(self, count: int) -> None:
        while not self.seen(count):
            await self._came.wait()

    def close(self) -> None:
        """From here to the end of the process, which is near, further signals mean nothing."""
        for number in _SIGNALS:
            self._loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


async def _listen(runner: web.AppRunner, app: web.Application) -> str:
    settings = app[SETTINGS]
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "is taken: stop what listens there, or choose another by --port"
        else:
            reason = f"cannot be listened on: {os.strerror(error.errno or 0)}"
        raise SettingsError(f"Port {settings.port} of {settings.host} {reason}.") from None
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _warm(app: web.Application, stop: _Signals) -> bool:
    """Wait for the warm-up; False when the server was told to stop meanwhile."""
    device = app[DEVICE]
    while not device.ready:
        if device.broken:
            raise SettingsError(f"The pack does not run: {device.broken}.")
        if stop.seen(1):
            return False
        await asyncio.sleep(0.02)
    return True


async def _end(device: Device, stop: _Signals) -> int:
    """Wait until the server is told to stop, or can do nothing any more; the exit code."""
    while not stop.seen(1):
        if device.broken:
            log.error("the server ends, since no device works any more", reason=device.broken)
            return BROKEN
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(1), _WATCH_SECONDS)
    return 0


async def drain(app: web.Application, hurry: Callable[[], bool]) -> None:
    """Take no new work, let running jobs go on for a while or until `hurry`, then withdraw them."""
    app[GATE].open = False
    jobs = app[JOBS]
    log.info("draining", running=jobs.states().count("running"))
    jobs.stop("queued")
    await _until(lambda: hurry() or not jobs.unsettled(_LINGER_SECONDS), app[SETTINGS].drain_seconds)
    jobs.stop("running")
    await _until(lambda: not jobs.unsettled(0), _LINGER_SECONDS)


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(0.05)
