"""The library's requests over aiohttp: what goes wrong has the library's names, and never the token's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from yarl import URL

from bot.adapters.telegram.transport import Transport
from tests.bot.adapters.telegram.scripted import jpeg
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    ours = Transport(5.0)
    async with Bot(telegram.token, telegram.api_base, telegram.file_base, ours, ours) as bot:
        yield bot


async def test_words_and_files_arrive_as_they_are(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    said = "Grüße & 안녕 = 100 % <b>\n+"
    assert (await bot.send_message(ann.id, said)).text == said
    sent = await bot.send_photo(ann.id, jpeg(), caption=said, filename="a face.jpg")
    assert sent.caption == said
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == jpeg()
    named = await bot.send_document(ann.id, b"kept whole", filename='얼굴 "1".png')
    assert named.document is not None and named.document.file_name == '얼굴 "1".png'
    large = await bot.send_document(ann.id, bytes(range(256)) * 12_000, filename="film.mp4")
    assert large.document is not None and large.document.file_size == 3_072_000


async def test_a_network_that_is_gone(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    await telegram.cut()
    with pytest.raises(NetworkError) as caught:
        await bot.send_message(ann.id, "Hello")
    assert telegram.token not in f"{caught.value!r} {caught.value.__cause__!r}"
    await telegram.mend()
    assert await bot.send_message(ann.id, "Hello")


async def test_a_silence_that_is_too_long(telegram: Telegram) -> None:
    ours = Transport(0.2)
    await ours.initialize()
    await ours.initialize()
    with pytest.raises(TimedOut):
        await ours.post(f"{telegram.api_base}{telegram.token}/getUpdates?timeout=30")
    await ours.shutdown()
    await ours.shutdown()
    with pytest.raises(NetworkError):
        await ours.post(f"{telegram.api_base}{telegram.token}/getMe")


async def test_many_at_once_are_all_answered(telegram: Telegram, bot: Bot) -> None:
    """More than there are connections."""
    people = [telegram.person(f"P{number}") for number in range(100)]
    sent = await asyncio.gather(*(bot.send_message(one.id, str(one.id)) for one in people))
    assert [(message.chat.id, message.text) for message in sent] == [(one.id, str(one.id)) for one in people]


async def test_a_proxy_of_the_house_is_used(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    base = URL(telegram.api_base)
    monkeypatch.setenv("http_proxy", str(base.origin()))
    monkeypatch.delenv("no_proxy", raising=False)
    ours = Transport(5.0)
    beyond = str(base.with_host("telegram.invalid"))
    async with Bot(telegram.token, beyond, telegram.file_base, ours, ours) as bot:
        assert (await bot.get_me()).is_bot
