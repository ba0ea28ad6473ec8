"""Many people at once on both platforms, against the real core, a real database and the real adapters."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord import adapter as discord_adapter
from bot.adapters.discord import budget as discord_budget
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram import adapter as telegram_adapter
from bot.adapters.telegram import budget as telegram_budget
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.core.house import House
from bot.core.ports import Adapter, Faces
from bot.core.service import Service
from bot.core.turns import Rate
from bot.drawing.pen import Pen
from bot.settings import DiscordSettings, TelegramSettings
from tests.bot.adapters.telegram.house import house
from tests.bot.core.world.memory import Memory
from tests.crowd.discord import OnDiscord
from tests.crowd.faces import MarkedFaces
from tests.crowd.player import Player
from tests.crowd.telegram import OnTelegram
from tests.crowd.watch import Watch
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.telegram.server import Telegram

A_GROUP, A_CHANNEL = 2, 5
"""People of one group, which takes twenty messages a minute: the main job of one is eight. People of one channel."""


@dataclass(frozen=True)
class Limits:
    """What the adapters take the platforms' limits for."""

    discord: discord_budget.Limits = discord_adapter.LIMITS
    telegram: telegram_budget.Limits = telegram_adapter.LIMITS


REAL = Limits()
_NONE = Rate(10**6, 1.0)
NONE = Limits(discord_budget.Limits(_NONE, _NONE), telegram_budget.Limits(_NONE, _NONE, _NONE))
"""As if there were none."""


@dataclass(frozen=True)
class Setting:
    """Within `arrive` seconds all people come; an answer that takes `lost_after` is lost. `home` is an empty folder for
    a real database, in a file there or at `url`; without one all is kept in memory.
    """

    limits: Limits = REAL
    arrive: float = 3.0
    lost_after: float = 90.0
    home: Path | None = None
    url: str | None = None


@dataclass
class Report:
    """`wrong` is all that was lost or crossed, `refused` the calls that were one too many. `deferred` are the seconds
    until Discord's interactions were answered, `pressed` those until the spinners of Telegram's buttons stopped.
    """

    people: int
    seconds: float
    messages: int
    requests: int
    wrong: list[str]
    deferred: list[float]
    pressed: list[float]
    refused: list[str]


def settle(count: int, watch: Watch, discord: DiscordDouble, telegram: Telegram) -> list[Player]:
    """Of five people three are on Discord, one of them in direct messages, two in channels and threads; of the two on
    Telegram every fourth is in a group.
    """
    rooms = [discord.channel() for _ in range(2 * count // (5 * A_CHANNEL) + 1)]
    rooms += [discord.thread(room) for room in rooms[::4]]
    groups = [telegram.group() for _ in range(count // (10 * A_GROUP) + 1)]
    people: list[Player] = []
    for number in range(1, count + 1):
        turn, which = divmod(number, 5)
        if which < 3:
            room = rooms[(2 * turn + which) % len(rooms)] if which else None
            people.append(OnDiscord(number, watch, discord, room))
        else:
            group = groups[turn // 2 % len(groups)] if which == 3 and turn % 2 else None
            people.append(OnTelegram(number, watch, telegram, group))
    return people


@asynccontextmanager
async def adapters(
    service: Service, discord: DiscordDouble, telegram: Telegram, limits: Limits
) -> AsyncIterator[None]:
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    there = DiscordSettings(discord.token, discord.api_base, discord.gateway_url)
    here = TelegramSettings(telegram.token, api_base=telegram.api_base, file_base=telegram.file_base)
    both: Sequence[Adapter] = (
        DiscordAdapter(service, there, service.suggestions, limits=limits.discord),
        TelegramAdapter(service, here, limits=limits.telegram),
    )
    try:
        for one in both:
            await one.start()
        yield
    finally:
        await asyncio.gather(*(one.stop() for one in both))
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@asynccontextmanager
async def in_memory(faces: Faces) -> AsyncIterator[Service]:
    """The core without a database, which takes most of the time of a real one."""
    service = Service(faces, Memory(), Pen(), time, House(3600))
    yield service
    await service.close()


async def play(count: int, setting: Setting) -> Report:
    """All play the main job at the same time."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordDouble())
        telegram = await stack.enter_async_context(Telegram())
        faces = MarkedFaces()
        service = await stack.enter_async_context(
            house(setting.home, faces, setting.url) if setting.home else in_memory(faces)
        )
        watch = await stack.enter_async_context(Watch(setting.lost_after).looking())
        people = settle(count, watch, discord, telegram)
        async with adapters(service, discord, telegram, setting.limits):
            began = time.monotonic()
            await asyncio.gather(*(one.play(setting.arrive * one.number / count) for one in people))
            seconds = time.monotonic() - began
        for one in people:
            one.check()
        return report(people, seconds, discord, telegram)


def report(people: Sequence[Player], seconds: float, discord: DiscordDouble, telegram: Telegram) -> Report:
    calls = [call for one in people if isinstance(one, OnDiscord) for call in one.calls]
    wrong = [wrong for one in people for wrong in one.wrong]
    wrong += [
        f"an interaction of type {call.type} was not answered" for call in calls if call.callback is None
    ]
    # A spinner that was stopped too late does no harm; the last poll throws out the one that it follows.
    mild = {"answerCallbackQuery", "getUpdates"}
    failed = [(call.code, call.method) for call in telegram.transcript if call.method not in mild]
    failed += [(one.status, one.method) for one in discord.transcript()]
    wrong += [f"{code} {method}" for code, method in failed if code >= 400 and code != 429]
    over = [f"{one.method} {one.bucket}" for one in discord.faults.rates.excess]
    over += [f"{one.method} {one.limit}" for one in telegram.flood.excess]
    return Report(
        people=len(people),
        seconds=seconds,
        messages=sum(len(one.read) for one in people),
        requests=len(discord.transcript()) + len(telegram.transcript),
        wrong=wrong,
        deferred=[call.answered_after for call in calls if call.answered_after is not None],
        pressed=telegram.world.answered,
        refused=over,
    )
