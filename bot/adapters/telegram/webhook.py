"""The webhook: Telegram posts each update to us, with a secret that nobody else knows."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.settings import SettingsError, TelegramSettings

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_UPDATE_BYTES = 2**20


class Webhook:
    """Plain http on `webhook_host`: TLS ends at the proxy in front, whatever path it forwards."""

    def __init__(self, settings: TelegramSettings, deliver: Callable[[Mapping[str, Any]], None]) -> None:
        self._settings = settings
        self._secret = (settings.webhook_secret or "").encode()
        self._deliver = deliver
        self._runner: web.AppRunner | None = None
        self.port = settings.webhook_port

    async def start(self) -> None:
        """Raises `SettingsError` when the port is taken."""
        app = web.Application(client_max_size=MAX_UPDATE_BYTES)
        app.router.add_post("/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.webhook_host, self._settings.webhook_port)
        try:
            await site.start()
        except OSError as error:
            where = f"{self._settings.webhook_host}:{self._settings.webhook_port}"
            raise SettingsError(
                f"TELEGRAM_WEBHOOK_PORT: cannot listen on {where} ({error.strerror})."
            ) from error
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), self._secret):
            return web.Response(status=403)
        try:
            update = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return web.Response(status=400)
        self._deliver(update)
        return web.Response()
