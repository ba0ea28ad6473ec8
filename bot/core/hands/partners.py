"""Who takes part in a picture of two, and is told what the other one says: where the two have no chat in common.

Kept in memory only, until the pair's time is over and its picture is seen no more. On platforms that reach nobody
unasked, nobody is kept, but for who still needs a face. Whoever has not been told, there or because of a restart, is
told with the next answer (`features/us.py`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.core import menus
from bot.core.effects import Line, Say
from bot.core.events import Person
from bot.core.features import us
from bot.core.phrasing import Phrasing
from bot.core.ports import Push
from bot.core.run import Run
from db.records import Pair

PAIRS_KEPT = 10_000
SEEN_SECONDS = 24 * 3600.0
"""So long after its time a picture of two may still stand where it was shown, and must go when either is forgotten."""


@dataclass
class _Pair:
    people: dict[Person, Phrasing] = field(default_factory=dict)
    own: set[Person] = field(default_factory=set)
    both: bool = False
    timer: asyncio.TimerHandle | None = None


class Partners:
    def __init__(self) -> None:
        self._pushes: dict[str, Push] = {}
        self._pairs: dict[str, _Pair] = {}
        self._told: dict[tuple[Person, str], None] = {}
        self._unready: dict[Person, str] = {}

    def reach(self, platform: str, push: Push) -> None:
        """From here on people of that platform can be told something unasked."""
        self._pushes[platform] = push

    def heard(self, run: Run, pair: Pair) -> None:
        """The person of `run` asks, looks or agrees; the others hear of it once both have agreed."""
        if run.ref.platform not in self._pushes:
            return
        kept, person = self._pairs.setdefault(pair.id, _Pair()), run.event.origin.person
        kept.people[person] = run.phrasing
        if pair.own:
            kept.own.add(person)
        if pair.both and not kept.both:
            self._tell(pair.id, kept, person, us.agreed(pair.id))
        kept.both = pair.both
        if kept.timer:
            kept.timer.cancel()
        left = (pair.expires - datetime.now(UTC)).total_seconds() + pair.both * SEEN_SECONDS
        kept.timer = asyncio.get_running_loop().call_later(max(0.0, left), self._run_out, pair.id)
        if len(self._pairs) > PAIRS_KEPT:
            self._drop(next(iter(self._pairs)))

    def ready(self, person: Person, pair: str, is_ready: bool) -> None:
        """That person wants to be on the picture, with a face or still without one."""
        if not is_ready:
            self._unready[person] = pair
            while len(self._unready) > PAIRS_KEPT:
                del self._unready[next(iter(self._unready))]
        elif self._unready.get(person) == pair:
            del self._unready[person]

    def unready(self, person: Person) -> str:
        """The picture that this person wants to be on and has no face for, wherever they said so; else nothing."""
        return self._unready.get(person, "")

    def ended(self, person: Person, pair: str) -> None:
        """That person wants no more of it: the others hear it."""
        if kept := self._drop(pair):
            self._tell(pair, kept, person, _over(pair, "us-ended" if kept.both else "us-declined"))

    def forget(self, person: Person) -> None:
        """Nothing is told to that person any more, and what they took part in is over; not what they only looked at."""
        for pair, kept in list(self._pairs.items()):
            if person in kept.own:
                self.ended(person, pair)
            else:
                kept.people.pop(person, None)
        self._told = {each: None for each in self._told if each[0] != person}
        self._unready.pop(person, None)

    def _run_out(self, pair: str) -> None:
        if (kept := self._drop(pair)) and not kept.both:
            self._tell(pair, kept, None, _over(pair, "us-ran-out"))

    def _drop(self, pair: str) -> _Pair | None:
        kept = self._pairs.pop(pair, None)
        if kept and kept.timer:
            kept.timer.cancel()
        return kept

    def told(self, person: Person, pair: str) -> bool:
        """Whether that person has heard, unasked, what has come of the pair."""
        return (person, pair) in self._told

    def _tell(self, pair: str, kept: _Pair, by: Person | None, said: Say) -> None:
        for person, phrasing in kept.people.items():
            if person != by:
                self._pushes[person.platform](person.id, phrasing.text(said))
                self._told[person, pair] = None
        while len(self._told) > PAIRS_KEPT:
            del self._told[next(iter(self._told))]


def _over(pair: str, key: str) -> Say:
    return Say((Line(key),), menus.LOST, ended=pair)
