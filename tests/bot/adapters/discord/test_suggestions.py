"""What Discord offers while an option is typed: the pack's directions and the person's own codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.core.wording import say
from bot.settings import DiscordSettings
from db.errors import StoreError
from db.settings import load
from db.store import Store, open_store, upgrade
from tests.bot.adapters.discord.test_with_core import core
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import User


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = load({"TYPEFACE_HOME": str(tmp_path)})
    await asyncio.to_thread(upgrade, settings)
    store = await open_store(settings)
    yield store
    await store.close()


@pytest.fixture(autouse=True)
async def house(settings: DiscordSettings, store: Store) -> AsyncIterator[None]:
    service = core(FakeFaces(), store)
    adapter = DiscordAdapter(service, settings, service.suggestions, edit_seconds=0.0)
    await adapter.start()
    yield
    await adapter.stop()


async def offered(
    double: DiscordDouble, who: User, name: str, option: str, typed: str
) -> list[tuple[str, str]]:
    call = await double.typing(who, name, option, typed, channel=double.channel())
    await double.until(lambda: call.callback)
    assert call.callback
    return [(choice["name"], choice["value"]) for choice in call.callback["data"]["choices"]]


async def test_directions_are_offered_by_their_names_and_fit_what_is_typed(double: DiscordDouble) -> None:
    ann = double.person("ann")
    smile = (say("en", "direction-smile"), "smile")
    assert await offered(double, ann, "edit", "direction", "") == [smile, ("own-name", "own-name")]
    assert await offered(double, ann, "edit", "direction", " SMI") == [smile]
    assert await offered(double, ann, "edit", "direction", "nothing like it") == []


async def test_codes_are_ones_own(double: DiscordDouble) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "female"}, channel=room)
    await double.until(lambda: call.messages)
    ((label, code),) = await offered(double, ann, "show", "code", "")
    assert code in label
    assert await offered(double, ann, "show", "code", code[:3].lower()) == [(label, code)]
    assert await offered(double, bob, "show", "code", "") == []


async def test_while_the_store_is_away_nothing_is_offered_and_nothing_breaks(
    double: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreError("down")

    for name in ("preferences", "makings"):
        monkeypatch.setattr(store, name, down)
    assert await offered(double, double.person("ann"), "show", "code", "") == []
