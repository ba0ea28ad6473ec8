"""Telegram: brings the connection up and down."""

from __future__ import annotations

import asyncio
import logging
import re
import warnings

import structlog
from telegram import Bot
from telegram.error import TelegramError
from telegram.ext import ExtBot
from telegram.warnings import PTBDeprecationWarning

from bot.adapters.telegram.budget import Budget, Limits
from bot.adapters.telegram.delivery import until_answered
from bot.adapters.telegram.desk import Desk, Paces
from bot.adapters.telegram.poller import KINDS, Poller
from bot.adapters.telegram.profile import introduce
from bot.adapters.telegram.transport import Transport
from bot.adapters.telegram.webhook import Webhook
from bot.core.ports import Desk as Core
from bot.settings import SettingsError, TelegramSettings

log = structlog.get_logger("typeface.telegram")
START_SECONDS = 10
STOP_SECONDS = 5.0
PACES, LIMITS = Paces(), Limits()


def hush_libraries() -> None:
    """Keep people's messages out of the log: the library writes updates there.

    The library also warns of its own use of a deprecated attribute whenever Telegram asks it to slow down.
    """
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", category=PTBDeprecationWarning)


class TelegramAdapter:
    """Fulfils the core's `Adapter` port by long polling, or by webhook when the settings have one."""

    name = "telegram"

    def __init__(
        self,
        service: Core,
        settings: TelegramSettings,
        *,
        paces: Paces = PACES,
        limits: Limits = LIMITS,
        grace: float = STOP_SECONDS,
    ) -> None:
        """Take the core, how fast progress is edited, what Telegram takes, and the seconds for answers at a stop."""
        self._service = service
        self._settings = settings
        self._paces = paces
        self._budget = Budget(limits)
        self._grace = grace
        self._bot: Bot | None = None
        self._desk: Desk | None = None
        self._poller: Poller | None = None
        self._webhook: Webhook | None = None
        self._work: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether Telegram has answered since the start."""
        return self._connected.is_set()

    @property
    def notice(self) -> str | None:
        """That Telegram could not be reached so far, if so."""
        return None if self.connected else "Telegram cannot be reached yet; the bot goes on trying."

    @property
    def webhook_port(self) -> int | None:
        return self._webhook.port if self._webhook else None

    @property
    def owners(self) -> tuple[str, ...]:
        """Telegram does not tell whose a bot is."""
        return ()

    async def notify(self, person: str, text: str) -> bool:
        """A message; False when the person has never written to the bot, or has blocked it."""
        if self._bot is None or not person.isdecimal():
            return False
        try:
            await self._bot.send_message(int(person), text)
        except TelegramError as error:
            log.warning("an owner was not reached", error=type(error).__name__)
            return False
        return True

    async def start(self) -> None:
        """Connect. Where Telegram cannot be reached, go on trying in the background after some seconds.

        Raises:
            SettingsError: Telegram refuses the token or the webhook's address, or its port is taken.
        """
        self._check()
        hush_libraries()
        request = Transport()
        settings = self._settings
        self._bot = ExtBot(
            settings.token,
            base_url=settings.api_base,
            base_file_url=settings.file_base,
            request=request,
            get_updates_request=request,
            rate_limiter=self._budget,
        )
        self._desk = Desk(self._bot, self._service, self._paces, self._budget)
        self._work = asyncio.get_running_loop().create_task(self._run(self._bot, self._desk))
        waiting = asyncio.ensure_future(self._connected.wait())
        await asyncio.wait({self._work, waiting}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._work.done():
            self._work.result()
        if not self.connected:
            log.warning("telegram does not answer yet; trying on")
            self._work.add_done_callback(_tell_failure)

    async def stop(self) -> None:
        """Take no more updates, give the answers under way a moment, and close everything."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._webhook is not None:
            await self._webhook.stop()
        if self._poller is not None:
            await self._poller.close()
        if self._desk is not None:
            await self._desk.drain(self._grace)
        if self._bot is not None:
            await self._bot.shutdown()

    def _check(self) -> None:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", self._settings.token):
            raise SettingsError("TELEGRAM_TOKEN is no bot token: those look like 123456:ABC-def.")
        secret = self._settings.webhook_secret or ""
        if self._settings.webhook_url and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise SettingsError("TELEGRAM_WEBHOOK_SECRET may have 1 to 256 letters, digits, _ and - only.")

    async def _run(self, bot: Bot, desk: Desk) -> None:
        """Connect, then poll; with a webhook there is nothing more to do than to listen."""
        await until_answered(bot.initialize)
        await introduce(bot)
        if self._settings.webhook_url:
            await self._listen(bot, desk, self._settings.webhook_url)
            return
        await until_answered(lambda: bot.delete_webhook(drop_pending_updates=False))
        self._poller = Poller(bot, desk.take)
        self._connected.set()
        await self._poller.run()

    async def _listen(self, bot: Bot, desk: Desk, url: str) -> None:
        self._webhook = Webhook(self._settings, desk.take)
        await self._webhook.start()
        secret = self._settings.webhook_secret
        await until_answered(lambda: bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS))
        self._connected.set()


def _tell_failure(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        reason = str(error) if isinstance(error, SettingsError) else type(error).__name__
        log.error("telegram does not start", error=reason)
