"""An answer that waits for its turn shows that it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from telegram import Bot

from bot.adapters.telegram import patience
from bot.adapters.telegram.budget import Limits
from bot.adapters.telegram.patience import Patience
from bot.adapters.telegram.updates import Place
from bot.core.events import Event
from bot.core.replies import Picture, Reply, Shown, Text
from bot.core.turns import Rate
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import Scripted, picture
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

MANY = Rate(10**6, 1)
FILM = Picture(b"mp4", "video/mp4", "film.mp4", "A film.")


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        (Text("Second"), "typing"),
        (Shown(picture(), "Second"), "upload_photo"),
        (Shown(FILM, "Second"), "upload_video"),
        (Shown(picture(), "Second", whole=True), "upload_document"),
    ],
)
async def test_in_a_full_group(
    telegram: Telegram,
    launch: Launch,
    ann: Someone,
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    action: str,
) -> None:
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.1)
    group = telegram.group()

    async def two(_: Event) -> AsyncIterator[Reply]:
        yield Text("First")
        yield reply

    async with launch(Scripted(two), limits=Limits(MANY, MANY, Rate(1, 2))):
        ann.text("/start", group, message_thread_id=7, is_topic_message=True)
        await telegram.until(lambda: len(telegram.world.of_bot(group.id)) == 2)
    (shown,) = telegram.calls("sendChatAction")
    assert shown.params == {"chat_id": str(group.id), "message_thread_id": "7", "action": action}
    sent = telegram.calls("sendMessage", "sendPhoto", "sendAnimation", "sendDocument")
    assert sent[0].at <= shown.at <= sent[1].at


async def test_an_edit_waits_as_well(
    telegram: Telegram, launch: Launch, ann: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what Telegram has refused, until the time that it says."""
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.1)
    core = Scripted()
    async with launch(core):
        ann.text("/start")
        (message,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))

        async def page(_: Event) -> AsyncIterator[Reply]:
            yield Text("Page 2", instead=True)

        core.script = page
        telegram.fault("editMessageText", 429, retry_after=1, times=1)
        ann.tap(message, "1.abc.me")
        await telegram.until(lambda: message["text"] == "Page 2")
    assert [call.params["action"] for call in telegram.calls("sendChatAction")] == ["typing"]


async def test_not_where_nobody_waits(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async with launch(Scripted()):
        for number in range(1, 6):
            ann.text("/start")
            await telegram.until(lambda number=number: len(telegram.world.of_bot(ann.id)) == number)
    assert not telegram.calls("sendChatAction")


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    async with Bot(telegram.token, base_url=telegram.api_base, base_file_url=telegram.file_base) as bot:
        yield bot


async def test_one_a_chat_however_many_wait_there(
    telegram: Telegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.0)
    waiting, one, other = Patience(bot), telegram.group().id, telegram.group().id
    async with AsyncExitStack() as stack:
        for chat in (one, one, one, one, other):
            await stack.enter_async_context(waiting.at(Place(chat), ("text",)))
        await telegram.until(lambda: len(telegram.calls("sendChatAction")) == 2)
    async with waiting.at(Place(one), ("text",)):  # the next in the line
        await asyncio.sleep(0.1)
    chats = [call.params["chat_id"] for call in telegram.calls("sendChatAction")]
    assert sorted(chats) == sorted(map(str, (one, other)))


async def test_again_while_it_lasts_but_no_sooner(
    telegram: Telegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.0)
    monkeypatch.setattr(patience, "EVERY_SECONDS", 0.1)
    waiting, place, begun = Patience(bot), Place(telegram.group().id), time.monotonic()
    async with waiting.at(place, ("text",)), waiting.at(place, ("text",)):
        await telegram.until(lambda: len(telegram.calls("sendChatAction")) > 3)
    shown = len(telegram.calls("sendChatAction"))
    assert time.monotonic() - begun >= 0.1 * (shown - 1)


async def test_a_refused_action_is_nothing(
    telegram: Telegram, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.0)
    telegram.fault("sendChatAction", 403, description="Forbidden: bot was kicked from the group chat")
    async with Patience(bot).at(Place(telegram.group().id), ("text",)):
        await telegram.until(lambda: telegram.calls("sendChatAction"))


async def test_again_after_one_that_took_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another chat's action, shown while the first was on its way, does not end the first chat's."""
    monkeypatch.setattr(patience, "AFTER_SECONDS", 0.0)
    monkeypatch.setattr(patience, "EVERY_SECONDS", 0.05)
    shown: list[int] = []
    on_its_way, other = asyncio.Event(), asyncio.Event()

    class Slow:
        async def send_chat_action(self, chat: int, *_: object, **__: object) -> None:
            shown.append(chat)
            if chat == 2:
                other.set()
            elif shown.count(1) == 1:
                await on_its_way.wait()

    waiting = Patience(Slow())  # type: ignore[arg-type]
    async with asyncio.timeout(10), waiting.at(Place(1), ()):
        await asyncio.sleep(0.1)
        async with waiting.at(Place(2), ()):
            await other.wait()
        on_its_way.set()
        while shown.count(1) < 2:
            await asyncio.sleep(0.01)
