"""How the adapter comes up, stays up and goes down."""

from __future__ import annotations

import asyncio
import io
import logging
import socket
from itertools import product
from typing import Any

import aiohttp
import pytest
import structlog

from bot.adapters.telegram import adapter as adapters
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.core.commands import COMMANDS
from bot.core.events import Command, TextSent
from bot.settings import SettingsError, TelegramSettings
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import Scripted, face, jpeg, working
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

SECRET = "a-secret_of-ours"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def webhook(port: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}/telegram"
    return {"webhook_url": url, "webhook_secret": SECRET, "webhook_port": port}


async def test_the_menu_is_there_in_every_language(telegram: Telegram, launch: Launch) -> None:
    async with launch(Scripted()):
        pass
    menus = telegram.world.menus
    scopes = ("all_private_chats", "all_group_chats", "all_chat_administrators")
    assert set(menus) == set(product(scopes, ("", "ko", "ja")))
    private, groups, admins = ({c["command"] for c in menus[scope, ""]} for scope in scopes)
    everyones = {c.name for c in COMMANDS if c.may == "anyone" and "telegram" in c.platforms}
    assert private == everyones - {"types"} and groups == everyones and admins == everyones | {"admin"}
    assert menus["all_group_chats", ""] != menus["all_group_chats", "ko"]
    assert telegram.world.texts["description", "ko"] != telegram.world.texts["description", ""]
    async with launch(Scripted()):
        pass
    assert len(telegram.calls("setMyCommands")) == len(menus), "an unchanged menu is not set again"


