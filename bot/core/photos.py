"""Photos in memory: the only place where a selfie is kept, and never for long."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from bot.core.events import Person
from bot.core.portrait import Portrait
from bot.core.ports import Clock
from inference.errors import Box

SELFIE = "selfie"
"""As what a face is kept that was found in a photo."""
SECONDS = 15 * 60
COUNT = 256
BYTES = 128 * 2**20
Key = tuple[Person, str]
"""A person in a chat."""


@dataclass(frozen=True)
class HeldPhoto:
    """A photo: `token` names it, `boxes` are its faces when there are several, `until` is on the clock.

    `chosen` is the box of the person, once they have told. `spare`: its face is found, so it waits for nothing;
    it is kept for as long as it may, for the blended face to be put into it, but makes room for others'.
    `composed` is what was put into it, by its serial, and into which box: so it can be made again, uncompressed.
    """

    token: str
    data: bytes = field(repr=False)
    until: float
    boxes: tuple[Box, ...] = ()
    chosen: Box | None = None
    spare: bool = False
    composed: Mapping[int, tuple[Portrait, Box | None]] = field(default_factory=dict)


class Photos:
    """At most one photo for a person and chat, for at most 15 minutes, bounded in number and bytes.

    When it is full the oldest spare ones go, and then no more are taken: nobody's photo that still waits makes
    room for a stranger's.
    """

    def __init__(
        self, clock: Clock, *, seconds: float = SECONDS, count: int = COUNT, size: int = BYTES
    ) -> None:
        self._clock, self._seconds, self._count, self._size = clock, seconds, count, size
        self._held: dict[Key, HeldPhoto] = {}

    def room(self, key: Key, data: bytes) -> bool:
        """Whether `data` can be held for `key`, in place of what is held for it now."""
        self.sweep()
        return self._fits([h for other, h in self._held.items() if other != key and not h.spare], data)

    def _fits(self, others: Collection[HeldPhoto], data: bytes) -> bool:
        return len(others) < self._count and sum(len(h.data) for h in others) + len(data) <= self._size

    def hold(self, key: Key, data: bytes, *, spare: bool = False) -> HeldPhoto:
        """Keep `data` in place of what was held before; call it only when there is `room`."""
        assert self.room(key, data)
        self._held.pop(key, None)
        oldest = (other for other, h in list(self._held.items()) if h.spare)
        while not self._fits(self._held.values(), data):
            del self._held[next(oldest)]
        until = self._clock.monotonic() + self._seconds
        self._held[key] = held = HeldPhoto(secrets.token_hex(4), data, until, spare=spare)
        return held

    def find(self, key: Key) -> HeldPhoto | None:
        """The photo, if it is still in memory."""
        self.sweep()
        return self._held.get(key)

    def mark(self, key: Key, token: str, boxes: tuple[Box, ...]) -> None:
        """Remember where the faces of the photo `token` are."""
        held = self._held.get(key)
        if held and held.token == token:
            self._held[key] = replace(held, boxes=boxes)

    def choose(self, key: Key, token: str, box: Box) -> None:
        """Remember which face of the photo `token` is the person's."""
        held = self._held.get(key)
        if held and held.token == token:
            self._held[key] = replace(held, chosen=box)

    def put(self, key: Key, token: str, face: Portrait, box: Box | None) -> None:
        """Remember which face was put into the photo `token`, and where."""
        held = self._held.get(key)
        if held and held.token == token:
            self._held[key] = replace(held, composed={**held.composed, face.serial: (face, box)})

    def set_spare(self, key: Key, spare: bool) -> None:
        """The photo waits for nothing any more, or it waits once more."""
        if held := self._held.get(key):
            self._held[key] = replace(held, spare=spare)

    def drop(self, key: Key) -> None:
        """Let the photo go."""
        self._held.pop(key, None)

    def forget(self, person: Person) -> None:
        """Let all photos of a person go."""
        for key in [key for key in self._held if key[0] == person]:
            del self._held[key]

    def left(self, held: HeldPhoto) -> float:
        """For how many seconds the photo may still be used."""
        return max(0.0, held.until - self._clock.monotonic())

    def sweep(self) -> None:
        """Let go what is too old."""
        now = self._clock.monotonic()
        for key in [key for key, held in self._held.items() if held.until <= now]:
            del self._held[key]

    def __len__(self) -> int:
        return len(self._held)
