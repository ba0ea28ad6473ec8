"""Discord's rate limits: the library's part and ours. Nothing is ever refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from yarl import URL

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.budget import Limits, key_of, paced
from bot.core.events import Event
from bot.core.replies import Text
from bot.core.turns import Rate
from bot.settings import DiscordSettings
from tests.bot.adapters.discord.scripted import BLEND, Script, Scripted
from tests.doubles.discord.rates import EVERYTHING, LIMITS, Rates
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Message, User

MOST, SECONDS = 10, 0.5
SLOW = Limits(Rate(MOST, SECONDS))
NO_LIMITS = Limits(Rate(10**6, 1), Rate(10**6, 1))


def twice(_: Event) -> tuple[Text, ...]:
    return Text("One."), Text("Two.")


@asynccontextmanager
async def bot(double: DiscordDouble, limits: Limits, script: Script = twice) -> AsyncIterator[None]:
    settings = DiscordSettings(double.token, double.api_base, double.gateway_url)
    ours = DiscordAdapter(Scripted(script), settings, edit_seconds=0.0, grace=1.0, limits=limits)
    await ours.start()
    try:
        yield
    finally:
        await ours.stop()


async def crowd(double: DiscordDouble, limits: Limits) -> None:
    """Ten people write three direct messages each, and are answered twice; two use a command beside it."""
    async with bot(double, limits):
        people = [double.person(f"p{number}") for number in range(10)]

        def said(one: User) -> list[Message]:
            return [m for m in double.seen_by(one, double.dm(one)) if m.author is None]

        await asyncio.gather(*(double.write(one, "Hello") for one in people for _ in range(3)))
        calls = [await double.command(one, "help", channel=double.channel()) for one in people[:2]]
        await double.until(lambda: all(len(said(one)) == 6 for one in people), 60)
        await double.until(lambda: all(len(call.messages) == 2 for call in calls), 60)


def rates() -> Rates:
    everything = replace(EVERYTHING, most=MOST, seconds=SECONDS)
    return Rates((*LIMITS, everything))


async def test_many_direct_messages_at_once_are_never_too_many() -> None:
    async with DiscordDouble(rates=rates()) as double:
        await crowd(double, SLOW)
    assert double.faults.rates.excess == []


async def test_without_turns_discord_refuses() -> None:
    """The double does count; the library sends again what it refuses, and gives it up in the end."""
    async with DiscordDouble(rates=rates()) as double, bot(double, NO_LIMITS):
        for number in range(10):
            await double.write(double.person(f"p{number}"), "Hello")
        await double.until(lambda: double.faults.rates.excess, 60)
    assert double.faults.rates.excess[0].bucket == "global"


async def test_work_in_a_direct_message_keeps_the_channels_limits() -> None:
    async with DiscordDouble() as double, bot(double, Limits(), lambda _: (*BLEND, *BLEND, *BLEND)):
        ann = double.person("ann")
        await double.write(ann, "Hello")
        await double.until(
            lambda: sum(bool(m.attachments) for m in double.seen_by(ann, double.dm(ann))) == 3, 60
        )
    assert len(double.transcript("PATCH", "/channels/")) >= 5
    assert double.faults.rates.excess == []


async def test_a_request_that_failed_or_was_given_up_keeps_no_place() -> None:
    async def get(path: str) -> int:
        said = {"Authorization": f"Bot {double.token}"}
        async with session.get(f"{double.api_base}{path}", headers=said) as response:
            return response.status

    async with (
        DiscordDouble() as double,
        aiohttp.ClientSession(trace_configs=[paced(Limits(Rate(1, 0.2)))]) as session,
        asyncio.timeout(20),
    ):
        with pytest.raises(aiohttp.ClientError):
            await session.get("http://127.0.0.1:1/api/v10/gateway")
        first, given_up = asyncio.create_task(get("/users/@me")), asyncio.create_task(get("/users/@me"))
        await asyncio.sleep(0)
        given_up.cancel()
        assert await first == await get("/users/@me") == 200


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("POST", "/api/v10/channels/1/messages", ("POST", "1", "messages")),
        ("PATCH", "/api/v10/channels/1/messages/2", ("PATCH", "1", "messages")),
        ("POST", "/api/v10/channels/1/typing", ("POST", "1", "typing")),
        ("GET", "/api/v10/users/@me", ()),
        ("PUT", "/api/v10/applications/1/commands", ()),
        ("POST", "/api/v10/interactions/1/token/callback?with_response=1", None),
        ("PATCH", "/api/v10/webhooks/1/token/messages/@original", None),
        ("GET", "/", None),
        ("GET", "/attachments/1/2/me.jpg", None),
    ],
)
def test_what_a_request_counts_for(method: str, path: str, key: object) -> None:
    assert key_of(method, URL(f"https://discord.com{path}")) == key
