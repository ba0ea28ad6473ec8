"""Steps a second of projections that advance together, counted for each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from inference.commands.bench import configurations
from inference.commands.bench.effort import Effort
from inference.commands.bench.ladder import Rung, climb
from inference.commands.bench.timing import best
from inference.packs.loader import LoadedPack
from inference.settings import Settings

_ENDLESS = 2000  # steps; more than are measured


@dataclass(frozen=True)
class Pace:
    """Of one width.

    Attributes:
        steps_per_second: of each person.
        person_steps_per_second: of all people together.
    """

    steps_per_second: float
    person_steps_per_second: float


def measure(pack: LoadedPack, settings: Settings, effort: Effort) -> Iterator[Rung[Pace]]:
    """One rung for each number of people, on people whom the pack draws itself."""

    def together(count: int) -> tuple[Pace, float]:
        engine = configurations.engine(pack, settings, count)
        photos = [engine.picture(configurations.picture(seed)) for seed in range(count)]
        people = [engine.start([photo], _ENDLESS) for photo in photos]
        taken = best({"step": partial(engine.advance, people)}, pack.device, effort)["step"]
        return Pace(1 / taken, count / taken), taken

    yield from climb(effort.slots, together, longest=effort.longest)
