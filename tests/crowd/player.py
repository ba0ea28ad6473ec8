"""A person who plays the main job and believes nothing: every picture is read, every message counted."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from bot.core import charts
from bot.core.blend import START, STEP
from bot.core.house import House
from bot.core.mbti import TYPES
from bot.core.wording import say
from tests.crowd.marks import NOBODY, TYPE, Mark, paint, read
from tests.crowd.watch import Watch

GENDERS = ("female", "male")
CHART = charts.load(House(0).match_chart)


def label(key: str) -> str:
    return say("en", key)


@dataclass(frozen=True)
class Said:
    """A message as it stands in front of a person. `key` is what presses its buttons."""

    key: object = field(repr=False)
    text: str
    labels: frozenset[str]
    picture: bytes | None = field(repr=False)

    @property
    def progress(self) -> bool:
        return label("button-cancel") in self.labels


class Player(ABC):
    """`number` is the person's, from 1. `wrong` is what was not as it should be."""

    def __init__(self, number: int, watch: Watch) -> None:
        self.number, self._watch = number, watch
        self.type, self.gender = TYPES[number % len(TYPES)], GENDERS[number // len(TYPES) % 2]
        self.wrong: list[str] = []
        self.read: list[Said] = []

    # what a platform brings

    @abstractmethod
    def unread(self, known: Collection[object]) -> Iterator[Said]:
        """What the bot has said to this person and stands there now, the oldest first, without keys that are known."""

    @abstractmethod
    def looks(self) -> Iterable[bytes]:
        """Every picture that was ever before this person's eyes."""

    @abstractmethod
    async def command(self) -> None:
        """Ask for the type's face."""

    @abstractmethod
    async def selfie(self, photo: bytes) -> None:
        """Send it, in answer to what was read last."""

    @abstractmethod
    async def press(self, said: Said, label: str) -> None: ...

    # the main job

    async def play(self, later: float) -> None:
        """From `/mbti`, so many seconds later, to the match."""
        await asyncio.sleep(later)
        try:
            await self._play()
        except TimeoutError:
            self.wrong.append(f"person {self.number}: nothing came after {len(self.read)} answers")

    async def _play(self) -> None:
        await self.command()
        await self._go_on("choice-" + self.gender)
        await self._sees(Mark(NOBODY, self.type, self.gender, TYPE))
        await self._offered("button-agree")  # what becomes of a photo is told before there is one
        await self.selfie(paint(Mark(self.number)))
        await self._go_on("button-agree")
        await self._sees(Mark(self.number, self.type, self.gender, START))
        await self._go_on("button-more-me", self.read[-1])
        await self._sees(Mark(self.number, self.type, self.gender, START - STEP))
        await self._go_on("button-match", self.read[-1])
        await self._go_on("choice-male")
        await self._sees(Mark(NOBODY, CHART[self.type][0], "male", TYPE))

    async def _go_on(self, key: str, said: Said | None = None) -> None:
        """Press the button `key` of `said`, or of the next message that has it."""
        await self.press(said or await self._offered(key), label(key))

    async def _offered(self, key: str) -> Said:
        """The next message that has the button `key`."""
        return await self._next(lambda one: label(key) in one.labels)

    async def _sees(self, mark: Mark) -> None:
        """The next message with a picture shows what it should."""
        said = await self._next(lambda one: one.picture is not None)
        if (got := read(said.picture or b"")) != mark:
            self.wrong.append(f"person {self.number} sees {got}, and not {mark}")

    async def _next(self, fits: Callable[[Said], bool]) -> Said:
        def found() -> Said | None:
            return next((one for one in self._unread() if fits(one)), None)

        self.read.append(said := await self._watch.until(found))
        return said

    def _unread(self) -> Iterator[Said]:
        return (one for one in self.unread({one.key for one in self.read}) if not one.progress)

    def check(self) -> None:
        """Nothing was said beside what was waited for, and no picture was anybody else's."""
        self.wrong += [f"person {self.number} was also told: {one.text}" for one in self._unread()]
        for data in self.looks():
            mark = read(data)
            if mark is None or mark.person not in {NOBODY, self.number}:
                self.wrong.append(f"person {self.number} once saw {mark}")
