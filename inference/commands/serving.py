"""`typeface-inference serve`: packs, one worker a device, and the server put together."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading

import structlog

from inference import logs
from inference.commands.loading import open_engine, weight
from inference.scheduler.scheduler import Limits, Scheduler
from inference.server import app, listen
from inference.server.pack_folders import PackFolders
from inference.settings import MEGABYTE, Settings, SettingsError
from inference.worker.engines import Engines, Opened
from inference.worker.fleet import Fleet
from inference.worker.worker import Worker

_log = structlog.get_logger(__name__)


def serve(settings: Settings, *, watch_stdin: bool = False) -> int:
    """Serve until told to stop; returns the exit code. Raises SettingsError or PackError when it cannot begin."""
    if watch_stdin:
        threading.Thread(target=_stop_with_stdin, daemon=True).start()
    _advise(settings)
    folders = PackFolders(settings.packs, settings.pack_dir)
    folders.read(strict=True)
    devices = settings.devices or (settings.device,)
    fleet = Fleet([worker(settings, folders, device) for device in devices], settings.queue)
    try:
        code = asyncio.run(listen.serve(app.build(settings, fleet, folders), _announce))
    except SettingsError as error:
        if not fleet.alive:
            raise
        logs.refuse("typeface-inference", str(error))
        code = 2
    if (
        fleet.alive
    ):  # in the midst of torch's work, which nothing interrupts, and the interpreter's end would wait for
        sys.stderr.flush()
        os._exit(code)
    return code


def _advise(settings: Settings) -> None:
    """Warn of what may be told but makes it slower."""
    on_cpu = settings.devices.count("cpu")
    if on_cpu and settings.width > 1:
        _log.warning(
            "a width above 1 makes a CPU no faster, and each person wait longer", width=settings.width
        )


def worker(settings: Settings, folders: PackFolders, device: str) -> Worker:
    """One device's worker, which begins with the default pack."""

    def open_pack(name: str) -> Opened:
        engine = open_engine(folders.folder(name), device, settings)
        return Opened(engine, weight(engine.pack))

    limits = Limits(
        width=settings.width, queue=settings.queue, renders=settings.renders, fair=settings.width > 1
    )
    engines = Engines(open_pack, settings.memory_mb * MEGABYTE)
    first = [folders.find(None).info.name]
    return Worker(engines, Scheduler(limits), threads=settings.threads, first=first)


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
