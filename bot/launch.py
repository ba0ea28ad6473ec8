"""Brings the house up and down: the inference server's process, the store, the service, and what tells others of it.

Nothing here knows a platform; `bot.__main__` adds the adapters.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from bot.core.house import House
from bot.core.service import Service
from bot.drawing.pen import Pen
from bot.settings import SECRETS, Settings, SettingsError, environment
from db import store as stores
from db.settings import SECRETS as DB_SECRETS
from db.settings import load as load_db_settings
from inference.client import Client
from inference.transport import Server

log = structlog.get_logger("typeface.launch")
READY_SECONDS = 180
STOP_SECONDS = 30


@dataclass(frozen=True)
class Running:
    """What `.typeface/run.json` tells of a running house, for `typeface chat`: where its inference server listens."""

    pid: int
    inference_url: str
    inference_token: str | None = field(repr=False)
    web_url: str | None = None

    def write(self, home: Path) -> None:
        """Whole or not at all, since a chat may read it at any moment."""
        part = home / "run.json.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file)
        part.replace(home / "run.json")

    @classmethod
    def read(cls, home: Path) -> Running | None:
        """What runs there now; None while nothing does, or the file does not say it."""
        try:
            running = cls(**json.loads((home / "run.json").read_text()))
            return running if isinstance(running.inference_url, str) and running.alive else None
        except (OSError, ValueError, TypeError, OverflowError):
            return None

    @property
    def guest(self) -> bool:
        """Whether it is another process's house, that may start again elsewhere."""
        return self.pid != os.getpid()

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except OSError:
            return False
        return True

    def clear(self, home: Path) -> None:
        if Running.read(home) == self:
            (home / "run.json").unlink(missing_ok=True)


@contextlib.contextmanager
def sole(home: Path) -> Iterator[None]:
    """One house a home: two would poll the same bots and overwrite each other's `run.json`.

    Raises:
        SettingsError: another process holds this home.
    """
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = Running.read(home)
            where = f" at {running.web_url}" if running and running.web_url else ""
            raise SettingsError(
                f"Typeface already runs{where}; stop it first, or set TYPEFACE_HOME to another folder."
            ) from None
        yield


class SystemClock:
    """Fulfils the core's `Clock` port."""

    def monotonic(self) -> float:
        return time.monotonic()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def without_secrets() -> dict[str, str]:
    """What a child process may know: no token, key or password, and no file that holds one."""
    ours = {*SECRETS, *DB_SECRETS}
    return {k: v for k, v in environment().items() if k.removesuffix("_FILE") not in ours}


class InferenceProcess:
    """The inference server as a child process on loopback, started again when it dies.

    It ends with us even when we are killed: it watches its standard input, which closes then.
    """

    def __init__(self, logfile: Path) -> None:
        self.token = secrets.token_urlsafe(24)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._arguments = ["-m", "inference", "serve", "--port", str(port), "--watch-stdin"]
        self._logfile = logfile
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def _spawn(self) -> None:
        with self._logfile.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,  # a Ctrl-C is for us: we stop the child when the last answer is out
                env=without_secrets() | {"TYPEFACE_INFERENCE_TOKEN": self.token},
            )

    async def _keep(self) -> None:
        pause = 0.5
        while True:
            assert self._process is not None
            started = time.monotonic()
            code = await self._process.wait()
            pause = 0.5 if time.monotonic() - started > 60 else min(pause * 2, 30)
            log.warning("inference server ended; starting it again", exit_code=code, pause=pause)
            await asyncio.sleep(pause)
            try:
                await self._spawn()
            except OSError as error:  # no memory for it, or no file: the next turn of the loop tries again
                log.warning("inference server cannot be started", error=error.strerror)

    async def wait_ready(self, client: Client) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await client.ready():
            if self._process is not None and self._process.returncode not in (None, 0):
                raise SettingsError(f"The inference server does not start; see {self._logfile}.")
            if time.monotonic() > deadline:
                raise SettingsError(
                    f"The inference server is not ready after {READY_SECONDS} s; see {self._logfile}."
                )
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def inference(settings: Settings) -> AsyncIterator[Running]:
    """A ready inference server: the configured one, the one already running in this home, or our own child."""
    running = Running.read(settings.home)
    if settings.inference_url:
        running = Running(os.getpid(), settings.inference_url, settings.inference_token)
    if running is not None:
        async with client_of(running, settings.home) as client:
            if await client.ready():
                yield running
                return
        if settings.inference_url:
            raise SettingsError(
                f"No inference server is ready at {settings.inference_url}: start it, or fix the address."
            )
    async with own_inference(settings) as started:
        yield started


@contextlib.asynccontextmanager
async def own_inference(settings: Settings) -> AsyncIterator[Running]:
    """An inference server for our own time."""
    logs = settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    process = InferenceProcess(logs / "inference.log")
    running = Running(os.getpid(), process.url, process.token)
    try:
        await process.start()
        async with client_of(running, settings.home) as client:
            await process.wait_ready(client)
        yield running
    finally:
        await process.stop()


class Whereabouts:
    """Where a house's inference server is, also after the house has started again.

    While the file says nothing, the house that was there last counts, for as long as its process lives: whoever
    listens at its port afterwards is a stranger.
    """

    def __init__(self, running: Running, home: Path) -> None:
        self._running, self._home = running, home

    def __call__(self) -> Server | None:
        if self._running.guest:
            self._running = Running.read(self._home) or self._running
        running = self._running
        return Server(running.inference_url, running.inference_token) if running.alive else None


@contextlib.asynccontextmanager
async def client_of(running: Running, home: Path) -> AsyncIterator[Client]:
    """A client of that server, and of what takes its place."""
    client = Client(running.inference_url, find=Whereabouts(running, home))
    try:
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def service(settings: Settings, running: Running) -> AsyncIterator[Service]:
    """The core on a migrated database and a ready inference server; expired data is purged every hour."""
    database = load_db_settings(environment() | {"TYPEFACE_HOME": str(settings.home)})
    await asyncio.to_thread(stores.upgrade, database)
    store = await stores.open_store(database)
    async with client_of(running, settings.home) as client:
        core = Service(
            client,
            store,
            Pen(),
            SystemClock(),
            House(settings.retention_seconds, settings.match_chart, settings.owners),
        )
        purging = asyncio.create_task(_purge_hourly(store))
        try:
            yield core
        finally:
            purging.cancel()
            await asyncio.gather(purging, return_exceptions=True)
            await core.close()
            await store.close()


async def _purge_hourly(store: stores.Store) -> None:
    while True:
        try:
            await store.purge()
        except Exception as error:  # the next hour tries again; a full disk must not end the bot
            log.warning("purge failed", error=type(error).__name__)
        await asyncio.sleep(3600)
