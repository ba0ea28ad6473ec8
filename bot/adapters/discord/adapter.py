"""Typeface on Discord: log in, sync the commands, listen; and stop without leaving anyone waiting."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord.budget import Limits
from bot.adapters.discord.client import Client
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.downloads import Downloads
from bot.adapters.discord.handlers import Handlers
from bot.adapters.discord.redact import redact
from bot.core.ports import Handler, Suggests
from bot.settings import DiscordSettings, SettingsError

log = structlog.get_logger("typeface.discord")

LIMITS = Limits()
READY_SECONDS = 60.0
AGAIN_SECONDS, LONGEST_SECONDS = 1.0, 300.0
"""Before we connect anew: twice as long each time, since Discord counts how often we do in a day."""
QUIET_SECONDS = 600.0
"""After a connection that held so long it begins from the shortest again."""


def longer(pause: float, held: float) -> float:
    """Seconds before the next try: after the last pause, and a connection that held so many seconds."""
    return AGAIN_SECONDS if held > QUIET_SECONDS or not pause else min(2 * pause, LONGEST_SECONDS)


class DiscordAdapter:
    """One bot account. `edit_seconds` and `grace` as in `Desk`; `limits` are what Discord takes."""

    name = "discord"
    notice: str | None = None

    def __init__(
        self,
        service: Handler,
        settings: DiscordSettings,
        suggestions: Suggests | None = None,
        *,
        edit_seconds: float = 2.0,
        grace: float = 5.0,
        limits: Limits = LIMITS,
    ) -> None:
        redact()
        self._settings = settings
        self._desk = Desk(service, edit_seconds=edit_seconds, grace=grace)
        self._downloads = Downloads()
        self.client = Client(Handlers(self._desk, self._downloads, suggestions), limits)
        self._connection: asyncio.Task[None] | None = None
        self._since, self._pause = time.monotonic(), 0.0

    @property
    def owners(self) -> tuple[str, ...]:
        """The application's owner, or the members of the team that owns it."""
        application = self.client.application
        if application is None:
            return ()
        team = application.team
        people = [member.id for member in team.members] if team else [application.owner.id]
        return tuple(map(str, people))

    async def notify(self, person: str, text: str) -> bool:
        """A direct message; False when Discord does not let it through."""
        try:
            channel = await self.client.create_dm(discord.Object(int(person)))
            await channel.send(text)
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("an owner was not reached", error=type(error).__name__)
            return False
        return True

    async def start(self) -> None:
        """Return when Discord is ready to send updates and has our commands.

        Raises:
            SettingsError: Discord refuses the token, or does not answer at the configured address.
        """
        Route.BASE = self._settings.api_base.rstrip("/")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._settings.gateway_url)
        try:
            await self._connect()
        except BaseException:
            await self.stop()
            raise

    async def _connect(self) -> None:
        try:
            await self.client.login(self._settings.token)
            self._connection = asyncio.create_task(self.client.connect(), name="discord")
            await self._ready(self._connection)
        except discord.LoginFailure:
            raise SettingsError("DISCORD_TOKEN: Discord does not accept this token.") from None
        except discord.ConnectionClosed as closed:
            raise SettingsError(
                f"DISCORD_TOKEN: Discord's gateway refuses this bot ({closed.code})."
            ) from None
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SettingsError(
                f"Discord does not answer at {Route.BASE} ({type(error).__name__})."
            ) from None

    async def _ready(self, connection: asyncio.Task[None]) -> None:
        ready = asyncio.ensure_future(self.client.wait_until_ready())
        try:
            done, _ = await asyncio.wait(
                {connection, ready}, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ready.cancel()
        if connection in done:
            connection.result()
        if ready not in done:
            raise TimeoutError
        connection.add_done_callback(self._ended)

    def _ended(self, connection: asyncio.Task[None]) -> None:
        """The library reconnects by itself; what it cannot read ends it, and then we connect anew."""
        if not connection.cancelled() and (error := connection.exception()) is not None:
            log.error("discord_connection_ended", error=type(error).__name__)
            held = time.monotonic() - self._since
            refused = isinstance(error, discord.ConnectionClosed)
            self._pause = LONGEST_SECONDS if refused else longer(self._pause, held)
            self._connection = asyncio.create_task(self._again(), name="discord")
            self._connection.add_done_callback(self._ended)

    async def _again(self) -> None:
        # What could not be read leaves the old connection open, and its heart beating in a thread of its own.
        with suppress(aiohttp.ClientError, OSError):
            await self.client.ws.close()
        await asyncio.sleep(self._pause)
        self._since = time.monotonic()
        await self.client.connect()

    async def stop(self) -> None:
        """Give answers that are under way a short grace, then close everything."""
        await self._desk.close()
        if not self.client.is_closed():
            await self.client.close()
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
        await self._downloads.close()
