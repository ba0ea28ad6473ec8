"""The owners hear once that the server is away, and once that it is back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.core import watch
from bot.core.events import Command
from bot.core.events import Platform as Name
from bot.core.presses import Action
from bot.core.watch import Owners, Watch
from bot.core.wording import say
from bot.settings import load
from inference.errors import Unreachable
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import FakeClock
from tests.bot.core.people import Person, actions, command, final, origin, press, selfie


class Scene:
    """A server that is there or not, a clock, and what was told; `heard` says whether anybody gets it."""

    def __init__(self) -> None:
        self.clock, self.there, self.heard = FakeClock(), True, True
        self.told: list[tuple[str, float]] = []
        self.watch = Watch(self.ready, self.tell, self.clock)

    async def ready(self) -> bool:
        return self.there

    async def tell(self, key: str, seconds: float) -> bool:
        self.told.append((key, seconds))
        return self.heard

    async def after(self, seconds: float, there: bool) -> list[tuple[str, float]]:
        self.clock.now += seconds
        self.there = there
        await self.watch.look()
        told, self.told = self.told, []
        return told


async def test_five_minutes_away_are_told_once_and_the_return_too() -> None:
    scene = Scene()
    assert await scene.after(0, True) == []
    assert await scene.after(15, False) == []
    assert await scene.after(299, False) == []
    assert await scene.after(1, False) == [("owner-away", 300)]
    assert await scene.after(600, False) == []
    assert await scene.after(15, True) == [("owner-back", 915)]
    assert await scene.after(15, True) == []
    assert await scene.after(15, False) == []
    assert await scene.after(300, False) == [("owner-away", 300)]


async def test_a_short_absence_is_not_told() -> None:
    scene = Scene()
    for there in (False, False, True, False, False, True):
        assert await scene.after(200, there) == []


async def test_what_nobody_got_is_told_again() -> None:
    scene = Scene()
    scene.heard = False
    await scene.after(0, False)
    assert await scene.after(300, False) == [("owner-away", 300)]
    scene.heard = True
    assert await scene.after(15, False) == [("owner-away", 315)]
    assert await scene.after(15, False) == []
    scene.heard = False
    assert await scene.after(15, True) == [("owner-back", 345)]
    scene.heard = True
    assert await scene.after(15, True) == [("owner-back", 360)]
    assert await scene.after(15, True) == []


async def test_a_look_that_fails_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0)
    scene, looks, seen = Scene(), 0, asyncio.Event()

    async def ready() -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("a bug")
        seen.set()
        return True

    task = asyncio.create_task(Watch(ready, scene.tell, scene.clock).run())
    await seen.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert looks > 1


@dataclass
class Platform:
    name: str
    owners: tuple[str, ...] = ()
    through: bool = True
    got: list[tuple[str, str]] = field(default_factory=list)

    async def notify(self, person: str, text: str) -> bool:
        self.got.append((person, text))
        return self.through


async def test_owners_are_told_each_once_on_their_own_platform() -> None:
    discord, telegram = Platform("discord", ("1", "2")), Platform("telegram", through=False)
    people = frozenset({("discord", "1"), ("telegram", "9"), ("web", "5")})
    owners = Owners([discord, telegram], people, "en")  # type: ignore[list-item]
    assert await owners.tell("owner-away", 300)
    assert [person for person, _ in discord.got] == ["1", "2"]
    assert [person for person, _ in telegram.got] == ["9"]
    assert "5 minutes" in discord.got[0][1]
    assert not await Owners([telegram], people, "en").tell("owner-back", 1)  # type: ignore[list-item]
    assert await Owners([Platform("web")], frozenset(), "en").tell("owner-away", 1)  # type: ignore[list-item]


OWNER = Person("discord", "4711")


async def test_health_is_for_owners(bench: Bench) -> None:
    assert final(await bench.send(command("health"))).code == "owners_only"
    assert final(await bench.send(press(Action.HEALTH))).code == "owners_only"


async def test_who_may_not_ask_hears_in_private_how_to_be_put_among_the_owners(bench: Bench) -> None:
    told = say("en", "owners-only-id", owner="telegram:77")
    ways: tuple[tuple[Name, bool, bool], ...]
    ways = (("telegram", False, True), ("telegram", True, False), ("web", False, False))
    for name, shared, heard in ways:
        asked = Command(replace(origin(Person(name, "77")), can_hide=False, shared=shared), "health")
        assert (told in final(await bench.send(asked)).text) == heard
    assert "discord:1001" in final(await bench.send(command("health"))).text
    assert load({"TYPEFACE_OWNERS": "telegram:77"}).owners == {("telegram", "77")}
    mine = command("health")
    assert final(await bench.send(replace(mine, origin=replace(mine.origin, owner=True)))).code == "health"


async def test_health_tells_server_queue_device_packs_versions_and_failures(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    await bench.send(press(Action.AGREE))
    bench.faces.fail["project"] = Unreachable()
    await bench.send(selfie())
    told = final(await bench.send(command("health", person=OWNER)))
    for word in ("cuda:0, cuda:1", "Waiting: 3", "running: 2", "9.9", "starter 1", "project, unreachable"):
        assert word in told.text
    assert (Action.HEALTH, ()) in actions(told, OWNER)
    bench.faces.fail["state"] = Unreachable()
    away = final(await bench.send(press(Action.HEALTH, person=OWNER)))
    assert "does not answer (unreachable)" in away.text
