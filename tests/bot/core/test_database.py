"""The core with the real database: what it writes is found again, and `/forget` removes it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.events import Event
from bot.core.house import House
from bot.core.presses import Action
from bot.core.replies import Reply, Shown
from bot.core.service import Service
from bot.core.wording import say
from db.settings import load
from db.store import Store, open_store, upgrade
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces
from tests.bot.core.people import command, final, press, selfie, text
from tests.statements import Count


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = load({"TYPEFACE_HOME": str(tmp_path / "home")})
    settings.home.mkdir(mode=0o700)
    upgrade(settings)
    store = await open_store(settings)
    yield store
    await store.close()


def started(store: Store) -> tuple[Service, FakeFaces]:
    faces = FakeFaces()
    return Service(faces, store, FakeDrawing(), FakeClock(), House(86400)), faces


async def send(service: Service, event: Event) -> list[Reply]:
    return [reply async for reply in service.handle(event)]


async def test_the_main_job_across_restarts(store: Store) -> None:
    service, _ = started(store)
    final(await send(service, command("mbti", "ENFP", "woman")))
    service, _ = started(store)
    final(await send(service, press(Action.AGREE)))
    service, faces = started(store)
    assert isinstance(final(await send(service, selfie(b"latent"))), Shown)
    faces.assert_blend(b"latent", "ENFP", 0.5)
    service, faces = started(store)
    assert isinstance(final(await send(service, press(Action.MORE_TYPE))), Shown)
    faces.assert_blend(b"latent", "ENFP", 0.65)
    final(await send(service, press(Action.MATCH)))
    service, faces = started(store)
    assert isinstance(final(await send(service, text("man"))), Shown)
    faces.assert_type("ISTJ", "male")
    assert "one face of yours" in final(await send(service, command("privacy"))).text


async def test_forget_removes_it_all(store: Store) -> None:
    service, faces = started(store)
    final(await send(service, command("mbti", "ENFP", "woman", photo=b"latent")))
    assert isinstance(final(await send(service, press(Action.AGREE))), Shown)
    told = final(await send(service, press(Action.FORGET_SURE)))
    assert "one face" in told.text
    assert say("en", "forgotten-key") in told.text
    assert final(await send(service, press(Action.MORE_ME))).code == "expired"
    assert "no face of yours" in final(await send(service, command("privacy"))).text
    replies = await send(service, command("mbti", "ENFP", "woman", photo=b"latent"))
    assert final(replies).menu[0][0].label == "I agree"
    assert len(faces.projected) == 1


@pytest.mark.parametrize(("community", "statements"), [(None, 1), ("guild", 3)])
async def test_a_decision_is_one_read(store: Store, community: str | None, statements: int) -> None:
    await store.note_community("discord", "guild")
    service, count = started(store)[0], Count(store)
    asked = command("help")
    event = replace(asked, origin=replace(asked.origin, community=community))
    final(await send(service, event))
    assert count.seen["reading"] == 1
    count.seen.clear()
    final(await send(service, event))  # nothing is new: nothing is written
    assert count.seen == {"reading": 1, "statements": statements}
