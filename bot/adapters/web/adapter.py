"""The web chat as a platform of the bot."""

from __future__ import annotations

import structlog
from aiohttp import web

from bot.adapters.web import application, binding
from bot.adapters.web.feeds import Bounds
from bot.core.ports import Sharer
from bot.settings import WebSettings

log = structlog.get_logger(__name__)
DAY_SECONDS = 24 * 3600.0


class WebAdapter:
    """Serves the page and its chat.

    After `start`, `url` says where, and `moved_from` is the port that was asked for when it was taken.
    """

    name = "web"

    def __init__(self, service: Sharer, settings: WebSettings, keep_seconds: float = DAY_SECONDS) -> None:
        """Answers wait for a page for `keep_seconds`."""
        self._service, self._settings, self._bounds = service, settings, Bounds(seconds=keep_seconds)
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.moved_from: int | None = None

    @property
    def owners(self) -> tuple[str, ...]:
        """The page knows nobody by name."""
        return ()

    async def notify(self, person: str, text: str) -> bool:
        """A page that nobody looks at cannot be written to."""
        return False

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the host or port cannot be used at all.
        """
        bound = binding.bind(self._settings.host, self._settings.port)
        # A page that goes away is listened to, and told, no more; what it has asked for goes on.
        self._runner = web.AppRunner(
            application.build(self._service, self._bounds, covered=self._settings.spoiler),
            handler_cancellation=True,
            access_log=None,
            shutdown_timeout=application.GOODBYE_SECONDS,
        )
        await self._runner.setup()
        await web.SockSite(self._runner, bound).start()
        self.url = binding.address(self._settings.host, bound)
        self._tell(bound.getsockname()[1])

    def _tell(self, port: int) -> None:
        if self._settings.port not in {0, port}:
            self.moved_from = self._settings.port
            log.warning("web_port_taken", asked=self._settings.port, used=port)
        log.info("web_listening", url=self.url)

    @property
    def notice(self) -> str | None:
        """That the port was taken, if it was."""
        if self.moved_from is None:
            return None
        return f"Port {self.moved_from} is taken: the web chat takes the next free one."

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
