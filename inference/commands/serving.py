"""`typeface-inference serve`: packs, worker and server put together."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading

from inference.commands.loading import open_packs
from inference.scheduler.scheduler import Limits, Scheduler
from inference.server import app, listen
from inference.settings import Settings
from inference.worker.worker import Worker


def serve(settings: Settings, *, watch_stdin: bool = False) -> None:
    """Serve until told to stop. Raises SettingsError or PackError when it cannot begin."""
    if watch_stdin:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    packs = open_packs(settings.packs, settings.device, settings.width)
    limits = Limits(width=settings.width, queue=settings.queue, renders=settings.renders)
    worker = Worker(packs.engines, Scheduler(limits), threads=settings.threads)
    asyncio.run(listen.serve(app.build(settings, worker, packs.served), _announce))


def _stop_with_stdin() -> None:
    """Whoever started us holds the other end: when it dies, however it dies, the kernel closes it."""
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        while stdin.read(1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _announce(url: str) -> None:
    """The one line on stdout: whoever started the server reads the address from it."""
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()
