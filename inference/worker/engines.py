"""The engines of one device: loaded when they are first asked for, unloaded when others need their memory.

The device thread alone calls this, so a pack that loads holds up that device's work for a moment, and nothing else.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import structlog

from inference.errors import PackError, UnknownPack
from inference.worker.attempts import give_memory_back, out_of_memory
from inference.worker.ports import AnyEngine
from inference.worker.warmup import Warmth, warm_up

log = structlog.get_logger(__name__)


@dataclass(frozen=True, eq=False)
class Opened:
    """A pack's engine, and an estimate of the bytes that it takes."""

    engine: AnyEngine
    bytes: int


@dataclass(frozen=True, eq=False)
class _Kept:
    opened: Opened
    warmth: Warmth


class Engines:
    """At most `budget` bytes of engines, but for what is in use; the least recently used goes first.

    A pack is weighed when it has been loaded, so for a moment there may be one too many.

    Args:
        open: loads the pack of a name. Raises PackError, or UnknownPack.
        budget: None is no bound.
    """

    def __init__(self, open: Callable[[str], Opened], budget: int | None = None) -> None:
        self._open = open
        self._budget = budget
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bad: dict[str, PackError] = {}
        self.names: tuple[str, ...] = ()
        """The packs that are loaded; any thread may read it."""
        self.loading_seconds = 0.0
        """What all loading has taken so far."""

    @classmethod
    def of(cls, engines: Mapping[str, AnyEngine]) -> Engines:
        """Engines that are there already."""

        def find(name: str) -> Opened:
            if name not in engines:
                raise UnknownPack
            return Opened(engines[name], 0)

        return cls(find)

    def get(self, name: str, in_use: Collection[AnyEngine] = ()) -> AnyEngine:
        """The engine of a pack, loaded and warm.

        Raises:
            PackError: it does not load; unless that may pass, it is not tried again until `unload` names it.
            UnknownPack: it is not there.
            Exception: whatever its warm-up raises.
        """
        if (bad := self._bad.get(name)) is not None:
            raise PackError(bad.detail)
        if name not in self._kept:
            self._load(name, in_use)
        self._kept.move_to_end(name)
        return self._kept[name].opened.engine

    def bad(self, name: str) -> PackError | None:
        """Why a pack did not load, if it did not; any thread may ask."""
        return self._bad.get(name)

    def forgive(self, names: Collection[str]) -> None:
        """Try these again, since their files have changed; any thread may say so."""
        for name in names:
            self._bad.pop(name, None)

    def warmth(self, name: str) -> Warmth:
        """What the warm-up of a loaded pack showed."""
        return self._kept[name].warmth

    def unload(self, names: Collection[str]) -> None:
        """Forget these packs; what runs on their engines holds them to its end."""
        self.forgive(names)  # what was loading meanwhile was loaded from the old files
        for name in names:
            if self._kept.pop(name, None):
                log.info("pack unloaded", pack=name)
        self.names = tuple(self._kept)
        give_memory_back()

    def make_room(self, in_use: Collection[AnyEngine]) -> bool:
        """Unload the packs that nobody uses; whether there was any."""
        if idle := self._idle(in_use):
            self.unload(idle)
        return bool(idle)

    def _load(self, name: str, in_use: Collection[AnyEngine]) -> None:
        began = time.perf_counter()
        try:
            self._kept[name] = self._opened(name, in_use)
        except PackError as error:
            log.warning("a pack does not load", pack=name, reason=error.detail)
            told = PackError(_naming(name, error.detail))
            if not error.passing:
                self._bad[name] = told
            raise PackError(told.detail) from None
        finally:
            self.loading_seconds += time.perf_counter() - began
        self.names = tuple(self._kept)
        log.info("pack loaded", pack=name, seconds=round(time.perf_counter() - began, 2))
        self._shrink(in_use, keep=name)

    def _idle(self, in_use: Collection[AnyEngine]) -> list[str]:
        return [name for name, kept in self._kept.items() if kept.opened.engine not in in_use]

    def _opened(self, name: str, in_use: Collection[AnyEngine]) -> _Kept:
        """Load and warm up; when there is no memory for it, once more without the packs that nobody uses.

        It becomes narrower only when there are none, since that narrows the whole device for good.
        """
        try:
            return self._warmed(name, narrow=not self._idle(in_use))
        except Exception as error:
            if not out_of_memory(error) or not self._idle(in_use):
                raise
        self.make_room(in_use)
        return self._warmed(name, narrow=True)

    def _warmed(self, name: str, *, narrow: bool) -> _Kept:
        opened = self._open(name)
        return _Kept(opened, warm_up(opened.engine, narrow=narrow))

    def _shrink(self, in_use: Collection[AnyEngine], keep: str) -> None:
        """Unload the least recently used until the rest is within the budget."""
        used = sum(kept.opened.bytes for kept in self._kept.values())
        for name, kept in list(self._kept.items()):
            if self._budget is None or used <= self._budget:
                return
            if name != keep and kept.opened.engine not in in_use:
                used -= kept.opened.bytes
                self.unload([name])


def _naming(pack: str, reason: str) -> str:
    """A reason that says of which pack it is."""
    return reason if pack in reason else f"{pack}: {reason}"
