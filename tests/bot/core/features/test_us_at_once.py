"""A picture of two, pressed by both at the very same moment, on both databases; and what one is told of the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.core.codes import spelled
from bot.core.events import Command, Event, Person
from bot.core.hands.partners import Partners
from bot.core.phrasing import Phrasing
from bot.core.presses import Action
from bot.core.replies import Reply, Shown, Text
from bot.core.run import Run
from bot.core.wording import say
from db.records import Pair
from db.settings import Settings
from db.store import open_store
from tests.bot.core.features.test_us import ANN, BOB, House, both
from tests.bot.core.people import actions, at, command, origin, press
from tests.db.conftest import migrated, postgres, settings

__all__ = ["migrated", "postgres", "settings"]
CODES = {"us_asked", "us_over", None}


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    store = await open_store(settings)
    yield House(store)
    await store.close()


async def asked(house: House) -> str:
    for person in (ANN, BOB):
        await house.face_of(person)
    return await house.asked()


async def together(house: House, *events: Event) -> list[Reply]:
    return await asyncio.gather(*(house.send(event) for event in events))


def agreeing(pair: str, person: Person) -> Event:
    return press(Action.US_AGREE, pair, person=person, of=ANN)


def ending(pair: str, person: Person) -> Event:
    return press(Action.US_END, pair, person=person, of=ANN)


@pytest.mark.parametrize("first", [ANN, BOB])
async def test_both_agree_at_once(house: House, first: Person) -> None:
    """One waits and one sees the picture, or both see it; nobody hears that it is over."""
    pair = await asked(house)
    second = BOB if first == ANN else ANN
    replies = await together(house, agreeing(pair, first), agreeing(pair, second), agreeing(pair, first))
    assert {cast("Text", reply).code for reply in replies if isinstance(reply, Text)} <= {"us_asked"}
    assert any(isinstance(reply, Shown) for reply in replies)
    for person in (ANN, BOB):
        assert isinstance(await house.send(command("us", pair, person=person)), Shown)


@pytest.mark.parametrize("agreed", [False, True])
async def test_one_agrees_while_the_other_wants_no_more(house: House, agreed: bool) -> None:
    """It is over for both, whoever was first; what is shown was agreed to by both when it was drawn."""
    pair = await asked(house)
    if agreed:
        await house.agree(pair, BOB)
    agrees, ends = await together(house, agreeing(pair, ANN), ending(pair, BOB))
    assert isinstance(ends, Text)
    assert ends.text == say("en", "us-ended")
    assert isinstance(agrees, Shown) if isinstance(agrees, Shown) else cast("Text", agrees).code in CODES
    for person in (ANN, BOB):
        assert cast("Text", await house.send(agreeing(pair, person))).code == "us_over"


async def test_both_end_it_at_once(house: House) -> None:
    pair, _ = await both(house)
    replies = await together(house, ending(pair, ANN), ending(pair, BOB))
    texts = [reply.text for reply in replies]
    assert sorted(texts) in (
        sorted([say("en", "us-ended"), say("en", "us-over")]),
        [say("en", "us-ended")] * 2,
    )
    for person in (ANN, BOB):
        assert cast("Text", await house.send(agreeing(pair, person))).code == "us_over"


class Told:
    """A platform that reaches people unasked."""

    def __init__(self) -> None:
        self.news: list[tuple[str, Reply]] = []

    def push(self, person: str, reply: Reply) -> None:
        self.news.append((person, reply))

    def texts(self, person: Person) -> list[str]:
        return [reply.text for whom, reply in self.news if whom == person.id]


@pytest.fixture
def told(house: House) -> Told:
    told = Told()
    house.service.reach("discord", told.push)
    return told


async def test_whoever_waits_hears_once_that_the_other_agreed(house: House, told: Told) -> None:
    pair = await asked(house)
    await house.agree(pair, ANN)
    assert told.news == []
    assert isinstance(await house.agree(pair, BOB), Shown)
    await house.agree(pair, BOB)
    assert told.texts(ANN) == [say("en", "us-agreed")]
    assert told.texts(BOB) == []
    ((_, reply),) = told.news
    assert actions(reply, ANN) == [(Action.US_MIX, (pair, "50"))]
    assert isinstance(await house.send(press(Action.US_MIX, pair, "50")), Shown)


async def test_whoever_waits_hears_that_the_other_does_not_want_it(house: House, told: Told) -> None:
    pair = await asked(house)
    await house.send(ending(pair, BOB))
    await house.send(ending(pair, BOB))
    assert told.texts(ANN) == [say("en", "us-declined")]
    assert told.texts(BOB) == []


async def test_forget_ends_it_for_the_other_and_nothing_is_told_to_whoever_is_forgotten(
    house: House, told: Told
) -> None:
    pair, _ = await both(house)
    other = await house.asked()
    told.news.clear()
    await house.send(press(Action.FORGET_SURE))
    assert told.texts(BOB) == [say("en", "us-ended")]
    assert cast("Text", told.news[0][1]).ended == pair
    for code in (pair, other):
        await house.send(ending(code, BOB))
    assert told.texts(ANN) == []


async def test_that_somebody_was_told_is_forgotten_with_them(house: House, told: Told) -> None:
    pair = await asked(house)
    await house.agree(pair, ANN)
    await house.agree(pair, BOB)
    assert told.texts(ANN) == [say("en", "us-agreed")]
    partners = house.service._partners
    assert partners.told(ANN, pair)
    await house.send(press(Action.FORGET_SURE))
    assert not partners.told(ANN, pair)


async def test_who_only_looked_at_an_open_one_and_is_forgotten_has_declined_nothing(
    house: House, told: Told
) -> None:
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked({})
    await house.agree(pair, ANN)
    await house.send(command("us", pair, person=BOB))
    await house.send(press(Action.FORGET_SURE, person=BOB))
    assert told.news == []
    await house.face_of(BOB)
    await house.agree(pair, BOB)
    assert told.texts(ANN) == [say("en", "us-agreed")]


async def test_who_was_asked_by_name_and_is_forgotten_ends_it(house: House, told: Told) -> None:
    pair = await asked(house)
    await house.agree(pair, ANN)
    await house.send(command("us", pair, person=BOB))
    await house.send(press(Action.FORGET_SURE, person=BOB))
    assert told.texts(ANN) == [say("en", "us-declined")]
    assert cast("Text", await house.send(agreeing(pair, ANN))).code == "us_over"


@pytest.mark.parametrize("platform_tells", [False, True])
async def test_what_came_while_nobody_could_tell_it_is_told_with_the_next_answer_once(
    house: House, platform_tells: bool
) -> None:
    """After a restart; on platforms that reach nobody unasked, always."""
    pair = await asked(house)
    await house.agree(pair, ANN)
    house.restart()
    if platform_tells:
        house.service.reach("discord", Told().push)
    assert isinstance(await house.agree(pair, BOB), Shown)
    news, *_ = await house.all_of(command("help"))
    assert news.text == say("en", "us-agreed")
    assert actions(news) == [(Action.US_MIX, (pair, "50"))]
    assert len(await house.all_of(command("help"))) == 1


async def test_an_end_that_came_meanwhile_is_told_with_the_next_answer_once(house: House) -> None:
    pair = await asked(house)
    await house.agree(pair, ANN)
    house.restart()
    await house.send(ending(pair, BOB))
    news, *_ = await house.all_of(command("help"))
    assert news.text == say("en", "us-gone", code=spelled(pair))
    assert len(await house.all_of(command("help"))) == 1


async def test_whoever_waits_since_before_a_restart_is_heard_of_again(house: House) -> None:
    pair = await asked(house)
    await house.agree(pair, ANN)
    house.restart()
    told = Told()
    house.service.reach("discord", told.push)
    await house.send(command("help"))
    await house.agree(pair, BOB)
    assert told.texts(ANN) == [say("en", "us-agreed")]
    assert len(await house.all_of(command("help"))) == 1, "what was told is not told again"


async def test_where_others_read_along_what_was_said_there_is_not_said_again(house: House) -> None:
    pair = await asked(house)
    await house.send(at(press(Action.US_AGREE, pair)))
    await house.send(at(agreeing(pair, BOB)))
    assert len(await house.all_of(at(command("help")))) == 1


async def test_a_stranger_s_press_tells_nobody_anything(house: House, told: Told) -> None:
    eve = Person("discord", "1003")
    pair = await asked(house)
    await house.face_of(eve)
    for event in (agreeing(pair, eve), ending(pair, eve), command("us", pair, person=eve)):
        await house.send(event)
    assert told.news == []


async def test_when_the_day_runs_out_those_who_wait_are_told_and_those_who_agreed_are_not() -> None:
    partners, told = Partners(), Told()
    partners.reach("discord", told.push)
    soon = datetime.now(UTC) + timedelta(milliseconds=20)
    for person, pair, agreed in ((ANN, "a", False), (BOB, "b", True)):
        ref: Any = SimpleNamespace(platform=person.platform)
        event = Command(origin(person), "us")
        run: Any = SimpleNamespace(ref=ref, event=event, phrasing=Phrasing(person, "en"))
        partners.heard(
            cast("Run", run), Pair(pair, person == ANN, mine=True, theirs=agreed, expires=soon, own=True)
        )
    async with asyncio.timeout(10):
        while not told.news:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert told.texts(ANN) == [say("en", "us-ran-out")]
    assert told.texts(BOB) == []
