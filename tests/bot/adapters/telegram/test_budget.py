"""Telegram's limits: what the double refuses, and that the adapter never gives it reason to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot
from telegram.error import RetryAfter

from bot.adapters.telegram.adapter import hush_libraries
from bot.adapters.telegram.budget import Limits
from bot.core.events import Event
from bot.core.replies import Reply, Text
from bot.core.turns import Rate
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import Scripted, jpeg, working
from tests.doubles.telegram.flood import Flood
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

SMALL = {"all": (8, 0.5), "chat": (3, 1.0), "group": (5, 2.0)}
"""Limits that a test can reach in a moment."""
OURS = Limits(Rate(8, 0.5), Rate(3, 1.0), Rate(5, 2.0))


async def twice(event: Event) -> AsyncIterator[Reply]:
    yield Text(f"First for {event.origin.person.id}.")
    yield Text(f"Second for {event.origin.person.id}.")


async def crowd(telegram: Telegram) -> list[str]:
    """Twelve people write three times each, half of them in two groups; what they were told."""
    groups = [telegram.group(), telegram.group()]
    people = [telegram.person(f"P{number}") for number in range(12)]
    for number, one in enumerate(people):
        for _ in range(3 if number >= 4 else 1):
            one.text("/help", groups[number % 2] if number < 4 else None)

    def told() -> list[str]:
        return [m["text"] for place in telegram.world.chats for m in telegram.world.of_bot(place)]

    await telegram.until(lambda: len(told()) == 2 * (4 + 8 * 3), 60)
    return told()


async def test_nothing_is_refused_and_nothing_is_lost(launch: Launch, telegram: Telegram) -> None:
    telegram.flood = Flood(SMALL)
    async with launch(Scripted(twice), limits=OURS):
        told = await crowd(telegram)
    assert telegram.flood.excess == []
    assert len(set(told)) == 24


async def test_without_turns_telegram_refuses(launch: Launch, telegram: Telegram) -> None:
    """The double does count, and what it refuses is sent again: late, but nothing is lost."""
    telegram.flood = Flood({"all": (8, 0.5)})
    async with launch(Scripted(twice)):
        await crowd(telegram)
    assert telegram.flood.excess
    assert {one.limit for one in telegram.flood.excess} == {"all"}


async def test_progress_is_left_out_where_answers_need_the_room(
    launch: Launch, telegram: Telegram, ann: Someone
) -> None:
    telegram.flood = Flood({"chat": (5, 60.0)})
    limits = Limits(Rate(10**6, 1), Rate(5, 60), Rate(10**6, 1))
    async with launch(Scripted(working(30, 0.01)), pace=0, limits=limits):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("sendPhoto"))
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert telegram.flood.excess == []
    assert len(telegram.calls("editMessageText")) == 2, "half of the places stay free"


async def test_a_button_is_answered_at_once_where_messages_wait(
    launch: Launch, telegram: Telegram, ann: Someone
) -> None:
    limits = Limits(Rate(10**6, 1), Rate(1, 60), Rate(10**6, 1))
    async with launch(Scripted(), limits=limits):
        ann.text("/help")
        (said,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        for number in range(3):
            ann.tap(said, f"1.abc.{number}")
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 3)
    assert len(telegram.calls("sendMessage")) == 1


async def test_a_chat_that_asks_for_silence_gets_it(launch: Launch, telegram: Telegram, ann: Someone) -> None:
    """The limits are not written in stone: what Telegram says counts, for every answer in that chat."""
    fault = telegram.fault("sendMessage", 429, retry_after=1, times=1)
    async with launch(Scripted()):
        ann.text("/help")
        await telegram.until(lambda: fault.fired)
        ann.text("/help")
        await telegram.until(lambda: len(telegram.world.of_bot(ann.id)) == 2)
    refused, *taken = telegram.calls("sendMessage")
    assert [c.code for c in taken] == [200, 200]
    assert all(c.at - refused.at >= 1 for c in taken)


async def test_the_double_counts_as_telegram_does(telegram: Telegram) -> None:
    hush_libraries()
    ann, group = telegram.person("Ann"), telegram.group()
    telegram.flood = Flood({"chat": (2, 30.0), "group": (1, 90.5)})
    async with Bot(telegram.token, telegram.api_base, telegram.file_base) as bot:
        said = await bot.send_message(ann.id, "One")
        await bot.send_chat_action(ann.id, "typing")
        await said.edit_text("Two")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(ann.id, "Three")
        assert refused.value._retry_after.total_seconds() == 30
        await said.delete()
        await bot.send_message(group.id, "One")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(group.id, "Two")
        assert refused.value._retry_after.total_seconds() == 91
    excess: list[Any] = [(one.method, one.limit) for one in telegram.flood.excess]
    assert excess == [("sendMessage", "chat"), ("sendMessage", "group")]
