"""What the server needs from outside, under typed keys of its application."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from inference.alignment import Framing
from inference.errors import PackError, UnknownPack
from inference.scheduler.orders import ProjectOrder, RenderOrder, Sink
from inference.scheduler.scheduler import Standing
from inference.settings import Settings
from inference.wire import PackInfo

REREAD_SECONDS = 3.0
"""How long after a look into the packs' folders requests for unknown ones cause no other."""


class Doer(Protocol):
    """Who does a job; fulfilled by the device, and by `inference.server.morphs.Morphs`."""

    def cancel(self, id: str) -> None: ...
    def standing(self, id: str) -> Standing | None: ...


class Device(Doer, Protocol):
    """Who does the work; fulfilled by `inference.worker.fleet.Fleet`.

    Every method returns at once, but `stop`. A pack that does not load fails the orders for it, and is `bad` from
    then on, until `unload` names it.
    """

    @property
    def ready(self) -> bool: ...
    @property
    def broken(self) -> str | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def room(self) -> int: ...
    def place_in(self, nth: int) -> float: ...
    def admit(self, owner: str) -> None: ...
    def project(self, order: ProjectOrder, sink: Sink) -> None: ...
    def render(self, order: RenderOrder, sink: Sink) -> None: ...
    def bad(self, pack: str) -> PackError | None: ...
    def unload(self, packs: Collection[str]) -> None: ...


@dataclass(frozen=True)
class ServedPack:
    """A pack as the server knows it: what clients are told, and how selfies are cut for it.

    `mark` is another when anything in the pack is.
    """

    info: PackInfo
    framing: Framing
    mark: str = ""


class PackSource(Protocol):
    """Where packs lie; fulfilled by `inference.server.pack_folders.PackFolders`. `read` may take a while."""

    @property
    def packs(self) -> tuple[ServedPack, ...]: ...
    def find(self, name: str | None) -> ServedPack: ...
    def read(self) -> frozenset[str]: ...


class Catalogue:
    """The packs that are served; the first is the default."""

    def __init__(self, source: PackSource, device: Device) -> None:
        self._source = source
        self._device = device
        self._lock = asyncio.Lock()
        self._next_look = 0.0

    @property
    def packs(self) -> tuple[ServedPack, ...]:
        """Those of which nobody knows yet that they do not load."""
        return tuple(pack for pack in self._source.packs if self._device.bad(pack.info.name) is None)

    async def find(self, name: str | None) -> ServedPack:
        """The pack of that name, or the default one; for one that is not there the folders are read again.

        Raises:
            UnknownPack: there is none of that name.
            PackError: there is, but it cannot be served, or has not loaded.
        """
        try:
            return self._sound(name)
        except (UnknownPack, PackError):
            if asyncio.get_running_loop().time() < self._next_look:
                raise
        await self.reread()
        return self._sound(name)

    def _sound(self, name: str | None) -> ServedPack:
        pack = self._source.find(name)
        if (bad := self._device.bad(pack.info.name)) is not None:
            raise PackError(bad.detail)
        return pack

    async def reread(self) -> None:
        """Read the folders again; what is gone or has changed leaves the device's memory."""
        async with self._lock:
            self._next_look = asyncio.get_running_loop().time() + REREAD_SECONDS
            if gone := await asyncio.to_thread(self._source.read):
                self._device.unload(gone)


class Gate:
    """Whether new work is let in; closed when the server drains."""

    def __init__(self) -> None:
        self.open = True


SETTINGS = web.AppKey("SETTINGS", Settings)
DEVICE: web.AppKey[Device] = web.AppKey("DEVICE")
CATALOGUE = web.AppKey("CATALOGUE", Catalogue)
GATE = web.AppKey("GATE", Gate)
