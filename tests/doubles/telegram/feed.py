"""How updates reach the bot: kept until confirmed, by long polling or by webhook."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.doubles.telegram.errors import OTHER_POLLER, WEBHOOK_ACTIVE, bad, conflict
from tests.doubles.telegram.params import Params

Wire = dict[str, Any]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
ALL_KINDS: tuple[str, ...] = ()


class Feed:
    """Updates wait here. `retry` is the pause in seconds before an update is posted again."""

    def __init__(self, retry: float = 0.1) -> None:
        self.pending: list[Wire] = []
        self.webhook = ""
        self.statuses: list[int] = []
        self._secret = ""
        self._kinds: tuple[str, ...] = ALL_KINDS
        self._numbers = itertools.count(50_001)
        self._news = asyncio.Event()
        self._poll: asyncio.Future[None] | None = None
        self._retry = retry
        self._posting: asyncio.Task[None] | None = None
        self.replied: Callable[[str, Params], Awaitable[Any]] | None = None

    @property
    def polling(self) -> bool:
        """Whether a poller waits at this moment."""
        return self._poll is not None and not self._poll.done()

    def put(self, kind: str, content: Wire) -> Wire | None:
        """A new update; None when the bot did not ask for that kind."""
        if self._kinds and kind not in self._kinds:
            return None
        # As it is now: what happens to a message afterwards is another update.
        update = {"update_id": next(self._numbers), kind: copy.deepcopy(content)}
        self.deliver(update)
        return update

    def deliver(self, update: Wire) -> None:
        """Also for delivering one twice."""
        self.pending.append(update)
        self._news.set()

    def _ask_for(self, params: Params) -> None:
        kinds = params.thing("allowed_updates")
        if kinds is not None:
            self._kinds = tuple(kinds)

    async def poll(self, params: Params) -> list[Wire]:
        """getUpdates. A second poller throws the first one out."""
        if self.webhook:
            raise conflict(WEBHOOK_ACTIVE)
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(OTHER_POLLER))
        self._ask_for(params)
        offset, limit = params.number("offset"), params.number("limit", 100)
        if offset < 0:
            self.pending = self.pending[offset:]
        self.pending = [u for u in self.pending if u["update_id"] >= offset]
        if not self.pending and params.number("timeout"):
            await self._wait(params.number("timeout"))
        return self.pending[: min(max(limit, 1), 100)]

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        mine = self._poll = asyncio.get_running_loop().create_future()
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({news, mine}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if mine.done():
                mine.result()
        finally:
            news.cancel()
            mine.cancel()

    async def set_webhook(self, params: Params) -> bool:
        url, secret = params.text("url"), params.text("secret_token")
        if url.startswith("http://") and not url.startswith("http://127.0.0.1"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        self._ask_for(params)
        if params.flag("drop_pending_updates"):
            self.pending.clear()
        self.webhook, self._secret = url, secret
        await self.close()
        if url:
            self._posting = asyncio.ensure_future(self._post_all())
        return True

    async def drop_webhook(self, params: Params) -> bool:
        return await self.set_webhook(Params({"drop_pending_updates": params.flag("drop_pending_updates")}))

    def info(self) -> Wire:
        return {
            "url": self.webhook,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "allowed_updates": list(self._kinds),
        }

    async def close(self) -> None:
        if self._posting is not None:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
            self._posting = None

    async def _post_all(self) -> None:
        """What is not taken with a 2xx stays pending and is posted again."""
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                if not self.pending:
                    self._news.clear()
                    await self._news.wait()
                if await self._post(session, self.pending[0]):
                    self.pending.pop(0)
                else:
                    await asyncio.sleep(self._retry)

    async def _post(self, session: aiohttp.ClientSession, update: Wire) -> bool:
        try:
            async with session.post(self.webhook, json=update) as response:
                self.statuses.append(response.status)
                with contextlib.suppress(ValueError):
                    await self._reply(await response.json(content_type=None))
                return response.ok
        except aiohttp.ClientError:
            return False

    async def _reply(self, body: Any) -> None:
        """A method may be called in the reply's body."""
        if isinstance(body, dict) and "method" in body and self.replied:
            await self.replied(str(body.pop("method")), Params(body))