async def test_a_bot_without_its_menu_works(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    telegram.fault("setMyCommands", 429, retry_after=3000)
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP")
        await telegram.until(lambda: telegram.world.of_bot(ann.id))


@pytest.mark.parametrize("token", ["7000001:another-token", "no token at all"])
async def test_a_wrong_token_is_told(telegram: Telegram, launch: Launch, token: str) -> None:
    with pytest.raises(SettingsError, match="TELEGRAM_TOKEN") as told:
        async with launch(Scripted(), token=token):
            pass
    assert token not in str(told.value) and told.value.__cause__ is None


async def test_a_network_that_comes_later(
    telegram: Telegram, ann: Someone, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "START_SECONDS", 0.3)
    await telegram.cut()
    core = Scripted()
    async with launch(core) as adapter:
        assert not adapter.connected
        await telegram.mend()
        ann.text("hi")
        await telegram.until(lambda: core.events)
        assert adapter.connected


async def test_stopping_before_telegram_has_answered(
    telegram: Telegram, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "START_SECONDS", 0.1)
    await telegram.cut()
    async with launch(Scripted()) as adapter:
        assert not adapter.connected


async def test_an_adapter_that_was_never_started_can_be_stopped(telegram: Telegram) -> None:
    await TelegramAdapter(Scripted(), TelegramSettings(telegram.token)).stop()


async def test_polling_goes_on_after_a_break(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    with structlog.testing.capture_logs() as logs:
        async with launch(core):
            ann.text("before")
            await telegram.until(lambda: core.events)
            await telegram.cut()
            ann.text("during")
            await asyncio.sleep(0.3)
            await telegram.mend()
            await telegram.until(lambda: len(core.events) == 2)
    assert [e["event"] for e in logs if e["log_level"] == "warning"][-1] == "telegram answers again"
    assert [e.text for e in core.events if isinstance(e, TextSent)] == ["before", "during"]


async def test_a_broken_proxy_loses_nothing(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    telegram.fault("getUpdates", 502, html=True, times=1)
    telegram.fault("getUpdates", 200, html=True, times=1)
    telegram.fault("sendMessage", 502, html=True, times=1)
    async with launch(core):
        ann.text("hi")
        await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert len(core.events) == 1


async def test_two_pollers(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """The other one throws us out: we say so once and keep trying, until it is gone."""
    core = Scripted()
    with structlog.testing.capture_logs() as logs:
        async with launch(core):
            for _ in range(3):
                await telegram.until(lambda: telegram.feed.polling)
                assert await telegram.poll_too() == 200
                await asyncio.sleep(0.1)
            ann.text("still there?")
            await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert sum(c.code == 409 for c in telegram.calls("getUpdates")) >= 2
    said = [e["event"] for e in logs if e["log_level"] == "warning"]
    assert sum("another program" in words for words in said) == 1


async def test_a_token_that_is_revoked(telegram: Telegram, launch: Launch) -> None:
    with structlog.testing.capture_logs() as logs:
        async with launch(Scripted()):
            await telegram.until(lambda: telegram.feed.polling)
            telegram.fault("getUpdates", 401, description="Unauthorized")
            telegram.person().text("hi")
            (told,) = await telegram.until(lambda: [e for e in logs if e["log_level"] == "error"])
    assert "refuses the token" in told["event"]


async def test_updates_that_came_while_we_were_away(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    ann.text("/mbti ENFP")
    telegram.fault(
        "getUpdates", every=2, times=1
    )  # so that the next poll cannot confirm what this one brings
    async with launch(core):
        await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert not telegram.feed.pending, "what was answered is confirmed at the stop"
    telegram.faults.clear()
    async with launch(core):
        await telegram.until(lambda: telegram.feed.polling)
    assert len(core.events) == 1


async def test_a_stop_lets_short_answers_end(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted(working(2, 0.2))
    async with launch(core, grace=5):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert [m["caption"] for m in telegram.world.of_bot(ann.id)] == ["Done."]


async def test_the_webhook(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, port = Scripted(face), free_port()
    async with launch(core, **webhook(port)):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        ann.tap(shown, "1.abc.me")
        await telegram.until(lambda: len(telegram.world.of_bot(ann.id)) == 2)
    assert telegram.feed.statuses == [200, 200] and not telegram.feed.pending
    assert not telegram.calls("getUpdates")
    ann.text("while you are away")
    async with launch(core, **webhook(port)):
        await telegram.until(lambda: len(core.events) == 3)


async def test_a_webhook_gives_way_to_polling(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core, **webhook(free_port())):
        pass
    assert telegram.feed.webhook
    ann.text("/help")
    async with launch(core):
        await telegram.until(lambda: core.events)
    assert isinstance(core.events[0], Command)


@pytest.mark.parametrize("secret", [None, "", "a-secret_of-other", "비밀"])
async def test_a_wrong_secret_does_nothing(telegram: Telegram, launch: Launch, secret: str | None) -> None:
    core, port = Scripted(), free_port()
    async with launch(core, **webhook(port)), aiohttp.ClientSession() as session:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        update = {"update_id": 1, "message": {"text": "/forget"}}
        async with session.post(f"http://127.0.0.1:{port}/", json=update, headers=headers) as response:
            assert response.status == 403
        await asyncio.sleep(0.05)
    assert not core.events


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"no json", 400), (b"[1]", 400), (b'{"update_id": "x"}', 400), (b"\xff\xfe", 400), (b" " * 2**21, 413)],
)
async def test_nonsense_at_the_webhook(launch: Launch, body: bytes, status: int) -> None:
    core, port = Scripted(), free_port()
    async with launch(core, **webhook(port)), aiohttp.ClientSession() as session:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with session.post(
            f"http://127.0.0.1:{port}/x", data=io.BytesIO(body), headers=headers
        ) as response:
            assert response.status == status
    assert not core.events


async def test_a_webhook_that_cannot_be(telegram: Telegram, launch: Launch) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_PORT"),
    ):
        async with launch(Scripted(), **webhook(taken.getsockname()[1])):
            pass
    with pytest.raises(SettingsError, match="https url must be provided"):
        async with launch(Scripted(), **{**webhook(free_port()), "webhook_url": "http://example.org/"}):
            pass
    with pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_SECRET"):
        async with launch(Scripted(), **{**webhook(free_port()), "webhook_secret": "not allowed!"}):
            pass


async def test_nothing_about_tokens_or_people_in_the_log(
    telegram: Telegram, launch: Launch, caplog: pytest.LogCaptureFixture
) -> None:
    """With everything logged, through good days and bad."""
    caplog.set_level(logging.DEBUG)
    zoe = telegram.person("Zoe-of-the-names")
    telegram.fault("getUpdates", 502, html=True, times=1)
    telegram.fault("getFile", 500, every=2)
    telegram.fault("editMessageText", 400, description="Bad Request: something", every=2)
    with structlog.testing.capture_logs() as logs:
        async with launch(Scripted(working(3, 0.1))):
            zoe.photo(jpeg(), "/mbti private-words")
            await telegram.until(lambda: telegram.calls("sendPhoto"))
            telegram.feed.deliver(
                {"update_id": 90_001, "message": {"chat": {"id": zoe.id}, "text": "private-words"}}
            )
            zoe.photo(jpeg())
            await telegram.cut()
            await asyncio.sleep(0.2)
            await telegram.mend()
            await telegram.until(lambda: len(telegram.calls("sendPhoto")) == 2)
    written = caplog.text + repr(logs) + "".join(repr(r.__dict__) for r in caplog.records)
    assert logs, "what went wrong is told"
    for private in (telegram.token, telegram.token.split(":")[1], str(zoe.id), "Zoe-of", "private-words"):
        assert private not in written


async def test_an_owner_is_written_to_unasked(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    stranger = telegram.person("Bob", started=False)
    async with launch(Scripted()) as adapter:
        assert await adapter.notify(str(ann.id), "away")
        assert telegram.world.of_bot(ann.id)[-1]["text"] == "away"
        for nobody in (str(stranger.id), "no number"):
            assert not await adapter.notify(nobody, "back")
