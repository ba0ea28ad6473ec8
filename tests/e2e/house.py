"""The whole house as its users start it: `typeface up` in a process of its own, in a home of its own."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from tests.doubles.discord.server import DiscordDouble
from tests.doubles.telegram.server import Telegram

READY = "Typeface is ready: "
Reply = dict[str, Any]


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("TYPEFACE_", "DISCORD_", "TELEGRAM_", "DATABASE_"))
    }
    return {**clean, "TYPEFACE_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}


@dataclass
class House:
    """A running `typeface up`. `lines` is what it printed."""

    process: asyncio.subprocess.Process
    home: Path
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.lines[-1].removeprefix(READY)

    @property
    def inference_pid(self) -> int:
        """The child, found among the processes by its parent."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert len(children) == 1
        return int(children[0])

    async def ready(self) -> None:
        assert self.process.stdout is not None
        while not self.lines or not self.lines[-1].startswith(READY):
            line = await asyncio.wait_for(self.process.stdout.readline(), 90)
            assert line, self.lines
            self.lines.append(line.decode().strip())

    async def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 40)


def both_bots(discord: DiscordDouble, telegram: Telegram) -> dict[str, str]:
    """Settings that point a house at the local Discord and Telegram."""
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_BASE": discord.api_base,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_BASE": telegram.api_base,
        "TELEGRAM_FILE_BASE": telegram.file_base,
    }


@asynccontextmanager
async def house(home: Path, port: int = 0, **env: str) -> AsyncIterator[House]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "up", "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment(home, **env),
    )
    running = House(process, home)
    try:
        await running.ready()
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


class Visitor:
    """A browser's side of the web chat, without the browser: one cookie jar, one person."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Visitor:
        async with self._session.get(self.url) as page:
            assert page.status == 200
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def say(self, text: str) -> list[Reply]:
        return [reply async for reply in self.stream({"kind": "line", "text": text})]

    async def send(self, photo: bytes) -> list[Reply]:
        return [reply async for reply in self.stream({"kind": "photo"}, photo)]

    async def press(self, reply: Reply, label: str) -> list[Reply]:
        payload = buttons(reply)[label]
        return [reply async for reply in self.stream({"kind": "press", "payload": payload})]

    async def stream(self, event: dict[str, str], photo: bytes | None = None) -> AsyncIterator[Reply]:
        """The replies as they come, until the answer's end."""
        body = {**event, "update": uuid4().hex, "locale": "en"}
        async with self._session.get(self.url), self._session.get(f"{self.url}/feed") as feed:
            async for told in _told(feed):
                if told["kind"] == "here":
                    await self._send(body, photo)
                elif told.get("update") == body["update"] and told["kind"] != "said":
                    if told["kind"] == "end":
                        return
                    yield told

    async def _send(self, event: dict[str, str], photo: bytes | None) -> None:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("event", json.dumps(event), content_type="application/json")
        if photo is not None:
            form.add_field("photo", io.BytesIO(photo), filename="me.jpg", content_type="image/jpeg")
        async with self._session.post(f"{self.url}/chat", data=form) as answer:
            assert answer.status == 202, await answer.text()


async def _told(feed: aiohttp.ClientResponse) -> AsyncIterator[Reply]:
    """What the server-sent events say."""
    rest = b""
    async for piece in feed.content.iter_any():
        *whole, rest = (rest + piece).split(b"\n\n")
        for one in whole:
            yield json.loads(one.removeprefix(b"data: "))


def buttons(reply: Reply) -> dict[str, str]:
    return {button["label"]: button["payload"] for row in reply["menu"] for button in row}
