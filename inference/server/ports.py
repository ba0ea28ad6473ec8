"""What the server needs from outside, under typed keys of its application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from inference.alignment import Framing
from inference.errors import UnknownPack
from inference.scheduler.orders import ProjectOrder, RenderOrder, Sink
from inference.scheduler.scheduler import Standing
from inference.settings import Settings
from inference.wire import PackInfo


class Device(Protocol):
    """Who does the work; fulfilled by `inference.worker.worker.Worker`. Every method returns at once, but `stop`."""

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
    def cancel(self, id: str) -> None: ...
    def standing(self, id: str) -> Standing | None: ...


@dataclass(frozen=True)
class ServedPack:
    """A pack as the server knows it: what clients are told, and how selfies are cut for it."""

    info: PackInfo
    framing: Framing


class Catalogue:
    """The packs that are served; the first is the default."""

    def __init__(self, packs: Sequence[ServedPack]) -> None:
        self.packs = tuple(packs)
        self._by_name = {pack.info.name: pack for pack in packs}

    def find(self, name: str | None) -> ServedPack:
        """The pack of that name, or the default one. Raises UnknownPack."""
        if name is None:
            return self.packs[0]
        if name not in self._by_name:
            raise UnknownPack
        return self._by_name[name]


class Gate:
    """Whether new work is let in; closed when the server drains."""

    def __init__(self) -> None:
        self.open = True


SETTINGS = web.AppKey("SETTINGS", Settings)
DEVICE: web.AppKey[Device] = web.AppKey("DEVICE")
CATALOGUE = web.AppKey("CATALOGUE", Catalogue)
GATE = web.AppKey("GATE", Gate)
