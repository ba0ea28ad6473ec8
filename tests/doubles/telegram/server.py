"""A local Telegram Bot API over real sockets, for unmodified clients.

Written from the public description of the API (limits, envelope, error wordings). `Telegram` is the server
and the control of what happens in it: people who write, press and block, faults, a transcript of all calls.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.doubles.telegram.errors import RefusedError
from tests.doubles.telegram.faults import Fault
from tests.doubles.telegram.feed import Feed
from tests.doubles.telegram.flood import RATES, Flood
from tests.doubles.telegram.methods import Methods
from tests.doubles.telegram.params import Params, read
from tests.doubles.telegram.people import Group, Someone
from tests.doubles.telegram.world import ANONYMOUS, Wire, World

TOKEN = "7000001:TEST-token_of_the_double"
HTML = "<html><head><title>502 Bad Gateway</title></head><body><center>502 Bad Gateway</center></body></html>"


@dataclass(frozen=True)
class Call:
    """One call of the transcript; `code` is the HTTP status that it was answered with."""

    method: str
    params: dict[str, Any]
    code: int
    at: float = field(default_factory=time.monotonic)


class Telegram:
    """`async with Telegram() as telegram`: serves until the block ends. Without `rates` nothing is too much."""

    def __init__(self, token: str = TOKEN, rates: Mapping[str, tuple[int, float]] = RATES) -> None:
        self.token = token
        self.world = World()
        self.feed = Feed()
        self.transcript: list[Call] = []
        self.faults: list[Fault] = []
        self.flood = Flood(rates)
        self._methods = Methods(self.world, self.feed)
        self.feed.replied = self._methods.call
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._ids = itertools.count(1)

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.feed.close()
        await self.cut()

    async def mend(self) -> None:
        """Listen (again, at the same port)."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def cut(self) -> None:
        """The network breaks: nobody listens, open connections end."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_base(self) -> str:
        return f"{self.url}/bot"

    @property
    def file_base(self) -> str:
        return f"{self.url}/file/bot"

    # Control

    def person(self, name: str = "Ann", language: str | None = "en", *, started: bool = True) -> Someone:
        number = 1000 + next(self._ids)
        user: Wire = {"id": number, "is_bot": False, "first_name": name}
        if language is not None:
            user["language_code"] = language
        self.world.chats[number] = {"id": number, "type": "private", "first_name": name}
        if not started:
            self.world.shut[number] = "bot can't initiate conversation with a user"
        return Someone(self.world, self.feed, user)

    def group(self, *, privacy: bool = True, basic: bool = False) -> Group:
        """A supergroup, or a group that may become one."""
        number = -next(self._ids) if basic else -1_000_000_000_000 - next(self._ids)
        chat: Wire = {"id": number, "type": "group" if basic else "supergroup", "title": "Faces"}
        self.world.chats[number] = chat
        return Group(chat, privacy)

    def kick(self, group: Group) -> None:
        self.world.shut[group.id] = "bot was kicked from the supergroup chat"

    def migrate(self, old: Group, new: Group, *, told: bool = False) -> None:
        """A group becomes a supergroup; `told`: with the two messages that say so."""
        self.world.migrated[old.id] = new.id
        if told:
            for group, news in (
                (old, {"migrate_to_chat_id": new.id}),
                (new, {"migrate_from_chat_id": old.id}),
            ):
                self.feed.put(
                    "message", self.world.post(group.chat, ANONYMOUS, {**news, "sender_chat": group.chat})
                )

    def fault(self, method: str, code: int = 500, **more: Any) -> Fault:
        fault = Fault(method, code, **more)
        self.faults.append(fault)
        return fault

    async def poll_too(self, wait: float = 0) -> int:
        """Another poller with the same token; its HTTP status."""
        async with aiohttp.ClientSession() as session:
            params = {"timeout": str(wait)}
            async with session.get(f"{self.api_base}{self.token}/getUpdates", params=params) as response:
                return response.status

    def calls(self, *methods: str) -> list[Call]:
        """The transcript, or what it has of `methods`."""
        return [c for c in self.transcript if not methods or c.method in methods]

    async def until(self, happened: Callable[[], Any], seconds: float = 10) -> Any:
        """Wait until `happened` returns something true; returns it."""
        deadline = time.monotonic() + seconds
        while not (result := happened()):
            if time.monotonic() > deadline:
                told = "\n".join(f"{c.code} {c.method} {c.params}" for c in self.transcript[-12:])
                raise AssertionError(f"did not happen within {seconds} s; the last calls were:\n{told}")
            await asyncio.sleep(0.01)
        return result

    # HTTP

    async def _serve(self, request: web.Request) -> web.Response:
        params, name = await read(request), request.match_info["method"]
        try:
            result = await self._answer(request.match_info["token"], name, params)
        except RefusedError as refused:
            self.transcript.append(Call(name, params.shown(), refused.code))
            if refused.description == HTML:
                return web.Response(status=refused.code, text=HTML, content_type="text/html")
            return web.json_response(refused.envelope(), status=refused.code)
        self.transcript.append(Call(name, params.shown(), 200))
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, token: str, name: str, params: Params) -> Any:
        if token != self.token:
            raise RefusedError(401, "Unauthorized")
        name = self._methods.name(name)
        if fault := next((f for f in self.faults if f.strikes(name)), None):
            raise RefusedError(fault.code, HTML) if fault.html else fault.refusal()
        self.flood.count(name, params)
        return await self._methods.call(name, params)

    async def _download(self, request: web.Request) -> web.Response:
        stored = self.world.files.by_path(request.match_info["path"])
        if request.match_info["token"] != self.token or stored is None:
            return web.json_response(RefusedError(404, "Not Found").envelope(), status=404)
        return web.Response(body=stored.data, content_type="application/octet-stream")
